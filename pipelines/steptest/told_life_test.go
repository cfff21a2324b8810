package steptest_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// told is a life in which people answer, production moves, and credit comes and goes.
type told struct{ *life }

func (l *told) Produce(t *rapid.T) {
	id := l.order(t)
	started := rapid.IntRange(0, 9).Draw(t, "started")
	made := rapid.IntRange(0, started).Draw(t, "made")
	_, _ = l.take(&document.ProductionReport{ID: "R", Order: id, Line: rapid.IntRange(1, 3).Draw(t, "line"),
		Started: document.Q(fmt.Sprint(started), "C62"), Made: document.Q(fmt.Sprint(made), "C62")})
}

func (l *told) Answer(t *rapid.T) {
	a := &document.Acknowledgement{Order: l.order(t), By: "Li", Department: rapid.SampledFrom([]string{"planning", "purchasing", "shipping"}).Draw(t, "department"),
		Revision: rapid.Int64Range(0, 4).Draw(t, "revision")}
	if a.Department == "shipping" && len(l.shipments) > 0 {
		a.Shipment = l.shipped(t)
	}
	if rapid.Bool().Draw(t, "objects") {
		a.Objects, a.Reason = true, "no"
	}
	_, _ = l.take(a)
}

// Ring lets an order's time come. An alarm for what waits for nothing, or was never told, must do no harm either.
func (l *told) Ring(t *rapid.T) {
	id := l.order(t)
	if d := pipelines.Head[*document.Distribution](l, document.KindDistribution, id); d != nil && d.Next().After(l.Clock) {
		l.Clock = d.Next()
	}
	l.post(t)
	_, _ = l.take(&document.Alarm{Of: document.Ref{Kind: document.KindDistribution, Key: id}, At: l.Clock})
}

func (l *told) Limit(t *rapid.T) {
	limit := document.M(rapid.SampledFrom([]string{"10", "60000"}).Draw(t, "limit"), "HKD")
	_, _ = l.take(&document.CreditAccount{ID: "K-A", Name: "K-A", Currency: "HKD", Limit: &limit})
}

func (l *told) Voyage(t *rapid.T) {
	_, _ = l.take(&document.Transport{Shipment: l.shipped(t), Forwarder: "F", Tracking: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "tracking")})
}

// Check compares what departments were told with what is in force.
func (l *told) Check(t *rapid.T) {
	l.life.Check(t)
	for id := range l.life.told {
		o := l.house.order(id)
		d := pipelines.Head[*document.Distribution](l, document.KindDistribution, id)
		if d == nil || d.Told.Revision == 0 {
			if o.State == document.OrderReleased {
				t.Fatalf("order %s is released and nobody was told", id)
			}
			continue
		}
		l.inForce(t, o, d)
		for _, duty := range d.Duties {
			l.answerable(t, o, d, &duty)
		}
	}
}

func (l *told) inForce(t *rapid.T, o *document.SalesOrder, d *document.Distribution) {
	want := map[document.OrderState]document.OrderState{document.OrderReleased: document.OrderReleased, document.OrderPartiallyShipped: document.OrderReleased,
		document.OrderHeld: document.OrderHeld, document.OrderCancelled: document.OrderCancelled, document.OrderShortClosed: document.OrderCancelled}[o.State]
	if o.State != document.OrderShipped && d.Told.State != want {
		t.Fatalf("order %s is %s, departments know it as %s", o.ID, o.State, d.Told.State)
	}
	if waits := o.Cancelling != nil && o.Cancelling.By == ""; o.State != document.OrderShipped && d.Told.Cancelling != waits {
		t.Fatalf("order %s waits for a cancellation: %t, departments know: %t", o.ID, waits, d.Told.Cancelling)
	}
	if want != document.OrderReleased {
		return
	}
	for _, line := range d.Told.Lines {
		if now, ok := o.Line(line.No); !ok || !now.Quantity.Value.Equal(line.Quantity.Value) {
			t.Fatalf("order %s line %d: departments know %s, the order says %v", o.ID, line.No, line.Quantity, now)
		}
	}
}

func (l *told) answerable(t *rapid.T, o *document.SalesOrder, d *document.Distribution, duty *document.Duty) {
	if duty.Shipment == "" && duty.Revision > o.SourceRevision {
		t.Fatalf("%s answers for revision %d of order %s, which is at %d", duty.Department, duty.Revision, o.ID, o.SourceRevision)
	}
	if duty.Status == document.DutySent && duty.Due.IsZero() || duty.Status != document.DutySent && duty.By == "" {
		t.Fatalf("%+v", duty)
	}
	request := pipelines.Head[*document.ChangeRequest](l, document.KindChangeRequest,
		(&document.ChangeRequest{Order: d.Order, Shipment: duty.Shipment, Revision: duty.Revision, Department: duty.Department}).Key())
	if proposed := request != nil && request.State == document.RequestProposed; proposed != (duty.Status == document.DutyObjected) {
		t.Fatalf("%s stands as %s, and the CRM was asked for a change: %t", duty.Department, duty.Status, proposed)
	}
}

func TestWhateverHappensDepartmentsKnowWhatIsInForce(t *testing.T) {
	fewer(t, "25")
	rapid.Check(t, func(rt *rapid.T) {
		l := &told{born(t)}
		rt.Repeat(map[string]func(*rapid.T){"": l.Check, "new": l.New, "amend": l.Amend, "cancel": l.Cancel, "ship": l.Ship, "correct": l.Correct,
			"produce": l.Produce, "answer": l.Answer, "ring": l.Ring, "limit": l.Limit, "voyage": l.Voyage})
	})
}
