package store

import (
	"sync"

	"tradewire/mapping/document"
)

// bodies keeps documents that were read lately. A revision never changes and its hash is part of its name, so that what
// is kept is true for ever, whoever else decides meanwhile; whether it is still the head is asked of the database.
type bodies struct {
	mu   sync.Mutex
	kept map[revisionID]document.Document
}

type revisionID struct {
	kind     document.Kind
	key      string
	revision int64
	hash     string
}

// mostBodies bounds how many are kept; then all are forgotten at once.
const mostBodies = 1000

func (b *bodies) get(id revisionID) document.Document {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kept[id]
}

func (b *bodies) put(id revisionID, d document.Document) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept == nil || len(b.kept) >= mostBodies {
		b.kept = make(map[revisionID]document.Document)
	}
	b.kept[id] = d
}
