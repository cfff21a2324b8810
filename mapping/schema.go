package mapping

import (
	"reflect"
	"slices"
	"time"

	"tradewire/config"
	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// expression is one value of a mapping.
func expression() *config.Schema {
	s := config.Written()
	s.Pattern = `\S`
	return s
}

// Fills are the fields that a mapping which decodes may fill of a kind of document, and those that it must.
func Fills(kind document.Kind, tell config.Teller) *config.Schema {
	d, err := document.New(kind)
	if err != nil {
		return nil
	}
	return filling{nouns[kind], tell}.fields(reflect.TypeOf(d).Elem(), "")
}

// filling describes what a mapping fills, as shapePlan plans it.
type filling struct {
	noun
	tell config.Teller
}

func (n filling) fields(t reflect.Type, path string) *config.Schema {
	s := &config.Schema{Type: config.Types{"object"}, Properties: map[string]*config.Schema{}, Others: false}
	for _, f := range expr.FieldsOf(t).List {
		if inside, _, _ := partsOf(f.Go); fillable(inside) {
			one := n.field(f, under(path, f.Name))
			one.Description = n.tell.Tell(t, t.Field(f.Index).Name)
			s.Properties[f.Name] = one
		}
	}
	for _, need := range n.needs {
		if parent, name := split(need); parent == path {
			s.Required = append(s.Required, name)
		}
	}
	return s
}

func (n filling) field(f expr.Field, path string) *config.Schema {
	inside, isList, isTexts := partsOf(f.Go)
	if inside == nil && !isTexts {
		return expression()
	}
	g := config.SchemaOf(group{}, n.tell)
	if isTexts {
		g.Properties["fields"] = &config.Schema{Type: config.Types{"object"}, Others: expression()}
	} else {
		g.Properties["fields"] = n.fields(inside, path)
	}
	if isList {
		each := expression()
		each.Description = g.Properties["each"].Description
		g.Properties["each"] = each
		g.Required = append(g.Required, "each")
	}
	return g
}

// Writes are the fields that a mapping which encodes may write: any, each an expression or a group of fields.
func Writes(tell config.Teller) *config.Schema {
	g := config.SchemaOf(group{}, tell)
	g.Properties["fields"] = &config.Schema{Ref: "#/definitions/fields"}
	return &config.Schema{Type: config.Types{"object"}, Others: &config.Schema{AnyOf: []*config.Schema{config.Written(), g}}}
}

// Schema is the JSON of a kind of document, for those who read it elsewhere. They must put up with further fields.
func Schema(kind document.Kind, tell config.Teller) *config.Schema {
	d, err := document.New(kind)
	if err != nil {
		return nil
	}
	v := view{map[string]*config.Schema{}, tell}
	s := v.object(reflect.TypeOf(d).Elem())
	s.Draft, s.Title, s.Definitions = config.Draft, "Tradewire: "+string(kind), v.parts
	return s
}

// view gathers the parts of a document, each described once.
type view struct {
	parts map[string]*config.Schema
	tell  config.Teller
}

func (v view) object(t reflect.Type) *config.Schema {
	s := &config.Schema{Type: config.Types{"object"}, Properties: map[string]*config.Schema{}, Description: v.tell.Tell(t, "")}
	for _, f := range expr.FieldsOf(t).List {
		field := t.Field(f.Index)
		one := v.value(field.Type)
		if told := v.tell.Tell(t, field.Name); told != "" && one.Ref != "" {
			one = &config.Schema{Description: told, AllOf: []*config.Schema{one}} // beside $ref nothing is read
		} else {
			one.Description = told
		}
		s.Properties[f.Name] = one
		if field.Tag.Get("json") == f.Name {
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
