package steptest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/distribution"
	"tradewire/pipelines/steptest"
)

func objection(order, department, reason string) *document.Acknowledgement {
	return &document.Acknowledgement{Order: order, Department: department, By: "Chen", Objects: true, Reason: reason,
		Proposed: document.Date{Year: 2026, Month: 5, Day: 8}}
}

func held(o *document.SalesOrder) *document.SalesOrder {
	return amended(o, func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("100000000", "C62") })
}

func TestOnlyTheDepartmentThatMustAgreeCancelsAnOrderInProduction(t *testing.T) {
	for name, answer := range map[string]*document.Acknowledgement{
		"another department": {Order: "1", Department: "purchasing", By: "Chen"},
		"an objection":       objection("1", "planning", "half of it is made"),
		"for a shipment":     {Order: "1", Department: "planning", Shipment: "DN1", By: "Li"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.must(t, cords("1"))
			h.produces(t, "1", 1, "70", "30")
			answers := h.must(t, cancelled(cords("1")))
			assert.Empty(t, steptest.All[*document.Paper](answers), "nothing is confirmed to the customer while it waits")
			_, _ = h.take(answer)
			assert.Equal(t, document.OrderReleased, h.order("1").State)
			h.must(t, &document.Acknowledgement{Order: "1", Department: "planning", By: "Li"})
			assert.Equal(t, document.OrderCancelled, h.order("1").State)
			_, err := h.take(&document.Acknowledgement{Order: "1", Department: "planning", By: "Wu"})
			require.Error(t, err, "once")
			assert.Equal(t, "Li", h.order("1").Cancelling.By)
		})
	}
}

func TestAnObjectionToACancellationIsWithdrawnWhenPlanningAgreesAfterAll(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.produces(t, "1", 1, "70", "30")
	h.must(t, cancelled(cords("1")))
	h.must(t, objection("1", "planning", "half of it is made"))
	answers := h.must(t, &document.Acknowledgement{Order: "1", Department: "planning", By: "Li"})
	assert.Equal(t, document.RequestWithdrawn, steptest.Get[*document.ChangeRequest](t, answers).State)
}

func TestACancellationOfAnOrderThatIsHeldAndInProductionAsksPlanningToo(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.produces(t, "1", 1, "70", "30")
	large := held(cords("1"))
	h.must(t, large)
	answers := h.must(t, cancelled(large))
	assert.Equal(t, []string{"cancel_requested>planning"}, sent(answers))
	assert.Equal(t, document.OrderHeld, h.order("1").State)
	answers = h.must(t, &document.Acknowledgement{Order: "1", Department: "planning", By: "Li"})
	assert.Equal(t, []string{"order_cancelled>planning", "order_cancelled>purchasing"}, sent(answers))
	lines := noticeTo(t, answers, "purchasing").News.Lines
	assert.Equal(t, "-90 C62", lines[0].Change.String(), "what was held was never in force")
	assert.Equal(t, "160 C62", lines[0].Quantity.String())
}

func TestACancellationThatIsTakenBackByARevisionThatCreditHoldsStopsEverybody(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.produces(t, "1", 1, "70", "30")
	h.must(t, cancelled(cords("1")))
	large := held(cords("1"))
	large.SourceRevision = 3
	answers := h.must(t, large)
	assert.Equal(t, []string{"order_held>finance", "order_suspended>planning", "order_suspended>purchasing"}, sent(answers))
	assert.Equal(t, document.DutySent, h.duty(t, "1", "planning", "").Status)
	h.acks(t, "1", "planning")
	assert.Equal(t, document.OrderHeld, h.order("1").State, "there is nothing to agree to any more")
}

func TestACancellationThatWaitedIsForgottenWhenTheOrderIsCancelledAllTheSame(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.produces(t, "1", 1, "70", "30")
	h.must(t, cancelled(cords("1")))
	h.must(t, &document.ProductionReport{ID: "undone", Order: "1", Line: 1, Started: document.Q("0", "C62"), Made: document.Q("0", "C62")})
	again := cancelled(cords("1"))
	again.SourceRevision = 4
	_, err := h.take(again)
	require.Error(t, err, "it was said before")
	back := amended(cords("1"), func(o *document.SalesOrder) { o.SourceRevision = 5 })
	h.must(t, back)
	h.must(t, cancelled(back))
	assert.Equal(t, document.OrderCancelled, h.order("1").State, "nothing is in production")
	assert.Nil(t, h.order("1").Cancelling)
	h.acks(t, "1", "planning")
}

