package render

import "tradewire/mapping/document"

// settlement leads from the net amount to what is to be paid; beside it stand the amount in words and what goes with it.
type settlement struct {
	net, tax, total document.Money
	percent         document.Decimal // of tax
	beside          []fact
	below           float64 // what must stand on the same page: the room to sign
	whole           bool    // it takes the whole width, and begins below what stands beside
}

// step is one line of the way to the total.
type step struct {
	label value
	money document.Money
	size  float64
	bold  bool
}

func (t settlement) steps() []step {
	return []step{
		{wordNet, t.net, normal, false},
		{noted{wordTax, t.percent.String() + " %"}, t.tax, normal, false},
		{wordTotal, t.total, 11, true},
	}
}

func (t settlement) draw(s *sheet) error {
	const labels, figures = right - 230, right - 105
	var names, sums []line
	for _, step := range t.steps() {
		names = append(names, line{text: step.label.said(s.tongue), size: step.size, bold: step.bold, above: 4})
		sums = append(sums, line{text: money(step.money).said(s.tongue), size: step.size, bold: step.bold, above: 4})
	}
	aside := cell{x: left, width: labels - left - 24, lines: s.facts(t.beside...)}
	beside := tallest([]cell{{lines: s.wrapped(aside)}})
	if t.whole {
		s.keep(max(beside, 58) + t.below + 8)
	} else {
		s.keep(max(beside, 58+t.below) + 8)
	}
	s.space(6)
	above := s.y + names[0].height() + names[1].height() + 3
	s.stroke(stroke{x1: labels, y1: above, x2: right, y2: above, width: 0.8})
	s.row(0, aside,
		cell{x: labels, width: figures - labels, lines: names},
		cell{x: figures, width: right - figures - cellPadding, right: true, lines: sums})
	below := above + names[2].height() + 2
	s.stroke(stroke{x1: labels, y1: below, x2: right, y2: below, width: 0.8})
	if s.y = max(s.y, below); !t.whole {
		s.y = below // the signature stands beside the rest
	}
	return nil
}

func (t settlement) write(b *book) {
	b.row++
	for _, step := range t.steps() {
		b.put(b.columns-1, step.label, look{bold: step.bold, right: true, flow: true})
		b.put(b.columns, money(step.money), look{bold: step.bold, above: step.bold, below: step.bold})
		b.row++
	}
	b.row++
	b.facts(t.beside...)
}
