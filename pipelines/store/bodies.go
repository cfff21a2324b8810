package store

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"tradewire/mapping/document"
)

// revision is a document as it was decided. It never changes, and its hash is part of its name: what is kept of it is true for
// ever, whoever else decides meanwhile; whether it is still the head is asked of the database.
type revision struct {
	number   int64
	hash     string
	document document.Document
}

// mostBodies bounds how many documents are kept at hand, of each its latest revision.
const mostBodies = 1200

// recent keeps documents that were used lately, of each its latest revision, in two generations: what is asked for again moves to
// the younger, the elder is forgotten as a whole.
type recent struct {
	most int // of a generation

	mu             sync.Mutex
	younger, elder map[document.Ref]revision
}

func (k *recent) get(ref document.Ref) (r revision) {
	k.mu.Lock()
	defer k.mu.Unlock()
	r, young := k.younger[ref]
	if young {
		return r
	}
	r, kept := k.elder[ref]
	if kept {
		k.keep(ref, r)
	}
	return r
}

func (k *recent) put(ref document.Ref, r revision) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keep(ref, r)
}

func (k *recent) keep(ref document.Ref, r revision) {
	if _, there := k.younger[ref]; !there && (k.younger == nil || len(k.younger) >= k.most) {
		k.elder, k.younger = k.younger, make(map[document.Ref]revision, k.most)
	}
	k.younger[ref] = r
}

// atHand is the document of a head where it is at hand, nil else.
func (s *Store) atHand(h head) document.Document {
	r := s.bodies.get(document.Ref{Kind: h.Kind, Key: h.DocKey})
	if r.number != h.Revision || r.hash != h.Hash {
		return nil
	}
	return r.document
}

// keepAtHand keeps the document of a head, unless a later one is kept.
func (s *Store) keepAtHand(h head, d document.Document) {
	ref := document.Ref{Kind: h.Kind, Key: h.DocKey}
	if r := s.bodies.get(ref); r.number <= h.Revision {
		s.bodies.put(ref, revision{h.Revision, h.Hash, d})
	}
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
		if known := s.atHand(h); known != nil {
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
			s.keepAtHand(r.head, doc)
			found[document.Ref{Kind: part[0].Kind, Key: r.DocKey}] = doc
		}
		return nil
	})
	return found, err
}
