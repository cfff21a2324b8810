package sqldb

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/connectors"
)

// lookingUp is one entry of `lookups`: columns that are filled with what the ERP knows and the record does not. The SELECT is
// read in the transaction that writes.
type lookingUp struct {
	Select  config.Text            `yaml:"select" required:"true"`
	By      map[string]config.Text `yaml:"by" required:"true"`   // its column: the field of the record
	Take    map[string]config.Text `yaml:"take" required:"true"` // our column: its column
	Missing config.Text            `yaml:"missing" enum:"refuse,wait,default" default:"refuse"`
	Default map[string]config.Text `yaml:"default"` // our column: what it holds where nothing is found
}

// lookup is one look-up.
type lookup struct {
	name    string
	from    string // the SELECT in brackets
	by      []link // its column, and the field of the record
	take    []link // its column, and the column that is filled
	missing string
	instead map[string]any // by the column that is filled
	asks    []config.Text  // the fields of the record
}

func (c *checker) lookups(all map[string]lookingUp, section config.Section) (list []lookup) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		l, at := all[name], section.At(name)
		found := lookup{name: name, from: c.selection(l.Select), missing: l.Missing.Value, instead: map[string]any{}}
		for _, column := range slices.Sorted(maps.Keys(l.By)) {
			found.by = append(found.by, link{c.optional(config.Text{Value: column, Pos: l.By[column].Pos}), l.By[column].Value})
			found.asks = append(found.asks, l.By[column])
		}
		for _, column := range slices.Sorted(maps.Keys(l.Take)) {
			found.take = append(found.take, link{c.optional(l.Take[column]), c.name(config.Text{Value: column, Pos: l.Take[column].Pos})})
		}
		for _, column := range slices.Sorted(maps.Keys(l.Default)) {
			if _, taken := l.Take[column]; !taken {
				c.fault(l.Default[column].Pos, "bad-default", column+" is not taken from this look-up", config.Choose(column, slices.Sorted(maps.Keys(l.Take))))
			}
			found.instead[column] = l.Default[column].Value
		}
		switch {
		case len(found.by) == 0:
			c.fault(at.At("by").Pos(), "missing-column", "nothing says which row is looked up", "write by: {COLUMN_OF_THE_SELECT: FIELD_OF_THE_RECORD}")
		case len(found.take) == 0:
			c.fault(at.At("take").Pos(), "missing-column", "nothing is taken from what is found", "write take: {COLUMN_OF_THE_TABLE: COLUMN_OF_THE_SELECT}")
		case found.missing == "default" && len(found.instead) < len(found.take):
			c.fault(at.Pos(), "missing-default", "nothing says what stands in every column where nothing is found", "write default: {COLUMN: VALUE} for each column under take")
		case found.missing != "default" && len(found.instead) > 0:
			c.fault(at.At("default").Pos(), "needless-default", fmt.Sprintf("with missing: %s there is no default", found.missing), "write missing: default, or leave default out")
		}
		list = append(list, found)
	}
	return list
}

// needed are the columns that the SELECT must show.
func (l lookup) needed() []string {
	asked, _ := sides(l.by)
	taken, _ := sides(l.take)
	columns := append(asked, taken...)
	slices.Sort(columns)
	return slices.Compact(columns)
}

// allLookups are those of the header and of all rows.
func (s *sink) allLookups() []lookup {
	list := slices.Clone(s.lookups)
	for _, r := range s.rows {
		list = append(list, r.lookups...)
	}
	return list
}

// seeker is a header or a row for which something is looked up.
type seeker struct {
	task  *task
	where string // for people
	cells *cells
	aside connectors.Record
}

// value is a field of the record.
func (s seeker) value(name string) any {
	if v, ok := s.aside[name]; ok {
		return v
	}
	if i := slices.Index(s.cells.columns, name); i >= 0 {
		return s.cells.given[i]
	}
	return nil
}

