package document

import (
	"fmt"
	"strings"
)

// Currency is an ISO 4217 code: HKD, USD, CNY.
type Currency string

// currencyPlaces lists the currencies whose smallest unit is not a hundredth, by ISO 4217.
var currencyPlaces = map[Currency]int32{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0,
	"VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

// Places is the number of decimals of the currency's smallest unit.
func (c Currency) Places() int32 {
	if places, ok := currencyPlaces[c]; ok {
		return places
	}
	return 2
}

// Valid says whether c has the form of an ISO 4217 code.
func (c Currency) Valid() bool {
	return len(c) == 3 && strings.ToUpper(string(c)) == string(c) && strings.Trim(string(c), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// Money is an exact amount in one currency.
type Money struct {
	Amount   Decimal  `json:"amount,omitzero"`
	Currency Currency `json:"currency,omitzero"`
}

// M is Money from a literal in code.
func M(amount string, currency Currency) Money { return Money{D(amount), currency} }

// Zero is no money, in the same currency.
func (m Money) Zero() Money { return Money{Currency: m.Currency} }

// Add panics on two currencies: converting is a decision that was forgotten. Money without a currency is nothing yet.
func (m Money) Add(n Money) Money {
	m, n = m.beside(n)
	return Money{m.Amount.Add(n.Amount), m.Currency}
}

// Sub panics on two currencies, as Add does.
func (m Money) Sub(n Money) Money {
	m, n = m.beside(n)
	return Money{m.Amount.Sub(n.Amount), m.Currency}
}

// Cmp compares two amounts of one currency; it panics on two.
func (m Money) Cmp(n Money) int {
	m, n = m.beside(n)
	return m.Amount.Cmp(n.Amount)
}

// Equal says whether two amounts are the same, in one currency.
func (m Money) Equal(n Money) bool { return m.Currency == n.Currency && m.Amount.Equal(n.Amount) }

func (m Money) beside(n Money) (Money, Money) {
	if m.Currency == "" && m.Amount.IsZero() {
		m.Currency = n.Currency
	}
	if n.Currency == "" && n.Amount.IsZero() {
		n.Currency = m.Currency
	}
	if m.Currency != n.Currency {
		panic(fmt.Sprintf("money: %s with %s", m, n))
	}
	return m, n
}

// Times multiplies and rounds to the currency's smallest unit, half away from zero.
func (m Money) Times(factor Decimal) Money {
	return Money{m.Amount.Mul(factor).Round(m.Currency.Places()), m.Currency}
}

func (m Money) Sign() int    { return m.Amount.Sign() }
func (m Money) IsZero() bool { return m.Amount.IsZero() }

// String is for people: "HKD 12,345.60".
func (m Money) String() string {
	return string(m.Currency) + " " + Grouped(m.Amount.Fixed(m.Currency.Places()))
}

// Grouped puts a comma between thousands of a plain number.
func Grouped(plain string) string {
	sign, digits := "", plain
	if strings.HasPrefix(plain, "-") {
		sign, digits = "-", plain[1:]
	}
	whole, fraction, point := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + fraction
	}
	return sign + whole
}

// Quantity is an exact amount in one unit, a UN/ECE Recommendation 20 code: C62 pieces, MTR metres, KGM kilograms.
type Quantity struct {
	Value Decimal `json:"value,omitzero"`
	Unit  string  `json:"unit,omitzero"`
}

// Q is a Quantity from a literal in code.
func Q(value, unit string) Quantity { return Quantity{D(value), unit} }

// IsZero says that nothing is said: no number and no unit.
func (q Quantity) IsZero() bool { return q.Unit == "" && q.Value.IsZero() }

// Add panics on two units: converting needs the item's factor.
func (q Quantity) Add(r Quantity) Quantity {
	q, r = q.beside(r)
	return Quantity{q.Value.Add(r.Value), q.Unit}
}

// Sub panics on two units, as Add does.
func (q Quantity) Sub(r Quantity) Quantity {
	q, r = q.beside(r)
	return Quantity{q.Value.Sub(r.Value), q.Unit}
}

func (q Quantity) beside(r Quantity) (Quantity, Quantity) {
	if q.IsZero() {
		q.Unit = r.Unit
	}
	if r.IsZero() {
		r.Unit = q.Unit
	}
	if q.Unit != r.Unit {
		panic(fmt.Sprintf("quantity: %s with %s", q, r))
	}
	return q, r
}

func (q Quantity) String() string { return Grouped(q.Value.String()) + " " + q.Unit }
