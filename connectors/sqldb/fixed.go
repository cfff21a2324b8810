package sqldb

import (
	"maps"
	"slices"
	"strings"

	"tradewire/config"
)

// fixed are columns of a table that hold the same in all rows of ours: the type of a transaction, where one table holds orders,
// invoices and receipts. They are filled in when a row is made, and rows in which they hold something else are not ours: they are
// neither found, nor changed, nor taken away.
type fixed struct {
	columns []string
	values  []any
}

// fixed reads `where` of a table that is written.
func (c *checker) fixed(where map[string]config.Text) fixed {
	var f fixed
	for _, column := range slices.Sorted(maps.Keys(where)) {
		v := where[column]
		f.columns, f.values = append(f.columns, c.name(config.Text{Value: column, Pos: v.Pos})), append(f.values, v.Value)
	}
	return f
}

func (f fixed) has(column string) bool { return slices.Contains(f.columns, column) }

// only is the beginning of a condition that holds for rows of ours alone, and its arguments.
func (f fixed) only(prefix string) (string, []any) {
	var b strings.Builder
	for _, column := range f.columns {
		b.WriteString(prefix + quote(column) + " = ? AND ")
	}
	return b.String(), slices.Clone(f.values)
}

// fitted is the same with values of the types that the table's columns have.
func (s shape) fitted(d dialect, table string, f fixed) fixed {
	f.values = s.fit(d, table, f.columns, f.values)
	return f
}
