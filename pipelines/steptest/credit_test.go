package steptest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/steptest"
)

// counts reads an account as O D B R, without currency.
func counts(a *document.CreditAccount) string {
	e := a.Exposure
	return e.OpenOrders.Amount.String() + " " + e.ShippedNotInvoiced.Amount.String() + " " +
		e.InvoicedNotPosted.Amount.String() + " " + e.Receivables.Amount.String()
}

func single(id, customer, quantity, price string) *document.SalesOrder {
	return steptest.Order(id, customer, steptest.Line(1, "CORD-250", quantity, price))
}

func TestCase7AnOrderIsCountedInExactlyOnePlaceAllItsLife(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A2", "10000", "12.50")) // domestic: the ERP invoices, we do not
	assert.Equal(t, "125000 0 0 0", counts(h.account("K-A")))
	h.must(t, steptest.Shipment("DN1", "1", "3000"))
	h.must(t, steptest.Shipment("DN2", "1", "1000"))
	assert.Equal(t, "75000 50000 0 0", counts(h.account("K-A")))
	h.owes(t, "K-A", item("INV1", "DN1", "37500"))
	assert.Equal(t, "75000 12500 0 37500", counts(h.account("K-A")))
	h.owes(t, "K-A", item("INV1", "DN1", "25000"))
	assert.Equal(t, "75000 12500 0 25000", counts(h.account("K-A")))
	assert.Equal(t, "HKD 112,500.00", h.account("K-A").Exposure.Total().String())
	assert.Equal(t, "HKD 75,000.00", h.order("1").Credit.Reserved.String())
	assert.Equal(t, document.StagePosted, h.shipment("DN1").Stage)
	assert.Equal(t, document.StageShipped, h.shipment("DN2").Stage)
}

func TestCase2WhatFitsExactlyIsReleasedAndOneCentMoreIsHeld(t *testing.T) {
	h := open(t)
	h.owes(t, "K-A", item("INV", "", "235000"))
	answers := h.must(t, single("1", "C-A", "1", "265000.01"))
	held := steptest.Get[*document.SalesOrder](t, answers)
	assert.Equal(t, document.OrderHeld, held.State)
	assert.False(t, held.WasReleased)
	assert.Equal(t, document.LimitExceeded, held.Holds[0].Reason)
	assert.Equal(t, "0 0 0 235000", counts(h.account("K-A")), "a held order reserves nothing")
	notice := steptest.Get[*document.Notice](t, answers)
	assert.Equal(t, "order_held/1/1", notice.ID)
	assert.Equal(t, "finance", notice.To)
	assert.Equal(t, "CO-1", notice.Order)
	assert.Equal(t, "HKD 0.01", notice.Credit.Excess.String())

	fits := h.must(t, amended(single("1", "C-A", "1", "265000.01"), func(o *document.SalesOrder) { o.Lines[0].Price = document.D("265000") }))
	released := steptest.Get[*document.SalesOrder](t, fits)
	assert.Equal(t, document.OrderReleased, released.State)
	assert.Empty(t, released.Holds)
	assert.True(t, released.WasReleased)
	assert.Equal(t, "265000 0 0 235000", counts(h.account("K-A")))
}

func TestCase1TwoOrdersForOneRemainderReserveOnce(t *testing.T) {
	h := open(t)
	terms := func(o *document.SalesOrder) *document.SalesOrder { o.Terms = "NET30"; return o }
	first := steptest.Get[*document.SalesOrder](t, h.must(t, terms(single("1", "C-B", "1", "600"))))
	second := steptest.Get[*document.SalesOrder](t, h.must(t, terms(single("2", "C-B", "1", "600"))))
	assert.Equal(t, document.OrderReleased, first.State)
	assert.Equal(t, document.OrderHeld, second.State)
	assert.Equal(t, "600 0 0 0", counts(h.account("K-B")))
}

func TestCase3ALimitOfZeroHoldsAndCase4NoCheckPasses(t *testing.T) {
	h := open(t)
	prepaid := single("1", "C-C", "1", "100")
	prepaid.Terms = "PREPAY"
	held := steptest.Get[*document.SalesOrder](t, h.must(t, prepaid))
	assert.Equal(t, document.NoLimit, held.Holds[0].Reason)
	h.owes(t, "K-C", item("RECEIPT", "", "-100"))
	paid := steptest.Get[*document.SalesOrder](t, h.must(t, amended(prepaid, func(o *document.SalesOrder) { o.Remarks = "paid" })))
	assert.Equal(t, document.OrderReleased, paid.State, "the money has come")

	h.must(t, &document.CreditAccount{ID: "K-C", Currency: "HKD", NoCheck: true})
	free := steptest.Get[*document.SalesOrder](t, h.must(t, single("2", "C-C", "1", "999999")))
	assert.Equal(t, document.OrderReleased, free.State)
	assert.Equal(t, "1000099 0 0 -100", counts(h.account("K-C")), "what is not checked is counted all the same")
}

