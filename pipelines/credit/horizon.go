package credit

import "tradewire/mapping/document"

// beyond is by how many days a day of shipping lies behind the horizon of another day; zero or less: within it. What has no planned day
// is measured at once.
func (p Policy) beyond(ships, today document.Date) int {
	if p.HorizonDays <= 0 || ships.IsZero() {
		return 0
	}
	return ships.Sub(today) - p.HorizonDays
}

// measuredOn is the day on which an order that was let go beyond the horizon comes within it; zero: it is measured already.
func (p Policy) measuredOn(o *document.SalesOrder, today document.Date) document.Date {
	switch {
	case o.Credit == nil || !o.Credit.Deferred:
		return document.Date{}
	case p.beyond(o.PlannedShip, today) <= 0:
		return today
	}
	return o.PlannedShip.AddDays(-p.HorizonDays)
}

// letGo is what of an order passed before without being measured, because it ships beyond the horizon.
// It is told at the rate of today: a rate that moves asks for nothing more.
func letGo(head *document.SalesOrder, rate document.Decimal) document.Money {
	c := *head.Credit
	if !c.Deferred || !reserves(head) {
		return c.Reserved.Zero()
	}
	if !c.Rate.Equal(rate) {
		c.Rate, c.Shipped = rate, head.ShippedWorth(rate, c.Shipped.Currency)
	}
	return openPart(head, c)
}
