package credit

import "tradewire/mapping/document"

// ShipCheck is a look at what was released, before it ships.
type ShipCheck struct {
	DaysBefore int `yaml:"days_before" required:"true" example:"1"` // so many days before the planned day, in the company's zone; 0: on that day
}

// shipCheckOn is the day from which an order is judged anew in full because it ships soon: once for each planned day. Zero: never.
func (p Policy) shipCheckOn(o *document.SalesOrder) document.Date {
	if p.ShipCheck == nil || o.PlannedShip.IsZero() || o.Credit != nil && o.Credit.ShipChecked == o.PlannedShip {
		return document.Date{}
	}
	return o.PlannedShip.AddDays(-p.ShipCheck.DaysBefore)
}

// shipsSoon says whether the goods of an order are to leave so soon that it is looked at for that, however often it was.
func (p Policy) shipsSoon(o *document.SalesOrder, today document.Date) bool {
	return p.ShipCheck != nil && !o.PlannedShip.IsZero() && due(o.PlannedShip.AddDays(-p.ShipCheck.DaysBefore), today)
}

// asksMore says whether an order that may ship is worth more than it was, or is paid otherwise: then its money is asked for again.
func asksMore(head, order *document.SalesOrder) bool {
	return head == nil || !reserves(head) || head.Terms != order.Terms || head.Total.Currency != order.Total.Currency || order.Total.Cmp(head.Total) > 0
}

// shipChecked is the planned day for which an order that passes today need not be looked at again; before is its last decision.
func (p Policy) shipChecked(o *document.SalesOrder, before *document.CreditDecision, today document.Date) document.Date {
	if due(p.shipCheckOn(o), today) || before != nil && before.ShipChecked == o.PlannedShip {
		return o.PlannedShip
	}
	return document.Date{}
}
