package render

import "tradewire/mapping/document"

// expiringNotice is one of a release that two people gave.
func releaseEndsNotice() *document.Notice {
	n := heldNotice()
	n.ID, n.Type, n.At = "release_expiring/8801/2026-03-19", document.ReleaseExpiringAlert, n.At.In(hongKong)
	n.Holds, n.Limit, n.Class = nil, nil, "A"
	n.Credit.Reserved = n.Credit.Demand
	n.Consent = &document.Consent{Stands: true, Warned: true, Approvals: []document.Approval{
		{By: "wong", Roles: []string{"SALES_MANAGER"}, Reason: "the customer pays on Friday", Amount: document.M("78000", "HKD"), Until: on("2026-03-31")},
		{By: "陈经理", Roles: []string{"GENERAL_MANAGER"}, Reason: "已与客户确认付款", Amount: document.M("80000", "HKD"), Until: on("2026-03-19")},
	}}
	return n
}
