package config

import (
	"reflect"
	"slices"
)

// Shape is what a driver tells of its keys: empty values of the structs that it decodes. Nil means that there is nothing of the
// kind: a folder cannot listen.
type Shape struct {
	Settings any // of a connection, in tradewire.yaml
	Read     any // `read:` of a source
	Listen   any // `listen:` of a source
	Write    any // `write:` of a target
}

// Shapes are what the parts of the program tell of the keys that are theirs. config knows the others itself.
type Shapes struct {
	Known    Known
	Drivers  map[string]Shape
	Policies map[string]any              // by file name without .yaml: an empty policy
	Decodes  map[string]*Schema          // by kind of document: the fields that a mapping fills
	Encodes  *Schema                     // the fields that a mapping writes
	Words    func(reflect.Type) []string // of types whose values are listed
	Tells    Teller                      // what a key means
}

func (s Shapes) drawing() drawing {
	d := drawing{words: s.Words, tell: s.Tells}
	if d.words == nil {
		d.words = func(reflect.Type) []string { return nil }
	}
	return d
}

// Schemas describe every sort of configuration file, each by its path without .yaml: tradewire, pipelines, mappings,
// policies/credit. They are drawn from the plan by which Decode reads the files.
func (s Shapes) Schemas() map[string]*Schema {
	all := map[string]*Schema{
		"tradewire": s.main(),
		"pipelines": s.pipeline(),
		"mappings":  s.mapping(),
		"tests":     s.of(TestFile{}),
	}
	for name, policy := range s.Policies {
		all["policies/"+name] = s.of(policy)
	}
	for name, one := range all {
		one.Draft, one.Title = Draft, "Tradewire: "+name
		if len(one.Required) == 0 {
			one.orNull() // a file that says nothing
		}
	}
	return all
}

func (s Shapes) of(shape any) *Schema {
	t := reflect.TypeOf(shape)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return s.drawing().object(t)
}

// main is tradewire.yaml: each connection has the keys of its driver.
func (s Shapes) main() *Schema {
	whole := s.of(services{})
	connection := s.of(driven{})
	connection.Properties["driver"] = Words(s.Known.Drivers).as(connection.Properties["driver"])
	connection.Others = nil
	for _, driver := range s.Known.Drivers {
		settings := s.of(s.Drivers[driver].Settings)
		settings.Properties["driver"] = &Schema{} // looked at above
		connection.AllOf = append(connection.AllOf, &Schema{If: has("driver", driver), Then: settings})
	}
	whole.Properties["connections"].Others = connection
	return whole
}

// has is true of an object that says so.
func has(key, word string) *Schema {
	return &Schema{Properties: map[string]*Schema{key: {Const: word}}, Required: []string{key}}
}

func (s Shapes) pipeline() *Schema {
	whole := s.of(Pipeline{})
	whole.Properties["steps"].Items = Words(s.Known.Steps)
	source := whole.Properties["sources"].Items
	target := whole.Properties["targets"].Items
	source.Properties["read"] = s.any(func(d Shape) any { return d.Read }).as(source.Properties["read"])
	source.Properties["listen"] = s.any(func(d Shape) any { return d.Listen }).as(source.Properties["listen"])
	target.Properties["write"] = s.any(func(d Shape) any { return d.Write }).as(target.Properties["write"])
	target.Properties["takes"] = Words(s.Known.Kinds).as(target.Properties["takes"])
	target.Properties["render"].Items = Words(s.Known.Renders)
	return whole
}

// as takes over what is said for people.
func (s *Schema) as(before *Schema) *Schema {
	s.Description = before.Description
	return s
}

// any allows what one of the drivers takes: which of them it is stands in another file.
func (s Shapes) any(part func(Shape) any) *Schema {
	one := &Schema{}
	var had []reflect.Type
	for _, driver := range s.Known.Drivers {
		shape := part(s.Drivers[driver])
		if shape == nil || slices.Contains(had, reflect.TypeOf(shape)) {
			continue
		}
		had = append(had, reflect.TypeOf(shape))
		alternative := s.of(shape)
		alternative.Title = "driver: " + driver
		one.AnyOf = append(one.AnyOf, alternative)
	}
	return one.orNull()
}

func (s Shapes) mapping() *Schema {
	whole := s.of(Mapping{})
	for _, way := range []string{"decode", "encode"} {
		whole.Properties[way] = Words(s.Known.Kinds).orNull().as(whole.Properties[way])
	}
	for _, kind := range s.Known.Kinds {
		if fields := s.Decodes[kind]; fields != nil {
			whole.AllOf = append(whole.AllOf, &Schema{If: has("decode", kind), Then: &Schema{Properties: map[string]*Schema{"fields": fields}}})
		}
	}
	if s.Encodes != nil {
		whole.Definitions = map[string]*Schema{"fields": s.Encodes}
		whole.Properties["fields"] = &Schema{Ref: "#/definitions/fields"}
	}
	return whole
}

// SchemaOf is the schema of one struct that Decode fills.
func SchemaOf(shape any, tell Teller) *Schema { return Shapes{Tells: tell}.of(shape) }
