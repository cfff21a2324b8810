package render

import (
	"errors"
	"strconv"

	"tradewire/mapping/document"
)

// packingList names no prices: it lies in the cartons and goes through many hands.
func packingList(s *sheet, p *document.Paper) error {
	packing := p.Shipment.Packing
	if packing == nil {
		return errors.New("shipment " + p.Shipment.ID + " has no packing: check the items' packing in the ERP")
	}
	s.row(0, half(s.party(wordBuyer, &p.Buyer)),
		quarter(0, s.facts(append([]fact{{wordDate, p.IssuedOn.String()}}, references(p)...)...)),
		quarter(1, s.facts(fact{wordIncoterm, incoterm(&p.Order)}, fact{wordDestination, s.country(p.Buyer.Country)})))
	s.space(8)
	s.particulars(s.facts(fact{wordMarks, p.Buyer.Marks}), voyage(&p.Shipment))

	s.table([]column{
		{wordNumber, 22, true}, {wordGoods, 131, false}, {wordCartonNos, 50, true}, {wordCartons, 38, true},
		{wordPerCarton, 44, true}, {wordQuantity, 52, true}, {wordUnit, 34, false}, {wordNetKG, 52, true},
		{wordGrossKG, 52, true}, {wordCBM, 48.28, true},
	})
	for i, l := range packing.Lines {
		goods, err := s.goods(l.Item, l.Name, l.LocalName, described(&p.Order, l.OrderLine))
		if err != nil {
			return err
		}
		s.entry(plain(strconv.Itoa(i+1)), goods, plain(cartonNumbers(l)), plain(strconv.FormatInt(cartonsOf(l), 10)),
			plain(number(l.PerCarton)), plain(number(l.Quantity.Value)), plain(s.unit(l.Quantity.Unit)),
			plain(thousandths(l.NetKG)), plain(thousandths(l.GrossKG)), plain(thousandths(l.CBM)))
	}
	quantities, unitNames := s.sumByUnit(packed(packing))
	s.totals(nil, plain(s.say(wordTotal)), nil, plain(document.Grouped(strconv.FormatInt(packing.Cartons, 10))), nil,
		quantities, unitNames, plain(thousandths(packing.NetKG)), plain(thousandths(packing.GrossKG)), plain(thousandths(packing.CBM)))
	s.signature(p)
	return nil
}

func packed(packing *document.Packing) (quantities []document.Quantity) {
	for _, l := range packing.Lines {
		quantities = append(quantities, l.Quantity)
	}
	return quantities
}

// sumByUnit adds up quantities of one unit, in the order in which the units appear. Pieces and metres are never added.
func (s *sheet) sumByUnit(quantities []document.Quantity) (sums, names []line) {
	var order []string
	total := map[string]document.Decimal{}
	for _, q := range quantities {
		if _, seen := total[q.Unit]; !seen {
			order = append(order, q.Unit)
		}
		total[q.Unit] = total[q.Unit].Add(q.Value)
	}
	for _, unit := range order {
		sums = append(sums, plain(number(total[unit]))...)
		names = append(names, plain(s.unit(unit))...)
	}
	return sums, names
}

func cartonNumbers(l document.PackedLine) string {
	if l.To <= 0 {
		return ""
	}
	if l.From == l.To {
		return strconv.FormatInt(l.From, 10)
	}
	return strconv.FormatInt(l.From, 10) + "–" + strconv.FormatInt(l.To, 10)
}

// cartonsOf is how many cartons the line fills.
func cartonsOf(l document.PackedLine) int64 {
	if l.To <= 0 {
		return 0
	}
	return l.To - l.From + 1
}

// described is what the order says of a line.
func described(order *document.SalesOrder, no int) string {
	if line, found := order.Line(no); found {
		return line.Description
	}
	return ""
}
