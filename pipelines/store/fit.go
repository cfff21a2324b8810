package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"unicode/utf8"

	"tradewire/connectors"
)

// longest is how many characters a key, a version or the name of a queue may have. What is longer stops its record alone.
const longest = 190

// fitting is a change that can be kept: one whose key is too long is unreadable, and texts that are only compared are
// shortened so that different ones stay different.
func fitting(c connectors.Change) connectors.Change {
	c.Version, c.Message = shortened(c.Version), shortened(c.Message)
	if utf8.RuneCountInString(c.Key) <= longest {
		return c
	}
	if c.Broken == nil {
		c.Broken = &connectors.Broken{Raw: c.Record.Canonical(), Reason: fmt.Sprintf("its key has %d characters, at most %d are taken",
			utf8.RuneCountInString(c.Key), longest)}
	}
	c.Key, c.Record = shortened(c.Key), nil
	return c
}

// keptOfLong is how much of a record is kept that is longer than the database takes.
const keptOfLong = 16 << 10

// setLongestAside makes the longest record one that cannot be read, so that it stops no other; false when all are short. Its
// beginning is kept: whoever has raised what the database takes lets the source send it again.
func setLongestAside(changes []connectors.Change) bool {
	longest, size := -1, keptOfLong
	for i, c := range changes {
		n := len(c.Record.Canonical())
		if c.Broken != nil {
			n = len(c.Broken.Raw)
		}
		if n > size {
			longest, size = i, n
		}
	}
	if longest < 0 {
		return false
	}
	c := &changes[longest]
	raw := c.Record.Canonical()
	if c.Broken != nil {
		raw = c.Broken.Raw
	}
	c.Broken, c.Record = &connectors.Broken{Raw: raw[:keptOfLong], Reason: fmt.Sprintf("the record has %d bytes, more than the store's server takes at once: "+
		"raise max_allowed_packet there, and let the source send it again; its beginning is kept", size)}, nil
	return true
}

// shortened keeps the beginning of a text, and a hash of all of it.
func shortened(text string) string {
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return string([]rune(text)[:100]) + "..." + hex.EncodeToString(sum[:8])
}
