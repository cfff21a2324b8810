package sqldb

import (
	"fmt"
	"slices"

	"tradewire/connectors"
)

// take removes headers and rows that are to go. What is gone already is as good.
func (w *work) take(tasks []*task) error {
	headers := deletes{table: w.table, by: []string{w.key}, only: w.only}
	rows := make([]deletes, len(w.sink.rows))
	for _, t := range tasks {
		if t.entry.Op != connectors.Remove {
			continue
		}
		t.result.State = connectors.Unchanged
		if !t.stands {
			continue
		}
		t.result.State = connectors.Applied
		for i, r := range w.sink.rows {
			key, err := t.parentKey(r)
			if err != nil {
				return err
			}
			rows[i].table, rows[i].by, rows[i].only, rows[i].keys = r.table, r.child, r.only, append(rows[i].keys, key)
		}
		headers.keys = append(headers.keys, []any{t.parents[w.key]})
	}
	for _, table := range rows {
		if _, err := table.run(w); err != nil {
			return err
		}
	}
	due := len(headers.keys)
	gone, err := headers.run(w)
	if err == nil && gone != int64(due) {
		err = conflict("the column under key must tell the rows apart", "%d rows of %s were to go and %d did", due, w.table, gone)
	}
	return err
}

// headers makes the new headers and updates those that stand. There is no upsert: it would overwrite a stranger's row.
func (w *work) headers(tasks []*task) error {
	n := w.sink.number
	into := inserts{table: w.table, one: n != nil && n.Auto && (w.reference == "" || w.shown())}
	over := updates{table: w.table, by: []string{w.key}, only: w.only}
	var fresh []*task
	for _, t := range tasks {
		if t.entry.Op == connectors.Remove {
			continue
		}
		t.result.State = connectors.Applied
		if t.stands {
			if err := w.update(t, &over); err != nil {
				return err
			}
			continue
		}
		fresh = append(fresh, t)
		into.add(w.fresh(t))
		t.written = t.cells.columns
		into.made(func(key int64) error { t.own = key; t.parents[w.key] = key; return w.show(t, key) })
	}
	if err := over.run(w); err != nil {
		return err
	}
	err := into.run(w)
	if w.highestTaken() || w.reference != "" {
		err = w.conn.raced(err) // another writer may have taken the same number, or written the same document
	}
	if err == nil && n != nil && n.Auto && !into.one {
		err = w.numbered(fresh)
	}
	for _, t := range fresh {
		t.result.Reference = keyText(number(t.own))
	}
	return err
}

// numbered reads which numbers the database gave to rows that were made in one statement.
func (w *work) numbered(fresh []*task) error {
	keys := make([][]any, len(fresh))
	for i, t := range fresh {
		keys[i] = []any{t.id.key}
	}
	if w.draft != nil {
		return w.foreseen(fresh)
	}
	rows, err := w.headersBy(w.reference, []string{w.key, w.reference}, keys, false)
	if err != nil {
		return err
	}
	made := w.conn.group(rows, []string{w.reference})
	for _, t := range fresh {
		found := made.of(t.id.key)
		if len(found) != 1 {
			return altered(w.table, t.id.key, fmt.Sprintf("one row was written and %d stand under %s %s", len(found), w.reference, t.id.key))
		}
		if t.own, err = bound(found[0].record[w.key]); err != nil {
			return err
		}
		t.parents[w.key] = t.own
	}
	return nil
}

// foreseen numbers new headers as the database would.
func (w *work) foreseen(fresh []*task) error {
	for _, t := range fresh { // there is one
		key, err := w.draft.made(w)
		if err != nil {
			return err
		}
		t.own, t.parents[w.key] = key, key
	}
	return nil
}

// fresh is a new header: the record's columns, its number and our reference.
func (w *work) fresh(t *task) (columns []string, values []any) {
	columns, values = slices.Clone(t.cells.columns), slices.Clone(t.cells.bound)
	if w.sink.number != nil && !w.sink.number.Auto {
		columns, values = append(columns, w.key), append(values, t.own)
	}
	if w.reference != "" && !slices.Contains(columns, w.reference) {
		columns, values = append(columns, w.reference), append(values, t.id.key)
	}
	only := w.shape.fitted(w.conn.dialect, w.table, w.only)
	columns, values = append(columns, only.columns...), append(values, only.values...)
	for i, column := range columns {
		t.parents[column] = values[i]
	}
	return columns, values
}

// update brings a header that stands to the record, without its key and the columns that are kept.
func (w *work) update(t *task, over *updates) error {
	var values []any
	t.written = w.changes(t)
	for i, column := range t.cells.columns {
		if !slices.Contains(t.written, column) {
			continue
		}
		if w.refers(column) && !same(t.cells.given[i], t.header[column]) {
			return refused("rows refer to this column: it must not change", "%s.%s of %s is %s and would become %s", w.table, column, t.result.Reference, keyText(t.header[column]), keyText(t.cells.given[i]))
		}
		values = append(values, t.cells.bound[i])
	}
	over.add([]any{t.parents[w.key]}, t.written, values)
	return nil
}

// changes are the columns that an update of the header writes.
func (s *sink) changes(t *task) (columns []string) {
	for _, column := range t.cells.columns {
		if !s.keep[column] && column != s.key && column != s.reference {
			columns = append(columns, column)
		}
	}
	return columns
}

// refers says that rows refer to a column of the header.
func (s *sink) refers(column string) bool {
	return slices.ContainsFunc(s.rows, func(r rowTable) bool { return slices.Contains(r.parent, column) })
}
