package folder

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"tradewire/connectors"
)

// checkName wants a plain file name: no folders, nothing hidden, nothing that only looks like one.
func checkName(name string) error {
	if err := connectors.CheckKey(name); err != nil || strings.ContainsAny(name, `/\:`) || strings.HasPrefix(name, ".") || unfinished(name) {
		return refused("%q is not a plain file name", name)
	}
	return nil
}

// fileName makes a file name of a key. Where letters had to be replaced, a piece of the key's hash tells apart what
// would look the same.
func fileName(key string) string {
	const longest = 50 // runes, at most 200 bytes
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_", r) {
			return r
		}
		return '_'
	}, key)
	if runes := []rune(name); len(runes) > longest {
		name = string(runes[:longest])
	}
	if name == key {
		return name
	}
	hash := sha256.Sum256([]byte(key))
	return name + "-" + hex.EncodeToString(hash[:4])
}
