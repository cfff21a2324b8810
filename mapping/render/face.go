package render

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/signintech/gopdf"
	"github.com/signintech/gopdf/fontmaker/core"
)

// cut is one weight of a font, read once and shared by all papers.
type cut struct {
	name   string
	data   []byte // our own copy: see keepMetrics
	parsed *core.TTFParser

	parts   gopdf.PdfDictionaryObj // knows of which glyphs others are put together
	metrics []byte                 // the widths of all glyphs as they came in the file; nil: they are never left out
}

func readCut(f Face) (_ *cut, err error) {
	c := &cut{name: f.Name, data: bytes.Clone(f.Data)}
	if bytes.HasPrefix(c.data, []byte("ttcf")) {
		if c.data, err = firstFace(c.data); err != nil {
			return nil, fmt.Errorf("read font %s: %w", f.Name, err)
		}
	}
	if err := c.parse(); err != nil {
		return nil, fmt.Errorf("read font %s: %w: only fonts with TrueType outlines (.ttf, .ttc) can be used", f.Name, err)
	}
	return c, nil
}

// parse turns a panic of the font library into an error: a broken font file is no bug of ours.
func (c *cut) parse() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the file is damaged (%v)", r)
		}
	}()
	font := &gopdf.SubsetFontObj{}
	c.parsed = font.GetTTFParser()
	if err := c.parsed.ParseFontData(c.data); err != nil {
		return err
	}
	if c.parsed.GetTables()["glyf"].Length == 0 {
		return errors.New("it holds no TrueType outlines")
	}
	c.parts.SetPtrToSubsetFontObj(font)
	// #nosec G115 -- a count of 16 bits
	if table := c.hmtx(); len(table) >= widthSize*int(c.parsed.NumberOfHMetrics()) {
		c.metrics = bytes.Clone(table)
	}
	return nil
}

// widthSize is what the table hmtx says of a glyph: its advance and where its outline begins, two bytes each.
const widthSize = 4

// hmtx is the table of widths where it stands in the file.
func (c *cut) hmtx() []byte {
	table := c.parsed.GetTables()["hmtx"]
	return c.data[table.Offset : table.Offset+table.Length]
}

// keepMetrics blanks, in the file as gopdf is about to embed it, the widths of all glyphs that draw none of the
// characters. A Chinese font has 30,000 of them, and to pack those that a paper does not use took most of its time. The
// widths of the layout are others: they were read with the font.
func (c *cut) keepMetrics(used map[rune]bool) {
	if c.metrics == nil {
		return
	}
	glyphs := []int{0}
	for r := range used {
		glyphs = append(glyphs, int(c.glyph(r))) // #nosec G115 -- 16 bits
	}
	for i := 0; i < len(glyphs); i++ {
		c.parts.AddCompositeGlyphs(&glyphs, glyphs[i])
	}
	table, last := c.hmtx(), int(c.parsed.NumberOfHMetrics())-1 // #nosec G115 -- 16 bits
	clear(table[:widthSize*last])                               // the last one holds for all glyphs behind it too
	for _, g := range glyphs {
		if g < last {
			copy(table[widthSize*g:], c.metrics[widthSize*g:widthSize*(g+1)])
		}
	}
}

// glyph is the number of the character's glyph; 0: the font lacks it.
func (c *cut) glyph(r rune) uint {
	if r <= 0xFFFF {
		return c.parsed.Chars()[int(r)]
	}
	for _, group := range c.parsed.GroupingTables() {
		if uint(r) >= group.StartCharCode && uint(r) <= group.EndCharCode {
			return uint(r) - group.StartCharCode + group.GlyphID
		}
	}
	return 0
}

// advance is the width of the character in thousandths of the font size, cut as it is written into the PDF.
func (c *cut) advance(r rune) int {
	widths, glyph := c.parsed.Widths(), c.glyph(r)
	if glyph >= uint(len(widths)) {
		glyph = uint(len(widths)) - 1
	}
	// #nosec G115 -- a width has 16 bits
	return int(widths[glyph] * 1000 / c.parsed.UnitsPerEm())
}

// has says whether the font can draw all of text.
func (c *cut) has(text string) bool {
	for _, r := range text {
		if c.glyph(r) == 0 {
			return false
		}
	}
	return true
}

// firstFace makes a font file of the first face in a collection: its directory, and the tables it names moved behind.
func firstFace(collection []byte) ([]byte, error) {
	damaged := errors.New("the collection is damaged")
	if len(collection) < 16 {
		return nil, damaged
	}
	be := binary.BigEndian
	start := uint64(be.Uint32(collection[12:]))
	if start+12 > uint64(len(collection)) {
		return nil, damaged
	}
	tables := uint64(be.Uint16(collection[start+4:]))
	size := 12 + 16*tables
	if start+size > uint64(len(collection)) {
		return nil, damaged
	}
	file := bytes.Clone(collection[start : start+size])
	for i := uint64(0); i < tables; i++ {
		entry := file[12+16*i : 12+16*i+16]
		offset, length := uint64(be.Uint32(entry[8:])), uint64(be.Uint32(entry[12:]))
		// #nosec G115 -- a font file is far smaller than an int
		if offset+length > uint64(len(collection)) || len(file) > len(collection)+int(size) {
			return nil, damaged
		}
		be.PutUint32(entry[8:], uint32(len(file))) // #nosec G115 -- no longer than the collection, whose offsets have 32 bits
		file = append(file, collection[offset:offset+length]...)
		for len(file)%4 != 0 {
			file = append(file, 0)
		}
	}
	return file, nil
}
