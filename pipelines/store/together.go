package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// What a transaction has to say of many rows it says in a few statements: one row costs the database less than one answer
// costs both. Rows are gathered while the transaction decides, and written before it ends, or earlier when what is gathered
// must be read.

// inserts are rows for one table.
type inserts struct {
	insert string // as far as VALUES
	ending string // what comes of a row whose key stands there already; may be empty
	rows   [][]any
}

// bytesAtOnce bounds what one statement brings: several of them, with what quoting adds, stay within what a server takes. A row
// that is longer goes alone.
const bytesAtOnce = 256 << 10

// insert gathers a row. Rows of one table are written in the order in which they were gathered.
func (tx *txn) insert(into, ending string, row ...any) {
	for _, known := range tx.gathered {
		if known.insert == into && known.ending == ending {
			known.rows = append(known.rows, row)
			return
		}
	}
	tx.gathered = append(tx.gathered, &inserts{into, ending, [][]any{row}})
}

// write writes what was gathered, table by table as they came.
func (tx *txn) write(ctx context.Context) error {
	gathered := tx.gathered
	tx.gathered = nil
	for _, g := range gathered {
		for rows := range tx.dialect.portions(g.rows) {
			if _, err := tx.insertRows(ctx, g.insert, g.ending, rows); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *txn) insertRows(ctx context.Context, insert, ending string, rows [][]any) (sql.Result, error) {
	row := ", (" + strings.Repeat(", ?", len(rows[0]))[2:] + ")"
	return tx.ExecContext(ctx, insert+" VALUES "+strings.Repeat(row, len(rows))[2:]+ending, slices.Concat(rows...)...)
}

// insertNumbered writes rows of a table that the database numbers, at once, and answers their numbers.
func (tx *txn) insertNumbered(ctx context.Context, insert string, rows [][]any) (numbers []int64, err error) {
	for part := range tx.dialect.portions(rows) {
		result, err := tx.insertRows(ctx, insert, "", part)
		if err != nil {
			return nil, err
		}
		said, err := result.LastInsertId()
		if err != nil {
			return nil, err
		}
		first, step, err := tx.dialect.numbered(ctx, tx, said, len(part))
		if err != nil {
			return nil, err
		}
		for i := range part {
			numbers = append(numbers, first+int64(i)*step)
		}
	}
	return numbers, nil
}

// portions cuts rows into what one statement takes.
func (d *dialect) portions(rows [][]any) func(yield func([][]any) bool) {
	return func(yield func([][]any) bool) {
		for len(rows) > 0 {
			n, size := 1, weight(rows[0])
			for n < len(rows) && size+weight(rows[n]) <= bytesAtOnce {
				size += weight(rows[n])
				n++
			}
			n = d.atOnce(n)
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}

// weight is about how many bytes a row brings.
func weight(row []any) (bytes int) {
	for _, value := range row {
		switch v := value.(type) {
		case string:
			bytes += len(v)
		case []byte:
			bytes += len(v)
		}
		bytes += 8
	}
	return bytes
}

// amendment is an UPDATE of many rows, each with values of its own.
type amendment struct {
	table string
	keys  []string // columns that stand as brought: they name the row, or guard it
	sets  []string // columns that take what is brought; or an assignment, in which {column} is what is brought
	carry []string // further columns that are brought, for the assignments and the guard
	guard string   // a further condition; may be empty
}

// columns are all that an amendment brings, in their order.
func (a amendment) columns() []string {
	columns := slices.Concat(a.keys, a.carry)
	for _, set := range a.sets {
		if !strings.Contains(set, "=") {
			columns = append(columns, set)
		}
	}
	return columns
}

// amend changes rows and says how many it found. Each row brings the columns of the amendment in their order.
func (tx *txn) amend(ctx context.Context, a amendment, rows [][]any) (found int64, err error) {
	columns := a.columns()
	first := "SELECT ? AS " + strings.Join(columns, ", ? AS ")
	further := " UNION ALL SELECT " + strings.Repeat(", ?", len(columns))[2:]
	var where, sets []string
	for _, key := range a.keys {
		where = append(where, a.table+"."+key+" = brought."+key)
	}
	if a.guard != "" {
		where = append(where, column.ReplaceAllString(a.guard, "brought.$1"))
	}
	for _, set := range a.sets {
		if !strings.Contains(set, "=") {
			set += " = {" + set + "}"
		}
		sets = append(sets, column.ReplaceAllString(set, "brought.$1"))
	}
	for part := range tx.dialect.portions(rows) {
		brought := "(" + first + strings.Repeat(further, len(part)-1) + ") AS brought"
		result, err := tx.ExecContext(ctx, tx.dialect.amend(a.table, brought, strings.Join(sets, ", "), strings.Join(where, " AND ")), slices.Concat(part...)...)
		if err != nil {
			return found, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return found, err
		}
		found += n
	}
	return found, nil
}
