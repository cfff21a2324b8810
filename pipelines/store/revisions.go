package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/mapping/document"
)

// pastPage is how many documents are read at once, with all their revisions.
const pastPage = 100

// EachPast calls do for every document of a kind that was decided since, with all its revisions, oldest first, in key order. What is
// kept in memory are the revisions of a page.
func (s *Store) EachPast(ctx context.Context, kind document.Kind, since time.Time, do func(key string, revisions []RevisionRow) error) error {
	after := ""
	for {
		var keys []string
		err := s.read.SelectContext(ctx, &keys, `
SELECT doc_key
  FROM head
 WHERE kind = ? AND doc_key > ? AND decided_at >= ?
 ORDER BY doc_key
 LIMIT ?`, kind, after, stamp(since), pastPage)
		if err != nil {
			return fmt.Errorf("read every %s: %w", kind, err)
		}
		if len(keys) == 0 {
			return nil
		}
		past, err := s.pastOf(ctx, kind, keys)
		if err != nil {
			return fmt.Errorf("read the past of every %s: %w", kind, err)
		}
		for _, key := range keys {
			if err := do(key, past[key]); err != nil {
				return err
			}
		}
		after = keys[len(keys)-1]
		if len(keys) < pastPage {
			return nil
		}
	}
}

func (s *Store) pastOf(ctx context.Context, kind document.Kind, keys []string) (map[string][]RevisionRow, error) {
	query, args, err := sqlx.In(`
SELECT doc_key, revision, decided_at, body
  FROM revision
 WHERE kind = ? AND doc_key IN (?)
 ORDER BY doc_key, revision`, kind, keys)
	if err != nil {
		return nil, err
	}
	rows, err := s.read.QueryxContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	past := make(map[string][]RevisionRow, len(keys))
	for rows.Next() {
		var r struct {
			Key       string `db:"doc_key"`
			Revision  int64  `db:"revision"`
			DecidedAt string `db:"decided_at"`
			Body      []byte `db:"body"`
		}
		if err := rows.StructScan(&r); err != nil {
			return nil, err
		}
		d, err := document.Unmarshal(kind, r.Body)
		if err != nil {
			return nil, fmt.Errorf("%s revision %d: %w", r.Key, r.Revision, err)
		}
		past[r.Key] = append(past[r.Key], RevisionRow{r.Revision, parseStamp(r.DecidedAt), d})
	}
	return past, s.explain(rows.Err())
}
