package render

import (
	"math"

	"tradewire/mapping/document"
)

// A4 and its margins, in points. y counts from the top of the page.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
	left       = 36.0
	right      = pageWidth - 36
	top        = 36.0
	bottom     = pageHeight - 50
	footer     = pageHeight - 30
)

// Sizes of text, in points.
const (
	tiny   = 6.5
	small  = 8.0
	normal = 9.0
	large  = 13.0
	huge   = 20.0
)

// leading is the distance between two lines of text, in sizes; ascent how far the baseline lies below the top of its line.
const (
	leading = 1.38
	ascent  = 1.06
)

// sheet is a paper while it is laid out: pages of text and strokes at their places. Nothing of it knows PDF, so that a
// layout can be read and compared.
type sheet struct {
	tongue
	ruler   ruler
	pages   []*page
	y       float64
	under   float64 // where the head of a page that goes on ends
	fresh   bool    // nothing stands on this page yet but its head
	resume  func()  // draws the head of a page that goes on
	columns []column

	missing MissingGlyphs
}

type page struct {
	runs    []run
	strokes []stroke
	fills   []stroke
	code    *code
}

// code is a QR code at its place.
type code struct {
	x, y, size float64
	matrix     matrix
}

// run is text in one piece. y is its baseline.
type run struct {
	x, y, size float64
	bold, grey bool
	text       string
}

// stroke is a line, or the outline of a box, or a filled box, by two corners.
type stroke struct {
	x1, y1, x2, y2, width float64
	box, grey             bool
}

// line is text of one look within a cell, before it is wrapped.
type line struct {
	text  string
	size  float64
	bold  bool
	grey  bool
	above float64 // empty space above it
	exact bool    // no part of it may be left out
}

func (l line) height() float64 { return l.above + l.size*leading }

// cell is a column of lines. What does not fit the page goes on the next one.
type cell struct {
	x, width float64
	right    bool // lines end at the right edge
	lines    []line
}

func newSheet(r ruler, chinese bool, resume func(*sheet)) *sheet {
	s := &sheet{ruler: r, tongue: tongue{chinese}, pages: []*page{{}}, y: top, fresh: true}
	s.resume = func() { resume(s) }
	return s
}

// text is what can be drawn of it. What the font lacks is remembered and refuses the paper in the end. Chinese on a
// paper in English only is left out, and the paper says so where it stood.
func (s *sheet) text(text string, exact bool) string {
	if !s.chinese && !exact {
		text = inEnglish(s.ruler, text)
	}
	clean, missing := drawable(s.ruler, text)
	if len(missing) > 0 && s.missing.Characters == nil {
		s.missing.Text = text
	}
	for _, r := range missing {
		s.missing.add(r)
	}
	return clean
}

// row draws cells side by side and moves below the tallest. A row that does not fit the rest of the page starts a new
// one; a row taller than a page is spread over several.
func (s *sheet) row(padding float64, cells ...cell) {
	for i := range cells {
		cells[i].lines = s.wrapped(cells[i])
	}
	for {
		if tallest(cells)+2*padding > bottom-s.y && !s.fresh {
			s.nextPage()
		}
		start := s.y
		for i := range cells {
			drawn := s.drawCell(&cells[i], start+padding, bottom-padding)
			s.y = max(s.y, start+drawn+2*padding)
		}
		s.fresh = false
		if tallest(cells) == 0 {
			return
		}
		s.nextPage()
	}
}

// drawCell draws what fits above end, at least one line on a fresh page, and leaves the rest in the cell.
func (s *sheet) drawCell(c *cell, y, end float64) (drawn float64) {
	for i, l := range c.lines {
		if drawn+l.height() > end-y && (i > 0 || !s.fresh) {
			c.lines = c.lines[i:]
			return drawn
		}
		x := c.x
		if c.right {
			x += c.width - width(s.ruler, l.text, l.size, l.bold)
		}
		s.put(run{x: x, y: y + drawn + l.above + l.size*ascent, size: l.size, bold: l.bold, grey: l.grey, text: l.text})
		drawn += l.height()
	}
	c.lines = nil
	return drawn
}

// smallest is the least size to which a figure is made smaller before it is broken.
const smallest = 4.5

func (s *sheet) wrapped(c cell) (lines []line) {
	for _, l := range c.lines {
		clean, size := s.text(l.text, l.exact), l.size
		for c.right && size > smallest && width(s.ruler, clean, size, l.bold) > c.width {
			size -= 0.5 // a number on two lines is read as two numbers
		}
		for i, text := range wrap(s.ruler, clean, size, l.bold, c.width) {
			part := l
			part.text, part.size = text, size
			if i > 0 {
				part.above = 0
			}
			lines = append(lines, part)
		}
	}
	return lines
}

func tallest(cells []cell) (height float64) {
	for _, c := range cells {
		sum := 0.0
		for _, l := range c.lines {
			sum += l.height()
		}
		height = max(height, sum)
	}
	return height
}

// keep starts a new page when less than height is left on this one.
func (s *sheet) keep(height float64) {
	if height > bottom-s.y && !s.fresh {
		s.nextPage()
	}
}

func (s *sheet) nextPage() {
	s.pages = append(s.pages, &page{})
	s.y = top
	s.resume()
	s.under = s.y
	s.fresh = true
}

func (s *sheet) put(r run) {
	if r.text != "" {
		p := s.pages[len(s.pages)-1]
		p.runs = append(p.runs, r)
	}
}

func (s *sheet) stroke(st stroke) {
	p := s.pages[len(s.pages)-1]
	p.strokes = append(p.strokes, st)
}

func (s *sheet) fill(st stroke) {
	p := s.pages[len(s.pages)-1]
	p.fills = append(p.fills, st)
}

// rule is a horizontal line over the whole width, with space below.
func (s *sheet) rule(thickness, below float64) {
	s.stroke(stroke{x1: left, y1: s.y, x2: right, y2: s.y, width: thickness})
	s.y += below
}

// place puts a QR code with its upper right corner at a place, as large as fits into a square of that size.
func (s *sheet) place(m matrix, right, y, size float64) {
	// Cut to hundredths of a point, the finest that a PDF says, so that all modules are of one size.
	size = math.Floor(size/float64(len(m))*100) / 100 * float64(len(m))
	s.pages[len(s.pages)-1].code = &code{x: right - size, y: y, size: size, matrix: m}
}

func (s *sheet) space(height float64) { s.y = min(s.y+height, bottom) }

// finish writes the foot of every page, now that their number is known.
func (s *sheet) finish(p *document.Paper, sealed seal) error {
	name := s.text(s.identity(p)+"   "+sealed.short(), false)
	for i, page := range s.pages {
		count := s.pageOf(i+1, len(s.pages))
		page.strokes = append(page.strokes, stroke{x1: left, y1: footer - 11, x2: right, y2: footer - 11, width: 0.4})
		page.runs = append(page.runs,
			run{x: left, y: footer, size: tiny, grey: true, text: name},
			run{x: right - width(s.ruler, count, tiny, false), y: footer, size: tiny, grey: true, text: count})
	}
	if s.missing.Characters != nil {
		return &s.missing
	}
	return nil
}
