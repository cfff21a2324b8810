package sqldb

import (
	"slices"
	"strings"
)

// inserts collects rows of one table and writes many in one statement.
type inserts struct {
	table  string
	one    bool // row by row, as the database makes a number for each
	rows   []insert
	answer []func(int64) error
}

type insert struct {
	columns []string
	values  []any
}

func (in *inserts) add(columns []string, values []any) {
	in.rows = append(in.rows, insert{columns, values})
}

// made says what to do with the number that the database made for the row added last.
func (in *inserts) made(with func(int64) error) { in.answer = append(in.answer, with) }

func (in *inserts) run(w *work) error {
	if in.one {
		return in.oneByOne(w)
	}
	for _, rows := range alike(in.rows, func(r insert) []string { return r.columns }) {
		var p portion
		for _, part := range portions(rows, func(r insert) bool { return p.full(mostArgs, r.values) }) {
			var args []any
			for _, r := range part {
				args = append(args, r.values...)
			}
			if _, err := w.run(part[0].statement(in.table, len(part)), args...); err != nil {
				return err
			}
		}
	}
	return nil
}

func (in *inserts) oneByOne(w *work) error {
	for i, r := range in.rows {
		key, err := in.numbered(w, r)
		if err != nil {
			return err
		}
		if err := in.answer[i](key); err != nil {
			return err
		}
	}
	return nil
}

// numbered makes a row and answers the number that the database gave it.
func (in *inserts) numbered(w *work, r insert) (int64, error) {
	done, err := w.run(r.statement(in.table, 1), r.values...)
	if err != nil {
		return 0, err
	}
	if w.draft != nil {
		return w.draft.made(w)
	}
	return done.LastInsertId()
}

func (r insert) statement(table string, rows int) string {
	quoted := make([]string, len(r.columns))
	for i, column := range r.columns {
		quoted[i] = quote(column)
	}
	one := "(" + marks(len(r.columns)) + ")"
	return "INSERT INTO " + quoteTable(table) + " (" + strings.Join(quoted, ", ") + ")\nVALUES " +
		strings.Join(slices.Repeat([]string{one}, rows), ", ")
}
