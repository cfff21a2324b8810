package store

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"
)

// survey reads the whole file once: how much there is of each table, its hash, and what would not fit.
func (m *mover) survey(ctx context.Context) (tables []MovedTable, unfit []Unfit, err error) {
	for _, t := range m.from.tables {
		sum := newSeal()
		err := m.each(ctx, MoveStep{Doing: "reading", Table: t.name}, t, nil, func(row moveRow) error {
			sum.add(row)
			if len(unfit) < mostUnfit {
				unfit = append(unfit, t.unfit(row, m.packet)...)
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		tables = append(tables, sum.of(t))
		m.rows[t.name] = sum.rows
	}
	return tables, unfit, nil
}

// mostUnfit bounds the list of what does not fit.
const mostUnfit = 100

// each hands over the rows of a table of the file, all or those behind one. A row is overwritten by the next.
func (m *mover) each(ctx context.Context, step MoveStep, t moveTable, behind moveRow, do func(moveRow) error) error {
	r, err := m.from.read(ctx, t, behind)
	if err != nil {
		return err
	}
	defer r.close()
	step.Of = m.rows[t.name]
	for ; ; step.Rows++ {
		if step.Rows%int64(m.rowsAtOnce) == 0 {
			m.tell(step)
		}
		there, err := r.next()
		if err != nil || !there {
			return err
		}
		if err := do(r.row); err != nil {
			return err
		}
	}
}

// unfit is what the database would not take of a row, or would not take as it is.
func (t moveTable) unfit(row moveRow, packet int64) (all []Unfit) {
	for i, c := range t.columns {
		if why := c.unfit(&row[i]); why != "" {
			all = append(all, Unfit{t.name, t.keyOf(row), c.name, why})
		}
	}
	if t.numbers && row[t.keyAt()[0]].number < 1 {
		all = append(all, Unfit{t.name, t.keyOf(row), t.key[0], "is a number below 1"})
	}
	if size := row.size() + roomAround; size > packet {
		all = append(all, Unfit{t.name, t.keyOf(row), "", fmt.Sprintf("is a row of %d bytes, and the server takes %d at once (raise max_allowed_packet)", size, packet)})
	}
	return all
}

// roomAround is what a statement needs beside the values of one row.
const roomAround = 4 << 10

func (c moveColumn) unfit(v *cell) string {
	var most int
	switch kind := mysqlDialect.types[c.word]; {
	case v.none && c.must:
		return "is nothing, where there must be something"
	case v.none, c.word == "int", c.word == "bytes":
		return ""
	case !utf8.Valid(v.bytes):
		return "is not a text in UTF-8"
	case strings.HasPrefix(kind, "VARCHAR"):
		_, _ = fmt.Sscanf(kind, "VARCHAR(%d)", &most)
		if n := utf8.RuneCount(v.bytes); n > most {
			return fmt.Sprintf("is %d characters long, and %d go in", n, most)
		}
	case len(v.bytes) >= 1<<24:
		return fmt.Sprintf("is %d bytes long, and %d go in", len(v.bytes), 1<<24-1)
	}
	return ""
}

// mostLate bounds how often the last words of a move that was interrupted are waited for.
const mostLate = 5

// copy copies what the database does not have yet of a table. Rows come in the order of their key, so that what is there
// says where to go on.
func (m *mover) copy(ctx context.Context, t moveTable) error {
	for try := 1; ; try++ {
		err := m.copyRest(ctx, t)
		if err != nil && m.into.dialect.taken(err) && try < mostLate {
			continue // what a killed move has said last came true only now
		}
		if err != nil || !t.numbers {
			return err
		}
		return m.countOn(ctx, t)
	}
}

func (m *mover) copyRest(ctx context.Context, t moveTable) error {
	last, begun, err := m.into.last(ctx, t)
	if err != nil {
		return err
	}
	var rows []moveRow
	var bytes int64
	insert := func() error {
		if len(rows) == 0 {
			return nil
		}
		err := m.into.insert(ctx, t, rows)
		rows, bytes = nil, 0
		return err
	}
	err = m.each(ctx, MoveStep{Doing: "copying", Table: t.name, Rows: begun}, t, last, func(row moveRow) error {
		if size := row.size(); len(rows) >= m.rowsAtOnce || bytes+size > m.bytesAtOnce {
			if err := insert(); err != nil {
				return err
			}
		}
		rows, bytes = append(rows, row.clone()), bytes+row.size()
		return nil
	})
	if err != nil {
		return err
	}
	return insert()
}

// countOn lets the next number of a table's key be one that the file never had: what was once given out never comes back.
func (m *mover) countOn(ctx context.Context, t moveTable) error {
	last, err := m.from.lastNumber(ctx, t)
	if err != nil {
		return err
	}
	_, err = m.into.write.ExecContext(ctx, fmt.Sprintf(`ALTER TABLE "%s" AUTO_INCREMENT = %d`, t.name, last+1))
	if err != nil {
		return fmt.Errorf("let table %s count on from %d: %w", t.name, last, err)
	}
	return nil
}
