package sqldb

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

var (
	_ connectors.Planner = (*sink)(nil)
	_ connectors.Fitter  = (*sink)(nil)
)

// draft is a plan of entries, one after the other. Each is planned in a read transaction, by the code that writes: its SELECTs are
// made without locks, and its statements are noted and not run.
type draft struct {
	sink    *sink
	studied bool
	used    map[string]int64 // of every counter: how many numbers this plan has given out
	given   map[numberOf]int64

	id    id // of the entry that is planned now
	steps []string
	does  connectors.Does
	rows  []connectors.RowChange
}

// numberOf is a number that a new header was given: when it is planned again it is given the same.
type numberOf struct {
	id     id
	column string
}

// Draft begins a plan.
func (s *sink) Draft() connectors.Draft {
	return &draft{sink: s, used: map[string]int64{}, given: map[numberOf]int64{}}
}

// Plan plans one entry. What only the database's own constraints and triggers would refuse is not foreseen.
func (d *draft) Plan(ctx context.Context, e connectors.Entry) (p connectors.Preview, err error) {
	s, op := d.sink, "plan "+d.sink.target
	used, given := maps.Clone(d.used), maps.Clone(d.given)
	results := make([]connectors.Result, 1)
	err = s.conn.look(ctx, op, func(tx *sqlx.Tx) error {
		d.steps, d.rows, d.does, results[0] = nil, nil, connectors.Nothing, connectors.Result{}
		if !d.studied {
			if err := s.study(ctx, tx); err != nil {
				return err
			}
			d.studied = true
		}
		for _, tasks := range s.rounds([]connectors.Entry{e}, results) {
			d.id = tasks[0].id
			if err := s.round(ctx, tx, tasks, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && results[0].Err != nil {
		results[0].Err = s.conn.blame(op, results[0].Err)
	}
	if err != nil {
		d.used, d.given = used, given // what is refused uses up nothing
	}
	return connectors.Preview{Result: results[0], Does: d.does, Rows: d.rows, Steps: d.steps}, err
}

// take counts numbers that are given out and answers how many were before; without a draft the database counts.
func (d *draft) take(counter string, many int64) (before int64) {
	if d == nil {
		return 0
	}
	before = d.used[counter]
	d.used[counter] = before + many
	return before
}

// once answers what next gives, and for a header that has been given it already the same again.
func (d *draft) once(column string, next func() (int64, error)) (int64, error) {
	of := numberOf{d.id, column}
	if n, given := d.given[of]; given {
		return n, nil
	}
	n, err := next()
	if err == nil {
		d.given[of] = n
	}
	return n, err
}

// made is the number that the database would give to the next row of the target's table. Whoever makes a row meanwhile gets it.
func (d *draft) made(w *work) (int64, error) {
	return d.once(w.key, func() (int64, error) {
		next, step, err := w.conn.dialect.comes(w.ctx, w.tx, w.table, w.key)
		return next + step*d.take(w.table+" makes", 1), err
	})
}

// preview is what would become of a task's rows, told when its numbers are known and before anything is written.
func (w *work) preview(t *task) (p connectors.Preview, err error) {
	p.Does = connectors.Nothing
	if t.entry.Op == connectors.Remove {
		if t.stands {
			p.Does = connectors.Delete
			p.Rows = []connectors.RowChange{{Table: w.table, Key: t.result.Reference, Does: connectors.Delete}}
		}
		return p, nil
	}
	head, err := w.headPreview(t)
	if err != nil {
		return p, err
	}
	p.Rows = append(p.Rows, head...)
	for _, table := range w.sink.rows {
		if _, named := t.lines[table.name]; named {
			rows, err := w.linePreview(table, t)
			if err != nil {
				return p, err
			}
			p.Rows = append(p.Rows, rows...)
		}
	}
	switch {
	case !t.stands:
		p.Does = connectors.Insert
	case len(p.Rows) > 0:
		p.Does = connectors.Update
	}
	return p, nil
}

func (w *work) headPreview(t *task) ([]connectors.RowChange, error) {
	if !t.stands {
		called := "new"
		if t.own != nil {
			called = keyText(number(t.own))
		}
		change := connectors.RowChange{Table: w.table, Key: called, Does: connectors.Insert}
		columns, values := w.fresh(t)
		for i, column := range columns {
			change.Cells = append(change.Cells, connectors.CellChange{Field: column, Is: number(values[i])})
		}
		return []connectors.RowChange{change}, nil
	}
	columns := union(w.headColumns())
	columns.add(w.changes(t))
	stand, err := w.headersBy(w.key, columns.sorted(), [][]any{{t.parents[w.key]}}, false)
	if err != nil || len(stand) != 1 {
		return nil, err // that it is not one alone is said where it is written
	}
	named := map[string]bool{}
	for _, column := range w.changes(t) {
		named[column] = true
	}
	return t.cells.previewed(w.table, t.result.Reference, stand[0], func(column string) bool { return named[column] }), nil
}

// linePreview compares the rows of one table with the record's list, as merge does.
func (w *work) linePreview(table rowTable, t *task) (changes []connectors.RowChange, err error) {
	standing := map[string]row{}
	var order []string
	if t.stands {
		found, err := w.lines(table, []*task{t})
		if err != nil {
			return nil, err
		}
		for _, r := range found[t] {
			key := joinKey(r.at(table.keys))
			standing[key], order = r, append(order, key)
		}
	}
	for _, l := range t.lines[table.name] {
		r, stands := standing[l.key]
		delete(standing, l.key)
		if stands {
			changes = append(changes, l.cells.previewed(table.table, l.key, r, func(column string) bool { return !table.keep[column] })...)
			continue
		}
		made := connectors.RowChange{Table: table.table, Key: l.key, Does: connectors.Insert}
		for i, column := range l.cells.columns {
			made.Cells = append(made.Cells, connectors.CellChange{Field: column, Is: l.cells.given[i]})
		}
		changes = append(changes, made)
	}
	for _, key := range order {
		if _, left := standing[key]; left && !table.stay {
			changes = append(changes, connectors.RowChange{Table: table.table, Key: key, Does: connectors.Delete})
		}
	}
	return changes, nil
}

// previewed is what changes in a row that stands; none where nothing does.
func (c *cells) previewed(table, key string, stands row, written func(column string) bool) []connectors.RowChange {
	change := connectors.RowChange{Table: table, Key: key, Does: connectors.Update}
	for i, column := range c.columns {
		if was := stands.record[column]; written(column) && !same(c.given[i], was) {
			change.Cells = append(change.Cells, connectors.CellChange{Field: column, Was: was, Is: c.given[i]})
		}
	}
	if len(change.Cells) == 0 {
		return nil
	}
	return []connectors.RowChange{change}
}

// expected refuses tasks that would not do what was previewed, and notes in a draft what they would do. What stands is locked by
// then, so that nothing changes between this look and the write.
func (w *work) expected(tasks []*task) error {
	for _, t := range tasks {
		if w.draft == nil && t.entry.Expect == "" {
			continue
		}
		p, err := w.preview(t)
		if err != nil {
			return err
		}
		switch {
		case w.draft != nil:
			w.draft.does, w.draft.rows = p.Does, p.Rows
			if err := w.takes(p.Rows); err != nil {
				return err
			}
		case p.Mark() != t.entry.Expect:
			return conflict("plan again", "%s of %s does not stand as it did when it was planned: it would %s", w.table, t.id.key, inWords(p))
		}
	}
	return nil
}

// inWords is what a preview does, for people.
func inWords(p connectors.Preview) string {
	var words []string
	for _, r := range p.Rows {
		for _, c := range r.Cells {
			words = append(words, fmt.Sprintf("%s %s.%s %s -> %s", r.Table, r.Key, c.Field, shown(c.Was), shown(c.Is)))
		}
	}
	const most = 5
	if len(words) > most {
		words = append(words[:most], "...")
	}
	return strings.TrimSpace(string(p.Does) + " " + strings.Join(words, ", "))
}

// takes refuses, as far as the tables say so, what they would not take.
func (w *work) takes(rows []connectors.RowChange) error {
	for _, r := range rows {
		table := w.shape.of(r.Table)
		if len(table.columns) == 0 {
			continue // it is a view, or not ours to see
		}
		for _, cell := range r.Cells {
			column := table.column(cell.Field)
			text, isText := cell.Is.(string)
			switch room := lettersIn(column); {
			case column == nil:
				return misconfigured("mend the mapping", "%s has no column %s", r.Table, cell.Field)
			case cell.Is == nil && !column.Nullable && !column.Auto:
				return refused("let the mapping give it", "%s.%s must be filled and is NULL", r.Table, cell.Field)
			case isText && room > 0 && utf8.RuneCountInString(text) > room:
				return refused("cut it in the mapping", "%s.%s holds %d characters and would get %d: %.40q", r.Table, cell.Field, room, utf8.RuneCountInString(text), text)
			}
		}
	}
	return nil
}

// spelt is a statement with its values, for people.
func spelt(statement string, args []any) string {
	var b strings.Builder
	for i, part := range strings.Split(statement, "?") {
		if i > 0 && i <= len(args) {
			b.WriteString(literal(args[i-1]))
		}
		b.WriteString(part)
	}
	return b.String()
}

func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	return keyText(number(v))
}
