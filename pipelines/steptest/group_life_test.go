package steptest_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/steptest"
)

// family are accounts that share limits, join groups and leave them, while their customers order, ship and pay. K-C counts in USD.
type family struct {
	*house
	orders map[string]*document.SalesOrder // as the source last told them
	ships  int
}

var (
	kin    = map[string]string{"K-A": "C-A2", "K-B": "C-B", "K-C": "C-C"}
	groups = []string{"", "K-G", "K-H"}
)

func (f *family) currency(key string) document.Currency {
	if key == "K-C" {
		return "USD"
	}
	return "HKD"
}

func (f *family) tell(t *rapid.T, key, group, most string) {
	a := accountIn(key, "", group)
	a.Currency = f.currency(key)
	limit := document.M(most, a.Currency)
	a.Limit = &limit
	_, err := f.take(a)
	require.NoError(t, err)
}

func (f *family) member(t *rapid.T) string {
	return rapid.SampledFrom(slices.Sorted(maps.Keys(kin))).Draw(t, "account")
}

func (f *family) any(t *rapid.T) *document.SalesOrder {
	if len(f.orders) == 0 {
		t.Skip("no order yet")
	}
	return f.orders[rapid.SampledFrom(slices.Sorted(maps.Keys(f.orders))).Draw(t, "order")]
}

// judge sends an order, and looks whether one that was let in had room wherever it newly took some.
func (f *family) judge(t *rapid.T, o *document.SalesOrder) {
	before := f.order(o.ID)
	if _, err := f.take(o); err != nil {
		return // set aside or refused: nothing may have moved, which check sees
	}
	f.orders[o.ID] = o
	after := f.order(o.ID)
	if after.Held() || after.Consent != nil || after.State == document.OrderCancelled || after.State == document.OrderShortClosed {
		return
	}
	for _, key := range []string{after.Credit.Account, f.account(after.Credit.Account).Group} {
		if key == "" || !f.reservedIn(key, after).Greater(f.reservedIn(key, before)) {
			continue
		}
		if a := f.account(key); a.Exposure.Total().Cmp(*a.Limit) > 0 {
			t.Fatalf("order %s took room in %s, which owes %s of %s", o.ID, key, a.Exposure.Total(), a.Limit)
		}
	}
}

// reservedIn is what an order has reserved in an account, or in one of the accounts of a group, in HKD: within a group it may move.
func (f *family) reservedIn(key string, o *document.SalesOrder) document.Decimal {
	if o == nil || o.Credit == nil {
		return document.Decimal{}
	}
	if a := f.account(o.Credit.Account); a.ID != key && a.Group != key {
		return document.Decimal{}
	}
	return document.Money{Amount: o.Credit.Reserved.Amount, Currency: "HKD"}.Times(inHKD[o.Credit.Reserved.Currency]).Amount
}

// inHKD are the rates of the currencies of accounts.
var inHKD = map[document.Currency]document.Decimal{"HKD": document.D("1"), "USD": document.D("7.8")}

func (f *family) Order(t *rapid.T) {
	if len(f.orders) == 6 {
		t.Skip("enough")
	}
	o := steptest.Order(fmt.Sprint(len(f.orders)+1), kin[f.member(t)], steptest.Line(1, "CORD-250", fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "quantity")), prices.Draw(t, "price")))
	o.Terms = "PREPAY" // which every class may: only the limits hold
	o.Currency = rapid.SampledFrom([]document.Currency{"HKD", "USD", "CNY"}).Draw(t, "currency")
	f.judge(t, o)
}

func (f *family) Amend(t *rapid.T) {
	f.judge(t, amended(f.any(t), func(o *document.SalesOrder) {
		o.Lines[0].Quantity = document.Q(fmt.Sprint(rapid.IntRange(1, 12).Draw(t, "quantity")), "C62")
	}))
}

func (f *family) Cancel(t *rapid.T) { f.judge(t, cancelled(f.any(t))) }

