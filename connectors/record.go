package connectors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Record is a record in another system's words. Its values are nil, bool, string, Number, []any of these, or Record.
// Nothing else: no float64, no time.Time. A date stays the text or number that the other system uses; mapping reads it.
type Record map[string]any

// Number is a number as text, exactly as the other system wrote it: "12.50" stays "12.50".
type Number string

// Canonical is the record as JSON with sorted keys and numbers as they came: equal records give equal bytes.
// It panics on a value that a Record may not hold, which is a bug in a connector.
func (r Record) Canonical() []byte {
	var b bytes.Buffer
	canonical(&b, r)
	return b.Bytes()
}

// Hash is the SHA-256 of the canonical form, in hex.
func (r Record) Hash() string {
	sum := sha256.Sum256(r.Canonical())
	return hex.EncodeToString(sum[:])
}

func canonical(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case string:
		text(b, v)
	case Number:
		b.WriteString(string(v))
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			canonical(b, item)
		}
		b.WriteByte(']')
	case Record:
		keys := slices.AppendSeq(make([]string, 0, len(v)), maps.Keys(v))
		slices.Sort(keys)
		b.WriteByte('{')
		for i, k := range keys {
			if i > 0 {
				b.WriteByte(',')
			}
			text(b, k)
			b.WriteByte(':')
			canonical(b, v[k])
		}
		b.WriteByte('}')
	default:
		panic(fmt.Sprintf("a Record may not hold a %T", v))
	}
}

func text(b *bytes.Buffer, s string) {
	if plain(s) {
		b.WriteByte('"')
		b.WriteString(s)
		b.WriteByte('"')
		return
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string always encodes
	}
	b.Truncate(b.Len() - 1) // Encode ends with a newline
}

// plain says that JSON writes a text as it is: most are short and of plain letters.
func plain(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
