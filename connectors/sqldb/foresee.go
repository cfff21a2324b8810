package sqldb

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/connectors"
)

var (
	_ connectors.Foreseer = (*sink)(nil)
	_ connectors.Foreseer = (*source)(nil)
	_ connectors.Matcher  = (*source)(nil)
)

// saved is how the tables of a connection are made, as it was written down: nothing is reached.
type saved struct {
	conn   *Connection
	tables *connectors.Schema
	findings
}

func (f *findings) fault(level connectors.Level, pos config.Pos, code, what, change string) {
	f.list = append(f.list, connectors.Finding{Level: level, About: f.about, What: what, Change: change, Code: code, Pos: pos})
}

// faults are the findings that the configuration can do something about.
func (f *findings) faults() (faults config.Faults) {
	for _, one := range f.list {
		if one.Code != "" && one.Level != connectors.OK {
			faults = append(faults, one.Pos.Fault(one.Code, one.What, one.Change))
		}
	}
	return faults
}

// table finds a table; known is false where nothing can be said of it: it lies in another database, or not all were written down.
func (s *saved) table(name string) (found *connectors.Table, known bool) {
	if schema, rest, qualified := strings.Cut(name, "."); qualified {
		if s.conn.dialect.place() != schema && !s.conn.dialect.lists() {
			return nil, false
		}
		name = rest
	}
	if found = s.tables.Table(name); found != nil {
		return found, true
	}
	for i := range s.tables.Tables {
		if strings.EqualFold(s.tables.Tables[i].Name, name) {
			return &s.tables.Tables[i], true
		}
	}
	return nil, len(s.tables.Tables) < largest
}

// wants finds a table that the configuration names, and says that it is not there.
func (s *saved) wants(name string, at config.Pos) *connectors.Table {
	t, known := s.table(name)
	if t == nil && known {
		names := make([]string, len(s.tables.Tables))
		for i := range s.tables.Tables {
			names[i] = s.tables.Tables[i].Name
		}
		fix := "write its name as the database has it; where it is new there: tradewire discover " + s.conn.env.Name + " --dir FOLDER writes down how the tables are made now"
		if near, ok := config.Nearest(name, names); ok {
			fix = fmt.Sprintf("did you mean %q?", near)
		}
		s.fault(connectors.Bad, at, "unknown-table", fmt.Sprintf("there is no table %s in schemas/%s.yaml", name, s.conn.env.Name), fix)
	}
	return t
}

// column finds a column that the configuration names, and says that it is not there.
func (s *saved) column(t *connectors.Table, name string, at config.Pos) *connectors.Column {
	if t == nil || name == "" {
		return nil
	}
	c := t.Column(name)
	if c == nil {
		s.fault(connectors.Bad, at, "unknown-column", fmt.Sprintf("%s has no column %s", t.Name, name), nearestOf(name, columnNames(t.Columns)))
	}
	return c
}

func columnNames(columns []Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}

// nearestOf is the remedy for the name of a column; a table may have hundreds.
func nearestOf(name string, known []string) string {
	const few = 12
	if _, ok := config.Nearest(name, known); !ok && len(known) > few {
		known = append(slices.Clone(known[:few]), "...")
	}
	return config.Choose(name, known)
}

// zoned sees that times have a zone.
func (s *saved) zoned(table string, c *connectors.Column) {
	if c == nil || s.conn.zoned {
		return
	}
	declared := strings.ToLower(c.Type)
	if strings.HasPrefix(declared, "datetime") || strings.HasPrefix(declared, "timestamp") {
		s.fault(connectors.Bad, s.conn.at, "missing-time-zone", fmt.Sprintf("%s.%s holds times, and nothing says where their clock stands", table, c.Name), "write time_zone: at the connection: Asia/Hong_Kong")
	}
}

// Foresee holds the target against the tables by the rules of Fit and Examine, as far as they need no server.
func (s *sink) Foresee(tables connectors.Schema, fields []connectors.Field) config.Faults {
	k := &saved{conn: s.conn, tables: &tables, findings: findings{about: s.target}}
	stand := shape{}
	at := func(table string, pos config.Pos) *connectors.Table {
		t := k.wants(table, pos)
		if t != nil {
			stand[table] = shapeOf(t)
		}
		return t
	}
	header := at(s.table, s.section.At("table").Pos())
	k.named(header, s.section, "key", "reference", "revision", "where", "keep", "numbers")
	k.lookups(header, s.lookups, s.section.At("lookups"))
	for _, n := range s.counters() {
		counter := k.wants(n.Counter.Value, n.Counter.Pos)
		k.column(counter, n.Column.Value, n.Column.Pos)
		for _, name := range slices.Sorted(maps.Keys(n.Where)) {
			k.column(counter, name, n.Where[name].Pos)
		}
	}
	for _, r := range s.rows {
		t := at(r.table, r.section.At("table").Pos())
		k.named(t, r.section, "parent", "key", "where", "keep")
		k.lookups(t, r.lookups, r.section.At("lookups"))
	}
	if header != nil && !header.View {
		if err := s.guarded(stand); err != nil {
			k.guard(err, s.section.At("guard").Pos())
		} else {
			s.keysIn(&k.findings, stand)
		}
	}
	s.fitAll(&k.findings, stand, fields, s.conn.dialect.preset())
	for _, name := range slices.Sorted(maps.Keys(stand)) {
		t := stand[name]
		for _, f := range s.given(name, fields) {
			k.zoned(name, t.column(f.Name))
		}
	}
	return k.faults()
}