func (f *family) Ship(t *rapid.T) {
	f.ships++
	_, _ = f.take(steptest.Shipment(fmt.Sprint("DN", f.ships), f.any(t).ID, fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "part"))))
}

func (f *family) Owe(t *rapid.T) {
	key := rapid.SampledFrom([]string{"K-A", "K-B", "K-C", "K-G"}).Draw(t, "owes")
	items := []document.OpenItem{{Number: "INV", Due: f.Today(), Open: document.M(fmt.Sprint(rapid.IntRange(-50, 300).Draw(t, "open")), f.currency(key))}}
	_, err := f.take(&document.Receivables{Account: key, AsOf: f.Now(), Items: items})
	require.NoError(t, err)
}

func (f *family) Move(t *rapid.T) {
	f.tell(t, f.member(t), rapid.SampledFrom(groups).Draw(t, "group"), rapid.SampledFrom([]string{"100", "2000", "90000"}).Draw(t, "limit"))
}

// Merge has a customer answer in another account from now on, its group's own among them.
func (f *family) Merge(t *rapid.T) {
	customer := kin[f.member(t)]
	party := document.Copy(pipelines.Head[*document.Party](f, document.KindParty, customer))
	party.Account = rapid.SampledFrom([]string{"K-A", "K-B", "K-C", "K-G"}).Draw(t, "answers")
	_, err := f.take(party)
	require.NoError(t, err)
}

func (f *family) Limit(t *rapid.T) {
	f.tell(t, rapid.SampledFrom(groups[1:]).Draw(t, "group"), "", rapid.SampledFrom([]string{"0", "500", "3000", "90000"}).Draw(t, "limit"))
}

func (f *family) People(t *rapid.T) {
	o := f.any(t)
	for _, by := range []string{"wong", "chan"} {
		_, err := f.take(release(o.ID, by))
		require.NoError(t, err)
	}
}

// Retry judges a held order again, as its line does.
func (f *family) Retry(t *rapid.T) { _, _ = f.take(&document.Alarm{Of: document.RefOf(f.any(t))}) }

// Check adds up what every account owes, and compares it with what its group counts.
func (f *family) Check(t *rapid.T) {
	for _, group := range groups[1:] {
		sum, reserved, members := document.M("0", "HKD"), document.M("0", "HKD"), 0
		for key := range kin {
			if a := f.account(key); a.Group == group {
				members++
				sum = sum.Add(document.Money{Amount: a.Exposure.Total().Amount, Currency: "HKD"}.Times(inHKD[a.Currency]))
				reserved = reserved.Add(document.Money{Amount: a.Exposure.OpenOrders.Amount, Currency: "HKD"}.Times(inHKD[a.Currency]))
			}
		}
		g := f.account(group)
		if len(g.Members) != members || g.Exposure.Members.Cmp(sum) != 0 || g.MembersOpen.Cmp(reserved) != 0 {
			t.Fatalf("group %s counts %d accounts that owe %s, of that reserved %s; the accounts are %d and owe %s, reserved %s",
				group, len(g.Members), g.Exposure.Members, g.MembersOpen, members, sum, reserved)
		}
	}
}

func TestWhateverHappensAGroupOwesTheSumOfWhatItsAccountsOwe(t *testing.T) {
	fewer(t, "25")
	rapid.Check(t, func(rt *rapid.T) {
		f := &family{house: staffed(t), orders: map[string]*document.SalesOrder{}}
		for _, group := range groups[1:] {
			f.tell(rt, group, "", "3000")
		}
		for _, key := range slices.Sorted(maps.Keys(kin)) {
			f.tell(rt, key, "K-G", "90000")
		}
		rt.Repeat(map[string]func(*rapid.T){"": f.Check, "order": f.Order, "amend": f.Amend, "cancel": f.Cancel, "ship": f.Ship, "owe": f.Owe,
			"move": f.Move, "merge": f.Merge, "limit": f.Limit, "people": f.People, "retry": f.Retry})
	})
}
