package sqldb

import (
	"cmp"
	"slices"
	"strings"
)

// A statement is bounded by what it holds, so that no batch is longer than a server takes, and by its placeholders, which
// both databases count.
const (
	mostArgs  = 20_000
	mostBytes = 512 << 10
	mostCases = 64 // how many rows one UPDATE tells apart by one column: each is compared with each
)

// weight is about how many bytes a value takes in a statement.
func weight(values []any) (bytes int) {
	for _, v := range values {
		bytes += 12
		if s, ok := v.(string); ok {
			bytes += len(s) + len(s)/8
		}
	}
	return bytes
}

// portion bounds what goes into one statement.
type portion struct {
	rows, args, bytes int
}

// full says that a row with these values would be too much, and begins anew with it; else it is counted.
func (p *portion) full(most int, values ...[]any) bool {
	args, bytes := 0, 0
	for _, v := range values {
		args, bytes = args+len(v), bytes+weight(v)
	}
	if p.rows > 0 && (p.rows >= most || p.args+args > mostArgs || p.bytes+bytes > mostBytes) {
		*p = portion{1, args, bytes}
		return true
	}
	*p = portion{p.rows + 1, p.args + args, p.bytes + bytes}
	return false
}

// portions parts rows where full says so.
func portions[T any](rows []T, full func(T) bool) (parts [][]T) {
	from := 0
	for i, r := range rows {
		if full(r) && i > from {
			parts = append(parts, rows[from:i])
			from = i
		}
	}
	if from < len(rows) {
		parts = append(parts, rows[from:])
	}
	return parts
}

// alike groups rows that name the same columns, in the order of the first of each.
func alike[T any](rows []T, columns func(T) []string) (groups [][]T) {
	at := map[string]int{}
	last := -1
	for _, r := range rows {
		if last < 0 || !slices.Equal(columns(r), columns(groups[last][0])) {
			key := strings.Join(columns(r), "\x00")
			i, seen := at[key]
			if !seen {
				i = len(groups)
				at[key] = i
				groups = append(groups, nil)
			}
			last = i
		}
		groups[last] = append(groups[last], r)
	}
	return groups
}

// updates collects changes of rows of one table and writes many in one statement.
type updates struct {
	table string
	by    []string // the columns that tell the rows apart
	only  fixed    // rows in which these hold something else are not ours
	exact bool     // every row gets a new value: a database that counts what it changed counts them all
	rows  []update
}

type update struct {
	key     []any
	columns []string
	values  []any
	order   string
}

func (u *updates) add(key []any, columns []string, values []any) {
	if len(columns) > 0 {
		u.rows = append(u.rows, update{key: key, columns: columns, values: values})
	}
}

