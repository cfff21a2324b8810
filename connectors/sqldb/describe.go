package sqldb

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"
)

// Table is a table or view of the database.
type Table struct {
	Name    string
	Columns []Column
}

// Column is a column of a Table, as it is declared.
type Column struct {
	Name     string
	Type     string
	Nullable bool
	Default  *string // as SQL; nil when there is none
	Primary  bool    // part of the primary key
	Charset  string  // of a text, where the database has several
}

// Describe lists all tables with their columns.
func (c *Connection) Describe(ctx context.Context) ([]Table, error) {
	var tables []Table
	err := c.look(ctx, "describe the tables", func(tx *sqlx.Tx) error {
		tables = nil
		statement, args := c.dialect.columns("")
		rows, err := tx.QueryxContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var table string
			var column Column
			if err := rows.Scan(&table, &column.Name, &column.Type, &column.Nullable, &column.Default, &column.Primary); err != nil {
				return err
			}
			if len(tables) == 0 || tables[len(tables)-1].Name != table {
				tables = append(tables, Table{Name: table})
			}
			last := &tables[len(tables)-1]
			last.Columns = append(last.Columns, column)
		}
		return rows.Err()
	})
	return tables, err
}

// Probe reads nothing but one row's worth of the SELECT, so that a wrong name shows.
func (s *source) Probe(ctx context.Context) error {
	return s.conn.look(ctx, "probe "+s.name, func(tx *sqlx.Tx) error {
		if s.log != nil {
			if err := s.conn.names(ctx, tx, quoteTable(s.log.table), append(s.log.keys(len(s.key)), "seq", "noted_at")); err != nil {
				return s.unprepared(err)
			}
		}
		return s.conn.names(ctx, tx, s.from, s.needed())
	})
}

// errProbed ends a probe's transaction without a trace.
var errProbed = errors.New("probed")

// Probe checks that the tables and columns are there that Write names, that they may be written to, and that the
// effect table is there or can be made. It changes nothing.
func (s *sink) Probe(ctx context.Context) error {
	var wrong error
	err := s.conn.transact(ctx, "probe "+s.target, func(tx *sqlx.Tx) error {
		wrong = s.probe(ctx, tx)
		return errProbed // everything is rolled back
	})
	if wrong == nil && errors.Is(err, errProbed) && s.hold != nil {
		wrong = s.hold.probe(ctx, s.conn)
	}
	if wrong != nil {
		return s.conn.blame("probe "+s.target, wrong)
	}
	if errors.Is(err, errProbed) {
		return nil
	}
	return err
}

func (s *sink) probe(ctx context.Context, tx *sqlx.Tx) error {
	columns := append(append(s.headColumns(), slices.Sorted(maps.Keys(s.keep))...), s.only.columns...)
	for _, n := range s.numbers {
		columns = append(columns, n.column)
	}
	if err := s.conn.names(ctx, tx, quoteTable(s.table), columns); err != nil {
		return err
	}
	for _, table := range s.rows {
		if err := s.conn.names(ctx, tx, quoteTable(table.table), append(append(table.unique(), table.only.columns...), slices.Sorted(maps.Keys(table.keep))...)); err != nil {
			return err
		}
	}
	for _, n := range s.counters() {
		columns := append(slices.Sorted(maps.Keys(n.Where)), n.Column.Value)
		if err := s.conn.names(ctx, tx, quoteTable(n.Counter.Value), columns); err != nil {
			return err
		}
	}
	for _, l := range s.allLookups() {
		if err := s.conn.names(ctx, tx, l.from, l.needed()); err != nil {
			return err
		}
	}
	if err := s.study(ctx, tx); err != nil {
		return err
	}
	if !s.keepsEffects() {
		return nil
	}
	effects := quoteTable(s.effects)
	if s.conn.names(ctx, tx, effects, []string{"revision"}) == nil || !s.conn.dialect.undoesSchema() {
		return nil
	}
	_, err := tx.ExecContext(ctx, s.conn.dialect.effectTable(effects))
	return err
}

// names checks that a table or SELECT has the columns.
func (c *Connection) names(ctx context.Context, tx *sqlx.Tx, from string, columns []string) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+c.list(columns)+" FROM "+from+" AS t WHERE 1 = 0")
	if err != nil {
		return err
	}
	return rows.Close()
}
