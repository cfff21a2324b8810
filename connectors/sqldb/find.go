package sqldb

import (
	"slices"

	"tradewire/connectors"
)

// find reads and locks the headers that stand in the table: those we wrote by their own key, and those that an effect row
// does not name by our reference. It returns the tasks that can go on.
func (w *work) find(tasks []*task) ([]*task, error) {
	rows, err := w.standing(tasks, w.key, true, func(t *task) any {
		if t.wrote() {
			return t.seen.Reference
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	own, ours := w.conn.group(rows, []string{w.key}), group{}
	if w.reference != "" {
		if ours, err = w.referred(tasks); err != nil {
			return nil, err
		}
	}
	var due []*task
	for _, t := range tasks {
		if err := w.meet(t, own, ours); err != nil {
			t.result.Err = err
			continue
		}
		due = append(due, t)
	}
	return due, nil
}

// referred are the headers that carry our references. Where no index leads to them, a search that locks would wait for
// every row of the table: they are looked for first, and locked by their key.
func (w *work) referred(tasks []*task) (group, error) {
	lock := w.locking() == "" || w.shape.of(w.table).begins(w.reference)
	rows, err := w.standing(tasks, w.reference, lock, func(t *task) any {
		if t.wrote() {
			return nil
		}
		return t.id.key
	})
	if err == nil && !lock && len(rows) > 0 {
		keys := make([][]any, len(rows))
		for i, r := range rows {
			if keys[i], err = bounds(r.at([]string{w.key})); err != nil {
				return group{}, err
			}
		}
		rows, err = w.headersBy(w.key, w.headColumns(), keys, true)
	}
	return w.conn.group(rows, []string{w.reference}), err
}

// standing are headers by a column.
func (w *work) standing(tasks []*task, column string, lock bool, of func(*task) any) ([]row, error) {
	var keys [][]any
	for _, t := range tasks {
		if key := of(t); key != nil {
			keys = append(keys, []any{key})
		}
	}
	return w.headersBy(column, w.headColumns(), keys, lock)
}

// headColumns are the columns of a header that must be known before it is written.
func (s *sink) headColumns() []string {
	columns := []string{s.key}
	for _, column := range []string{s.reference, s.revision} {
		if column != "" {
			columns = append(columns, column)
		}
	}
	for _, r := range s.rows {
		columns = append(columns, r.parent...)
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}

// meet says which header is the task's, if any.
func (w *work) meet(t *task, own, ours group) error {
	var header []row
	written := t.wrote()
	if written {
		header = own.of(t.seen.Reference)
	} else if w.reference != "" {
		header = ours.of(t.id.key)
	}
	gone := t.entry.Op == connectors.Remove
	switch {
	case len(header) > 1:
		return conflict("decide which one is right and clear the reference of the other", "%d rows of %s stand for %s", len(header), w.table, t.id.key)
	case len(header) == 0 && written && !gone:
		return conflict("someone deleted it: restore the row, or discard the dead letter; it is not made again under another number",
			"%s %s, written as revision %d, is no longer in the database", w.table, t.seen.Reference, t.seen.Revision)
	case len(header) == 0 && w.sink.stands && !gone:
		return refused("enter it there, or correct its key: a row that should be there already is not made (stands: true)", "%s has no row for %s", w.table, t.id.key)
	case len(header) == 0:
		return nil
	}
	record := header[0].record
	if !written && !same(t.id.key, record[w.reference]) {
		return conflict("give the documents keys that differ by more than case, or the column a binary collation",
			"%s %s carries the reference %q, which the database takes for %q", w.table, keyText(record[w.key]), keyText(record[w.reference]), t.id.key)
	}
	if written && w.reference != "" && !same(t.id.key, record[w.reference]) && !gone {
		return conflict("someone gave this row to another document: correct its reference by hand",
			"%s %s was written for %s and now carries the reference %q", w.table, t.seen.Reference, t.id.key, keyText(record[w.reference]))
	}
	t.stands, t.header = true, record
	t.result.Reference = keyText(record[w.key])
	return t.know(record)
}

// know takes over what is known of a header that stands.
func (t *task) know(record connectors.Record) error {
	for column, v := range record {
		b, err := bound(v)
		if err != nil {
			return err
		}
		t.parents[column] = b
	}
	return nil
}

// number is a bound value as a value of a Record.
func number(bound any) any {
	v, err := value(bound)
	if err != nil {
		return bound
	}
	return v
}

// bounds are values of a Record as arguments of a statement.
func bounds(values []any) ([]any, error) {
	args := make([]any, len(values))
	for i, v := range values {
		b, err := bound(v)
		if err != nil {
			return nil, err
		}
		args[i] = b
	}
	return args, nil
}
