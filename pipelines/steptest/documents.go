package steptest

import (
	"testing"

	"tradewire/mapping/document"
)

// Order is an order of a customer in HKD on 60 days, at its first revision.
func Order(id, customer string, lines ...document.OrderLine) *document.SalesOrder {
	return &document.SalesOrder{
		ID: id, Number: "CO-" + id, SourceRevision: 1, Request: document.RequestConfirm, Customer: customer,
		CustomerPO: "PO " + id, Currency: "HKD", OrderedOn: document.Date{Year: 2026, Month: 3, Day: 30},
		RequestedOn: document.Date{Year: 2026, Month: 4, Day: 30}, Terms: "NET60", Lines: lines,
	}
}

// Line is an order line of an item sold by the piece.
func Line(no int, item, quantity, price string) document.OrderLine {
	return document.OrderLine{No: no, Item: item, Quantity: document.Q(quantity, "C62"), Price: document.D(price)}
}

// Shipment is a despatch of pieces from the first lines of an order; an empty quantity takes nothing from its line.
func Shipment(id, order string, quantities ...string) *document.Shipment {
	s := &document.Shipment{ID: id, Order: order, On: document.Date{Year: 2026, Month: 3, Day: 31}, Carrier: "Own truck"}
	for i, q := range quantities {
		if q != "" {
			s.Lines = append(s.Lines, document.ShipmentLine{No: len(s.Lines) + 1, OrderLine: i + 1, Quantity: document.Q(q, "C62")})
		}
	}
	return s
}

// Get is the only answer of a type; the test fails without it.
func Get[D document.Document](t testing.TB, answers []document.Document) D {
	t.Helper()
	found := All[D](answers)
	if len(found) != 1 {
		t.Fatalf("%d answers of %T among %d, want 1", len(found), *new(D), len(answers))
	}
	return found[0]
}

// All are the answers of a type.
func All[D document.Document](answers []document.Document) (found []D) {
	for _, a := range answers {
		if d, ok := a.(D); ok {
			found = append(found, d)
		}
	}
	return found
}
