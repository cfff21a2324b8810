package sim

import (
	"hash/fnv"
	"math/rand/v2"
)

// dice throws once for what the words name. It depends on the seed and the words and on nothing else, so that what
// happens never hangs on timing, on the order of requests, or on how often something was asked.
func dice(seed uint64, words ...string) uint64 {
	h := fnv.New64a()
	var s [8]byte
	for i := range s {
		s[i] = byte(seed >> (8 * i))
	}
	_, _ = h.Write(s[:])
	for _, word := range words {
		_, _ = h.Write([]byte(word))
		_, _ = h.Write([]byte{0})
	}
	// FNV leaves like words near each other; these rounds spread them.
	x := h.Sum64()
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// line is the generator of one line of the story: a change to one line does not reshuffle the others.
func line(seed uint64, name string) *rand.Rand {
	return rand.New(rand.NewPCG(seed, dice(seed, name))) // #nosec G404 -- a story, not a secret
}

// pick is one of the choices.
func pick[T any](r *rand.Rand, choices []T) T { return choices[r.IntN(len(choices))] }

// between is a whole number from low to high, both included.
func between(r *rand.Rand, low, high int64) int64 { return low + r.Int64N(high-low+1) }

// chance is true in percent of all cases.
func chance(r *rand.Rand, percent int) bool { return r.IntN(100) < percent }
