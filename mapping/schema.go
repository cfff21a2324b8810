package mapping

import (
	"reflect"
	"slices"
	"time"

	"tradewire/config"
	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// Words are the values that a type may take, nil when it takes others than those that are listed.
func Words(t reflect.Type) []string { return words[t] }

// expression is one value of a mapping.
func expression() *config.Schema {
	s := config.Written()
	s.Pattern = `\S`
	return s
}

// Fills are the fields that a mapping which decodes may fill of a kind of document, and those that it must.
func Fills(kind document.Kind) *config.Schema {
	d, err := document.New(kind)
	if err != nil {
		return nil
	}
	return fills(reflect.TypeOf(d).Elem(), nouns[kind], "")
}

func fills(t reflect.Type, n noun, path string) *config.Schema {
	s := &config.Schema{Type: config.Types{"object"}, Properties: map[string]*config.Schema{}, Others: false}
	for _, f := range expr.FieldsOf(t).List {
		if inside, _, _ := partsOf(f.Go); inside == nil || inside.Kind() == reflect.Struct { // a list of bare words cannot be filled
			s.Properties[f.Name] = fill(f, n, under(path, f.Name))
		}
	}
	for _, need := range n.needs {
		if parent, name := split(need); parent == path {
			s.Required = append(s.Required, name)
		}
	}
	return s
}

func fill(f expr.Field, n noun, path string) *config.Schema {
	inside, isList, isTexts := partsOf(f.Go)
	if inside == nil && !isTexts {
		return expression()
	}
	g := config.SchemaOf(group{})
	if isTexts {
		g.Properties["fields"] = &config.Schema{Type: config.Types{"object"}, Others: expression()}
	} else {
		g.Properties["fields"] = fills(inside, n, path)
	}
	if isList {
		g.Required = append(g.Required, "each")
		g.Properties["each"] = expression()
	}
	return g
}

// Writes are the fields that a mapping which encodes may write: any, each an expression or a group of fields.
func Writes() *config.Schema {
	g := config.SchemaOf(group{})
	g.Properties["fields"] = &config.Schema{Ref: "#/definitions/fields"}
	return &config.Schema{Type: config.Types{"object"}, Others: &config.Schema{AnyOf: []*config.Schema{config.Written(), g}}}
}

// Schema is the JSON of a kind of document, for those who read it elsewhere. They must put up with further fields.
func Schema(kind document.Kind) *config.Schema {
	d, err := document.New(kind)
	if err != nil {
		return nil
	}
	v := view{parts: map[string]*config.Schema{}}
	s := v.object(reflect.TypeOf(d).Elem())
	s.Draft, s.Title, s.Definitions = config.Draft, "Tradewire: "+string(kind), v.parts
	return s
}

// view gathers the parts of a document, each described once.
type view struct{ parts map[string]*config.Schema }

func (v view) object(t reflect.Type) *config.Schema {
	s := &config.Schema{Type: config.Types{"object"}, Properties: map[string]*config.Schema{}}
	for _, f := range expr.FieldsOf(t).List {
		s.Properties[f.Name] = v.value(f.Go)
		if option := t.Field(f.Index).Tag.Get("json"); option == f.Name {
			s.Required = append(s.Required, f.Name) // no omitempty and no omitzero: always there
		}
	}
	slices.Sort(s.Required)
	return s
}

func (v view) value(t reflect.Type) *config.Schema {
	switch t {
	case reflect.TypeFor[document.Decimal]():
		return &config.Schema{Type: config.Types{"string"}, Pattern: "^" + document.Decimal{}.Pattern() + "$"}
	case reflect.TypeFor[document.Date]():
		return &config.Schema{Type: config.Types{"string"}, Format: "date"}
	case reflect.TypeFor[time.Time]():
		return &config.Schema{Type: config.Types{"string"}, Format: "date-time"}
	}
	if list := words[t]; list != nil {
		return config.Words(list)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return v.value(t.Elem())
	case reflect.Slice:
		return &config.Schema{Type: config.Types{"array"}, Items: v.value(t.Elem())}
	case reflect.Map:
		return &config.Schema{Type: config.Types{"object"}, Others: v.value(t.Elem())}
	case reflect.Struct:
		if _, known := v.parts[t.Name()]; !known {
			v.parts[t.Name()] = nil // for a part that holds itself
			v.parts[t.Name()] = v.object(t)
		}
		return &config.Schema{Ref: "#/definitions/" + t.Name()}
	case reflect.Bool:
		return &config.Schema{Type: config.Types{"boolean"}}
	case reflect.Int, reflect.Int64:
		return &config.Schema{Type: config.Types{"integer"}}
	}
	return &config.Schema{Type: config.Types{"string"}}
}
