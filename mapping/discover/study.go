package discover

import (
	"slices"
	"strings"

	"tradewire/connectors"
)

// study is a schema with what its names say and how its tables hang together.
type study struct {
	schema connectors.Schema
	tables []*table
	byName map[string]*table
	held   map[Role]*table // as far as judged
	filled bool            // most tables have rows: an empty one then says something
	speech speech
}

type table struct {
	connectors.Table
	said    senses
	things  []sense // of said: what it may be full of
	columns []*column
	single  []*column // each of which tells the rows apart by itself
	links   []link
	sample  []connectors.Record
}

type column struct {
	connectors.Column
	of      *table
	said    senses
	things  []sense // of said
	comment senses  // what only the comment says; it is in said, too
}

// link is a column of a table whose values are keys of another.
type link struct {
	from     *column
	to       *table
	at       *column // the other's key
	declared bool
	with     []*column // the other columns of the other's key, which are called the same here
}

func newStudy(s connectors.Schema, samples map[string][]connectors.Record) *study {
	st := &study{schema: s, byName: map[string]*table{}, held: map[Role]*table{}}
	var names [][]string
	for _, t := range s.Tables {
		names = append(names, split(t.Name))
		for _, c := range t.Columns {
			names = append(names, split(c.Name))
		}
	}
	st.speech = speechOf(names)
	prefix, letter, rows := prefixOf(s), letterOf(s), 0
	for _, t := range s.Tables {
		if t.Name == "tradewire_effect" || strings.HasPrefix(t.Name, "tradewire_log_") {
			continue // ours
		}
		own := &table{Table: t, said: st.speech.read(without(prefix, split(t.Name))), sample: samples[t.Name]}
		own.said.add(st.speech.read(split(t.Comment)))
		for _, c := range t.Columns {
			col := &column{Column: c, of: own, said: st.speech.read(split(strings.TrimPrefix(c.Name, letter))), comment: senses{}}
			for w := range st.speech.read(split(c.Comment)) {
				if !col.said[w] {
					col.said[w], col.comment[w] = true, true
				}
			}
			col.things = col.said.entities()
			own.columns = append(own.columns, col)
		}
		own.things = own.said.entities()
		if state := own.column("state"); state != nil && own.find(func(c *column) bool { return c.said["city"] }) != nil {
			state.said = senses{"city": true} // of an address
		}
		st.tables, st.byName[t.Name] = append(st.tables, own), own
		if t.Rows > 0 {
			rows++
		}
	}
	st.filled = rows*2 > len(st.tables)
	for _, t := range st.tables {
		t.single = t.keys()
	}
	for _, t := range st.tables {
		st.link(t)
	}
	return st
}

// prefixOf is what most names of tables begin with: llx, tbl.
func prefixOf(s connectors.Schema) string {
	count := map[string]int{}
	for _, t := range s.Tables {
		if tokens := split(t.Name); len(tokens) > 1 {
			count[tokens[0]]++
		}
	}
	for prefix, n := range count {
		if n > 3 && n*10 >= len(s.Tables)*6 {
			return prefix
		}
	}
	return ""
}

// letterOf is the one capital before most names of columns: FCUSTID, FNAME.
func letterOf(s connectors.Schema) string {
	count, all := map[string]int{}, 0
	for _, t := range s.Tables {
		for _, c := range t.Columns {
			all++
			if len(c.Name) > 2 && c.Name == strings.ToUpper(c.Name) && c.Name[0] >= 'A' && c.Name[0] <= 'Z' {
				count[c.Name[:1]]++
			}
		}
	}
	for letter, n := range count {
		if n*10 >= all*9 && n > 5 {
			return letter
		}
	}
	return ""
}

func without(prefix string, tokens []string) []string {
	if prefix != "" && len(tokens) > 1 && tokens[0] == prefix {
		return tokens[1:]
	}
	return tokens
}

// entities are the senses that name things, of which a table may be full.
var entities = []sense{"customer", "supplier", "order", "item", "stock", "invoice", "ship", "payment", "quote", "purchase", "receivable", "line", "warehouse", "branch", "user"}

func (s senses) entities() (list []sense) {
	for _, e := range entities {
		if s[e] {
			list = append(list, e)
		}
	}
	return list
}

