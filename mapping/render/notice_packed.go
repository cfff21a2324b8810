package render

import (
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// load is how much there is to carry.
func (t *letter) load(shipment *document.Shipment) {
	packing := shipment.Packing
	if packing == nil {
		t.fact("cartons", t.say("packing.unknown"))
		return
	}
	t.fact("cartons", printed(count(packing.Cartons)))
	t.fact("net_weight", printed(thousandths(packing.NetKG))+" kg")
	t.fact("gross_weight", printed(thousandths(packing.GrossKG))+" kg")
	t.fact("volume", printed(thousandths(packing.CBM))+" m³")
}

// packed are the goods line by line, as they are packed.
func (t *letter) packed(n *document.Notice) {
	lines := packedLines(n)
	if len(lines) == 0 {
		return
	}
	column := func(head string, figures bool, cell func(document.PackedLine) string) textColumn {
		c := textColumn{head: t.say(head), figures: figures}
		for _, l := range lines {
			c.cells = append(c.cells, cell(l))
		}
		return c
	}
	t.head("goods.packed")
	t.table(
		column("line", true, func(l document.PackedLine) string { return ordinal(l.OrderLine) }),
		column("item", false, func(l document.PackedLine) string { return l.Item }),
		column("quantity", true, func(l document.PackedLine) string { return printed(number(l.Quantity.Value)) }),
		column("unit", false, func(l document.PackedLine) string { return t.unit(l.Quantity.Unit) }),
		column("cartons", true, func(l document.PackedLine) string { return above(document.DecimalOf(cartonsOf(l))) }),
		column("col.net", true, func(l document.PackedLine) string { return weight(l.NetKG) }),
		column("col.gross", true, func(l document.PackedLine) string { return weight(l.GrossKG) }),
		column("col.volume", true, func(l document.PackedLine) string { return weight(l.CBM) }),
		column("hs_code", false, func(l document.PackedLine) string { return customsCode(n, l) }),
		column("handbook.item", false, func(l document.PackedLine) string { return handbookOf(n, l.Item) }),
		column("goods", false, func(l document.PackedLine) string { return t.either(l.Name, l.LocalName) }),
	)
}

// customsCode is what a carrier must know of goods that go abroad.
func customsCode(n *document.Notice, l document.PackedLine) string {
	if n.Type != document.BookingNotice {
		return ""
	}
	return l.HSCode
}

// packedLines are those of the packing, or what is known of the goods before they are packed.
func packedLines(n *document.Notice) (lines []document.PackedLine) {
	shipment := shipmentIn(n)
	if shipment.Packing != nil {
		return shipment.Packing.Lines
	}
	for _, l := range shipment.Lines {
		packed := document.PackedLine{OrderLine: l.OrderLine, Quantity: l.Quantity}
		for _, told := range newsOf(n).Lines {
			if told.No == l.OrderLine {
				packed.Item, packed.Name, packed.LocalName = told.Item, told.Name, told.LocalName
			}
		}
		lines = append(lines, packed)
	}
	return lines
}

func weight(d document.Decimal) string {
	if d.IsZero() {
		return ""
	}
	return printed(thousandths(d))
}

// handbookOf are the numbers of an item in the customs handbook.
func handbookOf(n *document.Notice, item string) string {
	var numbers []string
	for _, h := range dropIn(n).Items {
		if h.Item == item && h.Number != "" && !slices.Contains(numbers, h.Number) {
			numbers = append(numbers, h.Number)
		}
	}
	return strings.Join(numbers, ", ")
}
