package credit

import (
	"fmt"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// shipment moves what it took from the order: out of the open orders, into shipped or invoiced, or into nothing when the
// receivables contain it already. A corrected shipment is booked out as it was and in as it is.
func (s *Step) shipment(m pipelines.Memory, d *document.Shipment) ([]document.Document, error) {
	order := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, d.Order)
	if order == nil {
		return nil, &pipelines.Missing{Ref: document.Ref{Kind: document.KindSalesOrder, Key: d.Order},
			Hint: "shipment " + d.ID + " waits for its order"}
	}
	if d.Left() == nil {
		return s.announced(m, d, order)
	}
	if order.Credit == nil {
		return nil, fmt.Errorf("shipment %s: order %s was never released", d.ID, order.Number)
	}
	before := pipelines.Head[*document.Shipment](m, document.KindShipment, d.ID).Left()
	if before != nil && before.AtRisk.Currency != order.Credit.Limit.Currency {
		return nil, fmt.Errorf("shipment %s: it counts in %s, but order %s has moved to an account in %s: correct it by a return and a new shipment",
			d.ID, before.AtRisk.Currency, order.Number, order.Credit.Limit.Currency)
	}
	order, err := s.counted(d, order)
	if err != nil {
		return nil, err
	}
	accounts := open(m)
	shipment := document.Copy(d)
	shipment.Account, shipment.AtRisk = order.Credit.Account, document.Money{Currency: order.Credit.Limit.Currency}
	if order.Credit.Pair != "" {
		shipment.Rate = order.Credit.Rate
	}
	if before != nil {
		shipment.Account, shipment.AtRisk, shipment.Rate = before.Account, before.AtRisk, before.Rate
		book(accounts, before, -1)
	}
	gone, reserved := moved(order, order.With(before, shipment))
	shipment.AtRisk = shipment.AtRisk.Add(gone).Sub(order.Credit.Shipped)
	if otherRate(before, order) {
		shipment.AtRisk = correctedPart(order, before, shipment)
	}
	if billed(m, shipment) {
		shipment.Stage = document.StagePosted
	}
	accounts.move(order.Credit.Account, order.ID, openOrders, reserved.Sub(order.Credit.Reserved))
	book(accounts, shipment, 1)
	accounts.arrive(before, shipment)
	return append([]document.Document{shipment}, accounts.close(s.policy)...), nil
}

// book counts a shipment where its stage says; sign -1 takes it out again.
func book(b *books, s *document.Shipment, sign int64) {
	amount := document.Money{Amount: s.AtRisk.Amount.Mul(document.DecimalOf(sign)), Currency: s.AtRisk.Currency}
	switch s.Stage {
	case document.StageShipped:
		b.move(s.Account, s.Order, shipped, amount)
	case document.StageInvoiced:
		b.move(s.Account, s.Order, invoiced, amount)
	}
}

// billed says whether the receivables contain the shipment already: they may be read before it.
func billed(m pipelines.Memory, s *document.Shipment) bool {
	set := pipelines.Head[*document.Receivables](m, document.KindReceivables, s.Account)
	if set == nil {
		return false
	}
	for _, item := range set.Items {
		if item.Shipment == s.ID && bills(item) {
			return true
		}
	}
	return false
}
