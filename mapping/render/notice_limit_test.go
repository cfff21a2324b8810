package render

import "tradewire/mapping/document"

// limitNotice is a proposal of a temporary limit to which one person has agreed.
func limitNotice(state document.ProposalState, missing []string) *document.Notice {
	before := document.M("500000", "HKD")
	p := &document.LimitProposal{Account: "K0012", Number: 3, State: state, Amount: document.M("650000", "HKD"), Temporary: true,
		From: on("2026-04-01"), Until: on("2026-06-30"), Before: &before, LastDay: on("2026-04-15"), Missing: missing,
		Steps: []document.LimitStep{
			{Act: document.ActPropose, By: "mei", Roles: []string{"SALES"}, Reason: "their season begins", At: at("2026-03-16 09:00")},
			{Act: document.ActAgree, By: "lam", Roles: []string{"BRANCH_MANAGER"}, Reason: "三年来付款准时", At: at("2026-03-16 10:00")},
		}}
	n := watchNotice("", "360000.01")
	n.ID, n.Type, n.At, n.Proposal = "limit_proposed/K0012/3-2", document.LimitProposedNotice, at("2026-03-16 10:30"), p
	n.Limit = &before
	return n
}

func overrideNotice() *document.Notice {
	n := heldNotice()
	n.ID, n.Type, n.To, n.At = "override_used/8801/1", document.OverrideUsedNotice, "manager", at("2026-03-16 10:30")
	n.Consent = &document.Consent{Stands: true, Approvals: []document.Approval{
		{By: "wong", Roles: []string{"SALES_MANAGER"}, Reason: "the ship waits", Override: true},
		{By: "chan", Roles: []string{"GENERAL_MANAGER"}, Reason: "同意"}}}
	return n
}
