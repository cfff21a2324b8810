package store

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"tradewire/mapping/document"
)

// bodies keeps documents that were read or written lately, the latest revision of each. A revision never changes and its hash is
// part of its name, so that what is kept is true for ever, whoever else decides meanwhile; whether it is still the head is asked
// of the database. Two generations: what is asked for again moves to the younger, the elder is forgotten as a whole.
type bodies struct {
	mu             sync.Mutex
	younger, elder map[document.Ref]revision
}

type revision struct {
	number   int64
	hash     string
	document document.Document
}

// mostBodies bounds a generation.
const mostBodies = 1000

// get is a revision of a document, nil when it is not kept.
func (b *bodies) get(h head) document.Document {
	b.mu.Lock()
	defer b.mu.Unlock()
	ref := document.Ref{Kind: h.Kind, Key: h.DocKey}
	r, young := b.younger[ref]
	if !young {
		r = b.elder[ref]
	}
	if r.number != h.Revision || r.hash != h.Hash {
		return nil
	}
	if !young {
		b.keep(ref, r)
	}
	return r.document
}

// put keeps the document of a head, unless a later one is kept.
func (b *bodies) put(h head, d document.Document) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ref := document.Ref{Kind: h.Kind, Key: h.DocKey}
	if b.younger[ref].number <= h.Revision {
		b.keep(ref, revision{h.Revision, h.Hash, d})
	}
}

func (b *bodies) keep(ref document.Ref, r revision) {
	if _, there := b.younger[ref]; !there && (b.younger == nil || len(b.younger) >= mostBodies) {
		b.elder, b.younger = b.younger, make(map[document.Ref]revision, mostBodies)
	}
	b.younger[ref] = r
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
		if known := s.bodies.get(h); known != nil {
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
			r.Kind = part[0].Kind
			s.bodies.put(r.head, doc)
			found[document.Ref{Kind: part[0].Kind, Key: r.DocKey}] = doc
		}
		return nil
	})
	return found, err
}
