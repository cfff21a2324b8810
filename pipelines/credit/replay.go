package credit

import (
	"slices"
	"strings"
	"time"

	"tradewire/mapping/document"
)

// Replayed is a decision on an order, made again under another policy.
type Replayed struct {
	On    time.Time             // when it was made, UTC
	Rules string                // the policy that it was made under
	Then  []document.HoldReason // why it was held; none: it was released
	Now   []document.HoldReason // why it would be held
	Risk  document.Money        // what the order puts at risk, in its account's currency
	Why   Decision              // under the other policy
}

// Newly says that the order was released and would have been held.
func (r Replayed) Newly() bool { return len(r.Then) == 0 && len(r.Now) > 0 }

// Freed says that the order was held and would have been released.
func (r Replayed) Freed() bool { return len(r.Then) > 0 && len(r.Now) == 0 }

// Replay is what can be said of an order under another policy.
type Replay int

const (
	ReplayDecided  Replay = iota // the policy decided, and decides again
	ReplayByPeople               // people decided: what they said stands under any policy
	ReplayUnknown                // too little was kept of it to decide again
)

// Again decides the last credit decision on an order again under this policy: the account, the order and its customer as they were
// then, and nothing that another decision would have changed before it.
func (p Policy) Again(o *document.SalesOrder, zone *time.Location) (r Replayed, what Replay) {
	if byPeople(o) {
		return r, ReplayByPeople
	}
	f, known := p.factsKept(o, zone)
	if !known {
		return r, ReplayUnknown
	}
	r = Replayed{On: f.Now, Rules: o.Credit.Basis.Rules, Then: Decision{Holds: o.Holds}.Reasons(), Risk: f.Order.Open, Why: p.Decide(f)}
	for _, h := range o.Holds {
		if g := o.Credit.Group; g != nil && g.Holds && strings.HasPrefix(h.Detail, inGroup(g.Group, Line{}).English) {
			r.Why.Holds = append(r.Why.Holds, h) // what the group of the account said stands as it was
		}
	}
	r.Now = r.Why.Reasons()
	if !o.AnyOpen() {
		r.Now = nil // everything has left: there is nothing to hold back
	}
	return r, ReplayDecided
}

// byPeople says whether it is people who hold an order or let it pass.
func byPeople(o *document.SalesOrder) bool {
	if o.Consent != nil && (o.Consent.Stands || o.Consent.Forced != nil || o.Consent.Rejected != nil) {
		return true
	}
	return slices.ContainsFunc(o.Holds, func(h document.Hold) bool { return h.Reason == document.Forced })
}

// Decisions are the credit decisions among the revisions of an order, oldest first: a revision that only carries the last one on, with
// a shipment or a cancellation, is none.
type Decisions struct{ last *document.CreditDecision }

// Is says whether a revision, which comes after those before, is a decision, and when that was made; stored is when the revision was.
func (d *Decisions) Is(o *document.SalesOrder, stored time.Time) (made time.Time, is bool) {
	before, now := d.last, o.Credit
	if now == nil {
		return made, false
	}
	d.last = now
	switch {
	case now.Basis == nil:
		return stored, before == nil // what came before that was kept shows by the first alone
	case before == nil || before.Basis == nil:
		return now.Basis.At, true
	}
	return now.Basis.At, !now.Basis.At.Equal(before.Basis.At)
}

// Unpaid is what of an order is not paid by a set of receivables, in one currency, and what of that is overdue on a day: by the items
// that bill its shipments.
func (p Policy) Unpaid(o *document.SalesOrder, set *document.Receivables, in document.Currency, on document.Date) (unpaid, overdue document.Money) {
	unpaid.Currency, overdue.Currency = in, in
	for _, item := range set.Items {
		if item.Open.Currency != in || !slices.ContainsFunc(o.Shipments, func(p document.ShippedPart) bool { return p.Shipment == item.Shipment }) {
			continue
		}
		unpaid = unpaid.Add(item.Open)
		if !item.Due.IsZero() && on.Sub(item.Due) > p.GraceDays {
			overdue = overdue.Add(item.Open)
		}
	}
	return unpaid, overdue
}

// InBase is an amount in the base currency of the policy; nil without a rate.
func (p Policy) InBase(m document.Money) *document.Money {
	rate, known := p.Rate(m.Currency, p.BaseCurrency)
	if !known {
		return nil
	}
	base := document.Money{Amount: m.Amount, Currency: p.BaseCurrency}.Times(rate)
	return &base
}
