package steptest_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/steptest"
)

func cords(id string) *document.SalesOrder {
	return steptest.Order(id, "C-A", steptest.Line(1, "CORD-250", "100", "1"), steptest.Line(2, "CORD-100", "40", "2"), steptest.Line(3, "CORD-250", "60", "1"))
}

// sent names the notices among answers: order_changed>planning.
func sent(answers []document.Document) (list []string) {
	for _, n := range steptest.All[*document.Notice](answers) {
		list = append(list, string(n.Type)+">"+n.To)
	}
	slices.Sort(list)
	return list
}

func noticeTo(t testing.TB, answers []document.Document, department string) *document.Notice {
	t.Helper()
	for _, n := range steptest.All[*document.Notice](answers) {
		if n.To == department {
			return n
		}
	}
	t.Fatalf("no notice to %s among %v", department, sent(answers))
	return nil
}

func (h *house) duty(t testing.TB, order, department, shipment string) document.Duty {
	t.Helper()
	d := pipelines.Head[*document.Distribution](h, document.KindDistribution, order)
	require.NotNil(t, d)
	duty, ok := d.Duty(department, shipment)
	require.True(t, ok, "%s has no duty", department)
	return *duty
}

func (h *house) acks(t testing.TB, order string, departments ...string) {
	t.Helper()
	for _, d := range departments {
		h.must(t, &document.Acknowledgement{Order: order, Department: d, By: "Li Wei"})
		assert.Equal(t, document.DutyAcked, h.duty(t, order, d, "").Status)
	}
}

func TestAReleasedOrderGoesWholeToEveryDepartmentAndIsConfirmedToTheCustomer(t *testing.T) {
	h := open(t)
	o := cords("1")
	o.Remarks = "UL label on every cord"
	answers := h.must(t, o)
	assert.Equal(t, []string{"order_released>planning", "order_released>purchasing"}, sent(answers))

	planning := noticeTo(t, answers, "planning")
	assert.Equal(t, "zh", planning.Language)
	require.Len(t, planning.News.Lines, 3)
	assert.Equal(t, "2026-04-30", planning.News.Lines[1].RequiredOn.String())
	assert.Equal(t, "UL label on every cord", planning.News.Remarks)
	assert.Zero(t, planning.News.Before)
	assert.True(t, planning.Urgent(), "class A comes first")

	purchasing := noticeTo(t, answers, "purchasing")
	require.Len(t, purchasing.News.Lines, 2, "by item")
	assert.Equal(t, "160 C62", purchasing.News.Lines[0].Quantity.String())

	paper := steptest.Get[*document.Paper](t, answers)
	assert.Equal(t, "order_confirmation/OC-2026-00001", paper.Key())
	assert.Equal(t, "OC-2026-00001", h.order("1").Confirmation)
	assert.Equal(t, "2026-04-30", paper.Order.Promised(&paper.Order.Lines[0]).String())

	duty := h.duty(t, "1", "planning", "")
	assert.Equal(t, document.DutySent, duty.Status)
	assert.Equal(t, int64(1), duty.Revision)
	assert.Equal(t, "2026-04-01T10:00", duty.Due.In(h.Zone()).Format("2006-01-02T15:04"))
	assert.Equal(t, "2026-04-02T10:00", duty.Overdue.In(h.Zone()).Format("2006-01-02T15:04"))
}

func TestAHeldOrderIsToldToNobodyUntilItIsReleasedAndThenWhole(t *testing.T) {
	h := open(t)
	h.limit(t, "K-A", "10")
	answers := h.must(t, cords("1"))
	assert.Equal(t, []string{"order_held>finance"}, sent(answers))
	assert.Empty(t, steptest.All[*document.Paper](answers))
	h.limit(t, "K-A", "100000")
	answers = h.must(t, amended(cords("1"), func(*document.SalesOrder) {}))
	assert.Equal(t, []string{"order_released>planning", "order_released>purchasing"}, sent(answers))
	assert.Zero(t, noticeTo(t, answers, "planning").News.Before)
}

