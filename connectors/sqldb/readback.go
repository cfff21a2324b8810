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
		if w.draft != nil {
			return nil // nothing was written
		}
		if t.entry.Op != connectors.Remove {
			put = append(put, t)
		}
	}
	differs, err := w.differs(put)
	if err != nil {
		return err
	}
	for _, t := range put {
		if differs[t] != nil {
			return differs[t]
		}
	}
	return nil
}

// differs says of each task in what the database does not show it as it is, in one look at each table.
func (w *work) differs(tasks []*task) (map[*task]error, error) {
	differs := map[*task]error{}
	if err := w.headersDiffer(tasks, differs); err != nil {
		return nil, err
	}
	for _, table := range w.sink.rows {
		if err := w.rowsDiffer(table, tasks, differs); err != nil {
			return nil, err
		}
	}
	return differs, nil
}

func (w *work) headersDiffer(tasks []*task, differs map[*task]error) error {
	columns := union(w.headColumns())
	keys := make([][]any, 0, len(tasks))
	for _, t := range tasks {
		columns.add(t.written)
		keys = append(keys, []any{t.parents[w.key]})
	}
	found, err := w.headersBy(w.key, columns.sorted(), keys, false)
	if err != nil {
		return err
	}
	byKey := w.conn.group(found, []string{w.key})
	for _, t := range tasks {
		rows := byKey.of(t.result.Reference)
		if len(rows) != 1 {
			differs[t] = refused("the table's key must be unique, and no trigger may change it", "%s %s was written once and stands %d times", w.table, t.result.Reference, len(rows))
		} else if err := w.headerDiffers(t, rows[0]); err != nil {
			differs[t] = err
		}
	}
	return nil
}

func (w *work) headerDiffers(t *task, r row) error {
	if w.reference != "" && !same(t.id.key, r.record[w.reference]) {
		return altered(w.table, t.result.Reference, fmt.Sprintf("%s was written as %q and stands as %s", w.reference, t.id.key, shown(r.record[w.reference])))
	}
	written := cells{}
	for i, column := range t.cells.columns {
		if slices.Contains(t.written, column) {
			written.set(column, nil, t.cells.given[i])
		}
	}
	if difference := written.differ(r, nil); difference != "" {
		return altered(w.table, t.result.Reference, difference)
	}
	return nil
}

func (w *work) rowsDiffer(table rowTable, tasks []*task, differs map[*task]error) error {
	var named []*task
	for _, t := range tasks {
		if _, ok := t.lines[table.name]; ok && differs[t] == nil {
			named = append(named, t)
		}
	}
	found, err := w.lines(table, named)
	if err != nil {
		return err
	}
	for _, t := range named {
		if err := t.rowsDiffer(table, found[t]); err != nil {
			differs[t] = err
		}
	}
	return nil
}

func (t *task) rowsDiffer(table rowTable, found []row) error {
	stand := map[string]row{}
	for _, r := range found {
		stand[joinKey(r.at(table.keys))] = r
	}
	list := t.lines[table.name]
	if len(found) != len(list) && !(table.stay && len(found) > len(list)) {
		return altered(table.table, t.result.Reference, fmt.Sprintf("%d rows were written and %d stand", len(list), len(found)))
	}
	for _, l := range list {
		r, ok := stand[l.key]
		if !ok {
			return altered(table.table, t.result.Reference, fmt.Sprintf("%s does not stand", table.called(l.key)))
		}
		kept := table.keep
		if l.made {
			kept = nil // they were written now
		}
		if difference := l.cells.differ(r, kept); difference != "" {
			return altered(table.table, t.result.Reference+" "+table.called(l.key), difference)
		}
	}
	return nil
}

func altered(table, key, how string) error {
	return refused("the database altered a value: look at the column's type and the table's triggers, or let the mapping fit the value", "%s %s: %s", table, key, how)
}

// differ names the first cell that does not stand in the row as it was given, but for those that are kept.
func (c *cells) differ(r row, kept map[string]bool) string {
	for i, column := range c.columns {
		if kept[column] {
			continue
		}
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
