package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// write makes a record by its plan. Every wrong field is noted; none stops the others.
func (w *work) write(plan *recordPlan, path string) connectors.Record {
	r := make(connectors.Record, len(plan.fields))
	for i := range plan.fields {
		f := &plan.fields[i]
		here := under(path, f.name)
		switch {
		case f.value != nil:
			v, err := f.value.Value(w.run)
			if err == nil {
				v, err = theirs(v)
			}
			if err != nil {
				w.problem(here, f.value.at, err)
				continue
			}
			r[f.name] = v
			w.seen.fills(here)
		case f.each != nil:
			r[f.name] = w.writeEach(f, here)
		default:
			r[f.name] = w.write(f.inside, here)
		}
	}
	return r
}

func (w *work) writeEach(f *recordField, path string) []any {
	list, ok := w.elements(f.each, path)
	if !ok {
		return nil
	}
	records := make([]any, list.Len())
	for i := range list.Len() {
		w.run.Enter(list.At(i), i)
		records[i] = w.write(f.inside, path+"["+strconv.Itoa(i)+"]")
		w.run.Leave()
	}
	return records
}

// theirs turns a value of ours into one that a record may hold.
func theirs(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string:
		return v, nil
	case document.Decimal:
		return connectors.Number(v.String()), nil
	case document.Date:
		return v.String(), nil
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano), nil
	case expr.List:
		list := make([]any, v.Len())
		for i := range list {
			element, err := theirs(v.At(i))
			if err != nil {
				return nil, err
			}
			list[i] = element
		}
		return list, nil
	case expr.Record:
		r := connectors.Record{}
		for _, name := range v.Names() {
			found, _ := v.Get(name)
			element, err := theirs(found)
			if err != nil {
				return nil, err
			}
			r[name] = element
		}
		return r, nil
	}
	if p := unwritable(expr.Type{Shape: expr.ShapeOf(v)}); p != nil {
		return nil, p
	}
	return nil, &expr.Problem{What: fmt.Sprintf("a record cannot hold %s", expr.ShapeOf(v)), Fix: "write fields: below it"}
}

// record shows a record of another system to expressions; its numbers stay as they were written until they are
// counted with.
type record connectors.Record

func (r record) Get(name string) (any, bool) {
	v, ok := r[name]
	return ours(v), ok
}

func (r record) Names() []string { return slices.Sorted(maps.Keys(r)) }

type list []any

func (l list) Len() int     { return len(l) }
func (l list) At(i int) any { return ours(l[i]) }

func ours(v any) any {
	switch v := v.(type) {
	case connectors.Number:
		return expr.Number(v)
	case connectors.Record:
		return record(v)
	case []any:
		return list(v)
	}
	return v
}