// link finds what a table's columns point at: by declared keys, by a key's own name, and by the thing that a name speaks of.
func (s *study) link(t *table) {
	linked := map[*column]bool{}
	for _, r := range t.References {
		to := s.byName[r.Table]
		for i, name := range r.Columns {
			if from := t.column(name); from != nil && to != nil && i < len(r.To) {
				t.links = append(t.links, link{from: from, to: to, at: to.column(r.To[i]), declared: true})
				linked[from] = true
			}
		}
	}
	above := s.above(t)
	for _, c := range t.columns {
		if linked[c] {
			continue
		}
		if above != nil && c.leads(above) {
			t.links = append(t.links, link{from: c, to: above, at: above.single[0]})
			continue
		}
		var same, speaks []link
		for _, other := range s.tables {
			for _, k := range other.single {
				switch {
				case other == t:
				case len(k.things) > 0 && strings.EqualFold(k.Name, c.Name) && k.text() == c.text():
					same = append(same, link{from: c, to: other, at: k})
				case c.names(other, k) && k.text() == c.text():
					speaks = append(speaks, link{from: c, to: other, at: k})
				}
			}
		}
		if len(same) > 1 {
			same = closest(t.Name, same)
		}
		if len(same) == 0 {
			same = speaks[:min(1, len(speaks))]
		}
		t.links = append(t.links, same...)
	}
	s.linkWhole(t)
}

// linkWhole finds tables whose key of several columns stands here under the same names: (trans_type, order_no) of the lines of
// orders. A table with that very key stands beside the other, and does not hang on it.
func (s *study) linkWhole(t *table) {
	for _, other := range s.tables {
		key := other.key()
		if other == t || len(key) < 2 || s.links(t, other) || common(t.Name, other.Name) < 4 {
			continue
		}
		l := link{to: other}
		for _, k := range key {
			c := t.column(k.Name)
			if c == nil || c.text() != k.text() {
				l.from = nil
				break
			}
			if l.from == nil && len(k.things) > 0 && k.said["id"] {
				l.from, l.at = c, k
			} else {
				l.with = append(l.with, k)
			}
		}
		if l.from != nil && len(l.with) == len(key)-1 && !sameColumns(t.key(), key) {
			t.links = append(t.links, l)
		}
	}
}

func sameColumns(a, b []*column) bool {
	return slices.EqualFunc(a, b, func(a, b *column) bool { return strings.EqualFold(a.Name, b.Name) })
}

// above is the table whose name a table's own begins with: "Sales Order" of "Sales Order Item".
func (s *study) above(t *table) (found *table) {
	for _, other := range s.tables {
		if len(other.Name) >= 4 && len(other.Name) < len(t.Name) && len(other.single) > 0 && strings.EqualFold(t.Name[:len(other.Name)], other.Name) && (found == nil || len(other.Name) > len(found.Name)) {
			found = other
		}
	}
	return found
}

// leads says whether a column that names no particular thing is the key of the table above: it is called parent, or as that key is.
func (c *column) leads(above *table) bool {
	k := above.single[0]
	if len(c.things) > 0 || c.text() != k.text() {
		return false
	}
	own := len(c.of.single) > 0 && c.of.single[0] == c
	return c.said["parent"] && len(c.said) == 1 || c.generic() && k.generic() && strings.EqualFold(c.Name, k.Name) && !own
}

// names says whether a column speaks of what another table is full of, and that table's key does, too, or is a number of no
// particular thing. Of a table whose name says nothing the key alone is asked.
func (c *column) names(other *table, k *column) bool {
	of := c.things
	if len(of) == 0 || !c.said.any("id", "parent") && len(c.said) > 1 {
		return false
	}
	called := other.things
	same := slices.Equal(k.things, of) && k.said["id"]
	return slices.Equal(called, of) && (same || len(k.things) == 0 && k.said.any("id", "name")) || len(called) == 0 && same
}

// closest keeps the tables whose names begin most like the table's own: salesorderdetails belongs to salesorders, though
// purchorders has a key of the same name.
func closest(name string, links []link) []link {
	best := 0
	for _, l := range links {
		best = max(best, common(name, l.to.Name))
	}
	if best < 4 {
		return links
	}
	return slices.DeleteFunc(links, func(l link) bool { return common(name, l.to.Name) < best })
}

func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && strings.EqualFold(a[n:n+1], b[n:n+1]) {
		n++
	}
	return n
}

func (s *study) linkOf(from, to *table) *link {
	for i := range from.links {
		if from.links[i].to == to {
			return &from.links[i]
		}
	}
	return nil
}

func (s *study) links(from, to *table) bool { return s.linkOf(from, to) != nil }