// named looks for the columns that settings name: a name, a list of names, or a group whose keys are names.
func (s *saved) named(t *connectors.Table, section config.Section, settings ...string) {
	for _, setting := range settings {
		at := section.At(setting)
		if one, ok := at.Scalar(); ok {
			for _, name := range strings.Split(one.Value, "/") {
				s.column(t, bare(strings.TrimSpace(name)), one.Pos)
			}
		}
		for _, item := range at.Items() {
			if name, ok := item.Scalar(); ok {
				s.column(t, bare(name.Value), name.Pos)
			}
		}
		for _, entry := range at.Entries() {
			s.column(t, bare(entry.Name.Value), entry.Name.Pos)
		}
	}
}

// lookups holds the SELECTs of look-ups, and what they fill, against the tables.
func (s *saved) lookups(t *connectors.Table, list []lookup, section config.Section) {
	for _, l := range list {
		at := section.At(l.name)
		shows := s.selects(l.from, at.At("select").Pos())
		for _, column := range l.needed() {
			s.shown(shows, column, at.At("select").Pos(), " of the look-up "+l.name)
		}
		for _, entry := range at.At("take").Entries() {
			s.column(t, entry.Name.Value, entry.Name.Pos)
		}
	}
}

// guard says what the guard misses.
func (s *saved) guard(err error, at config.Pos) {
	f := findings{about: s.about}
	f.works(err, "")
	for _, one := range f.list {
		s.fault(connectors.Bad, at, "weak-guard", strings.TrimPrefix(one.What, ": "), one.Change)
	}
}

// shapeOf is a table as it was written down, as a look at the database would find it.
func shapeOf(t *connectors.Table) *tableShape {
	s := &tableShape{columns: t.Columns, uniques: t.Uniques}
	if len(t.Primary) > 0 {
		s.uniques = append([][]string{t.Primary}, t.Uniques...)
	}
	return s
}

// seen is what a SELECT shows.
type seen struct {
	columns []seenColumn
	whole   bool // there are no others
}

type seenColumn struct {
	name  string
	table string
	of    *connectors.Column // nil: it is computed, or not known
	null  bool
}

func (s seen) column(name string) *seenColumn {
	i := slices.IndexFunc(s.columns, func(c seenColumn) bool { return strings.EqualFold(c.name, name) })
	if i < 0 {
		return nil
	}
	return &s.columns[i]
}

// selects holds a SELECT against the tables. Without any tables it only says what it shows.
func (s *saved) selects(text string, at config.Pos) (result seen) {
	read, ok := understand(text)
	if !ok {
		return seen{}
	}
	found := map[string]*connectors.Table{}
	outer := map[string]bool{}
	all := true
	for _, j := range read.tables {
		var t *connectors.Table
		if s.tables != nil && j.table != "" {
			t = s.wants(j.table, at)
		}
		found[strings.ToLower(j.alias)], outer[strings.ToLower(j.alias)] = t, j.outer
		all = all && t != nil
	}
	of := func(r reference) (*connectors.Table, bool) {
		if r.table == "" {
			if len(read.tables) != 1 {
				return nil, false
			}
			r.table = read.tables[0].alias
		}
		return found[strings.ToLower(r.table)], outer[strings.ToLower(r.table)]
	}
	said := map[string]bool{}
	for _, r := range read.names {
		if t, _ := of(r); t != nil && !said[strings.ToLower(t.Name+"."+r.column)] {
			said[strings.ToLower(t.Name+"."+r.column)] = true
			s.column(t, r.column, at)
		}
	}
	firm := func(r reference) bool {
		return slices.ContainsFunc(read.firm, func(f reference) bool {
			return strings.EqualFold(f.column, r.column) && (f.table == "" || r.table == "" || strings.EqualFold(f.table, r.table))
		})
	}
	take := func(name string, r reference) {
		t, outer := of(r)
		one := seenColumn{name: name}
		if t != nil {
			one.table, one.of = t.Name, t.Column(r.column)
			if one.of == nil && !said[strings.ToLower(t.Name+"."+r.column)] {
				said[strings.ToLower(t.Name+"."+r.column)] = true
				s.column(t, r.column, at)
			}
		}
		one.null = one.of != nil && (outer || one.of.Nullable && !one.of.Primary && !one.of.Touched) && !firm(r)
		result.columns = append(result.columns, one)
	}
	result.whole = read.whole
	for _, o := range read.shows {
		switch {
		case o.star && (s.tables == nil || !all):
			result.whole = false
		case o.star:
			for _, j := range read.tables {
				if t := found[strings.ToLower(j.alias)]; o.of.table == "" || strings.EqualFold(o.of.table, j.alias) {
					for _, c := range t.Columns {
						take(c.Name, reference{j.alias, c.Name})
					}
				}
			}
		case o.of.column != "":
			take(o.name, o.of)
		default:
			result.columns = append(result.columns, seenColumn{name: o.name})
		}
	}
	return result
}