func TestARequestIsWithdrawnWhenTheCRMSendsANewRevision(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.must(t, objection("1", "planning", "mould repair"))
	answers := h.must(t, amended(cords("1"), func(o *document.SalesOrder) { o.RequestedOn = o.RequestedOn.AddDays(9) }))
	request := steptest.Get[*document.ChangeRequest](t, answers)
	assert.Equal(t, document.RequestWithdrawn, request.State)
	assert.Equal(t, "1/1/planning", request.Key())
	assert.Equal(t, document.DutySent, h.duty(t, "1", "planning", "").Status)
	assert.False(t, h.duty(t, "1", "planning", "").Reminded)
}

func TestObjectionsToTwoShipmentsAreTwoRequestsAboutTheirOwnLines(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.must(t, steptest.Shipment("DN1", "1", "10"))
	h.must(t, steptest.Shipment("DN2", "1", "", "10"))
	var keys []string
	for _, shipment := range []string{"DN1", "DN2"} {
		a := objection("1", "shipping", "no truck for "+shipment)
		a.Shipment = shipment
		request := steptest.Get[*document.ChangeRequest](t, h.must(t, a))
		keys = append(keys, request.Key())
		require.Len(t, request.Lines, 1)
	}
	assert.Equal(t, []string{"1/DN1/1/shipping", "1/DN2/1/shipping"}, keys)
	answers := h.must(t, &document.Acknowledgement{Order: "1", Shipment: "DN1", Department: "shipping", By: "Zhou"})
	assert.Equal(t, "no truck for DN1", steptest.Get[*document.ChangeRequest](t, answers).Reason)
	assert.Equal(t, document.DutyObjected, h.duty(t, "1", "shipping", "DN2").Status)

	again := objection("1", "shipping", "no truck for DN2")
	again.Shipment, again.Proposed = "DN2", document.Date{Year: 2026, Month: 5, Day: 9}
	h.must(t, again) // another day is another answer
	_, err := h.take(again)
	require.Error(t, err)
}

