package render

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// letter is a notice while it is written: lines, facts that are aligned in blocks, and tables.
type letter struct {
	speaker
	out   strings.Builder
	facts [][2]string
}

func (t *letter) String() string { return t.out.String() }

// flat is text on one line, without signs that only steer how others are shown: a customer's name can neither add lines
// of its own nor turn the reading direction.
func flat(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case invisible(r):
			return -1
		}
		return r
	}, s)), " ")
}

// flatLines is text of several lines on one, with a mark between them.
func flatLines(s string) string {
	var kept []string
	for part := range strings.Lines(s) {
		if part = flat(part); part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, " / ")
}

// line is one line, whatever its text holds.
func (t *letter) line(s string) {
	t.out.WriteString(flat(s) + "\n")
}

func (t *letter) head(key string, facts ...any) {
	t.line("")
	t.line(t.say(key, facts...))
}

func (t *letter) item(what, detail string) {
	if detail != "" {
		what += ": " + detail
	}
	t.line("- " + what)
}

// fact is a label and its value; facts without a value are left out.
func (t *letter) fact(key, value string) { t.labelled(t.say(key), value) }

func (t *letter) labelled(label, value string) {
	if value = flat(value); value != "" {
		t.facts = append(t.facts, [2]string{flat(label), value})
	}
}

// align writes the facts, values under each other. A Chinese character takes two places.
func (t *letter) align() {
	widest := 0
	for _, f := range t.facts {
		widest = max(widest, uniseg.StringWidth(f[0]))
	}
	for _, f := range t.facts {
		t.out.WriteString("  " + padded(f[0], widest) + "  " + f[1] + "\n")
	}
	t.facts = nil
}

// alignFigures writes the facts with their values ending under each other, as sums do.
func (t *letter) alignFigures() {
	widest := 0
	for _, f := range t.facts {
		widest = max(widest, uniseg.StringWidth(f[1]))
	}
	for i := range t.facts {
		t.facts[i][1] = indented(t.facts[i][1], widest)
	}
	t.align()
}

// padded and indented fill text up to a width, behind it or before it.
func padded(s string, width int) string   { return s + gap(s, width) }
func indented(s string, width int) string { return gap(s, width) + s }

func gap(s string, width int) string {
	return strings.Repeat(" ", max(0, width-uniseg.StringWidth(s)))
}

// textColumn is a column of a table; figures end under each other.
type textColumn struct {
	head    string
	figures bool
	cells   []string
	width   int
}

// noValue stands in a cell of which nothing is known.
const noValue = "-"

// table writes columns under their heads. A column of which nothing is known is left out. What may be long stands in
// the last one, where it pushes nothing aside.
func (t *letter) table(columns ...textColumn) {
	var shown []textColumn
	for _, c := range columns {
		if c.known() {
			shown = append(shown, c.filled())
		}
	}
	if len(shown) == 0 {
		return
	}
	for row := range shown[0].cells {
		line := ""
		for _, c := range shown {
			line += "  " + c.cell(row)
		}
		t.out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

func (c textColumn) known() bool {
	for _, cell := range c.cells {
		if flat(cell) != "" {
			return true
		}
	}
	return false
}

// filled is the column with its head on top and every cell on one line.
func (c textColumn) filled() textColumn {
	full := textColumn{figures: c.figures, cells: []string{flat(c.head)}}
	for _, cell := range c.cells {
		if cell = flat(cell); cell == "" {
			cell = noValue
		}
		full.cells = append(full.cells, cell)
	}
	for _, cell := range full.cells {
		full.width = max(full.width, uniseg.StringWidth(cell))
	}
	return full
}

func (c textColumn) cell(row int) string {
	if c.figures {
		return indented(c.cells[row], c.width)
	}
	return padded(c.cells[row], c.width)
}
