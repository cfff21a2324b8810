package render

import "tradewire/mapping/document"

// orderConfirmation is what the customer signs and sends back: what we deliver, at which price, and the day that we
// promise beside the one that was asked for.
func orderConfirmation(p *document.Paper) ([]block, error) {
	order := &p.Order
	return []block{
		heading{wordBuyer, buyerOf(&p.Buyer), [2][]fact{
			append([]fact{{wordDate, day(p.IssuedOn)}}, references(p)...),
			{{wordIncoterm, incoterm(order)}, {wordTerms, terms(order.Terms)}, {wordCurrency, text(order.Total.Currency)}},
		}},
		particulars{[]fact{{wordSpecial, text(order.Remarks)}}, []fact{{wordOrdered, day(order.OrderedOn)},
			{wordRequested, day(order.RequestedOn)}, {wordPromised, day(order.PromisedOn)}, {wordPort, text(p.Buyer.Port)}}},
		orderedGoods(order),
		settlement{net: order.Net, tax: order.Tax, total: order.Total, percent: order.TaxPercent, below: boxHeight + 48, whole: true,
			beside: []fact{{wordInWords, text(inWords(order.Total))}, {wordBank, text(p.Seller.Bank)}}},
		signBoxes{above: wordSignReturn, boxes: [2]signBox{
			{wordSeller, sellerOf(&p.Seller), []word{wordName, wordSignature, wordDate}},
			{wordAccepted, buyerOf(&p.Buyer), []word{wordName, wordChop, wordDate}},
		}},
	}, nil
}

func orderedGoods(order *document.SalesOrder) table {
	currency := order.Total.Currency
	t := table{columns: []column{
		{wordNumber, 22, true}, {wordGoods, 163.28, false}, {wordRequested, 54, true}, {wordPromised, 54, true},
		{wordQuantity, 54, true}, {wordUnit, 36, false}, {in(wordPrice, currency), 64, true}, {in(wordAmount, currency), 76, true},
	}}
	var ordered []document.Quantity
	for i := range order.Lines {
		l := &order.Lines[i]
		item := l.Goods
		if item == nil {
			item = &document.Item{}
		}
		what := goodsOf(l.Item, item.Name, item.LocalName, l.Description)
		what.ordered = l.Description
		t.entry(count(int64(l.No)), what, day(order.Required(l)), promised(order, l),
			number(l.Quantity.Value), unit(l.Quantity.Unit), price(l.Price, currency), amount(l.Amount))
		ordered = append(ordered, l.Quantity)
	}
	quantities, units := sumByUnit(ordered)
	t.total(nil, one(wordTotal), nil, nil, quantities, units, nil, one(amount(order.Net)))
	return t
}

func promised(order *document.SalesOrder, l *document.OrderLine) value {
	promised, required := order.Promised(l), order.Required(l)
	if !required.IsZero() && promised.After(required) {
		return later{day(promised)}
	}
	return day(promised)
}
