package render

import (
	"strings"

	"tradewire/mapping/document"
)

// fact is a label with its value. Facts without a value are left out.
type fact struct {
	label word
	value string
}

// facts stacks labels over their values.
func (s *sheet) facts(facts ...fact) (lines []line) {
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		space := 4.0
		if len(lines) == 0 {
			space = 0
		}
		lines = append(lines, line{text: s.say(f.label), size: tiny, grey: true, above: space}, line{text: f.value, size: normal})
	}
	return lines
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

// party is a company under its label: names, addresses, contact.
func (s *sheet) party(label word, b *document.Party) []line {
	lines := []line{{text: s.say(label), size: tiny, grey: true}, {text: b.Name, size: 10.5, bold: true}}
	lines = append(lines, s.local(line{text: b.LocalName, size: 10.5, bold: true})...)
	lines = append(lines, line{text: b.Address, size: normal})
	lines = append(lines, s.local(line{text: b.LocalAddress, size: normal})...)
	if b.Country != "" {
		lines = append(lines, line{text: s.country(b.Country), size: normal})
	}
	lines = append(lines, s.labelled(wordContact, b.Contact)...)
	return present(append(lines, s.labelled(wordPhone, b.Phone)...))
}

// local is a line in Chinese, when the font can.
func (s *sheet) local(l line) []line {
	if !s.chinese || l.text == "" {
		return nil
	}
	return []line{l}
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

// erpOrder is the target whose number for the order people know it by.
const erpOrder = "erp_order"

// references are the numbers under which the order is known.
func references(p *document.Paper) []fact {
	number := p.Order.Number
	if number == "" {
		number = p.Order.ID
	}
	return []fact{{wordOrder, number}, {wordCustomerPO, p.Order.CustomerPO}, {wordERPOrder, p.Order.Refs[erpOrder]}}
}

// voyage is all that is known of the way of the goods, in the order of the way.
func voyage(sh *document.Shipment) []fact {
	facts := []fact{
		{wordShipment, sh.ID}, {wordDespatched, sh.On.String()}, {wordCarrier, sh.Carrier}, {wordTracking, sh.Tracking},
		{wordVehicle, sh.Vehicle},
	}
	if v := sh.Voyage; v != nil {
		facts = append(facts, fact{wordForwarder, v.Forwarder}, fact{wordBill, v.Tracking}, fact{wordVessel, v.Vessel},
			fact{wordContainer, v.Container}, fact{wordETD, v.ETD.String()}, fact{wordETA, v.ETA.String()})
	}
	return facts
}

// particulars are the second band of the head: marks or remarks on the left, facts in two columns on the right. Without
// anything on the left the facts take the whole width.
func (s *sheet) particulars(aside []line, facts []fact) {
	var known []fact
	for _, f := range facts {
		if f.value != "" {
			known = append(known, f)
		}
	}
	if len(known) == 0 && len(aside) == 0 {
		return
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

// goods are the lines that name an item: code, name, local name. A name must be there in a language at hand.
func (s *sheet) goods(item, name, localName, description string) ([]line, error) {
	if name == "" {
		name = description
	}
	lines := []line{{text: item, size: small, bold: true}, {text: name, size: small}}
	lines = append(lines, s.local(line{text: localName, size: small})...)
	if !s.chinese && name == "" && localName != "" {
		return nil, &NoLatinName{"item " + item}
	}
	return present(lines), nil
}

// signatureHeight is more than a signature takes.
const signatureHeight = 74.0

// signature is the room where someone of ours signs.
func (s *sheet) signature(p *document.Paper) {
	s.keep(signatureHeight)
	s.space(8)
	const x = right - 230
	company := []line{{text: "For and on behalf of " + p.Seller.Name, size: small}}
	if p.Seller.Name == "" {
		company = nil
	}
	company = append(company, s.local(line{text: p.Seller.LocalName, size: small})...)
	start := s.y
	s.row(0, cell{x: x, width: right - x, lines: company})
	s.y = max(s.y, start+50)
	s.stroke(stroke{x1: x, y1: s.y, x2: right, y2: s.y, width: 0.5})
	s.row(1, cell{x: x, width: right - x, lines: []line{{text: s.say(wordAuthorised), size: tiny, grey: true}}})
}
