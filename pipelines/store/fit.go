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

// shortened keeps the beginning of a text, and a hash of all of it.
func shortened(text string) string {
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return string([]rune(text)[:100]) + "..." + hex.EncodeToString(sum[:8])
}
