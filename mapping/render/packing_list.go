package render

import (
	"errors"
	"strconv"

	"tradewire/mapping/document"
)

// packingList names no prices: it lies in the cartons and goes through many hands.
func packingList(p *document.Paper) ([]block, error) {
	packing := p.Shipment.Packing
	if packing == nil {
		return nil, errors.New("shipment " + p.Shipment.ID + " has no packing: check the items' packing in the ERP")
	}
	marks, err := shipmentMarks(p)
	return []block{
		heading{wordBuyer, buyerOf(&p.Buyer), [2][]fact{
			append([]fact{{wordDate, day(p.IssuedOn)}}, references(p)...),
			{{wordIncoterm, incoterm(&p.Order)}, {wordDestination, country(p.Buyer.Country)}},
		}},
		particulars{[]fact{{wordMarks, marks}}, voyage(&p.Shipment)},
		packedGoods(p, packing),
		signature{&p.Seller},
	}, err
}

func packedGoods(p *document.Paper, packing *document.Packing) table {
	t := table{columns: []column{
		{wordNumber, 22, true}, {wordGoods, 131, false}, {wordCartonNos, 50, true}, {wordCartons, 38, true},
		{wordPerCarton, 44, true}, {wordQuantity, 52, true}, {wordUnit, 34, false}, {wordNetKG, 52, true},
		{wordGrossKG, 52, true}, {wordCBM, 48.28, true},
	}}
	for i, l := range packing.Lines {
		t.entry(count(int64(i+1)), goodsOf(l.Item, l.Name, l.LocalName, described(&p.Order, l.OrderLine)),
			text(cartonNumbers(l.From, l.To)), count(cartonsOf(l)), number(l.PerCarton), number(l.Quantity.Value), unit(l.Quantity.Unit),
			thousandths(l.NetKG), thousandths(l.GrossKG), thousandths(l.CBM))
	}
	quantities, units := sumByUnit(packed(packing))
	t.total(nil, one(wordTotal), nil, one(count(packing.Cartons)), nil, quantities, units,
		one(thousandths(packing.NetKG)), one(thousandths(packing.GrossKG)), one(thousandths(packing.CBM)))
	return t
}

// references are the numbers under which the order is known.
func references(p *document.Paper) []fact {
	return []fact{{wordOrder, text(orderNumber(&p.Order))}, {wordCustomerPO, text(p.Order.CustomerPO)},
		{wordERPOrder, text(p.Order.Refs[erpOrder])}}
}

// erpOrder is the target whose number for the order people know it by.
const erpOrder = "erp_order"

func orderNumber(order *document.SalesOrder) string {
	if order.Number == "" {
		return order.ID
	}
	return order.Number
}

// voyage is all that is known of the way of the goods, in the order of the way.
func voyage(sh *document.Shipment) []fact {
	facts := []fact{
		{wordShipment, text(sh.ID)}, {wordDespatched, day(sh.On)}, {wordCarrier, text(sh.Carrier)}, {wordTracking, text(sh.Tracking)},
		{wordVehicle, text(sh.Vehicle)},
	}
	if v := sh.Voyage; v != nil {
		facts = append(facts, fact{wordForwarder, text(v.Forwarder)}, fact{wordBill, text(v.Tracking)}, fact{wordVessel, text(v.Vessel)},
			fact{wordContainer, text(v.Container)}, fact{wordETD, day(v.ETD)}, fact{wordETA, day(v.ETA)})
	}
	return facts
}

func packed(packing *document.Packing) (quantities []document.Quantity) {
	for _, l := range packing.Lines {
		quantities = append(quantities, l.Quantity)
	}
	return quantities
}

// sumByUnit adds up quantities of one unit, in the order in which the units appear. Pieces and metres are never added.
func sumByUnit(quantities []document.Quantity) (sums, names []value) {
	var order []string
	total := map[string]document.Decimal{}
	for _, q := range quantities {
		if _, seen := total[q.Unit]; !seen {
			order = append(order, q.Unit)
		}
		total[q.Unit] = total[q.Unit].Add(q.Value)
	}
	for _, code := range order {
		sums, names = append(sums, number(total[code])), append(names, unit(code))
	}
	return sums, names
}

// cartonNumbers are the cartons from one number to another, as people read it; nothing without numbers.
func cartonNumbers(from, to int64) string {
	if to <= 0 {
		return ""
	}
	if from == to {
		return strconv.FormatInt(from, 10)
	}
	return strconv.FormatInt(from, 10) + "–" + strconv.FormatInt(to, 10)
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
