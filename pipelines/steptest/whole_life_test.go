package steptest_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

// whole is a life with everything at once: accounts in two currencies that share a group's limit, rates of the day, deposits, orders
// beyond the horizon, despatches that are announced, a look before shipping, people, and the clock.
type whole struct {
	*house
	orders    map[string]*document.SalesOrder // as the source last told them
	shipments []string
	corrected map[string]bool                // orders of which a despatch was corrected: what that opens counts at the order's rate until the next one comes
	items     map[string][]document.OpenItem // by account
	terms     map[string]*document.CreditAccount
	said      time.Duration
	moved     bool // by a rate, the ERP or the calendar: then what was let in may lie beyond a limit
	before    map[string]*document.SalesOrder
}

var (
	pairs  = []string{"USD/HKD", "HKD/USD", "CNY/HKD", "CNY/USD", "USD/CNY", "HKD/CNY"}
	quoted = map[string][]string{"USD/HKD": {"7.8", "7", "9.3333333333"}, "HKD/USD": {"0.128", "0.2", "0.1"}, "CNY/HKD": {"1.1", "1.3"}, "CNY/USD": {"0.14", "0.2"},
		"USD/CNY": {"7.1", "9"}, "HKD/CNY": {"0.91", "0.5"}}
)

func (l *whole) currency(account string) document.Currency {
	if account == "K-B" {
		return "USD"
	}
	return "HKD"
}

// tell has the ERP tell an account as it is drawn.
func (l *whole) tell(t *rapid.T, key string, change func(*document.CreditAccount)) {
	a := l.terms[key]
	if a == nil {
		a = &document.CreditAccount{ID: key, Name: key, Currency: l.currency(key)}
	}
	a = document.Copy(a)
	change(a)
	l.terms[key] = a
	_, err := l.take(a)
	require.NoError(t, err)
}

// quote brings rates of today; in memory all is looked at again that counts at them, as the store has it.
func (l *whole) quote(t *rapid.T, pair, rate string) {
	_, err := l.take(rateOf(document.Currency(pair[:3]), document.Currency(pair[4:]), l.Today().String(), rate))
	require.NoError(t, err)
	if l.kept != nil {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(l.orders)) {
		if o := l.order(id); o.Credit.Pair == pair && !o.Held() && !o.Credit.Reserved.IsZero() {
			l.ring(document.RefOf(o))
		}
	}
	for _, key := range []string{"K-A", "K-B"} {
		l.ring(document.Ref{Kind: document.KindReceivables, Key: key})
	}
	l.ring(document.Ref{Kind: document.KindCreditAccount, Key: "K-G"})
}

func (l *whole) ring(ref document.Ref) { _, _ = l.take(&document.Alarm{Of: ref, At: l.Now()}) }

// settle does in memory what is due now.
func (l *whole) settle(t *rapid.T) {
	for round := 0; l.kept == nil; round++ {
		rung := false
		for _, kind := range []document.Kind{document.KindSalesOrder, document.KindCreditAccount} {
			for _, d := range l.Documents(kind) {
				if next := d.(document.Timed).Next(); !next.IsZero() && !next.After(l.Clock) {
					l.ring(document.RefOf(d))
					rung = true
				}
			}
		}
		if !rung {
			return
		}
		if round == 5 {
			t.Fatal("something rings for ever")
		}
	}
}

func (l *whole) any(t *rapid.T) *document.SalesOrder {
	if len(l.orders) == 0 {
		t.Skip("no order yet")
	}
	return l.orders[fmt.Sprint(rapid.IntRange(1, len(l.orders)).Draw(t, "order"))]
}

func (l *whole) send(t *rapid.T, o *document.SalesOrder) {
	if _, err := l.take(o); err != nil && l.order(o.ID).SourceRevision != o.SourceRevision {
		return // refused
	}
	l.orders[o.ID] = o
}

func (l *whole) plan(t *rapid.T, o *document.SalesOrder) {
	o.PlannedShip = document.Date{}
	if in := rapid.SampledFrom([]int{-1, 0, 1, 2, 3, 10, 30, 31, 33, 60}).Draw(t, "ships in"); in >= 0 {
		o.PlannedShip = l.Today().AddDays(in)
	}
}

func (l *whole) New(t *rapid.T) {
	if len(l.orders) == 6 {
		t.Skip("enough")
	}
	o := steptest.Order(fmt.Sprint(len(l.orders)+1), rapid.SampledFrom([]string{"C-A", "C-A2", "C-B"}).Draw(t, "customer"),
		steptest.Line(1, "CORD-250", fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "quantity")), prices.Draw(t, "price")))
	o.Currency = rapid.SampledFrom([]document.Currency{"HKD", "USD", "CNY"}).Draw(t, "currency")
	o.Terms = rapid.SampledFrom([]string{"NET30", "PREPAY", "TT30/70"}).Draw(t, "terms")
	l.plan(t, o)
	_, err := l.take(o)
	require.NoError(t, err)
	l.orders[o.ID] = o
}