// shown says that a SELECT does not show a column that it must.
func (s *saved) shown(shows seen, name string, at config.Pos, who string) {
	if !shows.whole || shows.column(name) != nil {
		return
	}
	names := make([]string, len(shows.columns))
	for i, c := range shows.columns {
		names[i] = c.name
	}
	s.fault(connectors.Bad, at, "unknown-column", fmt.Sprintf("the SELECT%s shows no %s", who, name), nearestOf(name, names))
}

// Match looks whether the SELECTs show what is asked of them, as far as their text tells.
func (s *source) Match(fields []connectors.Field) config.Faults {
	k := &saved{conn: s.conn, findings: findings{about: s.name}}
	s.look(k, fields)
	return k.faults()
}

// Foresee holds the SELECTs, and the fields that the mapping reads, against the tables.
func (s *source) Foresee(tables connectors.Schema, fields []connectors.Field) config.Faults {
	k := &saved{conn: s.conn, tables: &tables, findings: findings{about: s.name}}
	s.look(k, fields)
	if s.log != nil {
		for _, w := range s.log.watches {
			at := s.section.At("watch").At(w.table).Pos()
			t := k.wants(w.table, at)
			for _, column := range w.columns {
				k.column(t, column, at)
			}
		}
	}
	return k.faults()
}

func (s *source) look(k *saved, fields []connectors.Field) {
	shows := k.selects(s.from, s.section.At("select").Pos())
	for _, setting := range []string{"key", "version", "at", "column"} {
		list := s.section.At(setting).Items()
		if one := s.section.At(setting); !one.Absent() && len(list) == 0 {
			list = []config.Section{one}
		}
		for _, item := range list {
			text, _ := item.Scalar()
			for _, name := range strings.Split(text.Value, "/") {
				k.shown(shows, bare(strings.TrimSpace(name)), text.Pos, "")
			}
		}
	}
	rows := map[string]bool{}
	for _, c := range s.children {
		at := s.section.At("rows").At(c.name)
		inside := k.selects(c.from, at.At("select").Pos())
		for _, l := range c.links {
			parent := at.At("parent").At(l.child).Pos()
			k.shown(inside, l.child, parent, " of the rows "+c.name)
			k.shown(shows, l.parent, parent, "")
		}
		rows[c.name] = true
		for _, f := range fields {
			if f.Name == c.name {
				k.asked(inside, f.Inside, nil, " of the rows "+c.name)
			}
		}
	}
	k.asked(shows, slices.DeleteFunc(slices.Clone(fields), func(f connectors.Field) bool { return rows[f.Name] }), s.key, "")
}

// asked holds the fields that a mapping reads against what a SELECT shows.
func (s *saved) asked(shows seen, fields []connectors.Field, keys []string, who string) {
	for _, f := range fields {
		c := shows.column(f.Name)
		switch {
		case c == nil && !f.Missing:
			s.shown(shows, f.Name, f.Pos, who)
		case c == nil:
		case c.null && !f.Null && !slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, f.Name) }):
			s.fault(connectors.Bad, f.Pos, "nullable-column", fmt.Sprintf("%s.%s can be NULL, and a record with NULL there is refused", c.table, c.of.Name),
				fmt.Sprintf("say what stands in its place: %s ?? ..., or leave such rows out: WHERE %s IS NOT NULL", f.Name, c.of.Name))
		}
		if c != nil {
			s.zoned(c.table, c.of)
		}
	}
}

// ComesBack names the table through which what is written is read again; empty: none. Where the SELECT picks by a column that tells
// our rows from others, they may be left out.
func (s *sink) ComesBack(by connectors.Source, ofOneKind bool) (place, fix string) {
	from, ok := by.(*source)
	if !ok || from.conn != s.conn || !ofOneKind {
		return "", ""
	}
	read, ok := understand(from.from)
	if !ok || slices.ContainsFunc(append(slices.Clone(s.only.columns), s.reference), func(c string) bool { return c != "" && read.picksBy(c) }) {
		return "", ""
	}
	for _, t := range read.tables {
		if strings.EqualFold(t.table, s.table) {
			fix = "write to another table, or let the source leave out what is ours"
			if s.reference != "" {
				fix += ": WHERE " + s.reference + " IS NULL"
			}
			return s.table, fix
		}
	}
	return "", ""
}
