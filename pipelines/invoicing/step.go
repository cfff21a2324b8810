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
	policy Policy
	seller document.Seller
}

// New is the invoicing step; the seller stands on every invoice.
func New(policy Policy, seller document.Seller) (*Step, error) {
	if err := policy.check(); err != nil {
		return nil, err
	}
	return &Step{policy, seller}, nil
}

// Needs follows a shipment to its order, its customer, and the invoice that it has already.
func (*Step) Needs(m pipelines.Memory, d document.Document) []document.Ref {
	switch d := d.(type) {
	case *document.Shipment:
		return needs(m, d.ID, d.Order)
	case *document.Transport:
		return needs(m, d.Shipment, "")
	}
	return nil
}

func needs(m pipelines.Memory, shipment, order string) []document.Ref {
	refs := []document.Ref{{Kind: document.KindShipment, Key: shipment}}
	if head := pipelines.Head[*document.Shipment](m, document.KindShipment, shipment); head != nil {
		if number, ok := numberOf(head); ok {
			refs = append(refs, paperRef(number), document.Ref{Kind: document.KindInvoice, Key: number})
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

func paperRef(number string) document.Ref {
	return document.RefOf(&document.Paper{Type: document.CommercialInvoice, Number: number})
}

func numberOf(s *document.Shipment) (string, bool) {
	for _, p := range s.Papers {
		if p.Type == document.CommercialInvoice {
			return p.Number, true
		}
	}
	return "", false
}

// Decide answers a shipment with its invoice, when it is due and not written yet or the shipment was corrected.
func (s *Step) Decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	shipment, ok := d.(*document.Shipment)
	if !ok || !s.policy.due(shipment.Channel) {
		return []document.Document{d}, nil
	}
	number, issued := numberOf(shipment)
	if issued && !corrected(m, shipment) {
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
	paper := &document.Paper{Type: document.CommercialInvoice, Revision: 1, IssuedOn: m.Today(), Issued: m.Now(),
		Seller: s.seller, Buyer: *document.Copy(buyer), Order: *document.Copy(order)}
	invoice.On = m.Today()
	if number == "" {
		number = m.Number(s.policy.Papers[document.CommercialInvoice].Series)
		shipment.Papers = append(shipment.Papers, document.PaperNumber{Type: document.CommercialInvoice, Number: number})
	} else {
		paper.Revision = 2
		if last := pipelines.Head[*document.Paper](m, document.KindPaper, paperRef(number).Key); last != nil {
			paper.Revision = last.Revision + 1
		}
		if last := pipelines.Head[*document.Invoice](m, document.KindInvoice, number); last != nil {
			invoice.On = last.On
		}
	}
	invoice.Number, paper.Number = number, number
	paper.Invoice, paper.Shipment = invoice, *document.Copy(shipment)
	return []document.Document{shipment, invoice, paper}
}
