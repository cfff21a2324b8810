package config

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Setting is one key as it is in effect, with where it comes from. A group and a list have settings inside.
type Setting struct {
	Key    string // empty for an entry of a list
	Value  string // of a single value; what is secret is masked
	Inside []Setting
	Shape  Outline
	From   Origin
}

// Origin is where a setting comes from: a place, or a variable of the environment. The zero Origin is our default.
type Origin struct {
	File     string
	Line     int
	Variable string
}

func (o Origin) String() string {
	switch {
	case o.Variable != "":
		return "env " + o.Variable
	case o.File != "":
		return fmt.Sprintf("%s:%d", o.File, o.Line)
	}
	return "default"
}

// FileSettings are the settings of one file.
type FileSettings struct {
	File     string
	Settings []Setting
}

// Settings are all files as they are in effect: what is written, what the environment says instead, and the defaults of what is
// not written. Secrets are shown by their references, whatever else may be secret as ***.
func (c *Config) Settings(shapes Shapes) []FileSettings {
	var all []FileSettings
	for _, section := range c.files {
		w := shower{config: c, shapes: shapes, file: section.file}
		all = append(all, FileSettings{section.file, w.whole(section.node)})
	}
	return all
}

// shower walks a struct and what is written for it side by side, as the decoder does.
type shower struct {
	config *Config
	shapes Shapes
	file   string
}

func (w shower) whole(node *yaml.Node) []Setting {
	folder, called, inFolder := strings.Cut(w.file, "/")
	switch {
	case !inFolder:
		return w.main(node)
	case folder == "pipelines":
		return w.object(reflect.TypeFor[Pipeline](), node, "")
	case folder == "mappings":
		return w.object(reflect.TypeFor[Mapping](), node, "")
	case folder != "policies":
		return w.object(reflect.TypeFor[codesFile](), node, "")
	}
	if policy := w.shapes.Policies[name(called)]; policy != nil {
		return w.object(reflect.TypeOf(policy).Elem(), node, "")
	}
	return w.raw(node, key{}).Inside
}

// main is tradewire.yaml: three chapters that the environment may override, and the connections.
func (w shower) main(node *yaml.Node) []Setting {
	t := reflect.TypeFor[services]()
	var all []Setting
	for _, k := range keysOf(t) {
		written := under(node, k.name)
		if k.name != "connections" {
			all = append(all, Setting{Key: k.name, Shape: Group, Inside: w.object(t.FieldByIndex(k.index).Type, written, k.name), From: w.from(written)})
			continue
		}
		connections := Setting{Key: k.name, Shape: Group, From: w.from(written)}
		for name, value := range pairs(orEmpty(written)) {
			connections.Inside = append(connections.Inside, w.connection(name.Value, value))
		}
		all = append(all, connections)
	}
	return all
}

func (w shower) connection(name string, node *yaml.Node) Setting {
	s := Setting{Key: name, Shape: Group, From: w.from(node), Inside: w.object(reflect.TypeFor[driven](), node, "")}
	s.Inside = append(s.Inside, w.part(w.shapes.Drivers[w.driver(name)].Settings, node)...)
	return s
}

func (w shower) driver(connection string) string {
	for _, c := range w.config.Connections {
		if c.Name.Value == connection {
			return c.Driver.Value
		}
	}
	return ""
}

// part are the settings that a driver knows.
func (w shower) part(shape any, node *yaml.Node) []Setting {
	if shape == nil {
		return nil
	}
	return w.object(reflect.TypeOf(shape), node, "")
}

// object are the settings of a struct. chapter names those that the environment may override.
func (w shower) object(t reflect.Type, node *yaml.Node, chapter string) []Setting {
	var all []Setting
	for _, k := range keysOf(t) {
		_, field := fieldOf(t, k.index)
		if given, ok := w.config.overrides[chapter+"."+k.name]; ok && chapter != "" {
			all = append(all, Setting{Key: k.name, Value: w.shown(field.Type, given.text, k), From: Origin{Variable: given.variable}})
			continue
		}
		written := under(node, k.name)
		one, ok := Setting{}, false
		if field.Type == sectionType {
			one, ok = w.driverPart(k, written, node)
		} else {
			one, ok = w.value(field.Type, written, k)
		}
		if ok {
			one.Key = k.name
			all = append(all, one)
		}
	}
	return all
}

