package store

import (
	"context"
	"fmt"
	"slices"

	"tradewire/mapping/document"
)

// Moment is how far a store has come.
type Moment struct {
	Change int64 `db:"change_id"` // the last change that was taken in
	Event  int64 `db:"event"`     // the last event of the audit log
	Letter int64 `db:"letter"`    // the last dead letter
}

// Now is how far the store has come now.
func (s *Store) Now(ctx context.Context) (m Moment, err error) {
	return m, s.read.GetContext(ctx, &m, `SELECT (SELECT COALESCE(MAX(id), 0) FROM "change") AS change_id, (SELECT COALESCE(MAX(seq), 0) FROM audit) AS event,
       (SELECT COALESCE(MAX(id), 0) FROM dead_letter) AS letter`)
}

// ChangesSince are the changes of a kind that were taken in since, in their order.
func (s *Store) ChangesSince(ctx context.Context, then Moment, kind document.Kind) ([]ChangeRow, error) {
	var rows []ChangeRow
	err := s.read.SelectContext(ctx, &rows, `
SELECT id, source, kind, record_key, version, taken_at, bucket, reason
  FROM "change"
 WHERE id > ? AND kind = ?
 ORDER BY id`, then.Change, kind)
	if err != nil {
		return nil, fmt.Errorf("read what was taken in: %w", err)
	}
	return rows, nil
}

// Touched are the documents of which something was decided or written since, in the order in which it first was.
func (s *Store) Touched(ctx context.Context, since Moment) ([]document.Ref, error) {
	var rows []struct {
		Kind string `db:"kind"`
		Key  string `db:"doc_key"`
	}
	err := s.read.SelectContext(ctx, &rows, `
SELECT kind, doc_key
  FROM audit
 WHERE seq > ? AND doc_key <> ''
 GROUP BY kind, doc_key
 ORDER BY MIN(seq)`, since.Event)
	if err != nil {
		return nil, fmt.Errorf("read what was touched: %w", err)
	}
	refs := make([]document.Ref, len(rows))
	for i, r := range rows {
		refs[i] = document.Ref{Kind: document.Kind(r.Kind), Key: r.Key}
	}
	return refs, nil
}

// LettersSince are the dead letters that came since and are open.
func (s *Store) LettersSince(ctx context.Context, then Moment) ([]Letter, error) {
	all, err := s.Letters(ctx)
	return slices.DeleteFunc(all, func(l Letter) bool { return l.ID <= then.Letter }), err
}

// StillWaiting are the deliveries that are due, now or later.
func (s *Store) StillWaiting(ctx context.Context) ([]DeliveryRow, error) {
	var rows []DeliveryRow
	err := s.read.SelectContext(ctx, &rows, `
SELECT target, kind, doc_key, revision, state, attempts, reference, reason, hash, moved_at
  FROM delivery
 WHERE state = 'waiting'
 ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read what is due: %w", err)
	}
	return rows, nil
}
