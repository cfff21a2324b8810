package trial

import (
	"fmt"
	"reflect"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// Difference is one value that is not what a test expects.
type Difference struct {
	At     config.Pos // of the expected value
	Field  string     // lines[0].price
	Want   string     // as it is shown to people: texts in quotes
	Got    string
	Fix    string     // what to do about it, where more is known than the two values say
	MadeBy config.Pos // where the mapping makes the value; no line: nowhere
}

func (d Difference) String() string {
	s := fmt.Sprintf("%s:%d: %s: want %s, got %s", d.At.File, d.At.Line, d.Field, d.Want, d.Got)
	if d.Fix != "" {
		s += " -> " + d.Fix
	}
	if d.MadeBy.Line > 0 {
		s += fmt.Sprintf(" (made by %s:%d)", d.MadeBy.File, d.MadeBy.Line)
	}
	return s
}

// differ compares what a test expects with what there is, and notes every difference; compared hears of each path that was.
type differ struct {
	compared func(path string)
	found    []Difference
}

func (d *differ) differs(v value, path, want, got, fix string) {
	d.found = append(d.found, Difference{At: v.at, Field: path, Want: want, Got: got, Fix: fix})
}

// document compares a part of a document with what was written for it; want is that, read as the document's own type. A field
// knows whether it is a number: 12.50 is 12.5 where it is, and not where it is a text.
func (d *differ) document(v value, want, got reflect.Value, path string) {
	if want.Kind() == reflect.Pointer {
		switch {
		case want.IsNil() && got.IsNil():
			d.compared(path)
		case want.IsNil() || got.IsNil():
			d.compared(path)
			d.differs(v, path, shownOr(want, v), shown(got), "")
		default:
			d.document(v, want.Elem(), got.Elem(), path)
		}
		return
	}
	if isLeaf(want.Type()) && v.sort != group || isValue(want.Type()) {
		d.compared(path)
		if !same(want, got) {
			d.differs(v, path, shown(want), shown(got), "")
		}
		return
	}
	switch want.Kind() {
	case reflect.Struct:
		known := expr.FieldsOf(want.Type())
		for i, name := range v.names {
			field, _ := known.Find(name.Value)
			d.document(v.parts[i], want.Field(field.Index), got.Field(field.Index), under(path, name.Value))
		}
	case reflect.Slice:
		if len(v.items) != got.Len() {
			d.differs(v, path, counted(len(v.items)), counted(got.Len()), "")
		}
		for i := range min(len(v.items), got.Len()) {
			d.document(v.items[i], want.Index(i), got.Index(i), element(path, i))
		}
		d.compared(path)
	case reflect.Map:
		for i, name := range v.names {
			here, key := under(path, name.Value), reflect.ValueOf(name.Value)
			d.compared(here)
			w, g := want.MapIndex(key), got.MapIndex(key)
			if w.IsValid() != g.IsValid() || w.IsValid() && w.String() != g.String() {
				d.differs(v.parts[i], here, shownEntry(w), shownEntry(g), "")
			}
		}
	}
}

func counted(n int) string {
	if n == 1 {
		return "1 element"
	}
	return fmt.Sprintf("%d elements", n)
}

// isValue is true for what is compared whole.
func isValue(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[document.Decimal](), reflect.TypeFor[document.Date](), reflect.TypeFor[time.Time]():
		return true
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Map, reflect.Pointer:
		return false
	}
	return true
}

// isLeaf is true for what may be written as one value, or by its fields.
func isLeaf(t reflect.Type) bool {
	return t == reflect.TypeFor[document.Money]() || t == reflect.TypeFor[document.Quantity]()
}

func same(want, got reflect.Value) bool {
	switch w := want.Interface().(type) {
	case document.Decimal:
		return w.Equal(got.Interface().(document.Decimal))
	case time.Time:
		return w.Equal(got.Interface().(time.Time))
	case document.Money:
		g := got.Interface().(document.Money)
		return w.Currency == g.Currency && w.Amount.Equal(g.Amount)
	case document.Quantity:
		g := got.Interface().(document.Quantity)
		return w.Unit == g.Unit && w.Value.Equal(g.Value)
	}
	return want.Interface() == got.Interface()
}

