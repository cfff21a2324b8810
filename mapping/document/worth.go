package document

// Open is what of the line has not been shipped yet, never below zero.
func (l *OrderLine) Open() Quantity {
	open := l.Quantity.Sub(l.Shipped)
	if open.Value.Sign() < 0 {
		open.Value = Decimal{}
	}
	return open
}

// AnyShipped says whether something of the order has left.
func (o *SalesOrder) AnyShipped() bool {
	for i := range o.Lines {
		if o.Lines[i].Shipped.Value.Sign() > 0 {
			return true
		}
	}
	return false
}

// AnyOpen says whether something of the order has not been shipped yet.
func (o *SalesOrder) AnyOpen() bool {
	for i := range o.Lines {
		if o.Lines[i].Open().Value.Sign() > 0 {
			return true
		}
	}
	return false
}

// With is the order once it counts a shipment as it is now, and no longer as it was before; before may be nil.
func (o *SalesOrder) With(before, now *Shipment) *SalesOrder {
	after := Copy(o)
	if before != nil {
		for _, l := range before.Lines {
			if line, ok := after.Line(l.OrderLine); ok {
				line.Shipped = line.Shipped.Sub(l.Quantity)
			}
		}
	}
	for _, l := range now.Lines {
		if line, ok := after.Line(l.OrderLine); ok {
			line.Shipped = line.Shipped.Add(l.Quantity)
		}
	}
	return after
}

// RestCancelled says whether what was not shipped has been cancelled, in effect and not only asked for; or rejected for its credit.
func (o *SalesOrder) RestCancelled() bool {
	if o.Consent != nil && o.Consent.Rejected != nil {
		return true
	}
	return o.Request == RequestCancel && (o.Cancelling == nil || o.Cancelling.By != "")
}

// Worth is the order's total, tax included, in a currency at a rate.
func (o *SalesOrder) Worth(rate Decimal, in Currency) Money {
	return Money{Amount: o.Total.Amount, Currency: in}.Times(rate)
}

// ShippedWorth is the share of Worth that was shipped so far, by price and quantity. It rises with every part, and it is
// the whole Worth once nothing is open: the parts add up to the cent.
func (o *SalesOrder) ShippedWorth(rate Decimal, in Currency) Money {
	whole := o.Worth(rate, in)
	if !o.AnyOpen() {
		return whole
	}
	var shipped, ordered Decimal
	for _, l := range o.Lines {
		shipped = shipped.Add(l.Price.Mul(l.Shipped.Value))
		ordered = ordered.Add(l.Price.Mul(l.Quantity.Value))
	}
	if ordered.IsZero() {
		return whole.Zero()
	}
	return Money{Amount: whole.Amount.Mul(shipped).Div(ordered, in.Places()), Currency: in}
}