// lookUp fills columns with what the ERP knows. An entry for which something is not found has its own error and stops no other;
// the rest are returned.
func (w *work) lookUp(tasks []*task) ([]*task, error) {
	if len(w.allLookups()) == 0 {
		return tasks, nil
	}
	var due []*task
	for _, t := range tasks {
		if t.entry.Op != connectors.Remove {
			due = append(due, t)
		}
	}
	for _, l := range w.lookups {
		seekers := make([]seeker, len(due))
		for i, t := range due {
			seekers[i] = seeker{t, w.table, &t.cells, t.aside}
		}
		if err := w.seek(l, seekers); err != nil {
			return nil, err
		}
	}
	for _, table := range w.sink.rows {
		for _, l := range table.lookups {
			var seekers []seeker
			for _, t := range due {
				list := t.lines[table.name]
				for i := range list {
					seekers = append(seekers, seeker{t, table.table + " " + table.called(list[i].key), &list[i].cells, list[i].aside})
				}
			}
			if err := w.seek(l, seekers); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(tasks), func(t *task) bool { return t.result.Err != nil }), nil
}

// seek reads one look-up for all that need it.
func (w *work) seek(l lookup, seekers []seeker) error {
	columns, fields := sides(l.by)
	keys, seen := [][]any{}, map[string]bool{}
	for _, s := range seekers {
		key, ok := l.key(s, fields)
		if text := joinKey(given(key)); ok && !seen[text] {
			seen[text] = true
			keys = append(keys, key)
		}
	}
	rows, err := w.conn.among(w.ctx, w.tx, &w.sink.types, query{from: l.from, columns: l.needed()}, columns, keys, "")
	if err != nil {
		return err
	}
	found := w.conn.group(rows, columns)
	for _, s := range seekers {
		if s.task.result.Err != nil {
			continue
		}
		var rows []row
		if key, ok := l.key(s, fields); ok {
			rows = found.of(joinKey(given(key)))
		}
		if err := l.fill(s, rows, fields); err != nil {
			s.task.result.Err = err
		}
	}
	return nil
}

// key is what is looked up for a header or row; not ok: the record does not say.
func (l lookup) key(s seeker, fields []string) (key []any, ok bool) {
	for _, field := range fields {
		v := s.value(field)
		b, err := bound(v)
		if err != nil || v == nil || v == "" {
			return nil, false
		}
		key = append(key, b)
	}
	return key, true
}

// fill takes over what was found.
func (l lookup) fill(s seeker, rows []row, fields []string) error {
	for _, r := range rows {
		if r.broken != "" {
			return refused("correct it in the other system", "%s: look-up %s: %s", s.where, l.name, r.broken)
		}
	}
	for _, take := range l.take {
		var v any
		if len(rows) > 0 {
			v = rows[0].record[take.child]
		}
		for _, other := range rows[min(1, len(rows)):] {
			if !same(v, other.record[take.child]) {
				return refused("let the SELECT show one row for each, with MIN(...) and GROUP BY", "%s: look-up %s finds %d rows where %s", s.where, l.name, len(rows), l.words(s, fields))
			}
		}
		if instead, ok := l.instead[take.parent]; ok && (len(rows) == 0 || v == nil) {
			v = instead
		} else if len(rows) == 0 {
			return l.nothing(s, fields)
		}
		b, err := bound(v)
		if err != nil {
			return refused("name a column with one value", "%s: look-up %s: %s %v", s.where, l.name, take.child, err)
		}
		if slices.Contains(s.cells.columns, take.parent) {
			return refused("leave it out of the mapping, or of the look-up", "%s: %s is given by the record, and looked up by %s", s.where, take.parent, l.name)
		}
		s.cells.set(take.parent, b, v)
	}
	return nil
}

// nothing says that nothing was found.
func (l lookup) nothing(s seeker, fields []string) error {
	err := &connectors.Error{Kind: connectors.Refused, Hint: "enter it there, or say what stands in its place with missing: default",
		Err: fmt.Errorf("%s: look-up %s finds nothing where %s", s.where, l.name, l.words(s, fields))}
	err.Waits = l.missing == "wait"
	return err
}

func (l lookup) words(s seeker, fields []string) string {
	words := make([]string, len(l.by))
	for i, by := range l.by {
		words[i] = by.child + " is " + shown(s.value(fields[i]))
	}
	return strings.Join(words, " and ")
}
