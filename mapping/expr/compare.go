package expr

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"tradewire/mapping/document"
)

// errNull says that one side is null and the operator needs both.
var errNull = absent("a value is null", "guard it with ??")

const ordered = Text | Numeric | Day | Instant | Amount | Measure

// equal compares two values. Null equals null only; a text and a number cannot be compared.
func equal(a, b any) (bool, error) {
	if a == nil || b == nil {
		return a == nil && b == nil, nil
	}
	if x, ok, err := number(a); ok {
		y, ok, err2 := number(b)
		if !ok {
			return false, mixed("compared", a, b)
		}
		return err == nil && err2 == nil && x.Equal(y), first(err, err2)
	}
	switch x := a.(type) {
	case string, bool, document.Date:
		if reflect.TypeOf(a) == reflect.TypeOf(b) {
			return a == b, nil
		}
	case document.Money:
		if y, ok := b.(document.Money); ok {
			return x.Currency == y.Currency && x.Amount.Equal(y.Amount), nil
		}
	case document.Quantity:
		if y, ok := b.(document.Quantity); ok {
			return x.Unit == y.Unit && x.Value.Equal(y.Value), nil
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Equal(y), nil
		}
	}
	return false, mixed("compared", a, b)
}

// compare says which of two values comes first.
func compare(a, b any) (int, error) {
	if a == nil || b == nil {
		return 0, errNull
	}
	if x, ok, err := number(a); ok {
		y, ok, err2 := number(b)
		if !ok {
			return 0, mixed("compared", a, b)
		}
		if err := first(err, err2); err != nil {
			return 0, err
		}
		return x.Cmp(y), nil
	}
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), nil
		}
	case document.Date:
		if y, ok := b.(document.Date); ok {
			return x.Sub(y), nil
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), nil
		}
	case document.Money:
		if y, ok := b.(document.Money); ok && x.Currency == y.Currency {
			return x.Amount.Cmp(y.Amount), nil
		}
	case document.Quantity:
		if y, ok := b.(document.Quantity); ok && x.Unit == y.Unit {
			return x.Value.Cmp(y.Value), nil
		}
	}
	return 0, mixed("compared", a, b)
}

func ordering(op string) func(a, b any) (any, error) {
	return func(a, b any) (any, error) {
		c, err := compare(a, b)
		if err != nil {
			return nil, err
		}
		switch op {
		case "<":
			return c < 0, nil
		case "<=":
			return c <= 0, nil
		case ">":
			return c > 0, nil
		}
		return c >= 0, nil
	}
}

// within is `a in list`, or `"name" in record`: the record has the field.
func within(a, b any) (any, error) {
	switch b := b.(type) {
	case nil:
		return nil, errNull
	case List:
		for i := range b.Len() {
			same, err := equal(a, b.At(i))
			if same || err != nil {
				return same, err
			}
		}
		return false, nil
	case Record:
		if name, ok := a.(string); ok {
			_, has := b.Get(name)
			return has, nil
		}
	}
	return nil, &Problem{What: fmt.Sprintf("%s is not a list", Show(b)), Fix: `write a list: x in ["a", "b"]`}
}

func textual(op string) func(a, b any) (any, error) {
	test := map[string]func(s, t string) bool{"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix}[op]
	return func(a, b any) (any, error) {
		if a == nil || b == nil {
			return nil, errNull
		}
		s, ok1 := a.(string)
		t, ok2 := b.(string)
		if !ok1 || !ok2 {
			return nil, mixed("joined by "+op, a, b)
		}
		return test(s, t), nil
	}
}

// matches is a regular expression that is written out; its time grows with the text only.
func (c *compiler) matches(left, right part, words string, at int) part {
	pattern, ok := right.literal.(string)
	if !ok || !left.typ.Shape.fits(Text) {
		return c.fault(at, "wrong-type", "matches works on a text and a pattern that is written out", `write x matches "^[A-Z]+$"`)
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return c.fault(at, "bad-expression", fmt.Sprintf("%s is not a regular expression: %v", clip(pattern), err), "mend the pattern")
	}
	return part{typ: Type{Shape: YesNo}, words: words, run: func(r *Run) (any, error) {
		v, err := left.run(r)
		if err != nil {
			return nil, err
		}
		s, ok := v.(string)
		if !ok {
			return nil, needs(left.words, v, Text)
		}
		return re.MatchString(s), nil
	}}
}
