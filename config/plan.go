package config

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"
)

// key is one key that a struct knows, as its tags describe it.
type key struct {
	name     string
	index    []int // of the field, through embedded structs
	required bool
	fallback string // the tag default
	enum     []string
	min, max string
	pattern  *regexp.Regexp // what a single value must look like
	example  string
	single   bool     // of a list: one entry may be written without brackets
	private  bool     // its values are never shown
	choices  []string // for editors: what the owner of the struct takes, who also says what is wrong with others
}

// studied are the keys of the structs that were asked for: a saved schema holds thousands of columns.
var studied sync.Map // reflect.Type -> []key

// keysOf are the keys of a struct in the order of its fields. Fields without a yaml tag are no keys.
func keysOf(t reflect.Type) []key {
	if keys, ok := studied.Load(t); ok {
		return keys.([]key)
	}
	keys := study(t)
	studied.Store(t, keys)
	return keys
}

func study(t reflect.Type) []key {
	var keys []key
	for i := range t.NumField() {
		field := t.Field(i)
		name, option, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case name == "-":
		case name != "" && field.IsExported():
			keys = append(keys, keyOf(t, field, name))
		case field.Type.Kind() == reflect.Struct && (option == "inline" || field.Anonymous && name == ""):
			for _, inner := range keysOf(field.Type) {
				inner.index = append([]int{i}, inner.index...)
				keys = append(keys, inner)
			}
		}
	}
	return keys
}

func keyOf(t reflect.Type, field reflect.StructField, name string) key {
	if !decodable(field.Type) {
		panic(fmt.Sprintf("config: the field %s of %s has the type %s, which Decode does not know", field.Name, t, field.Type))
	}
	k := key{
		name:     name,
		index:    field.Index,
		required: field.Tag.Get("required") == "true",
		fallback: field.Tag.Get("default"),
		min:      field.Tag.Get("min"),
		max:      field.Tag.Get("max"),
		example:  field.Tag.Get("example"),
		single:   field.Tag.Get("single") == "true",
		private:  field.Tag.Get("private") == "true",
	}
	if list := field.Tag.Get("choices"); list != "" {
		k.choices = strings.Split(list, ",")
	}
	if pattern := field.Tag.Get("pattern"); pattern != "" {
		k.pattern = regexp.MustCompile("^(?:" + pattern + ")$")
	}
	if list := field.Tag.Get("enum"); list != "" {
		k.enum = strings.Split(list, ",")
	}
	return k
}

var (
	textType      = reflect.TypeFor[Text]()
	secretType    = reflect.TypeFor[Secret]()
	sectionType   = reflect.TypeFor[Section]()
	fieldsType    = reflect.TypeFor[Fields]()
	durationType  = reflect.TypeFor[time.Duration]()
	unmarshalType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// decodable says whether Decode knows the type.
func decodable(t reflect.Type) bool {
	switch t {
	case textType, secretType, sectionType, fieldsType, durationType:
		return true
	}
	if reflect.PointerTo(t).Implements(unmarshalType) {
		return true
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return decodable(t.Elem())
	case reflect.Map:
		return t.Key().Kind() == reflect.String && decodable(t.Elem())
	case reflect.Struct, reflect.String, reflect.Bool:
		return true
	}
	return isInteger(t)
}

func isInteger(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return true
	}
	return false
}

func names(keys []key) []string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = k.name
	}
	return list
}
