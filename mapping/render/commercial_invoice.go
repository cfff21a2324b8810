package render

import (
	"errors"
	"strconv"

	"tradewire/mapping/document"
)

// commercialInvoice is what customs and the buyer's bank read: origin, codes, terms, money.
func commercialInvoice(s *sheet, p *document.Paper) error {
	inv := p.Invoice
	if inv == nil {
		return errors.New("there is no invoice on it")
	}
	s.row(0, half(s.party(wordBuyer, &p.Buyer)),
		quarter(0, s.facts(append([]fact{{wordDate, p.IssuedOn.String()}}, references(p)...)...)),
		quarter(1, s.facts(fact{wordIncoterm, incoterm(&p.Order)}, fact{wordTerms, s.terms(p.Order.Terms)},
			fact{wordCurrency, string(inv.Total.Currency)}, fact{wordDestination, s.country(p.Buyer.Country)})))
	s.space(8)
	s.particulars(s.facts(fact{wordMarks, p.Buyer.Marks}), voyage(&p.Shipment))

	currency := inv.Total.Currency
	s.table([]column{
		{wordNumber, 24, true}, {wordGoods, 175, false}, {wordHSCode, 58, false}, {wordOrigin, 50, false},
		{wordQuantity, 52, true}, {wordUnit, 34, false}, {in(wordPrice, currency), 62, true}, {in(wordAmount, currency), 68.28, true},
	})
	for i, l := range inv.Lines {
		goods, err := s.goods(l.Item, l.Name, l.LocalName, "")
		if err != nil {
			return err
		}
		s.entry(plain(strconv.Itoa(i+1)), goods, plain(l.HSCode), plain(s.country(originOf(&p.Order, l.Item))),
			plain(number(l.Quantity.Value)), plain(s.unit(l.Quantity.Unit)), plain(price(l.Price, currency)), plain(amount(l.Amount)))
	}
	quantities, unitNames := s.sumByUnit(invoiced(inv))
	s.totals(nil, plain(s.say(wordTotal)), nil, nil, quantities, unitNames, nil, plain(amount(inv.Net)))
	s.settlement(p)
	return nil
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

// settlement leads from the net amount to what is to be paid and to the signature; beside it stand the amount in words,
// the packages and the bank. It is kept on one page.
func (s *sheet) settlement(p *document.Paper) {
	const labels, figures = right - 230, right - 105
	sum := func(text string, size float64, bold bool) line {
		return line{text: text, size: size, bold: bold, above: 4}
	}
	inv := p.Invoice
	names := []line{sum(s.say(wordNet), normal, false), sum(s.say(wordTax)+" "+p.Order.TaxPercent.String()+" %", normal, false),
		sum(s.say(wordTotal), 11, true)}
	money := []line{sum(inv.Net.String(), normal, false), sum(inv.Tax.String(), normal, false), sum(inv.Total.String(), 11, true)}
	beside := s.facts(fact{wordInWords, inWords(inv.Total)}, fact{wordPackages, s.packages(p.Shipment.Packing)},
		fact{wordBank, p.Seller.Bank})

	aside := cell{x: left, width: labels - left - 24, lines: beside}
	s.keep(max(tallest([]cell{{lines: s.wrapped(aside)}}), 58+signatureHeight) + 8)
	s.space(6)
	above := s.y + names[0].height() + names[1].height() + 3
	s.stroke(stroke{x1: labels, y1: above, x2: right, y2: above, width: 0.8})
	s.row(0, aside,
		cell{x: labels, width: figures - labels, lines: names},
		cell{x: figures, width: right - figures - cellPadding, right: true, lines: money})
	below := above + names[2].height() + 2
	s.stroke(stroke{x1: labels, y1: below, x2: right, y2: below, width: 0.8})
	s.y = below
	s.signature(p)
}

// packages is how the goods are packed, in one sentence; nothing for a shipment without packing.
func (s *sheet) packages(k *document.Packing) string {
	if k == nil {
		return ""
	}
	cartons := document.Grouped(strconv.FormatInt(k.Cartons, 10))
	return s.say(word{cartons + " cartons", cartons + "箱"}) + "\n" + s.weights(k)
}

// weights are the sums of a packing in one line.
func (s *sheet) weights(k *document.Packing) string {
	return s.say(wordNetWeight) + " " + thousandths(k.NetKG) + " kg   " + s.say(wordGrossWeight) + " " + thousandths(k.GrossKG) +
		" kg   " + s.say(wordVolume) + " " + thousandths(k.CBM) + " m³"
}
