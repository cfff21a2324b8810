package render

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"tradewire/mapping/document"
)

// look is how a cell looks. All of it is comparable, so that a look is told to the workbook once.
type look struct {
	size         float64 // 0: as the rest
	bold, grey   bool
	right        bool // at the right edge
	left         bool // at the left edge even though it is a number
	flow         bool // over its empty neighbours, not in lines
	fill         bool
	above, below bool // lines
	frame        bool
	format       string // of a number
}

// asText keeps what it shows when somebody edits it: a code stays a code.
const asText = 49

func (b *book) style(l look) int {
	if id, known := b.styles[l]; known {
		return id
	}
	s := &excelize.Style{
		Font:      &excelize.Font{Size: max(l.size, 10), Bold: l.bold, Family: "Arial"},
		Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left", WrapText: !l.flow && l.format == ""},
		NumFmt:    asText,
	}
	if l.grey {
		s.Font.Color = "5F5F5F"
	}
	if l.right {
		s.Alignment.Horizontal = "right"
	}
	if l.fill {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEEEEE"}}
	}
	if l.format != "" {
		s.NumFmt, s.CustomNumFmt = 0, &l.format
	}
	for _, side := range l.sides() {
		s.Border = append(s.Border, excelize.Border{Type: side, Color: "282828", Style: 1})
	}
	id, err := b.file.NewStyle(s)
	b.keep(err)
	b.styles[l] = id
	return id
}

// sides are where the cell has lines.
func (l look) sides() (sides []string) {
	if l.above || l.frame {
		sides = append(sides, "top")
	}
	if l.below || l.frame {
		sides = append(sides, "bottom")
	}
	if l.frame {
		sides = append(sides, "left", "right")
	}
	return sides
}

// bytes closes the book and is its file. Nothing in it tells when or where it was made but the paper's own date, so that
// the same paper gives the same bytes.
func (b *book) bytes(p *document.Paper, sealed seal) ([]byte, error) {
	b.closing(p, sealed)
	b.page(p)
	b.properties(p)
	var file bytes.Buffer
	if b.err == nil {
		b.keep(b.file.Write(&file))
	}
	if err := errors.Join(b.err, b.file.Close()); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

// closing is the foot of the sheet: which paper it is, which revision, and its whole seal.
func (b *book) closing(p *document.Paper, sealed seal) {
	b.row++
	b.heading(text(b.identity(p)), look{grey: true})
	b.heading(text("sha256:"+sealed.hash), look{grey: true})
	b.facts(fact{wordRevision, count(int64(p.Revision))})
}

// page sets what is printed: A4, as wide as the page, with the number at the foot.
func (b *book) page(p *document.Paper) {
	for _, column := range slices.Sorted(maps.Keys(b.widths)) {
		name, err := excelize.ColumnNumberToName(column)
		b.keep(err)
		b.keep(b.file.SetColWidth(b.sheet, name, name, b.widths[column]))
	}
	a4, oneWide, asHigh, portrait := 9, 1, 0, "portrait"
	b.keep(b.file.SetPageLayout(b.sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &portrait, FitToWidth: &oneWide, FitToHeight: &asHigh}))
	fit, grid := true, false
	b.keep(b.file.SetSheetProps(b.sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	b.keep(b.file.SetSheetView(b.sheet, 0, &excelize.ViewOptions{ShowGridLines: &grid}))
	number := strings.ReplaceAll(p.Number, "&", "&&") // a single one is a command in there
	b.keep(b.file.SetHeaderFooter(b.sheet, &excelize.HeaderFooterOptions{OddFooter: "&L" + titles[p.Type].en + " " + number + "&R&P / &N"}))
}

func (b *book) properties(p *document.Paper) {
	issued := p.Issued.UTC().Format("2006-01-02T15:04:05Z")
	b.keep(b.file.SetDocProps(&excelize.DocProperties{Title: titles[p.Type].en + " " + p.Number, Creator: p.Seller.Name,
		LastModifiedBy: "Tradewire", Created: issued, Modified: issued}))
	b.keep(b.file.SetAppProps(&excelize.AppProperties{Application: "Tradewire"}))
}
