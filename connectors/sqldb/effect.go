package sqldb

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// id is what an effect row is about.
type id struct{ target, kind, key string }

// effect is what the database remembers of the last write of an entry.
type effect struct {
	Target    string `db:"target"`
	Kind      string `db:"kind"`
	Key       string `db:"key"`
	Revision  int64  `db:"revision"`
	Hash      string `db:"hash"`
	Reference string `db:"reference"`
	Epoch     int64  `db:"epoch"`
}

// prepare studies the tables, and makes the effect table where it is missing.
func (s *sink) prepare(ctx context.Context, op string) error {
	if s.ready.Load() {
		return nil
	}
	if s.keepsEffects() {
		if err := s.makeEffects(ctx, op); err != nil {
			return err
		}
	}
	err := s.conn.look(ctx, op, func(tx *sqlx.Tx) error { return s.study(ctx, tx) })
	s.ready.Store(err == nil)
	return err
}

func (s *sink) makeEffects(ctx context.Context, op string) error {
	table := quoteTable(s.effects)
	return s.conn.transact(ctx, op, func(tx *sqlx.Tx) error {
		// Asked first, as CREATE TABLE IF NOT EXISTS needs a right that the user may have lost since.
		rows, err := tx.QueryContext(ctx, "SELECT revision FROM "+table+" WHERE 1 = 0")
		if err == nil {
			return rows.Close()
		}
		if !s.conn.dialect.missing(err) {
			return err
		}
		_, err = tx.ExecContext(ctx, s.conn.dialect.effectTable(table))
		return err
	})
}

// recall reads and locks the effect rows of the tasks.
func (w *work) recall(tasks []*task) error {
	byID := make(map[id]*task, len(tasks))
	for _, t := range tasks {
		byID[t.id] = t
	}
	for chunk := range slices.Chunk(tasks, most/2) {
		condition, args := effectsOf(chunk)
		var found []effect
		err := w.tx.SelectContext(w.ctx, &found, "SELECT target, kind, `key`, revision, hash, reference, epoch\n  FROM "+
			quoteTable(w.effects)+"\n WHERE "+condition+w.locking(), args...)
		if w.draft != nil && err != nil && w.conn.dialect.missing(err) {
			return nil // the first write makes the table
		}
		if err != nil {
			return err
		}
		for _, e := range found {
			if t := byID[id{e.Target, e.Kind, e.Key}]; t != nil {
				t.seen = &e
			}
		}
	}
	return nil
}

// effectsOf picks the effect rows of tasks, which mostly are of one target and kind.
func effectsOf(tasks []*task) (string, []any) {
	first := tasks[0].id
	args := []any{first.target, first.kind}
	for _, t := range tasks {
		if t.id.target != first.target || t.id.kind != first.kind {
			return effectsOneByOne(tasks)
		}
		args = append(args, t.id.key)
	}
	return "target = ? AND kind = ? AND `key` IN (" + marks(len(tasks)) + ")", args
}

func effectsOneByOne(tasks []*task) (string, []any) {
	var args []any
	for _, t := range tasks {
		args = append(args, t.id.target, t.id.kind, t.id.key)
	}
	one := "(target = ? AND kind = ? AND `key` = ?)"
	return strings.Join(slices.Repeat([]string{one}, len(tasks)), " OR "), args
}

// due answers what needs no writing and returns the rest.
func (w *work) due(tasks []*task) ([]*task, error) {
	var due []*task
	for _, t := range tasks {
		seen := t.seen
		if seen == nil {
			due = append(due, t)
			continue
		}
		t.result.Reference = seen.Reference
		switch {
		case t.entry.Epoch < seen.Epoch && w.draft == nil: // a plan is made under no lease, and leaves nothing
			// The fence says so of every key, but where the rows are those of an earlier version there is none yet. (Invariant 2)
			return nil, w.overtaken(t.id.target, t, t.entry.Epoch, seen.Epoch)
		case t.entry.Revision < seen.Revision:
			t.result.State = connectors.Superseded
		case t.entry.Revision == seen.Revision && t.hash == seen.Hash:
			t.result.State = connectors.Unchanged
		default:
			due = append(due, t)
		}
	}
	return due, nil
}

// remember writes the effect rows. Those that stood were locked when they were recalled.
func (w *work) remember(tasks []*task) error {
	if !w.keepsEffects() {
		return nil
	}
	now := w.conn.env.Now().UTC().Format(time.RFC3339Nano)
	into := inserts{table: w.effects}
	over := updates{table: w.effects, by: []string{"target", "kind", "key"}, exact: true}
	for _, t := range tasks {
		key := []any{t.id.target, t.id.kind, t.id.key}
		columns := []string{"revision", "hash", "reference", "epoch", "written_at"}
		values := []any{t.entry.Revision, t.hash, t.result.Reference, t.entry.Epoch, now}
		if t.seen == nil {
			into.add(append(slices.Clone(over.by), columns...), append(key, values...))
			continue
		}
		if t.seen.Reference == t.result.Reference { // as ever: it need not be said again
			columns, values = slices.Delete(columns, 2, 3), slices.Delete(values, 2, 3)
		}
		over.add(key, columns, values)
	}
	if err := over.run(w); err != nil {
		return err
	}
	// Where nothing could be locked because nothing stood there yet, the table's key stops the second writer.
	return w.conn.raced(into.run(w))
}
