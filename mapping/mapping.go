// Package mapping translates: records of other systems into documents (Decode) and documents into their records
// (Encode). A Table is one file of config/mappings, compiled and checked when the configuration is loaded. It decides
// nothing, remembers nothing and reaches nothing: the same record always gives the same document.
package mapping

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// ErrNotConcerned says that a record does not satisfy the mapping's `when`: it is set aside, and nothing is wrong.
var ErrNotConcerned = errors.New("the record is not concerned")

// Table is one mapping. It is safe for concurrent use.
type Table struct {
	name    string
	version string
	kind    document.Kind
	of      reflect.Type // the document's struct
	when    *formula     // nil: every record
	decode  *shapePlan   // nil when the table encodes
	encode  *recordPlan  // nil when the table decodes
	seen    *Coverage    // nil: nobody asks what is reached
}

// New compiles a mapping and reports everything that is wrong with it. It makes none of fields that could not be read.
func New(m config.Mapping) (*Table, config.Faults) {
	b := &builder{codes: m.Codes}
	for _, name := range slices.Sorted(maps.Keys(m.Codes)) {
		if list := m.Codes[name]; list.Otherwise != nil && list.Unknown.Value != "" {
			b.fault(list.Unknown.Pos, "bad-codes", "the code list "+name+" says twice what becomes of a code that it does not have", "leave out unknown: or otherwise:")
		}
	}
	way := m.Decode
	if m.Decode.Value == "" {
		way = m.Encode
	}
	if (m.Decode.Value == "") == (m.Encode.Value == "") {
		at := m.Encode.Pos
		if m.Encode.Value == "" {
			at = m.Pos
		}
		b.faults = append(b.faults, at.Fault("decode-or-encode", "a mapping goes one way", "write either decode: or encode:, and a kind of document"))
		return nil, b.faults
	}
	t := &Table{name: m.Name, version: m.Hash, kind: document.Kind(way.Value)}
	this, fault := structOf(way)
	if fault != nil {
		b.faults = append(b.faults, *fault)
		return nil, b.faults
	}
	t.of = this
	if m.Fields == nil {
		if m.Source.At("fields").Absent() {
			b.fault(m.Pos, "missing-key", "fields is missing", "write fields: and below it, indented, lines of name: expression")
		}
		return nil, b.faults // what cannot be read has been reported
	}
	if m.Encode.Value != "" {
		scope := &expr.Scope{This: this, Codes: m.Codes}
		t.encode = b.record(m.Fields, scope)
		if m.When.Value != "" {
			b.faults = append(b.faults, m.When.Pos.Fault("bad-when", "only a mapping that decodes sets records aside", "write when: at the target that uses this mapping"))
		}
	} else {
		scope := &expr.Scope{Codes: m.Codes}
		if m.When.Value != "" {
			t.when = b.truth(m.When, scope)
		}
		b.noun = nouns[t.kind]
		t.decode = b.shape(m.Fields, scope, this, way.Pos, "")
	}
	if len(b.faults) > 0 {
		return nil, b.faults.Sorted()
	}
	return t, nil
}

// structOf is the struct behind a kind of document.
func structOf(kind config.Text) (reflect.Type, *config.Fault) {
	d, err := document.New(document.Kind(kind.Value))
	if err != nil {
		kinds := make([]string, 0, len(document.Kinds()))
		for _, k := range document.Kinds() {
			kinds = append(kinds, string(k))
		}
		fault := kind.Pos.Fault("unknown-kind", err.Error(), config.Choose(kind.Value, kinds))
		return nil, &fault
	}
	return reflect.TypeOf(d).Elem(), nil
}

// Name is what pipelines call the table.
func (t *Table) Name() string { return t.name }

// Version is the hash of the file: it is kept with every dead letter and every delivery.
func (t *Table) Version() string { return t.version }

// Kind is the kind of document that the table makes or reads.
func (t *Table) Kind() document.Kind { return t.kind }

// Decodes says whether the table makes documents; otherwise it makes records.
func (t *Table) Decodes() bool { return t.decode != nil }

// Reads says whether a record may depend on that field of the document.
func (t *Table) Reads(field string) bool {
	return t.encode.any(func(p *expr.Program) bool { return p.Reads(t.of, field) })
}

// Mentions says whether a record may depend on a field of that name, of the document or of what is in it.
func (t *Table) Mentions(field string) bool {
	return t.encode.any(func(p *expr.Program) bool { return p.Mentions(field) })
}