func TestWhatTheForwarderSaidOfABookingIsNoAnswerToTheNext(t *testing.T) {
	h := open(t)
	h.must(t, steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", "1000", "0.1")))
	h.must(t, steptest.Shipment("DN1", "1", "500"))
	voyage := &document.Transport{Shipment: "DN1", Forwarder: "Halcyon Freight", Tracking: "HLC1"}
	h.must(t, voyage)
	h.must(t, steptest.Shipment("DN1", "1", "250"))
	relabelled := steptest.Shipment("DN1", "1", "250")
	relabelled.Tracking = "T2"
	h.must(t, relabelled)
	assert.Equal(t, document.DutySent, h.duty(t, "1", "shipping", "DN1").Status, "the corrected booking was not answered")

	a := objection("1", "shipping", "no space")
	a.Shipment = "DN1"
	h.must(t, a)
	moved := *voyage
	moved.Vessel = "Kestrel Bay"
	h.must(t, &moved)
	assert.Equal(t, document.DutyObjected, h.duty(t, "1", "shipping", "DN1").Status, "what the clerk said stands")
}

func TestACorrectedDespatchOfACancelledOrderDoesNotReopenIt(t *testing.T) {
	h := open(t)
	o := single("1", "C-A", "10", "1")
	h.must(t, o)
	h.must(t, cancelled(o))
	h.must(t, steptest.Shipment("DN1", "1", "10"))
	assert.Equal(t, document.OrderShipped, h.order("1").State)
	h.must(t, &document.Transport{Shipment: "DN1", Forwarder: "F"})
	answers := h.must(t, steptest.Shipment("DN1", "1", "4"))
	assert.Equal(t, document.OrderShortClosed, h.order("1").State)
	assert.Equal(t, []string{"booking_request>shipping"}, sent(answers))
	plate := steptest.Shipment("DN1", "1", "4")
	plate.Vehicle = "粤S12345"
	assert.Empty(t, sent(h.must(t, plate)))
}

func TestADescriptionThatChangesIsToldToThoseWhomTheItemConcerns(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	answers := h.must(t, amended(cords("1"), func(o *document.SalesOrder) { o.Lines[0].Description = "in red" }))
	assert.Equal(t, []string{"order_changed>planning", "order_changed>purchasing"}, sent(answers))
	assert.Equal(t, document.FieldChange{Field: document.FieldItem, Line: 1, Item: "CORD-250", Is: "in red"}, noticeTo(t, answers, "planning").News.Changes[0])
	assert.Equal(t, 2, steptest.Get[*document.Paper](t, answers).Revision)
}

func TestALineThatIsTakenOutIsToldWithWhatWasMadeOfIt(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.produces(t, "1", 1, "70", "30")
	answers := h.must(t, amended(cords("1"), func(o *document.SalesOrder) { o.Lines = o.Lines[:2] }))
	notice := noticeTo(t, answers, "planning")
	assert.Equal(t, []document.FieldChange{{Field: document.FieldQuantity, Line: 3, Item: "CORD-250", Unit: "C62", Was: "60"}}, notice.News.Changes)
	assert.Equal(t, "70 C62", notice.News.Lines[0].Started.String(), "an amendment keeps what is made")
	assert.Equal(t, "-60 C62", noticeTo(t, answers, "purchasing").News.Lines[0].Change.String())
}

func TestAPartlyShippedOrderThatChangesIsConfirmedAgain(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.must(t, steptest.Shipment("DN1", "1", "10"))
	answers := h.must(t, amended(cords("1"), func(o *document.SalesOrder) { o.PromisedOn = o.RequestedOn.AddDays(3) }))
	assert.Equal(t, document.OrderPartiallyShipped, h.order("1").State)
	assert.Equal(t, 2, steptest.Get[*document.Paper](t, answers).Revision)
	answers = h.must(t, amended(h.order("1"), func(o *document.SalesOrder) { o.Remarks = "two pallets" }))
	assert.Equal(t, 3, steptest.Get[*document.Paper](t, answers).Revision)
}

func TestTheTimeOfTheConfirmationIsTheCRMsAndStaysWithTheRevision(t *testing.T) {
	h := open(t)
	h.Changed = h.Clock.Add(-3 * time.Hour)
	h.must(t, cords("1"))
	h.Changed = time.Time{}
	h.acks(t, "1", "planning")
	given := pipelines.Head[*document.Distribution](h, document.KindDistribution, "1").Given
	assert.Equal(t, 3*time.Hour, given[0].At.Sub(given[0].Confirmed))
	h.produces(t, "1", 1, "7", "3")
	assert.True(t, h.order("1").ConfirmedAt.Equal(h.Clock.Add(-3*time.Hour)))
}

func TestFreightIsPaidByWhomTheIncotermSays(t *testing.T) {
	for term, want := range map[string]document.Freight{"FOB": document.FreightCollect, "EXW": document.FreightCollect, "CIF": document.FreightPrepaid,
		"DAP": document.FreightPrepaid, "": ""} {
		h := open(t)
		o := single("1", "C-A", "1000", "0.1")
		o.Incoterm = term
		h.must(t, o)
		answers := h.must(t, steptest.Shipment("DN1", "1", "1000"))
		assert.Equal(t, want, noticeTo(t, answers, "shipping").Shipment.Booking.Freight, term)
	}
}

func TestAProductionReportThatDoesNotFitItsOrderIsRefused(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	for says, r := range map[string]*document.ProductionReport{
		"has no line 9": {ID: "R", Order: "1", Line: 9},
		`in "MTR"`:      {ID: "R", Order: "1", Line: 1, Started: document.Q("1", "MTR"), Made: document.Q("0", "C62")},
		"below zero":    {ID: "R", Order: "1", Line: 1, Started: document.Q("-1", "C62"), Made: document.Q("0", "C62")},
	} {
		_, err := h.take(r)
		assert.ErrorContains(t, err, says)
	}
	_, err := h.take(&document.ProductionReport{ID: "R", Order: "2", Line: 1})
	_, waits := errors.AsType[*pipelines.Missing](err)
	assert.True(t, waits, "it came before its order")
}

func TestAnAlarmThatComesTooEarlyIsSetAgain(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	_, err := h.take(&document.Alarm{Of: document.Ref{Kind: document.KindDistribution, Key: "1"}, At: h.Clock})
	aside, ok := errors.AsType[*pipelines.SetAside](err)
	require.True(t, ok, "%v", err)
	assert.Len(t, aside.Documents, 1, "what is named again is looked at again")
}

func TestNobodyIsChasedForGoodsThatHaveLeft(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "10", "1"))
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	assert.Equal(t, document.DutySent, h.duty(t, "1", "planning", "").Status, "six are still to be made")
	h.must(t, steptest.Shipment("DN2", "1", "6"))
	duty := h.duty(t, "1", "planning", "")
	assert.Equal(t, document.DutyAcked, duty.Status)
	assert.Equal(t, "despatch DN2", duty.By)
	assert.Equal(t, document.DutySent, h.duty(t, "1", "shipping", "DN2").Status, "but it must be booked")
	_, err := h.take(objection("1", "planning", "no copper"))
	assert.ErrorContains(t, err, "all of it has left")
}

