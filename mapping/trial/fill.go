package trial

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"tradewire/config"
	"tradewire/mapping"
	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// filler puts values of a test into a document, and reports what does not fit.
type filler struct{ faults config.Faults }

func (f *filler) fault(at config.Pos, code, what, fix string) {
	f.faults = append(f.faults, at.Fault(code, what, fix))
}

// wrong is a value that cannot stand in a field.
func (f *filler) wrong(v value, path, what, fix string) {
	f.fault(v.at, "wrong-type", fmt.Sprintf("%s is %s, and %s is due", path, v.sort, what), fix)
}

// fill puts v into a part of a document. What v does not name stays as it is; of a list, elements that are there are changed.
func (f *filler) fill(into reflect.Value, v value, path string) {
	if into.Kind() == reflect.Pointer {
		if v.sort == null {
			into.SetZero()
			return
		}
		fresh := reflect.New(into.Type().Elem())
		if !into.IsNil() {
			fresh.Elem().Set(into.Elem()) // what two documents share is never changed in place
		}
		f.fill(fresh.Elem(), v, path)
		into.Set(fresh)
		return
	}
	switch to := into.Addr().Interface().(type) {
	case *document.Decimal:
		f.decimal(to, v, path)
		return
	case *document.Date:
		f.date(to, v, path)
		return
	case *time.Time:
		f.instant(to, v, path)
		return
	case *document.Money:
		if v.sort == text || v.sort == number {
			f.money(to, v, path)
			return
		}
	case *document.Quantity:
		if v.sort == text || v.sort == number {
			f.quantity(to, v, path)
			return
		}
	}
	switch into.Kind() {
	case reflect.Struct:
		f.group(into, v, path)
	case reflect.Slice:
		f.list(into, v, path)
	case reflect.Map:
		f.texts(into, v, path)
	case reflect.Bool:
		if v.sort != yesNo {
			f.wrong(v, path, "a yes/no value", "write true or false, without quotes")
			return
		}
		into.SetBool(v.text == "true")
	case reflect.String:
		f.text(into, v, path)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		var d document.Decimal
		f.decimal(&d, v, path)
		n, whole := d.Int64()
		if !whole || into.OverflowInt(n) {
			f.fault(v.at, "wrong-type", fmt.Sprintf("%s is %s, and a whole number is due", path, v.shown()), "write digits alone: 100")
			return
		}
		into.SetInt(n)
	default:
		f.fault(v.at, "wrong-type", path+" cannot be written in a test", "take it out")
	}
}

func (f *filler) group(into reflect.Value, v value, path string) {
	if v.sort != group {
		fix := "write indented lines of field: value"
		switch into.Type() {
		case reflect.TypeFor[document.Money]():
			fix = "write HKD 1250.00, or {amount: 1250.00, currency: HKD}"
		case reflect.TypeFor[document.Quantity]():
			fix = "write 500 C62, or {value: 500, unit: C62}"
		}
		f.wrong(v, named(path), "a group of fields", fix)
		return
	}
	known := expr.FieldsOf(into.Type())
	for i, name := range v.names {
		field, ok := known.Find(name.Value)
		if !ok {
			f.fault(name.Pos, "unknown-field", fmt.Sprintf("the %s has no field %s", expr.Called(into.Type()), name), config.Choose(name.Value, known.Names()))
			continue
		}
		f.fill(into.Field(field.Index), v.parts[i], under(path, name.Value))
	}
}

func (f *filler) list(into reflect.Value, v value, path string) {
	if v.sort != list {
		f.wrong(v, path, "a list", "write an indented line with a dash for each, or [] for none")
		return
	}
	filled := reflect.MakeSlice(into.Type(), max(into.Len(), len(v.items)), max(into.Len(), len(v.items)))
	reflect.Copy(filled, into)
	for i := range v.items {
		f.fill(filled.Index(i), v.items[i], element(path, i))
	}
	into.Set(filled)
}

func (f *filler) texts(into reflect.Value, v value, path string) {
	if v.sort != group {
		f.wrong(v, path, "a group of texts", "write indented lines of name: text")
		return
	}
	filled := reflect.MakeMap(into.Type())
	for kept := into.MapRange(); kept.Next(); {
		filled.SetMapIndex(kept.Key(), kept.Value())
	}
	for i, name := range v.names {
		one := reflect.New(into.Type().Elem()).Elem()
		if v.parts[i].sort != null { // null: there is none
			f.fill(one, v.parts[i], under(path, name.Value))
			filled.SetMapIndex(reflect.ValueOf(name.Value), one)
		}
	}
	into.Set(filled)
}

// text is taken as it is written, with or without quotes: the field says that it is a text.
func (f *filler) text(into reflect.Value, v value, path string) {
	if v.sort > text || v.sort == null {
		f.wrong(v, path, "a text", `write it in one line; "" is the empty text`)
		return
	}
	if allowed := mapping.Words(into.Type()); allowed != nil && v.text != "" && !slices.Contains(allowed, v.text) {
		f.fault(v.at, "unknown-word", fmt.Sprintf("%s cannot be %q", path, v.text), config.Choose(v.text, allowed))
		return
	}
	into.SetString(v.text)
}

func (f *filler) decimal(into *document.Decimal, v value, path string) {
	d, err := document.ParseDecimal(v.text)
	if err != nil || v.sort != number && v.sort != text {
		f.fault(v.at, "wrong-type", fmt.Sprintf("%s is %s, and a number is due", path, v.shown()), "write digits with at most one point: 1200, 0.5")
		return
	}
	*into = d
}

func (f *filler) date(into *document.Date, v value, path string) {
	if v.sort == null {
		*into = document.Date{}
		return
	}
	d, err := document.ParseDate(v.text)
	if err != nil || v.sort != text {
		f.fault(v.at, "wrong-type", fmt.Sprintf("%s is %s, and a day is due", path, v.shown()), "write it like 2026-03-20, or null for none")
		return
	}
	*into = d
}

func (f *filler) instant(into *time.Time, v value, path string) {
	if v.sort == null {
		*into = time.Time{}
		return
	}
	at, err := time.Parse(time.RFC3339Nano, v.text)
	if err != nil || v.sort != text {
		f.fault(v.at, "wrong-type", fmt.Sprintf("%s is %s, and an instant is due", path, v.shown()), "write it like 2026-03-20T16:30:00+08:00, or null for none")
		return
	}
	*into = at.UTC()
}

func (f *filler) money(into *document.Money, v value, path string) {
	currency, amount, _ := strings.Cut(v.text, " ")
	d, err := document.ParseDecimal(amount)
	if err != nil || !document.Currency(currency).Valid() {
		f.fault(v.at, "wrong-type", fmt.Sprintf("%s is %s, and money is due", path, v.shown()), "write HKD 1250.00, or {amount: 1250.00, currency: HKD}")
		return
	}
	*into = document.Money{Amount: d, Currency: document.Currency(currency)}
}

func (f *filler) quantity(into *document.Quantity, v value, path string) {
	number, unit, _ := strings.Cut(v.text, " ")
	d, err := document.ParseDecimal(number)
	if err != nil || unit == "" {
		f.fault(v.at, "wrong-type", fmt.Sprintf("%s is %s, and a quantity is due", path, v.shown()), "write 500 C62, or {value: 500, unit: C62}")
		return
	}
	*into = document.Quantity{Value: d, Unit: unit}
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func element(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

func named(path string) string {
	if path == "" {
		return "this"
	}
	return path
}

func valueOf(d document.Document) reflect.Value { return reflect.ValueOf(d).Elem() }
