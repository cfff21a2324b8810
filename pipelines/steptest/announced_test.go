package steptest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/steptest"
)

// planned is a despatch of pieces that has not left yet.
func planned(id, order string, quantities ...string) *document.Shipment {
	s := steptest.Shipment(id, order, quantities...)
	s.Planned = true
	return s
}

func TestAnAnnouncedDespatchOfAnOrderThatPassesChangesNothing(t *testing.T) {
	h := staffed(t)
	h.must(t, single("1", "C-A2", "1000", "300"))
	answers := h.must(t, planned("DN1", "1", "400"))
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Empty(t, h.order("1").Shipments)
	assert.False(t, h.order("1").AnyShipped())
	assert.Equal(t, "300000 0 0 0", counts(h.account("K-A")))
	assert.Equal(t, document.StagePlanned, h.shipment("DN1").Stage)
	assert.Empty(t, steptest.All[*document.Paper](answers))
	assert.Empty(t, sent(answers))
	assert.Equal(t, 1, h.Taken(), "of numbers none is taken but that of the order's confirmation")
	_, err := h.take(planned("DN1", "1", "400"))
	require.ErrorContains(t, err, "unchanged")
	h.must(t, planned("DN1", "1", "300")) // it is planned otherwise
	assert.Equal(t, "300000 0 0 0", counts(h.account("K-A")))
}

func TestAnAnnouncedDespatchThatLeavesIsCountedAsEver(t *testing.T) {
	h, plain := staffed(t), staffed(t)
	for _, h := range []*house{h, plain} {
		h.must(t, single("1", "C-A", "1000", "300"))
		h.must(t, steptest.Shipment("DN0", "1", "100"))
	}
	h.must(t, planned("DN1", "1", "500"))
	for _, s := range []*document.Shipment{steptest.Shipment("DN1", "1", "400"), steptest.Shipment("DN1", "1", "350")} {
		came, same := h.must(t, s), plain.must(t, s)
		assert.Equal(t, sent(same), sent(came))
		assert.Equal(t, numbers(plain.shipment("DN1")), numbers(h.shipment("DN1")))
		assert.Equal(t, counts(plain.account("K-A")), counts(h.account("K-A")))
		assert.Equal(t, plain.order("1").Lines, h.order("1").Lines)
		assert.Equal(t, plain.shipment("DN1").Value, h.shipment("DN1").Value)
		assert.Equal(t, plain.shipment("DN1").Stage, h.shipment("DN1").Stage)
	}
	_, err := h.take(planned("DN1", "1", "350"))
	require.ErrorContains(t, err, "it has left, and is told as planned")
}

func TestGoodsOfAnOrderThatDoesNotPassAnyMoreMustNotLeave(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(t *testing.T, h *house)
		held      document.HoldReason
	}{
		"a lower limit": {func(t *testing.T, h *house) { h.limit(t, "K-A", "1") }, document.LimitExceeded},
		"the customer was stopped": {func(t *testing.T, h *house) {
			h.party("C-A2", func(p *document.Party) { p.Stopped = true })
		}, document.Stopped},
		"stale receivables": {func(_ *testing.T, h *house) { h.Clock = h.Clock.Add(72 * time.Hour) }, document.ARStale},
	} {
		t.Run(name, func(t *testing.T) {
			h := staffed(t)
			h.must(t, single("1", "C-A2", "1000", "300"))
			h.must(t, steptest.Shipment("DN0", "1", "100"))
			c.meanwhile(t, h)
			answers := h.must(t, planned("DN1", "1", "400"))
			assert.Equal(t, document.OrderHeld, h.order("1").State)
			assert.Equal(t, "0 30000 0 0", counts(h.account("K-A")), "what has not left is given back")
			assert.Contains(t, sent(answers), "despatch_stopped>shipping")
			assert.Contains(t, sent(answers), "order_suspended>planning")
			assert.Contains(t, sent(answers), "order_held>finance")
			n := noticeTo(t, answers, "shipping")
			assert.Equal(t, c.held, n.Holds[0].Reason)
			assert.Equal(t, "despatch_stopped/1/DN1/1", n.ID)

			h.must(t, steptest.Shipment("DN1", "1", "400"))
			assert.Equal(t, document.OrderHeld, h.order("1").State, "goods that leave in spite of a hold do not lift it")
			assert.Equal(t, "0 150000 0 0", counts(h.account("K-A")), "and are counted")
			assert.Empty(t, h.shipment("DN1").Holds)
		})
	}
}

