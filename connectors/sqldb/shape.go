package sqldb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
)

// shape is the tables of a target as they stand in the database, by the name that the configuration gives them.
type shape map[string]*tableShape

// tableShape is one table.
type tableShape struct {
	columns []Column
	uniques [][]string // the columns of each key that makes rows unique by whole columns
	indexed []string   // the columns with which an index begins
	stamp   stamp
}

// stamp says how a table is kept, and changes with every change of it.
type stamp struct {
	Engine   string `db:"engine"`   // empty where there is but one, and for a view
	Unsafe   bool   `db:"unsafe"`   // it takes no part in transactions
	Modified string `db:"modified"` // when it was made or altered
}

func (s shape) of(table string) *tableShape {
	if t := s[table]; t != nil {
		return t
	}
	return &tableShape{}
}

func (t *tableShape) column(name string) *Column {
	i := slices.IndexFunc(t.columns, func(c Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return nil
	}
	return &t.columns[i]
}

// unique says that no two rows have the same value in the column.
func (t *tableShape) unique(column string) bool {
	return slices.ContainsFunc(t.uniques, func(key []string) bool { return len(key) == 1 && strings.EqualFold(key[0], column) })
}

// tells says that no two rows of ours have the same value in the column.
func (t *tableShape) tells(column string, only fixed) bool {
	return t.unique(column) || slices.ContainsFunc(t.uniques, func(key []string) bool {
		return slices.ContainsFunc(key, func(c string) bool { return strings.EqualFold(c, column) }) && !slices.ContainsFunc(key, func(c string) bool {
			return !strings.EqualFold(c, column) && !slices.ContainsFunc(only.columns, func(o string) bool { return strings.EqualFold(o, c) })
		})
	})
}

// shared is a key that makes rows unique by the column only together with others; nil when there is none.
func (t *tableShape) shared(column string) []string {
	for _, key := range t.uniques {
		if len(key) > 1 && slices.ContainsFunc(key, func(c string) bool { return strings.EqualFold(c, column) }) {
			return key
		}
	}
	return nil
}

func (t *tableShape) begins(column string) bool {
	return slices.ContainsFunc(t.indexed, func(c string) bool { return strings.EqualFold(c, column) })
}

// fit makes a value of the type that a column holds, so that the database compares like with like: a text compared with a
// number is compared as a binary fraction, in which 012, 12 and 12x are one, and finds its rows without an index.
func (s shape) fit(d dialect, table string, columns []string, key []any) []any {
	fitted := slices.Clone(key)
	for i, name := range columns {
		if c := s.of(table).column(name); c != nil && i < len(fitted) {
			fitted[i] = d.fit(c.Type, fitted[i])
		}
	}
	return fitted
}

// tables are all tables that the sink writes to.
func (s *sink) tables() []string {
	tables := []string{s.table}
	for _, r := range s.rows {
		tables = append(tables, r.table)
	}
	for _, n := range s.counters() {
		tables = append(tables, n.Counter.Value)
	}
	if s.guard == byEffect {
		tables = append(tables, s.effects)
	}
	slices.Sort(tables)
	return slices.Compact(tables)
}

// study reads the shape of the tables and refuses those that cannot be written to safely.
func (s *sink) study(ctx context.Context, tx *sqlx.Tx) error {
	found, err := s.conn.dialect.shape(ctx, tx, s.tables())
	if err != nil {
		return err
	}
	if err := s.safe(found); err != nil {
		return err
	}
	s.stand.Store(&found)
	s.first.CompareAndSwap(nil, &found)
	return nil
}

// safe refuses tables in which nothing can be undone, and those in which the guard does not hold.
func (s *sink) safe(found shape) error {
	for _, table := range s.tables() {
		if stamp := found.of(table).stamp; stamp.Unsafe {
			return misconfigured(fmt.Sprintf("have the table changed: ALTER TABLE %s ENGINE = InnoDB", table),
				"the table %s is kept by %s, which takes no part in transactions: half an order would stay when something goes wrong", table, stamp.Engine)
		}
	}
	return s.guarded(found)
}

// still checks, in the transaction and before anything is written, that no table was changed since it was studied.
func (w *work) still() error {
	stamps, err := w.conn.dialect.stamps(w.ctx, w.tx, w.tables())
	if err != nil {
		return err
	}
	for table, now := range stamps {
		if w.shape.of(table).stamp != now {
			if err := w.study(w.ctx, w.tx); err != nil {
				return err
			}
			w.shape = *w.stand.Load()
			return nil
		}
	}
	return nil
}

// drifted looks, after a value did not fit, whether the tables are still those that the first write found. Where they are
// not, the record is not at fault, and every other one would be refused as well.
func (s *sink) drifted(ctx context.Context, op string, err error) error {
	first := s.first.Load()
	if first == nil || !s.conn.dialect.misfit(err) {
		return err
	}
	var changes []string
	looked := s.conn.look(ctx, op, func(tx *sqlx.Tx) error {
		now, err := s.conn.dialect.shape(ctx, tx, s.tables())
		changes = nil
		for _, table := range s.tables() {
			changes = append(changes, drift(table, first.of(table), now.of(table))...)
		}
		return err
	})
	if looked != nil || len(changes) == 0 {
		return err
	}
	return s.conn.blame(op, misconfigured("undo the change, or let the configuration follow it and start again", "the database was changed while running: %s: %w", strings.Join(changes, "; "), err))
}

// drift names what differs between two looks at a table.
func drift(table string, was, is *tableShape) (changes []string) {
	if len(is.columns) == 0 && len(was.columns) > 0 {
		return []string{fmt.Sprintf("the table %s is gone", table)}
	}
	for _, c := range was.columns {
		now := is.column(c.Name)
		switch {
		case now == nil:
			changes = append(changes, fmt.Sprintf("%s.%s is gone", table, c.Name))
		case declared(now) != declared(&c):
			changes = append(changes, fmt.Sprintf("%s.%s was %s and is %s", table, c.Name, declared(&c), declared(now)))
		}
	}
	for _, c := range is.columns {
		if was.column(c.Name) == nil {
			changes = append(changes, fmt.Sprintf("%s.%s came, %s", table, c.Name, declared(&c)))
		}
	}
	return changes
}

// declared is a column's declaration for people.
func declared(c *Column) string {
	if c.Nullable {
		return c.Type
	}
	return c.Type + " NOT NULL"
}
