package expr

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"

	"tradewire/mapping/document"
)

// Operators work on exact numbers, and on texts, dates and money where that means something. A text never turns into a
// number by itself, nor a number into a text.

func (c *compiler) unary(n *ast.UnaryNode) part {
	p := c.compile(n.Node)
	at := n.Location().From
	switch n.Operator {
	case "!", "not":
		if !p.typ.Shape.fits(YesNo) {
			return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, not a yes/no value", p.words, p.typ.Shape), "compare it: "+p.words+" != ...")
		}
		return part{typ: Type{Shape: YesNo}, words: "not " + p.words, run: func(r *Run) (any, error) {
			v, err := truth(r, p)
			return !v, err
		}}
	case "-", "+":
		if !p.typ.Shape.fits(Numeric | Amount) {
			return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, not a number", p.words, p.typ.Shape), "write decimal("+p.words+")")
		}
		if n.Operator == "+" {
			return p
		}
		negated := part{typ: p.typ, words: "-" + p.words, run: func(r *Run) (any, error) {
			v, err := p.run(r)
			if err != nil {
				return nil, err
			}
			if m, ok := v.(document.Money); ok {
				return document.Money{Amount: m.Amount.Neg(), Currency: m.Currency}, nil
			}
			d, ok, err := number(v)
			if !ok {
				return nil, needs(p.words, v, Numeric)
			}
			return d.Neg(), err
		}}
		if d, ok := p.literal.(document.Decimal); ok {
			return c.literal(d.Neg(), negated.words)
		}
		return negated
	}
	return c.fault(at, "bad-expression", fmt.Sprintf("there is no operator %s", n.Operator), "use not or -")
}

// needs is the problem of a value of the wrong shape; null counts as absent.
func needs(words string, v any, want Shape) *Problem {
	if v == nil {
		return absent(words+" is null", instead(words))
	}
	fix := "name a field that holds it"
	switch got := ShapeOf(v); {
	case want&Numeric != 0 && got == Text:
		fix = fmt.Sprintf("write decimal(%s)", words)
	case want&Text != 0 && got == Numeric:
		fix = fmt.Sprintf("write text(%s)", words)
	case want&Numeric != 0 && got == Amount:
		fix = fmt.Sprintf("write %s.amount", words)
	case want&Numeric != 0 && got == Measure:
		fix = fmt.Sprintf("write %s.value", words)
	}
	shown := ""
	if s := Show(v); s != ShapeOf(v).String() {
		shown = " (" + s + ")"
	}
	return &Problem{What: fmt.Sprintf("%s is %s%s, not %s", words, ShapeOf(v), shown, want), Fix: fix}
}

func (c *compiler) binary(n *ast.BinaryNode) part {
	at := n.Location().From
	left, right := c.compile(n.Left), c.compile(n.Right)
	words := left.words + " " + n.Operator + " " + right.words
	l, r := left.typ.Shape, right.typ.Shape
	p := part{typ: Type{Shape: YesNo}, words: words}
	switch n.Operator {
	case "??":
		return coalesce(left, right, words)
	case "&&", "and", "||", "or":
		for _, side := range []part{left, right} {
			if !side.typ.Shape.fits(YesNo) {
				return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, not a yes/no value", side.words, side.typ.Shape), "compare it: "+side.words+" == ...")
			}
		}
		p.run = logic(n.Operator == "||" || n.Operator == "or", left, right)
		return p
	case "==", "!=":
		if l != Nothing && r != Nothing && !l.fits(r) {
			return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, %s is %s: they are never equal", left.words, l, right.words, r), remedy(left.words, l, right.words, r))
		}
		wanted := n.Operator == "=="
		p.run = pair(words, left, right, func(a, b any) (any, error) {
			same, err := equal(a, b)
			return same == wanted, err
		})
		return p
	case "<", "<=", ">", ">=":
		if !l.fits(r) || !l.fits(ordered) || !r.fits(ordered) {
			return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, %s is %s: neither comes before the other", left.words, l, right.words, r), remedy(left.words, l, right.words, r))
		}
		p.run = pair(words, left, right, ordering(n.Operator))
		return p
	case "in":
		if !r.fits(Listing | Group) {
			return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, not a list", right.words, r), `write a list: x in ["a", "b"]`)
		}
		p.run = pair(words, left, right, within)
		return p
	case "contains", "startsWith", "endsWith":
		if !l.fits(Text) || !r.fits(Text) {
			return c.fault(at, "wrong-type", fmt.Sprintf("%s works on two texts, not on %s and %s", n.Operator, l, r), "write text(...)")
		}
		p.run = pair(words, left, right, textual(n.Operator))
		return p
	case "matches":
		return c.matches(left, right, words, at)
	case "+", "-", "*", "/", "%":
		typ, ok := arithmetic(n.Operator, l, r)
		if !ok {
			return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, %s is %s: %s does not work on them", left.words, l, right.words, r, n.Operator), remedy(left.words, l, right.words, r))
		}
		op := n.Operator
		return part{typ: Type{Shape: typ}, words: words, run: pair(words, left, right, func(a, b any) (any, error) { return calculate(op, a, b) })}
	}
	return c.fault(at, "bad-expression", fmt.Sprintf("there is no operator %s", n.Operator), "use + - * / % and comparisons")
}

