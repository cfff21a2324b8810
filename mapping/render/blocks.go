package render

import (
	"strings"

	"tradewire/mapping/document"
)

// block is a part of a paper. It knows how to stand on the pages of a PDF and how in the rows of a workbook, so that a
// paper is said once, as a list of blocks.
type block interface {
	draw(*sheet) error
	write(*book)
}

// The page in four columns.
const (
	gutter = 10.0
	fourth = (right - left - 3*gutter) / 4
)

// half is a cell over the two columns on the left; quarter one of the two on the right.
func half(lines []line) cell { return cell{x: left, width: 2*fourth + gutter, lines: lines} }

func quarter(n int, lines []line) cell {
	return cell{x: left + float64(2+n)*(fourth+gutter), width: fourth, lines: lines}
}

// company is one of the two whom a paper names.
type company struct {
	name, localName, address, localAddress string
	country                                value
	contact, phone                         string
}

func sellerOf(s *document.Seller) company {
	return company{s.Name, s.LocalName, s.Address, s.LocalAddress, text(""), "", s.Phone}
}

func buyerOf(b *document.Party) company {
	return company{b.Name, b.LocalName, b.Address, b.LocalAddress, country(b.Country), b.Contact, b.Phone}
}

// heading is the first band below the masthead: the buyer on the left, two columns of facts beside it.
type heading struct {
	role  word
	buyer company
	facts [2][]fact
}

func (h heading) draw(s *sheet) error {
	s.row(0, half(s.party(h.role, h.buyer)), quarter(0, s.facts(h.facts[0]...)), quarter(1, s.facts(h.facts[1]...)))
	s.space(8)
	return nil
}

func (h heading) write(b *book) {
	b.company(h.role, h.buyer)
	b.row++
	b.facts(h.facts[0]...)
	b.facts(h.facts[1]...)
}

// party is a company under its label: names, addresses, contact.
func (s *sheet) party(label word, c company) []line {
	lines := []line{{text: s.say(label), size: tiny, grey: true}, {text: c.name, size: 10.5, bold: true}}
	lines = append(lines, s.local(line{text: c.localName, size: 10.5, bold: true})...)
	lines = append(lines, line{text: c.address, size: normal})
	lines = append(lines, s.local(line{text: c.localAddress, size: normal})...)
	lines = append(lines, line{text: c.country.said(s.tongue), size: normal})
	lines = append(lines, s.labelled(wordContact, c.contact)...)
	return present(append(lines, s.labelled(wordPhone, c.phone)...))
}

// facts stacks labels over their values.
func (s *sheet) facts(facts ...fact) (lines []line) {
	for i, f := range s.known(facts) {
		space := 4.0
		if i == 0 {
			space = 0
		}
		_, exact := f.value.(painted)
		lines = append(lines, line{text: s.say(f.label), size: tiny, grey: true, above: space},
			line{text: f.value.said(s.tongue), size: normal, exact: exact})
	}
	return lines
}

// local is a line in Chinese, when the font can.
func (s *sheet) local(l line) []line {
	if !s.chinese || l.text == "" {
		return nil
	}
	return []line{l}
}

func inOneLine(t tongue, facts []fact) string {
	var said []string
	for _, f := range facts {
		said = append(said, t.say(f.label)+" "+f.value.said(t))
	}
	return strings.Join(said, "   ")
}

func (s *sheet) labelled(label word, value string) []line {
	if value == "" {
		return nil
	}
	return []line{{text: s.say(label) + " " + value, size: small}}
}

// present leaves out lines without text.
func present(lines []line) (kept []line) {
	for _, l := range lines {
		if l.text != "" {
			kept = append(kept, l)
		}
	}
	return kept
}

// particulars are the second band of the head: marks or remarks on the left, facts in two columns on the right. Without
// anything on the left the facts take the whole width.
type particulars struct{ aside, facts []fact }

func (p particulars) draw(s *sheet) error {
	aside, known := s.facts(p.aside...), s.known(p.facts)
	if len(known) == 0 && len(aside) == 0 {
		return nil
	}
	s.rule(0.4, 6)
	defer s.space(10)
	var cells []cell
	columns := 4
	switch {
	case len(aside) == 0:
	case s.widest(aside) <= fourth:
		cells, columns = []cell{{x: left, width: fourth, lines: aside}}, 3
	default:
		cells, columns = []cell{{x: left, width: right - left - 2*fourth - 2*gutter, lines: aside}}, 2
	}
	deep := (len(known) + columns - 1) / columns
	for i := 4 - columns; len(known) > 0; i++ {
		n := min(deep, len(known))
		cells = append(cells, cell{x: left + float64(i)*(fourth+gutter), width: fourth, lines: s.facts(known[:n]...)})
		known = known[n:]
	}
	s.row(0, cells...)
	return nil
}

func (p particulars) write(b *book) {
	if len(b.known(p.aside))+len(b.known(p.facts)) > 0 {
		b.row++
	}
	b.facts(p.aside...)
	b.facts(p.facts...)
}

// widest is the width of the longest line before it is wrapped.
func (s *sheet) widest(lines []line) (most float64) {
	for _, l := range lines {
		for _, text := range strings.Split(l.text, "\n") {
			most = max(most, width(s.ruler, text, l.size, l.bold))
		}
	}
	return most
}

// weights are the sums of a packing in one line below its table.
type weights struct{ packing *document.Packing }

func (w weights) draw(s *sheet) error {
	s.space(6)
	s.row(0, cell{x: left + cellPadding, width: right - left, lines: []line{{text: inOneLine(s.tongue, weightsOf(w.packing)), size: small}}})
	return nil
}

func (w weights) write(b *book) {
	b.row++
	b.facts(weightsOf(w.packing)...)
}
