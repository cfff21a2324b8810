package config

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Draft is the edition of JSON Schema that ours are written in: the one that editors know best.
const Draft = "http://json-schema.org/draft-07/schema#"

// Schema is as much of JSON Schema as our files and documents need.
type Schema struct {
	Draft       string             `json:"$schema,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Type        Types              `json:"type,omitempty"`
	Enum        []any              `json:"enum,omitempty"`
	Const       string             `json:"const,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Format      string             `json:"format,omitempty"`
	Minimum     *int64             `json:"minimum,omitempty"`
	Maximum     *int64             `json:"maximum,omitempty"`
	Default     any                `json:"default,omitempty"`
	Examples    []string           `json:"examples,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	Least       int                `json:"minItems,omitempty"`
	Names       *Schema            `json:"propertyNames,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Others      any                `json:"additionalProperties,omitempty"` // false, or the *Schema of keys that are not listed
	Required    []string           `json:"required,omitempty"`
	AnyOf       []*Schema          `json:"anyOf,omitempty"`
	AllOf       []*Schema          `json:"allOf,omitempty"`
	If          *Schema            `json:"if,omitempty"`
	Then        *Schema            `json:"then,omitempty"`
	Definitions map[string]*Schema `json:"definitions,omitempty"`
}

// Types are the types that a value may have. One is written alone.
type Types []string

func (t Types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// Written is a single value as people write it. What looks like a number is taken as the text it is.
func Written() *Schema { return &Schema{Type: Types{"string", "number", "boolean"}} }

// Words is a schema of a text that is one of the words.
func Words(words []string) *Schema {
	s := &Schema{Type: Types{"string"}}
	for _, w := range words {
		s.Enum = append(s.Enum, w)
	}
	return s
}

// orNull also allows that nothing is written behind the key, which means the same as leaving it out.
func (s *Schema) orNull() *Schema {
	if len(s.AnyOf) > 0 {
		s.AnyOf = append(s.AnyOf, &Schema{Type: Types{"null"}})
	}
	if len(s.Type) > 0 {
		s.Type = append(s.Type, "null")
	}
	if len(s.Enum) > 0 {
		s.Enum = append(s.Enum, nil)
	}
	return s
}

// Patterned is a type with an UnmarshalText that can say what it takes, as a regular expression that fits the whole.
type Patterned interface{ Pattern() string }

// drawing makes the schema of what Decode fills, out of the same plan.
type drawing struct {
	words func(reflect.Type) []string // of types whose values are listed; nil for all others
	tell  Teller
}

// Teller says for people what a field of a struct means; an empty field is the struct itself.
type Teller func(t reflect.Type, field string) string

// Tell is what is told, if anybody tells.
func (tell Teller) Tell(t reflect.Type, field string) string {
	if tell == nil {
		return ""
	}
	return tell(t, field)
}

// object is the schema of a struct.
func (d drawing) object(t reflect.Type) *Schema {
	s := &Schema{Type: Types{"object"}, Properties: map[string]*Schema{}, Others: false}
	for _, k := range keysOf(t) {
		owner, field := fieldOf(t, k.index)
		one := d.value(field.Type, k)
		if k.example != "" && len(one.Enum) == 0 {
			one.Examples = []string{k.example}
		}
		one.Description = described(d.tell.Tell(owner, field.Name), span(field.Type, k))
		if k.required {
			s.Required = append(s.Required, k.name)
		} else {
			one.orNull()
		}
		s.Properties[k.name] = one
	}
	return s
}

// fieldOf is a field through embedded structs, and the struct in which it stands.
func fieldOf(t reflect.Type, index []int) (reflect.Type, reflect.StructField) {
	for _, i := range index[:len(index)-1] {
		t = t.Field(i).Type
	}
	return t, t.Field(index[len(index)-1])
}

func (d drawing) value(t reflect.Type, k key) *Schema {
	pointer := reflect.PointerTo(t)
	switch {
	case t == sectionType:
		return &Schema{} // its owner knows; see Shapes
	case t == fieldsType:
		return &Schema{Type: Types{"object"}}
	case t == secretType:
		return &Schema{Type: Types{"string"}, Pattern: secretPattern, Examples: []string{"env:NAME", "file:PATH"}}
	case t == durationType:
		return &Schema{Type: Types{"string"}, Pattern: durationPattern, Default: orNothing(k.fallback)}
	case t != textType && pointer.Implements(unmarshalType):
		return d.unmarshalled(t, k)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.value(t.Elem(), k)
	case reflect.Slice:
		return d.list(t, k)
	case reflect.Map:
		s := &Schema{Type: Types{"object"}, Others: d.value(t.Elem(), k)}
		if words := d.words(t.Key()); words != nil {
			s.Names = Words(words)
		}
		return s
	case reflect.Bool:
		return &Schema{Type: Types{"boolean"}}
	case reflect.Struct:
		if t != textType {
			return d.object(t)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return integer(k)
	}
	return d.text(t, k)
}

func (d drawing) list(t reflect.Type, k key) *Schema {
	one := k
	one.fallback, one.required = "", false
	s := &Schema{Type: Types{"array"}, Items: d.value(t.Elem(), one)}
	if k.fallback != "" {
		s.Default = strings.Split(k.fallback, ",")
	}
	if k.required {
		s.Least = 1
	}
	if k.single {
		s = &Schema{AnyOf: []*Schema{s.Items, s}}
	}
	return s
}

func (d drawing) text(t reflect.Type, k key) *Schema {
	words := k.enum
	if words == nil {
		words = k.choices
	}
	if words == nil {
		words = d.words(t)
	}
	s := Written()
	switch {
	case words != nil:
		s = Words(words)
	case k.pattern != nil:
		s.Pattern = k.pattern.String()
	case k.required:
		s.Pattern = `\S`
	}
	s.Default = orNothing(k.fallback)
	return s
}

func (d drawing) unmarshalled(t reflect.Type, k key) *Schema {
	s := Written()
	if p, ok := reflect.New(t).Interface().(Patterned); ok {
		s.Pattern = "^(?:" + p.Pattern() + ")$"
	}
	s.Default = orNothing(k.fallback)
	return s
}

func integer(k key) *Schema {
	s := &Schema{Type: Types{"integer"}}
	bound := func(text string) *int64 {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return &n
		}
		return nil
	}
	s.Minimum, s.Maximum = bound(k.min), bound(k.max)
	if n := bound(k.fallback); n != nil {
		s.Default = *n
	}
	return s
}

func orNothing(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// described joins what is known of a key.
func described(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.Join(parts, "; ")
}

// span tells the bounds of a span of time, which JSON Schema cannot.
func span(t reflect.Type, k key) string {
	if t != durationType || k.min == "" && k.max == "" {
		return ""
	}
	switch {
	case k.min == "":
		return "at most " + k.max
	case k.max == "":
		return "at least " + k.min
	}
	return k.min + " to " + k.max
}
