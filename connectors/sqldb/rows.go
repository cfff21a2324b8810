package sqldb

import (
	"maps"
	"slices"
)

// rows brings the rows of every header to the record's list: rows that differ are updated, missing ones made, and
// those that the list no longer names taken away. A list that the record does not have leaves the rows as they are.
func (w *work) rows(tasks []*task) error {
	for _, table := range w.sink.rows {
		var named []*task
		for _, t := range tasks {
			if _, ok := t.lines[table.name]; ok {
				named = append(named, t)
			}
		}
		if err := w.bring(table, named); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) bring(table rowTable, tasks []*task) error {
	var standing []*task
	for _, t := range tasks {
		if t.stands {
			standing = append(standing, t)
		}
	}
	found, err := w.lines(table, standing)
	if err != nil {
		return err
	}
	by := table.unique()
	m := merge{dropped: deletes{table: table.table, by: by, only: table.only}, changed: updates{table: table.table, by: by, only: table.only},
		missing: inserts{table: table.table}, only: w.shape.fitted(w.conn.dialect, table.table, table.only)}
	for _, t := range tasks {
		if err := m.compare(table, t, found[t]); err != nil {
			return err
		}
	}
	if err := w.numberLines(table, m.fresh); err != nil {
		return err
	}
	for _, f := range m.fresh {
		columns, values := append(slices.Clone(table.child), m.only.columns...), append(slices.Clone(f.parent), m.only.values...)
		m.missing.add(append(columns, f.line.cells.columns...), append(values, f.line.cells.bound...))
	}
	// What goes, goes first: it may stand in the way of what comes.
	if _, err := m.dropped.run(w); err != nil {
		return err
	}
	if err := m.changed.run(w); err != nil {
		return err
	}
	return m.missing.run(w)
}

// merge is what must be done in one table so that its rows are the records' lists.
type merge struct {
	dropped deletes
	changed updates
	missing inserts
	fresh   []freshLine // what missing makes
	only    fixed
}

// freshLine is a row that is to be made.
type freshLine struct {
	task   *task
	line   *line
	parent []any
}

// lines reads the rows of the tasks in one table, by task and by the rows' own key.
func (w *work) lines(table rowTable, tasks []*task) (map[*task][]row, error) {
	columns := union(table.unique())
	keys := make([][]any, 0, len(tasks))
	for _, t := range tasks {
		key, err := t.parentKey(table)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		for _, l := range t.lines[table.name] {
			columns.add(l.cells.columns)
		}
	}
	rows, err := w.all(table.table, table.only, columns.sorted(), table.child, keys, false)
	if err != nil {
		return nil, err
	}
	byParent := w.conn.group(rows, table.child)
	found := make(map[*task][]row, len(tasks))
	for i, t := range tasks {
		found[t] = byParent.of(joinKey(given(keys[i])))
	}
	return found, nil
}

// compare compares the rows that stand with the record's list.
func (m *merge) compare(table rowTable, t *task, stand []row) error {
	parent, err := t.parentKey(table)
	if err != nil {
		return err
	}
	standing := map[string]row{}
	for _, r := range stand {
		key := joinKey(r.at(table.keys))
		if _, twice := standing[key]; twice && len(table.keys) == 0 {
			return conflict("write key: and the column that tells the rows of one header apart, or where: if they are of several sorts", "%s has more than one row under %s", table.table, t.result.Reference)
		} else if twice {
			return conflict("the column under key must tell the rows of one header apart", "%s has two rows with %s under %s", table.table, table.called(key), t.result.Reference)
		}
		standing[key] = r
	}
	list := t.lines[table.name]
	for i, l := range list {
		r, ok := standing[l.key]
		delete(standing, l.key)
		switch {
		case !ok:
			list[i].made = true
			m.fresh = append(m.fresh, freshLine{t, &list[i], parent})
		case l.cells.differ(r, table.keep) != "":
			m.change(table, parent, l)
		}
	}
	if table.stay {
		return nil
	}
	for _, r := range standing {
		key, err := bounds(r.at(table.keys))
		if err != nil {
			return err
		}
		m.dropped.keys = append(m.dropped.keys, append(slices.Clone(parent), key...))
	}
	return nil
}

func (m *merge) change(table rowTable, parent []any, l line) {
	var columns []string
	var values []any
	key := append(slices.Clone(parent), make([]any, len(table.keys))...)
	for i, column := range l.cells.columns {
		if n := slices.Index(table.keys, column); n >= 0 {
			key[len(parent)+n] = l.cells.bound[i]
		} else if !table.keep[column] {
			columns, values = append(columns, column), append(values, l.cells.bound[i])
		}
	}
	m.changed.add(key, columns, values)
}

func given(bound []any) []any {
	values := make([]any, len(bound))
	for i, b := range bound {
		values[i] = number(b)
	}
	return values
}

// columnSet is columns that many rows name, each once.
type columnSet struct {
	named map[string]bool
	last  []string
}

func union(columns []string) *columnSet {
	c := &columnSet{named: map[string]bool{}}
	c.add(columns)
	return c
}

func (c *columnSet) add(columns []string) {
	if slices.Equal(columns, c.last) {
		return // as mostly
	}
	c.last = columns
	for _, column := range columns {
		c.named[column] = true
	}
}

func (c *columnSet) sorted() []string { return slices.Sorted(maps.Keys(c.named)) }
