package expr

import (
	"fmt"

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
		negated := part{typ: p.typ, decimals: p.decimals, words: "-" + p.words, run: func(r *Run) (any, error) {
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

// sides compiles both sides of an operator, with what it does without.
func (c *compiler) sides(n *ast.BinaryNode) (left, right part) {
	missing, null, later := 0, 0, 0
	switch n.Operator {
	case "??":
		missing = 1
	case "==", "!=":
		null, later = 1, 1
	case "&&", "and", "||", "or":
		later = 1 // the left side may have looked
	}
	c.excused, c.nullable = c.excused+missing, c.nullable+null
	left = c.compile(n.Left)
	c.excused, c.nullable = c.excused-missing, c.nullable-null+later
	right = c.compile(n.Right)
	c.nullable -= later
	return left, right
}

func (c *compiler) binary(n *ast.BinaryNode) part {
	at := n.Location().From
	left, right := c.sides(n)
	words := left.words + " " + n.Operator + " " + right.words
	l, r := left.typ.Shape, right.typ.Shape
	p := part{typ: Type{Shape: YesNo}, words: words}
	switch n.Operator {
	case "??":
		has, lacks := c.branch(n, at, left.words+" ?? ...: it has a value", words+": it has none")
		return coalesce(left, right, words, has, lacks)
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
		return part{typ: Type{Shape: typ}, words: words, decimals: decimals(op, left, right), prose: left.prose || right.prose,
			run: pair(words, left, right, func(a, b any) (any, error) { return calculate(op, a, b) })}
	}
	return c.fault(at, "bad-expression", fmt.Sprintf("there is no operator %s", n.Operator), "use + - * / % and comparisons")
}

// decimals are those that a result can have.
func decimals(op string, left, right part) int {
	switch op {
	case "*":
		return left.decimals + right.decimals
	case "+", "-":
		return max(left.decimals, right.decimals)
	}
	return 0
}

// coalesce is `a ?? b`: b where a is null, or cannot be had because something in it is absent.
func coalesce(left, right part, words string, has, lacks *Branch) part {
	return part{typ: either(left.typ, right.typ), words: words, nullable: right.nullable, decimals: max(left.decimals, right.decimals), prose: left.prose || right.prose, run: func(r *Run) (any, error) {
		v, err := left.run(r)
		if v == nil && (err == nil || isAbsent(err)) {
			r.took(lacks)
			return right.run(r)
		}
		if err == nil {
			r.took(has)
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
			err = &Problem{What: words + ": " + p.What, Fix: p.Fix, Absent: p.Absent, better: p.better}
		}
		return nil, err
	}
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