func TestCase55ANewRevisionSendsBackOnlyThoseWhomItConcerns(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.acks(t, "1", "planning", "purchasing")

	later := amended(cords("1"), func(o *document.SalesOrder) { o.RequestedOn = o.RequestedOn.AddDays(7) })
	answers := h.must(t, later)
	assert.Equal(t, []string{"order_changed>planning"}, sent(answers))
	assert.Equal(t, []document.FieldChange{{Field: document.FieldRequired, Was: "2026-04-30", Is: "2026-05-07"}}, noticeTo(t, answers, "planning").News.Changes)
	assert.Equal(t, document.DutySent, h.duty(t, "1", "planning", "").Status)
	assert.Equal(t, document.DutyAcked, h.duty(t, "1", "purchasing", "").Status, "its answer stays")
	assert.Equal(t, int64(1), h.duty(t, "1", "purchasing", "").Revision)
	assert.Equal(t, 2, steptest.Get[*document.Paper](t, answers).Revision, "the customer signs again")

	more := amended(later, func(o *document.SalesOrder) {
		o.Lines[0].Quantity, o.Lines[2].Quantity = document.Q("130", "C62"), document.Q("50", "C62")
		o.Remarks = "two pallets"
	})
	answers = h.must(t, more)
	assert.Equal(t, []string{"order_changed>planning", "order_changed>purchasing"}, sent(answers))
	changes := noticeTo(t, answers, "planning").News.Changes
	assert.Equal(t, []string{"quantity", "quantity", "remarks"}, []string{changes[0].Field, changes[1].Field, changes[2].Field})
	lines := noticeTo(t, answers, "purchasing").News.Lines
	assert.Equal(t, "180 C62", lines[0].Quantity.String())
	assert.Equal(t, "20 C62", lines[0].Change.String(), "+30 -10")
	assert.Zero(t, lines[1].Change.Value.Sign())
}

func TestAChangeThatConcernsNobodyIsTalkedAboutWithNobody(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	answers := h.must(t, amended(cords("1"), func(o *document.SalesOrder) { o.Lines[0].Price = document.D("1.01") }))
	assert.Empty(t, sent(answers))
	assert.Equal(t, 2, steptest.Get[*document.Paper](t, answers).Revision, "but the customer signs the new price")
}

