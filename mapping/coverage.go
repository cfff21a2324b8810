package mapping

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// Coverage notes what of one table is reached by the translations of a watched copy, for the tests of the table. It belongs to
// one goroutine.
type Coverage struct {
	table    *Table
	codes    map[string]config.Codes
	source   config.Section
	reach    *expr.Reach
	filled   map[string]bool // fields whose value was made, by their path without indexes
	compared map[string]bool // paths that a test compared
	when     map[bool]bool   // what `when` said
}

// Gap is something of a mapping that no test reached.
type Gap struct {
	At   config.Pos
	What string
}

// Watched is a copy of the table which notes what it reaches. m is the mapping that the table was made of.
func (t *Table) Watched(m config.Mapping) (*Table, *Coverage) {
	c := &Coverage{codes: m.Codes, source: m.Source, reach: expr.NewReach(),
		filled: map[string]bool{}, compared: map[string]bool{}, when: map[bool]bool{}}
	watched := *t
	watched.seen, c.table = c, t
	return &watched, c
}

// fills notes that a field has been given its value.
func (c *Coverage) fills(path string) {
	if c != nil {
		c.filled[plainPath(path)] = true
	}
}

// Compared notes that a test has compared the value at a path: lines[2].quantity.unit.
func (c *Coverage) Compared(path string) { c.compared[plainPath(path)] = true }

// plainPath is a path without the indexes of lists.
func plainPath(path string) string {
	for {
		from := strings.IndexByte(path, '[')
		if from < 0 {
			return path
		}
		to := strings.IndexByte(path[from:], ']')
		if to < 0 {
			return path
		}
		path = path[:from] + path[from+to+1:]
	}
}

// column is one field that a mapping gives a value to.
type column struct {
	path     string
	at       config.Pos
	typ      reflect.Type // of a document's field; nil for a column of a record
	formulas []*formula
}

// columns are all fields of the table in the order of the file; those of lists stand once.
func (t *Table) columns() (all []column, others []*formula) {
	if t.decode != nil {
		return t.decode.columns("")
	}
	return t.encode.columns("")
}

func (p *shapePlan) columns(path string) (all []column, others []*formula) {
	for _, f := range p.fields {
		here := under(path, f.name)
		if f.each != nil {
			others = append(others, f.each)
		}
		switch {
		case f.value != nil:
			all = append(all, column{here, f.at, f.typ, []*formula{f.value}})
		case f.inside != nil:
			inner, more := f.inside.columns(here)
			all, others = append(all, inner...), append(others, more...)
		default:
			for _, entry := range f.texts {
				all = append(all, column{under(here, entry.name), entry.value.at, nil, []*formula{entry.value}})
			}
		}
	}
	return all, others
}

func (p *recordPlan) columns(path string) (all []column, others []*formula) {
	for _, f := range p.fields {
		here := under(path, f.name)
		if f.each != nil {
			others = append(others, f.each)
		}
		if f.value != nil {
			all = append(all, column{here, f.at, nil, []*formula{f.value}})
			continue
		}
		inner, more := f.inside.columns(here)
		all, others = append(all, inner...), append(others, more...)
	}
	return all, others
}

// MadeBy is where the mapping says what stands at a path, and the field that it says it of: for lines[2].quantity.unit that is
// lines.quantity. ok is false when no field makes it.
func (t *Table) MadeBy(path string) (at config.Pos, ok bool) {
	steps := strings.Split(plainPath(path), ".")
	if t.decode != nil {
		return t.decode.madeBy(steps)
	}
	return t.encode.madeBy(steps)
}

func (p *shapePlan) madeBy(steps []string) (at config.Pos, ok bool) {
	for _, f := range p.fields {
		if f.name != steps[0] {
			continue
		}
		rest := steps[1:]
		if len(rest) > 0 && f.inside != nil {
			return f.inside.madeBy(rest)
		}
		for _, entry := range f.texts {
			if len(rest) > 0 && entry.name == strings.Join(rest, ".") {
				return entry.value.at, true
			}
		}
		return f.at, f.texts == nil || len(rest) == 0
	}
	return config.Pos{}, false
}

func (p *recordPlan) madeBy(steps []string) (at config.Pos, ok bool) {
	for n := len(steps); n > 0; n-- { // a column's name may have dots
		name := strings.Join(steps[:n], ".")
		for _, f := range p.fields {
			if f.name != name {
				continue
			}
			if n < len(steps) && f.inside != nil {
				return f.inside.madeBy(steps[n:])
			}
			return f.at, true
		}
	}
	return config.Pos{}, false
}

