package sqldb

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tradewire/connectors"
)

// task is one entry on its way into the tables.
type task struct {
	id     id
	entry  *connectors.Entry
	result *connectors.Result
	hash   string

	cells   cells             // of the header, without its key and reference where they are ours to fill in
	aside   connectors.Record // what look-ups need and no column holds
	lines   map[string]lines  // by the name of the rows; rows that the record does not name stay as they are
	seen    *effect           // what was written before; nil: nothing
	stands  bool              // the header stands in the table
	header  connectors.Record // as it stands
	own     any               // the header's own key
	serial  int64             // the number in it, where we made it
	parents map[string]any    // values of the header's columns that rows refer to
	written []string          // the columns of the header that were written now
}

// cells are columns with their values, bound and as they were given.
type cells struct {
	columns []string
	bound   []any
	given   []any
}

func cellsFor(n int) cells {
	return cells{make([]string, 0, n), make([]any, 0, n), make([]any, 0, n)}
}

func (c *cells) set(column string, bound, given any) {
	c.columns, c.bound, c.given = append(c.columns, column), append(c.bound, bound), append(c.given, given)
}

// lines are the rows of one header in one table, in the order of the record.
type lines []line

type line struct {
	key   string // the text of its own key
	cells cells
	aside connectors.Record // what look-ups need and no column holds
	made  bool              // by this write
}

// removed stands in an effect row in place of a hash when the record was taken away.
const removed = "removed"

// wrote says that the header was written by us and not taken away since.
func (t *task) wrote() bool { return t.seen != nil && t.seen.Hash != removed }

// task reads an entry. An error is about this entry alone.
func (s *sink) task(e *connectors.Entry, result *connectors.Result) (*task, error) {
	t := &task{id: id{s.targetOf(e), e.Kind, e.Key}, entry: e, result: result, hash: removed, lines: map[string]lines{}, parents: map[string]any{}, aside: connectors.Record{}}
	switch {
	case e.Key == "":
		return nil, refused("give the document a key", "the entry has no key")
	case e.Op == connectors.Remove && !s.keepsEffects():
		return nil, refused("let the mapping write a state such as cancelled, or use guard: effect", "with guard: %s nothing would remember that the record was taken away", s.guard)
	case e.Op == connectors.Remove:
		return t, nil
	case e.Op != connectors.Put && e.Op != "":
		return nil, refused("ask for put or remove", "the entry asks for %q", e.Op)
	}
	t.hash, t.cells = e.Record.Hash(), cellsFor(len(e.Record)+1)
	for _, name := range slices.Sorted(maps.Keys(e.Record)) {
		if err := s.field(t, name, e.Record[name]); err != nil {
			return nil, err
		}
	}
	if s.revision != "" {
		t.cells.set(s.revision, e.Revision, connectors.Number(fmt.Sprint(e.Revision)))
	}
	if s.number == nil && s.key == s.reference && t.own == nil {
		t.own = e.Key
	}
	if s.number == nil && t.own == nil {
		return nil, refused("let the mapping give it, or write number: in the configuration", "the record has no %s, which is the key of %s", s.key, s.table)
	}
	return t, nil
}

func (s *sink) field(t *task, name string, v any) error {
	if i := slices.IndexFunc(s.rows, func(r rowTable) bool { return r.name == name }); i >= 0 {
		list, err := s.lines(s.rows[i], v)
		t.lines[name] = list
		return err
	}
	if s.aside[name] {
		t.aside[name] = v
		return nil
	}
	if err := s.checkName(name); err != nil {
		return refused("mend the mapping", "%v", err)
	}
	b, err := bound(v)
	switch {
	case s.only.has(name):
		return refused("leave it out of the mapping: it is filled in", "%s.%s is what where: says", s.table, name)
	case s.numbers != nil && slices.ContainsFunc(s.numbers, func(n numbered) bool { return n.column == name }):
		return refused("leave it out of the mapping: the number is made here", "%s.%s is given by the record", s.table, name)
	case err != nil:
		return refused("mend the mapping, or name its rows under rows", "%s.%s %v", s.table, name, err)
	case name == s.reference && name != s.key:
		if v != t.entry.Key {
			return refused("leave it out of the mapping: it is filled in", "%s.%s holds our document's key", s.table, name)
		}
		return nil
	case name == s.revision:
		if keyText(v) != fmt.Sprint(t.entry.Revision) {
			return refused("leave it out of the mapping: it is filled in", "%s.%s holds our revision", s.table, name)
		}
		return nil
	case name == s.key && s.number != nil:
		return refused("leave it out of the mapping: the number is made here", "%s.%s is given by the record", s.table, name)
	case name == s.key:
		t.own = b
	}
	t.cells.set(name, b, v)
	return nil
}

// lines reads the rows of a record.
func (s *sink) lines(r rowTable, v any) (lines, error) {
	items, ok := v.([]any)
	if one, single := v.(connectors.Record); single {
		items, ok = []any{one}, true
	}
	if !ok {
		return nil, refused("let the mapping make it with each: and fields:, or with fields: alone where there is one row", "%s is no list of rows", r.name)
	}
	list := make(lines, 0, len(items))
	seen := map[string]bool{}
	for i, item := range items {
		record, ok := item.(connectors.Record)
		if !ok {
			return nil, refused("let the mapping make it with each:", "%s[%d] is no row", r.name, i)
		}
		l, err := s.line(r, record)
		if err != nil {
			return nil, err
		}
		if seen[l.key] && len(r.keys) == 0 {
			return nil, refused("write key: and the column that tells them apart", "%s has more than one row", r.name)
		} else if seen[l.key] {
			return nil, refused("give every row its own "+strings.Join(r.keys, "/"), "%s has two rows with %s", r.name, r.called(l.key))
		}
		seen[l.key] = true
		list = append(list, l)
	}
	return list, nil
}

func (s *sink) line(r rowTable, record connectors.Record) (line, error) {
	l := line{key: joinKey(row{record: record}.at(r.keys)), cells: cellsFor(len(record))}
	for _, column := range r.keys {
		if record[column] == nil {
			return l, refused("let the mapping give it", "a row under %s has no %s", r.name, column)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(record)) {
		if r.aside[name] {
			if l.aside == nil {
				l.aside = connectors.Record{}
			}
			l.aside[name] = record[name]
			continue
		}
		err := s.checkName(name)
		if err != nil {
			return l, refused("mend the mapping", "%v", err)
		}
		b, err := bound(record[name])
		if err != nil {
			return l, refused("mend the mapping", "%s.%s %v", r.table, name, err)
		}
		if slices.Contains(r.child, name) {
			return l, refused("leave it out of the mapping: it is filled in", "%s.%s names the header", r.table, name)
		}
		if r.only.has(name) {
			return l, refused("leave it out of the mapping: it is filled in", "%s.%s is what where: says", r.table, name)
		}
		l.cells.set(name, b, record[name])
	}
	return l, nil
}

// parentKey are the values by which the rows of this header are found in a table.
func (t *task) parentKey(r rowTable) ([]any, error) {
	values := make([]any, len(r.parent))
	for i, column := range r.parent {
		v, ok := t.parents[column]
		if !ok || v == nil {
			return nil, refused("let the mapping give it", "%s: the header has no %s, to which rows refer", t.id.key, column)
		}
		values[i] = v
	}
	return values, nil
}

func (t *task) String() string {
	return fmt.Sprintf("%s %s revision %d", t.id.kind, t.id.key, t.entry.Revision)
}
