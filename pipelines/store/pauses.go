package store

import (
	"context"
	"time"

	"tradewire/connectors"
)

// Pause is a source or target that is left alone for a while.
type Pause struct {
	Place    string
	Until    time.Time
	Since    time.Time
	Failures int
	Kind     connectors.Kind
	Reason   string
}

type pauseRow struct {
	Place    string `db:"place"`
	Until    string `db:"until"`
	Since    string `db:"since"`
	Failures int    `db:"failures"`
	Kind     string `db:"kind"`
	Reason   string `db:"reason"`
}

// Pauses are the places that are paused or failing, by name.
func (s *Store) Pauses(ctx context.Context) (map[string]Pause, error) {
	var rows []pauseRow
	err := s.read.SelectContext(ctx, &rows, `SELECT place, until, since, failures, kind, reason FROM pause ORDER BY place`)
	pauses := make(map[string]Pause, len(rows))
	for _, r := range rows {
		pauses[r.Place] = Pause{r.Place, parseStamp(r.Until), parseStamp(r.Since), r.Failures, connectors.Kind(r.Kind), r.Reason}
	}
	return pauses, err
}

// Pause leaves a place alone until then. It costs no letter an attempt. (Invariant 4.)
func (s *Store) Pause(ctx context.Context, p Pause) error {
	return s.transact(ctx, func(tx *txn) error {
		_, err := tx.ExecContext(ctx, `
INSERT INTO pause (place, until, since, failures, kind, reason)
VALUES (?, ?, ?, ?, ?, ?)`+s.dialect.upsert("place", "until", "since", "failures", "kind", "reason"),
			p.Place, stamp(p.Until), stamp(p.Since), p.Failures, p.Kind, legible(p.Reason))
		return err
	})
}

// Resume forgets a pause.
func (s *Store) Resume(ctx context.Context, place string) error {
	return s.transact(ctx, func(tx *txn) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM pause WHERE place = ?`, place)
		return err
	})
}
