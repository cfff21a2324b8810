package render

import "tradewire/mapping/document"

// signatureHeight is more than a signature takes.
const signatureHeight = 74.0

// signature is the room where someone of ours signs.
type signature struct{ seller *document.Seller }

// signers are the names of the company in whose name is signed.
func (g signature) signers() (name, localName string) {
	if g.seller.Name != "" {
		name = wordOnBehalf.en + " " + g.seller.Name
	}
	return name, g.seller.LocalName
}

func (g signature) draw(s *sheet) error {
	s.keep(signatureHeight)
	s.space(8)
	const x = right - 230
	name, localName := g.signers()
	company := present(append([]line{{text: name, size: small}}, s.local(line{text: localName, size: small})...))
	start := s.y
	s.row(0, cell{x: x, width: right - x, lines: company})
	s.y = max(s.y, start+50)
	s.stroke(stroke{x1: x, y1: s.y, x2: right, y2: s.y, width: 0.5})
	s.row(1, cell{x: x, width: right - x, lines: []line{{text: s.say(wordAuthorised), size: tiny, grey: true}}})
	return nil
}

func (g signature) write(b *book) {
	name, localName := g.signers()
	b.toSign(text(name), text(localName), wordAuthorised)
}

// signBoxes are where two sides sign, each in its box.
type signBoxes struct {
	above word // over both
	boxes [2]signBox
}

// signBox is a box with a title and lines to write on.
type signBox struct {
	title   word
	company company // in whose name is signed; may be empty
	lines   []word
}

const (
	boxHeight = 96.0
	boxGap    = 12.0
)

func (g signBoxes) draw(s *sheet) error {
	wide := (right - left - boxGap) / 2
	var names [2][]line
	for i, box := range g.boxes {
		lines := append([]line{{text: box.company.name, size: small}}, s.local(line{text: box.company.localName, size: small})...)
		names[i] = s.wrapped(cell{width: wide - 12, lines: present(lines)})
	}
	var above []line
	if g.above.en != "" {
		above = []line{{text: s.say(g.above), size: normal, bold: true}, {size: 2}}
	}
	named := tallest([]cell{{lines: names[0]}, {lines: names[1]}})
	s.keep(16 + tallest([]cell{{lines: above}}) + boxHeight + named)
	s.space(16)
	s.row(0, cell{x: left, width: right - left, lines: above})
	y := s.y
	for i, box := range g.boxes {
		x := left + float64(i)*(wide+boxGap)
		s.stroke(stroke{x1: x, y1: y, x2: x + wide, y2: y + boxHeight + named, width: 0.6, box: true})
		s.put(run{x: x + 6, y: y + 13, size: small, bold: true, text: s.say(box.title)})
		s.drawCell(&cell{x: x + 6, width: wide - 12, lines: names[i]}, y+16, bottom)
		s.blanks(x, y+named, wide, boxHeight, box.lines)
	}
	s.y = y + boxHeight + named
	return nil
}

// blanks are lines to write on, under a title.
func (s *sheet) blanks(x, y, wide, height float64, lines []word) {
	step := (height - 20) / float64(len(lines))
	for i, w := range lines {
		base := y + 20 + step*float64(i+1) - 8
		label := s.say(w)
		s.put(run{x: x + 6, y: base, size: tiny, grey: true, text: label})
		s.stroke(stroke{x1: x + 10 + width(s.ruler, label, tiny, false), y1: base + 2, x2: x + wide - 6, y2: base + 2, width: 0.3})
	}
}

func (g signBoxes) write(b *book) {
	if g.above.en != "" {
		b.row++
		b.heading(g.above, look{bold: true})
	}
	for _, box := range g.boxes {
		b.row++
		b.heading(box.title, look{bold: true})
		b.facts(fact{word{}, text(box.company.name)}, fact{word{}, text(box.company.localName)})
		for _, w := range box.lines {
			b.blank(w)
		}
	}
}
