package trial

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/connectors"
)

// sort is what a value of a test is.
type sort int

const (
	null sort = iota
	yesNo
	number
	text
	list
	group
)

func (s sort) String() string {
	return [...]string{"null", "a yes/no value", "a number", "a text", "a list", "a group of fields"}[s]
}

// value is a value as somebody wrote it into a test, with its place. A number is one that JSON would take for a number, kept
// as it is written; whatever stands in quotes is a text, and so is everything else: 0123, 2026-03-02, K0012.
type value struct {
	at    config.Pos
	sort  sort
	text  string // of a single value
	items []value
	names []config.Text // of a group, in the order of the file
	parts []value       // of a group, by the same index
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// read is a section of a test's file as a value.
func read(s config.Section, faults *config.Faults) value {
	v := value{at: s.Pos()}
	switch s.Outline() {
	case config.List:
		v.sort = list
		for _, item := range s.Items() {
			v.items = append(v.items, read(item, faults))
		}
	case config.Group:
		v.sort = group
		for _, entry := range s.Entries() {
			v.names = append(v.names, entry.Name)
			v.parts = append(v.parts, read(entry.Value, faults))
		}
	case config.Single:
		single, _ := s.Scalar()
		v.text, v.sort = single.Value, text
		switch plain := !s.Quoted(); {
		case plain && (single.Value == "true" || single.Value == "false"):
			v.sort = yesNo
		case plain && jsonNumber.MatchString(single.Value):
			v.sort = number
		}
	default:
		if s.Blank() {
			*faults = append(*faults, s.Pos().Fault("empty-value", "there is no value", `write one: "" is the empty text, null is no value at all`))
		}
	}
	return v
}

// taken is a record that was read from a file of JSON, as a value: all of it stands where the test names the file.
func taken(v any, at config.Pos) value {
	switch v := v.(type) {
	case bool:
		return value{at: at, sort: yesNo, text: fmt.Sprint(v)}
	case string:
		return value{at: at, sort: text, text: v}
	case connectors.Number:
		return value{at: at, sort: number, text: string(v)}
	case []any:
		all := value{at: at, sort: list}
		for _, item := range v {
			all.items = append(all.items, taken(item, at))
		}
		return all
	case connectors.Record:
		all := value{at: at, sort: group}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all.names = append(all.names, config.Text{Value: name, Pos: at})
			all.parts = append(all.parts, taken(v[name], at))
		}
		return all
	}
	return value{at: at}
}

// plain is the value as a record of another system holds it.
func (v value) plain() any {
	switch v.sort {
	case yesNo:
		return v.text == "true"
	case number:
		return connectors.Number(v.text)
	case text:
		return v.text
	case list:
		all := make([]any, len(v.items))
		for i := range v.items {
			all[i] = v.items[i].plain()
		}
		return all
	case group:
		return v.record()
	}
	return nil
}

func (v value) record() connectors.Record {
	r := connectors.Record{}
	for i, name := range v.names {
		r[name.Value] = v.parts[i].plain()
	}
	return r
}

// part is the value of a name in a group.
func (v value) part(name string) (value, bool) {
	for i := range v.names {
		if v.names[i].Value == name {
			return v.parts[i], true
		}
	}
	return value{}, false
}

// over is base with what v says in its place: of groups field by field, of lists element by element, of all else whole.
func (v value) over(base value) value {
	switch {
	case v.sort == group && base.sort == group:
		all := base
		all.at = v.at
		all.names, all.parts = slices.Clone(base.names), slices.Clone(base.parts)
		for i, name := range v.names {
			at := slices.IndexFunc(all.names, func(n config.Text) bool { return n.Value == name.Value })
			if at < 0 {
				all.names, all.parts = append(all.names, name), append(all.parts, v.parts[i])
				continue
			}
			all.parts[at] = v.parts[i].over(all.parts[at])
		}
		return all
	case v.sort == list && base.sort == list:
		all := v
		all.items = slices.Clone(v.items)
		for i := range min(len(v.items), len(base.items)) {
			all.items[i] = v.items[i].over(base.items[i])
		}
		return all
	}
	return v
}

// without is the value without some of its fields; ok is false when one is not there.
func (v value) without(name string) (value, bool) {
	at := slices.IndexFunc(v.names, func(n config.Text) bool { return n.Value == name })
	if at < 0 {
		return v, false
	}
	v.names, v.parts = slices.Delete(slices.Clone(v.names), at, at+1), slices.Delete(slices.Clone(v.parts), at, at+1)
	return v, true
}

// shown is a value as differences print it.
func (v value) shown() string {
	switch v.sort {
	case text:
		return quoted(v.text)
	case null:
		return "null"
	case list:
		return fmt.Sprintf("a list of %d", len(v.items))
	case group:
		return "the fields " + strings.Join(namesOf(v.names), ", ")
	}
	return v.text
}

func namesOf(names []config.Text) []string {
	plain := make([]string, len(names))
	for i := range names {
		plain[i] = names[i].Value
	}
	return plain
}

// quoted is a text in quotes, whole: where it differs may be its last character.
func quoted(s string) string {
	if b, err := json.Marshal(s); err == nil && strings.IndexFunc(s, hidden) < 0 {
		return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(b))
	}
	return fmt.Sprintf("%+q", s)
}
