package store

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"tradewire/mapping/document"
)

// bodies keeps documents that were read or written lately. A revision never changes and its hash is part of its name, so
// that what is kept is true for ever, whoever else decides meanwhile; whether it is still the head is asked of the
// database. Two generations: what is asked for again moves to the younger, the elder is forgotten as a whole.
type bodies struct {
	mu             sync.Mutex
	younger, elder map[revisionID]document.Document
}

type revisionID struct {
	kind     document.Kind
	key      string
	revision int64
	hash     string
}

// mostBodies bounds a generation.
const mostBodies = 1000

func (b *bodies) get(id revisionID) document.Document {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d := b.younger[id]; d != nil {
		return d
	}
	d := b.elder[id]
	if d != nil {
		b.keep(id, d)
	}
	return d
}

func (b *bodies) put(id revisionID, d document.Document) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keep(id, d)
}

func (b *bodies) keep(id revisionID, d document.Document) {
	if b.younger == nil || len(b.younger) >= mostBodies {
		b.elder, b.younger = b.younger, make(map[revisionID]document.Document, mostBodies)
	}
	b.younger[id] = d
}

// selecter reads rows: a transaction, or the pool.
type selecter interface {
	SelectContext(ctx context.Context, into any, query string, args ...any) error
}

// documents are the bodies of heads of one kind. A revision never changes, so that one that was read before is not read again.
func (s *Store) documents(ctx context.Context, from selecter, heads []head) (map[document.Ref]document.Document, error) {
	found := make(map[document.Ref]document.Document, len(heads))
	var unread []head
	for _, h := range heads {
		if known := s.bodies.get(revisionID{h.Kind, h.DocKey, h.Revision, h.Hash}); known != nil {
			found[document.Ref{Kind: h.Kind, Key: h.DocKey}] = known
		} else {
			unread = append(unread, h)
		}
	}
	err := inChunks(unread, func(part []head) error {
		query := `SELECT doc_key, revision, hash, body FROM revision WHERE kind = ? AND (doc_key, revision) IN (` +
			s.dialect.pairs + strings.Repeat(", (?, ?)", len(part))[2:] + `)`
		args := []any{part[0].Kind}
		for _, h := range part {
			args = append(args, h.DocKey, h.Revision)
		}
		var rows []struct {
			head
			Body []byte `db:"body"`
		}
		if err := from.SelectContext(ctx, &rows, query, args...); err != nil {
			return err
		}
		for _, r := range rows {
			doc, err := document.Unmarshal(part[0].Kind, r.Body)
			if err != nil {
				return fmt.Errorf("read %s %s revision %d: %w", part[0].Kind, r.DocKey, r.Revision, err)
			}
			s.bodies.put(revisionID{part[0].Kind, r.DocKey, r.Revision, r.Hash}, doc)
			found[document.Ref{Kind: part[0].Kind, Key: r.DocKey}] = doc
		}
		return nil
	})
	return found, err
}