// driverPart is `read:`, `listen:` or `write:` of the source or target at node.
func (w shower) driverPart(k key, written, node *yaml.Node) (Setting, bool) {
	connection := under(node, "connection")
	if connection == nil {
		return w.raw(written, k), written != nil
	}
	shape := w.shapes.Drivers[w.driver(connection.Value)]
	part := map[string]any{"read": shape.Read, "listen": shape.Listen, "write": shape.Write}[k.name]
	if written == nil && k.name != "write" {
		return Setting{}, false
	}
	s := Setting{Shape: Group, Inside: w.part(part, written), From: w.from(written)}
	return s, written != nil || len(s.Inside) > 0
}

// value is one setting; ok is false for one that is not written and has no default.
func (w shower) value(t reflect.Type, node *yaml.Node, k key) (s Setting, ok bool) {
	if node == nil {
		return w.absent(t, k)
	}
	if t == sectionType || t == fieldsType {
		return w.raw(node, k), true
	}
	single := t == textType || t == secretType || t == durationType || reflect.PointerTo(t).Implements(unmarshalType)
	switch {
	case single:
	case t.Kind() == reflect.Pointer:
		return w.value(t.Elem(), node, k)
	case t.Kind() == reflect.Struct:
		return Setting{Shape: Group, Inside: w.object(t, node, ""), From: w.from(node)}, true
	case t.Kind() == reflect.Slice && node.Kind == yaml.SequenceNode:
		s = Setting{Shape: List, From: w.from(node)}
		for _, entry := range node.Content {
			one, _ := w.value(t.Elem(), entry, k)
			s.Inside = append(s.Inside, one)
		}
		return s, true
	case t.Kind() == reflect.Slice: // one alone
		return w.value(t.Elem(), node, k)
	case t.Kind() == reflect.Map:
		s = Setting{Shape: Group, From: w.from(node)}
		for name, entry := range pairs(node) {
			inner := k
			inner.name = name.Value
			one, _ := w.value(t.Elem(), entry, inner)
			one.Key = name.Value
			s.Inside = append(s.Inside, one)
		}
		return s, true
	}
	return Setting{Value: w.shown(t, node.Value, k), From: w.from(node)}, true
}

// absent is the default of what is not written.
func (w shower) absent(t reflect.Type, k key) (Setting, bool) {
	switch {
	case k.fallback != "" && t.Kind() == reflect.Slice:
		s := Setting{Shape: List}
		for _, entry := range strings.Split(k.fallback, ",") {
			s.Inside = append(s.Inside, Setting{Value: entry})
		}
		return s, true
	case k.fallback != "":
		return Setting{Value: k.fallback}, true
	case t == durationType:
		return Setting{Value: "0s"}, true
	case isInteger(t):
		return Setting{Value: "0"}, true
	case t.Kind() == reflect.Bool:
		return Setting{Value: "false"}, true
	case t.Kind() == reflect.Struct && !isLeaf(t):
		s := Setting{Shape: Group, Inside: w.object(t, nil, "")}
		return s, len(s.Inside) > 0
	}
	return Setting{}, false
}

// raw is a part of a file as it is written.
func (w shower) raw(node *yaml.Node, k key) Setting {
	switch {
	case node == nil:
		return Setting{}
	case node.Kind == yaml.MappingNode:
		s := Setting{Shape: Group, From: w.from(node)}
		for name, value := range pairs(node) {
			one := w.raw(value, key{name: name.Value})
			one.Key = name.Value
			s.Inside = append(s.Inside, one)
		}
		return s
	case node.Kind == yaml.SequenceNode:
		s := Setting{Shape: List, From: w.from(node)}
		for _, entry := range node.Content {
			s.Inside = append(s.Inside, w.raw(entry, k))
		}
		return s
	}
	return Setting{Value: mask(k.name, node.Value), From: w.from(node)}
}

// shown is a single value as it may be shown: of a secret the reference, never what it refers to.
func (w shower) shown(t reflect.Type, text string, k key) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == secretType:
		if _, bad := secretFault(Text{Value: text}, k.name); bad {
			return masked
		}
		return text
	case k.private && text != "":
		return masked
	case t.Kind() == reflect.Bool || isInteger(t):
		return text
	}
	return mask(k.name, text)
}

func (w shower) from(node *yaml.Node) Origin {
	if node == nil {
		return Origin{}
	}
	return Origin{File: w.file, Line: node.Line}
}

// under is the value of a key, nil when nothing is written for it.
func under(node *yaml.Node, key string) *yaml.Node {
	for name, value := range pairs(orEmpty(node)) {
		if name.Value == key && !isNull(value) {
			return value
		}
	}
	return nil
}

func orEmpty(node *yaml.Node) *yaml.Node {
	if node == nil || node.Kind != yaml.MappingNode {
		return &yaml.Node{Kind: yaml.MappingNode}
	}
	return node
}
