package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tradewire/mapping/document"
)

// ErrNoDocument says that nothing is known under that key.
var ErrNoDocument = errors.New("nothing is known under that key")

// Document is a document as it stands now.
func (s *Store) Document(ctx context.Context, ref document.Ref) (document.Document, int64, error) {
	var r struct {
		Revision int64  `db:"revision"`
		Body     []byte `db:"body"`
	}
	err := s.read.GetContext(ctx, &r, `
SELECT h.revision, r.body
  FROM head h
  JOIN revision r ON r.kind = h.kind AND r.doc_key = h.doc_key AND r.revision = h.revision
 WHERE h.kind = ? AND h.doc_key = ?`, ref.Kind, ref.Key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, fmt.Errorf("%s: %w", ref, ErrNoDocument)
	}
	if err != nil {
		return nil, 0, err
	}
	d, err := document.Unmarshal(ref.Kind, r.Body)
	return d, r.Revision, err
}

// Each calls do for every document of a kind as it stands now, in key order.
func (s *Store) Each(ctx context.Context, kind document.Kind, do func(d document.Document, revision int64) error) error {
	after := ""
	for {
		var rows []struct {
			Key      string `db:"doc_key"`
			Revision int64  `db:"revision"`
			Body     []byte `db:"body"`
		}
		err := s.read.SelectContext(ctx, &rows, `
SELECT h.doc_key, h.revision, r.body
  FROM head h
  JOIN revision r ON r.kind = h.kind AND r.doc_key = h.doc_key AND r.revision = h.revision
 WHERE h.kind = ? AND h.doc_key > ?
 ORDER BY h.doc_key
 LIMIT 500`, kind, after)
		if err != nil {
			return fmt.Errorf("read every %s: %w", kind, err)
		}
		for _, r := range rows {
			d, err := document.Unmarshal(kind, r.Body)
			if err != nil {
				return err
			}
			if err := do(d, r.Revision); err != nil {
				return err
			}
			after = r.Key
		}
		if len(rows) < 500 {
			return nil
		}
	}
}

// Outgoing is the document that a delivery takes to its target, as it was decided.
func (s *Store) Outgoing(ctx context.Context, delivery int64) (document.Document, error) {
	var r struct {
		Kind document.Kind `db:"kind"`
		Body []byte        `db:"body"`
	}
	err := s.read.GetContext(ctx, &r, `
SELECT r.kind, r.body
  FROM delivery d
  JOIN revision r ON r.kind = d.kind AND r.doc_key = d.doc_key AND r.revision = d.revision
 WHERE d.id = ?`, delivery)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("delivery %d: %w", delivery, ErrNoDocument)
	}
	if err != nil {
		return nil, err
	}
	return document.Unmarshal(r.Kind, r.Body)
}
