package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
)

// datedBut is a house with people that counts at the rates of the day, under a policy that is changed further.
func datedBut(t testing.TB, change func(*credit.Policy), rates ...*document.ExchangeRate) *house {
	t.Helper()
	h := staffedBut(t, func(p *credit.Policy) {
		p.DatedRates, p.Rates, p.BaseCurrency = true, nil, ""
		change(p)
	})
	for _, r := range rates {
		h.must(t, r)
	}
	return h
}

func TestAnOrderThatComesWithinTheHorizonIsMeasuredThoughItsRateHasMoved(t *testing.T) {
	h := datedBut(t, func(p *credit.Policy) { p.HorizonDays = 30 }, usd("2026-03-31", "7.00"))
	far := inDollars("1", "C-A2", "100000") // 700,000 of 500,000
	far.PlannedShip = h.Today().AddDays(32)
	h.must(t, far)
	require.True(t, h.order("1").Credit.Deferred)
	h.later(2)
	h.must(t, usd("2026-04-02", "7.10"))
	h.rings(t, "1")
	for !h.order("1").Next().IsZero() && !h.order("1").Next().After(h.Now()) {
		h.rings(t, "1")
	}
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, reasonsOf(h.order("1")))
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
}

func TestAnOrderBeyondTheHorizonStaysReleasedThoughItsRateHasRisen(t *testing.T) {
	h := datedBut(t, func(p *credit.Policy) { p.HorizonDays = 30 }, usd("2026-03-31", "7.00"))
	far := inDollars("1", "C-A2", "1000")
	far.PlannedShip = h.Today().AddDays(60)
	h.must(t, far)
	late := item("INV", "", "10")
	late.Due = h.Today().AddDays(-90)
	h.owes(t, "K-A", late)
	h.must(t, usd("2026-03-31", "7.10"))
	h.must(t, amended(far, func(o *document.SalesOrder) { o.Remarks = "call first" }))
	assert.Equal(t, document.OrderReleased, h.order("1").State, "what was released stays: %v", h.order("1").Holds)
}
