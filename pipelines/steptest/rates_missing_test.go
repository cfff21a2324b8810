package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

func TestGoodsThatLeaveWhileTheirRateIsMissingAreCountedAtTheLastOne(t *testing.T) {
	h := datedBut(t, func(p *credit.Policy) { p.ShipCheck = &credit.ShipCheck{DaysBefore: 1} }, usd("2026-03-31", "7.00"))
	o := single("1", "C-A2", "10", "100")
	o.Currency, o.PlannedShip = "USD", h.Today().AddDays(10)
	h.must(t, o)
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	require.Equal(t, "4200 2800 0 0", counts(h.account("K-A")))
	h.later(9)
	h.rings(t, "1")
	require.Contains(t, reasonsOf(h.order("1")), document.FXRateMissing)
	h.must(t, steptest.Shipment("DN2", "1", "5"))
	assert.Equal(t, "0 6300 0 0", counts(h.account("K-A")), "they have left, and are owed")
	h.must(t, usd("2026-04-09", "7.20"))
	h.Read = h.Now()
	h.again(t, document.KindSalesOrder, "1")
	assert.Equal(t, document.OrderPartiallyShipped, h.order("1").State, h.order("1").Holds)
	assert.Equal(t, "720 6300 0 0", counts(h.account("K-A")))
	h.must(t, steptest.Shipment("DN2", "1", "6"))
	assert.Equal(t, "0 7000 0 0", counts(h.account("K-A")))
}

func TestReceivablesThatCouldNotBeCountedStayUncountedWhenARateMovesTheOldOnes(t *testing.T) {
	h := dated(t, usd("2026-03-31", "7.00"))
	in := func(number string, c document.Currency) document.OpenItem {
		i := item(number, "", "100")
		i.Open.Currency = c
		return i
	}
	h.owes(t, "K-A", in("INV1", "USD"))
	h.Clock = h.Clock.AddDate(0, 0, 1)
	_, err := h.take(&document.Receivables{Account: "K-A", AsOf: h.Now(), Items: []document.OpenItem{in("INV1", "USD"), in("INV2", "EUR")}})
	require.ErrorContains(t, err, "there is no rate EUR/HKD")
	require.True(t, h.account("K-A").Untaken)
	h.must(t, usd("2026-04-01", "7.10"))
	h.again(t, document.KindReceivables, "K-A")
	assert.Equal(t, "0 0 0 710", counts(h.account("K-A")))
	assert.True(t, h.account("K-A").Untaken, "the later set is not counted yet: however fresh the reading, the account grows stale")
}

func TestWhatACorrectionOpensWhileItsRateIsMissingIsReserved(t *testing.T) {
	h := datedBut(t, func(*credit.Policy) {}, usd("2026-03-31", "7.00"))
	o := inDollars("1", "C-A2", "100")
	o.Lines[0].Quantity = document.Q("10", "C62")
	h.must(t, o)
	h.must(t, steptest.Shipment("DN1", "1", "10"))
	h.later(9)
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Remarks = "call first" }))
	require.Equal(t, document.OrderShipped, h.order("1").State)
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	assert.Equal(t, document.OrderPartiallyShipped, h.order("1").State)
	assert.Equal(t, "HKD 4,200.00", h.order("1").Credit.Reserved.String())
	assert.Equal(t, "4200 2800 0 0", counts(h.account("K-A")))
}
