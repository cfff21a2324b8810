// Package shipping takes despatches from the ERP and news from the forwarder in: it counts what has left of an order,
// packs it, and issues the papers that go with the goods.
package shipping

import (
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Step decides shipments and transports.
type Step struct {
	policy Policy
	papers pipelines.Papers
	seller document.Seller
}

// New is the shipping step; the error names all faults of its policy. The policy of papers has been checked. The seller
// stands on every paper.
func New(policy Policy, papers pipelines.Papers, seller document.Seller) (*Step, error) {
	if err := policy.check(); err != nil {
		return nil, err
	}
	return &Step{policy, papers, seller}, nil
}

// Needs follows a shipment to its order, its customer, its items, and the papers that it has already.
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
		for _, p := range head.Papers {
			refs = append(refs, pipelines.PaperRef(p.Type, p.Number))
		}
		order = head.Order
	}
	if order == "" {
		return refs
	}
	refs = append(refs, orderRef(order))
	o := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, order)
	if o == nil {
		return refs
	}
	refs = append(refs, document.Ref{Kind: document.KindParty, Key: o.Customer})
	for _, line := range o.Lines {
		refs = append(refs, itemRef(line.Item))
	}
	return refs
}

func orderRef(key string) document.Ref { return document.Ref{Kind: document.KindSalesOrder, Key: key} }
func itemRef(key string) document.Ref  { return document.Ref{Kind: document.KindItem, Key: key} }

// Decide answers with the shipment, its order, and the papers.
func (s *Step) Decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	switch d := d.(type) {
	case *document.Shipment:
		return s.despatch(m, d)
	case *document.DeliveredQuantities:
		return s.counted(m, d)
	case *document.Transport:
		return transport(m, d)
	}
	return []document.Document{d}, nil
}

// transport notes what the forwarder told on the shipment and on its order. The papers went with the goods and stay.
func transport(m pipelines.Memory, d *document.Transport) ([]document.Document, error) {
	head := pipelines.Head[*document.Shipment](m, document.KindShipment, d.Shipment).Left()
	if head == nil {
		return nil, &pipelines.Missing{Ref: document.Ref{Kind: document.KindShipment, Key: d.Shipment},
			Hint: "the forwarder's news waits for the ERP's despatch"}
	}
	if head.Voyage != nil && *head.Voyage == *d {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "the forwarder said so before"}
	}
	before := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, head.Order)
	if before == nil {
		return nil, &pipelines.Missing{Ref: orderRef(head.Order), Hint: "shipment " + head.ID + " waits for its order"}
	}
	shipment, order := document.Copy(head), document.Copy(before)
	voyage := *d
	shipment.Voyage = &voyage
	note(order, shipment)
	return []document.Document{d, shipment, order}, nil
}

// note keeps on the order what a shipment took, and how it travels: the forwarder knows better than the ERP.
func note(order *document.SalesOrder, s *document.Shipment) {
	part := document.ShippedPart{Shipment: s.ID, On: s.On, Carrier: s.Carrier, Tracking: s.Tracking}
	if s.Voyage != nil {
		part.Carrier, part.Tracking = s.Voyage.Forwarder, s.Voyage.Tracking
	}
	for i := range order.Shipments {
		if order.Shipments[i].Shipment == s.ID {
			order.Shipments[i] = part
			return
		}
	}
	order.Shipments = append(order.Shipments, part)
}
