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
}

// Decode reads the section into a struct by its yaml tags and reports every fault at once: unknown keys (with the
// nearest known one), duplicate keys, wrong types, bad durations, values outside `enum:"a,b"`, keys that
// `required:"true"` asks for. `default:"30s"` fills what is absent. It knows string, bool, int, int64,
// time.Duration, Text, Secret, Section, Fields, pointers to and slices and maps (by string) of these, nested
// structs, and every type that implements encoding.TextUnmarshaler.
func (s Section) Decode(into any) Faults { panic("to be written") }

// Pos is where the section begins. Absent is true for the zero Section.
func (s Section) Pos() Pos     { panic("to be written") }
func (s Section) Absent() bool { return s.node == nil }

// Scalar is the section as a Text and true, when it is a single value.
func (s Section) Scalar() (Text, bool) { panic("to be written") }

// Secret is a reference to something that must not stand in a file that people share: `env:NAME` or `file:PATH`.
// It is resolved when it is used, and prints as ***.
type Secret struct {
	ref Text
	dir string
}

// Reveal returns the secret itself.
func (s Secret) Reveal() (string, error) { panic("to be written") }
func (s Secret) String() string          { return "***" }
