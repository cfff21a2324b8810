package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// decoder walks a part of a file and a Go value side by side and collects what does not fit.
type decoder struct {
	file   string
	dir    string
	faults Faults
}

func (d *decoder) place(node *yaml.Node) Pos {
	return Pos{File: d.file, Line: node.Line, Col: node.Column}
}

func (d *decoder) fault(node *yaml.Node, code, what, fix string) {
	d.faults = append(d.faults, d.place(node).Fault(code, what, fix))
}

// section decodes s as a whole. An absent section is read like an empty one, so that its owner gets its defaults
// and the operator hears what is required.
func (d *decoder) section(s Section, into any, k key) {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() || !decodable(v.Type().Elem()) {
		panic(fmt.Sprintf("config: Decode cannot fill a %T", into))
	}
	switch node := s.node; {
	case node != nil:
		d.value(v.Elem(), node, k)
	case v.Elem().Kind() == reflect.Struct && !isLeaf(v.Elem().Type()):
		d.structure(v.Elem(), &yaml.Node{Kind: yaml.MappingNode, Line: s.at.Line, Column: s.at.Col}, k)
	}
}

// isLeaf is true for the structs that Decode fills in their own way.
func isLeaf(t reflect.Type) bool {
	return t == textType || t == secretType || t == sectionType || reflect.PointerTo(t).Implements(unmarshalType)
}

// value fills v from node. k says how the value is called and what it may be.
func (d *decoder) value(v reflect.Value, node *yaml.Node, k key) {
	if node.Kind == yaml.AliasNode {
		return // parse has reported it
	}
	if _, section := v.Addr().Interface().(*Section); isUndecided(node) && !section {
		return // parse has reported it
	}
	switch into := v.Addr().Interface().(type) {
	case *Section:
		*into = Section{file: d.file, dir: d.dir}.child(node)
	case *Fields:
		d.fields(into, node, k)
	case *Text:
		if text, ok := d.scalar(node, k); ok {
			*into = text
		}
	case *Secret:
		d.secret(into, node, k)
	case *time.Duration:
		d.duration(into, node, k)
	case encoding.TextUnmarshaler:
		d.unmarshal(into, node, k)
	default:
		d.kind(v, node, k)
	}
}

func (d *decoder) kind(v reflect.Value, node *yaml.Node, k key) {
	switch v.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		d.value(fresh.Elem(), node, k)
		v.Set(fresh)
	case reflect.Struct:
		d.structure(v, node, k)
	case reflect.Slice:
		d.list(v, node, k)
	case reflect.Map:
		d.dictionary(v, node, k)
	case reflect.String:
		if text, ok := d.scalar(node, k); ok {
			v.SetString(text.Value)
		}
	case reflect.Bool:
		d.boolean(v, node, k)
	default:
		d.integer(v, node, k)
	}
}

// structure fills a struct, then looks for what is missing.
func (d *decoder) structure(v reflect.Value, node *yaml.Node, k key) {
	if !d.is(node, yaml.MappingNode, k) {
		return
	}
	keys := keysOf(v.Type())
	written := map[string]bool{}
	for name := range pairs(node) {
		written[name.Value] = true
	}
	for name, value := range pairs(node) {
		known, ok := find(keys, name.Value)
		if !ok {
			d.unknown(v, name, value, keys, written)
			continue
		}
		d.entry(v.FieldByIndex(known.index), value, known)
	}
	for _, known := range keys {
		if written[known.name] {
			continue
		}
		d.absent(v.FieldByIndex(known.index), node, known)
		if known.required {
			d.missing(node, known)
		}
	}
}

// entry fills one field from the value that is written for it.
func (d *decoder) entry(field reflect.Value, value *yaml.Node, k key) {
	if isNull(value) {
		d.absent(field, value, k)
	} else {
		d.value(field, value, k)
	}
	if k.required && isBlank(value) {
		d.missing(value, k)
	}
}

// unknown reports a key, and reads its value as that of the key that was probably meant: a slip of the pen is one
// mistake, and others inside the value are found in the same pass.
func (d *decoder) unknown(v reflect.Value, name, value *yaml.Node, keys []key, written map[string]bool) {
	d.fault(name, "unknown-key", fmt.Sprintf("the key %q is not known here", name.Value), Choose(name.Value, names(keys)))
	meant, ok := Nearest(name.Value, names(keys))
	if !ok || written[meant] {
		return
	}
	written[meant] = true
	guess := decoder{file: d.file, dir: d.dir}
	known, _ := find(keys, meant)
	guess.entry(v.FieldByIndex(known.index), value, known)
	for _, fault := range guess.faults {
		if fault.Pos == d.place(value) {
			return // the value does not fit: it was not meant after all
		}
	}
	d.faults = append(d.faults, guess.faults...)
}

func (d *decoder) missing(node *yaml.Node, k key) {
	example := k.example
	if example == "" && len(k.enum) > 0 {
		example = strings.Join(k.enum, " or ")
	}
	if example == "" {
		example = "..."
	}
	d.fault(node, "missing-key", k.name+" is missing", fmt.Sprintf("write %s: %s", k.name, example))
}

// absent fills the defaults of a value that is not there.
func (d *decoder) absent(v reflect.Value, near *yaml.Node, k key) {
	if section, ok := v.Addr().Interface().(*Section); ok {
		*section = Section{file: d.file, dir: d.dir, at: d.place(near)}
		return
	}
	if k.fallback != "" {
		d.value(v, fallback(v.Type(), near, k.fallback), k)
		return
	}
	if v.Kind() == reflect.Struct && !isLeaf(v.Type()) {
		for _, inner := range keysOf(v.Type()) {
			d.absent(v.FieldByIndex(inner.index), near, inner)
		}
	}
}

// fallback is the tag default as if it were written in the file; for a list its entries are separated by commas.
func fallback(t reflect.Type, near *yaml.Node, text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Line: near.Line, Column: near.Column}
	if t.Kind() != reflect.Slice || reflect.PointerTo(t).Implements(unmarshalType) {
		return node
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Line: near.Line, Column: near.Column}
	for _, entry := range strings.Split(text, ",") {
		one := *node
		one.Value = entry
		list.Content = append(list.Content, &one)
	}
	return list
}