func TestWhatADespatchSettledIsAskedAgainWhenItTurnsOutToHaveLeftSomething(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "10", "1"))
	h.must(t, objection("1", "planning", "no copper"))
	answers := h.must(t, steptest.Shipment("DN1", "1", "10"))
	assert.Equal(t, document.RequestWithdrawn, steptest.Get[*document.ChangeRequest](t, answers).State, "nothing can be changed any more")
	assert.True(t, h.duty(t, "1", "planning", "").Settled)
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	duty := h.duty(t, "1", "planning", "")
	assert.Equal(t, document.DutySent, duty.Status)
	assert.False(t, duty.Settled)
	assert.True(t, duty.Due.After(h.Clock))
	h.acks(t, "1", "planning")
	h.must(t, steptest.Shipment("DN2", "1", "6"))
	assert.Equal(t, "Li Wei", h.duty(t, "1", "planning", "").By, "what a person answered stays")
}

func TestACancellationThatADespatchOvertookIsAskedForAgainWhenSomethingIsOpen(t *testing.T) {
	h := open(t)
	o := single("1", "C-A", "10", "1")
	h.must(t, o)
	h.produces(t, "1", 1, "10", "10")
	h.must(t, cancelled(o))
	h.must(t, steptest.Shipment("DN1", "1", "10"))
	assert.Equal(t, document.DutyAcked, h.duty(t, "1", "planning", "").Status)
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	assert.Equal(t, document.DutySent, h.duty(t, "1", "planning", "").Status)
	h.must(t, &document.Acknowledgement{Order: "1", Department: "planning", By: "Li"})
	assert.Equal(t, document.OrderShortClosed, h.order("1").State)
}

func TestAChangeOfAnOrderThatHasLeftIsToldAndNobodyIsAskedToAnswer(t *testing.T) {
	h := open(t)
	o := single("1", "C-A", "10", "1")
	h.must(t, o)
	h.must(t, steptest.Shipment("DN1", "1", "10"))
	answers := h.must(t, amended(o, func(o *document.SalesOrder) { o.Remarks = "invoice to Kowloon" }))
	assert.Equal(t, []string{"order_changed>planning"}, sent(answers))
	assert.False(t, noticeTo(t, answers, "planning").News.Answer)
	assert.Equal(t, document.DutyAcked, h.duty(t, "1", "planning", "").Status)
}

func TestAnAnswerFromBeforeACancellationDoesNotAgreeToIt(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.produces(t, "1", 1, "70", "30")
	h.Clock = h.Clock.Add(4 * time.Hour)
	h.must(t, cancelled(cords("1")))
	_, err := h.take(&document.Acknowledgement{Order: "1", Department: "planning", By: "Li", At: h.Clock.Add(-time.Hour)})
	require.Error(t, err)
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Equal(t, document.DutySent, h.duty(t, "1", "planning", "").Status)
}

