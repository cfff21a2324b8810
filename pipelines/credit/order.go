package credit

import (
	"fmt"
	"slices"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

func (s *Step) order(m pipelines.Memory, d *document.SalesOrder) ([]document.Document, error) {
	switch d.State {
	case document.OrderReceived:
		return s.check(m, d)
	case document.OrderCancelled, document.OrderShortClosed:
		return s.giveBack(m, d), nil
	}
	return []document.Document{s.follow(m, pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, d.ID), d)}, nil
}

// check releases or holds an order. What was reserved for it before is given back in the same answer, so that it never
// stands in its own way.
func (s *Step) check(m pipelines.Memory, d *document.SalesOrder) ([]document.Document, error) {
	head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, d.ID)
	s = s.leaving(head, d)
	accounts := open(m)
	account, err := accountOf(accounts, d)
	if err != nil {
		return nil, err
	}
	order := document.Copy(d)
	verdict := s.judge(m, order, head, account)
	if unread(account, verdict) && !s.inFull(m, d, head) {
		return nil, &pipelines.Missing{Ref: document.Ref{Kind: document.KindReceivables, Key: account.ID},
			Hint: "order " + order.Number + " waits until the ERP's receivables of its account were read for the first time"}
	}
	verdict.Credit.ShipChecked = s.policy.shipChecked(order, order.Credit, m.Today())
	order.Holds = verdict.Holds
	order.Credit = &verdict.Credit
	order.Credit.Basis.Rules = s.rules
	large := s.policy.splits(m, order)
	release(accounts, head)
	if !verdict.Pass() {
		order.State = document.OrderHeld
		if head == nil || !head.Held() || order.HeldSince.IsZero() {
			order.HeldSince = m.Now()
		}
		if s.policy.Release != nil {
			order.Credit.ReleaseNeeds, _ = s.policy.needsOf(order.Holds, overridden(order.Consent))
		}
		keepBasis(head, order)
		answers := append(append([]document.Document{order}, accounts.close(s.policy)...), large...)
		if !heldBefore(head, order) {
			answers = append(answers, s.policy.address(s.notice(m, order, accounts.look(account.ID)))...)
		}
		return answers, nil
	}
	order.State = stateOf(order)
	order.WasReleased, order.HeldSince = true, time.Time{}
	if order.Consent != nil && !order.Consent.Stands {
		order.Consent = nil // it goes by itself: what some have signed is not needed
	}
	if order.Credit.Deferred = s.policy.beyond(order.PlannedShip, m.Today()) > 0; !order.Credit.Deferred {
		order.Credit.Reserved = order.Credit.Demand
	}
	keepBasis(head, order)
	s.plan(m, order)
	accounts.move(account.ID, order.ID, openOrders, order.Credit.Reserved)
	accounts.admits(&verdict)
	return append(append([]document.Document{order}, accounts.close(s.policy)...), large...), nil
}

// unread says whether nothing but receivables that never came stands in the way: those of a new customer are on their way,
// and the order shall go when they are here.
func unread(a *document.CreditAccount, v Verdict) bool {
	return a.AsOf.IsZero() && len(v.Holds) == 1 && v.Holds[0].Reason == document.ARStale
}

func accountOf(b *books, d *document.SalesOrder) (*document.CreditAccount, error) {
	if d.Party == nil || d.Party.Account == "" {
		return nil, &pipelines.Missing{Ref: document.Ref{Kind: document.KindParty, Key: d.Customer},
			Hint: "order " + d.Number + " waits for a credit account: enter the customer's ERP code in the CRM"}
	}
	account := b.look(d.Party.Account)
	if account == nil {
		return nil, &pipelines.Missing{Ref: accountRef(d.Party.Account),
			Hint: "customer " + d.Customer + " of order " + d.Number + " names it: enter it in the ERP, or correct the code in the CRM"}
	}
	return account, unknownGroup(b, account, d)
}

