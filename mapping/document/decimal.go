// Package document holds the nouns of the trade: sales order, party, credit account, shipment, invoice, notice.
// They are values: no clock, no database, no decision. Money and quantities are exact decimals with their currency
// or unit; a day (Date) and an instant (time.Time) are different types.
package document

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// Decimal is an exact decimal number. The zero value is 0. Compare with Cmp or Equal, never with ==.
type Decimal struct{ d decimal.Decimal }

// maxDigits bounds what a number from outside may hold: 1e400 is not a quantity.
const maxDigits = 30

// ParseDecimal reads plain decimal notation: an optional minus, digits, an optional point with digits. Group
// separators, exponents, currency signs, full-width digits and spaces are refused.
func ParseDecimal(s string) (Decimal, error) {
	digits := strings.TrimPrefix(s, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	if !allDigits(whole) || point && !allDigits(fraction) {
		return Decimal{}, fmt.Errorf("%q is not a plain decimal number", s)
	}
	if len(whole)+len(fraction) > maxDigits {
		return Decimal{}, fmt.Errorf("%q has more than %d digits", s, maxDigits)
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return Decimal{}, fmt.Errorf("%q is not a plain decimal number", s)
	}
	return Decimal{d}, nil
}

// Pattern is what ParseDecimal reads, for editors.
func (Decimal) Pattern() string { return `-?[0-9]+(\.[0-9]+)?` }

func allDigits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// D is ParseDecimal for literals in code; it panics on anything else.
func D(s string) Decimal {
	d, err := ParseDecimal(s)
	if err != nil {
		panic(err)
	}
	return d
}

// DecimalOf is the integer n.
func DecimalOf(n int64) Decimal { return Decimal{decimal.NewFromInt(n)} }

func (a Decimal) Add(b Decimal) Decimal { return Decimal{a.d.Add(b.d)} }
func (a Decimal) Sub(b Decimal) Decimal { return Decimal{a.d.Sub(b.d)} }
func (a Decimal) Mul(b Decimal) Decimal { return Decimal{a.d.Mul(b.d)} }
func (a Decimal) Neg() Decimal          { return Decimal{a.d.Neg()} }
func (a Decimal) Abs() Decimal          { return Decimal{a.d.Abs()} }

// Div divides to places decimals, half away from zero. The divisor must not be zero.
func (a Decimal) Div(b Decimal, places int32) Decimal { return Decimal{a.d.DivRound(b.d, places)} }

// QuoRem divides whole: a = quotient*b + remainder.
func (a Decimal) QuoRem(b Decimal) (quotient, remainder Decimal) {
	q, r := a.d.QuoRem(b.d, 0)
	return Decimal{q}, Decimal{r}
}

// Round rounds half away from zero to places decimals.
func (a Decimal) Round(places int32) Decimal { return Decimal{a.d.Round(places)} }

func (a Decimal) Cmp(b Decimal) int      { return a.d.Cmp(b.d) }
func (a Decimal) Equal(b Decimal) bool   { return a.d.Cmp(b.d) == 0 }
func (a Decimal) Less(b Decimal) bool    { return a.d.Cmp(b.d) < 0 }
func (a Decimal) Greater(b Decimal) bool { return a.d.Cmp(b.d) > 0 }
func (a Decimal) Sign() int              { return a.d.Sign() }
func (a Decimal) IsZero() bool           { return a.d.IsZero() }

// Places is the number of digits behind the point, trailing zeros not counted.
func (a Decimal) Places() int32 {
	_, fraction, _ := strings.Cut(a.String(), ".")
	// #nosec G115 -- the digits of a number that was read with a limit
	return int32(len(fraction))
}

// Int64 is the number as an integer, and whether it is one that fits.
func (a Decimal) Int64() (int64, bool) {
	b := a.d.BigInt()
	return b.Int64(), a.d.IsInteger() && b.IsInt64()
}

// String is plain notation without trailing zeros.
func (a Decimal) String() string { return a.d.String() }

// Fixed is plain notation with exactly places digits behind the point, rounded half away from zero.
func (a Decimal) Fixed(places int32) string { return a.d.StringFixed(places) }

// MarshalJSON writes a string, so that no reader makes a float of it.
func (a Decimal) MarshalJSON() ([]byte, error) { return []byte(`"` + a.String() + `"`), nil }

func (a *Decimal) UnmarshalJSON(data []byte) error {
	return a.UnmarshalText(bytes.Trim(data, `"`))
}

func (a Decimal) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

func (a *Decimal) UnmarshalText(text []byte) (err error) {
	*a, err = ParseDecimal(string(text))
	return err
}
