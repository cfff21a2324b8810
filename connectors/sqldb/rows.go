package sqldb

import (
	"slices"
	"strings"
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
	missing := inserts{table: table.table}
	for _, t := range tasks {
		if err := w.merge(table, t, found[t], &missing); err != nil {
			return err
		}
	}
	return missing.run(w)
}

// lines reads the rows of the tasks in one table, by task and by the rows' own key.
func (w *work) lines(table rowTable, tasks []*task) (map[*task][]row, error) {
	columns := append(table.childColumns(), table.key)
	var keys [][]any
	for _, t := range tasks {
		key, err := t.parentKey(table)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		for _, l := range t.lines[table.name] {
			columns = append(columns, l.cells.columns...)
		}
	}
	slices.Sort(columns)
	rows, err := w.all(table.table, slices.Compact(columns), table.childColumns(), keys, false)
	if err != nil {
		return nil, err
	}
	byParent := w.conn.group(rows, table.childColumns())
	found := make(map[*task][]row, len(tasks))
	for i, t := range tasks {
		found[t] = byParent.of(joinKey(given(keys[i])))
	}
	return found, nil
}

// merge compares the rows that stand with the record's list.
func (w *work) merge(table rowTable, t *task, stand []row, missing *inserts) error {
	parent, err := t.parentKey(table)
	if err != nil {
		return err
	}
	standing := map[string]row{}
	for _, r := range stand {
		key := keyText(r.record[table.key])
		if _, twice := standing[key]; twice {
			return conflict("the column under key must tell the rows of one header apart", "%s has two rows with %s %s under %s", table.table, table.key, key, t.result.Reference)
		}
		standing[key] = r
	}
	// What goes, goes first: it may stand in the way of what comes.
	if err := w.drop(table, t, parent, standing); err != nil {
		return err
	}
	for _, l := range t.lines[table.name] {
		r, ok := standing[l.key]
		switch {
		case !ok:
			missing.add(append(slices.Clone(table.childColumns()), l.cells.columns...), append(slices.Clone(parent), l.cells.bound...))
		case l.cells.differ(r) != "":
			if err := w.change(table, parent, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// drop deletes the rows that the record does not name any more.
func (w *work) drop(table rowTable, t *task, parent []any, standing map[string]row) error {
	named := make(map[string]bool, len(t.lines[table.name]))
	for _, l := range t.lines[table.name] {
		named[l.key] = true
	}
	for text, r := range standing {
		if named[text] {
			continue
		}
		key, err := bound(r.record[table.key])
		if err != nil {
			return err
		}
		if _, err := w.exec("DELETE FROM "+quoteTable(table.table)+" WHERE "+equal(append(table.childColumns(), table.key)), append(slices.Clone(parent), key)...); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) change(table rowTable, parent []any, l line) error {
	var sets []string
	var args []any
	var key any
	for i, column := range l.cells.columns {
		if column == table.key {
			key = l.cells.bound[i]
			continue
		}
		sets = append(sets, quote(column)+" = ?")
		args = append(args, l.cells.bound[i])
	}
	if len(sets) == 0 {
		return nil
	}
	n, err := w.exec("UPDATE "+quoteTable(table.table)+"\n   SET "+strings.Join(sets, ", ")+"\n WHERE "+equal(append(table.childColumns(), table.key)),
		append(append(args, parent...), key)...)
	if err == nil && (n > 1 || n == 0 && w.conn.dialect.counts()) {
		err = conflict("write it again", "the row %s %s was changed meanwhile", table.key, l.key)
	}
	return err
}

func given(bound []any) []any {
	values := make([]any, len(bound))
	for i, b := range bound {
		values[i] = number(b)
	}
	return values
}
