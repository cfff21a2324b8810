package steptest_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/steptest"
)

// life is an account whose orders are amended, shipped in parts, corrected, invoiced, posted, paid and cancelled in any
// sequence. What the account counts is compared with what stands on its orders, shipments and open items.
type life struct {
	*house
	told      map[string]*document.SalesOrder // as the source last told it
	shipments []string
	corrected map[string]bool           // shipments; rounding may leave one of goods that cost nothing a few cents short
	open      map[string]document.Money // items in the receivables, by shipment
	paid      map[string]document.Money
	money     []document.OpenItem         // other items of the receivables
	loose     map[string]document.Decimal // cents by which an amended order may have shipped more than it is worth
	rated     bool                        // rates move meanwhile: what has left stays at the rate at which it left
	said      time.Duration               // no two people speak in the same instant
}

func (l *life) tick() time.Duration {
	l.said += time.Microsecond
	return l.said
}

func born(t testing.TB) *life { return bornIn(t, staffed(t)) }

func bornIn(t testing.TB, h *house) *life {
	l := &life{house: h, told: map[string]*document.SalesOrder{}, open: map[string]document.Money{}, corrected: map[string]bool{},
		paid: map[string]document.Money{}, loose: map[string]document.Decimal{}}
	l.limit(t, "K-A", "60000")
	return l
}

var prices = rapid.SampledFrom([]string{"0", "0.01", "0.333333", "12.5", "33.33", "0.0149", "99.995", "1000"})

func lines(t *rapid.T) (drawn []document.OrderLine) {
	for no := range rapid.IntRange(1, 3).Draw(t, "lines") {
		drawn = append(drawn, steptest.Line(no+1, "CORD-250", fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "quantity")), prices.Draw(t, "price")))
	}
	return drawn
}

func (l *life) order(t *rapid.T) string {
	if len(l.told) == 0 {
		t.Skip("no order yet")
	}
	return fmt.Sprint(rapid.IntRange(1, len(l.told)).Draw(t, "order"))
}

func (l *life) send(t *rapid.T, o *document.SalesOrder) {
	before := l.house.order(o.ID)
	_, err := l.take(o)
	if aside, ok := errors.AsType[*pipelines.SetAside](err); ok {
		if now := l.house.order(o.ID).SourceRevision; aside.Bucket != pipelines.Unchanged || now != o.SourceRevision {
			t.Fatalf("revision %d left the order at revision %d: %v", o.SourceRevision, now, aside)
		}
		l.told[o.ID] = o
		return
	}
	if err != nil {
		return // refused: nothing may have moved, which check sees
	}
	if before != nil {
		legal(t, before, l.house.order(o.ID))
	}
	l.told[o.ID] = o
	if l.house.order(o.ID).AnyShipped() {
		l.loose[o.ID] = l.loose[o.ID].Add(document.D("0.05"))
	}
}

// legal are the states that a source may lead an order to.
func legal(t *rapid.T, before, after *document.SalesOrder) {
	closed := before.State == document.OrderCancelled || before.State == document.OrderShortClosed
	if closed && after.State != before.State && !before.RejectedByCredit() {
		t.Fatalf("a closed order came back: %s -> %s", before.State, after.State)
	}
	if before.WasReleased && !after.WasReleased {
		t.Fatal("the order forgot that the ERP knows it")
	}
	if after.SourceRevision <= before.SourceRevision {
		t.Fatalf("revision %d after %d", after.SourceRevision, before.SourceRevision)
	}
	for _, line := range before.Lines {
		now, ok := after.Line(line.No)
		if line.Shipped.Value.Sign() > 0 && (!ok || !now.Shipped.Value.Equal(line.Shipped.Value)) {
			t.Fatalf("line %d forgot what was shipped", line.No)
		}
	}
}

