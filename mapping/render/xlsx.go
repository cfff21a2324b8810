package render

import (
	"fmt"
	_ "image/png" // the kind of picture that the QR code is
	"sort"
	"strings"

	"github.com/xuri/excelize/v2"

	"tradewire/mapping/document"
)

// Workbook draws an issued paper as XLSX: the same blocks as its PDF, with figures to reckon with. It needs no font.
func Workbook(p *document.Paper) ([]byte, error) {
	file, err := workbook(p)
	if err != nil {
		return nil, fmt.Errorf("draw %s %s as a workbook: %w", p.Type, p.Number, err)
	}
	return file, nil
}

func workbook(p *document.Paper) ([]byte, error) {
	sealed, err := sealOf(p)
	if err != nil {
		return nil, err
	}
	blocks, err := blocksOf(p, sealed)
	if err != nil {
		return nil, err
	}
	b := newBook(titles[p.Type].en)
	for _, block := range blocks {
		block.write(b)
	}
	return b.bytes(p, sealed)
}

// heading is a line of its own, when there is something in it.
func (b *book) heading(v value, l look) {
	if v.said(b.tongue) == "" {
		return
	}
	l.flow = true
	b.put(labelColumn, v, l)
	b.row++
}

// label says what stands beside it.
func (b *book) label(w word) {
	if w != (word{}) {
		b.put(labelColumn, w, look{grey: true, flow: true})
	}
}

// facts are labels with their values, a row each. A value of several figures gets a row for each of them.
func (b *book) facts(facts ...fact) {
	for _, f := range b.known(facts) {
		if several, ok := f.value.(packages); ok {
			b.facts(several.parts()...)
			continue
		}
		b.label(f.label)
		b.put(valueColumn, f.value, look{left: true})
		b.row++
	}
}

// company is who sells or buys, under the label of its part.
func (b *book) company(role word, c company) {
	b.label(role)
	for _, name := range []string{c.name, c.localName} {
		if name != "" {
			b.put(valueColumn, text(name), look{bold: true})
			b.row++
		}
	}
	b.facts(fact{word{}, text(c.address)}, fact{word{}, text(c.localAddress)}, fact{word{}, c.country},
		fact{wordContact, text(c.contact)}, fact{wordPhone, text(c.phone)})
}

// toSign is the room for a signature: for whom, a line to write on, and what is written there.
func (b *book) toSign(name, localName text, below word) {
	b.row++
	b.heading(name, look{})
	b.heading(localName, look{})
	b.row++
	b.blank(below)
}

// blank is a line to write on.
func (b *book) blank(w word) {
	b.label(w)
	b.put(valueColumn, nil, look{below: true})
	b.keep(b.file.SetRowHeight(b.sheet, b.row, 26))
	b.row++
}

// picture puts the QR code beside the title, where no paper has text.
func (b *book) picture(m matrix) {
	const beside, scale = "E1", 0.45
	png, err := m.picture()
	b.keep(err)
	b.keep(b.file.AddPictureFromBytes(b.sheet, beside, &excelize.Picture{Extension: ".png", File: png,
		Format: &excelize.GraphicOptions{AltText: "QR code", ScaleX: scale, ScaleY: scale, LockAspectRatio: true, Positioning: "oneCell"}}))
	// A picture makes excelize name all kinds of pictures that there are, out of a map: in another order every time.
	kinds := b.file.ContentTypes.Defaults
	sort.Slice(kinds, func(i, j int) bool { return kinds[i].Extension < kinds[j].Extension })
}

// named says whether the column names goods: in a workbook it is two columns, so that codes can be looked up.
func (c column) named() bool { return c.head == wordGoods }

func (t table) write(b *book) {
	b.row++
	t.head(b)
	for _, row := range t.rows {
		t.line(b, row, look{below: true})
	}
	for i := range len(longest(t.sums)) {
		sums := make([]value, len(t.sums))
		for j, values := range t.sums {
			if i < len(values) {
				sums[j] = values[i]
			}
		}
		t.line(b, sums, look{bold: true})
	}
}

// head names the columns, on every printed page.
func (t table) head(b *book) {
	at := 0
	put := func(w word, c column) {
		at++
		b.put(at, stacked(w), look{bold: true, fill: true, right: c.right, above: true, below: true})
	}
	for _, c := range t.columns {
		if c.named() {
			put(wordItem, c)
			put(wordDescription, c)
			continue
		}
		put(c.head, c)
		b.widths[at] = max(b.widths[at], c.width/4)
	}
	b.columns = max(b.columns, at)
	b.keep(b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: b.sheet,
		RefersTo: fmt.Sprintf("'%s'!$%d:$%d", b.sheet, b.row, b.row)}))
	b.row++
}

// line is one row of the table.
func (t table) line(b *book, cells []value, l look) {
	at := 0
	put := func(v value, l look) {
		at++
		b.put(at, v, l)
	}
	for i, v := range cells {
		c, here := t.columns[i], l
		here.right = c.right
		switch v := v.(type) {
		case goods:
			code := here
			code.bold = true
			put(text(v.item), code)
			put(text(strings.Join(v.names(b.tongue), "\n")), here)
		case painted:
			put(v, look{size: 14, bold: true, frame: true})
		default:
			if put(v, here); c.named() {
				put(nil, here)
			}
		}
	}
	b.row++
}