func (l *whole) Amend(t *rapid.T) {
	o := document.Copy(l.any(t))
	o.SourceRevision++
	o.Request = document.RequestConfirm
	switch rapid.IntRange(0, 3).Draw(t, "what") {
	case 0:
		o.Remarks = fmt.Sprint(o.SourceRevision)
	case 1:
		l.plan(t, o)
	default:
		o.Lines[0].Quantity = document.Q(fmt.Sprint(rapid.IntRange(1, 12).Draw(t, "quantity")), "C62")
	}
	l.send(t, o)
}

func (l *whole) Cancel(t *rapid.T) {
	if rapid.IntRange(0, 4).Draw(t, "seldom") == 0 {
		l.send(t, cancelled(l.any(t)))
	}
}

func (l *whole) Ship(t *rapid.T) {
	key := fmt.Sprintf("DN%d", len(l.shipments)+1)
	s := steptest.Shipment(key, l.any(t).ID, fmt.Sprint(rapid.IntRange(1, 5).Draw(t, "part")))
	if s.Planned = rapid.Bool().Draw(t, "planned"); len(l.shipments) > 0 && rapid.Bool().Draw(t, "again") {
		s.ID = rapid.SampledFrom(l.shipments).Draw(t, "which")
		s.Order = l.shipment(s.ID).Order
		l.corrected[s.Order] = true
	}
	l.moved = l.moved || !s.Planned // what a correction takes back is open again
	if _, err := l.take(s); err == nil && !slices.Contains(l.shipments, s.ID) {
		l.shipments = append(l.shipments, s.ID)
	}
}

// Post changes the open items of an account: shipments are billed and paid, money comes for orders or for none and bounces, and other
// things are owed, in other currencies, too.
func (l *whole) Post(t *rapid.T) {
	key := rapid.SampledFrom([]string{"K-A", "K-B"}).Draw(t, "account")
	items := slices.Clone(l.items[key])
	switch rapid.IntRange(0, 4).Draw(t, "what") {
	case 0:
		for _, s := range l.shipments {
			if d := l.shipment(s); d.Account == key && d.Left() != nil && d.AtRisk.Sign() > 0 && d.Stage != document.StagePosted {
				i := item("INV-"+s, s, "1")
				i.Open = d.AtRisk
				items = append(items, i)
			}
		}
	case 1, 2:
		i := sorted(document.ItemDeposit, fmt.Sprintf("M%d", len(items)), rapid.SampledFrom([]string{"", "1", "2", "3", "4"}).Draw(t, "order"), amounts.Draw(t, "amount"))
		i.Open.Currency = l.currency(key)
		items = append(items, i)
	case 3:
		i := item(fmt.Sprintf("X%d", len(items)), "", amounts.Draw(t, "amount"))
		i.Due = l.Today().AddDays(rapid.IntRange(-40, 40).Draw(t, "due"))
		i.Open.Currency = rapid.SampledFrom([]document.Currency{"HKD", "USD"}).Draw(t, "currency")
		items = append(items, i)
	default:
		if len(items) > 0 {
			items = slices.Delete(items, 0, 1)
		}
	}
	if len(items) > 8 {
		items = items[len(items)-8:]
	}
	l.items[key] = items
	l.read(t, key)
	l.moved = true
}

func (l *whole) read(t *rapid.T, key string) {
	_, _ = l.take(&document.Receivables{Account: key, AsOf: l.Now(), Items: l.items[key]}) // it may wait for a rate
}

func (l *whole) Limit(t *rapid.T) {
	key := rapid.SampledFrom([]string{"K-A", "K-B", "K-G", "K-G"}).Draw(t, "account")
	l.tell(t, key, func(a *document.CreditAccount) {
		most := document.M(rapid.SampledFrom([]string{"0", "10", "2000", "60000"}).Draw(t, "limit"), l.currency(key))
		switch rapid.IntRange(0, 4).Draw(t, "sort") {
		case 0:
			a.TemporaryLimit, a.TemporaryFrom = &most, l.Today().AddDays(rapid.IntRange(0, 4).Draw(t, "from"))
			a.TemporaryTo = a.TemporaryFrom.AddDays(rapid.IntRange(0, 9).Draw(t, "for"))
		case 1:
			a.LimitTo = l.Today().AddDays(rapid.IntRange(0, 9).Draw(t, "ends"))
		default:
			a.Limit, a.LimitTo = &most, document.Date{}
		}
		if key != "K-G" && rapid.Bool().Draw(t, "moves") {
			a.Group = rapid.SampledFrom([]string{"", "K-G"}).Draw(t, "group")
			l.moved = true
		}
	})
}

