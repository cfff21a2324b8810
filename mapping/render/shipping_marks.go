package render

import (
	"errors"
	"fmt"
	"strings"

	"tradewire/mapping/document"
)

// shippingMarks tell the packers what to paint on the cartons: a main mark for two opposite sides and a side mark for
// the others, for every kind of carton.
func shippingMarks(p *document.Paper) ([]block, error) {
	packing := p.Shipment.Packing
	if packing == nil {
		return nil, errors.New("shipment " + p.Shipment.ID + " has no packing: check the items' packing in the ERP")
	}
	blocks := []block{
		heading{wordBuyer, buyerOf(&p.Buyer), [2][]fact{
			append([]fact{{wordDate, day(p.IssuedOn)}}, references(p)...),
			{{wordShipment, text(p.Shipment.ID)}, {wordDespatched, day(p.Shipment.On)}, {wordDestination, country(p.Buyer.Country)},
				{wordPort, text(orderFacts(p)["port"])}, {wordCartons, countOf(packing.Cartons)}},
		}},
	}
	panels, err := panelsOf(p)
	return append(blocks, panels), err
}

// panel is what is painted on one kind of carton.
type panel struct {
	carton     carton
	main, side painted
}

// panels are all of them, in the order of the carton numbers.
type panels struct {
	order *document.SalesOrder
	list  []panel
}

// unmarked is what the trade says of cartons without a mark.
const unmarked = "N/M"

func panelsOf(p *document.Paper) (panels, error) {
	all := panels{order: &p.Order}
	for i, l := range p.Shipment.Packing.Lines {
		kinds, sound := cartonsIn(p, l)
		if !sound {
			return all, fmt.Errorf("line %d: %s at %s a carton do not fill cartons %s: check the packing of item %s in the ERP",
				i+1, l.Quantity, l.PerCarton, cartonNumbers(l.From, l.To), l.Item)
		}
		for _, c := range kinds {
			facts := c.facts(p)
			main, err := fill(p.Buyer.Marks, facts)
			if err != nil {
				return all, err
			}
			side, err := fill(p.Buyer.SideMarks, facts)
			if err != nil {
				return all, err
			}
			all.list = append(all.list, panel{c, orUnmarked(main), orUnmarked(side)})
		}
	}
	return all, nil
}

func orUnmarked(mark painted) painted {
	if mark == "" {
		return unmarked
	}
	return mark
}

// about says which cartons a panel is for.
func (a panels) about(c carton) (cartons text, what goods, each figure, of value) {
	return text(cartonNumbers(c.from, c.to)), goodsOf(c.line.Item, c.line.Name, c.line.LocalName, described(a.order, c.line.OrderLine)),
		number(c.holds.Value), unit(c.holds.Unit)
}

// Sizes of the type of a mark, and the space around it within its frame.
const (
	largestMark  = 22.0
	smallestMark = 9.0
	markPadding  = 12.0
	leastFrame   = 96.0
	mostFrame    = 260.0 // to which a mark is made smaller; one of very many lines is taller
)

func (a panels) draw(s *sheet) error {
	for _, panel := range a.list {
		if err := a.drawPanel(s, panel); err != nil {
			return err
		}
	}
	return nil
}

func (a panels) drawPanel(s *sheet, p panel) error {
	cartons, what, each, of := a.about(p.carton)
	if !s.chinese && what.name == "" && what.localName != "" {
		return &NoLatinName{"item " + what.item}
	}
	const wide = (right - left - boxGap) / 2
	var marks []cell
	for i, mark := range []painted{p.main, p.side} {
		x := left + float64(i)*(wide+boxGap)
		marks = append(marks, cell{x: x + markPadding, width: wide - 2*markPadding, lines: s.mark(mark, wide-2*markPadding)})
	}
	caption := []cell{
		{x: left, width: fourth, lines: s.facts(fact{wordCartonNos, cartons})},
		{x: left + fourth + gutter, width: 2*fourth + gutter, lines: s.facts(fact{wordGoods, what})},
		quarter(1, s.facts(fact{wordPerCarton, noted{word{en: each.said(s.tongue)}, of.said(s.tongue)}})),
	}
	frame := max(tallest([]cell{{lines: s.wrapped(marks[0])}, {lines: s.wrapped(marks[1])}})+2*markPadding, leastFrame)
	above := 0.0
	for _, c := range caption {
		above = max(above, tallest([]cell{{lines: s.wrapped(c)}}))
	}
	s.keep(above + min(frame, mostFrame) + 32) // with the labels and the space between: a caption never stands alone
	s.space(6)
	s.rule(0.8, 5)
	s.row(0, caption...)
	s.row(1, cell{x: left, width: wide, lines: s.markLabel(wordMainMark)}, cell{x: left + wide + boxGap, width: wide, lines: s.markLabel(wordSideMark)})
	s.framed(wide, frame, marks)
	s.space(10)
	return nil
}

func (s *sheet) markLabel(w word) []line { return []line{{text: s.say(w), size: tiny, grey: true}} }

// mark is a mark in the largest type in which it fits its frame and none of its lines is broken.
func (s *sheet) mark(mark painted, wide float64) []line {
	l := line{text: string(mark), size: largestMark, bold: true, exact: true}
	lines := float64(strings.Count(l.text, "\n") + 1)
	for l.size > smallestMark && (s.widest([]line{l}) > wide || lines*l.height() > mostFrame-2*markPadding) {
		l.size--
	}
	return []line{l}
}

// framed draws two cells in a frame each. Frames that are taller than a page go on the next one.
func (s *sheet) framed(wide, height float64, cells []cell) {
	s.fresh = s.fresh || height > mostFrame // such a one begins here
	s.keep(height)
	first, start := len(s.pages)-1, s.y
	s.row(markPadding, cells...)
	s.y = max(s.y, min(start+height, bottom))
	for n := first; n < len(s.pages); n++ {
		from, to := s.under, bottom
		if n == first {
			from = start
		}
		if n == len(s.pages)-1 {
			to = s.y
		}
		for i := range cells {
			x := left + float64(i)*(wide+boxGap)
			s.pages[n].strokes = append(s.pages[n].strokes, stroke{x1: x, y1: from, x2: x + wide, y2: to, width: 1.2, box: true})
		}
	}
}

func (a panels) write(b *book) {
	t := table{columns: []column{
		{wordNumber, 22, true}, {wordGoods, 131, false}, {wordCartonNos, 50, true}, {wordPerCarton, 44, true}, {wordUnit, 34, false},
		{wordMainMark, 170, false}, {wordSideMark, 170, false},
	}}
	for i, panel := range a.list {
		cartons, what, each, of := a.about(panel.carton)
		t.entry(count(int64(i+1)), what, cartons, each, of, panel.main, panel.side)
	}
	t.write(b)
}
