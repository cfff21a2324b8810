package credit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// limitNeeds are the account that a person speaks of, its proposals that may be meant, and what was approved before.
func limitNeeds(m pipelines.Memory, d *document.LimitStatement) []document.Ref {
	refs := []document.Ref{accountRef(d.Account), grantedRef(d.Account)}
	if d.Number > 0 {
		refs = append(refs, proposalRef(d.Account, d.Number))
	}
	if head := pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, d.Account); head != nil && head.Proposals > 0 {
		refs = append(refs, proposalRef(d.Account, head.Proposals))
	}
	return refs
}

func proposalRef(account string, number int) document.Ref {
	return document.Ref{Kind: document.KindLimitProposal, Key: document.ProposalKey(account, number)}
}

// limitStatement does what a person said about a limit. What may not be done is kept with the reason, and changes nothing.
func (s *Step) limitStatement(m pipelines.Memory, d *document.LimitStatement) ([]document.Document, error) {
	account := pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, d.Account)
	if account == nil {
		return nil, &pipelines.Missing{Ref: accountRef(d.Account), Hint: "what " + d.By + " said about its limit waits for it"}
	}
	said := document.Copy(d)
	said.At, said.Refused = pipelines.SaidAt(m, d.At), ""
	answers, refused := s.onLimit(m, said, account)
	said.Refused = refused
	return append([]document.Document{said}, answers...), nil
}

func (s *Step) onLimit(m pipelines.Memory, d *document.LimitStatement, account *document.CreditAccount) (answers []document.Document, refused string) {
	key, who, known := s.policy.called(d.By)
	switch {
	case strings.TrimSpace(d.Reason) == "":
		return nil, "a reason is missing: it is kept with the proposal"
	case s.policy.Limits == nil:
		return nil, "the credit policy has no limits: nobody is named who may propose one"
	case !known:
		return nil, fmt.Sprintf("%q is nobody under people in the credit policy", d.By)
	}
	step := document.LimitStep{Act: d.Act, By: key, Roles: who.Roles, Reason: d.Reason, At: d.At}
	if d.Act == document.ActPropose {
		return s.proposes(m, d, account, who, step)
	}
	number := d.Number
	if number == 0 {
		number = account.Proposals
	}
	head := pipelines.Head[*document.LimitProposal](m, document.KindLimitProposal, document.ProposalKey(d.Account, number))
	switch {
	case head == nil:
		return nil, "no such limit was proposed"
	case !head.Open():
		return nil, fmt.Sprintf("proposal %d is %s", head.Number, head.State)
	case m.Today().After(head.LastDay):
		return nil, fmt.Sprintf("proposal %d lapsed: it was open until %s", head.Number, head.LastDay)
	}
	d.Number = head.Number
	proposal := document.Copy(head)
	proposal.Steps = append(proposal.Steps, step)
	switch d.Act {
	case document.ActAgree:
		return s.agrees(m, proposal, head, who, step)
	case document.ActApprove:
		return s.approves(m, proposal, head, who, step)
	case document.ActRejectLimit:
		return s.turnsDown(m, proposal, head, who, step)
	}
	return nil, fmt.Sprintf("%q is not said of a limit: write propose, agree, approve or reject", d.Act)
}

// called is the person with a name: its own, or another that it is known by.
func (p Policy) called(name string) (key string, who Person, found bool) {
	if key, who, found = p.person(name); found {
		return key, who, true
	}
	for _, key := range sorted(p.People) {
		if entered(key, p.People[key], name) {
			return key, p.People[key], true
		}
	}
	return "", who, false
}