func TestCase5ALimitBelowTheExposureIsTakenOverAndHoldsTheNextOrderOnly(t *testing.T) {
	h := open(t)
	o := single("1", "C-A", "1", "300000")
	h.must(t, o)
	alert := steptest.Get[*document.Notice](t, h.limit(t, "K-A", "200000"))
	assert.Equal(t, document.CreditOverAlert, alert.Type)
	assert.Equal(t, document.LevelOver, alert.Level)
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	stays := h.must(t, amended(o, func(o *document.SalesOrder) { o.Remarks = "call first" }))
	assert.Equal(t, document.OrderReleased, steptest.Get[*document.SalesOrder](t, stays).State)
	next := h.must(t, single("2", "C-A", "1", "1"))
	assert.Equal(t, document.OrderHeld, steptest.Get[*document.SalesOrder](t, next).State)
}

func TestCase12AnAmendmentBeyondTheLimitIsHeldAndWhatWasShippedStays(t *testing.T) {
	h := open(t)
	o := single("1", "C-A2", "1000", "480")
	h.must(t, o)
	h.must(t, steptest.Shipment("DN1", "1", "400"))
	answers := h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("1100", "C62") }))
	held := steptest.Get[*document.SalesOrder](t, answers)
	assert.Equal(t, document.OrderHeld, held.State)
	assert.True(t, held.WasReleased)
	assert.Equal(t, "HKD 336,000.00", held.Credit.Demand.String(), "only the open part is asked for")
	assert.Equal(t, "0 192000 0 0", counts(h.account("K-A")))
	assert.Equal(t, "order_held/1/2", noticeTo(t, answers, "finance").ID)

	h.must(t, steptest.Shipment("DN2", "1", "100"))
	assert.Equal(t, document.OrderHeld, h.order("1").State, "goods that leave in spite of a hold do not lift it")
	assert.Equal(t, "0 240000 0 0", counts(h.account("K-A")))
}

func TestCase45AnAmendmentDownToWhatWasShippedDropsTheRest(t *testing.T) {
	h := open(t)
	o := single("1", "C-A2", "1000", "10")
	h.must(t, o)
	h.must(t, steptest.Shipment("DN1", "1", "400"))
	answers := h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("400", "C62") }))
	assert.Equal(t, document.OrderShipped, steptest.Get[*document.SalesOrder](t, answers).State)
	assert.Equal(t, "0 4000 0 0", counts(h.account("K-A")))
}

func TestCase51ACancellationGivesTheOpenPartBack(t *testing.T) {
	h := open(t)
	o := single("1", "C-A2", "1000", "10")
	h.must(t, o)
	h.must(t, steptest.Shipment("DN1", "1", "400"))
	answers := h.must(t, cancelled(o))
	order := steptest.Get[*document.SalesOrder](t, answers)
	assert.Equal(t, document.OrderShortClosed, order.State)
	assert.True(t, order.Credit.Reserved.IsZero())
	assert.Equal(t, "0 4000 0 0", counts(h.account("K-A")))
	_, err := h.take(cancelled(cancelled(o)))
	assert.ErrorContains(t, err, "unchanged", "cancelled again by a higher revision")
	assert.Equal(t, int64(3), h.order("1").SourceRevision)
	assert.Equal(t, "0 4000 0 0", counts(h.account("K-A")), "given back once")
}

func TestCase38AWatchIsAnnouncedAboveNinetyPercentOnceAndAgainBelowEightyFive(t *testing.T) {
	h := open(t)
	h.limit(t, "K-A", "100000")
	notices := func(open string) (ids []string) {
		for _, n := range steptest.All[*document.Notice](h.owes(t, "K-A", item("INV", "", open))) {
			ids = append(ids, n.ID)
		}
		return ids
	}
	assert.Equal(t, []string{"credit_notice/K-A/1"}, notices("90000"), "exactly 90 % is not watch")
	assert.Equal(t, document.LevelNotice, h.account("K-A").Level)
	assert.Equal(t, []string{"credit_watch/K-A/1"}, notices("90000.01"))
	assert.Empty(t, notices("89000"))
	assert.Empty(t, notices("95000"), "not fallen below 85 % since")
	assert.Empty(t, notices("85000"), "exactly 85 % is not below")
	assert.Empty(t, notices("91000"))
	assert.Equal(t, []string{"credit_over/K-A/1"}, notices("100000.01"), "beyond the limit is worse, and said")
	assert.Empty(t, notices("84999.99"))
	assert.Equal(t, document.LevelNotice, h.account("K-A").Level)
	assert.Equal(t, []string{"credit_watch/K-A/2"}, notices("90000.01"))
}

