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

// Worth is the order's total, tax included, in a currency at a rate.
func (o *SalesOrder) Worth(rate Decimal, in Currency) Money {
	return Money{Amount: o.Total.Amount, Currency: in}.Times(rate)
}

// ShippedWorth is the part of Worth that was shipped so far. It depends on prices and shipped quantities alone, so that
// an amendment of the open part does not move it, and it is the whole Worth once nothing is open: whatever the parts,
// they add up to the cent.
func (o *SalesOrder) ShippedWorth(rate Decimal, in Currency) Money {
	whole := o.Worth(rate, in)
	if !o.AnyOpen() {
		return whole
	}
	var net Decimal
	for _, l := range o.Lines {
		net = net.Add(l.Price.Mul(l.Shipped.Value))
	}
	gross := net.Mul(D("100").Add(o.TaxPercent)).Mul(D("0.01"))
	shipped := Money{Amount: gross, Currency: in}.Times(rate)
	if shipped.Cmp(whole) > 0 {
		return whole
	}
	return shipped
}
