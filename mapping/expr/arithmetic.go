package expr

import (
	"fmt"

	"tradewire/mapping/document"
)

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
