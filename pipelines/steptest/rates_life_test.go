package steptest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/mapping/document"
)

// Rate lets a rate of today come, and rings for all orders, as the store does for those that count at it.
func (l *life) Rate(t *rapid.T) {
	from := rapid.SampledFrom([]document.Currency{"USD", "CNY"}).Draw(t, "from")
	rate := rateOf(from, "HKD", l.Today().String(), rapid.SampledFrom([]string{"7.8", "7.77", "7.8333333333", "1.1", "0.0001"}).Draw(t, "rate"))
	_, err := l.take(rate)
	require.NoError(t, err)
	for n := range len(l.told) {
		id := fmt.Sprint(n + 1)
		before := l.house.order(id)
		_, _ = l.take(&document.Alarm{Of: document.Ref{Kind: document.KindSalesOrder, Key: id}, At: l.Now()}) // it may have nothing to say
		o := l.house.order(id)
		if o.Currency != from || o.Credit.Reserved.IsZero() || len(before.Holds) > 0 {
			continue
		}
		if o.State != before.State {
			t.Fatalf("a rate moved order %s from %s to %s", id, before.State, o.State)
		}
		if !o.Credit.Rate.Equal(rate.Rate) || before.Credit.Rate.Equal(rate.Rate) {
			continue
		}
		if want := o.Worth(rate.Rate, "HKD").Sub(o.ShippedWorth(rate.Rate, "HKD")); !o.Credit.Reserved.Equal(want) {
			t.Fatalf("order %s reserves %s at %s, and its open part is worth %s", id, o.Credit.Reserved, rate.Rate, want)
		}
	}
}

// fresh says that what is reserved is what the open part comes to at the order's rate, counted anew.
func (l *life) fresh(t *rapid.T, order *document.SalesOrder) {
	rate := order.Credit.Rate
	want := order.Worth(rate, "HKD").Sub(order.ShippedWorth(rate, "HKD"))
	if want.Sub(order.Credit.Reserved).Amount.Abs().Greater(l.loose[order.ID].Add(document.D("0.05")).Mul(rate).Add(document.D("0.05"))) {
		t.Fatalf("order %s (%s) at %s reserves %s, and its open part is worth %s", order.ID, order.State, rate, order.Credit.Reserved, want)
	}
}

func TestHoweverOftenRatesMoveWhatIsReservedIsWhatIsOpenAtTheRateOfTheDay(t *testing.T) {
	fewer(t, "25")
	rapid.Check(t, func(rt *rapid.T) {
		l := born(t)
		l.rated = true
		l.house = dated(t, usd("2026-03-30", "7.8"), rateOf("CNY", "HKD", "2026-03-30", "1.1"))
		l.limit(t, "K-A", "60000")
		rt.Repeat(map[string]func(*rapid.T){"": l.Check, "new": l.New, "amend": l.Amend, "cancel": l.Cancel,
			"ship": l.Ship, "correct": l.Correct, "post": l.Post, "pay": l.Pay, "rate": l.Rate})
	})
}
