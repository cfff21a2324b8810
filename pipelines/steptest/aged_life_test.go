package steptest_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
)

// aged is the life of orders under a policy by which time alone moves them: their releases end, they come within the horizon, they ship
// soon.
type aged struct {
	*life
	announced map[string]bool // orders whose goods were about to leave, and which were measured for that
}

const (
	horizon = 30
	before  = 2 // days before shipping
)

// Plan moves the planned day of an order.
func (l *aged) Plan(t *rapid.T) {
	o := document.Copy(l.told[l.order(t)])
	o.SourceRevision++
	o.PlannedShip = l.Today().AddDays(rapid.IntRange(0, 60).Draw(t, "ships in"))
	l.post(t)
	l.send(t, o)
}

// Pass lets days pass, and everything be done on each that is due then.
func (l *aged) Pass(t *rapid.T) {
	for range rapid.IntRange(1, 12).Draw(t, "days") {
		l.later(1)
		for id := range l.told {
			l.ring(t, id)
		}
	}
}

func (l *aged) ring(t *rapid.T, id string) {
	for range 3 { // that its release will end may be told on the day on which it is judged
		if next := l.house.order(id).Next(); next.IsZero() || next.After(l.Clock) {
			return
		}
		if _, err := l.take(&document.Alarm{Of: document.Ref{Kind: document.KindSalesOrder, Key: id}, At: l.Clock}); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("order %s rings for ever: %+v", id, l.house.order(id).Credit)
}

// Announce plans the next despatch of an order. Nothing of it is counted before it leaves.
func (l *aged) Announce(t *rapid.T) {
	id := l.order(t)
	before := l.account("K-A").Exposure
	if _, err := l.take(planned(fmt.Sprintf("DN%d", len(l.shipments)+1), id, fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "planned")))); err != nil {
		return
	}
	l.announced[id] = true
	after := l.account("K-A").Exposure
	if after.Receivables.Cmp(before.Receivables) != 0 || after.ShippedNotInvoiced.Cmp(before.ShippedNotInvoiced) != 0 || after.InvoicedNotPosted.Cmp(before.InvoicedNotPosted) != 0 {
		t.Fatalf("what was only announced moved %+v to %+v", before, after)
	}
}

// Limit changes what the account may owe.
func (l *aged) Limit(t *rapid.T) {
	limit := document.M(rapid.SampledFrom([]string{"10", "5000", "60000"}).Draw(t, "limit"), "HKD")
	_, _ = l.take(&document.CreditAccount{ID: "K-A", Name: "K-A", Currency: "HKD", Limit: &limit})
}

// Check says that nothing is kept beyond its day, and that nothing which is due is forgotten.
func (l *aged) Check(t *rapid.T) {
	l.life.Check(t)
	for id := range l.told {
		l.ring(t, id) // what is due at once, such as the rest of an order that a correction has opened
		o := l.house.order(id)
		open := (o.State == document.OrderReleased || o.State == document.OrderPartiallyShipped) && o.Cancelling == nil && !o.RestCancelled()
		if !open {
			if !o.Next().IsZero() {
				t.Fatalf("order %s is %s and is looked at on %s", id, o.State, o.Credit.RecheckOn)
			}
			continue
		}
		last, far := o.Consent.Ends(), !o.PlannedShip.IsZero() && o.PlannedShip.Sub(l.Today()) > horizon
		switch {
		case !last.IsZero() && l.Today().After(last):
			t.Fatalf("order %s was released until %s", id, last)
		case !last.IsZero() && o.Credit.RecheckOn.After(last.AddDays(1)), !last.IsZero() && o.Next().IsZero():
			t.Fatalf("order %s was released until %s and is looked at on %q", id, last, o.Credit.RecheckOn)
		case far != o.Credit.Deferred && !l.announced[id], !far && o.Credit.Deferred:
			t.Fatalf("order %s ships on %s, and deferred is %t", id, o.PlannedShip, o.Credit.Deferred)
		case o.Credit.Deferred && !o.Credit.Reserved.IsZero():
			t.Fatalf("order %s lies beyond the horizon and reserves %s", id, o.Credit.Reserved)
		case !o.PlannedShip.IsZero() && o.PlannedShip.Sub(l.Today()) <= before && o.Credit.ShipChecked != o.PlannedShip:
			t.Fatalf("order %s ships on %s, and was checked for %q", id, o.PlannedShip, o.Credit.ShipChecked)
		}
	}
}

func TestWhateverHappensNoOrderIsForgottenWhenItsTimeComes(t *testing.T) {
	fewer(t, "25")
	rapid.Check(t, func(rt *rapid.T) {
		l := &aged{announced: map[string]bool{}, life: bornIn(t, staffedBut(t, func(p *credit.Policy) {
			p.HorizonDays, p.ShipCheck, p.Release.WarnDays, p.Release.ValidDays = horizon, &credit.ShipCheck{DaysBefore: before}, 3, 10
		}))}
		l.later(0)
		rt.Repeat(map[string]func(*rapid.T){"": l.Check, "new": l.New, "amend": l.Amend, "cancel": l.Cancel, "plan": l.Plan, "pass": l.Pass,
			"ship": l.Ship, "correct": l.Correct, "people": l.People, "announce": l.Announce, "limit": l.Limit})
	})
}