// judge measures an order and hears what people said of it. Their consent, on the order, is brought up to date.
func (s *Step) judge(m pipelines.Memory, order, head *document.SalesOrder, account *document.CreditAccount) Verdict {
	demand, shipped := s.policy.demand(order, head, account)
	leaves := due(s.policy.shipCheckOn(order), m.Today())
	demand.Anew = end(order, demand.Open.Add(shipped), account.ID, m.Today()) || order.Credit == nil || leaves
	demand.Shipping = leaves || s.policy.shipsSoon(order, m.Today()) && asksMore(head, order) || order.Credit == nil && head != nil && watched(head) || stopped(head, order)
	if s.policy.looksAtDebts() {
		demand.Debts = debtsOf(m, account.ID)
	}
	if group := groupOf(m, account); group != nil {
		demand.Group = s.policy.groupFacts(group, account, demand, head)
	}
	for {
		verdict := s.policy.Judge(refreshed(m, account), demand, m.Now(), m.Today())
		verdict.Credit.Shipped = shipped
		if !order.AnyOpen() {
			verdict.Holds = nil // everything has left: there is nothing to hold back
			return verdict
		}
		if !s.policy.agree(order, &verdict) {
			return verdict
		}
		demand.Anew = true // a release ends once
	}
}

// demand is what an order asks of its account, and what of its worth has left.
func (p Policy) demand(order, head *document.SalesOrder, account *document.CreditAccount) (Demand, document.Money) {
	rate, _ := p.Rate(order.Currency, account.Currency)
	worth := document.CreditDecision{Rate: rate, Shipped: order.ShippedWorth(rate, account.Currency)}
	if head != nil && head.Credit != nil && head.Credit.Account == account.ID && head.Credit.Rate.Equal(rate) {
		worth.Shipped = head.Credit.Shipped
	}
	demand := Demand{
		Open: openPart(order, worth), Rate: rate,
		Reserved: document.Money{Currency: account.Currency},
		Total:    order.Total, Terms: order.Terms,
		PlannedShip: order.PlannedShip, LCExpiresOn: order.LCExpiresOn, CreatedBy: order.CreatedBy,
	}
	demand.of(order.Party)
	demand.Deposit = account.DepositFor(order.ID)
	if p.SignOff != nil {
		demand.SignRate, _ = p.Rate(order.Currency, p.SignOff.currency())
	}
	if p.DatedRates {
		demand.Rates = append(p.quoted(order.Currency, account.Currency), p.quoted(order.Currency, p.signCurrency())...)
	}
	if head != nil && head.Credit != nil && head.Credit.Account == account.ID {
		demand.Reserved, demand.LetGo = head.Credit.Reserved, letGo(head, rate)
		if reserves(head) && head.PlannedShip == order.PlannedShip && head.LCExpiresOn == order.LCExpiresOn {
			demand.Granted = head.Terms
		}
	}
	return demand, worth.Shipped
}

// of takes over what is known of the customer. Of what nobody maps nothing is known, and nobody is new for it.
func (d *Demand) of(c *document.Party) {
	d.Class, d.Stopped, d.Overseas, d.Orders, d.Waivers = c.Class, c.Stopped, c.Overseas, c.OrderCount, c.Waivers
	if !c.FirstOrderOn.IsZero() {
		d.FirstOrderOn = &c.FirstOrderOn
	}
}

// refreshed is the account as of the last reading of the receivables: a set that did not change is as fresh as one that
// did, and an account that the set does not name has nothing open. One whose set could not be taken is as old as what it counts. Receivables that were never read stay as stale as
// can be.
func refreshed(m pipelines.Memory, a *document.CreditAccount) *document.CreditAccount {
	at := m.AsOf(document.KindReceivables)
	if a.Untaken || !at.After(a.AsOf) {
		return a
	}
	fresh := *a
	fresh.AsOf = at
	return &fresh
}

// openPart is what of an order's worth has not moved on with its shipments.
func openPart(o *document.SalesOrder, c document.CreditDecision) document.Money {
	left := o.Worth(c.Rate, c.Shipped.Currency).Sub(c.Shipped)
	if !o.AnyOpen() || left.Sign() < 0 {
		return left.Zero()
	}
	return left
}

func stateOf(o *document.SalesOrder) document.OrderState {
	switch {
	case !o.AnyShipped():
		return document.OrderReleased
	case o.AnyOpen():
		return document.OrderPartiallyShipped
	}
	return document.OrderShipped
}

