package render

import (
	"strconv"

	"tradewire/mapping/document"
)

// deliveryNote goes with the driver and comes back signed. It names no prices.
func deliveryNote(s *sheet, p *document.Paper) error {
	s.row(0, half(s.party(wordDeliverTo, &p.Buyer)),
		quarter(0, s.facts(append([]fact{{wordDate, p.IssuedOn.String()}}, references(p)...)...)),
		quarter(1, s.facts(fact{wordRequested, p.Order.RequestedOn.String()}, fact{wordHandbook, p.Buyer.Handbook})))
	s.space(8)
	s.particulars(s.facts(fact{wordMarks, p.Buyer.Marks}, fact{wordRemarks, p.Order.Remarks}), voyage(&p.Shipment))

	s.table([]column{
		{wordNumber, 24, true}, {wordGoods, 215, false}, {wordCartonNos, 60, true}, {wordCartons, 44, true},
		{wordQuantity, 66, true}, {wordUnit, 40, false}, {wordReceived, 74.28, false},
	})
	packing := packingOf(p)
	for i, l := range packing.Lines {
		goods, err := s.goods(l.Item, l.Name, l.LocalName, described(&p.Order, l.OrderLine))
		if err != nil {
			return err
		}
		cartons := ""
		if l.To > 0 {
			cartons = strconv.FormatInt(cartonsOf(l), 10)
		}
		s.entry(plain(strconv.Itoa(i+1)), goods, plain(cartonNumbers(l)), plain(cartons),
			plain(number(l.Quantity.Value)), plain(s.unit(l.Quantity.Unit)), nil)
	}
	cartons := ""
	if packing.Cartons > 0 {
		cartons = document.Grouped(strconv.FormatInt(packing.Cartons, 10))
	}
	quantities, unitNames := s.sumByUnit(packed(packing))
	s.totals(nil, plain(s.say(wordTotal)), nil, plain(cartons), quantities, unitNames, nil)
	if p.Shipment.Packing != nil {
		s.space(6)
		s.row(0, cell{x: left + cellPadding, width: right - left, lines: plain(s.weights(packing))})
	}
	s.receipt()
	return nil
}

// packingOf is the shipment's packing; of a shipment without any, its lines alone.
func packingOf(p *document.Paper) *document.Packing {
	if p.Shipment.Packing != nil {
		return p.Shipment.Packing
	}
	packing := &document.Packing{}
	for _, l := range p.Shipment.Lines {
		packed := document.PackedLine{OrderLine: l.OrderLine, Quantity: l.Quantity}
		if line, found := p.Order.Line(l.OrderLine); found {
			packed.Item = line.Item
			if line.Goods != nil {
				packed.Name, packed.LocalName = line.Goods.Name, line.Goods.LocalName
			}
		}
		packing.Lines = append(packing.Lines, packed)
	}
	return packing
}

// receipt is where driver and receiver sign.
func (s *sheet) receipt() {
	const height, gap = 96, 12
	s.keep(height + 16)
	s.space(16)
	wide := (right - left - gap) / 2
	y := s.y
	s.signBox(left, y, wide, height, wordDelivered, wordName, wordSignature, wordDate)
	s.signBox(left+wide+gap, y, wide, height, wordReceiver, wordName, wordChop, wordDate)
	s.y = y + height
}

// signBox is a box with a title and lines to write on.
func (s *sheet) signBox(x, y, wide, height float64, title word, lines ...word) {
	s.stroke(stroke{x1: x, y1: y, x2: x + wide, y2: y + height, width: 0.6, box: true})
	s.put(run{x: x + 6, y: y + 13, size: small, bold: true, text: s.say(title)})
	step := (height - 20) / float64(len(lines))
	for i, w := range lines {
		base := y + 20 + step*float64(i+1) - 8
		label := s.say(w)
		s.put(run{x: x + 6, y: base, size: tiny, grey: true, text: label})
		s.stroke(stroke{x1: x + 10 + width(s.ruler, label, tiny, false), y1: base + 2, x2: x + wide - 6, y2: base + 2, width: 0.3})
	}
}