// run changes every row, exactly once. Rows are taken in the order of their keys, which is the order of all our locks.
func (u *updates) run(w *work) error {
	u.only = w.shape.fitted(w.conn.dialect, u.table, u.only)
	for i := range u.rows {
		u.rows[i].key = w.shape.fit(w.conn.dialect, u.table, u.by, u.rows[i].key)
		u.rows[i].order = joinKey(given(u.rows[i].key))
	}
	slices.SortStableFunc(u.rows, func(a, b update) int { return cmp.Compare(a.order, b.order) })
	for _, rows := range alike(u.rows, func(r update) []string { return r.columns }) {
		var p portion
		var c cases
		full := func(r update) bool {
			if c.full(r.key) {
				p = portion{}
				return !p.full(mostArgs, r.key, r.key, r.values)
			}
			return p.full(mostArgs, r.key, r.key, r.values)
		}
		for _, part := range portions(rows, full) {
			if err := u.write(w, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// cases counts how many branches a statement has so far on every level of its cases: each is compared with each.
type cases struct {
	key      []any
	branches []int
}

func (c *cases) full(key []any) bool {
	if c.key == nil {
		c.begin(key)
		return false
	}
	differs := 0
	for differs < len(key) && key[differs] == c.key[differs] {
		differs++
	}
	if differs == len(key) {
		return false
	}
	if c.branches[differs] == mostCases {
		c.begin(key)
		return true
	}
	c.branches[differs]++
	for i := differs + 1; i < len(key); i++ {
		c.branches[i] = 1
	}
	c.key = key
	return false
}

func (c *cases) begin(key []any) { c.key, c.branches = key, slices.Repeat([]int{1}, len(key)) }

func (u *updates) write(w *work, rows []update) error {
	statement, args := u.statement(rows)
	n, err := w.exec(len(rows), statement, args...)
	if err != nil {
		return err
	}
	if n > int64(len(rows)) || n < int64(len(rows)) && (u.exact || w.conn.dialect.counts()) {
		return conflict("the columns that tell the rows apart must do so, and no one else may change them",
			"%d rows of %s were to change and %d did, by %s", len(rows), u.table, n, strings.Join(u.by, ", "))
	}
	return nil
}

// statement is UPDATE ... SET column = CASE key WHEN ? THEN ? ... END ... WHERE key IN (?, ...).
func (u *updates) statement(rows []update) (string, []any) {
	var sets []string
	var args []any
	for i, column := range rows[0].columns {
		value, more := u.becomes(rows, i)
		sets = append(sets, quote(column)+" = "+value)
		args = append(args, more...)
	}
	keys := make([][]any, len(rows))
	for i, r := range rows {
		keys[i] = r.key
	}
	only, ours := u.only.only("")
	where, more := oneOf("", u.by, keys)
	return "UPDATE " + quoteTable(u.table) + "\n   SET " + strings.Join(sets, ",\n       ") + "\n WHERE " + only + where, append(append(args, ours...), more...)
}

// becomes is what a column becomes in each row: one value where all agree.
func (u *updates) becomes(rows []update, column int) (string, []any) {
	first := rows[0].values[column]
	if !slices.ContainsFunc(rows, func(r update) bool { return r.values[column] != first }) {
		return "?", []any{first}
	}
	return u.cases(rows, column, 0)
}

// cases tells rows apart by one column after the other, so that lines are compared with those of their own header only.
func (u *updates) cases(rows []update, column, depth int) (string, []any) {
	if depth == len(u.by) {
		return "?", []any{rows[0].values[column]}
	}
	var b strings.Builder
	var args []any
	b.WriteString("CASE " + quote(u.by[depth]))
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].key[depth] == rows[0].key[depth] {
			n++
		}
		then, more := u.cases(rows[:n], column, depth+1)
		b.WriteString(" WHEN ? THEN " + then)
		args = append(append(args, rows[0].key[depth]), more...)
		rows = rows[n:]
	}
	b.WriteString(" END")
	return b.String(), args
}

// deletes collects rows of one table that go, and takes many in one statement.
type deletes struct {
	table string
	by    []string
	only  fixed
	keys  [][]any
}

// run says how many rows went.
func (d *deletes) run(w *work) (gone int64, err error) {
	d.only = w.shape.fitted(w.conn.dialect, d.table, d.only)
	for i := range d.keys {
		d.keys[i] = w.shape.fit(w.conn.dialect, d.table, d.by, d.keys[i])
	}
	var p portion
	for _, part := range portions(d.keys, func(key []any) bool { return p.full(most, key) }) {
		only, ours := d.only.only("")
		where, args := oneOf("", d.by, part)
		n, err := w.exec(len(part), "DELETE FROM "+quoteTable(d.table)+"\n WHERE "+only+where, append(ours, args...)...)
		if err != nil {
			return 0, err
		}
		gone += n
	}
	return gone, nil
}

// oneOf is a condition that columns have the values of one of the keys, and its arguments.
func oneOf(prefix string, columns []string, keys [][]any) (string, []any) {
	args := make([]any, 0, len(keys)*len(columns))
	for _, key := range keys {
		args = append(args, key...)
	}
	if len(columns) == 1 {
		return prefix + quote(columns[0]) + " IN (" + marks(len(keys)) + ")", args
	}
	each := make([]string, len(columns))
	for i, column := range columns {
		each[i] = prefix + quote(column) + " = ?"
	}
	one := "(" + strings.Join(each, " AND ") + ")"
	return "(" + strings.Join(slices.Repeat([]string{one}, len(keys)), " OR ") + ")", args
}
