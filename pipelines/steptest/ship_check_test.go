package steptest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

// checked is a house with people that looks at orders on the day before they ship.
func checked(t testing.TB) *house {
	return staffedBut(t, func(p *credit.Policy) { p.ShipCheck = &credit.ShipCheck{DaysBefore: 1} })
}

// ships is an order of 300,000 that is planned to leave in so many days.
func ships(h *house, days int) *document.SalesOrder {
	o := single("1", "C-A2", "1000", "300")
	o.PlannedShip = h.Today().AddDays(days)
	return o
}

func TestAReleasedOrderIsJudgedAnewInFullBeforeItShips(t *testing.T) {
	cases := map[string]struct {
		meanwhile func(t *testing.T, h *house)
		held      []document.HoldReason // nothing: it may go
		unread    bool
	}{
		"nothing has changed":                         {func(*testing.T, *house) {}, nil, false},
		"the limit was lowered to what is left of it": {func(t *testing.T, h *house) { h.limit(t, "K-A", "300000") }, nil, false},
		"the limit was lowered by a cent more":        {func(t *testing.T, h *house) { h.limit(t, "K-A", "299999.99") }, []document.HoldReason{document.LimitExceeded}, false},
		"others owe more":                             {func(t *testing.T, h *house) { h.owes(t, "K-A", item("INV", "", "200000.01")) }, []document.HoldReason{document.LimitExceeded}, false},
		"an item is overdue": {func(t *testing.T, h *house) {
			late := item("INV", "", "10")
			late.Due = h.Today().AddDays(-25)
			h.owes(t, "K-A", late)
		}, []document.HoldReason{document.Overdue}, false},
		"the receivables were not read since": {func(*testing.T, *house) {}, []document.HoldReason{document.ARStale}, true},
		"it was stopped in the ERP": {func(t *testing.T, h *house) {
			h.must(t, &document.CreditAccount{ID: "K-A", Currency: "HKD", Limit: h.account("K-A").Limit, Stopped: true})
		}, []document.HoldReason{document.Stopped}, false},
		"the customer was stopped in the CRM": {func(t *testing.T, h *house) {
			h.party("C-A2", func(p *document.Party) { p.Stopped = true })
		}, []document.HoldReason{document.Stopped}, false},
		"the customer fell into class C": {func(t *testing.T, h *house) {
			h.party("C-A2", func(p *document.Party) { p.Class = "C" })
		}, []document.HoldReason{document.TermsExceedClass}, false},
		"several at once": {func(t *testing.T, h *house) {
			h.limit(t, "K-A", "1")
			h.party("C-A2", func(p *document.Party) { p.Stopped = true })
		}, []document.HoldReason{document.Stopped, document.LimitExceeded}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			h := checked(t)
			h.must(t, ships(h, 10))
			h.must(t, steptest.Shipment("DN1", "1", "100"))
			assert.Equal(t, h.Today().AddDays(9), h.order("1").Credit.RecheckOn)
			c.meanwhile(t, h)
			require.Equal(t, document.OrderPartiallyShipped, h.order("1").State, "until then what was released stays")
			if h.later(9); c.unread {
				h.Read = time.Time{}
			}
			answers := h.rings(t, "1")
			o := h.order("1")
			assert.ElementsMatch(t, c.held, reasonsOf(o))
			assert.True(t, o.Next().IsZero(), "it is looked at once")
			if len(c.held) == 0 {
				assert.Equal(t, document.OrderPartiallyShipped, o.State)
				assert.Equal(t, "HKD 270,000.00", o.Credit.Reserved.String())
				assert.Empty(t, sent(answers))
				return
			}
			assert.Equal(t, document.OrderHeld, o.State)
			assert.Equal(t, "HKD 0.00", h.account("K-A").Exposure.OpenOrders.String(), "its reservation is given back")
			assert.Equal(t, "HKD 30,000.00", h.account("K-A").Exposure.ShippedNotInvoiced.String(), "what has shipped stays")
			assert.Contains(t, sent(answers), "order_held>finance")
			assert.Contains(t, sent(answers), "order_suspended>planning")
		})
	}
}

