package connectors

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits bound what one body from outside may hold.
type Limits struct {
	Bytes int // longest body
	Depth int // deepest nesting
}

// DefaultLimits are the limits of a webhook body or a line in a file.
var DefaultLimits = Limits{Bytes: 1 << 20, Depth: 64}

// ParseJSON reads exactly one JSON value and refuses what encoding/json lets through: keys that stand twice or differ
// only in case, invalid UTF-8, lone surrogates, absurd numbers. Objects become Record, numbers become Number with
// their text untouched. The error says where and what, in words for the sender.
func ParseJSON(data []byte, limits Limits) (any, error) {
	p := parser{data: data, depth: limits.Depth}
	if err := p.begin(limits); err != nil {
		return nil, err
	}
	v, err := p.value(0, nil)
	if err != nil {
		return nil, err
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	return v, nil
}

// ParseRecord is ParseJSON for a body that must be one object.
func ParseRecord(data []byte, limits Limits) (Record, error) {
	v, err := ParseJSON(data, limits)
	if err != nil {
		return nil, err
	}
	record, ok := v.(Record)
	if !ok {
		return nil, fmt.Errorf("the body is %s, not an object", described(v))
	}
	return record, nil
}

// described is what a value is, for people.
func described(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "true or false"
	case string:
		return "a text"
	case Number:
		return "a number"
	case []any:
		return "a list"
	}
	return "an object"
}

// parseError is one mistake in a body. The path grows as the parser returns.
type parseError struct {
	offset int
	path   string
	reason string
}

func (e *parseError) Error() string {
	if e.path == "" {
		return fmt.Sprintf("byte %d: %s", e.offset, e.reason)
	}
	return fmt.Sprintf("byte %d: %s in %s", e.offset, e.reason, e.path)
}

// within puts a key or an index before the path of an error that comes from there.
func (e *parseError) within(step string) *parseError {
	switch {
	case e.path == "" || e.path[0] == '[':
		e.path = step + e.path
	default:
		e.path = step + "." + e.path
	}
	return e
}

// parser reads one body. A tolerant one reads on over what is wrong, to find a broken record's key.
type parser struct {
	data     []byte
	at       int
	depth    int
	tolerant bool
	found    bool     // the list was met
	elements [][]byte // of the list, as they came
}

func (p *parser) wrong(format string, args ...any) *parseError {
	return &parseError{offset: p.at, reason: fmt.Sprintf(format, args...)}
}

func (p *parser) begin(limits Limits) error {
	if len(p.data) > limits.Bytes {
		return fmt.Errorf("the body has %d bytes, at most %d are taken", len(p.data), limits.Bytes)
	}
	if p.space(); p.at == len(p.data) {
		return fmt.Errorf("the body is empty")
	}
	return nil
}

func (p *parser) end() error {
	if p.space(); p.at < len(p.data) {
		return p.wrong("something follows the end of the value: %s", p.next())
	}
	return nil
}

func (p *parser) space() {
	for p.at < len(p.data) && strings.IndexByte(" \t\r\n", p.data[p.at]) >= 0 {
		p.at++
	}
}

// peek is the next byte, 0 at the end of the body.
func (p *parser) peek() byte {
	if p.at < len(p.data) {
		return p.data[p.at]
	}
	return 0
}

// next is what stands at the parser's place, for an error.
func (p *parser) next() string {
	if p.at >= len(p.data) {
		return "the end of the body"
	}
	r, _ := utf8.DecodeRune(p.data[p.at:])
	return strconv.QuoteRune(r)
}

// value reads one value. list is the rest of the path to the list that is only split; nil when the value is not on
// the way there.
func (p *parser) value(depth int, list []string) (any, *parseError) {
	if list != nil && len(list) == 0 {
		return nil, p.split()
	}
	if depth >= p.depth && (p.peek() == '{' || p.peek() == '[') {
		return nil, p.wrong("the nesting is deeper than %d", p.depth)
	}
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth+1, list)
	case c == '[':
		return p.array(depth + 1)
	case c == '"':
		return p.text()
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	for word, v := range words {
		if strings.HasPrefix(string(p.data[p.at:min(len(p.data), p.at+len(word))]), word) {
			p.at += len(word)
			return v, nil
		}
	}
	return nil, p.wrong("a value is due, not %s", p.next())
}

var words = map[string]any{"null": nil, "true": true, "false": false}

func (p *parser) object(depth int, list []string) (any, *parseError) {
	record, spelled := Record{}, map[string]string{}
	p.at++
	for p.space(); p.peek() != '}'; p.space() {
		if len(spelled) > 0 {
			if p.peek() != ',' {
				return record, p.wrong("a comma or the end of the object is due, not %s", p.next())
			}
			p.at++
			p.space()
		}
		key, err := p.text()
		if err != nil {
			return record, err
		}
		first, twice := spelled[folded(key)]
		switch {
		case p.tolerant:
		case first == key && twice:
			return nil, p.wrong("the key %q stands twice", key)
		case twice:
			return nil, p.wrong("the keys %q and %q differ only in case", first, key)
		}
		spelled[folded(key)] = key
		if p.space(); p.peek() != ':' {
			return record, p.wrong("a colon is due after the key %q, not %s", key, p.next())
		}
		p.at++
		p.space()
		v, err := p.value(depth, onTheWay(list, key))
		if err != nil {
			return record, err.within(key)
		}
		if p.tolerant && twice {
			v = nil // which of the two is meant cannot be known
		}
		record[key] = v
	}
	p.at++
	return record, nil
}

// onTheWay is the rest of the path to the list behind the key, nil when the list is not there.
func onTheWay(list []string, key string) []string {
	if len(list) > 0 && list[0] == key {
		return list[1:]
	}
	return nil
}

func (p *parser) array(depth int) (any, *parseError) {
	items := []any{}
	p.at++
	for p.space(); p.peek() != ']'; p.space() {
		if len(items) > 0 {
			if p.peek() != ',' {
				return items, p.wrong("a comma or the end of the list is due, not %s", p.next())
			}
			p.at++
			p.space()
		}
		v, err := p.value(depth, nil)
		if err != nil {
			return items, err.within(fmt.Sprintf("[%d]", len(items)))
		}
		items = append(items, v)
	}
	p.at++
	return items, nil
}

// folded is one spelling for all keys that readers elsewhere take for the same.
func folded(key string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, key)
}
