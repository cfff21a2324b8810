package render

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"tradewire/mapping/document"
)

// book is a paper while it is written as a workbook of one sheet. Labels stand in the first column, their values in the
// third, which is where tables have their numbers and the names of goods. The first fault is kept; what is written after
// it is in vain.
type book struct {
	tongue
	file    *excelize.File
	sheet   string
	row     int             // that is written next, from 1
	columns int             // of the widest table
	widths  map[int]float64 // of columns, in characters
	styles  map[look]int
	err     error
}

// The columns of labels, item codes and values.
const (
	labelColumn = 1
	codeColumn  = 2
	valueColumn = 3
)

func newBook(sheet string) *book {
	b := &book{tongue: tongue{true}, file: excelize.NewFile(), sheet: sheet, row: 1, columns: valueColumn, styles: map[look]int{},
		widths: map[int]float64{labelColumn: 6, codeColumn: 26, valueColumn: 46}}
	b.keep(b.file.SetSheetName("Sheet1", sheet))
	return b
}

func (b *book) keep(err error) {
	if b.err == nil {
		b.err = err
	}
}

// put writes a value into a column of the current row; nil is an empty cell that has a look.
func (b *book) put(column int, v value, l look) {
	cell, err := excelize.CoordinatesToCellName(column, b.row)
	b.keep(err)
	if _, heavy := v.(later); heavy {
		l.bold = true
	}
	if v != nil {
		l = b.enter(column, cell, v, l)
	}
	b.keep(b.file.SetCellStyle(b.sheet, cell, cell, b.style(l)))
}

// enter writes figures and days to reckon with, all else as text that no workbook takes for a formula. It answers how
// the cell must look.
func (b *book) enter(column int, cell string, v value, l look) look {
	shown := v.said(b.tongue)
	digits, format := reckoned(v)
	if digits == "" {
		b.keep(b.file.SetCellStr(b.sheet, cell, b.clean(shown)))
		return l
	}
	b.widen(column, shown)
	b.keep(b.file.SetCellDefault(b.sheet, cell, digits)) // the digits as they are: no float64 comes near them
	l.format, l.right = format, !l.left
	return l
}

// reckoned is a figure or a day as a workbook keeps it, and the format that shows it as it is printed; nothing for what
// is text.
func reckoned(v value) (digits, format string) {
	switch v := v.(type) {
	case figure:
		if v.exactInWorkbooks() {
			return v.n.Fixed(v.places), v.format()
		}
	case later:
		return reckoned(v.day)
	case day:
		if n, counted := v.serial(); counted {
			return strconv.Itoa(n), "yyyy-mm-dd"
		}
	}
	return "", ""
}

// exactInWorkbooks says whether a workbook keeps all digits: it reckons with fifteen. A longer figure is written as text.
func (v figure) exactInWorkbooks() bool {
	digits := strings.TrimLeft(strings.Replace(v.n.Abs().Fixed(v.places), ".", "", 1), "0")
	return len(digits) <= 15
}

// format shows the number as it is printed.
func (v figure) format() string {
	format := "#,##0"
	if v.places > 0 {
		format += "." + strings.Repeat("0", int(v.places))
	}
	return quoted(v.before) + format + quoted(v.after)
}

func quoted(words string) string {
	if words = strings.ReplaceAll(words, `"`, ""); words == "" {
		return ""
	}
	return `"` + words + `"`
}

// serial is the day as workbooks count it. Those before March 1900 are counted wrong by some, and are written as text.
func (v day) serial() (n int, counted bool) {
	d := document.Date(v)
	return d.Sub(document.Date{Year: 1899, Month: 12, Day: 30}), !d.Before(document.Date{Year: 1900, Month: 3, Day: 1})
}

// everyCharacter is the font of a workbook: whoever opens it has one. Emoji are left out as they are on paper.
type everyCharacter struct{ ruler }

func (everyCharacter) has(r rune) bool {
	return (r < 0x1F000 || r > 0x1FAFF) && r != 0xFFFE && r != 0xFFFF // the last two are no characters
}

// longestCell is what a workbook keeps in a cell, in the characters of UTF-16; more would be cut in silence.
const longestCell = excelize.TotalCellChars

// escapes are texts that a workbook reads as the number of a character: _x0041_ as A. They stay what they are when their
// underscore is written as such a number.
var escapes = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)

// clean is text without what has no place in a cell. Text that was damaged before, or does not fit, is refused.
func (b *book) clean(text string) string {
	clean, missing := drawable(everyCharacter{}, text)
	if len(missing) > 0 {
		b.keep(fmt.Errorf("%q was damaged before it came here: correct it where it was entered", text))
	}
	clean = escapes.ReplaceAllString(clean, "_x005F_$1")
	letters := []rune(clean)
	if n := len(utf16.Encode(letters)); n > longestCell {
		b.keep(fmt.Errorf("%q... has %d characters, a cell of a workbook holds %d: shorten it where it was entered", string(letters[:20]), n, longestCell))
	}
	return clean
}

// widen makes a column wide enough for a number in heavy type: one that does not fit is shown as hashes.
func (b *book) widen(column int, printed string) {
	b.widths[column] = max(b.widths[column], float64(len(printed))+3)
}
