package expr

import (
	"errors"
	"fmt"
	"time"

	"tradewire/mapping/document"
)

// The values of expressions are nil, bool, string, Number, document.Decimal, document.Date, time.Time, document.Money,
// document.Quantity, List, Record, and pointers to the structs of a document. Nothing else comes in or goes out.

// Number is a number as another system wrote it. It is read when it is counted with, and kept as written otherwise.
type Number string

// Record is something with named fields whose names are known only when it comes.
type Record interface {
	Get(name string) (value any, ok bool)
	Names() []string // for messages
}

// List is a list of values.
type List interface {
	Len() int
	At(i int) any
}

type values []any

func (l values) Len() int     { return len(l) }
func (l values) At(i int) any { return l[i] }

// Problem says in plain words why an expression has no value for this record.
type Problem struct {
	What   string
	Fix    string
	Absent bool // something is missing or null: what `??` stands in for

	better func() string // a remedy that takes a search, for whoever reads it; `??` never does
}

// Remedy is what to write instead.
func (p *Problem) Remedy() string {
	if p.better != nil {
		if fix := p.better(); fix != "" {
			return fix
		}
	}
	return p.Fix
}

func (p *Problem) Error() string {
	fix := p.Remedy()
	if fix == "" {
		return p.What
	}
	return p.What + " -> " + fix
}

// Describe is Show with the shape behind it: true is a yes/no value.
func Describe(v any) string {
	shape := ShapeOf(v)
	if shown := Show(v); shown != shape.String() && v != nil {
		return shown + " is " + shape.String()
	}
	return "it is " + shape.String()
}

// instead is the remedy for a value that is not there.
func instead(words string) string {
	return fmt.Sprintf("fill it in the other system, or say what stands in its place: %s ?? ...", words)
}

func absent(what, fix string) *Problem { return &Problem{What: what, Fix: fix, Absent: true} }

func isAbsent(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	return ok && p.Absent
}

// number reads v as an exact number. ok is false when v is not a number at all.
func number(v any) (d document.Decimal, ok bool, err error) {
	switch v := v.(type) {
	case document.Decimal:
		return v, true, nil
	case Number:
		d, err := document.ParseDecimal(string(v))
		if err != nil {
			return d, true, notPlain(string(v))
		}
		return d, true, nil
	}
	return d, false, nil
}

// Decimal reads a number or a text that is a plain decimal number.
func Decimal(v any) (document.Decimal, error) {
	if s, ok := v.(string); ok {
		v = Number(s)
	}
	d, ok, err := number(v)
	if !ok {
		return d, &Problem{What: fmt.Sprintf("%s is not a number", Show(v)), Fix: "name a field that holds a number"}
	}
	return d, err
}

// Integer reads a whole number that fits into 64 bits.
func Integer(v any) (int64, error) {
	d, err := Decimal(v)
	if err != nil {
		return 0, err
	}
	n, ok := d.Int64()
	if !ok {
		return 0, &Problem{What: fmt.Sprintf("%s is not a whole number", d), Fix: "write round(x, 0) if the fraction may be dropped"}
	}
	return n, nil
}

func notPlain(s string) *Problem {
	return &Problem{
		What: fmt.Sprintf("%s is not a plain decimal number", clip(s)),
		Fix:  "digits with at most one point are needed: no separators, exponents, signs of currency, spaces or full-width digits",
	}
}

// bounded keeps a number that an expression made from growing without end.
func bounded(d document.Decimal) (any, error) {
	if s := d.String(); len(s) > maxDigits {
		return nil, &Problem{What: fmt.Sprintf("the result has more than %d digits", maxDigits), Fix: "round between the steps"}
	}
	return d, nil
}

// Show is a value as messages print it.
func Show(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return clip(v)
	case Number:
		return string(v)
	case bool:
		return fmt.Sprint(v)
	case document.Decimal:
		return v.String()
	case document.Date:
		return v.String()
	case document.Money:
		return v.String()
	case document.Quantity:
		return v.String()
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return ShapeOf(v).String()
}

// clip quotes a text and keeps messages short.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
