package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

// farsighted is a house with people that measures what ships within 30 days.
func farsighted(t testing.TB) *house {
	return staffedBut(t, func(p *credit.Policy) { p.HorizonDays = 30 })
}

func TestAnOrderBeyondTheHorizonGoesAndReservesNothingUntilItComesWithinIt(t *testing.T) {
	h := farsighted(t)
	far := ships(h, 45)
	far.Lines[0].Price = document.D("900") // 900,000 of 500,000
	h.must(t, far)
	o := h.order("1")
	assert.Equal(t, document.OrderReleased, o.State)
	assert.True(t, o.Credit.Deferred)
	assert.Equal(t, far.PlannedShip.AddDays(-30), o.Credit.RecheckOn)
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
	assert.Equal(t, "limit: its open part is HKD 900,000.00; the order ships on 2026-05-15, beyond the horizon: it is measured against the limit when it comes within it", credit.Explain(o)[2].English)

	near := single("2", "C-A", "1", "500000")
	h.must(t, near)
	assert.Equal(t, document.OrderReleased, h.order("2").State, "those that ship sooner do not count it")
	h.later(14)
	h.silent(t, "1")
	h.later(1)
	answers := h.rings(t, "1")
	o = h.order("1")
	assert.Equal(t, document.OrderHeld, o.State)
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, reasonsOf(o))
	assert.False(t, o.Credit.Deferred)
	assert.Contains(t, sent(answers), "order_suspended>planning")
	assert.Equal(t, "500000 0 0 0", counts(h.account("K-A")))
}

func TestAnOrderThatComesWithinTheHorizonAndFitsReservesOnThatDay(t *testing.T) {
	h := farsighted(t)
	h.must(t, ships(h, 31))
	h.later(1)
	answers := h.rings(t, "1")
	o := h.order("1")
	assert.Equal(t, document.OrderReleased, o.State)
	assert.False(t, o.Credit.Deferred)
	assert.True(t, o.Next().IsZero())
	assert.Equal(t, "300000 0 0 0", counts(h.account("K-A")))
	assert.Empty(t, sent(answers), "nobody is told of what goes on as it was")
	h.silent(t, "1")
}

func TestExactlyAtTheHorizonAnOrderIsMeasuredAtOnce(t *testing.T) {
	h := farsighted(t)
	h.must(t, ships(h, 30))
	assert.False(t, h.order("1").Credit.Deferred)
	assert.Equal(t, "300000 0 0 0", counts(h.account("K-A")))
}

func TestBeyondTheHorizonEveryOtherReasonHoldsAsEver(t *testing.T) {
	for name, c := range map[string]struct {
		before func(t *testing.T, h *house, o *document.SalesOrder)
		held   document.HoldReason
	}{
		"longer terms than the class allows": {func(_ *testing.T, _ *house, o *document.SalesOrder) { o.Terms = "NET90" }, document.TermsExceedClass},
		"an overdue item": {func(t *testing.T, h *house, _ *document.SalesOrder) {
			late := item("INV", "", "10")
			late.Due = h.Today().AddDays(-31)
			h.owes(t, "K-A", late)
		}, document.Overdue},
		"a stop": {func(_ *testing.T, h *house, _ *document.SalesOrder) {
			h.party("C-A2", func(p *document.Party) { p.Stopped = true })
		}, document.Stopped},
	} {
		t.Run(name, func(t *testing.T) {
			h := farsighted(t)
			o := ships(h, 45)
			c.before(t, h, o)
			h.must(t, o)
			assert.Equal(t, []document.HoldReason{c.held}, reasonsOf(h.order("1")))
			assert.True(t, h.order("1").Next().IsZero())
		})
	}
}

func TestCase25AnOrderThatIsPulledInIsMeasuredAtOnce(t *testing.T) {
	for _, c := range []struct {
		limit, counts string
		state         document.OrderState
	}{{"300000", "300000 0 0 0", document.OrderReleased}, {"299999.99", "0 0 0 0", document.OrderHeld}} {
		h := farsighted(t)
		h.limit(t, "K-A", c.limit)
		o := ships(h, 45)
		h.must(t, o)
		require.Equal(t, document.OrderReleased, h.order("1").State)
		h.must(t, amended(o, func(o *document.SalesOrder) { o.PlannedShip = h.Today().AddDays(10) }))
		assert.Equal(t, c.state, h.order("1").State, c.limit)
		assert.Equal(t, c.counts, counts(h.account("K-A")))
		assert.False(t, h.order("1").Credit.Deferred)
	}
}

func TestAnOrderThatIsPutOffBeyondTheHorizonMakesRoomForOthers(t *testing.T) {
	h := farsighted(t)
	o := ships(h, 10)
	h.must(t, o)
	require.Equal(t, "300000 0 0 0", counts(h.account("K-A")))
	h.must(t, amended(o, func(o *document.SalesOrder) { o.PlannedShip = h.Today().AddDays(45) }))
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.True(t, h.order("1").Credit.Deferred)
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
	assert.Equal(t, h.Today().AddDays(15), h.order("1").Credit.RecheckOn)
}

func TestAnAmendmentBeyondTheHorizonThatAsksForNoMoreStays(t *testing.T) {
	h := farsighted(t)
	o := ships(h, 45)
	h.must(t, o)
	late := item("INV", "", "10")
	late.Due = h.Today().AddDays(-31)
	h.owes(t, "K-A", late)
	o = amended(o, func(o *document.SalesOrder) { o.Remarks = "call first" })
	h.must(t, o)
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Price = document.D("300.01") }))
	assert.Equal(t, []document.HoldReason{document.Overdue}, reasonsOf(h.order("1")), "more is judged")
}

func TestGoodsThatLeaveBeforeTheirTimeCountAndTheRestDoesNotYet(t *testing.T) {
	h := farsighted(t)
	o := ships(h, 45)
	h.must(t, o)
	h.must(t, steptest.Shipment("DN1", "1", "400"))
	assert.Equal(t, "0 120000 0 0", counts(h.account("K-A")))
	assert.Equal(t, document.OrderPartiallyShipped, h.order("1").State)
	h.must(t, steptest.Shipment("DN1", "1", "300"))
	assert.Equal(t, "0 90000 0 0", counts(h.account("K-A")))
	h.later(15)
	h.rings(t, "1")
	assert.Equal(t, "210000 90000 0 0", counts(h.account("K-A")))
	h.must(t, cancelled(o))
	assert.Equal(t, "0 90000 0 0", counts(h.account("K-A")))
}

func TestAnOrderBeyondAHorizonThatThePolicyGivesUpIsMeasuredWhenItIsLookedAt(t *testing.T) {
	h := farsighted(t)
	h.must(t, ships(h, 45))
	h.later(15)
	nearer := staffed(t)
	nearer.Memory = h.Memory
	nearer.rings(t, "1")
	assert.Equal(t, "300000 0 0 0", counts(h.account("K-A")))
	assert.False(t, h.order("1").Credit.Deferred)

	h = farsighted(t)
	h.must(t, ships(h, 45))
	h.later(15)
	h.orders = staffedBut(t, func(p *credit.Policy) { p.HorizonDays = 10 }).orders
	h.rings(t, "1")
	assert.True(t, h.order("1").Credit.Deferred)
	assert.Equal(t, h.Today().AddDays(20), h.order("1").Credit.RecheckOn, "a nearer horizon is waited for")
}