// proposes makes a new proposal; one that is still open makes way for it.
func (s *Step) proposes(m pipelines.Memory, d *document.LimitStatement, a *document.CreditAccount, who Person, step document.LimitStep) ([]document.Document, string) {
	if refused := s.maySay(who, step, proposes, s.policy.Limits.Propose); refused != "" {
		return nil, refused
	}
	if refused := unfit(d, a, m.Today()); refused != "" {
		return nil, refused
	}
	accounts := open(m)
	account := accounts.write(a.ID)
	account.Proposals++
	d.Number = account.Proposals
	last := m.Today().AddDays(s.policy.Limits.ValidDays)
	proposal := &document.LimitProposal{Account: a.ID, Customer: a.Name, Number: d.Number, State: document.ProposalProposed,
		Amount: *d.Amount, Temporary: d.Temporary, From: d.From, Until: d.Until, Before: inForce(a, m.Today()),
		Exposure: a.Exposure.Total(), LastDay: last, LapsesAt: dayAfter(last, m.Zone()), Steps: []document.LimitStep{step}, Missing: s.policy.Limits.Agree}
	answers := []document.Document{proposal}
	if open := pipelines.Head[*document.LimitProposal](m, document.KindLimitProposal, document.ProposalKey(a.ID, a.Proposals)); open != nil && open.Open() {
		old := document.Copy(open)
		old.State, old.Newer, old.Missing = document.ProposalSuperseded, proposal.Number, nil
		answers = append(answers, old)
	}
	return append(append(answers, accounts.close(s.policy)...), s.limitNotice(m, proposal)...), ""
}

// unfit is why a limit cannot be proposed as it is written.
func unfit(d *document.LimitStatement, a *document.CreditAccount, today document.Date) string {
	switch {
	case d.Amount == nil:
		return "an amount is missing"
	case d.Amount.Currency != a.Currency:
		return fmt.Sprintf("%s is not in %s, the currency of the account", d.Amount, a.Currency)
	case d.Amount.Sign() < 0:
		return fmt.Sprintf("a limit of %s is below zero; zero is no credit", d.Amount)
	case !d.Until.IsZero() && d.Until.Before(today):
		return fmt.Sprintf("the limit would have ended on %s", d.Until)
	case !d.Temporary && !d.From.IsZero():
		return "a limit holds from the day on which it is approved: only a temporary one has a first day"
	case d.Temporary && d.Until.IsZero():
		return "a temporary limit needs its last day"
	case d.Temporary && !d.From.IsZero() && d.Until.Before(d.From):
		return fmt.Sprintf("its last day %s lies before its first, %s", d.Until, d.From)
	}
	return ""
}

// dayAfter is the instant at which a day has passed.
func dayAfter(d document.Date, zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, zone).UTC()
}

// maySay is why a person may not do something to any limit; empty where it may.
func (s *Step) maySay(who Person, step document.LimitStep, act string, roles []string) string {
	if !haveOne(who.Roles, roles) {
		return fmt.Sprintf("%s is %s; to %s a limit needs %s", step.By, strings.Join(who.Roles, ", "), step.Act, strings.Join(roles, ", "))
	}
	return s.policy.bound(step.By, who, act)
}

// mayAct is why a person may not take the next step of a proposal: each of them is another person's.
func (s *Step) mayAct(head *document.LimitProposal, who Person, step document.LimitStep, act string, roles []string) string {
	if refused := s.maySay(who, step, act, roles); refused != "" {
		return refused
	}
	for _, before := range head.Steps {
		if before.By == step.By || entered(step.By, who, before.By) {
			return fmt.Sprintf("segregation of duties: proposal %d: %s for %s, and each step is another person's", head.Number, done[before.Act], step.By)
		}
	}
	return ""
}

// done says of a step that it was taken.
var done = map[document.LimitAct]string{document.ActPropose: "it was proposed", document.ActAgree: "it was agreed to", document.ActApprove: "it was approved"}

// lacking are the roles that nobody has signed for yet among those who took one kind of step.
func lacking(roles []string, p *document.LimitProposal, act document.LimitAct) []string {
	var signed [][]string
	for _, step := range p.Steps {
		if step.Act == act {
			signed = append(signed, step.Roles)
		}
	}
	return assigned(roles, signed)
}