func TestAnAccountCountsWhatItsCustomersOrderTogether(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "1", "300000"))
	answers := h.must(t, single("2", "C-A2", "1", "200000.01"))
	assert.Equal(t, document.OrderHeld, steptest.Get[*document.SalesOrder](t, answers).State)
}

func TestAForeignOrderIsCountedInTheAccountsCurrencyAndHeldWithoutARate(t *testing.T) {
	h := open(t)
	o := single("1", "C-A", "3", "33.33")
	o.Currency = "USD"
	released := steptest.Get[*document.SalesOrder](t, h.must(t, o))
	assert.Equal(t, "HKD 779.92", released.Credit.Reserved.String()) // 99.99 x 7.80 = 779.922
	for i, at := range []string{"259.97", "259.98", "259.97"} {
		h.must(t, steptest.Shipment("DN"+string(rune('1'+i)), "1", "1"))
		assert.Equal(t, at, h.shipment("DN"+string(rune('1'+i))).AtRisk.Amount.Fixed(2))
	}
	assert.Equal(t, "0 0 779.92 0", counts(h.account("K-A")))

	euro := single("2", "C-A", "1", "1")
	euro.Currency = "EUR"
	held := steptest.Get[*document.SalesOrder](t, h.must(t, euro))
	assert.Equal(t, document.FXRateMissing, held.Holds[0].Reason)
}

func TestTheErpMayNotChangeTheCurrencyOfAnAccountThatOwes(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "1", "10"))
	_, err := h.take(&document.CreditAccount{ID: "K-A", Currency: "USD"})
	assert.ErrorContains(t, err, "changed from HKD to USD while HKD 10.00 are open")
	_, err = h.take(&document.CreditAccount{ID: "K-B", Currency: "USD"})
	assert.NoError(t, err)
	limit := document.M("1", "USD")
	_, err = h.take(&document.CreditAccount{ID: "K-C", Currency: "HKD", Limit: &limit})
	assert.ErrorContains(t, err, "its limit is in USD")
}

func TestTheErpsNewsKeepsWhatIsCounted(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "1", "10"))
	before := document.Copy(h.account("K-A"))
	h.limit(t, "K-A", "600000")
	after := h.account("K-A")
	assert.Equal(t, "HKD 600,000.00", after.Limit.String())
	assert.Equal(t, counts(before), counts(after))
	assert.Equal(t, before.AsOf, after.AsOf)
}

func TestAnOrderWaitsForItsCreditAccount(t *testing.T) {
	h := open(t)
	for customer, waitsFor := range map[string]string{"C-N": "party C-N", "C-X": "credit_account K-X"} {
		_, err := h.take(single("1", customer, "1", "1"))
		missing, ok := errors.AsType[*pipelines.Missing](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, waitsFor, missing.Ref.String())
	}
	_, err := h.take(&document.Receivables{Account: "K-X"})
	_, ok := errors.AsType[*pipelines.Missing](err)
	assert.True(t, ok)
}

func TestReceivablesThatContainAShipmentBeforeItIsKnownCountItOnce(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A2", "10", "10"))
	h.owes(t, "K-A", item("INV1", "DN1", "40"))
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	assert.Equal(t, "60 0 0 40", counts(h.account("K-A")))
	assert.Equal(t, document.StagePosted, h.shipment("DN1").Stage)
}

func TestTwoInvoicesForOneShipmentTakeItOverOnce(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A2", "10", "10"))
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	h.must(t, steptest.Shipment("DN2", "1", "1"))
	h.owes(t, "K-A", item("INV1", "DN1", "30"), item("INV2", "DN1", "10"))
	assert.Equal(t, "50 10 0 40", counts(h.account("K-A")))
}

func TestAnOrderCutDownToWhatWasShippedReservesNoRoundingRest(t *testing.T) {
	h := open(t)
	o := single("1", "C-A2", "11", "0.0011") // HKD 0.01; five are worth 0.00 of it, and 0.01 by themselves
	h.must(t, o)
	h.must(t, steptest.Shipment("DN1", "1", "5"))
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("5", "C62") }))
	assert.Equal(t, document.OrderShipped, h.order("1").State)
	assert.True(t, h.order("1").Credit.Reserved.IsZero())
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
}