func TestAnotherItemOnALineIsNoLongerBoughtAsTheOldOne(t *testing.T) {
	h := open(t)
	h.must(t, steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", "100", "1")))
	answers := h.must(t, amended(steptest.Order("1", "C-A", steptest.Line(1, "CORD-100", "100", "1")), func(*document.SalesOrder) {}))
	lines := noticeTo(t, answers, "purchasing").News.Lines
	require.Len(t, lines, 2)
	assert.Equal(t, "CORD-100 100 C62 100 C62", lines[0].Item+" "+lines[0].Quantity.String()+" "+lines[0].Change.String())
	assert.Equal(t, "CORD-250 0 C62 -100 C62", lines[1].Item+" "+lines[1].Quantity.String()+" "+lines[1].Change.String())
}

func TestCase54AnObjectionMovesNoDateAndGoesToTheCRM(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	before := document.Copy(h.order("1"))
	answers := h.must(t, &document.Acknowledgement{Order: "1", Department: "purchasing", Revision: 1, By: "Chen", Objects: true,
		Reason: "copper strip late", Proposed: document.Date{Year: 2026, Month: 5, Day: 8}})
	request := steptest.Get[*document.ChangeRequest](t, answers)
	assert.Equal(t, "CA", request.Response)
	assert.Equal(t, "1/1/purchasing", request.Key())
	require.Len(t, request.Lines, 3)
	assert.Equal(t, document.LineAnswer{No: 2, Item: "CORD-100", Code: "DR", RequiredOn: before.RequestedOn, ProposedOn: request.Proposed}, request.Lines[1])
	assert.Equal(t, []string{"objection>sales"}, sent(answers))
	assert.Equal(t, before, h.order("1"), "nothing of the order has moved")
	assert.Equal(t, document.DutyObjected, h.duty(t, "1", "purchasing", "").Status)

	answers = h.must(t, amended(cords("1"), func(o *document.SalesOrder) { o.PromisedOn = request.Proposed }))
	assert.Equal(t, []string{"order_changed>planning"}, sent(answers))
	assert.Equal(t, "2026-05-08", h.order("1").PromisedOn.String(), "the CRM has moved it")
	assert.Equal(t, 2, steptest.Get[*document.Paper](t, answers).Revision)

	answers = h.must(t, &document.Acknowledgement{Order: "1", Department: "purchasing", By: "Chen"})
	assert.Equal(t, document.RequestWithdrawn, steptest.Get[*document.ChangeRequest](t, answers).State)
	assert.Len(t, pipelines.Head[*document.Distribution](h, document.KindDistribution, "1").Given, 2)
}

func TestAnAnswerCountsForTheRevisionThatWasReadAndOnce(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.must(t, amended(cords("1"), func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("90", "C62") }))
	for _, c := range []struct {
		name   string
		answer document.Acknowledgement
		bucket pipelines.Bucket
		says   string
	}{
		{"an earlier revision", document.Acknowledgement{Department: "planning", Revision: 1, By: "Li"}, pipelines.Superseded, "has been sent revision 2"},
		{"a later revision than there is", document.Acknowledgement{Department: "planning", Revision: 3, By: "Li"}, "", "not known here"},
		{"a department that was sent nothing", document.Acknowledgement{Department: "sales", By: "Li"}, "", "it was sent to planning, purchasing"},
		{"nobody", document.Acknowledgement{Department: "planning"}, "", "without a name"},
		{"an objection without a reason", document.Acknowledgement{Department: "planning", By: "Li", Objects: true}, "", "without a reason"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.answer.Order = "1"
			_, err := h.take(&c.answer)
			assert.ErrorContains(t, err, c.says)
			aside, ok := errors.AsType[*pipelines.SetAside](err)
			assert.Equal(t, c.bucket != "", ok)
			if ok {
				assert.Equal(t, c.bucket, aside.Bucket)
			}
		})
	}
	h.acks(t, "1", "planning")
	_, err := h.take(&document.Acknowledgement{Order: "1", Department: "planning", By: "Li"})
	aside, ok := errors.AsType[*pipelines.SetAside](err)
	require.True(t, ok)
	assert.Equal(t, pipelines.Unchanged, aside.Bucket)
}

func (h *house) produces(t testing.TB, order string, line int, started, made string) {
	t.Helper()
	h.must(t, &document.ProductionReport{ID: order + made, Order: order, Line: line, Started: document.Q(started, "C62"), Made: document.Q(made, "C62")})
}

func TestCase53AnOrderInProductionIsCancelledWhenPlanningAgreesAndPurchasingHearsWhatIsNotNeeded(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.acks(t, "1", "planning", "purchasing")
	h.produces(t, "1", 1, "70", "30")

	answers := h.must(t, cancelled(cords("1")))
	assert.Equal(t, []string{"cancel_requested>planning"}, sent(answers))
	assert.Equal(t, document.OrderReleased, h.order("1").State, "nothing stops before planning agrees")
	assert.Equal(t, "HKD 240.00", h.order("1").Credit.Reserved.String())
	_, err := h.take(&document.Acknowledgement{Order: "1", Department: "planning", Revision: 1, By: "Li"})
	require.Error(t, err, "an answer to the order is not one to its cancellation")
	assert.Equal(t, document.OrderReleased, h.order("1").State)

	answers = h.must(t, &document.Acknowledgement{Order: "1", Department: "planning", Revision: 2, By: "Li Wei"})
	assert.Equal(t, []string{"order_cancelled>planning", "order_cancelled>purchasing"}, sent(answers))
	assert.Equal(t, document.OrderCancelled, h.order("1").State)
	assert.Equal(t, "Li Wei", h.order("1").Cancelling.By)
	assert.Zero(t, h.account("K-A").Exposure.OpenOrders.Sign())
	purchasing := noticeTo(t, answers, "purchasing")
	assert.Equal(t, "-90 C62", purchasing.News.Lines[0].Change.String(), "160 less the 70 that were begun")
	assert.Equal(t, "70 C62", purchasing.News.Lines[0].Started.String())
	assert.Equal(t, document.DutyAcked, h.duty(t, "1", "planning", "").Status, "it has answered already")
	assert.False(t, noticeTo(t, answers, "planning").News.Answer)
	assert.Equal(t, document.DutySent, h.duty(t, "1", "purchasing", "").Status)
}

