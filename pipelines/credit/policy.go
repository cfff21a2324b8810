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
	"tradewire/pipelines"
)

// Policy says when an order is held, and who hears of it.
type Policy struct {
	Rates        map[document.Currency]document.Decimal `yaml:"rates"` // one unit in the base currency
	BaseCurrency document.Currency                      `yaml:"base_currency"`
	NoticeAbove  Percent                                `yaml:"notice_above" example:"80%"`
	WatchAbove   Percent                                `yaml:"watch_above" example:"90%"`
	RearmBelow   Percent                                `yaml:"rearm_below" example:"85%"` // a watch notice is due again after falling below
	OverdueDays  int                                    `yaml:"overdue_days"`
	StaleAfter   time.Duration                          `yaml:"stale_after"` // receivables older than that hold new orders
	Terms        map[string]int                         `yaml:"terms"`       // the longest credit by class, in days; none given: any terms
	Alert        string                                 `yaml:"alert"`       // the department that hears of holds

	People  map[string]Person `yaml:"people"`  // who may decide about credit, by the name given with --as
	Release *Releases         `yaml:"release"` // left out: nobody releases what is held

	Rules     `yaml:",inline"`
	Approving `yaml:",inline"`

	quotes *quotes // the dated rates of one decision; nil: none are known
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

// check finds every contradiction of the policy, each with the keys that lead to it.
func (p Policy) check() error {
	var found []error
	add := func(what, fix string, at ...string) {
		found = append(found, &pipelines.Mistake{At: at, What: what, Fix: fix})
	}
	if p.DatedRates {
		p.datedRates(add)
	} else if !p.BaseCurrency.Valid() {
		add(fmt.Sprintf("base_currency %q is not an ISO 4217 code", p.BaseCurrency), "write the currency that the rates are in, such as HKD", "base_currency")
	} else if base, ok := p.Rates[p.BaseCurrency]; !ok || !base.Equal(document.D("1")) {
		add(fmt.Sprintf("%s is the base currency and is not at 1", p.BaseCurrency), fmt.Sprintf(`write %s: "1" under rates:`, p.BaseCurrency), "rates", string(p.BaseCurrency))
	}
	for _, c := range sorted(p.Rates) {
		if !c.Valid() {
			add(fmt.Sprintf("rates: %q is not an ISO 4217 code", c), "write three capital letters, such as USD", "rates", string(c))
		}
		if p.Rates[c].Sign() <= 0 {
			add(fmt.Sprintf("rates: %s is %s", c, p.Rates[c]), "write a rate above zero", "rates", string(c))
		}
	}
	if p.NoticeAbove.Sign() <= 0 {
		add(fmt.Sprintf("notice_above is %s", p.NoticeAbove), "write a share of the limit above zero, such as 80%", "notice_above")
	}
	if p.WatchAbove.Less(p.NoticeAbove.Decimal) {
		add(fmt.Sprintf("watch_above %s lies below notice_above %s", p.WatchAbove, p.NoticeAbove), "let watch be the nearer to the limit of the two", "watch_above")
	}
	if p.WatchAbove.Greater(document.DecimalOf(100)) {
		add(fmt.Sprintf("watch_above %s lies beyond the limit", p.WatchAbove), "write at most 100%", "watch_above")
	}
	if p.RearmBelow.Sign() <= 0 || p.RearmBelow.Greater(p.WatchAbove.Decimal) {
		add(fmt.Sprintf("rearm_below %s does not lie between zero and watch_above %s: one crossing would warn for ever", p.RearmBelow, p.WatchAbove), "write a share above zero that is not above watch_above", "rearm_below")
	}
	if p.OverdueDays < 0 {
		add(fmt.Sprintf("overdue_days is %d", p.OverdueDays), "write 0 or more", "overdue_days")
	}
	if p.StaleAfter <= 0 {
		add(fmt.Sprintf("stale_after is %s", p.StaleAfter), "write how old receivables may be, such as 48h", "stale_after")
	}
	for _, class := range sorted(p.Terms) {
		if p.Terms[class] < 0 {
			add(fmt.Sprintf("terms: class %s has %d days", class, p.Terms[class]), "write 0 for paid before delivery", "terms", class)
		}
	}
	if p.Alert == "" {
		add("alert is empty", "name the department that hears of holds, such as finance", "alert")
	}
	return errors.Join(append(found, p.contradictions()...)...)
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
	if p.DatedRates {
		r, known := p.dated(of, in)
		return r.Rate, known
	}
	from, known := p.Rates[of]
	to, also := p.Rates[in]
	if !known || !also || to.Sign() <= 0 {
		return document.Decimal{}, false
	}
	return from.Div(to, ratePlaces), true
}
