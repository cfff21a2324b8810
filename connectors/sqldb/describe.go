package sqldb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// Column is a column of a table, as it is declared.
type Column = connectors.Column

var (
	_ connectors.Describer = (*Connection)(nil)
	_ connectors.Sampler   = (*Connection)(nil)
)

// largest is how many tables are described at most.
const largest = 5000

// Describe tells how all tables are made: a handful of statements, however many tables there are, with the right to SELECT.
func (c *Connection) Describe(ctx context.Context) (connectors.Schema, error) {
	var found connectors.Schema
	err := c.look(ctx, "describe the tables", func(tx *sqlx.Tx) (err error) {
		d := description{ctx: ctx, tx: tx, tables: map[string]*connectors.Table{}}
		if err := c.dialect.describe(&d); err != nil {
			return err
		}
		found = d.schema()
		return nil
	})
	return found, err
}

// Sample shows at most max rows of one table.
func (c *Connection) Sample(ctx context.Context, table string, max int) (list []connectors.Record, err error) {
	if err := checkName(table); err != nil {
		return nil, c.blame("sample", misconfigured("ask for a table of the database", "%w", err))
	}
	err = c.look(ctx, "sample "+table, func(tx *sqlx.Tx) error {
		list = nil
		rows, err := c.rows(ctx, tx, query{from: quote(table), rest: " LIMIT ?", args: []any{max}})
		for _, r := range rows {
			list = append(list, r.record)
		}
		return err
	})
	return list, err
}

// description is a description under way.
type description struct {
	ctx    context.Context
	tx     sqlx.QueryerContext
	system string
	names  []string // in the order of the database
	tables map[string]*connectors.Table
	unseen []string
}

// add takes a table in. What belongs to a table that was not taken in is left out.
func (d *description) add(t connectors.Table) {
	if len(d.names) == largest {
		d.unseen = append(d.unseen, fmt.Sprintf("there are more than %d tables: those after %s by name were not read; name a database with fewer in the dsn", largest, d.names[largest-1]))
	}
	if len(d.names) < largest {
		d.tables[t.Name] = &t
	}
	d.names = append(d.names, t.Name)
}

// each runs one statement, whose first column names the table, and take for each of its rows.
func (d *description) each(statement string, args []any, take func(rows *sqlx.Rows) error) error {
	rows, err := d.tx.QueryxContext(d.ctx, statement, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, func() error { return take(rows) })
}

// schema is the whole, sorted.
func (d *description) schema() connectors.Schema {
	s := connectors.Schema{System: d.system, Unseen: d.unseen}
	for _, name := range slices.Sorted(maps.Keys(d.tables)) {
		t := d.tables[name]
		for _, r := range t.References {
			if to := d.tables[r.Table]; to != nil && len(r.To) > 0 && r.To[0] == "" {
				copy(r.To, to.Primary) // the key is meant where no columns are named
			}
		}
		s.Tables = append(s.Tables, *t)
	}
	return s
}

// refer adds a column to a foreign key of a table: the first of one begins it.
func refer(t *connectors.Table, first bool, column, table, to string) {
	if first || len(t.References) == 0 {
		t.References = append(t.References, connectors.Reference{Table: table})
	}
	r := &t.References[len(t.References)-1]
	r.Columns, r.To = append(r.Columns, column), append(r.To, to)
}

// Probe reads nothing but one row's worth of the SELECT, so that a wrong name shows.
func (s *source) Probe(ctx context.Context) error {
	return s.conn.look(ctx, "probe "+s.name, func(tx *sqlx.Tx) error {
		if s.log != nil {
			if err := s.conn.names(ctx, tx, quoteTable(s.log.table), append(s.log.keys(len(s.key)), "seq", "noted_at")); err != nil {
				return s.unprepared(err)
			}
		}
		if err := s.conn.names(ctx, tx, s.from, s.needed()); err != nil || s.open == "" {
			return err
		}
		return s.conn.names(ctx, tx, s.open, s.key)
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
