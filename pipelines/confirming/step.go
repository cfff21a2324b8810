// Package confirming sends the customer a confirmation of its order: when the order is released, and again whenever
// something changes that the customer has signed for.
package confirming

import (
	"bytes"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Step issues order confirmations.
type Step struct {
	papers pipelines.Papers
	seller document.Seller
}

// New is the confirming step under a policy of papers that has been checked; the seller stands on every confirmation.
func New(papers pipelines.Papers, seller document.Seller) *Step { return &Step{papers, seller} }

// Needs follows an order to the confirmation that it has.
func (*Step) Needs(m pipelines.Memory, d document.Document) []document.Ref {
	order := orderIn(d)
	if order == "" {
		return nil
	}
	refs := []document.Ref{{Kind: document.KindSalesOrder, Key: order}}
	if head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, order); head != nil && head.Confirmation != "" {
		refs = append(refs, confirmationRef(head))
	}
	return refs
}

// orderIn is the key of the order that a document speaks of; empty when it speaks of none.
func orderIn(d document.Document) string {
	switch d := d.(type) {
	case *document.SalesOrder:
		return d.ID
	case *document.ProductionReport:
		return d.Order
	case *document.Acknowledgement:
		return d.Order
	case *document.CreditRelease:
		return d.Order
	case *document.Outcome:
		if d.Of.Kind == document.KindSalesOrder {
			return d.Of.Key
		}
	case *document.Alarm:
		if d.Of.Kind == document.KindSalesOrder {
			return d.Of.Key
		}
	}
	return ""
}

func confirmationRef(o *document.SalesOrder) document.Ref {
	return pipelines.PaperRef(document.OrderConfirmation, o.Confirmation)
}

// Decide answers a released order with its confirmation, when it has none yet or the one that it has says otherwise.
func (s *Step) Decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	order, ok := d.(*document.SalesOrder)
	if !ok || !confirmed(order) || !s.papers.Due(document.OrderConfirmation, order.Party.Channel) {
		return []document.Document{d}, nil
	}
	if order.Confirmation != "" {
		if last, ok := m.Head(confirmationRef(order)).(*document.Paper); ok && sameFace(&last.Order, order) {
			return []document.Document{d}, nil
		}
	}
	order = document.Copy(order)
	paper := s.papers.Issue(m, document.OrderConfirmation, order.Confirmation)
	order.Confirmation = paper.Number
	paper.Seller, paper.Buyer, paper.Order = s.seller, *document.Copy(order.Party), *document.Copy(order)
	return []document.Document{order, paper}, nil
}

// confirmed says whether the company stands by the order now: it is released, and nobody is about to cancel it. What has
// been shipped in full needs no confirming any more.
func confirmed(o *document.SalesOrder) bool {
	switch o.State {
	case document.OrderReleased, document.OrderPartiallyShipped:
		return o.Party != nil && o.Cancelling == nil
	}
	return false
}

// sameFace says whether two states of an order read alike to the customer.
func sameFace(a, b *document.SalesOrder) bool {
	as, errA := document.Marshal(face(a))
	bs, errB := document.Marshal(face(b))
	return errA == nil && errB == nil && bytes.Equal(as, bs)
}

// face is what of an order stands on its confirmation.
func face(o *document.SalesOrder) *document.SalesOrder {
	f := &document.SalesOrder{Number: o.Number, CustomerPO: o.CustomerPO, Currency: o.Currency, OrderedOn: o.OrderedOn,
		RequestedOn: o.RequestedOn, PromisedOn: o.PromisedOn, Terms: o.Terms, Incoterm: o.Incoterm, Place: o.Place,
		TaxPercent: o.TaxPercent, Remarks: o.Remarks, Total: o.Total}
	for i := range o.Lines {
		l := &o.Lines[i]
		f.Lines = append(f.Lines, document.OrderLine{No: l.No, Item: l.Item, Description: l.Description, Quantity: l.Quantity,
			Price: l.Price, RequestedOn: o.Required(l), PromisedOn: o.Promised(l)})
	}
	return f
}
