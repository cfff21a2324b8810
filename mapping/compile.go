package mapping

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/expr"
)

// formula is an expression with the place where it is written.
type formula struct {
	*expr.Program
	at config.Pos
}

// shapePlan fills the struct of a document, or of a part of it.
type shapePlan struct{ fields []fieldPlan }

// fieldPlan fills one field: by a formula, or by the fields inside it, once or for each element of a list.
type fieldPlan struct {
	name   string
	index  int
	at     config.Pos
	typ    reflect.Type
	value  *formula                                      // a single value
	assign func(into reflect.Value, v any) *expr.Problem // how it gets into the field
	inside *shapePlan                                    // a struct, or the elements of a list
	each   *formula                                      // the list whose elements become elements of the field
	texts  []textPlan                                    // a map of texts: refs
}

type textPlan struct {
	name  string
	value *formula
}

// recordPlan makes a record.
type recordPlan struct{ fields []recordField }

type recordField struct {
	name   string
	at     config.Pos
	value  *formula
	inside *recordPlan
	each   *formula
}

// any says whether one of the programs of a plan is so.
func (p *recordPlan) any(so func(*expr.Program) bool) bool {
	return p != nil && slices.ContainsFunc(p.fields, func(f recordField) bool {
		return f.value != nil && so(f.value.Program) || f.each != nil && so(f.each.Program) || f.inside.any(so)
	})
}

// shown are the fields for those who ask what a record has.
func (p *recordPlan) shown(of reflect.Type) (fields []connectors.Field) {
	if p == nil {
		return nil
	}
	for _, f := range p.fields {
		one := connectors.Field{Name: f.name, Pos: f.at, Rows: f.inside != nil, Inside: f.inside.shown(of)}
		if v := f.value; v != nil {
			one.Most, one.Decimals, one.Prose, one.Literal = v.Most, v.Decimals, v.Prose, v.Literal
			one.Own = v.Indexed || v.Mentions("no") || v.Reads(of, "id") || v.Reads(of, "number")
		}
		fields = append(fields, one)
	}
	return fields
}

// group is a field that has fields itself.
type group struct {
	Each   config.Text   `yaml:"each"` // an expression that gives a list; the fields are filled for each of its elements
	As     config.Text   `yaml:"as"`   // what the record around the list is called in there
	Fields config.Fields `yaml:"fields" required:"true"`
}

// plainName is a name that expressions can use.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

type builder struct {
	codes  map[string]config.Codes
	noun   noun
	faults config.Faults
}

func (b *builder) fault(at config.Pos, code, what, fix string) {
	b.faults = append(b.faults, at.Fault(code, what, fix))
}

func (b *builder) formula(source config.Text, scope *expr.Scope) *formula {
	if fault, so := source.Undecided(); so {
		b.faults = append(b.faults, fault)
		return nil
	}
	program, faults := expr.Compile(source, scope)
	if len(faults) > 0 {
		b.faults = append(b.faults, faults...)
		return nil
	}
	return &formula{program, source.Pos}
}

// truth is a formula that must say yes or no.
func (b *builder) truth(source config.Text, scope *expr.Scope) *formula {
	f := b.formula(source, scope)
	if f != nil && f.Type.Shape != expr.YesNo && f.Type.Shape != expr.Anything {
		b.fault(source.Pos, "wrong-type", fmt.Sprintf("the condition is %s, not a yes/no value", f.Type.Shape), "compare it: x == ...")
	}
	return f
}

// open reads a field with fields inside, and the scope in which those are written.
func (b *builder) open(f config.Field, scope *expr.Scope) (g group, each *formula, inner *expr.Scope, ok bool) {
	if f.Value.Absent() {
		return g, nil, nil, false // an empty value has been reported
	}
	if faults := f.Value.Decode(&g); len(faults) > 0 {
		b.faults = append(b.faults, faults...)
		return g, nil, nil, false
	}
	if g.Each.Value == "" {
		if g.As.Value != "" {
			b.fault(g.As.Pos, "as-without-each", "as: names the record around a list, and there is no each:", "write each: and the list, or take as: out")
		}
		return g, nil, scope, true
	}
	if g.As.Value != "" && !plainName.MatchString(g.As.Value) {
		b.fault(g.As.Pos, "bad-name", fmt.Sprintf("%q cannot be named in an expression", g.As), "use letters, digits and _: order")
		return g, nil, nil, false
	}
	if each = b.formula(g.Each, scope); each == nil {
		return g, nil, nil, false
	}
	if each.Type.Shape != expr.Listing && each.Type.Shape != expr.Anything {
		b.fault(g.Each.Pos, "wrong-type", fmt.Sprintf("%s is %s, not a list", g.Each, each.Type.Shape), "name a list of the record")
		return g, nil, nil, false
	}
	around := *scope
	around.As = g.As.Value
	inner = &expr.Scope{Around: &around, Codes: b.codes}
	if scope.This != nil {
		inner.This = each.Type.Of
		if inner.This == nil || inner.This.Kind() != reflect.Struct {
			b.fault(g.Each.Pos, "wrong-type", fmt.Sprintf("%s is not a list of the document's parts", g.Each), "name a list of the document: lines, shipments, holds")
			return g, nil, nil, false
		}
	}
	return g, each, inner, true
}

