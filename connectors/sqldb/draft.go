package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
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

// draft is a plan of entries. Each is planned in a read transaction, by the code that writes: its SELECTs are made without locks, and
// its statements are noted and not run.
type draft struct {
	sink    *sink
	studied bool
	used    map[string]int64       // of every counter of the connection: how many numbers all plans beside each other have given out
	given   map[numberOf]int64     // numbers of new headers: one that is planned again has its own again
	planned map[id]map[string]cell // of new rows: what was planned for them before; where columns are kept, it stays

	id    id // of the entry that is planned now
	took  []string
	gave  []numberOf
	steps []string
	does  connectors.Does
	rows  []connectors.RowChange
}

type cell = map[string]any

// numberOf is a number of a new header.
type numberOf struct {
	id     id
	column string
}

// Draft begins a plan.
func (s *sink) Draft(beside []connectors.Draft) connectors.Draft {
	d := &draft{sink: s, used: map[string]int64{}, given: map[numberOf]int64{}, planned: map[id]map[string]cell{}}
	for _, other := range beside {
		if o, ours := other.(*draft); ours && o.sink.conn == s.conn {
			d.used = o.used
		}
	}
	return d
}

// Plan plans entries in one read transaction. What only the database's own constraints and triggers would refuse is not foreseen.
func (d *draft) Plan(ctx context.Context, entries []connectors.Entry) (previews []connectors.Preview, err error) {
	op := "plan " + d.sink.target
	order := make([]int, len(entries))
	for i := range entries {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(entries[a].Key, entries[b].Key) })
	err = d.sink.conn.look(ctx, op, func(tx *sqlx.Tx) error {
		previews = make([]connectors.Preview, len(entries))
		if !d.studied {
			if err := d.sink.study(ctx, tx); err != nil {
				return err
			}
			d.studied = true
		}
		if err := d.leased(ctx, tx, entries); err != nil {
			return err
		}
		for _, several := range []bool{len(d.sink.numbers) > 0, false} {
			var good []connectors.Entry
			for _, i := range order {
				p, err := d.plan(ctx, tx, entries[i], several)
				if err != nil {
					return err
				}
				if previews[i] = p; p.Err == nil {
					good = append(good, entries[i])
				}
			}
			if !several {
				break
			}
			if err := d.numberAll(ctx, tx, good); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range previews {
		if previews[i].Err != nil {
			previews[i].Err = d.sink.conn.blame(op, previews[i].Err)
		}
	}
	return previews, err
}

// leased refuses, as Write does, entries under a lease that the target has seen a later one than: a store that was begun anew or
// restored. A plan that is made under no lease asks nothing.
func (d *draft) leased(ctx context.Context, tx *sqlx.Tx, entries []connectors.Entry) error {
	if !d.sink.keepsEffects() || len(entries) == 0 || entries[0].Epoch == 0 {
		return nil
	}
	for target, f := range d.sink.leases(entries) {
		var seen sql.NullInt64
		err := tx.GetContext(ctx, &seen, "SELECT MAX(epoch) FROM "+quoteTable(d.sink.effects)+" WHERE target = ? AND kind = '' AND `key` = ''", target)
		switch {
		case err != nil && d.sink.conn.dialect.missing(err):
			return nil // the first write makes the table
		case err != nil:
			return err
		case seen.Int64 > f.oldest:
			return d.sink.overtaken(target, "an entry", f.oldest, seen.Int64)
		}
	}
	return nil
}

// plan plans one entry; on trial it uses up nothing.
func (d *draft) plan(ctx context.Context, tx *sqlx.Tx, e connectors.Entry, trial bool) (connectors.Preview, error) {
	results := make([]connectors.Result, 1)
	result := &results[0]
	d.took, d.gave, d.steps, d.rows, d.does = nil, nil, nil, nil, connectors.Nothing
	for _, tasks := range d.sink.rounds([]connectors.Entry{e}, results) {
		d.id = tasks[0].id
		if err := d.sink.round(ctx, tx, tasks, d); err != nil {
			if result.Err = err; !aboutEntry(err) {
				d.undo()
				return connectors.Preview{}, err
			}
		}
	}
	if trial || result.Err != nil {
		d.undo() // what is refused uses up nothing
	}
	if !trial && result.Err == nil {
		d.keep()
	}
	return connectors.Preview{Result: *result, Does: d.does, Rows: d.rows, Steps: d.steps}, nil
}

// aboutEntry says that an error is about the entry that is planned, and not about the target.
func aboutEntry(err error) bool {
	kind := connectors.KindOf(err)
	return kind == connectors.Refused || kind == connectors.Conflict
}

// numberAll gives numbers to all entries that are written together, as Write does: one numbering after the other, each for all.
func (d *draft) numberAll(ctx context.Context, tx *sqlx.Tx, entries []connectors.Entry) error {
	for _, tasks := range d.sink.rounds(entries, make([]connectors.Result, len(entries))) {
		slices.SortFunc(tasks, func(a, b *task) int { return strings.Compare(a.id.key, b.id.key) })
		w := &work{sink: d.sink, ctx: ctx, tx: tx, shape: *d.sink.stand.Load(), draft: d}
		due, err := w.known(tasks)
		if err != nil {
			return err
		}
		d.steps = nil
		if err := w.number(due); err != nil {
			return err
		}
	}
	return nil
}

// take counts numbers that are given out and answers how many were before; without a draft the database counts.
func (d *draft) take(counter string, many int64) (before int64) {
	if d == nil {
		return 0
	}
	before = d.used[counter]
	d.used[counter] = before + many
	for range many {
		d.took = append(d.took, counter)
	}
	return before
}

func (d *draft) undo() {
	for _, counter := range d.took {
		d.used[counter]--
	}
	for _, of := range d.gave {
		delete(d.given, of)
	}
}

// once answers what next gives, and for a header that has been given it already the same again.
func (d *draft) once(of id, column string, next func() (int64, error)) (int64, error) {
	number := numberOf{of, column}
	if n, given := d.given[number]; given {
		return n, nil
	}
	n, err := next()
	if err == nil {
		d.given[number] = n
		d.gave = append(d.gave, number)
	}
	return n, err
}

// made is the number that the database would give to the next row of the target's table. Whoever makes a row meanwhile gets it.
func (d *draft) made(w *work) (int64, error) {
	return d.once(d.id, w.key, func() (int64, error) {
		next, step, err := w.conn.dialect.comes(w.ctx, w.tx, w.table, w.key)
		return next + step*d.take(w.table+" makes", 1), err
	})
}

// rowOf names a row in what was planned.
func rowOf(r connectors.RowChange) string { return r.Table + " " + r.Key }

// keep remembers the new rows of an entry. In the run they will stand when the entry comes again: columns that are kept stay then as
// they were made, and rows that stay do.
func (d *draft) keep() {
	made := d.planned[d.id]
	if made == nil {
		made = map[string]cell{}
		d.planned[d.id] = made
	}
	for _, r := range d.rows {
		if r.Does != connectors.Insert || made[rowOf(r)] != nil {
			continue
		}
		cells := cell{}
		for _, c := range r.Cells {
			cells[c.Field] = c.Is
		}
		made[rowOf(r)] = cells
	}
}

// kept puts back into new rows what an earlier plan of the entry has made and a later one keeps.
func (d *draft) kept(r *connectors.RowChange, keep map[string]bool) {
	before := d.planned[d.id][rowOf(*r)]
	for i, c := range r.Cells {
		if was, made := before[c.Field]; made && keep[c.Field] {
			r.Cells[i].Is = was
		}
	}
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
			change.Cells = append(change.Cells, connectors.CellChange{Field: column, Is: number(values[i]), Later: w.shownLater(column)})
		}
		if w.draft != nil {
			w.draft.kept(&change, w.keep)
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

// staying are new rows of a table that an earlier plan of the entry has made, and that a later one does not name.
func (d *draft) staying(table string, named []connectors.RowChange) (rows []connectors.RowChange) {
	for _, at := range slices.Sorted(maps.Keys(d.planned[d.id])) {
		key, ofTable := strings.CutPrefix(at, table+" ")
		if !ofTable || slices.ContainsFunc(named, func(r connectors.RowChange) bool { return r.Table == table && r.Key == key }) {
			continue
		}
		row := connectors.RowChange{Table: table, Key: key, Does: connectors.Insert}
		cells := d.planned[d.id][at]
		for _, field := range slices.Sorted(maps.Keys(cells)) {
			row.Cells = append(row.Cells, connectors.CellChange{Field: field, Is: cells[field]})
		}
		rows = append(rows, row)
	}
	return rows
}

// shownLater says that a column shows the number that the database makes.
func (w *work) shownLater(column string) bool {
	return w.shown() && slices.ContainsFunc(w.numbers, func(n numbered) bool { return n.Key && n.column == column })
}

// shows corrects what a draft has foreseen of a column that shows the number which the database makes.
func (d *draft) shows(column string, v any) {
	for i := range d.rows[0].Cells {
		if c := &d.rows[0].Cells[i]; c.Field == column {
			c.Is = v
		}
	}
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
		if w.draft != nil {
			w.draft.kept(&made, table.keep)
		}
		changes = append(changes, made)
	}
	if w.draft != nil && table.stay {
		changes = append(changes, w.draft.staying(table.table, changes)...)
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
			case isText && !holds(column.Charset, text):
				return refused("write charset(...) in the mapping, which says what stands in place of such characters, or have the column's character set changed", "%s.%s is %s, which does not have all characters of %.40q", r.Table, cell.Field, column.Charset, text)
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
