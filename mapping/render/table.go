package render

// column is one column of a table.
type column struct {
	head  word
	width float64
	right bool // numbers end at the right edge
}

// cellPadding is the space between the text of a table and the edges of its cells.
const cellPadding = 3.0

// table opens a table. Its head stands on every page that it reaches.
func (s *sheet) table(columns []column) {
	s.keep(60) // a head alone at the foot of a page helps nobody
	s.columns = columns
	s.tableHead()
	above := s.resume
	s.resume = func() {
		above()
		if s.columns != nil {
			s.tableHead()
		}
	}
}

func (s *sheet) tableHead() {
	cells := make([][]line, len(s.columns))
	height := 0.0
	for i, c := range s.columns {
		cells[i] = []line{{text: c.head.en, size: tiny, bold: true}}
		if s.chinese {
			cells[i] = append(cells[i], line{text: c.head.zh, size: tiny, bold: true})
		}
		cells[i] = s.wrapped(cell{width: c.width - 2*cellPadding, lines: cells[i]})
		height = max(height, tallest([]cell{{lines: cells[i]}}))
	}
	s.fill(stroke{x1: left, y1: s.y, x2: right, y2: s.y + height + 2*cellPadding})
	s.stroke(stroke{x1: left, y1: s.y, x2: right, y2: s.y, width: 0.8})
	s.cells(cells)
	s.stroke(stroke{x1: left, y1: s.y, x2: right, y2: s.y, width: 0.8})
}

// entry is one row of the table.
func (s *sheet) entry(cells ...[]line) {
	s.cells(cells)
	s.stroke(stroke{x1: left, y1: s.y, x2: right, y2: s.y, width: 0.4, grey: true})
}

// totals close the table with the sums, kept together.
func (s *sheet) totals(cells ...[]line) {
	for i := range cells {
		for j := range cells[i] {
			cells[i][j].bold = true
		}
	}
	s.keep(tallest([]cell{{lines: longest(cells)}}) + 2*cellPadding)
	s.stroke(stroke{x1: left, y1: s.y, x2: right, y2: s.y, width: 0.8})
	s.cells(cells)
	s.stroke(stroke{x1: left, y1: s.y, x2: right, y2: s.y, width: 0.8})
	s.columns = nil
}

func (s *sheet) cells(texts [][]line) {
	x, cells := left, make([]cell, 0, len(texts))
	for i, lines := range texts {
		c := s.columns[i]
		cells = append(cells, cell{x: x + cellPadding, width: c.width - 2*cellPadding, right: c.right, lines: lines})
		x += c.width
	}
	s.row(cellPadding, cells...)
}

func longest(cells [][]line) (most []line) {
	for _, lines := range cells {
		if len(lines) > len(most) {
			most = lines
		}
	}
	return most
}

// plain is text of a table, one line each.
func plain(texts ...string) (lines []line) {
	for _, text := range texts {
		lines = append(lines, line{text: text, size: small})
	}
	return lines
}
