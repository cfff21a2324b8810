package render

import (
	"fmt"

	"github.com/signintech/gopdf"

	"tradewire/mapping/document"
)

// The two weights as the PDF names them.
const (
	regularName = "regular"
	boldName    = "bold"
)

// drawPDF writes the laid-out sheet. Its only date is the day of issue and it has no random id, so that the same paper
// gives the same bytes.
func drawPDF(s *sheet, p *document.Paper, fonts Fonts) ([]byte, error) {
	pdf, err := compose(s, p, fonts)
	if err != nil {
		return nil, err
	}
	used := usedCharacters(s, fonts)
	// Only here are the files read, and one paper at a time changes them.
	fonts.embedding.Lock()
	defer fonts.embedding.Unlock()
	for face, characters := range used {
		face.keepMetrics(characters)
	}
	return pdf.GetBytesPdfReturnErr()
}

// usedCharacters are those of the sheet by weight.
func usedCharacters(s *sheet, fonts Fonts) map[*cut]map[rune]bool {
	used := map[*cut]map[rune]bool{fonts.regular: {}, fonts.bold: {}} // one when there is no bold face
	for _, page := range s.pages {
		for _, r := range page.runs {
			face := fonts.regular
			if r.bold {
				face = fonts.bold
			}
			for _, c := range r.text {
				used[face][c] = true
			}
		}
	}
	return used
}

// compose draws everything, but writes nothing yet.
func compose(s *sheet, p *document.Paper, fonts Fonts) (*gopdf.GoPdf, error) {
	pdf := &gopdf.GoPdf{}
	pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: pageWidth, H: pageHeight}})
	pdf.SetInfo(gopdf.PdfInfo{
		Title:        fmt.Sprintf("%s %s", titles[p.Type].en, p.Number),
		Author:       p.Seller.Name,
		Creator:      "Tradewire",
		CreationDate: p.Issued.UTC(),
	})
	for _, name := range []string{regularName, boldName} {
		if err := pdf.AddTTFFontFromFontContainer(name, fonts.container); err != nil {
			return nil, err
		}
	}
	for _, page := range s.pages {
		pdf.AddPage()
		drawStrokes(pdf, page)
		for _, r := range page.runs {
			if err := drawRun(pdf, r); err != nil {
				return nil, fmt.Errorf("%q: %w", r.text, err)
			}
		}
	}
	return pdf, nil
}

func drawStrokes(pdf *gopdf.GoPdf, page *page) {
	pdf.SetFillColor(238, 238, 238)
	for _, f := range page.fills {
		pdf.RectFromUpperLeftWithStyle(f.x1, f.y1, f.x2-f.x1, f.y2-f.y1, "F")
	}
	if page.code != nil {
		pdf.SetFillColor(0, 0, 0)
		for _, bar := range page.code.bars() {
			pdf.RectFromUpperLeftWithStyle(bar.x1, bar.y1, bar.x2-bar.x1, bar.y2-bar.y1, "F")
		}
	}
	for _, st := range page.strokes {
		shade := uint8(40)
		if st.grey {
			shade = 190
		}
		pdf.SetStrokeColor(shade, shade, shade)
		pdf.SetLineWidth(st.width)
		if st.box {
			pdf.RectFromUpperLeftWithStyle(st.x1, st.y1, st.x2-st.x1, st.y2-st.y1, "D")
			continue
		}
		pdf.Line(st.x1, st.y1, st.x2, st.y2)
	}
}

func drawRun(pdf *gopdf.GoPdf, r run) error {
	name, shade := regularName, uint8(0)
	if r.bold {
		name = boldName
	}
	if r.grey {
		shade = 95
	}
	if err := pdf.SetFont(name, "", r.size); err != nil {
		return err
	}
	pdf.SetTextColor(shade, shade, shade)
	pdf.SetXY(r.x, r.y)
	return pdf.Text(r.text)
}