func (l *life) New(t *rapid.T) {
	if len(l.told) == 4 {
		t.Skip("enough")
	}
	o := steptest.Order(fmt.Sprint(len(l.told)+1), rapid.SampledFrom([]string{"C-A", "C-A2"}).Draw(t, "customer"), lines(t)...)
	o.Currency = rapid.SampledFrom([]document.Currency{"HKD", "USD", "CNY"}).Draw(t, "currency")
	o.TaxPercent = rapid.SampledFrom([]document.Decimal{document.D("0"), document.D("13"), document.D("6.5")}).Draw(t, "tax")
	_, err := l.take(o)
	require.NoError(t, err)
	l.told[o.ID] = o
}

func (l *life) Amend(t *rapid.T) {
	o := l.told[l.order(t)]
	l.send(t, amended(o, func(o *document.SalesOrder) {
		o.Request = document.RequestConfirm
		for i := range o.Lines {
			o.Lines[i].Quantity = document.Q(fmt.Sprint(rapid.IntRange(1, 12).Draw(t, "quantity")), "C62")
		}
		if rapid.Bool().Draw(t, "price") {
			o.Lines[0].Price = document.D(prices.Draw(t, "new price"))
		}
	}))
}

func (l *life) Cancel(t *rapid.T) {
	if rapid.IntRange(0, 3).Draw(t, "seldom") == 0 {
		l.send(t, cancelled(l.told[l.order(t)]))
	}
}

func (l *life) Ship(t *rapid.T) {
	id, quantities := l.order(t), []string{}
	for _, line := range l.house.order(id).Lines {
		open, _ := line.Open().Value.Int64()
		quantities = append(quantities, map[bool]string{true: "", false: fmt.Sprint(rapid.Int64Range(0, open).Draw(t, "part"))}[open == 0])
		if quantities[len(quantities)-1] == "0" {
			quantities[len(quantities)-1] = ""
		}
	}
	key := fmt.Sprintf("DN%d", len(l.shipments)+1)
	l.move(t, id, steptest.Shipment(key, id, quantities...))
}

func (l *life) Correct(t *rapid.T) {
	key := l.shipped(t)
	before := l.shipment(key)
	now := steptest.Shipment(key, before.Order)
	for _, line := range before.Lines {
		line.Quantity = document.Q(fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "corrected")), "C62")
		now.Lines = append(now.Lines, line)
	}
	l.corrected[key] = true
	l.move(t, before.Order, now)
}

// move ships goods. Of an order whose open part is reserved, that changes where the money stands and not how much it is. Of
// one that is held or lies beyond the horizon, or whose rest is cancelled, nothing is reserved, whatever a despatch turns out to have taken.
func (l *life) move(t *rapid.T, order string, s *document.Shipment) {
	before, state := l.apart(order), l.house.order(order).State
	if _, err := l.take(s); err != nil {
		return
	}
	if l.shipmentIndex(s.ID) < 0 {
		l.shipments = append(l.shipments, s.ID)
	}
	if o := l.house.order(order); o.RestCancelled() || len(o.Holds) > 0 || o.Credit.Deferred || l.rated && l.corrected[s.ID] {
		return
	}
	switch state {
	case document.OrderReleased, document.OrderPartiallyShipped, document.OrderShipped:
		after := l.apart(order)
		if after.Sub(before).Amount.Abs().Greater(l.loose[order].Mul(document.D("7.8"))) {
			t.Fatalf("shipping moved the exposure from %s to %s", before, after)
		}
	}
}

// apart is the exposure without what is reserved for other orders: one of them may go because there is room for it.
func (l *life) apart(order string) document.Money {
	sum := l.account("K-A").Exposure.Total()
	for id := range l.told {
		if o := l.house.order(id); id != order {
			sum = sum.Sub(o.Credit.Reserved)
		}
	}
	return sum
}

func (l *life) shipmentIndex(key string) int {
	for i, k := range l.shipments {
		if k == key {
			return i
		}
	}
	return -1
}

