package mapping

import (
	"fmt"
	"reflect"
	"slices"

	"tradewire/config"
	"tradewire/mapping/expr"
)

// partsOf says what a field consists of: the struct inside it, whether it is a list, whether it is a map of texts.
func partsOf(t reflect.Type) (inside reflect.Type, isList, isTexts bool) {
	switch t.Kind() {
	case reflect.Map:
		return nil, false, true
	case reflect.Slice:
		return t.Elem(), true, false
	}
	if typ := expr.TypeOf(t); typ.Shape == expr.Group {
		return typ.Of, false, false
	}
	return nil, false, false
}

// fillable is false of the parts of a list that have no fields to fill.
func fillable(inside reflect.Type) bool { return inside == nil || inside.Kind() == reflect.Struct }

// suits checks what is known now of the value against the field.
func (b *builder) suits(value *formula, target *expr.Field, path string) bool {
	got, want := value.Type.Shape, takes(target.Type.Shape)
	if got != expr.Anything && got != expr.Nothing && got&want == 0 {
		b.fault(value.at, "wrong-type", fmt.Sprintf("%s is %s and is given %s", path, target.Type.Shape, got), "write "+exampleOf(target.Go))
		return false
	}
	allowed := words[target.Go]
	if allowed == nil || b.codes[value.Code].Unknown.Value == "same" {
		return true
	}
	var given []string
	if s, ok := value.Literal.(string); ok {
		given = append(given, s)
	}
	if list, ok := b.codes[value.Code]; ok {
		for _, s := range list.Values {
			given = append(given, s)
		}
		if list.Otherwise != nil {
			given = append(given, *list.Otherwise)
		}
	}
	slices.Sort(given)
	for _, s := range slices.Compact(given) {
		if !slices.Contains(allowed, s) {
			b.fault(value.at, "unknown-word", fmt.Sprintf("%s cannot be %q", path, s), config.Choose(s, allowed))
			return false
		}
	}
	return true
}

// takes is what may be assigned to a field of the shape: numbers come as text from many systems, ids as numbers.
func takes(field expr.Shape) expr.Shape {
	switch field {
	case expr.Numeric, expr.Text:
		return expr.Numeric | expr.Text
	case expr.Day, expr.Instant:
		return field | expr.Text
	}
	return field
}

func exampleOf(t reflect.Type) string {
	switch expr.TypeOf(t).Shape {
	case expr.Amount:
		return "money(amount, currency)"
	case expr.Measure:
		return "quantity(value, unit)"
	case expr.Day:
		return `date(x, "YYYY-MM-DD")`
	case expr.Instant:
		return "instant(x)"
	case expr.Numeric:
		return "decimal(x) or integer(x)"
	case expr.YesNo:
		return `a comparison: x == "Y"`
	}
	return "text(x)"
}

// unwritable says why a value of the type cannot stand in a record.
func unwritable(t expr.Type) *expr.Problem {
	switch {
	case t.Shape == expr.Amount:
		return &expr.Problem{What: "money, which a record holds in two fields", Fix: "write .amount, and the .currency in a field of its own"}
	case t.Shape == expr.Measure:
		return &expr.Problem{What: "a quantity, which a record holds in two fields", Fix: "write .value, and the .unit in a field of its own"}
	case t.Shape == expr.Group && t.Of != nil:
		return &expr.Problem{What: "a whole " + expr.Called(t.Of), Fix: "write fields: below it"}
	case t.Shape == expr.Listing && t.Of != nil && t.Of.Kind() == reflect.Struct:
		return &expr.Problem{What: "a list of " + expr.Called(t.Of) + "s", Fix: "write each: and fields: below it"}
	}
	return nil
}
