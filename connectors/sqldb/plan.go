package sqldb

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

var (
	_ connectors.Planner = (*sink)(nil)
	_ connectors.Fitter  = (*sink)(nil)
)

// Plan runs what Write would run, reads it back, and takes everything back. A number that the database itself makes is used up by it;
// one of a counter is not.
func (s *sink) Plan(ctx context.Context, entries []connectors.Entry) (steps []string, results []connectors.Result, err error) {
	op := "plan " + s.target
	err = s.conn.transact(ctx, op, func(tx *sqlx.Tx) error {
		steps, results = nil, make([]connectors.Result, len(entries))
		if err := s.study(ctx, tx); err != nil {
			return err
		}
		if err := s.planned(ctx, tx); err != nil {
			return err
		}
		for _, tasks := range s.rounds(entries, results) {
			if err := s.round(ctx, tx, tasks, &steps); err != nil {
				return err
			}
		}
		return errProbed
	})
	for i := range results {
		if results[i].Err != nil {
			results[i].Err = s.conn.blame(op, results[i].Err)
		}
	}
	if err != nil && !errors.Is(err, errProbed) {
		return steps, nil, err
	}
	return steps, results, nil
}

// planned sees that the effect table is there, where making it could not be taken back.
func (s *sink) planned(ctx context.Context, tx *sqlx.Tx) error {
	if !s.keepsEffects() {
		return nil
	}
	effects := quoteTable(s.effects)
	if err := s.conn.names(ctx, tx, effects, []string{"revision"}); err == nil || !s.conn.dialect.missing(err) {
		return err
	}
	if !s.conn.dialect.undoesSchema() {
		return misconfigured("run once, or have it made: "+strings.Join(strings.Fields(s.conn.dialect.effectTable(effects)), " "), "the effect table %s is not there yet", s.effects)
	}
	_, err := tx.ExecContext(ctx, s.conn.dialect.effectTable(effects))
	return err
}

// spelt is a statement with its values, for people.
func spelt(statement string, args []any) string {
	var b strings.Builder
	for i, part := range strings.Split(statement, "?") {
		if i > 0 && i <= len(args) {
			b.WriteString(literal(args[i-1]))
		}
		b.WriteString(part)
	}
	return b.String()
}

func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	return keyText(number(v))
}