// shape plans how fields fill a struct of the type. path is where the struct lies in the document, empty at the top.
func (b *builder) shape(fields config.Fields, scope *expr.Scope, this reflect.Type, at config.Pos, path string) *shapePlan {
	plan := &shapePlan{}
	known := expr.FieldsOf(this)
	filled := map[string]bool{}
	for _, f := range fields {
		target, ok := known.Find(f.Name.Value)
		if !ok {
			b.fault(f.Name.Pos, "unknown-field", fmt.Sprintf("the %s has no field %s", expr.Called(this), f.Name), config.Choose(f.Name.Value, known.Names()))
			if meant, ok := config.Nearest(f.Name.Value, known.Names()); ok {
				filled[meant] = true // one mistake, one fault
			}
			continue
		}
		filled[f.Name.Value] = true
		if p, ok := b.field(f, target, scope, under(path, f.Name.Value)); ok {
			plan.fields = append(plan.fields, p)
		}
	}
	for _, need := range b.noun.needs {
		if parent, name := split(need); parent == path && !filled[name] {
			b.fault(at, "missing-field", fmt.Sprintf("the mapping does not fill %s", need), "write "+name+": and where it comes from")
		}
	}
	return plan
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// split parts lines.no into lines and no.
func split(path string) (parent, name string) {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

func (b *builder) field(f config.Field, target *expr.Field, scope *expr.Scope, path string) (fieldPlan, bool) {
	p := fieldPlan{name: target.Name, index: target.Index, at: f.Name.Pos, typ: target.Go}
	inside, isList, isTexts := partsOf(target.Go)
	if !fillable(inside) {
		b.fault(f.Name.Pos, "wrong-shape", path+" is a list of bare words, which is made here and not by a mapping", "take it out")
		return p, false
	}
	if source, ok := f.Value.Scalar(); ok {
		if _, so := source.Undecided(); !so && (inside != nil || isTexts) {
			fix := "write fields: below it"
			if isList {
				fix = "write each: with the list and fields: below it"
			}
			b.fault(source.Pos, "wrong-shape", fmt.Sprintf("%s has fields of its own and is given one value", path), fix)
			return p, false
		}
		if p.value = b.formula(source, scope); p.value == nil {
			return p, false
		}
		p.assign = b.assigner(target.Go, path)
		return p, b.suits(p.value, target, path)
	}
	g, each, inner, ok := b.open(f, scope)
	if !ok {
		return p, false
	}
	switch {
	case inside == nil && !isTexts:
		b.fault(f.Value.Pos(), "wrong-shape", fmt.Sprintf("%s is a single value and is given fields", path), "write one expression: "+exampleOf(target.Go))
		return p, false
	case isList != (each != nil):
		fix := "write each: with the list it comes from"
		if !isList {
			fix = "take each: out, as it is no list"
		}
		b.fault(f.Value.Pos(), "wrong-shape", fmt.Sprintf("%s is %s", path, target.Type.Shape), fix)
		return p, false
	case isTexts:
		for _, entry := range g.Fields {
			source, ok := entry.Value.Scalar()
			if !ok {
				b.fault(entry.Value.Pos(), "wrong-shape", fmt.Sprintf("%s is a single text", under(path, entry.Name.Value)), "write one expression")
				continue
			}
			if value := b.formula(source, inner); value != nil {
				p.texts = append(p.texts, textPlan{entry.Name.Value, value})
			}
		}
	default:
		p.each = each
		p.inside = b.shape(g.Fields, inner, inside, f.Name.Pos, path)
	}
	return p, true
}

// record plans how fields make a record.
func (b *builder) record(fields config.Fields, scope *expr.Scope) *recordPlan {
	plan := &recordPlan{}
	for _, f := range fields {
		p := recordField{name: f.Name.Value, at: f.Name.Pos}
		source, ok := f.Value.Scalar()
		if !ok {
			g, each, inner, ok := b.open(f, scope)
			if !ok || each == nil && g.As.Value != "" {
				continue // a list that is not named has fields of which nothing is known
			}
			p.each, p.inside = each, b.record(g.Fields, inner)
			plan.fields = append(plan.fields, p)
			continue
		}
		if p.value = b.formula(source, scope); p.value == nil {
			continue
		}
		if problem := unwritable(p.value.Type); problem != nil {
			b.fault(source.Pos, "wrong-type", fmt.Sprintf("%s is given %s", f.Name, problem.What), problem.Remedy())
			continue
		}
		plan.fields = append(plan.fields, p)
	}
	return plan
}
