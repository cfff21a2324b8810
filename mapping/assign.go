package mapping

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// assigner is how a value gets into a field of the type. Null gets only where a document can be without a value.
func (b *builder) assigner(t reflect.Type, path string) func(reflect.Value, any) *expr.Problem {
	needed := slices.Contains(b.noun.needs, path) || slices.Contains(b.noun.ids, path)
	switch t {
	case reflect.TypeFor[document.Decimal]():
		return func(into reflect.Value, v any) *expr.Problem {
			d, err := expr.Decimal(v)
			if err != nil {
				return problemOf(err)
			}
			*into.Addr().Interface().(*document.Decimal) = d
			return nil
		}
	case reflect.TypeFor[document.Date]():
		return func(into reflect.Value, v any) *expr.Problem { return assignDate(into, v, needed) }
	case reflect.TypeFor[time.Time]():
		return assignTime
	case reflect.TypeFor[document.Money]():
		return exactly[document.Money]("money(amount, currency)")
	case reflect.TypeFor[document.Quantity]():
		return exactly[document.Quantity]("quantity(value, unit)")
	case reflect.TypeFor[document.Currency]():
		return func(into reflect.Value, v any) *expr.Problem { return assignCurrency(into, v, needed) }
	}
	switch t.Kind() {
	case reflect.Pointer:
		inner := b.assigner(t.Elem(), path)
		return func(into reflect.Value, v any) *expr.Problem {
			if v == nil {
				into.SetZero()
				return nil
			}
			into.Set(reflect.New(t.Elem()))
			return inner(into.Elem(), v)
		}
	case reflect.Bool:
		return func(into reflect.Value, v any) *expr.Problem {
			yes, ok := v.(bool)
			if !ok {
				return &expr.Problem{What: expr.Describe(v) + ", not a yes/no value", Fix: fmt.Sprintf("say what means yes: x == %s", expr.Show(v))}
			}
			into.SetBool(yes)
			return nil
		}
	case reflect.Int, reflect.Int64:
		return assignInteger
	}
	return b.textAssigner(t, path)
}

func (b *builder) textAssigner(t reflect.Type, path string) func(reflect.Value, any) *expr.Problem {
	var rule func(string) *expr.Problem
	switch allowed := words[t]; {
	case allowed != nil:
		rule = func(s string) *expr.Problem { return isOneOf(s, allowed) }
	case slices.Contains(b.noun.ids, path):
		rule = isID
	case slices.Contains(b.noun.names, path):
		rule = isName
	}
	return func(into reflect.Value, v any) *expr.Problem {
		s, p := textOf(v)
		if p != nil {
			return p
		}
		if rule == nil {
			into.SetString(visible(s))
			return nil
		}
		into.SetString(s)
		return rule(s)
	}
}

func problemOf(err error) *expr.Problem {
	if p, ok := err.(*expr.Problem); ok {
		return p
	}
	return &expr.Problem{What: err.Error()}
}

func exactly[T any](example string) func(reflect.Value, any) *expr.Problem {
	return func(into reflect.Value, v any) *expr.Problem {
		t, ok := v.(T)
		if !ok {
			return &expr.Problem{What: expr.Describe(v), Fix: "write " + example}
		}
		*into.Addr().Interface().(*T) = t
		return nil
	}
}

func assignDate(into reflect.Value, v any, needed bool) *expr.Problem {
	to := into.Addr().Interface().(*document.Date)
	switch v := v.(type) {
	case nil:
		if needed {
			return &expr.Problem{What: "the date is null", Fix: "the document must have this date: name a field that always has one"}
		}
		*to = document.Date{}
		return nil
	case document.Date:
		*to = v
		return nil
	case string:
		d, err := document.ParseDate(v)
		if err != nil {
			return &expr.Problem{What: err.Error(), Fix: `give the form it has: date(x, "YYYYMMDD")`}
		}
		*to = d
		return nil
	}
	return &expr.Problem{What: expr.Describe(v) + ", not a date", Fix: `give the form it has: date(x, "YYYYMMDD")`}
}

func assignTime(into reflect.Value, v any) *expr.Problem {
	to := into.Addr().Interface().(*time.Time)
	switch v := v.(type) {
	case nil:
		*to = time.Time{}
		return nil
	case time.Time:
		*to = v
		return nil
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			*to = at.UTC()
			return nil
		}
	}
	return &expr.Problem{What: expr.Describe(v) + ", not an instant", Fix: "it is written like 2026-01-31T16:30:00+08:00"}
}

func assignInteger(into reflect.Value, v any) *expr.Problem {
	n, err := expr.Integer(v)
	if err != nil {
		return problemOf(err)
	}
	if into.OverflowInt(n) {
		return &expr.Problem{What: fmt.Sprintf("%d is too large", n), Fix: "name another field"}
	}
	into.SetInt(n)
	return nil
}

func assignCurrency(into reflect.Value, v any, needed bool) *expr.Problem {
	s, p := textOf(v)
	if p != nil {
		return p
	}
	if (s != "" || needed) && !document.Currency(s).Valid() {
		return &expr.Problem{What: fmt.Sprintf("%s is not a currency", expr.Show(s)), Fix: `three capital letters are needed; translate others with code("currency", ...)`}
	}
	into.SetString(s)
	return nil
}
