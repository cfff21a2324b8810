package expr

import (
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tradewire/mapping/document"
)

// plain draws a plain decimal number.
func plain() *rapid.Generator[string] { return rapid.StringMatching(`-?[0-9]{1,14}(\.[0-9]{1,12})?`) }

func rat(t *rapid.T, s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is no number", s)
	}
	return r
}

// on runs an expression on two numbers a and b of a record.
func on(t *rapid.T, source, a, b string) any {
	p, faults := Compile(at(source), &Scope{})
	if faults != nil {
		t.Fatal(faults)
	}
	v, err := p.Value(NewRun(row{"a": Number(a), "b": Number(b)}))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestArithmeticAgreesWithFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := plain().Draw(t, "a"), plain().Draw(t, "b")
		x, y := rat(t, a), rat(t, b)
		// As fields and as literals: a literal goes through another path of the parser.
		for _, form := range []struct{ a, b string }{{"a", "b"}, {"(" + a + ")", "(" + b + ")"}, {"a", "(" + b + ")"}} {
			for op, want := range map[string]*big.Rat{"+": new(big.Rat).Add(x, y), "-": new(big.Rat).Sub(x, y), "*": new(big.Rat).Mul(x, y)} {
				source := form.a + " " + op + " " + form.b
				got := on(t, source, a, b).(document.Decimal).String()
				if rat(t, got).Cmp(want) != 0 {
					t.Fatalf("%s = %s; want %s (a %s, b %s)", source, got, want.FloatString(30), a, b)
				}
			}
			for op, want := range map[string]bool{"==": x.Cmp(y) == 0, "!=": x.Cmp(y) != 0, "<": x.Cmp(y) < 0, "<=": x.Cmp(y) <= 0, ">": x.Cmp(y) > 0, ">=": x.Cmp(y) >= 0} {
				if source := form.a + " " + op + " " + form.b; on(t, source, a, b) != want {
					t.Fatalf("%s is not %v (a %s, b %s)", source, want, a, b)
				}
			}
		}
	})
}

func TestSumMaxMinAndNegationAgreeWithFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := plain().Draw(t, "a"), plain().Draw(t, "b")
		x, y := rat(t, a), rat(t, b)
		larger, smaller := x, y
		if x.Cmp(y) < 0 {
			larger, smaller = y, x
		}
		for source, want := range map[string]*big.Rat{
			"sum([a, b, a])": new(big.Rat).Add(x, new(big.Rat).Add(x, y)), "max(a, b)": larger, "min([a, b])": smaller,
			"-a": new(big.Rat).Neg(x), "abs(a)": new(big.Rat).Abs(x), "a + b - b": x, "decimal(text(a))": x,
		} {
			if got := Show(on(t, source, a, b)); rat(t, got).Cmp(want) != 0 {
				t.Fatalf("%s = %s; want %s", source, got, want.FloatString(30))
			}
		}
	})
}

func TestQuotientsAreRoundedOnceFromTheExactValue(t *testing.T) {
	half := big.NewRat(1, 2)
	rapid.Check(t, func(t *rapid.T) {
		a, b := plain().Draw(t, "a"), plain().Draw(t, "b")
		x, y := rat(t, a), rat(t, b)
		if y.Sign() == 0 {
			t.Skip("division by zero is a problem of its own")
		}
		places := rapid.IntRange(0, 6).Draw(t, "places")
		// Half away from zero: the magnitude, scaled, plus a half, cut off.
		scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
		q := new(big.Rat).Quo(x, y)
		scaled := new(big.Rat).Add(new(big.Rat).Mul(new(big.Rat).Abs(q), scale), half)
		whole := new(big.Rat).SetInt(new(big.Int).Quo(scaled.Num(), scaled.Denom()))
		want := whole.Quo(whole, scale)
		if q.Sign() < 0 {
			want.Neg(want)
		}
		got := Show(on(t, fmt.Sprintf("round(a / b, %d)", places), a, b))
		if rat(t, got).Cmp(want) != 0 {
			t.Fatalf("round(%s / %s, %d) = %s; want %s", a, b, places, got, want.FloatString(places))
		}
	})
}

func TestDaysSurviveEveryForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := document.Date{Year: 2000, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 20000).Draw(t, "day"))
		form := rapid.SampledFrom([]string{"YYYY-MM-DD", "YYYYMMDD", "DD/MM/YYYY", "D.M.YYYY", "YYYY年MM月DD日", "MM-DD-YYYY hh:mm:ss"}).Draw(t, "form")
		p, faults := Compile(at(fmt.Sprintf("date(text(date(d), %q), %q)", form, form)), &Scope{})
		if faults != nil {
			t.Fatal(faults)
		}
		if v, err := p.Value(NewRun(row{"d": day.String()})); v != day {
			t.Fatalf("%s in %s came back as %v, %v", day, form, v, err)
		}
	})
}

var order = &document.SalesOrder{
	ID: "1", Number: "SO-1", Currency: "HKD", Net: document.M("0.30", "HKD"), OrderedOn: document.Date{Year: 2026, Month: 1, Day: 5},
	Party: &document.Party{Account: "K1", Refs: map[string]string{"erp": "K9"}}, Lines: []document.OrderLine{{No: 1, Item: "A", Quantity: document.Q("0.1", "C62")}, {No: 2}},
}

// FuzzExpression sees that no expression panics, runs away, or gives a value that is not ours.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{
		"0.1 + 0.2 == 0.3", `code("unit", sku) ?? "x"`, `map(lines, .qty * price)`, `date(shipped, "YYYYMMDD")`, "let a = qty; a ** 2", `"\u00e9" + '\n'`,
		`round(qty / 3, 2)`, "lines[0:1][-1].no", `nowhere?.a?.b ?? {a: [1, .5e3]}`, "filter(lines, # . no > 1 && #index < 2)", "-(-(-1))", "a.b.c()", "b'x'", "1..1000000",
		"reduce(lines, #acc + 1)", `"珠" in ["珠"]`, "not (1 < 2 <= 3)", "if a { 1 } else if b { 2 } else { 3 }", ";", "::map(lines, 1)", `"a" matches "a*"`, "{}", "[", "#", "?.", "`raw`", "0x10 + 0b1",
		"sum(lines, .quantity.value)", `party.refs["erp"] ?? nil`, "max(map(lines, .no))", "net + net", "find(lines, .no == 2).goods?.name", `text(ordered_on, "YYYYMMDD")`, "lines[0] == lines[1]", "min(ordered_on, requested_on ?? ordered_on)", "(party ?? lines)[0]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		for this, on := range map[reflect.Type]any{nil: sample, reflect.TypeFor[document.SalesOrder](): order} {
			p, faults := Compile(at(source), &Scope{This: this, Codes: codes})
			if (p == nil) == (len(faults) == 0) {
				t.Fatal("neither a program nor a fault")
			}
			if p != nil {
				check(t, p, on)
			}
		}
	})
}

// check runs a program: it gives a value of ours, of the shape that was foretold, or a problem in words.
func check(t *testing.T, p *Program, on any) {
	v, err := p.Value(NewRun(on))
	if err != nil {
		if problem, ok := err.(*Problem); !ok || problem.What == "" {
			t.Fatalf("%T: %v", err, err)
		}
		return
	}
	shape := ShapeOf(v)
	if v != nil && !shape.fits(p.Type.Shape) {
		t.Fatalf("%s was foretold, %s came", p.Type.Shape, shape)
	}
	if _, isRecord := v.(Record); shape == Group && !isRecord && !strings.HasPrefix(fmt.Sprintf("%T", v), "*document.") {
		t.Fatalf("%T is no value of expressions", v)
	}
}
