package store

import "sync"

// recent keeps what was used lately, in two generations: what is asked for again moves to the younger, the elder is forgotten as
// a whole. What is kept must be true for ever, or be checked by who asks.
type recent[K comparable, V any] struct {
	most int // of a generation

	mu             sync.Mutex
	younger, elder map[K]V
}

func (r *recent[K, V]) get(key K) (value V, kept bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if value, kept = r.younger[key]; kept {
		return value, true
	}
	if value, kept = r.elder[key]; kept {
		r.keep(key, value)
	}
	return value, kept
}

func (r *recent[K, V]) put(key K, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(key, value)
}

func (r *recent[K, V]) keep(key K, value V) {
	if _, there := r.younger[key]; !there && (r.younger == nil || len(r.younger) >= r.most) {
		r.elder, r.younger = r.younger, make(map[K]V, r.most)
	}
	r.younger[key] = value
}