func (l *life) shipped(t *rapid.T) string {
	if len(l.shipments) == 0 {
		t.Skip("no shipment yet")
	}
	return rapid.SampledFrom(l.shipments).Draw(t, "shipment")
}

func (l *life) Post(t *rapid.T) {
	key := l.shipped(t)
	if _, posted := l.open[key]; posted {
		t.Skip("posted")
	}
	if l.shipment(key).AtRisk.Sign() <= 0 {
		t.Skip("nothing to bill")
	}
	before := l.apart("")
	l.open[key], l.paid[key] = l.shipment(key).AtRisk, document.M("0", "HKD")
	l.post(t)
	if after := l.apart(""); l.open[key].Sign() > 0 && after.Cmp(before) != 0 {
		t.Fatalf("posting moved the exposure from %s to %s", before, after)
	}
}

func (l *life) Pay(t *rapid.T) {
	key := l.shipped(t)
	if _, posted := l.open[key]; !posted || l.open[key].IsZero() {
		t.Skip("nothing to pay")
	}
	half := l.open[key].Times(document.D("0.5"))
	l.open[key], l.paid[key] = l.open[key].Sub(half), l.paid[key].Add(half)
	l.post(t)
}

// Bounce takes a payment back: what was paid is owed again.
func (l *life) Bounce(t *rapid.T) {
	key := l.shipped(t)
	if l.paid[key].Sign() <= 0 {
		t.Skip("nothing was paid")
	}
	l.open[key], l.paid[key] = l.open[key].Add(l.paid[key]), l.paid[key].Zero()
	l.post(t)
}

// Days pass: receivables become old, releases end, items fall due.
func (l *life) Days(t *rapid.T) {
	l.pass(rapid.IntRange(1, 20).Draw(t, "days"))
}

func (l *life) post(t *rapid.T) {
	var items []document.OpenItem
	for _, key := range l.shipments {
		if open, posted := l.open[key]; posted && !open.IsZero() { // below zero: a credit note
			items = append(items, item("INV-"+key, key, open.Amount.String()))
		}
	}
	_, err := l.take(&document.Receivables{Account: "K-A", AsOf: l.Now(), Items: append(items, l.money...)})
	require.NoError(t, err)
}

// People sign for an order, hold it, or seldom reject it. What they may not do changes nothing.
func (l *life) People(t *rapid.T) {
	said := &document.CreditRelease{Order: l.order(t), Act: document.ActRelease, Reason: "drawn", At: l.Now().Add(l.tick() - time.Hour),
		By: rapid.SampledFrom([]string{"wong", "ho", "chan", "lam"}).Draw(t, "by")}
	switch rapid.IntRange(0, 9).Draw(t, "act") {
	case 0:
		said.Act = document.ActReject
	case 1, 2:
		said.Act = document.ActHold
	}
	before := l.house.order(said.Order)
	answers, err := l.take(said)
	require.NoError(t, err)
	refused := len(steptest.All[*document.SalesOrder](answers)) == 0
	if kept := pipelines.Head[*document.CreditRelease](l, document.KindCreditRelease, said.Key()); refused != (kept.Refused != "") {
		t.Fatalf("%d answers, and refused is %q", len(answers), kept.Refused)
	}
	after := l.house.order(said.Order)
	if refused || said.Act != document.ActRelease || after.Held() {
		return
	}
	stale := slices.Contains(reasonsOf(before), document.ARStale) // they may have been read since: then it needs fewer
	if before.Credit != nil && !stale && len(before.Credit.ReleaseNeeds) > len(after.Consent.Approvals) {
		t.Fatalf("released by %d of %v", len(after.Consent.Approvals), before.Credit.ReleaseNeeds)
	}
}