func TestTheCentsOfAnAmendmentGoToTheNextShipment(t *testing.T) {
	h := open(t)
	o := steptest.Order("1", "C-A2", steptest.Line(1, "CORD-250", "2", "0.0149"), steptest.Line(2, "CORD-250", "1", "0"))
	h.must(t, o) // HKD 0.03
	h.must(t, steptest.Shipment("DN1", "1", "1"))
	assert.Equal(t, "0.01 0.02 0 0", counts(h.account("K-A")))
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("3", "C62") })) // 0.04; one is worth 0.01 of it
	assert.Equal(t, "0.02 0.02 0 0", counts(h.account("K-A")))
	h.must(t, steptest.Shipment("DN2", "1", "", "1"))
	assert.True(t, h.shipment("DN2").AtRisk.IsZero(), "what is free is worth nothing, not less")
	h.must(t, steptest.Shipment("DN3", "1", "2"))
	assert.Equal(t, "0 0.04 0 0", counts(h.account("K-A")))

	h = open(t)
	o = single("2", "C-A2", "3", "0.0149")
	h.must(t, o) // 0.04
	h.must(t, steptest.Shipment("DN1", "2", "1"))
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("2", "C62") })) // 0.03; one is worth 0.02 of it
	h.must(t, &document.Outcome{Target: "erp_order", Of: document.Ref{Kind: document.KindSalesOrder, Key: "2"}, Reference: "SO1"})
	assert.Equal(t, "0.02 0.01 0 0", counts(h.account("K-A")))
	assert.Equal(t, "HKD 0.02", h.order("2").Credit.Reserved.String(), "only a shipment moves money")
}

func TestACreditNoteBillsNothingAndIsNotOverdue(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A2", "10", "10"))
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	note := item("CN1", "DN1", "-10")
	note.Due = document.Date{Year: 2025, Month: 1, Day: 1}
	h.owes(t, "K-A", note)
	assert.Equal(t, "60 40 0 -10", counts(h.account("K-A")))
	assert.True(t, h.account("K-A").OldestDue.IsZero())
}

func TestReceivablesThatWereReadAgainAndDidNotChangeAreFresh(t *testing.T) {
	h := open(t)
	h.Clock = h.Clock.Add(72 * time.Hour)
	held := steptest.Get[*document.SalesOrder](t, h.must(t, single("1", "C-A", "1", "1")))
	assert.Equal(t, document.ARStale, held.Holds[0].Reason)
	h.Read = h.Clock.Add(-time.Minute)
	released := steptest.Get[*document.SalesOrder](t, h.must(t, single("2", "C-A", "1", "1")))
	assert.Equal(t, document.OrderReleased, released.State)

	h.limit(t, "K-X", "100")
	unnamed := steptest.Get[*document.SalesOrder](t, h.must(t, single("3", "C-X", "1", "1")))
	assert.Equal(t, document.OrderReleased, unnamed.State, "an account that the whole set does not name owes nothing")
}

func TestTheOrderOfANewAccountWaitsForItsReceivablesAndIsHeldForAnythingElse(t *testing.T) {
	h := open(t)
	h.limit(t, "K-X", "100")
	_, err := h.take(single("1", "C-X", "1", "1"))
	missing, ok := errors.AsType[*pipelines.Missing](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "receivables K-X", missing.Ref.String())
	held := steptest.Get[*document.SalesOrder](t, h.must(t, single("2", "C-X", "1", "100.01")))
	assert.Len(t, held.Holds, 2)
	h.owes(t, "K-X")
	released := steptest.Get[*document.SalesOrder](t, h.must(t, single("1", "C-X", "1", "1")))
	assert.Equal(t, document.OrderReleased, released.State)
}

func TestOlderReceivablesAreSuperseded(t *testing.T) {
	h := open(t)
	h.owes(t, "K-A", item("INV", "", "1"))
	_, err := h.take(&document.Receivables{Account: "K-A", AsOf: h.Now().Add(-time.Hour)})
	aside, ok := errors.AsType[*pipelines.SetAside](err)
	require.True(t, ok)
	assert.Equal(t, pipelines.Superseded, aside.Bucket)
}

func TestAnotherAccountOfTheCustomerTakesTheReservationOver(t *testing.T) {
	h := open(t)
	o := single("1", "C-A", "1", "500")
	h.must(t, o)
	party := document.Copy(pipelines.Head[*document.Party](h, document.KindParty, "C-A"))
	party.Account = "K-B"
	h.must(t, party)
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Remarks = "new account" }))
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
	assert.Equal(t, "500 0 0 0", counts(h.account("K-B")))
}

func TestTheErpsOrderNumberMovesNoMoney(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "1", "500"))
	answers := h.must(t, &document.Outcome{Target: "erp_order", Of: document.Ref{Kind: document.KindSalesOrder, Key: "1"}, Reference: "SO000123"})
	assert.Len(t, answers, 1)
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Equal(t, "HKD 500.00", h.order("1").Credit.Reserved.String())
}
