package render

import (
	"errors"
	"fmt"
	"sync"

	"github.com/signintech/gopdf"
)

// Fonts are what papers are drawn with. They are read once and may be used by many at a time. The zero Fonts draw
// nothing.
type Fonts struct {
	regular, bold *cut
	container     *gopdf.FontContainer
	embedding     *sync.Mutex // held while a paper has the font files for itself
	chinese       bool
}

// Face is a font file.
type Face struct {
	Name string // for people: its path
	Data []byte // a .ttf, or a .ttc, of which the first face is used
}

// ErrNoFont says that no font was found at all.
var ErrNoFont = errors.New("no TrueType font was found, so no paper can be drawn: run `make fonts`, or set the path of a .ttf font")

// chineseSample tells a Chinese font from a Latin one.
const chineseSample = "装箱单发票送货珠江电线有限公司"

// NewFonts reads the two weights of a font. A bold one without data is the regular one again.
func NewFonts(regular, bold Face) (Fonts, error) {
	var fonts Fonts
	var err error
	if fonts.regular, err = readCut(regular); err != nil {
		return Fonts{}, err
	}
	if !fonts.regular.has("0123456789 ABCXYZabcxyz.,-") {
		return Fonts{}, fmt.Errorf("read font %s: it has no Latin letters", regular.Name)
	}
	fonts.bold = fonts.regular
	if len(bold.Data) > 0 {
		if fonts.bold, err = readCut(bold); err != nil {
			return Fonts{}, err
		}
	}
	fonts.chinese = fonts.regular.has(chineseSample) && fonts.bold.has(chineseSample)
	fonts.container, fonts.embedding = &gopdf.FontContainer{}, &sync.Mutex{}
	for name, w := range map[string]*cut{regularName: fonts.regular, boldName: fonts.bold} {
		if err := fonts.container.AddTTFFontData(name, w.data); err != nil {
			return Fonts{}, fmt.Errorf("read font %s: %w", w.name, err)
		}
	}
	return fonts, nil
}

// Chinese says whether papers carry Chinese beside English. Without it they are in English only.
func (f Fonts) Chinese() bool { return f.chinese }

// Name is that of the regular weight, for people; empty for no fonts.
func (f Fonts) Name() string {
	if f.regular == nil {
		return ""
	}
	return f.regular.name
}

// has says whether both weights can draw r.
func (f Fonts) has(r rune) bool { return f.regular.glyph(r) != 0 && f.bold.glyph(r) != 0 }

// advance is the width of r in thousandths of the font size.
func (f Fonts) advance(r rune, bold bool) int {
	if bold {
		return f.bold.advance(r)
	}
	return f.regular.advance(r)
}
