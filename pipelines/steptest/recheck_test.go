package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

// later is so many days on, with everything read just now.
func (h *house) later(days int) {
	h.Clock = h.Clock.AddDate(0, 0, days)
	h.Read = h.Clock
}

// rings lets the time of an order come, and answers with what that comes to.
func (h *house) rings(t testing.TB, order string) []document.Document {
	t.Helper()
	return h.must(t, &document.Alarm{Of: document.RefOf(h.order(order)), At: h.Clock})
}

// silent says that the time of an order has not come.
func (h *house) silent(t testing.TB, order string) {
	t.Helper()
	_, err := h.take(&document.Alarm{Of: document.RefOf(h.order(order)), At: h.Clock})
	require.ErrorContains(t, err, "unchanged: the order does not wait any more")
}

// letGo releases an order by both who must sign for it, for so many days.
func (h *house) letGo(t testing.TB, order string, days int) {
	t.Helper()
	for _, by := range []string{"wong", "chan"} {
		r := release(order, by)
		r.Until = h.Today().AddDays(days)
		h.says(t, r)
	}
	require.False(t, h.order(order).Held())
}

func TestCase28AReleaseEndsByItselfWhenItsLastDayHasPassed(t *testing.T) {
	h := staffed(t)
	o := single("1", "C-A2", "1000", "510")
	h.must(t, o)
	h.letGo(t, "1", 3)
	h.must(t, steptest.Shipment("DN1", "1", "400"))
	assert.Equal(t, "306000 204000 0 0", counts(h.account("K-A")))
	assert.Equal(t, h.Today().AddDays(4), h.order("1").Credit.RecheckOn)
	assert.Equal(t, "2026-04-03T16:00:00Z", h.order("1").Next().Format("2006-01-02T15:04:05Z07:00"), "midnight in the company's zone")
	h.later(3)
	h.silent(t, "1")
	h.later(1)
	answers := h.rings(t, "1")
	held := h.order("1")
	assert.Equal(t, document.OrderHeld, held.State)
	assert.Equal(t, []document.HoldReason{document.LimitExceeded, document.ReleaseExpired}, reasonsOf(held))
	assert.Contains(t, held.Holds[1].Detail, "was valid until 2026-04-03")
	assert.Equal(t, "0 204000 0 0", counts(h.account("K-A")), "what has shipped stays")
	assert.True(t, held.Next().IsZero())
	assert.Contains(t, sent(answers), "order_held>finance")
	assert.Contains(t, sent(answers), "order_suspended>planning")
	_, err := h.take(&document.Alarm{Of: document.RefOf(held)})
	require.NoError(t, err, "now it waits for room like any other")
}

func TestAReleaseThatNothingHoldsAnyMoreEndsUnseen(t *testing.T) {
	h := staffed(t)
	h.must(t, over("10000"))
	h.letGo(t, "1", 3)
	h.limit(t, "K-A", "600000")
	h.later(4)
	answers := h.rings(t, "1")
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Nil(t, h.order("1").Consent)
	assert.True(t, h.order("1").Next().IsZero())
	assert.Equal(t, "510000 0 0 0", counts(h.account("K-A")))
	assert.Empty(t, sent(answers))
}

func TestFinanceIsToldOnceThatAReleaseWillEnd(t *testing.T) {
	h := staffedBut(t, func(p *credit.Policy) { p.Release.WarnDays = 3 })
	h.must(t, over("10000"))
	h.letGo(t, "1", 10)
	assert.Equal(t, h.Today().AddDays(7), h.order("1").Credit.RecheckOn)
	h.later(6)
	h.silent(t, "1")
	h.later(1)
	answers := h.rings(t, "1")
	n := steptest.Get[*document.Notice](t, answers)
	assert.Equal(t, "release_expiring/1/2026-04-10", n.ID)
	assert.Equal(t, "finance", n.To)
	assert.Equal(t, []string{"wong", "chan"}, []string{n.Consent.Approvals[0].By, n.Consent.Approvals[1].By})
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Equal(t, "510000 0 0 0", counts(h.account("K-A")))
	h.silent(t, "1")
	h.later(4)
	h.rings(t, "1")
	require.Equal(t, document.OrderHeld, h.order("1").State)
	h.letGo(t, "1", 10)
	h.later(7)
	assert.Equal(t, "release_expiring/1/2026-04-21", steptest.Get[*document.Notice](t, h.rings(t, "1")).ID, "another release is told of again")
}

func TestAnOrderThatHasLeftOrIsClosedIsNotLookedAtAgain(t *testing.T) {
	for name, ends := range map[string]func(h *house, o *document.SalesOrder){
		"shipped":   func(h *house, _ *document.SalesOrder) { h.must(t, steptest.Shipment("DN1", "1", "1000")) },
		"cancelled": func(h *house, o *document.SalesOrder) { h.must(t, cancelled(o)) },
		"held":      func(h *house, _ *document.SalesOrder) { h.says(t, forced("1", "lam")) },
	} {
		t.Run(name, func(t *testing.T) {
			h := staffed(t)
			o := single("1", "C-A2", "1000", "510")
			h.must(t, o)
			h.letGo(t, "1", 3)
			ends(h, o)
			assert.True(t, h.order("1").Next().IsZero())
			assert.True(t, h.order("1").Credit.RecheckAt.IsZero())
			h.later(4)
			h.silent(t, "1")
		})
	}
}

func TestACorrectionThatOpensAnOrderHasItsReleaseEndAfterAll(t *testing.T) {
	h := staffed(t)
	h.must(t, single("1", "C-A2", "1000", "510"))
	h.letGo(t, "1", 3)
	h.must(t, steptest.Shipment("DN1", "1", "1000"))
	require.True(t, h.order("1").Next().IsZero())
	h.must(t, steptest.Shipment("DN1", "1", "900"))
	assert.Equal(t, document.OrderPartiallyShipped, h.order("1").State)
	assert.Equal(t, h.Today().AddDays(4), h.order("1").Credit.RecheckOn)
}