// coalesce is `a ?? b`: b where a is null, or cannot be had because something in it is absent.
func coalesce(left, right part, words string) part {
	return part{typ: either(left.typ, right.typ), words: words, nullable: right.nullable, run: func(r *Run) (any, error) {
		v, err := left.run(r)
		if v == nil && (err == nil || isAbsent(err)) {
			return right.run(r)
		}
		return v, err
	}}
}

func logic(or bool, left, right part) step {
	return func(r *Run) (any, error) {
		v, err := truth(r, left)
		if err != nil || v == or {
			return v, err
		}
		return truth(r, right)
	}
}

// pair runs both sides and then f, and names them when f does not work on them.
func pair(words string, left, right part, f func(a, b any) (any, error)) step {
	return func(r *Run) (any, error) {
		a, err := left.run(r)
		if err != nil {
			return nil, err
		}
		b, err := right.run(r)
		if err != nil {
			return nil, err
		}
		v, err := f(a, b)
		if err == nil {
			return v, nil
		}
		if err == errNull && a == nil {
			return nil, needs(left.words, nil, 0)
		}
		if err == errNull {
			return nil, needs(right.words, nil, 0)
		}
		if p, ok := err.(*Problem); ok {
			err = &Problem{What: words + ": " + p.What, Fix: p.Fix, Absent: p.Absent}
		}
		return nil, err
	}
}

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

// arithmetic is the shape that op gives on two shapes, and whether it works on them.
func arithmetic(op string, l, r Shape) (Shape, bool) {
	if op == "+" || op == "-" {
		able := Numeric | Amount | Measure
		if op == "+" {
			able |= Text
		}
		if !l.fits(able) || !r.fits(able) || !l.fits(r) {
			return 0, false
		}
		if l == Anything {
			return r & able, true
		}
		return l & able, true
	}
	return Numeric, l.fits(Numeric) && r.fits(Numeric)
}

// calculate is one operation, exact.
func calculate(op string, a, b any) (any, error) {
	if a == nil || b == nil {
		return nil, errNull
	}
	x, ok1, err1 := number(a)
	y, ok2, err2 := number(b)
	if !ok1 || !ok2 {
		return compound(op, a, b)
	}
	if err := first(err1, err2); err != nil {
		return nil, err
	}
	switch op {
	case "+":
		return bounded(x.Add(y))
	case "-":
		return bounded(x.Sub(y))
	case "*":
		return bounded(x.Mul(y))
	}
	if y.IsZero() {
		return nil, &Problem{What: fmt.Sprintf("%s cannot be divided by zero", x), Fix: "guard it: b == 0 ? ... : a / b"}
	}
	if op == "%" {
		_, rest := x.QuoRem(y)
		return rest, nil
	}
	return quotient(x, y)
}

// quotient divides when the result can be written down; otherwise a mapping must say to how many places.
func quotient(x, y document.Decimal) (any, error) {
	q := x.Div(y, 40)
	if !q.Mul(y).Equal(x) {
		return nil, &Problem{What: fmt.Sprintf("%s / %s has no end", x, y), Fix: "say to how many places: round(a / b, 4)"}
	}
	return bounded(q)
}

// compound adds texts, money of one currency and quantities of one unit.
func compound(op string, a, b any) (any, error) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok && op == "+" {
			if len(x)+len(y) > maxText {
				return nil, tooLong()
			}
			return x + y, nil
		}
	case document.Money:
		if y, ok := b.(document.Money); ok && x.Currency == y.Currency {
			amount, err := calculate(op, x.Amount, y.Amount)
			if d, ok := amount.(document.Decimal); ok && (op == "+" || op == "-") {
				return document.Money{Amount: d, Currency: x.Currency}, nil
			} else if err != nil {
				return nil, err
			}
		}
	case document.Quantity:
		if y, ok := b.(document.Quantity); ok && x.Unit == y.Unit {
			value, err := calculate(op, x.Value, y.Value)
			if d, ok := value.(document.Decimal); ok && (op == "+" || op == "-") {
				return document.Quantity{Value: d, Unit: x.Unit}, nil
			} else if err != nil {
				return nil, err
			}
		}
	}
	return nil, mixed("joined by "+op, a, b)
}

func tooLong() *Problem {
	return &Problem{What: fmt.Sprintf("the expression makes a text of more than %d bytes", maxText), Fix: "use cut()"}
}

// mixed is the problem of two values that do not go together.
func mixed(how string, a, b any) *Problem {
	l, r := ShapeOf(a), ShapeOf(b)
	if l == r {
		return &Problem{What: fmt.Sprintf("%s and %s cannot be %s", Show(a), Show(b), how), Fix: "bring both to the same sort, currency or unit first"}
	}
	return &Problem{What: fmt.Sprintf("%s (%s) and %s (%s) cannot be %s", l, Show(a), r, Show(b), how), Fix: remedy("x", l, "x", r)}
}

// remedy is what to write when two shapes do not go together.
func remedy(left string, l Shape, right string, r Shape) string {
	words := left
	if l != Text && r == Text {
		words, l, r = right, r, l
	}
	if l == Text {
		switch r {
		case Numeric:
			return fmt.Sprintf("write decimal(%s) to count with it, or text(...) around the number", words)
		case Day:
			return fmt.Sprintf("write date(%s)", words)
		case YesNo:
			return fmt.Sprintf(`compare the text: %s == "Y"`, words)
		}
	}
	if l == Amount || r == Amount {
		return "write .amount behind the money"
	}
	if l == Measure || r == Measure {
		return "write .value behind the quantity"
	}
	return "bring both to the same sort of value first"
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
