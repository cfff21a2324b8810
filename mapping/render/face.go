package render

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/signintech/gopdf/fontmaker/core"
)

// face is one TrueType font file, read once and shared by all papers.
type face struct {
	path   string
	data   []byte
	parsed core.TTFParser
}

// readFace reads a .ttf, or the first face of a .ttc.
func readFace(path string) (*face, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	if bytes.HasPrefix(data, []byte("ttcf")) {
		if data, err = firstFace(data); err != nil {
			return nil, fmt.Errorf("read font %s: %w", path, err)
		}
	}
	f := &face{path: path, data: data}
	if err := f.parse(); err != nil {
		return nil, fmt.Errorf("read font %s: %w: only fonts with TrueType outlines (.ttf, .ttc) can be used", path, err)
	}
	return f, nil
}

// parse turns a panic of the font library into an error: a broken font file is no bug of ours.
func (f *face) parse() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the file is damaged (%v)", r)
		}
	}()
	if err := f.parsed.ParseFontData(f.data); err != nil {
		return err
	}
	if f.parsed.GetTables()["glyf"].Length == 0 {
		return errors.New("it holds no TrueType outlines")
	}
	return nil
}

// glyph is the number of the character's glyph; 0: the font lacks it.
func (f *face) glyph(r rune) uint {
	if r <= 0xFFFF {
		return f.parsed.Chars()[int(r)]
	}
	for _, group := range f.parsed.GroupingTables() {
		if uint(r) >= group.StartCharCode && uint(r) <= group.EndCharCode {
			return uint(r) - group.StartCharCode + group.GlyphID
		}
	}
	return 0
}

// advance is the width of the character in thousandths of the font size, cut as it is written into the PDF.
func (f *face) advance(r rune) int {
	widths, glyph := f.parsed.Widths(), f.glyph(r)
	if glyph >= uint(len(widths)) {
		glyph = uint(len(widths)) - 1
	}
	return int(widths[glyph] * 1000 / f.parsed.UnitsPerEm())
}

// has says whether the font can draw all of text.
func (f *face) has(text string) bool {
	for _, r := range text {
		if f.glyph(r) == 0 {
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
