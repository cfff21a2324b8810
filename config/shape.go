package config

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

func (d *decoder) list(v reflect.Value, node *yaml.Node, k key) {
	if k.single && node.Kind == yaml.ScalarNode {
		node = &yaml.Node{Kind: yaml.SequenceNode, Line: node.Line, Column: node.Column, Content: []*yaml.Node{node}}
	}
	if !d.is(node, yaml.SequenceNode, k) {
		return
	}
	list := reflect.MakeSlice(v.Type(), 0, len(node.Content))
	for _, entry := range node.Content {
		if d.empty(entry, strings.TrimSpace("an entry of the list "+k.name)) {
			continue
		}
		one := reflect.New(v.Type().Elem()).Elem()
		d.value(one, entry, k)
		list = reflect.Append(list, one)
	}
	v.Set(list)
}

func (d *decoder) dictionary(v reflect.Value, node *yaml.Node, k key) {
	if !d.is(node, yaml.MappingNode, k) {
		return
	}
	entries := reflect.MakeMap(v.Type())
	for name, value := range pairs(node) {
		if d.empty(value, name.Value) {
			continue
		}
		one := reflect.New(v.Type().Elem()).Elem()
		inner := k
		inner.name = name.Value
		d.value(one, value, inner)
		entries.SetMapIndex(reflect.ValueOf(name.Value).Convert(v.Type().Key()), one)
	}
	v.Set(entries)
}

func (d *decoder) fields(into *Fields, node *yaml.Node, k key) {
	if !d.is(node, yaml.MappingNode, k) {
		return
	}
	whole := Section{file: d.file, dir: d.dir}
	*into = Fields{}
	for name, value := range pairs(node) {
		d.empty(value, name.Value)
		*into = append(*into, Field{Name: Text{Value: name.Value, Pos: d.place(name)}, Value: whole.child(value)})
	}
}

// empty reports an entry without a value: the keys of a struct may be empty, but here nothing could be meant.
func (d *decoder) empty(node *yaml.Node, name string) bool {
	if !isNull(node) {
		return false
	}
	d.fault(node, "empty-value", name+" has no value", `write one, or take the entry out; "" is the empty text`)
	return true
}

// is reports a value of the wrong shape.
func (d *decoder) is(node *yaml.Node, kind yaml.Kind, k key) bool {
	if node.Kind == kind {
		return true
	}
	if node.Kind == yaml.AliasNode {
		return false // parse has reported it
	}
	name, fix := k.name, remedies[kind]
	if name == "" {
		name = "this"
	} else {
		fix = fmt.Sprintf("%s: and behind it %s", name, fix)
	}
	d.fault(node, "wrong-type", fmt.Sprintf("%s is %s and should be %s", name, shapes[node.Kind], shapes[kind]), "write "+fix)
	return false
}

// remedies say how the right shape is written.
var remedies = map[yaml.Kind]string{
	yaml.MappingNode:  "indented lines of key: value",
	yaml.SequenceNode: "[one, two], or an indented line with a dash for each",
	yaml.ScalarNode:   "a single value",
}

var shapes = map[yaml.Kind]string{
	yaml.MappingNode:  "a group of keys",
	yaml.SequenceNode: "a list",
	yaml.ScalarNode:   "a single value",
}