// pointing are the tables that point at one.
func (s *study) pointing(at *table) (list []*table) {
	for _, t := range s.tables {
		if t != at && s.links(t, at) {
			list = append(list, t)
		}
	}
	return list
}

// linesOf is the table that hangs on a header with quantities of something: the one that looks most like lines.
func (s *study) linesOf(header *table) (lines *table) {
	best := 0
	for _, t := range s.pointing(header) {
		if t.find(isQuantity) == nil || t.said.any("production", "old") {
			continue
		}
		looks := 0
		if t.find(func(c *column) bool { return c.refers(s, Items) }) != nil {
			looks += 2
		}
		if t.find(func(c *column) bool { return c.said["line"] && c.said.any("id", "parent", "order") }) != nil || t.said["line"] {
			looks++
		}
		if looks > best {
			lines, best = t, looks
		}
	}
	return lines
}

// refers says whether a column names a row of the table that holds a role, or of one that nobody has found yet.
func (c *column) refers(s *study, role Role) bool {
	if held := s.held[role]; held != nil && held != c.of {
		for _, l := range c.of.links {
			if l.from == c && l.to == held {
				return true
			}
		}
	}
	entity := map[Role][]sense{Customers: {"customer"}, Items: {"item", "stock"}, Orders: {"order"}, Shipments: {"ship"}}[role]
	if c.decimal() || c.dated() || !c.said.any(entity...) || role == Customers && c.said["order"] {
		return false
	}
	return len(c.said) == 1 || c.said.any("id", "parent") && !c.said.any("line", "name", "po", "external", "date", "class", "reference", "trans", "text")
}

func (t *table) column(name string) *column {
	i := slices.IndexFunc(t.columns, func(c *column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return nil
	}
	return t.columns[i]
}

func (t *table) find(is func(*column) bool) *column {
	if i := slices.IndexFunc(t.columns, is); i >= 0 {
		return t.columns[i]
	}
	return nil
}

func (t *table) among(is func(*column) bool) (list []*column) {
	for _, c := range t.columns {
		if is(c) {
			list = append(list, c)
		}
	}
	return list
}

// key is the columns that tell the rows apart.
func (t *table) key() (list []*column) {
	names := t.Primary
	if len(names) == 0 && len(t.Uniques) > 0 {
		names = t.Uniques[0]
	}
	for _, name := range names {
		if c := t.column(name); c != nil {
			list = append(list, c)
		}
	}
	return list
}

// keys are the columns each of which tells the rows apart by itself.
func (t *table) keys() (list []*column) {
	for _, names := range append([][]string{t.Primary}, t.Uniques...) {
		if len(names) == 1 {
			if c := t.column(names[0]); c != nil {
				list = append(list, c)
			}
		}
	}
	return list
}

// keyed is the key of a table that looks like the number of such a thing. A key without a word of its own counts in a table
// whose name has it.
func (t *table) keyed(things ...sense) *column {
	for _, k := range t.keys() {
		if k.said.any(things...) && k.said["id"] {
			return k
		}
	}
	for _, k := range t.keys() {
		if k.said.any(things...) && t.said.any(things...) {
			return k
		}
	}
	return nil
}

// generic is a name that says of which table nothing: id, rowid, code.
func (c *column) generic() bool { return c.said["id"] && len(c.things) == 0 }

func (c *column) kind() string {
	kind := strings.ToLower(c.Type)
	if i := strings.IndexAny(kind, "( "); i >= 0 {
		kind = kind[:i]
	}
	return kind
}

func (c *column) text() bool {
	k := c.kind()
	return strings.Contains(k, "char") || strings.Contains(k, "text") || k == "enum" || k == "set" || k == "clob"
}

func (c *column) decimal() bool {
	switch c.kind() {
	case "decimal", "numeric", "double", "float", "real", "money", "number", "dec":
		return true
	}
	return false
}

func (c *column) whole() bool {
	k := c.kind()
	return strings.Contains(k, "int") || k == "year"
}

func (c *column) number() bool { return c.decimal() || c.whole() }

func (c *column) dated() bool {
	k := c.kind()
	return k == "date" || strings.HasPrefix(k, "datetime") || strings.HasPrefix(k, "timestamp")
}

// day says that a column can hold a day: of its own type, as 20260302, or as a text.
func (c *column) day() bool {
	return c.dated() || c.whole() || c.text() && !c.said.any("text", "remark")
}
