// Package render makes papers and texts of documents: papers as PDF in English and Chinese and as workbooks, notices in
// words. The same document and the same font give the same bytes.
package render

import (
	"fmt"

	"tradewire/mapping/document"
)

// NoLatinName says that something has a name in Chinese characters only, while the font has Latin letters only.
type NoLatinName struct{ What string }

func (e *NoLatinName) Error() string {
	return fmt.Sprintf("%s has no name in Latin letters, and there is no Chinese font: run `make fonts`, or add a Latin name", e.What)
}

// bodies are the papers there are. Each says what stands on it below the masthead; all formats are drawn from that.
var bodies = map[document.PaperType]func(*document.Paper) ([]block, error){
	document.OrderConfirmation: orderConfirmation,
	document.PackingList:       packingList,
	document.CommercialInvoice: commercialInvoice,
	document.DeliveryNote:      deliveryNote,
	document.ShippingMarks:     shippingMarks,
}

// blocksOf is what stands on a paper, from top to bottom.
func blocksOf(p *document.Paper, sealed seal) ([]block, error) {
	body, known := bodies[p.Type]
	if !known {
		return nil, fmt.Errorf("there is no paper %q", p.Type)
	}
	code, err := sealed.matrix()
	if err != nil {
		return nil, err
	}
	blocks, err := body(p)
	return append([]block{masthead{p, code}}, blocks...), err
}

// Paper draws an issued paper as PDF.
func Paper(p *document.Paper, fonts Fonts) ([]byte, error) {
	pdf, err := paper(p, fonts)
	if err != nil {
		return nil, fmt.Errorf("draw %s %s: %w", p.Type, p.Number, err)
	}
	return pdf, nil
}

func paper(p *document.Paper, fonts Fonts) ([]byte, error) {
	if fonts.regular == nil {
		return nil, ErrNoFont
	}
	sealed, err := sealOf(p)
	if err != nil {
		return nil, err
	}
	s, err := layout(p, sealed, fonts, fonts.Chinese())
	if err != nil {
		return nil, err
	}
	return drawPDF(s, p, fonts)
}

// layout puts everything at its place.
func layout(p *document.Paper, sealed seal, r ruler, chinese bool) (*sheet, error) {
	blocks, err := blocksOf(p, sealed)
	if err != nil {
		return nil, err
	}
	s := newSheet(r, chinese, func(s *sheet) { continuedHead(s, p) })
	if err := s.haveNames(p); err != nil {
		return nil, err
	}
	for _, b := range blocks {
		if err := b.draw(s); err != nil {
			return nil, err
		}
	}
	return s, s.finish(p, sealed)
}

// haveNames says whether both companies can be named in the languages at hand.
func (s *sheet) haveNames(p *document.Paper) error {
	switch {
	case s.chinese:
	case !hasLatin(p.Seller.Name):
		return &NoLatinName{"the seller"}
	case !hasLatin(p.Buyer.Name):
		return &NoLatinName{"customer " + p.Buyer.ID}
	}
	return nil
}

// masthead is the top of the first page: who sells, what paper this is, and its seal.
type masthead struct {
	paper *document.Paper
	code  matrix
}

// codeSize is the side of the QR code: about a third of a millimetre for each of its modules, which a telephone reads.
const codeSize = 52.0

func (m masthead) draw(s *sheet) error {
	const middle, edge = 330, right - codeSize - 10
	p, seller := m.paper, sellerOf(&m.paper.Seller)
	sells := []line{{text: seller.name, size: large, bold: true}}
	sells = append(sells, s.local(line{text: seller.localName, size: 11, bold: true})...)
	sells = append(sells, line{text: seller.address, size: small, above: 2})
	sells = append(sells, s.local(line{text: seller.localAddress, size: small})...)
	sells = append(sells, s.labelled(wordPhone, seller.phone)...)

	title := []line{{text: titles[p.Type].en, size: huge, bold: true}}
	title = append(title, s.local(line{text: titles[p.Type].zh, size: 14, bold: true})...)
	title = append(title, line{text: p.Number, size: 11, bold: true, above: 3})
	revision := superseding(p)
	title = append(title, line{text: revision.en, size: small, bold: true})
	title = append(title, s.local(line{text: revision.zh, size: small, bold: true})...)

	s.place(m.code, right, s.y, codeSize)
	s.row(0,
		cell{x: left, width: middle - left - 10, lines: present(sells)},
		cell{x: middle, width: edge - middle, right: true, lines: present(title)})
	if len(s.pages) == 1 {
		s.y = max(s.y, top+codeSize)
	}
	s.space(6)
	s.rule(1.2, 8)
	return nil
}

func (m masthead) write(b *book) {
	p := m.paper
	b.picture(m.code)
	b.heading(titles[p.Type], look{size: 18, bold: true})
	b.heading(text(p.Number), look{size: 13, bold: true})
	b.heading(superseding(p), look{bold: true})
	b.row++
	b.company(wordSeller, sellerOf(&p.Seller))
}

// continuedHead is the top of the pages after the first.
func continuedHead(s *sheet, p *document.Paper) {
	seller := p.Seller.Name
	if seller == "" {
		seller = p.Seller.LocalName
	}
	s.row(0,
		cell{x: left, width: 220, lines: []line{{text: seller, size: small, bold: true}}},
		cell{x: left + 230, width: right - left - 230, right: true, lines: []line{
			{text: s.say(titles[p.Type]) + " " + p.Number + " (" + s.say(wordContinued) + ")", size: small, bold: true}}})
	s.space(3)
	s.rule(1.2, 8)
}
