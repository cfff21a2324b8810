package render

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/mapping/document"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with a file of testdata/papers, which -update rewrites.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("../../testdata/papers", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "%s: when the change is meant, run the tests with -update and review the diff", name)
}

// plainRuler stands for a font in layouts, so that they do not depend on one: Chinese is as wide as high, all else half
// of it.
type plainRuler struct{ latin bool }

func (r plainRuler) has(c rune) bool {
	return c >= ' ' && c != 0x2603 && (c < 0x2E80 || !r.latin && c < 0xFFFD)
}

func (r plainRuler) advance(c rune, _ bool) int {
	if c < 0x2E80 {
		return 500
	}
	return 1000
}

// dump is a layout to be read: every text with its place.
func (s *sheet) dump() string {
	var out strings.Builder
	for i, page := range s.pages {
		fmt.Fprintf(&out, "page %d\n", i+1)
		for _, r := range page.runs {
			look := " "
			if r.bold {
				look = "b"
			}
			fmt.Fprintf(&out, "%7.1f %7.1f  %4.1f%s  %s\n", r.x, r.y, r.size, look, r.text)
		}
		if c := page.code; c != nil {
			fmt.Fprintf(&out, "%7.1f %7.1f  %4.1f   QR code of %d modules\n", c.x, c.y, c.size, len(c.matrix))
		}
		fmt.Fprintf(&out, "%d lines and boxes\n\n", len(page.strokes))
	}
	return out.String()
}

// samples are the papers that are kept as golden files.
func samples() map[string]*document.Paper {
	revised := exportPaper(document.PackingList, "PL-2026-00002", 2)
	revised.Revision = 3
	revised.Buyer.Marks, revised.Shipment.Voyage = "", nil

	taxed := exportPaper(document.CommercialInvoice, "CI-2026-00002", 2)
	taxed.Order.Currency, taxed.Order.TaxPercent, taxed.Order.Terms = "CNY", d("13"), "EOM60"
	addInvoice(taxed)

	awkward := inlandNote()
	awkward.Buyer.LocalAddress = strings.Repeat("广东省惠州市仲恺高新技术产业开发区", 6) + "(三号门)。"
	awkward.Buyer.Contact = "Lin \U0001F469\u200D\U0001F4BB 林\u0007小姐 \U0001F1ED\U0001F1F0"
	awkward.Order.Remarks = strings.Repeat("Donaudampfschifffahrtsgesellschaft", 4) + "\n\U0001F69A 请勿倒置"
	awkward.Shipment.Packing.Lines[0].LocalName = strings.Repeat("三芯黑色橡胶绝缘电源线", 8)

	bare := inlandNote()
	bare.Shipment.Packing = nil

	amended := markedPaper(document.OrderConfirmation, "OC-2026-00002")
	amended.Revision, amended.Order.PromisedOn, amended.Order.TaxPercent = 2, on("2026-03-27"), d("13")
	amended.Order.Tax = amended.Order.Net.Times(d("0.13"))
	amended.Order.Total = amended.Order.Net.Add(amended.Order.Tax)

	unmarked := markedPaper(document.ShippingMarks, "SM-2026-00002")
	unmarked.Buyer.Marks, unmarked.Buyer.SideMarks = "", strings.Repeat("{customer} {description}\n", 40)

	return map[string]*document.Paper{
		"order_confirmation":             markedPaper(document.OrderConfirmation, "OC-2026-00001"),
		"order_confirmation_revised":     amended,
		"shipping_marks":                 markedPaper(document.ShippingMarks, "SM-2026-00001"),
		"shipping_marks_very_long":       unmarked,
		"packing_list_marked":            markedPaper(document.PackingList, "PL-2026-00003"),
		"commercial_invoice_marked":      markedPaper(document.CommercialInvoice, "CI-2026-00003"),
		"packing_list_three_pages":       exportPaper(document.PackingList, "PL-2026-00001", 34),
		"packing_list_revised":           revised,
		"commercial_invoice_export":      exportPaper(document.CommercialInvoice, "CI-2026-00001", 6),
		"commercial_invoice_with_tax":    taxed,
		"delivery_note_transfer_factory": inlandNote(),
		"delivery_note_awkward_text":     awkward,
		"delivery_note_without_packing":  bare,
	}
}

// fixed is a seal that does not change with every field that a document gets.
func fixed(p *document.Paper) seal { return sealed(p, strings.Repeat("0123456789abcdef", 4)) }