// shown is a part of a document as differences print it: exact, never rounded to a currency.
func shown(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "nothing"
		}
		return shown(v.Elem())
	}
	switch v := v.Interface().(type) {
	case document.Decimal:
		return v.String()
	case document.Date:
		if v.IsZero() {
			return "no day"
		}
		return v.String()
	case time.Time:
		if v.IsZero() {
			return "no instant"
		}
		return v.UTC().Format(time.RFC3339Nano)
	case document.Money:
		return fmt.Sprintf("%s %s", v.Currency, v.Amount)
	case document.Quantity:
		return fmt.Sprintf("%s %s", v.Value, v.Unit)
	}
	switch v.Kind() {
	case reflect.String:
		return quoted(v.String())
	case reflect.Slice:
		return counted(v.Len())
	case reflect.Struct:
		return "a " + expr.Called(v.Type())
	}
	return fmt.Sprint(v.Interface())
}

func shownOr(want reflect.Value, v value) string {
	if want.IsNil() {
		return "nothing"
	}
	if v.sort == group {
		return v.shown()
	}
	return shown(want)
}

func shownEntry(v reflect.Value) string {
	if !v.IsValid() {
		return "nothing"
	}
	return quoted(v.String())
}

// record compares a part of a record with what was written for it. A record's columns have no type of their own, so the quotes
// decide: "12.50" is that text, and 12.50 is the number, which 12.5 is as well.
func (d *differ) record(v value, got any, path string, table interface{ Names(path string) []string }) {
	switch v.sort {
	case group:
		r, ok := got.(connectors.Record)
		if !ok {
			d.compared(path)
			d.differs(v, path, v.shown(), theirs(got), "")
			return
		}
		for i, name := range v.names {
			here := under(path, name.Value)
			found, ok := r[name.Value]
			if !ok {
				d.differs(v.parts[i], here, v.parts[i].shown(), "nothing", config.Choose(name.Value, table.Names(path)))
				continue
			}
			d.record(v.parts[i], found, here, table)
		}
		return
	case list:
		d.compared(path)
		items, ok := got.([]any)
		if !ok || len(items) != len(v.items) {
			count := theirs(got)
			if ok {
				count = counted(len(items))
			}
			d.differs(v, path, counted(len(v.items)), count, "")
		}
		for i := range min(len(v.items), len(items)) {
			d.record(v.items[i], items[i], element(path, i), table)
		}
		return
	}
	d.compared(path)
	if fix, ok := equals(v, got); !ok {
		d.differs(v, path, v.shown(), theirs(got), fix)
	}
}

// equals says whether a record holds the single value that a test expects; fix says more where only the sort differs.
func equals(v value, got any) (fix string, ok bool) {
	switch got := got.(type) {
	case connectors.Number:
		if v.sort == text && v.text == string(got) {
			return "the one is a text, the other a number: take the quotes out if a number is meant", false
		}
		return "", v.sort == number && sameNumber(v.text, string(got))
	case string:
		if v.sort != text && v.sort != null && v.text == got {
			return "it is a text: put it in quotes if a text is meant", false
		}
		return "", v.sort == text && v.text == got
	case bool:
		return "", v.sort == yesNo && v.text == fmt.Sprint(got)
	case nil:
		return "", v.sort == null
	}
	return "", false
}

func sameNumber(a, b string) bool {
	x, err1 := document.ParseDecimal(a)
	y, err2 := document.ParseDecimal(b)
	if err1 != nil || err2 != nil {
		return a == b
	}
	return x.Equal(y)
}

// theirs is a value of a record as differences print it.
func theirs(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return quoted(v)
	case connectors.Number:
		return string(v)
	case []any:
		return counted(len(v))
	case connectors.Record:
		return "a group of fields"
	}
	return fmt.Sprint(v)
}