func TestShippingIsToldAgainOfEveryDespatchOfAHeldOrderAndThatItMayLeaveWhenItIsReleased(t *testing.T) {
	h := staffed(t)
	h.must(t, single("1", "C-A2", "1000", "300"))
	h.limit(t, "K-A", "1")
	h.must(t, planned("DN1", "1", "400"))
	assert.Contains(t, sent(h.must(t, planned("DN2", "1", "100"))), "despatch_stopped>shipping")
	h.limit(t, "K-A", "300000")
	h.rings(t, "1")
	require.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Empty(t, sent(h.must(t, planned("DN1", "1", "400"))))
	assert.Empty(t, h.shipment("DN1").Holds)
}

func TestAReleaseByPeopleThatStillCoversAnOrderLetsItsGoodsLeave(t *testing.T) {
	h := staffed(t)
	h.must(t, single("1", "C-A2", "1000", "510"))
	h.letGo(t, "1", 20)
	assert.Empty(t, sent(h.must(t, planned("DN1", "1", "400"))))
	assert.True(t, h.order("1").Consent.Stands)
	assert.Equal(t, "510000 0 0 0", counts(h.account("K-A")))
}

func TestGoodsThatAreAboutToLeaveAreMeasuredHoweverFarOffTheirDayLies(t *testing.T) {
	h := farsighted(t)
	h.must(t, ships(h, 45))
	require.True(t, h.order("1").Credit.Deferred)
	h.must(t, planned("DN1", "1", "400"))
	assert.False(t, h.order("1").Credit.Deferred)
	assert.Equal(t, "300000 0 0 0", counts(h.account("K-A")))

	h = farsighted(t)
	o := ships(h, 45)
	o.Lines[0].Price = document.D("510")
	h.must(t, o)
	assert.Contains(t, sent(h.must(t, planned("DN1", "1", "400"))), "despatch_stopped>shipping")
}

func TestReceivablesThatBillADespatchBeforeItLeavesCountItOnce(t *testing.T) {
	h := staffed(t)
	h.must(t, single("1", "C-A2", "1000", "300"))
	h.must(t, planned("DN1", "1", "400"))
	h.owes(t, "K-A", item("INV1", "DN1", "120000"))
	assert.Equal(t, document.StagePlanned, h.shipment("DN1").Stage)
	h.must(t, steptest.Shipment("DN1", "1", "400"))
	assert.Equal(t, "180000 0 0 120000", counts(h.account("K-A")))
}

func TestAnAnnouncementIsHeldToItsOrderLikeAnyDespatch(t *testing.T) {
	h := staffed(t)
	h.must(t, single("1", "C-A2", "1000", "300"))
	_, err := h.take(planned("DN1", "1", "1001"))
	require.ErrorContains(t, err, "1,001 C62 despatched, 1,000 C62 open")
	_, err = h.take(&document.Transport{Shipment: "DN9", Forwarder: "F"})
	require.ErrorContains(t, err, "waits for the ERP's despatch")
	h.must(t, planned("DN1", "1", "1000"))
	_, err = h.take(&document.Transport{Shipment: "DN1", Forwarder: "F"})
	require.ErrorContains(t, err, "waits for the ERP's despatch", "the forwarder's news waits until it has left")
	h.must(t, cancelled(single("1", "C-A2", "1000", "300")))
	assert.Empty(t, sent(h.must(t, planned("DN1", "1", "500"))), "of what is cancelled all have heard")
	assert.Equal(t, document.OrderCancelled, h.order("1").State)
}

func TestTheLastDespatchSettlesWhatDepartmentsOweThoughItWasAnnounced(t *testing.T) {
	h := staffed(t)
	h.must(t, single("1", "C-A2", "1000", "300"))
	h.must(t, planned("DN1", "1", "1000"))
	assert.Equal(t, document.DutySent, h.duty(t, "1", "planning", "").Status)
	h.must(t, steptest.Shipment("DN1", "1", "1000"))
	assert.Equal(t, document.DutyAcked, h.duty(t, "1", "planning", "").Status)
}

func TestGoodsDoNotLeaveWhileReceivablesWereNeverRead(t *testing.T) {
	h := staffed(t)
	h.must(t, single("1", "C-A2", "1000", "300"))
	never := document.Copy(h.account("K-A"))
	never.AsOf = time.Time{}
	h.Put(never)
	assert.Contains(t, sent(h.must(t, planned("DN1", "1", "400"))), "despatch_stopped>shipping")
	assert.Equal(t, []document.HoldReason{document.ARStale}, reasonsOf(h.order("1")))
}