// Names are the names of the columns that a table writes into a record, or into the part of it at a path.
func (t *Table) Names(path string) []string {
	p := t.encode
	if path != "" {
		for _, step := range strings.Split(plainPath(path), ".") {
			p = p.part(step)
		}
	}
	if p == nil {
		return nil
	}
	names := make([]string, len(p.fields))
	for i := range p.fields {
		names[i] = p.fields[i].name
	}
	return names
}

func (p *recordPlan) part(name string) *recordPlan {
	if p == nil {
		return nil
	}
	for _, f := range p.fields {
		if f.name == name {
			return f.inside
		}
	}
	return nil
}

// Feeds says which fields of the document a field of their record goes into, of whatever record around: sku goes into
// lines.item. everything is true where a mapping computes the name of a field that it reads.
func (t *Table) Feeds() (fields map[string][]string, everything bool) {
	fields = map[string][]string{}
	columns, others := t.columns()
	if t.when != nil {
		others = append(others, t.when)
	}
	note := func(f *formula, path string) {
		names, ok := f.Fields()
		everything = everything || !ok
		for _, name := range names {
			if !slices.Contains(fields[name], path) {
				fields[name] = append(fields[name], path)
			}
		}
	}
	for _, c := range columns {
		for _, f := range c.formulas {
			note(f, c.path)
		}
	}
	for _, f := range others {
		note(f, "")
	}
	return fields, everything
}

// Fields says how many fields the mapping fills, how many of them a test compared, and where the others are.
func (c *Coverage) Fields() (all, compared int, gaps []Gap) {
	columns, _ := c.table.columns()
	for _, f := range columns {
		switch {
		case c.isCompared(f):
			compared++
		case !c.filled[f.path]:
			gaps = append(gaps, Gap{f.at, f.path + ": no test fills it"})
		default:
			gaps = append(gaps, Gap{f.at, f.path + ": it is filled, and no test compares it"})
		}
	}
	return len(columns), compared, gaps
}

// isCompared says whether a field was compared whole: of money, the amount and the currency.
func (c *Coverage) isCompared(f column) bool {
	typ := f.typ
	if typ != nil && typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch typ {
	case reflect.TypeFor[document.Money]():
		return c.compared[f.path] || c.compared[f.path+".amount"] && c.compared[f.path+".currency"]
	case reflect.TypeFor[document.Quantity]():
		return c.compared[f.path] || c.compared[f.path+".value"] && c.compared[f.path+".unit"]
	}
	return c.compared[f.path]
}

// Branches says how many ways the mapping may go (the sides of `? :` and `??`, the entries of code lists, what `when` says), how
// many of them a test went, and where the others are.
func (c *Coverage) Branches() (all, reached int, gaps []Gap) {
	count := func(was bool, at config.Pos, what string) {
		if all++; was {
			reached++
			return
		}
		gaps = append(gaps, Gap{at, what})
	}
	if when := c.table.when; when != nil {
		count(c.when[true], when.at, "when: no record satisfies it")
		count(c.when[false], when.at, "when: no record is set aside by it")
	}
	for _, list := range slices.Sorted(maps.Keys(c.codes)) {
		if c.codes[list].File.Value != "" {
			continue // nobody writes a test for every customer
		}
		at := c.source.At("codes").At(list)
		for _, entry := range slices.Sorted(maps.Keys(c.codes[list].Values)) {
			count(c.reach.Codes[expr.Code{List: list, Entry: entry}] > 0, at.At("values").At(entry).Pos(), fmt.Sprintf("code list %s: no record has %q", list, entry))
		}
		if c.codes[list].Otherwise != nil {
			count(c.reach.Codes[expr.Code{List: list, Other: true}] > 0, at.At("otherwise").Pos(), fmt.Sprintf("code list %s: no record needs otherwise", list))
		}
	}
	columns, others := c.table.columns()
	formulas := others
	if c.table.when != nil {
		formulas = append(formulas, c.table.when)
	}
	for _, f := range columns {
		formulas = append(formulas, f.formulas...)
	}
	for _, f := range formulas {
		for _, b := range f.Branches {
			count(c.reach.Branches[b] > 0, b.At, b.Words)
		}
	}
	slices.SortStableFunc(gaps, func(a, b Gap) int { return a.At.Line - b.At.Line })
	return all, reached, gaps
}