func laidOut(t *testing.T, p *document.Paper) *sheet {
	t.Helper()
	s, err := layout(p, fixed(p), plainRuler{}, true)
	require.NoError(t, err)
	return s
}

func TestPapersLookAsTheyDid(t *testing.T) {
	for name, p := range samples() {
		t.Run(name, func(t *testing.T) { golden(t, name+".layout.txt", laidOut(t, p).dump()) })
	}
}

func TestWithoutAChineseFontAPaperIsInEnglishOnly(t *testing.T) {
	for name, p := range map[string]*document.Paper{
		"commercial_invoice": exportPaper(document.CommercialInvoice, "CI-2026-00001", 3),
		"order_confirmation": markedPaper(document.OrderConfirmation, "OC-2026-00001"),
		"shipping_marks":     markedPaper(document.ShippingMarks, "SM-2026-00001"),
	} {
		s, err := layout(p, fixed(p), plainRuler{latin: true}, false)
		require.NoError(t, err)
		assert.NoError(t, collisions(s), name)
		golden(t, name+"_english_only.layout.txt", s.dump())
		for _, r := range s.dump() {
			require.Less(t, r, rune(0x2E80), "%s: %c", name, r)
		}
	}
}

func TestEveryPageSaysWhichOfHowManyItIs(t *testing.T) {
	s := laidOut(t, exportPaper(document.PackingList, "PL-2026-00001", 34))
	require.Len(t, s.pages, 3)
	for i, page := range s.pages {
		assert.Contains(t, texts(page), fmt.Sprintf("Page %d of 3 第%d页 共3页", i+1, i+1))
	}
}

func TestTheTableHeadStandsOnEveryPageThatTheTableReaches(t *testing.T) {
	s := laidOut(t, exportPaper(document.PackingList, "PL-2026-00001", 34))
	for _, page := range s.pages {
		count := 0
		for _, text := range texts(page) {
			if text == wordGrossKG.en {
				count++
			}
		}
		assert.Equal(t, 1, count)
	}
}

func TestEveryLineIsPrintedOnce(t *testing.T) {
	s := laidOut(t, exportPaper(document.PackingList, "PL-2026-00001", 150))
	var items []string
	for _, page := range s.pages {
		for _, text := range texts(page) {
			if strings.HasPrefix(text, "PC-H05-") || strings.HasPrefix(text, "CB-RVV-") {
				items = append(items, text[7:])
			}
		}
	}
	require.Len(t, items, 150)
	for i, item := range items {
		assert.Equal(t, fmt.Sprintf("%03d", i+1), item)
	}
}

func TestThePrintedLinesFootToThePrintedTotals(t *testing.T) {
	packing := laidOut(t, exportPaper(document.PackingList, "PL-2026-00001", 34))
	invoice := laidOut(t, exportPaper(document.CommercialInvoice, "CI-2026-00001", 34))
	for _, column := range []struct {
		sheet *sheet
		right float64
	}{
		{packing, right}, {packing, right - 48.28}, {packing, right - 100.28}, {invoice, right},
	} {
		figures := column.sheet.figures(t, column.right-cellPadding)
		require.Len(t, figures, 35)
		var sum document.Decimal
		for _, f := range figures[:34] {
			sum = sum.Add(f)
		}
		assert.Equal(t, sum.String(), figures[34].String())
	}
}

// figures are the plain numbers of table size that end at x, from top to bottom.
func (s *sheet) figures(t *testing.T, x float64) (figures []document.Decimal) {
	for _, page := range s.pages {
		for _, r := range page.runs {
			if r.size != small || math.Abs(r.x+width(s.ruler, r.text, r.size, r.bold)-x) > 0.01 {
				continue
			}
			f, err := document.ParseDecimal(strings.ReplaceAll(r.text, ",", ""))
			require.NoError(t, err, r.text)
			figures = append(figures, f)
		}
	}
	return figures
}

func texts(p *page) (all []string) {
	for _, r := range p.runs {
		all = append(all, r.text)
	}
	return all
}

func TestNoTextOverlapsAnotherOrLeavesThePage(t *testing.T) {
	for name, p := range samples() {
		t.Run(name, func(t *testing.T) { assert.NoError(t, collisions(laidOut(t, p))) })
	}
}

// quiet is how much empty space a reader needs beside the code.
func (c *code) quiet() float64 { return quietZone * c.size / float64(len(c.matrix)) }