func TestADepartmentThatComesOrGoesWhileOrdersAreOpen(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.must(t, objection("1", "purchasing", "strip late"))
	var policy distribution.Policy
	read(t, "distribution.yaml", &policy)
	policy.Departments["quality"] = policy.Departments["planning"]
	delete(policy.Departments, "purchasing")
	step, err := distribution.New(policy)
	require.NoError(t, err)
	h.orders[len(h.orders)-1] = step

	answers := h.must(t, amended(cords("1"), func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("120", "C62") }))
	assert.Equal(t, []string{"order_changed>planning", "order_released>quality"}, sent(answers))
	assert.Zero(t, noticeTo(t, answers, "quality").News.Before, "it never heard of the order")
	assert.Equal(t, document.RequestWithdrawn, steptest.Get[*document.ChangeRequest](t, answers).State)
	d := pipelines.Head[*document.Distribution](h, document.KindDistribution, "1")
	_, still := d.Duty("purchasing", "")
	assert.False(t, still, "nobody answers for it any more")
}

func TestAnObjectionWithoutADayAsksForAnotherChange(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.must(t, steptest.Shipment("DN1", "1", "100"))
	a := objection("1", "planning", "no such plug")
	a.Proposed = document.Date{}
	request := steptest.Get[*document.ChangeRequest](t, h.must(t, a))
	require.Len(t, request.Lines, 2, "what has left is not in question")
	assert.Equal(t, "IC", request.Lines[0].Code)
}

func TestACorrectedShipmentWithdrawsWhatWasAskedOfTheOneBefore(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.must(t, steptest.Shipment("DN1", "1", "10"))
	a := objection("1", "shipping", "no truck")
	a.Shipment = "DN1"
	h.must(t, a)
	answers := h.must(t, steptest.Shipment("DN1", "1", "20"))
	assert.Equal(t, document.RequestWithdrawn, steptest.Get[*document.ChangeRequest](t, answers).State)
	_, err := h.take(&document.Acknowledgement{Order: "1", Shipment: "DN1", Department: "shipping", By: "Zhou", Revision: 9})
	assert.ErrorContains(t, err, "not known here")
}

func TestADepartmentReadsWhichRevisionItHadAndTheTermsWithTheirPlace(t *testing.T) {
	h := open(t)
	o := cords("1")
	o.Incoterm, o.Place = "FOB", "Yantian"
	h.must(t, o)
	later := amended(o, func(o *document.SalesOrder) { o.RequestedOn = o.RequestedOn.AddDays(7) })
	h.must(t, later)
	answers := h.must(t, amended(later, func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("90", "C62") }))
	assert.Equal(t, int64(1), noticeTo(t, answers, "purchasing").News.Before, "the second did not concern it")
	assert.Equal(t, int64(2), noticeTo(t, answers, "planning").News.Before)
	assert.Equal(t, "FOB Yantian", noticeTo(t, answers, "planning").News.Incoterm)
}

func TestProductionOfACancelledOrderIsToldToThoseWhoStoppedIt(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.must(t, cancelled(cords("1")))
	h.acks(t, "1", "planning", "purchasing")
	answers := h.must(t, &document.ProductionReport{ID: "R", Order: "1", Line: 1, Started: document.Q("70", "C62"), Made: document.Q("0", "C62")})
	assert.Equal(t, []string{"order_cancelled>planning", "order_cancelled>purchasing"}, sent(answers))
	lines := noticeTo(t, answers, "purchasing").News.Lines
	assert.Equal(t, "70 C62", lines[0].Started.String())
	assert.Equal(t, "-90 C62", lines[0].Change.String())
	assert.Equal(t, document.DutySent, h.duty(t, "1", "planning", "").Status)
	answers = h.must(t, &document.ProductionReport{ID: "R2", Order: "1", Line: 1, Started: document.Q("70", "C62"), Made: document.Q("0", "C62")})
	assert.Empty(t, sent(answers), "said once")
}

func TestWhatWasSaidBeforeItWasSentIsNoAnswer(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	_, err := h.take(&document.Acknowledgement{Order: "1", Department: "planning", By: "Li", At: h.Clock.Add(-time.Minute)})
	assert.ErrorContains(t, err, "is the clock of the source right?")
	assert.Equal(t, document.DutySent, h.duty(t, "1", "planning", "").Status)
	h.must(t, &document.Acknowledgement{Order: "1", Department: "planning", By: "Li", At: h.Clock.Add(time.Hour)})
	assert.True(t, h.duty(t, "1", "planning", "").Answered.Equal(h.Clock), "and nobody answers in the future")
}
