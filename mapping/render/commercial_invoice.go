package render

import (
	"errors"

	"tradewire/mapping/document"
)

// commercialInvoice is what customs and the buyer's bank read: origin, codes, terms, money.
func commercialInvoice(p *document.Paper) ([]block, error) {
	inv := p.Invoice
	if inv == nil {
		return nil, errors.New("there is no invoice on it")
	}
	marks, err := shipmentMarks(p)
	return []block{
		heading{wordBuyer, buyerOf(&p.Buyer), [2][]fact{
			append([]fact{{wordDate, day(p.IssuedOn)}}, references(p)...),
			{{wordIncoterm, incoterm(&p.Order)}, {wordTerms, terms(p.Order.Terms)},
				{wordCurrency, text(inv.Total.Currency)}, {wordDestination, country(p.Buyer.Country)}},
		}},
		particulars{[]fact{{wordMarks, marks}}, voyage(&p.Shipment)},
		invoicedGoods(p),
		settlement{net: inv.Net, tax: inv.Tax, total: inv.Total, percent: p.Order.TaxPercent, below: signatureHeight,
			beside: []fact{{wordInWords, text(inWords(inv.Total))}, {wordPackages, packages{p.Shipment.Packing}}, {wordBank, text(p.Seller.Bank)}}},
		signature{&p.Seller},
	}, err
}

func invoicedGoods(p *document.Paper) table {
	inv, currency := p.Invoice, p.Invoice.Total.Currency
	t := table{columns: []column{
		{wordNumber, 24, true}, {wordGoods, 175, false}, {wordHSCode, 58, false}, {wordOrigin, 50, false},
		{wordQuantity, 52, true}, {wordUnit, 34, false}, {in(wordPrice, currency), 62, true}, {in(wordAmount, currency), 68.28, true},
	}}
	for i, l := range inv.Lines {
		t.entry(count(int64(i+1)), goodsOf(l.Item, l.Name, l.LocalName, ""), text(l.HSCode), country(originOf(&p.Order, l.Item)),
			number(l.Quantity.Value), unit(l.Quantity.Unit), price(l.Price, currency), amount(l.Amount))
	}
	quantities, units := sumByUnit(invoiced(inv))
	t.total(nil, one(wordTotal), nil, nil, quantities, units, nil, one(amount(inv.Net)))
	return t
}

func in(w word, c document.Currency) word { return word{w.en + " " + string(c), w.zh} }

func invoiced(inv *document.Invoice) (quantities []document.Quantity) {
	for _, l := range inv.Lines {
		quantities = append(quantities, l.Quantity)
	}
	return quantities
}

// originOf is the country where the item was made, as it was when the order was decided.
func originOf(order *document.SalesOrder, item string) string {
	for _, l := range order.Lines {
		if l.Item == item && l.Goods != nil {
			return l.Goods.Origin
		}
	}
	return ""
}
