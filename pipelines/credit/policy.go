// Package credit decides whether a customer has credit for an order, and counts what every account owes or may come to
// owe: open orders, shipped goods, invoices and receivables, each amount in exactly one place.
package credit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tradewire/mapping/document"
)

// Policy says when an order is held, and who hears of it.
type Policy struct {
	Rates        map[document.Currency]document.Decimal `yaml:"rates"` // one unit in the base currency
	BaseCurrency document.Currency                      `yaml:"base_currency"`
	NoticeAbove  Percent                                `yaml:"notice_above"`
	WatchAbove   Percent                                `yaml:"watch_above"`
	RearmBelow   Percent                                `yaml:"rearm_below"` // a watch notice is due again after falling below
	OverdueDays  int                                    `yaml:"overdue_days"`
	StaleAfter   time.Duration                          `yaml:"stale_after"` // receivables older than that hold new orders
	Terms        map[string]int                         `yaml:"terms"`       // the longest credit by class, in days; none given: any terms
	Alert        string                                 `yaml:"alert"`       // the department that hears of holds

	Rules `yaml:",inline"`
}

// Percent is a share of a limit, written "80%".
type Percent struct{ document.Decimal }

// UnmarshalText reads "80%".
func (p *Percent) UnmarshalText(text []byte) error {
	number, ok := strings.CutSuffix(string(text), "%")
	d, err := document.ParseDecimal(number)
	if !ok || err != nil {
		return fmt.Errorf("%q is not a share: write 80%%", text)
	}
	p.Decimal = d
	return nil
}

// Pattern is what UnmarshalText reads, for editors.
func (p Percent) Pattern() string { return p.Decimal.Pattern() + "%" }

// MarshalText writes "80%".
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

func (p Percent) String() string { return p.Decimal.String() + "%" }

// of is the exact share of an amount, not rounded: 90 % of 0.01 is less than 0.01.
func (p Percent) of(m document.Money) document.Money {
	return document.Money{Amount: m.Amount.Mul(p.Decimal).Mul(document.D("0.01")), Currency: m.Currency}
}

// check finds every contradiction of the policy.
func (p Policy) check() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("credit policy: "+format, args...))
	}
	if !p.BaseCurrency.Valid() {
		fault("base_currency %q is not an ISO 4217 code -> write the currency that the rates are in, such as HKD", p.BaseCurrency)
	} else if base, ok := p.Rates[p.BaseCurrency]; !ok || !base.Equal(document.D("1")) {
		fault("rates: %s is the base currency and must be there at \"1\"", p.BaseCurrency)
	}
	for _, c := range sorted(p.Rates) {
		if !c.Valid() {
			fault("rates: %q is not an ISO 4217 code", c)
		}
		if p.Rates[c].Sign() <= 0 {
			fault("rates: %s is %s -> a rate is above zero", c, p.Rates[c])
		}
	}
	if p.NoticeAbove.Sign() <= 0 {
		fault("notice_above is %s -> write a share of the limit above zero, such as 80%%", p.NoticeAbove)
	}
	if p.WatchAbove.Less(p.NoticeAbove.Decimal) {
		fault("watch_above %s lies below notice_above %s -> watch is the nearer to the limit of the two", p.WatchAbove, p.NoticeAbove)
	}
	if p.WatchAbove.Greater(document.DecimalOf(100)) {
		fault("watch_above %s lies beyond the limit -> write at most 100%%", p.WatchAbove)
	}
	if p.RearmBelow.Sign() <= 0 || p.RearmBelow.Greater(p.WatchAbove.Decimal) {
		fault("rearm_below %s must lie above zero and not above watch_above %s, or one crossing alerts for ever", p.RearmBelow, p.WatchAbove)
	}
	if p.OverdueDays < 0 {
		fault("overdue_days is %d -> write 0 or more", p.OverdueDays)
	}
	if p.StaleAfter <= 0 {
		fault("stale_after is %s -> write how old receivables may be, such as 48h", p.StaleAfter)
	}
	for _, class := range sorted(p.Terms) {
		if p.Terms[class] < 0 {
			fault("terms: class %s has %d days -> write 0 for paid before delivery", class, p.Terms[class])
		}
	}
	if p.Alert == "" {
		fault("alert is empty -> name the department that hears of holds, such as finance")
	}
	return errors.Join(append(faults, p.contradictions()...)...)
}

func sorted[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// ratePlaces are the decimals that a rate is kept with.
const ratePlaces = 10

// Rate is one unit of a currency in another; false when the policy does not know one of them.
func (p Policy) Rate(of, in document.Currency) (document.Decimal, bool) {
	if of == in && of != "" {
		return document.D("1"), true
	}
	from, known := p.Rates[of]
	to, also := p.Rates[in]
	if !known || !also || to.Sign() <= 0 {
		return document.Decimal{}, false
	}
	return from.Div(to, ratePlaces), true
}
