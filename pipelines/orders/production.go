package orders

import (
	"fmt"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// produced notes on an order how far its production has come.
func produced(m pipelines.Memory, r *document.ProductionReport) ([]document.Document, error) {
	head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, r.Order)
	if head == nil {
		return nil, &pipelines.Missing{Ref: orderRef(r.Order), Hint: "production report " + r.ID + " waits for its order"}
	}
	order := document.Copy(head)
	line, ok := order.Line(r.Line)
	switch {
	case !ok:
		return nil, fmt.Errorf("production report %s: order %s has no line %d", r.ID, head.Number, r.Line)
	case r.Started.Unit != line.Quantity.Unit || r.Made.Unit != line.Quantity.Unit:
		return nil, fmt.Errorf("production report %s: line %d of order %s is in %q, the report in %q and %q",
			r.ID, r.Line, head.Number, line.Quantity.Unit, r.Started.Unit, r.Made.Unit)
	case r.Started.Value.Sign() < 0 || r.Made.Value.Sign() < 0:
		return nil, fmt.Errorf("production report %s: line %d of order %s: %s started and %s made: below zero", r.ID, r.Line, head.Number, r.Started, r.Made)
	}
	line.Started, line.Made = r.Started, r.Made
	return []document.Document{r, order}, nil
}

// acknowledged lets a cancellation take effect that waited for a department; the order then says who agreed. Every other
// answer is the business of a later step. An answer to a revision before the cancellation is not one to it.
func acknowledged(m pipelines.Memory, a *document.Acknowledgement) []document.Document {
	head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, a.Order)
	if head == nil || !agreed(m, head, a) {
		return []document.Document{a}
	}
	order, asked := closed(document.Copy(head)), head.Cancelling
	order.Cancelling = &document.Cancelling{Revision: asked.Revision, Of: asked.Of, By: a.By, At: pipelines.SaidAt(m, a.At)}
	return []document.Document{order}
}

// agreed says whether an answer agrees to the cancellation that an order waits for. What was said before it was asked for
// does not.
func agreed(m pipelines.Memory, o *document.SalesOrder, a *document.Acknowledgement) bool {
	c := o.Cancelling
	switch {
	case c == nil || c.By != "" || !o.AnyOpen():
		return false
	case a.Department != c.Of || a.Shipment != "" || a.Objects || a.By == "":
		return false
	case pipelines.SaidAt(m, a.At).Before(c.At):
		return false
	}
	return a.Revision == 0 || a.Revision >= c.Revision
}