// collisions names the first text that stands on another, or outside the margins.
func collisions(s *sheet) error {
	for n, page := range s.pages {
		for i, r := range page.runs {
			end := r.x + width(s.ruler, r.text, r.size, r.bold)
			if r.x < left-0.01 || end > right+0.01 || r.y < top || r.y > footer {
				return fmt.Errorf("page %d: %q stands outside the margins", n+1, r.text)
			}
			if c := page.code; c != nil && end > c.x-c.quiet() && r.y-r.size < c.y+c.size+c.quiet() {
				return fmt.Errorf("page %d: %q stands in the quiet zone of the QR code", n+1, r.text)
			}
			for _, o := range page.runs[:i] {
				apart := end <= o.x || o.x+width(s.ruler, o.text, o.size, o.bold) <= r.x || math.Abs(r.y-o.y) < 0.01 && r.x == o.x && r.text == ""
				if !apart && r.y-r.size*0.85 < o.y+o.size*0.2 && o.y-o.size*0.85 < r.y+r.size*0.2 {
					return fmt.Errorf("page %d: %q stands on %q", n+1, r.text, o.text)
				}
			}
		}
	}
	return nil
}

func TestWhateverIsWrittenOnAPaperItStaysInItsPlace(t *testing.T) {
	t.Parallel()
	word := rapid.StringOfN(rapid.RuneFrom([]rune("aBc -/.,1线电源(三)。、\n\U0001F69A")), 0, 300, -1)
	rapid.Check(t, func(t *rapid.T) {
		p := anyPaper(t)
		p.Buyer.Name, p.Buyer.Address = word.Draw(t, "name"), word.Draw(t, "address")
		p.Buyer.Marks, p.Order.Remarks, p.Seller.Bank = word.Draw(t, "marks"), word.Draw(t, "remarks"), word.Draw(t, "bank")
		p.Buyer.SideMarks = "{description}\n" + word.Draw(t, "side")
		p.Shipment.Carrier = word.Draw(t, "carrier")
		if p.Shipment.Packing != nil {
			for i := range p.Shipment.Packing.Lines {
				p.Shipment.Packing.Lines[i].Name = word.Draw(t, "item")
			}
		}
		s, err := layout(p, fixed(p), plainRuler{}, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := collisions(s); err != nil {
			t.Fatal(err)
		}
	})
}

// anyPaper is one of a type and so many lines, or a marked one.
func anyPaper(t *rapid.T) *document.Paper {
	paper := rapid.SampledFrom(document.PaperTypes()).Draw(t, "type")
	if paper == document.OrderConfirmation || paper == document.ShippingMarks {
		return markedPaper(paper, "N-1")
	}
	return exportPaper(paper, "N-1", rapid.IntRange(0, 25).Draw(t, "lines"))
}

func TestPapersThatCannotBeDrawnSayWhy(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*document.Paper)
		latin  bool
		want   string
	}{
		"a paper of a kind that is not known":  {func(p *document.Paper) { p.Type = "visa" }, false, `there is no paper "visa"`},
		"a packing list without packing":       {func(p *document.Paper) { p.Shipment.Packing = nil }, false, "has no packing"},
		"an invoice without an invoice":        {func(p *document.Paper) { p.Type = document.CommercialInvoice }, false, "no invoice"},
		"a name with a character nobody has":   {func(p *document.Paper) { p.Buyer.LocalName = "𠮷田" }, false, `'𠮷' (U+20BB7), needed for "𠮷田"`},
		"a name that was damaged before":       {func(p *document.Paper) { p.Buyer.Name = "M\xfcller" }, false, `U+FFFD`},
		"a buyer without a Latin name":         {func(p *document.Paper) { p.Buyer.Name = "" }, true, "customer C-0007 has no name in Latin letters, and there is no Chinese font: run `make fonts`"},
		"a seller without a Latin name":        {func(p *document.Paper) { p.Seller.Name = "" }, true, "the seller has no name in Latin letters"},
		"an item without a Latin name":         {func(p *document.Paper) { p.Shipment.Packing.Lines[0].Name = "" }, true, "item PC-H05-001 has no name in Latin letters"},
		"Chinese marks without a Chinese font": {func(p *document.Paper) { p.Buyer.Marks = "北光" }, true, "'北' (U+5317), '光' (U+5149)"},
	} {
		t.Run(name, func(t *testing.T) {
			p := exportPaper(document.PackingList, "PL-2026-00001", 2)
			c.change(p)
			_, err := layout(p, fixed(p), plainRuler{latin: c.latin}, !c.latin)
			assert.ErrorContains(t, err, c.want)
		})
	}
}
