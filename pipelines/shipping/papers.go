package shipping

import (
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// issue makes the papers of a shipment. A corrected shipment gets them again under the same numbers, a revision up.
// Numbers are taken here, last: nothing fails any more. (Invariant 9.)
func (s *Step) issue(m pipelines.Memory, shipment *document.Shipment, order *document.SalesOrder, buyer *document.Party) []document.Document {
	var papers []*document.Paper
	for _, t := range s.policy.due(shipment.Channel) {
		number, issued := numberOf(shipment, t)
		revision := 1
		if issued {
			revision = lastRevision(m, t, number) + 1
		} else {
			number = m.Number(s.policy.Papers[t].Series)
			shipment.Papers = append(shipment.Papers, document.PaperNumber{Type: t, Number: number})
		}
		papers = append(papers, &document.Paper{Type: t, Number: number, Revision: revision,
			IssuedOn: m.Today(), Issued: m.Now(), Seller: s.seller})
	}
	answers := make([]document.Document, 0, len(papers))
	for _, p := range papers {
		p.Buyer, p.Order, p.Shipment = *document.Copy(buyer), *document.Copy(order), *document.Copy(shipment)
		answers = append(answers, p)
	}
	return answers
}

func numberOf(s *document.Shipment, t document.PaperType) (string, bool) {
	for _, p := range s.Papers {
		if p.Type == t {
			return p.Number, true
		}
	}
	return "", false
}

func lastRevision(m pipelines.Memory, t document.PaperType, number string) int {
	key := (&document.Paper{Type: t, Number: number}).Key()
	if last := pipelines.Head[*document.Paper](m, document.KindPaper, key); last != nil {
		return last.Revision
	}
	return 1
}
