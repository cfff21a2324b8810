package sqldb

import (
	"fmt"
	"slices"

	"tradewire/connectors"
)

// readBack compares what stands now with what was written, header by header and row by row, before anything is
// committed: a database that rounded, cut or replaced characters is a refusal. (Invariant 10)
func (w *work) readBack(tasks []*task) error {
	var put []*task
	for _, t := range tasks {
		if t.entry.Op != connectors.Remove {
			put = append(put, t)
		}
	}
	if err := w.headersStand(put); err != nil {
		return err
	}
	for _, table := range w.sink.rows {
		if err := w.rowsStand(table, put); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) headersStand(tasks []*task) error {
	columns := w.headColumns()
	keys := make([][]any, 0, len(tasks))
	for _, t := range tasks {
		columns = append(columns, t.written...)
		keys = append(keys, []any{t.parents[w.key]})
	}
	slices.Sort(columns)
	found, err := w.all(w.table, slices.Compact(columns), []string{w.key}, keys, false)
	if err != nil {
		return err
	}
	byKey := w.conn.group(found, []string{w.key})
	for _, t := range tasks {
		rows := byKey.of(t.result.Reference)
		if len(rows) != 1 {
			return refused("the table's key must be unique, and no trigger may change it", "%s %s was written once and stands %d times", w.table, t.result.Reference, len(rows))
		}
		if err := w.headerStands(t, rows[0]); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) headerStands(t *task, r row) error {
	if w.reference != "" && !same(t.id.key, r.record[w.reference]) {
		return altered(w.table, t.result.Reference, fmt.Sprintf("%s was written as %q and stands as %s", w.reference, t.id.key, shown(r.record[w.reference])))
	}
	written := cells{}
	for i, column := range t.cells.columns {
		if slices.Contains(t.written, column) {
			written.set(column, nil, t.cells.given[i])
		}
	}
	if difference := written.differ(r); difference != "" {
		return altered(w.table, t.result.Reference, difference)
	}
	return nil
}

func (w *work) rowsStand(table rowTable, tasks []*task) error {
	var named []*task
	for _, t := range tasks {
		if _, ok := t.lines[table.name]; ok {
			named = append(named, t)
		}
	}
	found, err := w.lines(table, named)
	if err != nil {
		return err
	}
	for _, t := range named {
		stand := map[string]row{}
		for _, r := range found[t] {
			stand[keyText(r.record[table.key])] = r
		}
		list := t.lines[table.name]
		if len(found[t]) != len(list) {
			return altered(table.table, t.result.Reference, fmt.Sprintf("%d rows were written and %d stand", len(list), len(found[t])))
		}
		for _, l := range list {
			r, ok := stand[l.key]
			if !ok {
				return altered(table.table, t.result.Reference, fmt.Sprintf("the row with %s %s does not stand", table.key, l.key))
			}
			if difference := l.cells.differ(r); difference != "" {
				return altered(table.table, t.result.Reference+" "+table.key+" "+l.key, difference)
			}
		}
	}
	return nil
}

func altered(table, key, how string) error {
	return refused("the database altered a value: look at the column's type and the table's triggers, or let the mapping fit the value", "%s %s: %s", table, key, how)
}

// differ names the first cell that does not stand in the row as it was given.
func (c *cells) differ(r row) string {
	for i, column := range c.columns {
		if stands := r.record[column]; !same(c.given[i], stands) {
			return fmt.Sprintf("%s was written as %s and stands as %s", column, shown(c.given[i]), shown(stands))
		}
	}
	return ""
}

// shown is a value for people: numbers bare, texts in quotes.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprint(v)
}
