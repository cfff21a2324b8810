package credit

import (
	"fmt"
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// revalue brings what is reserved for a released order to the rate of today, and its account with it. The order stays released, even
// where the account is beyond its limit then: the next order is held, and people are told. What has left stays at the rate at which it
// left. The answer is nil where nothing moves: without a rate that counts the order stays at its last one, and what lies beyond the
// horizon reserves nothing until it is measured.
func (s *Step) revalue(m pipelines.Memory, head *document.SalesOrder) []document.Document {
	if head == nil || head.Credit == nil || head.Credit.Pair == "" || head.Credit.Deferred || !reserves(head) || !head.AnyOpen() {
		return nil
	}
	accounts, was := open(m), head.Credit
	account := accounts.look(was.Account)
	if account == nil || account.Currency != was.Reserved.Currency {
		return nil
	}
	rate, known := s.policy.dated(head.Currency, account.Currency)
	if !known || rate.Rate.Equal(was.Rate) {
		return nil
	}
	order := document.Copy(head)
	c := order.Credit
	c.Rate, c.Shipped = rate.Rate, order.ShippedWorth(rate.Rate, account.Currency)
	c.Reserved = openPart(order, *c) // counted anew from the order, never from what was reserved: it does not drift
	c.Rates = append([]document.DatedRate{rate.kept()}, slices.DeleteFunc(slices.Clone(c.Rates), func(r document.DatedRate) bool {
		return document.PairOf(r.From, r.To) == c.Pair
	})...)
	c.Before, c.Demand = account.Exposure, c.Reserved
	c.Before.OpenOrders = c.Before.OpenOrders.Sub(was.Reserved)
	if limit := inForce(account, m.Today()); limit != nil {
		c.Limit = *limit
	}
	c.Excess = c.Before.Total().Add(c.Demand).Sub(c.Ahead).Sub(c.Limit)
	accounts.move(was.Account, order.ID, openOrders, c.Reserved.Sub(was.Reserved))
	accounts.letPass(was.Account)
	return append([]document.Document{order}, accounts.close(s.policy)...)
}

// correctedPart is what a shipment that was booked before puts at risk once it is corrected. It was booked at its own rate, and what
// goes in or out of it does so at that rate, or what is taken back would leave a rest.
func correctedPart(order *document.SalesOrder, before, shipment *document.Shipment) document.Money {
	in := before.AtRisk.Currency
	after := order.With(before, shipment)
	return before.AtRisk.Add(after.ShippedWorth(before.Rate, in)).Sub(order.ShippedWorth(before.Rate, in))
}

// otherRate says whether a shipment was booked at another dated rate than its order counts at now.
func otherRate(before *document.Shipment, order *document.SalesOrder) bool {
	return before != nil && before.Rate.Sign() > 0 && !before.Rate.Equal(order.Credit.Rate)
}

// convert puts open items in another currency than their account's into it, at the rates of today. Without one the set waits for it
// whole: an item that nobody can count is not counted as nothing.
func (s *Step) convert(set *document.Receivables, in document.Currency) error {
	set.Rates = nil
	for i := range set.Items {
		item := &set.Items[i]
		item.Original = nil
		if item.Open.Currency == in || !s.policy.DatedRates {
			continue
		}
		rate, known := s.policy.dated(item.Open.Currency, in)
		if !known {
			pair := document.PairOf(item.Open.Currency, in)
			return &pipelines.Missing{Ref: document.Ref{Kind: document.KindExchangeRate, Key: pair},
				Hint: fmt.Sprintf("item %s in the receivables of account %s is %s, and there is no rate %s of %s or of up to %d days before: the account counts what was read before, and grows stale",
					item.Number, set.Account, item.Open, pair, s.policy.quotes.today, int(s.policy.RateMaxAge))}
		}
		said := item.Open
		item.Open, item.Original = converted(said, rate), &said
		if !slices.ContainsFunc(set.Rates, func(r document.DatedRate) bool { return r.From == rate.From }) {
			set.Rates = append(set.Rates, rate.kept())
		}
	}
	return nil
}

// untaken notes on an account that its receivables could not be counted: however often they are read, it grows stale until they can.
func untaken(account *document.CreditAccount, why error) error {
	if account.Untaken {
		return why
	}
	known := document.Copy(account)
	known.Untaken = true
	return &pipelines.Noted{Err: why, Documents: []document.Document{known}}
}

// restate counts the open items of an account anew at the rates of today.
func (s *Step) restate(m pipelines.Memory, of document.Ref) ([]document.Document, error) {
	head := pipelines.Head[*document.Receivables](m, of.Kind, of.Key)
	if head == nil || slices.ContainsFunc(head.Rates, func(r document.DatedRate) bool {
		_, known := s.policy.dated(r.From, r.To)
		return !known
	}) {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "there is no rate that counts today: the items stay at their last one"}
	}
	set := document.Copy(head)
	for i := range set.Items {
		if said := set.Items[i].Original; said != nil {
			set.Items[i].Open = *said
		}
	}
	return s.receivablesAt(m, set, true)
}

func restateNeeds(m pipelines.Memory, of document.Ref) []document.Ref {
	head := pipelines.Head[*document.Receivables](m, of.Kind, of.Key)
	if head == nil {
		return []document.Ref{of}
	}
	return append([]document.Ref{of}, append(receivablesNeeds(m, head), itemRates(m, head)...)...)
}

// itemRates are the rates of items in another currency than their account's.
func itemRates(m pipelines.Memory, set *document.Receivables) (refs []document.Ref) {
	account := pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, set.Account)
	if account == nil {
		return nil
	}
	for _, item := range set.Items {
		said := item.Open
		if item.Original != nil {
			said = *item.Original
		}
		refs = append(refs, pairRefs(said.Currency, account.Currency)...)
	}
	return refs
}

// counted is an order as its despatch is counted: one for which no rate counted when it was last judged, at the latest that is known.
// Goods that have left are owed, whatever holds the rest.
func (s *Step) counted(d *document.Shipment, order *document.SalesOrder) (*document.SalesOrder, error) {
	if order.Credit.Rate.Sign() > 0 {
		return order, nil
	}
	at, known := s.lastRated(order)
	if !known {
		pair := document.PairOf(order.Currency, order.Credit.Limit.Currency)
		return nil, &pipelines.Missing{Ref: document.Ref{Kind: document.KindExchangeRate, Key: pair},
			Hint: fmt.Sprintf("shipment %s of order %s is worth something, and there is no rate %s: it is counted when there is one", d.ID, order.Number, pair)}
	}
	return at, nil
}

// lastRated is an order for which no rate counted when it was last judged, at the latest that is known, however old; false where there
// is none, or where one counted.
func (s *Step) lastRated(o *document.SalesOrder) (*document.SalesOrder, bool) {
	in := o.Credit.Limit.Currency
	last := s.policy.quoted(o.Currency, in)
	if o.Credit.Rate.Sign() > 0 || len(last) == 0 {
		return o, false
	}
	at := document.Copy(o)
	at.Credit.Rate, at.Credit.Shipped = last[0].Rate, o.ShippedWorth(last[0].Rate, in)
	return at, true
}

// atRateOf is an order that counts at the rate of another state of it.
func atRateOf(at, o *document.SalesOrder) *document.SalesOrder {
	o = document.Copy(o)
	o.Credit.Rate, o.Credit.Shipped = at.Credit.Rate, at.Credit.Shipped
	return o
}
