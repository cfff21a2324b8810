package config

import "go.yaml.in/yaml/v3"

// Text is a word or sentence of the configuration which knows where it was written. Expressions, names of
// connections and of columns are Text, so that whoever checks them later can name the place.
type Text struct {
	Value string
	Pos   Pos
}

func (t Text) String() string { return t.Value }

// Field is one entry of a mapping whose order and keys matter: a field and what fills it.
type Field struct {
	Name  Text
	Value Section // a scalar or a nested mapping
}

// Fields keeps the entries of a YAML mapping in the order in which they were written. Keys are unique.
type Fields []Field

// Section is a part of a configuration file that its owner decodes: a driver its settings, a step its policy.
// The zero Section is an absent one.
type Section struct {
	node *yaml.Node
	file string
	dir  string // the folder of tradewire.yaml, where the files of secrets begin
	at   Pos    // of an absent section: where it would have been written
}

// Decode reads the section into what into points to, usually a struct with yaml tags, and reports every fault at
// once: unknown keys (with the nearest known one), wrong types, bad durations, values outside `enum:"a,b"` or
// `min:"1" max:"65535"` or `pattern:"[A-Z]{3}"`, keys that `required:"true"` asks for. `default:"30s"` fills what is absent; an empty value
// is an absent one. `single:"true"` lets a list of one be written without brackets. `private:"true"`
// keeps a value out of what is shown. `choices:"a,b"` tells editors what its owner checks later. `example:"80%"` is shown to those who wrote something else. It knows string, bool, the integers,
// time.Duration, Text, Secret, Section, Fields, pointers to and slices and maps (by string) of these, nested and
// embedded structs, and every type that implements encoding.TextUnmarshaler. There are no floats: a decimal is
// a TextUnmarshaler. Text keeps what was written: 0123 stays 0123.
//
// Duplicate keys, anchors and YAML tags have been reported when the file was parsed. A field of a type that Decode
// does not know is a bug of the caller and panics.
func (s Section) Decode(into any) Faults { return s.decode(into, "") }

// decode is Decode with the name by which faults call the section.
func (s Section) decode(into any, name string) Faults {
	d := decoder{file: s.file, dir: s.dir}
	d.section(s, into, key{name: name})
	return d.faults
}

// Pos is where the section begins; for an absent one, where it would have been written.
func (s Section) Pos() Pos {
	if s.node == nil {
		return s.at
	}
	return Pos{File: s.file, Line: s.node.Line, Col: s.node.Column}
}

// Absent is true for the zero Section, and for a key that is not there or has no value.
func (s Section) Absent() bool { return s.node == nil }

// Scalar is the section as a Text and true, when it is a single value.
func (s Section) Scalar() (Text, bool) {
	if s.node == nil || s.node.Kind != yaml.ScalarNode {
		return Text{}, false
	}
	return Text{Value: s.node.Value, Pos: s.Pos()}, true
}

// Outline is what sort of value was written.
type Outline int

const (
	Single Outline = iota // one value
	Group                 // keys with values
	List
	None // null, or nothing
)

// Outline says what the section is, for owners that take whatever is written: a record of another system.
func (s Section) Outline() Outline {
	switch {
	case s.node == nil || isNull(s.node):
		return None
	case s.node.Kind == yaml.SequenceNode:
		return List
	case s.node.Kind == yaml.MappingNode:
		return Group
	}
	return Single
}

// Blank is true where a value should stand and nothing does: `key:` alone. `null` is not blank.
func (s Section) Blank() bool { return s.node != nil && isNull(s.node) && s.node.Value == "" }

// Quoted is true for a single value that is written in quotes, or as a block of text: a text, whatever stands in it.
func (s Section) Quoted() bool {
	return s.node != nil && s.node.Kind == yaml.ScalarNode && s.node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

// Items are the elements of a list, null ones among them.
func (s Section) Items() []Section {
	if s.Outline() != List {
		return nil
	}
	items := make([]Section, len(s.node.Content))
	for i, node := range s.node.Content {
		items[i] = Section{node: node, file: s.file, dir: s.dir}
	}
	return items
}

// Entries are the keys of a group and their values in the order of the file, null ones among them.
func (s Section) Entries() Fields {
	if s.Outline() != Group {
		return nil
	}
	var entries Fields
	for name, node := range pairs(s.node) {
		entries = append(entries, Field{Name: Text{Value: name.Value, Pos: Pos{File: s.file, Line: name.Line, Col: name.Column}},
			Value: Section{node: node, file: s.file, dir: s.dir}})
	}
	return entries
}

// At is the value of a key, absent when there is none: for naming the place of a value that is no Text.
func (s Section) At(key string) Section {
	none := Section{file: s.file, dir: s.dir, at: s.Pos()}
	if s.node == nil || s.node.Kind != yaml.MappingNode {
		return none
	}
	for i := 0; i+1 < len(s.node.Content); i += 2 {
		if isKey(s.node.Content[i]) && s.node.Content[i].Value == key {
			return s.child(s.node.Content[i+1])
		}
	}
	return none
}

// child is a node inside s as a Section.
func (s Section) child(node *yaml.Node) Section {
	part := Section{node: node, file: s.file, dir: s.dir}
	if isNull(node) {
		return Section{file: s.file, dir: s.dir, at: part.Pos()}
	}
	return part
}

// split parts one key from the others.
func (s Section) split(name string) (only, rest Section) {
	if s.node == nil || s.node.Kind != yaml.MappingNode {
		return s, s
	}
	one, others := *s.node, *s.node
	one.Content, others.Content = nil, nil
	for key, value := range pairs(s.node) {
		side := &others
		if key.Value == name {
			side = &one
		}
		side.Content = append(side.Content, key, value)
	}
	only, rest = s, s
	only.node, rest.node = &one, &others
	return only, rest
}

// isKey is true for a key that a configuration may have; Parse has reported all others.
func isKey(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.Tag != "!!merge" && !isNull(node) && node.Value != ""
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }
