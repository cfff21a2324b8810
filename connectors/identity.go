package connectors

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Identity names the fields of a record that say which record it is. Fields are dotted paths.
type Identity struct {
	Key     string `yaml:"key" required:"true" example:"id"`
	Version string `yaml:"version"` // empty: the source has no versions
	At      string `yaml:"at"`      // RFC 3339; empty: the source does not say when
}

// Read makes a Change of one record as it came. A record that cannot be read, or does not say which one it is, is a
// Broken change with as good a key as can be found in it.
func (id Identity) Read(kind string, raw []byte, limits Limits) Change {
	record, err := ParseRecord(raw, limits)
	if err != nil {
		c := Change{Kind: kind, Broken: &Broken{Raw: raw, Reason: err.Error()}}
		p := parser{data: raw, depth: limits.Depth, tolerant: true}
		p.space()
		v, _ := p.value(0, nil)
		if readable, ok := v.(Record); ok {
			c.Key = id.goodKey(readable)
		}
		return c
	}
	return id.Of(kind, record, raw)
}

// Of makes a Change of a record; raw is what becomes of it when it does not say which one it is.
func (id Identity) Of(kind string, record Record, raw []byte) Change {
	c := Change{Kind: kind, Record: record}
	key, err := id.word(record, id.Key)
	if err == nil {
		c.Key, err = key, CheckKey(key)
	}
	if err == nil && id.Version != "" {
		c.Version, err = id.word(record, id.Version)
	}
	if err != nil {
		return Change{Kind: kind, Key: id.goodKey(record), Broken: &Broken{Raw: raw, Reason: err.Error()}}
	}
	if v, ok := record.Find(id.At); ok {
		if text, ok := v.(string); ok {
			c.At, _ = time.Parse(time.RFC3339, text) // what is not understood is not said: At stays zero
			c.At = c.At.UTC()
		}
	}
	return c
}

func (id Identity) word(record Record, path string) (string, error) {
	v, ok := record.Find(path)
	if !ok {
		return "", fmt.Errorf("the record has no %q", path)
	}
	switch v := v.(type) {
	case string:
		if v != "" {
			return v, nil
		}
		return "", fmt.Errorf("%q is empty", path)
	case Number:
		return string(v), nil
	}
	return "", fmt.Errorf("%q is %s, not a text or a number", path, described(v))
}

// goodKey is the key of a broken record, empty when it has none that can be trusted.
func (id Identity) goodKey(record Record) string {
	key, err := id.word(record, id.Key)
	if err != nil || CheckKey(key) != nil {
		return ""
	}
	return key
}

// Find is the value at a dotted path, and whether there is one. An empty path finds nothing. A key that holds the
// dot itself is found first.
func (r Record) Find(path string) (any, bool) {
	if path == "" || r == nil {
		return nil, false
	}
	if v, ok := r[path]; ok {
		return v, true
	}
	for i := range len(path) {
		if path[i] != '.' {
			continue
		}
		if inner, ok := r[path[:i]].(Record); ok {
			return inner.Find(path[i+1:])
		}
	}
	return nil, false
}

// longestKey bounds a key's bytes.
const longestKey = 200

// CheckKey says what is wrong with a record's key from outside: keys become file names, URLs and lines in logs, and
// people compare them by eye.
func CheckKey(key string) error {
	switch {
	case key == "":
		return errors.New("the key is empty")
	case len(key) > longestKey:
		return fmt.Errorf("the key has %d bytes, at most %d are taken", len(key), longestKey)
	case !utf8.ValidString(key):
		return errors.New("the key is not UTF-8")
	case strings.TrimSpace(key) != key:
		return fmt.Errorf("the key %q begins or ends with a space", key)
	case strings.Contains(key, "..") || key == ".":
		return fmt.Errorf("the key %q looks like a path", key)
	case strings.ContainsAny(key, "'\"`\\"):
		return fmt.Errorf("the key %q holds a quote or a backslash", key)
	case !norm.NFC.IsNormalString(key):
		return fmt.Errorf("the key %q is not in Unicode's composed form (NFC)", key)
	}
	for _, r := range key {
		if r != ' ' && !unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r) {
			return fmt.Errorf("the key %q holds a character that does not print", key)
		}
		if r >= 0xff00 && r <= 0xffef {
			return fmt.Errorf("the key %q holds the full-width character %q", key, r)
		}
	}
	return nil
}