func TestACancellationThatTheCRMTakesBackBeforePlanningAgreesChangesNothing(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.produces(t, "1", 1, "70", "30")
	h.must(t, cancelled(cords("1")))
	back := amended(cords("1"), func(o *document.SalesOrder) { o.SourceRevision = 3 })
	answers := h.must(t, back)
	assert.Equal(t, []string{"order_changed>planning"}, sent(answers), "the others never heard of it")
	assert.Nil(t, h.order("1").Cancelling)
	h.acks(t, "1", "planning")
	assert.Equal(t, document.OrderReleased, h.order("1").State)
}

func TestCase53WithoutProductionACancellationIsToldToAllWhoKnewTheOrder(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	answers := h.must(t, cancelled(cords("1")))
	assert.Equal(t, []string{"order_cancelled>planning", "order_cancelled>purchasing"}, sent(answers))
	assert.Equal(t, document.OrderCancelled, h.order("1").State)
	assert.Equal(t, document.DutySent, h.duty(t, "1", "planning", "").Status)
}

func TestCase12AnAmendmentThatCreditHoldsStopsTheDepartmentsAndOneThatFitsSetsThemGoing(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.acks(t, "1", "planning", "purchasing")
	large := amended(cords("1"), func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("100000000", "C62") })
	answers := h.must(t, large)
	assert.Equal(t, []string{"order_held>finance", "order_suspended>planning", "order_suspended>purchasing"}, sent(answers))
	assert.Equal(t, "100 C62", noticeTo(t, answers, "planning").News.Lines[0].Quantity.String(), "what is held is not in force")
	answers = h.must(t, amended(large, func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("120", "C62") }))
	assert.Equal(t, []string{"order_changed>planning", "order_changed>purchasing"}, sent(answers))
	changes := noticeTo(t, answers, "planning").News.Changes
	assert.Equal(t, document.FieldChange{Field: document.FieldState, Was: "held", Is: "released"}, changes[0])
	assert.Equal(t, document.FieldChange{Field: document.FieldQuantity, Line: 1, Item: "CORD-250", Unit: "C62", Was: "100", Is: "120"}, changes[1])
}

func TestALateAnswerIsRemindedAfterOneWorkingDayAndToldToTheManagerAfterTwo(t *testing.T) {
	h := open(t)
	h.must(t, cords("1"))
	h.acks(t, "1", "purchasing")
	d := pipelines.Head[*document.Distribution](h, document.KindDistribution, "1")
	ring := func() ([]document.Document, error) {
		return h.take(&document.Alarm{Of: document.RefOf(d), At: h.Clock})
	}
	h.Clock = d.Next().Add(-time.Second)
	_, err := ring()
	require.Error(t, err, "not yet")
	h.Clock = d.Next()
	answers, err := ring()
	require.NoError(t, err)
	assert.Equal(t, []string{"ack_reminder>planning"}, sent(answers))
	d = pipelines.Head[*document.Distribution](h, document.KindDistribution, "1")
	h.Clock = d.Next()
	answers, err = ring()
	require.NoError(t, err)
	assert.Equal(t, []string{"ack_late>manager"}, sent(answers))
	d = pipelines.Head[*document.Distribution](h, document.KindDistribution, "1")
	assert.True(t, d.Next().IsZero(), "each is said once")
	h.acks(t, "1", "planning")
}

