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
	items     map[string][]document.OpenItem // by account
	terms     map[string]*document.CreditAccount
	said      time.Duration
	moved     bool // by a rate, the ERP or the calendar: then what was let in may lie beyond a limit
	before    map[string]*document.SalesOrder
}

var (
	answers = map[string]string{"C-A2": "K-A", "C-A": "K-A", "C-B": "K-B"}
	pairs   = []string{"USD/HKD", "HKD/USD", "CNY/HKD", "CNY/USD", "USD/CNY", "HKD/CNY"}
	quoted  = map[string][]string{"USD/HKD": {"7.8", "7", "9.3333333333"}, "HKD/USD": {"0.128", "0.2", "0.1"}, "CNY/HKD": {"1.1", "1.3"}, "CNY/USD": {"0.14", "0.2"},
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

func (l *whole) Retry(t *rapid.T) { l.ring(document.RefOf(l.any(t))) }

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
	if r := l.pair(c.Pair); c.Pair != "" && !c.Reserved.IsZero() && l.Today().Sub(r.On) <= 4 && !c.Rate.Equal(r.Rate) {
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

func (l *whole) events() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){"": l.Check, "new": l.New, "new too": l.New, "amend": l.Amend, "cancel": l.Cancel, "ship": l.Ship, "post": l.Post, "post too": l.Post,
		"limit": l.Limit, "people": l.People, "rate": l.Rate, "pass": l.Pass, "retry": l.Retry}
}

func wholeLife(t *testing.T, rt *rapid.T, skip bool) *whole {
	l := &whole{orders: map[string]*document.SalesOrder{}, items: map[string][]document.OpenItem{}, terms: map[string]*document.CreditAccount{}, before: map[string]*document.SalesOrder{}}
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
	fewer(t, "15")
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
	fewer(t, "3")
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
