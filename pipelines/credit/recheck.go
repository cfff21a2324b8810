package credit

import (
	"slices"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// due says whether a day has come; no day never comes.
func due(on, today document.Date) bool { return !on.IsZero() && !on.After(today) }

// watched says whether an order is looked at again as time goes: something of it is open, and nothing holds it. Of what is to be
// cancelled the department decides.
func watched(o *document.SalesOrder) bool {
	return reserves(o) && o.AnyOpen() && o.Cancelling == nil && !o.RestCancelled()
}

// plan notes on an order when it is looked at again: on the first day on which something is due.
func (s *Step) plan(m pipelines.Memory, o *document.SalesOrder) {
	o.Credit.RecheckOn, o.Credit.RecheckAt = document.Date{}, time.Time{}
	if !watched(o) {
		return
	}
	for _, on := range append(s.policy.judgedOn(o, m.Today()), s.policy.warnedOn(o)) {
		if first := o.Credit.RecheckOn; !on.IsZero() && (first.IsZero() || on.Before(first)) {
			o.Credit.RecheckOn, o.Credit.RecheckAt = on, on.Begins(m.Zone())
		}
	}
}

// judgedOn are the days on which time alone has an order judged anew: its release by people has ended, it ships soon, it comes within
// the horizon.
func (p Policy) judgedOn(o *document.SalesOrder, today document.Date) []document.Date {
	return []document.Date{endedOn(o), p.shipCheckOn(o), p.measuredOn(o, today)}
}

// inFull says whether a released order is judged anew in full: its time has come, or its goods are about to leave. Then it is held where
// its receivables were never read: it cannot wait for them any more.
func (s *Step) inFull(m pipelines.Memory, d, head *document.SalesOrder) bool {
	return s.timeHasCome(m, head) || d.Credit == nil && head != nil && watched(head)
}

// timeHasCome says whether time alone has a released order judged anew today.
func (s *Step) timeHasCome(m pipelines.Memory, head *document.SalesOrder) bool {
	return head != nil && watched(head) && slices.ContainsFunc(s.policy.judgedOn(head, m.Today()), func(on document.Date) bool { return due(on, m.Today()) })
}

// endedOn is the day after the last one of a release by people.
func endedOn(o *document.SalesOrder) document.Date {
	last := o.Consent.Ends()
	if last.IsZero() {
		return last
	}
	return last.AddDays(1)
}

// onTime does with a released order what its time asks for: it is judged anew, or finance is told that its release will end.
func (s *Step) onTime(m pipelines.Memory, head *document.SalesOrder) ([]document.Document, error) {
	if !watched(head) {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "the order does not wait any more"}
	}
	order := document.Copy(head)
	if s.timeHasCome(m, head) {
		order.State, order.Party = document.OrderReceived, asOfToday(m, head)
		return s.check(m, order)
	}
	answers := []document.Document{order}
	if due(s.policy.warnedOn(order), m.Today()) {
		order.Consent.Warned = true
		answers = append(answers, s.policy.address(s.expiring(m, order))...)
	}
	s.plan(m, order)
	if len(answers) == 1 && order.Credit.RecheckAt.Equal(head.Credit.RecheckAt) {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "the order does not wait any more, and its time has not come", Documents: answers}
	}
	return answers, nil
}

// asOfToday is the customer of an order as it was when the order was decided, but for what the CRM says of its credit today. How many
// orders it had stays: this one would count among them.
func asOfToday(m pipelines.Memory, o *document.SalesOrder) *document.Party {
	then := document.Copy(o.Party)
	if now := pipelines.Head[*document.Party](m, document.KindParty, o.Customer); now != nil {
		then.Stopped, then.Class, then.Overseas, then.Waivers = now.Stopped, now.Class, now.Overseas, now.Waivers
	}
	return then
}
