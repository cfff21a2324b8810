package credit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// deepest is how far a case is nested: the case, a list in it, its elements.
const deepest = 8

// value is what stands in a JSON text, with duplicate keys still to be seen.
type value struct {
	sort   string // text, number, truth, null, list, group
	text   string // of a text or a number, as it was written
	truth  bool
	items  []value
	keys   []string // in the order of the text
	fields map[string]value
	twice  string // a key that is there twice
}

// isA says what was written instead of what should be there.
func (v value) isA() string {
	return map[string]string{"text": "a text", "number": "a number", "truth": "true or false", "null": "null", "list": "a list", "group": "an object"}[v.sort]
}

// valueOf reads one JSON value. Numbers stay as they were written.
func valueOf(text []byte) (value, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	v, err := nextValue(dec, 0)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return v, err
}

func nextValue(dec *json.Decoder, depth int) (value, error) {
	if depth > deepest {
		return value{}, fmt.Errorf("it is nested more than %d deep", deepest)
	}
	token, err := dec.Token()
	if err != nil {
		return value{}, err
	}
	switch t := token.(type) {
	case nil:
		return value{sort: "null"}, nil
	case bool:
		return value{sort: "truth", truth: t}, nil
	case json.Number:
		return value{sort: "number", text: t.String()}, nil
	case string:
		return value{sort: "text", text: t}, nil
	case json.Delim:
		if t == '[' {
			return nextList(dec, depth)
		}
		return nextGroup(dec, depth)
	}
	return value{}, fmt.Errorf("%v is no JSON", token)
}

func nextList(dec *json.Decoder, depth int) (value, error) {
	v := value{sort: "list"}
	for dec.More() {
		one, err := nextValue(dec, depth+1)
		if err != nil {
			return v, err
		}
		v.items = append(v.items, one)
	}
	_, err := dec.Token()
	return v, err
}

func nextGroup(dec *json.Decoder, depth int) (value, error) {
	v := value{sort: "group", fields: map[string]value{}}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return v, err
		}
		key, _ := token.(string)
		one, err := nextValue(dec, depth+1)
		if err != nil {
			return v, err
		}
		if _, there := v.fields[key]; there && v.twice == "" {
			v.twice = key
		}
		v.keys, v.fields[key] = append(v.keys, key), one
	}
	_, err := dec.Token()
	return v, err
}

// FieldError is what is wrong with a case: the first field that is.
type FieldError struct {
	Field string `json:"field"` // order.gross, rates[1].date; $ is the case itself
	What  string `json:"what"`
}

func (e *FieldError) Error() string { return e.Field + ": " + e.What }

// group is an object that is read field by field. Its reader keeps the first fault.
type group struct {
	reader *reader
	path   string
	fields map[string]value
}

type reader struct{ fault *FieldError }

func (r *reader) wrong(field, what string, args ...any) {
	if r.fault == nil {
		r.fault = &FieldError{field, fmt.Sprintf(what, args...)}
	}
}

// open takes an object apart whose keys are all known. The path of the case itself is empty.
func (r *reader) open(v value, path string, known ...string) group {
	g := group{reader: r, path: path, fields: v.fields}
	switch {
	case v.sort != "group":
		r.wrong(g.at(""), "it is %s and should be an object", v.isA())
	case v.twice != "":
		r.wrong(g.at(v.twice), "it is there twice")
	default:
		for _, key := range v.keys {
			if !slices.Contains(known, key) {
				r.wrong(g.at(key), "this field is not known; known are %s", strings.Join(known, ", "))
			}
		}
	}
	return g
}

// at is the name of a field.
func (g group) at(key string) string {
	switch {
	case g.path == "" && key == "":
		return "$"
	case g.path == "" || key == "":
		return g.path + key
	}
	return g.path + "." + key
}

// get is what stands in a field; false when nothing does.
func (g group) get(key string) (value, bool) {
	v, there := g.fields[key]
	return v, there && v.sort != "null"
}

func (g group) wrong(key, what string, args ...any) { g.reader.wrong(g.at(key), what, args...) }

// need says that a field must be there.
func (g group) need(keys ...string) {
	for _, key := range keys {
		if _, there := g.get(key); !there {
			g.wrong(key, "it is missing")
		}
	}
}

// group is an object in a field; without one, an empty object.
func (g group) group(key string, known ...string) group {
	v, there := g.get(key)
	if !there {
		return group{reader: g.reader, path: g.at(key)}
	}
	return g.reader.open(v, g.at(key), known...)
}

// groups are the objects of a list.
func (g group) groups(key string, known ...string) (all []group) {
	v, there := g.get(key)
	if !there {
		return nil
	}
	if v.sort != "list" {
		g.wrong(key, "it is %s and should be a list", v.isA())
		return nil
	}
	for i, item := range v.items {
		all = append(all, g.reader.open(item, g.at(key)+"["+strconv.Itoa(i)+"]", known...))
	}
	return all
}

func (g group) text(key string) string {
	v, there := g.get(key)
	if there && v.sort != "text" {
		g.wrong(key, "it is %s and should be a text in quotes", v.isA())
	}
	return v.text
}

func (g group) truth(key string) bool {
	v, there := g.get(key)
	if there && v.sort != "truth" {
		g.wrong(key, "it is %s and should be true or false", v.isA())
	}
	return v.truth
}

// integer is a whole number from 0, written in digits.
func (g group) integer(key string) int {
	v, there := g.get(key)
	if !there {
		return 0
	}
	n, err := strconv.Atoi(v.text)
	if v.sort != "number" || err != nil || n < 0 || strconv.Itoa(n) != v.text {
		shown := v.isA()
		if v.sort == "number" {
			shown = v.text
		}
		g.wrong(key, "it is %s and should be a whole number from 0", shown)
		return 0
	}
	return n
}