// Check compares the account with the documents that it counts.
func (l *life) Check(t *rapid.T) {
	zero := document.M("0", "HKD")
	o, d, b, r := zero, zero, zero, zero
	atRisk := map[string]document.Money{}
	for _, key := range l.shipments {
		s := l.shipment(key)
		atRisk[s.Order] = atRisk[s.Order].Add(s.AtRisk)
		switch s.Stage {
		case document.StageShipped:
			d = d.Add(s.AtRisk)
		case document.StageInvoiced:
			b = b.Add(s.AtRisk)
		}
		if s.AtRisk.Sign() < 0 && !l.corrected[key] {
			t.Fatalf("shipment %s is worth %s", key, s.AtRisk)
		}
		r = r.Add(l.open[key])
	}
	for id := range l.told {
		order := l.house.order(id)
		o = o.Add(order.Credit.Reserved)
		l.whole(t, order, atRisk[id])
	}
	e := l.account("K-A").Exposure
	for name, pair := range map[string][2]document.Money{"O": {e.OpenOrders, o}, "D": {e.ShippedNotInvoiced, d},
		"B": {e.InvoicedNotPosted, b}, "R": {e.Receivables, r}} {
		if pair[0].Cmp(pair[1]) != 0 {
			t.Fatalf("%s: the account counts %s, the documents %s", name, pair[0], pair[1])
		}
		if pair[0].Sign() < 0 && len(l.corrected) == 0 {
			t.Fatalf("%s is %s", name, pair[0])
		}
	}
}

// whole says that what is reserved and what was shipped add up to the order. Only when an amendment cuts an order down to
// about what was shipped may that have been booked with a few cents more, as parts round differently from the whole; then
// nothing is reserved any more.
func (l *life) whole(t *rapid.T, order *document.SalesOrder, shipped document.Money) {
	switch order.State {
	case document.OrderReleased, document.OrderPartiallyShipped, document.OrderShipped:
	default:
		if !order.Credit.Reserved.IsZero() {
			t.Fatalf("order %s is %s and reserves %s", order.ID, order.State, order.Credit.Reserved)
		}
		return
	}
	if order.Credit.Deferred {
		if !order.Credit.Reserved.IsZero() {
			t.Fatalf("order %s is not measured yet and reserves %s", order.ID, order.Credit.Reserved)
		}
		return
	}
	if !order.AnyOpen() && !order.Credit.Reserved.IsZero() {
		t.Fatalf("order %s has nothing open and reserves %s", order.ID, order.Credit.Reserved)
	}
	if l.rated {
		l.fresh(t, order)
		return
	}
	sum, worth := order.Credit.Reserved.Add(shipped), order.Worth(order.Credit.Rate, "HKD")
	var most document.Decimal
	if order.Credit.Reserved.IsZero() {
		most = l.loose[order.ID].Mul(order.Credit.Rate)
	}
	if sum.Sub(worth).Amount.Abs().Greater(most) {
		t.Fatalf("order %s (%s): reserved %s + shipped %s = %s, worth %s", order.ID, order.State, order.Credit.Reserved, shipped, sum, worth)
	}
}

// fewer runs than rapid's own 100, unless the command line asks for a number: -rapid.checks=5000.
func fewer(t *testing.T, runs string) {
	f := flag.Lookup("rapid.checks")
	if f == nil || f.Value.String() != f.DefValue {
		return
	}
	require.NoError(t, f.Value.Set(runs))
	t.Cleanup(func() { require.NoError(t, f.Value.Set(f.DefValue)) })
}

// events are what may happen.
func (l *life) events() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){"": l.Check, "new": l.New, "amend": l.Amend, "cancel": l.Cancel,
		"ship": l.Ship, "correct": l.Correct, "post": l.Post, "pay": l.Pay, "bounce": l.Bounce, "people": l.People, "clock": l.Days}
}

func TestWhateverHappensToAnOrderItsMoneyStandsInOnePlace(t *testing.T) {
	fewer(t, "25")
	rapid.Check(t, func(rt *rapid.T) { rt.Repeat(born(t).events()) })
}
