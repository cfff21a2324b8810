package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
)

func TestGoodsThatWaitForTheirMoneyWaitHoweverOftenTheyAreLookedAt(t *testing.T) {
	for _, terms := range []string{"PREPAY", "TT30/70"} {
		t.Run(terms, func(t *testing.T) {
			h := staffedBut(t, func(p *credit.Policy) {
				p.Prepayment, p.ShipCheck = "hold_before_shipping", &credit.ShipCheck{DaysBefore: 1}
			})
			o := ships(h, 10)
			o.Terms = terms
			h.must(t, o)
			require.Equal(t, document.OrderReleased, h.order("1").State)
			h.later(9)
			h.rings(t, "1")
			require.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, reasonsOf(h.order("1")))
			h.Clock = h.Clock.Add(1)
			_, _ = h.take(&document.Alarm{Of: document.RefOf(h.order("1")), At: h.Now()}) // its line is looked at: the receivables are fresh
			require.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, reasonsOf(h.order("1")))
			o = amended(o, func(o *document.SalesOrder) { o.Remarks = "call first" })
			h.must(t, o)
			require.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, reasonsOf(h.order("1")), "remarks are no money")

			h.owes(t, "K-A", deposit("1", "300000"))
			h.must(t, &document.Alarm{Of: document.RefOf(h.order("1")), At: h.Now()})
			require.Equal(t, document.OrderReleased, h.order("1").State)
			h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("1100", "C62") }))
			assert.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, reasonsOf(h.order("1")), "what was added is not paid")
		})
	}
}

func TestAnAnnouncedDespatchThatWasStoppedWaitsForWhatStoppedIt(t *testing.T) {
	h := staffedBut(t, func(p *credit.Policy) { p.Prepayment, p.HorizonDays = "hold_before_shipping", 30 })
	unpaid, far := ships(h, 20), ships(h, 45)
	unpaid.Terms, far.ID, far.Lines[0].Price = "PREPAY", "2", document.D("900")
	h.must(t, unpaid)
	h.must(t, far)
	h.must(t, planned("DN1", "1", "400"))
	h.must(t, planned("DN2", "2", "400"))
	require.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, reasonsOf(h.order("1")))
	require.Equal(t, []document.HoldReason{document.LimitExceeded}, reasonsOf(h.order("2")))
	for _, id := range []string{"1", "2"} {
		_, _ = h.take(&document.Alarm{Of: document.RefOf(h.order(id)), At: h.Now()})
	}
	assert.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, reasonsOf(h.order("1")))
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, reasonsOf(h.order("2")), "its goods leave now, however far off its planned day lies")

	h.owes(t, "K-A", deposit("1", "300000"))
	h.limit(t, "K-A", "900000")
	h.again(t, document.KindSalesOrder, "1")
	h.again(t, document.KindSalesOrder, "2")
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Equal(t, document.OrderReleased, h.order("2").State)
	assert.False(t, h.order("2").Credit.Deferred, "its goods are about to leave")
	assert.Equal(t, "HKD 1,200,000.00", h.account("K-A").Exposure.OpenOrders.String())
}

func TestWhatIsAnnouncedWhileItsOrderIsHeldLeavesPaidToo(t *testing.T) {
	h := staffedBut(t, func(p *credit.Policy) { p.Prepayment = "hold_before_shipping" })
	o := terms(single("1", "C-A2", "1000", "300"), "TT30/70")
	h.must(t, o)
	h.limit(t, "K-A", "1")
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Price = document.D("310") }))
	require.Equal(t, []document.HoldReason{document.LimitExceeded}, reasonsOf(h.order("1")))
	h.must(t, planned("DN1", "1", "400"))
	h.limit(t, "K-A", "900000")
	h.again(t, document.KindSalesOrder, "1")
	require.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, reasonsOf(h.order("1")))
	h.owes(t, "K-A", deposit("1", "310000"))
	h.again(t, document.KindSalesOrder, "1")
	assert.Equal(t, document.OrderReleased, h.order("1").State)
}

func TestWhatWasPaidBeforeItShipsIsNotAskedForAgainThoughTheRateMoves(t *testing.T) {
	h := datedBut(t, func(p *credit.Policy) {
		p.Prepayment, p.ShipCheck = "hold_before_shipping", &credit.ShipCheck{DaysBefore: 1}
	}, usd("2026-03-31", "7.00"))
	h.owes(t, "K-A", deposit("1", "7000"))
	o := terms(inDollars("1", "C-A2", "1000"), "PREPAY")
	o.PlannedShip = h.Today().AddDays(1)
	h.must(t, o)
	require.Equal(t, document.OrderReleased, h.order("1").State)
	h.must(t, usd("2026-03-31", "7.01"))
	h.again(t, document.KindSalesOrder, "1")
	o = amended(o, func(o *document.SalesOrder) { o.Remarks = "call first" })
	h.must(t, o)
	require.Equal(t, document.OrderReleased, h.order("1").State)
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Price = document.D("1001") }))
	assert.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, reasonsOf(h.order("1")))
}
