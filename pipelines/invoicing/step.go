// Package invoicing writes the commercial invoice of what was shipped.
package invoicing

import (
	"bytes"
	"fmt"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Step invoices shipments.
type Step struct {
	papers pipelines.Papers
	seller document.Seller
}

// New is the invoicing step under a policy of papers that has been checked; the seller stands on every invoice.
func New(papers pipelines.Papers, seller document.Seller) *Step { return &Step{papers, seller} }

// Needs follows a shipment to its order, its customer, and the invoice that it has already.
func (*Step) Needs(m pipelines.Memory, d document.Document) []document.Ref {
	switch d := d.(type) {
	case *document.Shipment:
		return needs(m, d.ID, d.Order)
	case *document.DeliveredQuantities:
		return needs(m, d.Despatch(pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, d.Order)), d.Order)
	case *document.Transport:
		return needs(m, d.Shipment, "")
	}
	return nil
}

func needs(m pipelines.Memory, shipment, order string) []document.Ref {
	var refs []document.Ref
	if shipment != "" { // else it is known when the order is
		refs = append(refs, document.Ref{Kind: document.KindShipment, Key: shipment})
	}
	if head := pipelines.Head[*document.Shipment](m, document.KindShipment, shipment); head != nil {
		if number := numberOf(head); number != "" {
			refs = append(refs, pipelines.PaperRef(document.CommercialInvoice, number), document.Ref{Kind: document.KindInvoice, Key: number})
		}
		order = head.Order
	}
	if order == "" {
		return refs
	}
	refs = append(refs, document.Ref{Kind: document.KindSalesOrder, Key: order})
	if o := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, order); o != nil {
		refs = append(refs, document.Ref{Kind: document.KindParty, Key: o.Customer})
	}
	return refs
}

// numberOf is the number of the invoice that a shipment has; empty when it has none.
func numberOf(s *document.Shipment) string {
	for _, p := range s.Papers {
		if p.Type == document.CommercialInvoice {
			return p.Number
		}
	}
	return ""
}

// Decide answers a shipment with its invoice, when it is due and not written yet or the shipment was corrected.
func (s *Step) Decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	shipment, ok := d.(*document.Shipment)
	if !ok || shipment.Left() == nil || !s.papers.Due(document.CommercialInvoice, shipment.Channel) {
		return []document.Document{d}, nil
	}
	number := numberOf(shipment)
	if number != "" && !corrected(m, shipment) {
		return []document.Document{d}, nil
	}
	order := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, shipment.Order)
	if order == nil {
		return nil, &pipelines.Missing{Ref: document.Ref{Kind: document.KindSalesOrder, Key: shipment.Order},
			Hint: "shipment " + shipment.ID + " waits for its order"}
	}
	invoice, err := bill(shipment, order)
	if err != nil {
		return nil, err
	}
	return s.issue(m, document.Copy(shipment), order, invoice, number), nil
}

// corrected says whether the ERP tells the shipment differently from the one that was invoiced.
func corrected(m pipelines.Memory, s *document.Shipment) bool {
	head := pipelines.Head[*document.Shipment](m, document.KindShipment, s.ID)
	return head != nil && !bytes.Equal(fromERP(s), fromERP(head))
}

func fromERP(s *document.Shipment) []byte {
	data, err := document.Marshal(&document.Shipment{ID: s.ID, Order: s.Order, On: s.On, Carrier: s.Carrier,
		Tracking: s.Tracking, Vehicle: s.Vehicle, Lines: s.Lines})
	if err != nil {
		panic(err) // documents hold nothing that does not marshal
	}
	return data
}

// bill prices what was shipped by the order. Tax is counted once on the whole.
func bill(s *document.Shipment, order *document.SalesOrder) (*document.Invoice, error) {
	invoice := &document.Invoice{Shipment: s.ID, Order: order.ID, Net: document.Money{Currency: order.Currency}}
	for _, l := range s.Lines {
		line, ok := order.Line(l.OrderLine)
		if !ok || line.Goods == nil {
			return nil, fmt.Errorf("invoice shipment %s: line %d is not on order %s", s.ID, l.OrderLine, order.Number)
		}
		amount := document.Money{Amount: line.Price, Currency: order.Currency}.Times(l.Quantity.Value)
		invoice.Lines = append(invoice.Lines, document.InvoiceLine{
			No: len(invoice.Lines) + 1, Item: line.Item, Name: line.Goods.Name, LocalName: line.Goods.LocalName,
			HSCode: line.Goods.HSCode, Quantity: l.Quantity, Price: line.Price, Amount: amount,
		})
		invoice.Net = invoice.Net.Add(amount)
	}
	invoice.Tax = invoice.Net.Times(order.TaxPercent.Mul(document.D("0.01")))
	invoice.Total = invoice.Net.Add(invoice.Tax)
	return invoice, nil
}

// issue numbers the invoice and its paper, last: nothing fails any more. A corrected shipment keeps its number and its
// date; the paper goes a revision up. (Invariant 9.)
func (s *Step) issue(m pipelines.Memory, shipment *document.Shipment, order *document.SalesOrder, invoice *document.Invoice, number string) []document.Document {
	buyer := pipelines.Head[*document.Party](m, document.KindParty, order.Customer)
	if buyer == nil {
		buyer = order.Party
	}
	if shipment.Stage == document.StageShipped {
		shipment.Stage = document.StageInvoiced
	}
	paper := s.papers.Issue(m, document.CommercialInvoice, number)
	paper.Seller, paper.Buyer, paper.Order = s.seller, *document.Copy(buyer), *document.Copy(order)
	invoice.Number, invoice.On = paper.Number, m.Today()
	if number == "" {
		shipment.Papers = append(shipment.Papers, document.PaperNumber{Type: document.CommercialInvoice, Number: paper.Number})
	} else if last := pipelines.Head[*document.Invoice](m, document.KindInvoice, number); last != nil {
		invoice.On = last.On
	}
	paper.Invoice, paper.Shipment = invoice, *document.Copy(shipment)
	return []document.Document{shipment, invoice, paper}
}