// Refs are the places at which a record is made of an order's number in another system, with the target that gives it.
func (t *Table) Refs() (refs []config.Text) {
	order := reflect.TypeFor[document.SalesOrder]()
	t.encode.any(func(p *expr.Program) bool {
		for _, k := range p.Keys {
			if k.Of == order && k.Field == "refs" {
				refs = append(refs, config.Text{Value: k.Key, Pos: k.Pos})
			}
		}
		return false
	})
	return refs
}

// Fields are the fields of the records that the table makes; none when it decodes.
func (t *Table) Fields() []connectors.Field { return t.encode.shown(t.of) }

// Asks are the fields of the records that the table reads; none when it encodes.
func (t *Table) Asks() []connectors.Field {
	if t.decode == nil {
		return nil
	}
	looked, record := &asked{}, &asked{}
	note(t.when, []*asked{looked})
	t.decode.ask([]*asked{record})
	for i, f := range record.fields {
		if slices.ContainsFunc(looked.fields, func(w connectors.Field) bool { return w.Name == f.Name }) {
			record.fields[i].Null = true // records without it are set aside, as far as anybody can tell
		}
	}
	return append(looked.fields, record.fields...)
}

// Decode makes the document that a record stands for. It returns ErrNotConcerned when the record does not satisfy
// `when`, and Errors with every wrong field when it cannot be read.
func (t *Table) Decode(r connectors.Record) ([]document.Document, error) {
	if t.decode == nil {
		return nil, fmt.Errorf("decode with mapping %s: it encodes", t.name)
	}
	w := t.begin(record(r))
	if t.when != nil {
		v, err := t.when.Value(w.run)
		if err != nil {
			w.problem("when", t.when.at, err)
			return nil, w.errors
		}
		if w.seen != nil {
			w.seen.when[v == true] = true
		}
		if v != true {
			return nil, ErrNotConcerned
		}
	}
	d, err := document.New(t.kind)
	if err != nil {
		return nil, err
	}
	w.fill(t.decode, reflect.ValueOf(d).Elem(), "")
	if len(w.errors) > 0 {
		return nil, w.errors
	}
	return []document.Document{d}, nil
}

// Encode makes the record that a target is sent for a document. It returns Errors with every wrong field.
func (t *Table) Encode(d document.Document) (connectors.Record, error) {
	if t.encode == nil {
		return nil, fmt.Errorf("encode with mapping %s: it decodes", t.name)
	}
	if d.Kind() != t.kind {
		return nil, fmt.Errorf("encode with mapping %s: it takes a %s, not a %s", t.name, t.kind, d.Kind())
	}
	w := t.begin(d)
	r := w.write(t.encode, "")
	if len(w.errors) > 0 {
		return nil, w.errors
	}
	return r, nil
}

// FieldError is one field that could not be translated.
type FieldError struct {
	Path string     // the field: lines[2].quantity
	What string     // what is wrong with it
	Fix  string     // what to do about it
	Pos  config.Pos // where the mapping fills it
}

func (e FieldError) String() string {
	return fmt.Sprintf("%s: %s -> %s (%s)", e.Path, e.What, e.Fix, e.Pos)
}

// Errors are all wrong fields of one record or document.
type Errors []FieldError

// Error prints one field a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].String()
	}
	return strings.Join(lines, "\n")
}

// Most list elements of one record, and most errors that are reported of one: the rest would help nobody.
const (
	maxElements = 10_000
	maxErrors   = 100
)

// work is one translation under way.
type work struct {
	run    *expr.Run
	errors Errors
	seen   *Coverage
}

func (t *Table) begin(this any) *work {
	w := &work{run: expr.NewRun(this), seen: t.seen}
	if t.seen != nil {
		w.run.Watch(t.seen.reach)
	}
	return w
}

func (w *work) problem(path string, at config.Pos, err error) {
	var p *expr.Problem
	if !errors.As(err, &p) {
		p = &expr.Problem{What: err.Error()}
	}
	w.wrong(path, at, p.What, p.Remedy())
}

func (w *work) wrong(path string, at config.Pos, what, fix string) {
	if len(w.errors) < maxErrors {
		w.errors = append(w.errors, FieldError{Path: path, What: what, Fix: fix, Pos: at})
	}
}
