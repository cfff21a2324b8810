package render

import "tradewire/mapping/document"

// deliveryNote goes with the driver and comes back signed. It names no prices.
func deliveryNote(p *document.Paper) ([]block, error) {
	marks, err := shipmentMarks(p)
	blocks := []block{
		heading{wordDeliverTo, buyerOf(&p.Buyer), [2][]fact{
			append([]fact{{wordDate, day(p.IssuedOn)}}, references(p)...),
			{{wordRequested, day(p.Order.RequestedOn)}, {wordHandbook, text(p.Buyer.Handbook)}},
		}},
		particulars{[]fact{{wordMarks, marks}, {wordRemarks, text(p.Order.Remarks)}}, voyage(&p.Shipment)},
		deliveredGoods(p, packingOf(p)),
	}
	if p.Shipment.Packing != nil {
		blocks = append(blocks, weights{p.Shipment.Packing})
	}
	return append(blocks, signBoxes{boxes: [2]signBox{
		{title: wordDelivered, lines: []word{wordName, wordSignature, wordDate}},
		{title: wordReceiver, lines: []word{wordName, wordChop, wordDate}},
	}}), err
}

func deliveredGoods(p *document.Paper, packing *document.Packing) table {
	t := table{columns: []column{
		{wordNumber, 24, true}, {wordGoods, 215, false}, {wordCartonNos, 60, true}, {wordCartons, 44, true},
		{wordQuantity, 66, true}, {wordUnit, 40, false}, {wordReceived, 74.28, false},
	}}
	for i, l := range packing.Lines {
		t.entry(count(int64(i+1)), goodsOf(l.Item, l.Name, l.LocalName, described(&p.Order, l.OrderLine)),
			text(cartonNumbers(l.From, l.To)), countOf(cartonsOf(l)), number(l.Quantity.Value), unit(l.Quantity.Unit), nil)
	}
	quantities, units := sumByUnit(packed(packing))
	t.total(nil, one(wordTotal), nil, one(countOf(packing.Cartons)), quantities, units, nil)
	return t
}

// countOf is a number, and nothing where nothing was counted.
func countOf(n int64) value {
	if n <= 0 {
		return text("")
	}
	return count(n)
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
