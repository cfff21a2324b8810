package mapping

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tradewire/config"
	"tradewire/mapping/document"
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
		w.wrong(under(path, f.name), f.value.at, p.What, p.Fix)
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
			w.wrong(here, f.each.at, expr.Describe(list.At(i)) + ", not a record", "name a list of records in each:")
			continue
		}
		w.run.Enter(element)
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
		w.wrong(path, each.at, expr.Describe(v) + ", not a list", "name a list of the record in each:")
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
			w.wrong(here, entry.value.at, p.What, p.Fix)
			continue
		}
		refs[entry.name] = s
	}
	field.Set(reflect.ValueOf(refs))
}

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

// textOf takes a text, or a whole number as the text that the other system wrote: 000123 cannot come as a number.
func textOf(v any) (string, *expr.Problem) {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case expr.Number:
		s = string(v)
		if strings.Trim(strings.TrimPrefix(s, "-"), "0123456789") != "" {
			return "", &expr.Problem{What: fmt.Sprintf("%s is a number, and a text is needed", s), Fix: `write text(x), or text(x, "0.00") for one fixed form`}
		}
	case document.Decimal:
		if s = v.String(); v.Places() > 0 {
			return "", &expr.Problem{What: fmt.Sprintf("%s is a number, and a text is needed", s), Fix: `write text(x, "0.00")`}
		}
	case nil:
		return "", &expr.Problem{What: "the text is null", Fix: `write "" if it may be empty`}
	default:
		return "", &expr.Problem{What: expr.Describe(v) + ", and a text is needed", Fix: "write text(x)"}
	}
	if !utf8.ValidString(s) {
		return "", &expr.Problem{What: fmt.Sprintf("%q is not valid UTF-8", s), Fix: "set the character set of the connection"}
	}
	return s, nil
}

func isOneOf(s string, allowed []string) *expr.Problem {
	if slices.Contains(allowed, s) {
		return nil
	}
	return &expr.Problem{What: fmt.Sprintf("%s is not known here", expr.Show(s)), Fix: "translate it with a code list; " + config.Choose(s, allowed)}
}

// maxID is the longest name that a document is found by: it must fit into every database's index.
const maxID = 200

// isID says what is wrong with a name that others find a document by.
func isID(s string) *expr.Problem {
	if s == "" {
		return &expr.Problem{What: "it is empty", Fix: "name a field that always has a value"}
	}
	return isName(s)
}

// isName refuses what people cannot see: two keys that look the same and are not would be two documents.
func isName(s string) *expr.Problem {
	if utf8.RuneCountInString(s) > maxID {
		return &expr.Problem{What: fmt.Sprintf("it has %d characters", utf8.RuneCountInString(s)), Fix: fmt.Sprintf("at most %d are taken; cut() it if that keeps it unique", maxID)}
	}
	if s != strings.TrimSpace(s) {
		return &expr.Problem{What: fmt.Sprintf("%s begins or ends with a space", expr.Show(s)), Fix: "write trim(x)"}
	}
	for _, c := range s {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == utf8.RuneError {
			return &expr.Problem{What: fmt.Sprintf("%s has a character that cannot be seen (%U)", expr.Show(s), c), Fix: "correct it in the other system"}
		}
	}
	return nil
}

// visible strips control characters, but not line ends and tabs, and characters that turn the direction of writing.
func visible(s string) string {
	hidden := func(c rune) bool {
		return unicode.IsControl(c) && c != '\n' && c != '\t' || '\u202a' <= c && c <= '\u202e' || '\u2066' <= c && c <= '\u2069'
	}
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	return strings.Map(func(c rune) rune {
		if hidden(c) {
			return -1
		}
		return c
	}, s)
}
