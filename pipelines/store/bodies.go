package store

import (
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
