package shipping

import (
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// ours are the papers that shipping issues; an invoice needs prices and is the next step's.
var ours = []document.PaperType{document.PackingList, document.DeliveryNote, document.ShippingMarks}

// issue makes the papers of a shipment. A corrected shipment gets them again under the same numbers, a revision up.
// Numbers are taken here, last: nothing fails any more. (Invariant 9.)
func (s *Step) issue(m pipelines.Memory, shipment *document.Shipment, order *document.SalesOrder, buyer *document.Party) []document.Document {
	var papers []*document.Paper
	for _, t := range ours {
		if !s.papers.Due(t, shipment.Channel) {
			continue
		}
		number := numberOf(shipment, t)
		paper := s.papers.Issue(m, t, number)
		if number == "" {
			shipment.Papers = append(shipment.Papers, document.PaperNumber{Type: t, Number: paper.Number})
		}
		paper.Seller = s.seller
		papers = append(papers, paper)
	}
	answers := make([]document.Document, 0, len(papers))
	packed := asPacked(m, shipment, order)
	for _, p := range papers {
		p.Buyer, p.Order, p.Shipment = *document.Copy(buyer), *document.Copy(packed), *document.Copy(shipment)
		answers = append(answers, p)
	}
	return answers
}

// asPacked is the order with its items as they were packed, which may be others than when it was decided: a carton is
// marked with what it weighs today.
func asPacked(m pipelines.Memory, shipment *document.Shipment, order *document.SalesOrder) *document.SalesOrder {
	packed := document.Copy(order)
	for _, l := range shipment.Lines {
		if line, ok := packed.Line(l.OrderLine); ok {
			line.Goods = document.Copy(itemOf(m, order, l.OrderLine))
		}
	}
	return packed
}

// numberOf is the number under which a paper of the type was issued; empty when it was not.
func numberOf(s *document.Shipment, t document.PaperType) string {
	for _, p := range s.Papers {
		if p.Type == t {
			return p.Number
		}
	}
	return ""
}