// agrees adds an agreement; with the last one the proposal waits for its approval.
func (s *Step) agrees(m pipelines.Memory, p, head *document.LimitProposal, who Person, step document.LimitStep) ([]document.Document, string) {
	roles := s.policy.Limits.Agree
	if refused := s.mayAct(head, who, step, agrees, roles); refused != "" {
		return nil, refused
	}
	if head.State == document.ProposalAgreed {
		return nil, fmt.Sprintf("all have agreed to proposal %d already: it waits for %s", head.Number, strings.Join(head.Missing, ", "))
	}
	p.Missing = lacking(roles, p, document.ActAgree)
	if len(p.Missing) == len(lacking(roles, head, document.ActAgree)) {
		return nil, fmt.Sprintf("another person than %s has agreed as %s already: %s is missing", step.By, strings.Join(who.Roles, ", "), strings.Join(p.Missing, ", "))
	}
	if len(p.Missing) == 0 {
		p.State, p.Missing = document.ProposalAgreed, s.policy.Limits.Approve
	}
	return append([]document.Document{p}, s.limitNotice(m, p)...), ""
}

// approves adds an approval; with the last one it is the limit.
func (s *Step) approves(m pipelines.Memory, p, head *document.LimitProposal, who Person, step document.LimitStep) ([]document.Document, string) {
	roles := s.policy.Limits.Approve
	if refused := s.mayAct(head, who, step, approves, roles); refused != "" {
		return nil, refused
	}
	if head.State != document.ProposalAgreed {
		return nil, fmt.Sprintf("proposal %d is approved when all have agreed to it: %s is missing", head.Number, strings.Join(head.Missing, ", "))
	}
	if !p.Until.IsZero() && p.Until.Before(m.Today()) {
		return nil, fmt.Sprintf("the limit of proposal %d would have ended on %s", p.Number, p.Until)
	}
	p.Missing = lacking(roles, p, document.ActApprove)
	if len(p.Missing) == len(lacking(roles, head, document.ActApprove)) {
		return nil, fmt.Sprintf("another person than %s has approved as %s already: %s is missing", step.By, strings.Join(who.Roles, ", "), strings.Join(p.Missing, ", "))
	}
	if len(p.Missing) > 0 {
		return append([]document.Document{p}, s.limitNotice(m, p)...), ""
	}
	p.State, p.Missing = document.ProposalApproved, nil
	return append([]document.Document{p}, append(s.grant(m, p, step), s.limitNotice(m, p)...)...), ""
}

// turnsDown ends a proposal. Those who may agree or approve do it, and whoever made it.
func (s *Step) turnsDown(m pipelines.Memory, p, head *document.LimitProposal, who Person, step document.LimitStep) ([]document.Document, string) {
	roles := slices.Concat(s.policy.Limits.Agree, s.policy.Limits.Approve)
	if proposed, _ := head.Did(document.ActPropose); proposed.By != step.By && !haveOne(who.Roles, roles) {
		return nil, fmt.Sprintf("%s is %s; a proposal is rejected by %s, who made it, or by one of %s", step.By, strings.Join(who.Roles, ", "), proposed.By, strings.Join(roles, ", "))
	}
	p.State, p.Missing = document.ProposalRejected, nil
	return append([]document.Document{p}, s.limitNotice(m, p)...), ""
}

// lapse ends a proposal that was not approved in time.
func (s *Step) lapse(m pipelines.Memory, alarm *document.Alarm) ([]document.Document, error) {
	head := pipelines.Head[*document.LimitProposal](m, document.KindLimitProposal, alarm.Of.Key)
	if head == nil || !head.Open() || m.Now().Before(head.LapsesAt) {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "the proposal is not open any more"}
	}
	p := document.Copy(head)
	p.State, p.Missing = document.ProposalLapsed, nil
	return append([]document.Document{p}, s.limitNotice(m, p)...), nil
}

// limitAlarmNeeds are a proposal whose time has come, and its account.
func limitAlarmNeeds(m pipelines.Memory, of document.Ref) []document.Ref {
	refs := []document.Ref{of}
	if head, ok := m.Head(of).(*document.LimitProposal); ok {
		refs = append(refs, accountRef(head.Account))
	}
	return refs
}