func TestShippingIsToldWhatToBookAndTheForwardersNewsAnswersIt(t *testing.T) {
	h := open(t)
	o := steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", "300000", "0.1"))
	o.Incoterm, o.Place = "FOB", "Yantian"
	h.must(t, o)
	answers := h.must(t, steptest.Shipment("DN1", "1", "200000"))
	assert.Equal(t, []string{"booking_request>shipping"}, sent(answers))
	booking := noticeTo(t, answers, "shipping").Shipment.Booking
	assert.Equal(t, document.FreightCollect, booking.Freight)
	assert.Equal(t, "CNYTN Yantian", booking.PortOfLoading)
	assert.Equal(t, "HKHKG Hong Kong", booking.PortOfDischarge)
	assert.Equal(t, []document.ContainerPlan{{Type: "40GP", Count: 1}}, booking.Containers, "29.165 m³ and 24,360 kg are too much for a 20GP")
	assert.Equal(t, document.DutySent, h.duty(t, "1", "shipping", "DN1").Status)

	relabelled := steptest.Shipment("DN1", "1", "200000")
	relabelled.Tracking = "T2"
	assert.Empty(t, sent(h.must(t, relabelled)), "a new tracking number changes no booking")
	answers = h.must(t, steptest.Shipment("DN1", "1", "100000"))
	assert.Equal(t, []string{"booking_request>shipping"}, sent(answers))
	assert.Equal(t, int64(2), h.duty(t, "1", "shipping", "DN1").Revision)
	assert.Empty(t, noticeTo(t, answers, "shipping").Shipment.Booking.Containers, "14.583 m³ are less than a container load")

	h.must(t, &document.Transport{Shipment: "DN1", Forwarder: "Halcyon Freight", Tracking: "HLC1"})
	duty := h.duty(t, "1", "shipping", "DN1")
	assert.Equal(t, document.DutyAcked, duty.Status)
	assert.Equal(t, "Halcyon Freight", duty.By)
}

func TestGoodsForATransferFactoryWaitForTheirHandbookItemByName(t *testing.T) {
	h := open(t)
	o := steptest.Order("1", "C-B", steptest.Line(1, "CORD-100", "10", "1"), steptest.Line(2, "CORD-250", "10", "1"))
	o.Terms, o.Remarks = "NET30", "送货单一式三份"
	h.must(t, o)
	_, err := h.take(steptest.Shipment("DN1", "1", "10", "10"))
	missing, ok := errors.AsType[*pipelines.Missing](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "item CORD-100", missing.Ref.String())
	assert.ErrorContains(t, err, "customs handbook")

	item := document.Copy(pipelines.Head[*document.Item](h, document.KindItem, "CORD-100"))
	item.Handbook = "23"
	h.must(t, item)
	answers := h.must(t, steptest.Shipment("DN1", "1", "10", "10"))
	assert.Equal(t, []string{"delivery_request>shipping"}, sent(answers))
	drop := noticeTo(t, answers, "shipping").Shipment.Drop
	assert.Equal(t, &document.Drop{Window: "13:00-16:00", Requirements: "需用尾板车\n送货单一式三份", Handbook: "C52005350123",
		Items: []document.HandbookItem{{Item: "CORD-100", Number: "23"}, {Item: "CORD-250", Number: "17"}}}, drop)
}

func TestADomesticDeliveryIsRequestedWithinTheUsualHours(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A2", "10", "1"))
	answers := h.must(t, steptest.Shipment("DN1", "1", "10"))
	assert.Equal(t, []string{"delivery_request>shipping"}, sent(answers))
	shipment := noticeTo(t, answers, "shipping").Shipment
	assert.Nil(t, shipment.Booking)
	assert.Equal(t, "08:30-11:30, 13:30-17:00", shipment.Drop.Window)
	assert.Empty(t, shipment.Drop.Handbook)
}
