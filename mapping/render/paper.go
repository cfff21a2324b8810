// Package render makes papers and texts of documents: PDF in English and Chinese, notices in words. The same document
// and the same font give the same bytes.
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

// Paper draws an issued paper as PDF.
func Paper(p *document.Paper, fonts Fonts) ([]byte, error) {
	if fonts.regular == nil {
		return nil, fmt.Errorf("draw %s %s: %w", p.Type, p.Number, ErrNoFont)
	}
	s, err := layout(p, fonts, fonts.Chinese())
	if err != nil {
		return nil, fmt.Errorf("draw %s %s: %w", p.Type, p.Number, err)
	}
	pdf, err := drawPDF(s, p, fonts)
	if err != nil {
		return nil, fmt.Errorf("draw %s %s: %w", p.Type, p.Number, err)
	}
	return pdf, nil
}

// layout puts everything at its place.
func layout(p *document.Paper, r ruler, chinese bool) (*sheet, error) {
	body, known := map[document.PaperType]func(*sheet, *document.Paper) error{
		document.PackingList:       packingList,
		document.CommercialInvoice: commercialInvoice,
		document.DeliveryNote:      deliveryNote,
	}[p.Type]
	if !known {
		return nil, fmt.Errorf("there is no paper %q", p.Type)
	}
	s := newSheet(r, chinese, func(s *sheet) { continuedHead(s, p) })
	if err := s.haveNames(p); err != nil {
		return nil, err
	}
	masthead(s, p)
	if err := body(s, p); err != nil {
		return nil, err
	}
	return s, s.finish(p)
}

// haveNames says whether both companies can be named, and the cartons marked, in the languages at hand.
func (s *sheet) haveNames(p *document.Paper) error {
	if s.chinese {
		return nil
	}
	if !hasLatin(p.Seller.Name) {
		return &NoLatinName{"the seller"}
	}
	if !hasLatin(p.Buyer.Name) {
		return &NoLatinName{"customer " + p.Buyer.ID}
	}
	// Marks are painted on cartons as they stand: one with a part left out is a wrong one.
	if _, missing := drawable(s.ruler, p.Buyer.Marks); len(missing) > 0 {
		return &MissingGlyphs{Characters: missing, Text: p.Buyer.Marks}
	}
	return nil
}

// masthead is the top of the first page: who sells, and what paper this is.
func masthead(s *sheet, p *document.Paper) {
	const middle = 330
	seller := []line{{text: p.Seller.Name, size: large, bold: true}}
	seller = append(seller, s.local(line{text: p.Seller.LocalName, size: 11, bold: true})...)
	seller = append(seller, line{text: p.Seller.Address, size: small, above: 2})
	seller = append(seller, s.local(line{text: p.Seller.LocalAddress, size: small})...)
	seller = append(seller, s.labelled(wordPhone, p.Seller.Phone)...)

	title := []line{{text: titles[p.Type].en, size: huge, bold: true}}
	title = append(title, s.local(line{text: titles[p.Type].zh, size: 14, bold: true})...)
	title = append(title, line{text: p.Number, size: 11, bold: true, above: 3})
	if p.Revision > 1 {
		title = append(title,
			line{text: fmt.Sprintf("Revision %d, supersedes revision %d", p.Revision, p.Revision-1), size: small, bold: true})
		title = append(title, s.local(line{text: fmt.Sprintf("第%d版，取代第%d版", p.Revision, p.Revision-1), size: small, bold: true})...)
	}
	s.row(0,
		cell{x: left, width: middle - left - 10, lines: present(seller)},
		cell{x: middle, width: right - middle, right: true, lines: title})
	s.space(6)
	s.rule(1.2, 8)
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
