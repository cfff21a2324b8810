package steptest_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tradewire/mapping/document"
)

// paying is a life in which money comes ahead for orders and for none, bounces, is untied, and drafts are given. A shipment that is
// corrected after it was billed is billed again as it is.
type paying struct{ *life }

var amounts = rapid.SampledFrom([]string{"0.01", "12.5", "1000", "60000"})

// Come brings money, for an order that may not be known yet, or for none.
func (l *paying) Come(t *rapid.T) {
	if len(l.money) == 4 {
		t.Skip("enough")
	}
	order := rapid.SampledFrom([]string{"", "1", "2", "3"}).Draw(t, "order")
	sort := rapid.SampledFrom([]document.ItemSort{document.ItemDeposit, document.ItemReceipt, document.ItemDraft, document.ItemGuarantee}).Draw(t, "sort")
	l.money = append(l.money, sorted(sort, fmt.Sprintf("M%d", len(l.money)+1), order, amounts.Draw(t, "amount")))
	l.post(t)
}

// Bounce takes an item back.
func (l *paying) Bounce(t *rapid.T) {
	i := l.drawn(t)
	l.money = slices.Delete(slices.Clone(l.money), i, i+1)
	l.post(t)
}

// Untie lets money belong to no order.
func (l *paying) Untie(t *rapid.T) {
	i := l.drawn(t)
	l.money = slices.Clone(l.money)
	l.money[i].Order = ""
	l.post(t)
}

func (l *paying) drawn(t *rapid.T) int {
	if len(l.money) == 0 {
		t.Skip("no money")
	}
	return rapid.IntRange(0, len(l.money)-1).Draw(t, "item")
}

// Again has a held order judged once more, whether there is room or not.
func (l *paying) Again(t *rapid.T) {
	_, _ = l.take(&document.Alarm{Of: document.Ref{Kind: document.KindSalesOrder, Key: l.order(t)}, At: l.Clock})
}

// Correct lets the ERP bill what a corrected shipment turned out to be.
func (l *paying) Correct(t *rapid.T) {
	key := l.shipped(t)
	was := l.shipment(key)
	before := was.Lines
	now := document.Copy(was)
	for i := range now.Lines {
		now.Lines[i].Quantity = document.Q(fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "corrected")), "C62")
	}
	l.corrected[key] = true
	l.move(t, was.Order, &document.Shipment{ID: key, Order: was.Order, On: was.On, Carrier: was.Carrier, Lines: now.Lines})
	if _, billed := l.open[key]; billed && !slices.Equal(before, l.shipment(key).Lines) {
		l.open[key] = l.open[key].Add(l.shipment(key).AtRisk.Sub(was.AtRisk))
		l.post(t)
	}
}

// Check compares the account with what the items say, and each order with its own worth.
func (l *paying) Check(t *rapid.T) {
	l.life.Check(t)
	zero := document.M("0", "HKD")
	special, counts, came := zero, zero, map[string]document.Money{}
	for _, item := range l.money {
		switch {
		case item.Special():
			special = special.Add(item.Open)
		case item.Order == "":
			counts = counts.Add(item.Open)
		default:
			came[item.Order] = came[item.Order].Add(item.Open)
		}
	}
	for order, received := range came {
		if owes := l.owes(order); owes.Sign() > 0 {
			if received.Cmp(owes) > 0 {
				received = owes
			}
			counts = counts.Add(received)
		}
	}
	e := l.account("K-A").Exposure
	if e.Special.Cmp(special) != 0 || e.Unapplied.Cmp(counts) != 0 {
		t.Fatalf("S: the account counts %s, the items %s; P: the account counts %s, the items %s", e.Special, special, e.Unapplied, counts)
	}
	for id := range l.told {
		l.worth(t, l.house.order(id))
	}
}

// owes is O + D + B + R of one order, from its documents.
func (l *paying) owes(id string) document.Money {
	sum := document.M("0", "HKD")
	if o := l.house.order(id); o != nil {
		sum = sum.Add(o.Credit.Reserved)
	}
	for _, key := range l.shipments {
		switch s := l.shipment(key); {
		case s.Order != id:
		case s.Stage == document.StagePosted:
			sum = sum.Add(l.open[key])
		default:
			sum = sum.Add(s.AtRisk)
		}
	}
	return sum
}

// worth says that an order's O + D + B + R is its value less what was cancelled, returned and paid; of one that is held, closed or
// cancelled, what was not shipped is as good as cancelled. Cents may differ as whole in life says.
func (l *paying) worth(t *rapid.T, o *document.SalesOrder) {
	left, paid := document.M("0", "HKD"), document.M("0", "HKD")
	for _, key := range l.shipments {
		if s := l.shipment(key); s.Order == o.ID {
			left = left.Add(s.AtRisk)
			if amount, billed := l.paid[key]; billed {
				paid = paid.Add(amount)
			}
		}
	}
	value := left
	switch o.State {
	case document.OrderReleased, document.OrderPartiallyShipped, document.OrderShipped:
		value = o.Worth(o.Credit.Rate, "HKD")
	}
	var most document.Decimal
	if o.Credit.Reserved.IsZero() {
		most = l.loose[o.ID].Mul(o.Credit.Rate)
	}
	if owes := l.owes(o.ID); owes.Sub(value.Sub(paid)).Amount.Abs().Greater(most) {
		t.Fatalf("order %s is %s: O + D + B + R is %s, its value %s less %s paid", o.ID, o.State, owes, value, paid)
	}
}

func TestWhateverIsPaidAnOrderOwesItsValueLessWhatWasCancelledReturnedAndPaid(t *testing.T) {
	fewer(t, "25")
	rapid.Check(t, func(rt *rapid.T) {
		l := &paying{born(t)}
		rt.Repeat(map[string]func(*rapid.T){"": l.Check, "new": l.New, "amend": l.Amend, "cancel": l.Cancel, "ship": l.Ship,
			"correct": l.Correct, "post": l.Post, "pay": l.Pay, "again": l.Again, "come": l.Come, "bounce": l.Bounce, "untie": l.Untie})
	})
}
