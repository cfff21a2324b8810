package shipping

import (
	"errors"
	"fmt"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// counted makes a shipment of what has left of an order since the last time, by the counters on its lines. It is decided under the
// order's lock against what is known to have left, so that counters which are read twice ship nothing twice.
func (s *Step) counted(m pipelines.Memory, d *document.DeliveredQuantities) ([]document.Document, error) {
	order := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, d.Order)
	if order == nil {
		return nil, &pipelines.Missing{Ref: orderRef(d.Order), Hint: "what has left waits for its order"}
	}
	shipment := &document.Shipment{ID: d.Despatch(order), Order: d.Order, On: d.On, Carrier: d.Carrier, Tracking: d.Tracking, Vehicle: d.Vehicle}
	if shipment.On.IsZero() {
		shipment.On = m.Today()
	}
	var faults []string
	for _, l := range d.Lines {
		line, ok := order.Line(l.OrderLine)
		switch {
		case l.Delivered.Value.IsZero():
		case !ok:
			faults = append(faults, fmt.Sprintf("line %d is not on it", l.OrderLine))
		case l.Delivered.Unit != line.Quantity.Unit:
			faults = append(faults, fmt.Sprintf("line %d: counted in %q, ordered in %q", l.OrderLine, l.Delivered.Unit, line.Quantity.Unit))
		case l.Delivered.Value.Less(line.Shipped.Value):
			faults = append(faults, fmt.Sprintf("line %d: %s have left by the counter, %s before: goods that came back cannot be told from a correction, settle it by a credit note and let the counter stand at what has left",
				l.OrderLine, l.Delivered, line.Shipped))
		case l.Delivered.Value.Greater(line.Shipped.Value):
			shipment.Lines = append(shipment.Lines, document.ShipmentLine{No: len(shipment.Lines) + 1, OrderLine: l.OrderLine, Quantity: l.Delivered.Sub(line.Shipped)})
		}
	}
	if len(faults) > 0 {
		return nil, errors.New("delivered quantities of order " + order.Number + ": " + strings.Join(faults, "; "))
	}
	if len(shipment.Lines) == 0 {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "nothing has left since the last time"}
	}
	answers, err := s.despatch(m, shipment)
	if err != nil {
		return nil, err
	}
	return append([]document.Document{d}, answers...), nil
}
