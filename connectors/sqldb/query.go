package sqldb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// row is one row as it was read. Where broken is not empty it says what could not be read, and those values are quoted.
type row struct {
	record connectors.Record
	broken string
}

func (r row) at(columns []string) []any {
	values := make([]any, len(columns))
	for i, column := range columns {
		values[i] = r.record[column]
	}
	return values
}

// query says which rows are read out of a table or a SELECT in brackets; its columns are those of t.
type query struct {
	from    string   // "`SOHD`" or "(SELECT ...)"
	columns []string // empty: all
	only    fixed    // of rowsAmong: the other rows are not ours
	rest    string   // WHERE, ORDER BY, LIMIT
	args    []any
}

// rows reads all rows of a query.
func (c *Connection) rows(ctx context.Context, tx sqlx.QueryerContext, q query) ([]row, error) {
	columns := q.columns
	if len(columns) == 0 && c.dialect.lists() {
		var err error
		if columns, err = columnsOf(ctx, tx, q.from); err != nil {
			return nil, err
		}
	}
	list := "*"
	if len(columns) > 0 {
		list = c.list(columns)
	}
	found, err := tx.QueryxContext(ctx, "SELECT "+list+"\n  FROM "+q.from+" AS t\n"+q.rest, q.args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	if again, singles, err := c.widened(found); err != nil || again != "" {
		if err = errors.Join(err, found.Close()); err != nil {
			return nil, err
		}
		if found, err = tx.QueryxContext(ctx, "SELECT "+again+"\n  FROM "+q.from+" AS t\n"+q.rest, q.args...); err != nil {
			return nil, err
		}
		return c.scan(found, singles)
	}
	return c.scan(found, nil)
}

// widened names the columns so that binary fractions of single precision are shown with all their digits, and says which those are.
// It is empty where there are none.
func (c *Connection) widened(found *sqlx.Rows) (list string, singles map[string]bool, err error) {
	if c.dialect.singles() == "" {
		return "", nil, nil
	}
	types, err := found.ColumnTypes()
	if err != nil {
		return "", nil, err
	}
	terms := make([]string, len(types))
	for i, column := range types {
		terms[i] = "t." + quote(column.Name())
		if column.DatabaseTypeName() == c.dialect.singles() {
			if singles == nil {
				singles = map[string]bool{}
			}
			singles[column.Name()] = true
			terms[i] = "(" + terms[i] + " + 0e0) AS " + quote(column.Name())
		}
	}
	if singles == nil {
		return "", nil, nil
	}
	return strings.Join(terms, ", "), singles, nil
}

// list names columns of t so that their values come as they are stored.
func (c *Connection) list(columns []string) string {
	list := make([]string, len(columns))
	for i, column := range columns {
		list[i] = c.dialect.plain("t."+quote(column)) + " AS " + quote(column)
	}
	return strings.Join(list, ", ")
}

// columnsOf asks for the names of all columns and for no row.
func columnsOf(ctx context.Context, tx sqlx.QueryerContext, from string) ([]string, error) {
	none, err := tx.QueryxContext(ctx, "SELECT * FROM "+from+" AS t LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = none.Close() }()
	return none.Columns()
}

// typesOf asks for the types of all columns and for no row.
func (c *Connection) typesOf(ctx context.Context, tx sqlx.QueryerContext, from string) (shape, error) {
	none, err := tx.QueryxContext(ctx, "SELECT * FROM "+from+" AS t LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = none.Close() }()
	columns, err := none.ColumnTypes()
	t := &tableShape{}
	for _, column := range columns {
		t.columns = append(t.columns, Column{Name: column.Name(), Type: column.DatabaseTypeName()})
	}
	return shape{from: t}, err
}

func (c *Connection) scan(found *sqlx.Rows, singles map[string]bool) ([]row, error) {
	types, err := found.ColumnTypes()
	if err != nil {
		return nil, err
	}
	names, declared := make([]string, len(types)), make([]string, len(types))
	values, into := make([]any, len(types)), make([]any, len(types))
	for i, column := range types {
		names[i], declared[i], into[i] = column.Name(), column.DatabaseTypeName(), &values[i]
	}
	var rows []row
	for found.Next() {
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		for i, v := range values {
			if f, ok := v.(float64); ok && singles[names[i]] {
				values[i] = float32(f) // the shortest decimal that means it has fewer digits than that of a double
			}
		}
		rows = append(rows, c.row(names, declared, values))
	}
	return rows, found.Err()
}

func (c *Connection) row(names, declared []string, values []any) row {
	r := row{record: make(connectors.Record, len(names))}
	for i, name := range names {
		v, err := c.dialect.value(values[i], declared[i])
		if err != nil {
			r.broken = fmt.Sprintf("column %s %v", name, err)
			v = fmt.Sprintf("%q", values[i])
		}
		r.record[name] = v
	}
	return r
}

// most is how many keys one statement names: well below the placeholders that a database takes.
const most = 500

// rowsAmong reads the rows whose columns have one of the keys, a bounded number of keys a statement.
func (c *Connection) rowsAmong(ctx context.Context, tx sqlx.QueryerContext, q query, columns []string, keys [][]any, order string) ([]row, error) {
	var all []row
	for chunk := range slices.Chunk(keys, most/len(columns)) {
		condition, args := oneOf("t.", columns, chunk)
		only, ours := q.only.only("t.")
		part := q
		part.rest = " WHERE " + only + condition + order
		part.args = append(ours, args...)
		rows, err := c.rows(ctx, tx, part)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// group is rows by the values that join them to their parents. A database that takes k1 and K1 for equal joins rows
// that differ so; they are found by the fold.
type group struct {
	exact, folded map[string][]row
	fold          func(string) string
}

func (c *Connection) group(rows []row, by []string) group {
	g := group{map[string][]row{}, map[string][]row{}, c.dialect.fold}
	for _, r := range rows {
		key := joinKey(r.at(by))
		g.exact[key] = append(g.exact[key], r)
		g.folded[g.fold(key)] = append(g.folded[g.fold(key)], r)
	}
	return g
}

func (g group) of(key string) []row {
	if rows, ok := g.exact[key]; ok {
		return rows
	}
	return g.folded[g.fold(key)]
}
