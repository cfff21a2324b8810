package sqldb

import (
	"context"
	"database/sql"
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
	return c.scan(found)
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

func (c *Connection) scan(found *sqlx.Rows) ([]row, error) {
	types, err := found.ColumnTypes()
	if err != nil {
		return nil, err
	}
	values, into := make([]any, len(types)), make([]any, len(types))
	for i := range values {
		into[i] = &values[i]
	}
	var rows []row
	for found.Next() {
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		rows = append(rows, c.row(types, values))
	}
	return rows, found.Err()
}

func (c *Connection) row(types []*sql.ColumnType, values []any) row {
	r := row{record: make(connectors.Record, len(types))}
	for i, column := range types {
		v, err := c.dialect.value(values[i], column.DatabaseTypeName())
		if err != nil {
			r.broken = fmt.Sprintf("column %s %v", column.Name(), err)
			v = fmt.Sprintf("%q", values[i])
		}
		r.record[column.Name()] = v
	}
	return r
}

// most is how many keys one statement names: well below the placeholders that a database takes.
const most = 500

// among is a condition that picks rows by the values of columns, and its arguments.
func among(columns []string, keys [][]any) (string, []any) {
	args := make([]any, 0, len(keys)*len(columns))
	for _, key := range keys {
		args = append(args, key...)
	}
	if len(columns) == 1 {
		return fmt.Sprintf("t.%s IN (%s)", quote(columns[0]), marks(len(keys))), args
	}
	each := make([]string, len(columns))
	for i, column := range columns {
		each[i] = "t." + quote(column) + " = ?"
	}
	one := "(" + strings.Join(each, " AND ") + ")"
	return "(" + strings.Join(slices.Repeat([]string{one}, len(keys)), " OR ") + ")", args
}

// rowsAmong reads the rows whose columns have one of the keys, a bounded number of keys a statement.
func (c *Connection) rowsAmong(ctx context.Context, tx sqlx.QueryerContext, q query, columns []string, keys [][]any, order string) ([]row, error) {
	var all []row
	for chunk := range slices.Chunk(keys, most/len(columns)) {
		condition, args := among(columns, chunk)
		part := q
		part.rest = " WHERE " + condition + order
		part.args = args
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
