package document

import "fmt"

// DeliveredQuantities is how much of every line of an order has left so far, where an ERP keeps a counter on its order lines and no
// despatches of its own. What has left since the last time becomes a Shipment.
type DeliveredQuantities struct {
	Order    string          `json:"order,omitzero"` // key of the SalesOrder
	On       Date            `json:"on,omitzero"`    // when goods left last; zero: on the day on which it is decided
	Carrier  string          `json:"carrier,omitzero"`
	Tracking string          `json:"tracking,omitzero"`
	Vehicle  string          `json:"vehicle,omitzero"` // plate, inland deliveries
	Lines    []DeliveredLine `json:"lines,omitempty"`
}

// DeliveredLine is the counter of one order line.
type DeliveredLine struct {
	OrderLine int      `json:"order_line,omitzero"`
	Delivered Quantity `json:"delivered,omitzero"` // in all
}

func (*DeliveredQuantities) Kind() Kind    { return KindDelivered }
func (d *DeliveredQuantities) Key() string { return d.Order }

// Despatch is the key of the Shipment that the next goods of an order make, where its ERP gives none; empty without the order.
func (d *DeliveredQuantities) Despatch(order *SalesOrder) string {
	if order == nil {
		return ""
	}
	return fmt.Sprintf("%s-%d", order.ID, len(order.Shipments)+1)
}
