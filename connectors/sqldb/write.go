package sqldb

import (
	"slices"
	"strings"

	"tradewire/connectors"
)

// find reads and locks the headers that stand in the table: those we wrote by their own key, and those that an earlier
// installation wrote by our reference. It returns the tasks that can go on.
func (w *work) find(tasks []*task) ([]*task, error) {
	own, err := w.standing(tasks, w.key, func(t *task) any {
		if t.wrote() {
			return t.seen.Reference
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	ours := group{}
	if w.reference != "" {
		if ours, err = w.standing(tasks, w.reference, func(t *task) any {
			if t.wrote() {
				return nil
			}
			return t.id.key
		}); err != nil {
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

// standing are headers by a column.
func (w *work) standing(tasks []*task, column string, of func(*task) any) (group, error) {
	var keys [][]any
	for _, t := range tasks {
		if key := of(t); key != nil {
			keys = append(keys, []any{key})
		}
	}
	rows, err := w.all(w.table, w.headColumns(), []string{column}, keys, true)
	return w.conn.group(rows, []string{column}), err
}

// headColumns are the columns of a header that must be known before it is written.
func (s *sink) headColumns() []string {
	columns := []string{s.key}
	if s.reference != "" {
		columns = append(columns, s.reference)
	}
	for _, r := range s.rows {
		columns = append(columns, r.parentColumns()...)
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
		return conflict("someone deleted it: restore the row, or cancel the document; it is not made again under another number",
			"%s %s, written as revision %d, is no longer in the database", w.table, t.seen.Reference, t.seen.Revision)
	case len(header) == 0:
		return nil
	}
	record := header[0].record
	if written && w.reference != "" && !same(t.id.key, record[w.reference]) && !gone {
		return conflict("someone gave this row to another document: correct its reference by hand",
			"%s %s was written for %s and now carries the reference %q", w.table, t.seen.Reference, t.id.key, keyText(record[w.reference]))
	}
	t.stands = true
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

// take removes headers and rows that are to go. What is gone already is as good.
func (w *work) take(tasks []*task) error {
	for _, t := range tasks {
		if t.entry.Op != connectors.Remove {
			continue
		}
		t.result.State = connectors.Applied
		if !t.stands {
			t.result.State = connectors.Unchanged
			continue
		}
		for _, r := range w.sink.rows {
			key, err := t.parentKey(r)
			if err != nil {
				return err
			}
			if _, err := w.exec("DELETE FROM "+quoteTable(r.table)+" WHERE "+equal(r.childColumns()), key...); err != nil {
				return err
			}
		}
		t.result.Reference = keyText(t.parents[w.key])
		n, err := w.exec("DELETE FROM "+quoteTable(w.table)+" WHERE "+equal([]string{w.key}), t.parents[w.key])
		if err != nil {
			return err
		}
		if n != 1 {
			return conflict("the column under key must tell the rows apart", "%d rows of %s have the key %s", n, w.table, t.result.Reference)
		}
	}
	return nil
}

// headers makes the new headers and updates those that stand. There is no upsert: it would overwrite a stranger's row.
func (w *work) headers(tasks []*task) error {
	fresh := inserts{table: w.table, one: w.sink.number != nil && w.sink.number.Auto}
	for _, t := range tasks {
		if t.entry.Op == connectors.Remove {
			continue
		}
		t.result.State = connectors.Applied
		if t.stands {
			if err := w.update(t); err != nil {
				return err
			}
			continue
		}
		columns, values := w.fresh(t)
		t.written = t.cells.columns
		fresh.add(columns, values)
		fresh.made(func(key int64) { t.own = key; t.parents[w.key] = key })
	}
	err := fresh.run(w)
	if n := w.sink.number; n != nil && n.Max {
		err = w.conn.raced(err) // another writer may have taken the same number
	}
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.fresh() {
			t.result.Reference = keyText(number(t.own))
		}
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
	for i, column := range columns {
		t.parents[column] = values[i]
	}
	return columns, values
}

// update brings a header that stands to the record, without its key and the columns that are kept.
func (w *work) update(t *task) error {
	t.result.Reference = keyText(number(t.parents[w.key]))
	var sets []string
	var args []any
	for i, column := range t.cells.columns {
		if w.keep[column] || column == w.key || column == w.reference {
			continue
		}
		if stood, refers := t.parents[column]; refers && !same(t.cells.given[i], number(stood)) {
			return refused("rows refer to this column: it must not change", "%s.%s of %s is %s and would become %s", w.table, column, t.result.Reference, keyText(number(stood)), keyText(t.cells.given[i]))
		}
		sets = append(sets, quote(column)+" = ?")
		args = append(args, t.cells.bound[i])
		t.written = append(t.written, column)
	}
	if len(sets) == 0 {
		return nil
	}
	by, keys := []string{w.key}, []any{t.parents[w.key]}
	if w.reference != "" && w.reference != w.key {
		by, keys = append(by, w.reference), append(keys, t.parents[w.reference])
	}
	n, err := w.exec("UPDATE "+quoteTable(w.table)+"\n   SET "+strings.Join(sets, ", ")+"\n WHERE "+equal(by), append(args, keys...)...)
	if err != nil {
		return err
	}
	if n > 1 || n == 0 && w.conn.dialect.counts() {
		return conflict("the column under key must tell the rows apart", "%d rows of %s have the key %s", n, w.table, t.result.Reference)
	}
	return nil
}

// equal is a condition that the columns have given values.
func equal(columns []string) string {
	each := make([]string, len(columns))
	for i, column := range columns {
		each[i] = quote(column) + " = ?"
	}
	return strings.Join(each, " AND ")
}

// number is a bound value as a value of a Record.
func number(bound any) any {
	v, err := value(bound)
	if err != nil {
		return bound
	}
	return v
}