// reserves says whether credit is reserved for the open part of an order.
func reserves(o *document.SalesOrder) bool {
	switch o.State {
	case document.OrderReleased, document.OrderPartiallyShipped, document.OrderShipped:
		return o.Credit != nil && len(o.Holds) == 0
	}
	return false
}

// giveBack takes what is still reserved for a closed order out of the account.
func (s *Step) giveBack(m pipelines.Memory, d *document.SalesOrder) []document.Document {
	accounts := open(m)
	head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, d.ID)
	release(accounts, head)
	order := document.Copy(s.follow(m, head, d))
	if order.Credit != nil {
		order.Credit.Reserved = order.Credit.Reserved.Zero()
		s.plan(m, order)
	}
	return append(append([]document.Document{order}, accounts.close(s.policy)...), s.policy.unsplit(m, order)...)
}

func release(b *books, head *document.SalesOrder) {
	if head != nil && head.Credit != nil {
		b.take(head.Credit.Account, head.ID, openOrders, head.Credit.Reserved)
	}
}

// follow lets the reservation on the order fall with what was shipped. The account follows with the shipment itself,
// which is another answer of the same chain. What is not open any more is not looked at again; what a correction opens is.
func (s *Step) follow(m pipelines.Memory, head, d *document.SalesOrder) *document.SalesOrder {
	if head == nil || head.Credit == nil || d.Credit == nil {
		return d
	}
	if at, known := s.lastRated(head); known && reserves(head) {
		return s.follow(m, at, atRateOf(at, d))
	}
	shipped, reserved := moved(head, d)
	if shipped.Equal(d.Credit.Shipped) && reserved.Equal(d.Credit.Reserved) && watched(head) == watched(d) { // it stands as it stood
		return d
	}
	order := document.Copy(d)
	order.Credit.Shipped, order.Credit.Reserved = shipped, reserved
	if watched(head) != watched(order) {
		s.plan(m, order)
	}
	return order
}

// moved is what has moved on with the shipments once head counts the quantities of after, and what stays reserved. A new
// part brings it to the share that was shipped, and never below what moved before: no part is worth less than nothing.
// What a correction takes back is the difference of the two shares.
func moved(head, after *document.SalesOrder) (shipped, reserved document.Money) {
	shipped = head.Credit.Shipped
	if !sameShipped(head, after) {
		in := shipped.Currency
		was, is := head.ShippedWorth(head.Credit.Rate, in), after.ShippedWorth(head.Credit.Rate, in)
		if is.Cmp(was) < 0 {
			shipped = shipped.Add(is).Sub(was)
		} else if is.Cmp(shipped) > 0 {
			shipped = is
		}
	}
	if !reserves(head) || after.RestCancelled() || head.Credit.Deferred {
		return shipped, shipped.Zero()
	}
	return shipped, openPart(after, document.CreditDecision{Rate: head.Credit.Rate, Shipped: shipped})
}

func sameShipped(a, b *document.SalesOrder) bool {
	return slices.EqualFunc(a.Lines, b.Lines, func(a, b document.OrderLine) bool {
		return a.No == b.No && a.Shipped.Value.Equal(b.Shipped.Value)
	})
}

// heldBefore says whether people know of this hold already.
func heldBefore(head, order *document.SalesOrder) bool {
	return head != nil && head.Held() && head.SourceRevision == order.SourceRevision
}

func (s *Step) notice(m pipelines.Memory, o *document.SalesOrder, a *document.CreditAccount) *document.Notice {
	return &document.Notice{
		ID:   fmt.Sprintf("%s/%s/%d", document.OrderHeldAlert, o.ID, o.SourceRevision),
		Type: document.OrderHeldAlert, At: m.Now().In(m.Zone()),
		Account: a.ID, Customer: o.Party.Name, LocalCustomer: o.Party.LocalName, Class: o.Party.Class,
		Order: o.Number, OrderKey: o.ID, CustomerPO: o.CustomerPO, Total: o.Total,
		Holds: o.Holds, Credit: o.Credit, Limit: inForce(a, m.Today()), Exposure: a.Exposure, Level: a.Level,
	}
}
