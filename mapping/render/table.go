package render

// column is one column of a table.
type column struct {
	head  word
	width float64
	right bool // numbers end at the right edge
}

// table is goods line by line, and their sums.
type table struct {
	columns []column
	rows    [][]value
	sums    [][]value // one cell a column; a cell has a line for every unit
}

// entry is one row; nil is an empty cell.
func (t *table) entry(cells ...value) { t.rows = append(t.rows, cells) }

// total closes the table with its sums.
func (t *table) total(cells ...[]value) { t.sums = cells }

// one is a cell of one line.
func one(v value) []value { return []value{v} }

// cellPadding is the space between the text of a table and the edges of its cells.
const cellPadding = 3.0

// draw draws the table; its head stands on every page that it reaches.
func (t table) draw(s *sheet) error {
	s.keep(60) // a head alone at the foot of a page helps nobody
	s.columns = t.columns
	s.tableHead()
	above := s.resume
	s.resume = func() {
		above()
		if s.columns != nil {
			s.tableHead()
		}
	}
	for _, row := range t.rows {
		if err := s.entry(row); err != nil {
			return err
		}
	}
	s.totals(t.sums)
	return nil
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

// entry is one row of the table. Goods must have a name in a language at hand.
func (s *sheet) entry(row []value) error {
	cells := make([][]line, len(row))
	for i, v := range row {
		g, named := v.(goods)
		switch {
		case named && !s.chinese && g.name == "" && g.localName != "":
			return &NoLatinName{"item " + g.item}
		case named:
			cells[i] = s.goods(g)
		case v != nil:
			_, heavy := v.(later)
			cells[i] = []line{{text: v.said(s.tongue), size: small, bold: heavy}}
		}
	}
	s.cells(cells)
	s.stroke(stroke{x1: left, y1: s.y, x2: right, y2: s.y, width: 0.4, grey: true})
	return nil
}

// goods are the lines that name an item: its code, its names.
func (s *sheet) goods(g goods) []line {
	lines := []line{{text: g.item, size: small, bold: true}}
	for _, name := range g.names(s.tongue) {
		lines = append(lines, line{text: name, size: small})
	}
	return present(lines)
}

// totals close the table with the sums, kept together.
func (s *sheet) totals(sums [][]value) {
	cells := make([][]line, len(sums))
	for i, values := range sums {
		for _, v := range values {
			cells[i] = append(cells[i], line{text: v.said(s.tongue), size: small, bold: true})
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

func longest[T any](cells [][]T) (most []T) {
	for _, lines := range cells {
		if len(lines) > len(most) {
			most = lines
		}
	}
	return most
}
