package steptest_test

import (
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Check adds up all that is counted, and looks at each order.
func (l *whole) Check(t *rapid.T) {
	l.settle(t)
	l.addsUp(t)
	for id := range l.orders {
		l.stands(t, l.order(id))
	}
	l.letIn(t)
	l.before, l.moved = map[string]*document.SalesOrder{}, false
	for id := range l.orders {
		l.before[id] = l.order(id)
	}
}

func (l *whole) addsUp(t *rapid.T) {
	for _, key := range []string{"K-A", "K-B"} {
		a := l.account(key)
		zero := document.Money{Currency: a.Currency}
		o, d, r, p := zero, zero, zero, zero
		for id := range l.orders {
			if c := l.order(id).Credit; c.Account == key {
				o = o.Add(c.Reserved)
			}
		}
		for _, s := range l.shipments {
			if s := l.shipment(s).Left(); s != nil && s.Account == key && s.Stage != document.StagePosted {
				d = d.Add(s.AtRisk)
			}
		}
		came := map[string]document.Money{}
		if set := pipelines.Head[*document.Receivables](l, document.KindReceivables, key); set != nil {
			for _, i := range set.Items {
				switch {
				case i.Receivable():
					r = r.Add(i.Open)
				case i.Order == "":
					p = p.Add(i.Open)
				default:
					came[i.Order] = came[i.Order].Add(i.Open)
				}
			}
		}
		for id, money := range came {
			if owes := l.owed(id, key); owes.Cmp(money) < 0 {
				money = owes
			}
			if money.Sign() > 0 {
				p = p.Add(money)
			}
		}
		e := a.Exposure
		if e.OpenOrders.Cmp(o) != 0 || e.ShippedNotInvoiced.Add(e.InvoicedNotPosted).Cmp(d) != 0 || e.Receivables.Cmp(r) != 0 || e.Unapplied.Cmp(p) != 0 {
			t.Fatalf("%s counts %+v; the documents O %s, D + B %s, R %s, P %s", key, e, o, d, r, p)
		}
	}
	g, sum, open := l.account("K-G"), document.M("0", "HKD"), document.M("0", "HKD")
	for _, key := range []string{"K-A", "K-B"} {
		if a := l.account(key); a.Group == "K-G" {
			rate := document.D("1")
			if a.Currency != "HKD" {
				r := l.pair("USD/HKD")
				if rate = r.Rate; l.Today().Sub(r.On) > 4 {
					return // nobody knows
				}
			}
			sum = sum.Add(document.Money{Amount: a.Exposure.Total().Amount, Currency: "HKD"}.Times(rate))
			open = open.Add(document.Money{Amount: a.Exposure.OpenOrders.Amount, Currency: "HKD"}.Times(rate))
		}
	}
	if g.Exposure.Members.Cmp(sum) != 0 || g.MembersOpen.Cmp(open) != 0 {
		t.Fatalf("the group counts %s, of that reserved %s; its accounts owe %s, reserved %s", g.Exposure.Members, g.MembersOpen, sum, open)
	}
}

// owed is what an order owes in an account, from its documents.
func (l *whole) owed(id, account string) document.Money {
	sum := document.Money{Currency: l.currency(account)}
	o := l.order(id)
	if o == nil {
		return sum
	}
	if o.Credit.Account == account {
		sum = sum.Add(o.Credit.Reserved)
	}
	set := pipelines.Head[*document.Receivables](l, document.KindReceivables, account)
	for _, key := range l.shipments {
		s := l.shipment(key).Left()
		switch {
		case s == nil || s.Order != id || s.Account != account:
		case s.Stage != document.StagePosted:
			sum = sum.Add(s.AtRisk)
		case set != nil:
			for _, i := range set.Items {
				if i.Shipment == key && i.Receivable() {
					sum = sum.Add(i.Open)
				}
			}
		}
	}
	return sum
}

// stands says of an order that what is reserved is what is open, at the rate of the order, and that nothing of it is forgotten when its
// time comes.
func (l *whole) stands(t *rapid.T, o *document.SalesOrder) {
	c := o.Credit
	open := (o.State == document.OrderReleased || o.State == document.OrderPartiallyShipped) && o.Cancelling == nil && !o.RestCancelled()
	if !open {
		if o.Held() && !c.Reserved.IsZero() {
			t.Fatalf("order %s is held and reserves %s", o.ID, c.Reserved)
		}
		return
	}
	last, far := o.Consent.Ends(), !o.PlannedShip.IsZero() && o.PlannedShip.Sub(l.Today()) > horizon
	switch {
	case c.Deferred && !c.Reserved.IsZero():
		t.Fatalf("order %s lies beyond the horizon and reserves %s", o.ID, c.Reserved)
	case c.Deferred && !far:
		t.Fatalf("order %s ships on %s, and was never measured", o.ID, o.PlannedShip)
	case !last.IsZero() && l.Today().After(last):
		t.Fatalf("order %s was released until %s", o.ID, last)
	case !o.PlannedShip.IsZero() && o.PlannedShip.Sub(l.Today()) <= before && c.ShipChecked != o.PlannedShip:
		t.Fatalf("order %s ships on %s, and was checked for %q", o.ID, o.PlannedShip, c.ShipChecked)
	case !o.Next().IsZero() && !o.Next().After(l.Clock):
		t.Fatalf("order %s was to be looked at on %s", o.ID, o.Next())
	}
	if r := l.pair(c.Pair); c.Pair != "" && !l.corrected[o.ID] && !c.Reserved.IsZero() && l.Today().Sub(r.On) <= 4 && !c.Rate.Equal(r.Rate) {
		t.Fatalf("order %s counts at %s, and the rate of the day is %s", o.ID, c.Rate, r.Rate)
	}
	if !c.Deferred {
		in := c.Reserved.Currency
		want := o.Worth(c.Rate, in).Sub(o.ShippedWorth(c.Rate, in))
		if want.Sub(c.Reserved).Amount.Abs().Greater(document.D("1")) {
			t.Fatalf("order %s reserves %s, and %s is open", o.ID, c.Reserved, want)
		}
	}
}

// letIn says of each order that newly took room, and that nobody let go, that there was room for it, and that goods that leave were paid
// where they are to be.
func (l *whole) letIn(t *rapid.T) {
	for id := range l.orders {
		o, was := l.order(id), l.before[id]
		c := o.Credit
		if o.Held() || o.Consent != nil && o.Consent.Stands || o.State == document.OrderCancelled || o.State == document.OrderShortClosed {
			continue
		}
		took := was == nil || was.Held() || was.Credit.Account != c.Account || c.Reserved.Cmp(was.Credit.Reserved) > 0
		if !took || c.Reserved.IsZero() {
			continue
		}
		if party := pipelines.Head[*document.Party](l, document.KindParty, o.Customer); party.Stopped && (was == nil || was.Held()) {
			t.Fatalf("order %s was let in, and its customer is stopped", id)
		}
		soon := !o.PlannedShip.IsZero() && o.PlannedShip.Sub(l.Today()) <= before
		if come := c.Ahead.Sub(least(c.Before.Total())); l.policy.Prepayment != "off" && o.Terms != "NET30" && soon && (was == nil || was.Held()) && come.Cmp(c.Demand) < 0 {
			t.Fatalf("order %s on %s ships on %s, %s are open, and %s have come", id, o.Terms, o.PlannedShip, c.Demand, come)
		}
		first := was == nil || was.Held() || was.Credit.Deferred
		if first && !c.Secured && c.Ahead.Cmp(c.Demand) < 0 && (c.Excess.Sign() > 0 || c.Group != nil && c.Group.Excess.Sign() > 0) {
			t.Fatalf("order %s was let in %s over its limit: %+v", id, c.Excess, c.Group)
		}
		revalued := was != nil && !was.Held() && !was.Credit.Rate.Equal(c.Rate)
		if l.moved || revalued || c.Secured || c.Ahead.Cmp(c.Demand) >= 0 {
			continue
		}
		for _, key := range []string{c.Account, l.account(c.Account).Group} {
			if key == "" {
				continue
			}
			if a := l.account(key); a.Exposure.Total().Cmp(l.most(a)) > 0 && !(o.Terms == "PREPAY" && a.Exposure.Total().Sign() <= 0) && !l.others(id) {
				t.Fatalf("order %s took room in %s, which owes %s of %s", id, key, a.Exposure.Total(), l.most(a))
			}
		}
	}
}

// others says whether another order let an account pass its limit in the same event: one whose goods wait for their money.
func (l *whole) others(id string) bool {
	for other := range l.orders {
		if o := l.order(other); other != id && o.Credit.Secured && l.before[other] != o {
			return true
		}
	}
	return false
}

func least(m document.Money) document.Money {
	if m.Sign() > 0 {
		return m.Zero()
	}
	return m
}

// most is the limit in force.
func (l *whole) most(a *document.CreditAccount) document.Money {
	on := l.Today()
	switch {
	case a.TemporaryLimit != nil && !on.Before(a.TemporaryFrom) && !on.After(a.TemporaryTo):
		return *a.TemporaryLimit
	case a.Limit == nil || !a.LimitTo.IsZero() && on.After(a.LimitTo):
		return document.Money{Currency: a.Currency}
	}
	return *a.Limit
}

// inVain has each order judged once more that waits in a line: had there been room, it would have gone.
func (l *whole) inVain(t *rapid.T) {
	for _, id := range slices.Sorted(maps.Keys(l.orders)) {
		o := l.order(id)
		if !o.WaitsForRoom() {
			continue
		}
		l.said += time.Microsecond
		_, _ = l.take(&document.Alarm{Of: document.RefOf(o), At: l.Now().Add(l.said)})
		if now := l.order(id); !now.Held() && !now.Credit.Demand.IsZero() {
			t.Fatalf("order %s waited in vain for %v", id, o.Holds)
		}
	}
}