// People release, hold and seldom reject.
func (l *whole) People(t *rapid.T) {
	id := l.any(t).ID
	act := rapid.SampledFrom([]document.CreditAct{document.ActRelease, document.ActRelease, document.ActHold}).Draw(t, "act")
	for _, by := range []string{"wong", "chan"} {
		l.said += time.Microsecond
		said := &document.CreditRelease{Order: id, Act: act, By: by, Reason: "drawn", At: l.Now().Add(l.said - time.Hour)}
		_, err := l.take(said)
		require.NoError(t, err)
	}
}

func (l *whole) Rate(t *rapid.T) {
	pair := rapid.SampledFrom(pairs).Draw(t, "pair")
	l.moved = true
	l.quote(t, pair, rapid.SampledFrom(quoted[pair]).Draw(t, "rate"))
}

// Pass lets days pass. On most of them rates come and receivables are read.
func (l *whole) Pass(t *rapid.T) {
	l.moved = true
	quotes := rapid.IntRange(0, 3).Draw(t, "rates come") > 0
	for range rapid.IntRange(1, 6).Draw(t, "days") {
		l.pass(1)
		l.settle(t)
		for _, pair := range pairs {
			if r := l.pair(pair); quotes && l.Today().Sub(r.On) > 2 {
				l.quote(t, pair, r.Rate.String())
			}
		}
		for _, key := range []string{"K-A", "K-B"} {
			l.read(t, key)
		}
	}
}

// Stop has people in the CRM stop a customer, or let it go on.
func (l *whole) Stop(t *rapid.T) {
	party := document.Copy(pipelines.Head[*document.Party](l, document.KindParty, rapid.SampledFrom([]string{"C-A", "C-B"}).Draw(t, "customer")))
	party.Stopped = !party.Stopped
	_, err := l.take(party)
	require.NoError(t, err)
}

func (l *whole) Retry(t *rapid.T) { l.ring(document.RefOf(l.any(t))) }

func (l *whole) events() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){"": l.Check, "new": l.New, "new too": l.New, "amend": l.Amend, "cancel": l.Cancel, "ship": l.Ship, "post": l.Post, "post too": l.Post,
		"limit": l.Limit, "people": l.People, "rate": l.Rate, "pass": l.Pass, "retry": l.Retry, "stop": l.Stop}
}

func wholeLife(t *testing.T, rt *rapid.T, skip bool) *whole {
	l := &whole{orders: map[string]*document.SalesOrder{}, items: map[string][]document.OpenItem{}, corrected: map[string]bool{}, terms: map[string]*document.CreditAccount{}, before: map[string]*document.SalesOrder{}}
	prepayment := rapid.SampledFrom([]string{"off", "hold_before_shipping", "hold_until_received"}).Draw(rt, "prepayment")
	l.house = datedBut(t, func(p *credit.Policy) {
		p.HorizonDays, p.ShipCheck, p.Release.WarnDays, p.Release.ValidDays = horizon, &credit.ShipCheck{DaysBefore: before}, 3, 10
		p.Release.Holds, p.Prepayment, p.AutoRelease.Skip = []string{"SALES_MANAGER"}, prepayment, skip
	})
	return l
}

// begin has the ERP tell what there is.
func (l *whole) begin(t *rapid.T) {
	for _, pair := range pairs {
		l.quote(t, pair, quoted[pair][0])
	}
	for key, most := range map[string]string{"K-G": "20000", "K-A": "10000", "K-B": "2000"} {
		l.tell(t, key, func(a *document.CreditAccount) {
			limit := document.M(most, a.Currency)
			a.Limit = &limit
			if key != "K-G" {
				a.Group = "K-G"
			}
		})
	}
	for _, key := range []string{"K-A", "K-B", "K-G"} {
		l.read(t, key)
	}
}

func TestWhateverHappensAllAtOnceNothingIsCountedTwiceOrSlipsALimit(t *testing.T) {
	fewer(t, "60")
	rapid.Check(t, func(rt *rapid.T) {
		l := wholeLife(t, rt, false)
		l.Put(&document.CreditAccount{ID: "K-B", Name: "K-B", Currency: "USD", Exposure: noneIn("USD")})
		l.begin(rt)
		rt.Repeat(l.events())
	})
}

func noneIn(c document.Currency) document.Exposure {
	zero := document.Money{Currency: c}
	return document.Exposure{OpenOrders: zero, ShippedNotInvoiced: zero, InvoicedNotPosted: zero, Receivables: zero, Special: zero, Unapplied: zero}
}

func TestWhateverHappensAllAtOnceNobodyWaitsInVainInAStore(t *testing.T) {
	fewer(t, "6")
	rapid.Check(t, func(rt *rapid.T) {
		l := wholeLife(t, rt, true)
		l.Put(&document.CreditAccount{ID: "K-B", Name: "K-B", Currency: "USD", Exposure: noneIn("USD")})
		end := l.keep(rt, engines["sqlite"](t))
		defer end()
		l.begin(rt)
		events := l.events()
		events[""] = func(rt *rapid.T) {
			l.Check(rt)
			l.inVain(rt)
		}
		delete(events, "retry")
		rt.Repeat(events)
	})
}
