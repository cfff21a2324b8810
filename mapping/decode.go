package mapping

import (
	"fmt"
	"reflect"
	"strconv"

	"tradewire/mapping/expr"
)

// fill fills a struct by its plan. Every wrong field is noted; none stops the others.
func (w *work) fill(plan *shapePlan, into reflect.Value, path string) {
	for i := range plan.fields {
		f := &plan.fields[i]
		field := into.Field(f.index)
		switch {
		case f.value != nil:
			w.single(f, field, path)
		case f.each != nil:
			w.list(f, field, under(path, f.name))
		case f.inside != nil:
			if field.Kind() == reflect.Pointer {
				field.Set(reflect.New(field.Type().Elem()))
				field = field.Elem()
			}
			w.fill(f.inside, field, under(path, f.name))
		default:
			w.refs(f, field, under(path, f.name))
		}
	}
}

func (w *work) single(f *fieldPlan, field reflect.Value, path string) {
	v, err := f.value.Value(w.run)
	if err != nil {
		w.problem(under(path, f.name), f.value.at, err)
		return
	}
	if p := f.assign(field, v); p != nil {
		w.wrong(under(path, f.name), f.value.at, p.What, p.Remedy())
		return
	}
	if w.seen != nil {
		w.seen.fills(under(path, f.name))
	}
}

func (w *work) list(f *fieldPlan, field reflect.Value, path string) {
	list, ok := w.elements(f.each, path)
	if !ok {
		return
	}
	filled := reflect.MakeSlice(field.Type(), list.Len(), list.Len())
	for i := range list.Len() {
		here := path + "[" + strconv.Itoa(i) + "]"
		element, ok := list.At(i).(expr.Record)
		if !ok {
			w.wrong(here, f.each.at, expr.Describe(list.At(i))+", not a record", "name a list of records in each:")
			continue
		}
		w.run.Enter(element, i)
		w.fill(f.inside, filled.Index(i), here)
		w.run.Leave()
	}
	field.Set(filled)
}

// elements is the list of an `each`.
func (w *work) elements(each *formula, path string) (expr.List, bool) {
	v, err := each.Value(w.run)
	if err != nil {
		w.problem(path, each.at, err)
		return nil, false
	}
	list, ok := v.(expr.List)
	switch {
	case !ok:
		w.wrong(path, each.at, expr.Describe(v)+", not a list", "name a list of the record in each:")
	case list.Len() > maxElements:
		w.wrong(path, each.at, fmt.Sprintf("the list has %d elements", list.Len()), fmt.Sprintf("send at most %d", maxElements))
		return nil, false
	}
	return list, ok
}

// refs fills a map of texts. A reference that is null on purpose is left out.
func (w *work) refs(f *fieldPlan, field reflect.Value, path string) {
	refs := make(map[string]string, len(f.texts))
	for _, entry := range f.texts {
		here := under(path, entry.name)
		v, err := entry.value.Value(w.run)
		if err != nil {
			w.problem(here, entry.value.at, err)
			continue
		}
		if v == nil {
			continue
		}
		s, p := textOf(v)
		if p == nil {
			p = isName(s)
		}
		if p != nil {
			w.wrong(here, entry.value.at, p.What, p.Remedy())
			continue
		}
		refs[entry.name] = s
		w.seen.fills(here)
	}
	field.Set(reflect.ValueOf(refs))
}