// party changes what the CRM says of a customer.
func (h *house) party(key string, change func(*document.Party)) {
	p := document.Copy(h.Head(document.Ref{Kind: document.KindParty, Key: key}).(*document.Party))
	change(p)
	h.Put(p)
}

func TestTheDayBeforeShippingBeginsInTheCompanysZone(t *testing.T) {
	h := checked(t)
	h.must(t, ships(h, 2))
	require.Equal(t, time.Date(2026, 3, 31, 16, 0, 0, 0, time.UTC), h.order("1").Next())
	h.limit(t, "K-A", "1")
	h.Clock = h.order("1").Next().Add(-time.Second)
	h.silent(t, "1")
	h.Clock = h.order("1").Next()
	h.rings(t, "1")
	assert.Equal(t, document.OrderHeld, h.order("1").State)
}

func TestAReleaseByPeopleThatStillCoversAnOrderLetsItShip(t *testing.T) {
	h := checked(t)
	o := ships(h, 10)
	o.Lines[0].Price = document.D("510")
	h.must(t, o)
	h.letGo(t, "1", 20)
	h.later(9)
	h.rings(t, "1")
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.True(t, h.order("1").Consent.Stands)
	assert.Equal(t, "510000 0 0 0", counts(h.account("K-A")))
	assert.Equal(t, h.Today().AddDays(12), h.order("1").Credit.RecheckOn, "the release ends all the same")
}

func TestAnOrderWhosePlannedDayMovesIsLookedAtBeforeItsNewDay(t *testing.T) {
	h := checked(t)
	o := ships(h, 10)
	h.must(t, o)
	h.later(9)
	h.rings(t, "1")
	require.True(t, h.order("1").Next().IsZero())
	o = amended(o, func(o *document.SalesOrder) { o.PlannedShip = o.PlannedShip.AddDays(20) })
	h.must(t, o)
	assert.Equal(t, o.PlannedShip.AddDays(-1), h.order("1").Credit.RecheckOn, "it is put off, and looked at then")
	h.limit(t, "K-A", "1")
	o = amended(o, func(o *document.SalesOrder) { o.Remarks = "call first" })
	h.must(t, o)
	require.Equal(t, document.OrderReleased, h.order("1").State)
	h.must(t, amended(o, func(o *document.SalesOrder) { o.PlannedShip = h.Today().AddDays(1) }))
	assert.Equal(t, document.OrderHeld, h.order("1").State, "it is pulled in to tomorrow, and looked at now")
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
}

func TestAnOrderThatShipsAtOnceIsLookedAtOnce(t *testing.T) {
	h := checked(t)
	o := ships(h, 1)
	h.must(t, o)
	assert.True(t, h.order("1").Next().IsZero())
	h.limit(t, "K-A", "1")
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Remarks = "call first" }))
	assert.Equal(t, document.OrderReleased, h.order("1").State, "what was released stays")
	assert.True(t, h.order("1").Next().IsZero())
}

func TestAnOrderThatWasReleasedBeforeItsReceivablesWereReadDoesNotShipUnread(t *testing.T) {
	h := checked(t)
	h.must(t, ships(h, 10))
	h.Put(func() document.Document {
		a := document.Copy(h.account("K-A"))
		a.AsOf = time.Time{}
		return a
	}())
	h.Clock, h.Read = h.Clock.AddDate(0, 0, 9), time.Time{}
	h.rings(t, "1")
	assert.Equal(t, []document.HoldReason{document.ARStale}, reasonsOf(h.order("1")))
}

func TestACancellationThatWaitsForPlanningIsNotLookedAt(t *testing.T) {
	h := checked(t)
	o := ships(h, 10)
	h.must(t, o)
	h.produces(t, "1", 1, "500", "0")
	h.must(t, cancelled(o))
	require.NotNil(t, h.order("1").Cancelling)
	h.limit(t, "K-A", "1")
	h.later(9)
	h.silent(t, "1")
	h.must(t, amended(cancelled(o), func(o *document.SalesOrder) { o.Request = document.RequestConfirm }))
	assert.Equal(t, document.OrderHeld, h.order("1").State, "taken back, it is looked at")
}
