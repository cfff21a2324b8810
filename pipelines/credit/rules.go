package credit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tradewire/mapping/document"
)

// Rules are those of the study: who pays how, who signs, how old a figure may be. A rule that is left out does not hold.
type Rules struct {
	NewCustomer *NewCustomer `yaml:"new_customer"` // left out: new customers are judged like others
	Overseas    *Overseas    `yaml:"overseas"`     // left out: overseas customers are judged like others
	Waivers     *Waivers     `yaml:"waivers"`      // left out: no rule may be waived
	SignOff     *SignOff     `yaml:"sign_off"`     // left out: nobody is named
	Tolerance   Percent      `yaml:"tolerance"`    // of the limit, by which it may be passed before an order is held; left out: none

	GraceDays       int           `yaml:"grace_days"`                                       // an item that is late by no more is not overdue
	ExcludeDisputed bool          `yaml:"exclude_disputed"`                                 // items that the customer disputes hold nothing; they are shown all the same
	StaleAlertAfter time.Duration `yaml:"stale_alert_after"`                                // receivables older than that are mentioned; left out: never
	WhenStale       string        `yaml:"when_stale" enum:"hold,warn,allow" default:"hold"` // what receivables do to an order that are older than stale_after
	RateMaxAge      Days          `yaml:"rate_max_age" default:"4d" example:"4d"`           // a dated rate counts on its day and as many days after it
	DatedRates      bool          `yaml:"dated_rates"`                                      // real orders take their rates from the documents exchange_rate, of the day, and not from rates
	HorizonDays     int           `yaml:"horizon_days"`                                     // an order that ships later than that is not yet measured against the limit; 0: all are
	ShipCheck       *ShipCheck    `yaml:"ship_check"`                                       // left out: what was released is not looked at before it ships
	SplitFrom       *Amount       `yaml:"split_from" example:"CNY 100,000.00"`              // orders of one customer on one day, or under one purchase order, that each come to so much are signed by the role of their sum; left out: each by its own
	AutoRelease     AutoRelease   `yaml:"auto_release"`                                     // in which order held orders are to go when there is room again

	Debts   `yaml:",inline"`
	Telling `yaml:",inline"`
}

// NewCustomer says who is new and pays before delivery: either is enough.
type NewCustomer struct {
	Months int `yaml:"months" required:"true" example:"6"` // after the first order
	Orders int `yaml:"orders" required:"true" example:"6"` // no more than so many orders before this one
}

// Overseas says how customers abroad pay.
type Overseas struct {
	Needs []string `yaml:"needs" required:"true" example:"[LC_SIGHT, LC_USANCE]"` // terms of which one is needed, without their days
}

// Waivers say which rules a consent may lift, and whose consent that is.
type Waivers struct {
	Of []document.HoldReason `yaml:"of" required:"true" example:"[NEW_CUSTOMER_PREPAY, OVERSEAS_NEEDS_LC]"`
	By []string              `yaml:"by" required:"true" single:"true" example:"[GENERAL_MANAGER]"` // roles
}

// SignOff says who signs an order. It informs and never holds.
type SignOff struct {
	Ladder       []Rung   `yaml:"ladder" required:"true" example:"and below it a line for each role: - {role: BRANCH_MANAGER, up_to: CNY 500,000.00}"`
	OverLimit    string   `yaml:"over_limit" required:"true" example:"SALES_MANAGER"`                       // the role that signs what is over the credit limit
	ReleaseNeeds []string `yaml:"release_needs" required:"true" example:"[SALES_MANAGER, GENERAL_MANAGER]"` // the roles that release what is over the credit limit, each another person
}

// Rung is one role of a ladder.
type Rung struct {
	Role string  `yaml:"role" required:"true" example:"BRANCH_MANAGER"`
	UpTo *Amount `yaml:"up_to" example:"CNY 500,000.00"` // the largest order that it signs, tax included; left out: any
}

// AutoRelease says in which order held orders go when a receipt, a limit or a cancellation makes room.
type AutoRelease struct {
	Order   string   `yaml:"order" enum:"fifo,class_first" default:"fifo"` // fifo: in the order in which they were held; class_first: by class before that
	Classes []string `yaml:"classes"`                                      // for class_first: the best first
	Skip    bool     `yaml:"skip"`                                         // an order that does not fit does not stop those behind it
}

// currency is that of the ladder.
func (s *SignOff) currency() document.Currency {
	for _, rung := range s.Ladder {
		if rung.UpTo != nil {
			return rung.UpTo.Currency
		}
	}
	return ""
}

// signer is the role that signs an amount: the first that may. What nobody knows the amount of goes to the last.
func (s *SignOff) signer(amount *document.Money) string {
	for _, rung := range s.Ladder {
		if rung.UpTo == nil || amount != nil && amount.Cmp(rung.UpTo.Money) <= 0 {
			return rung.Role
		}
	}
	return s.Ladder[len(s.Ladder)-1].Role
}

// Days is a number of days, written "4d".
type Days int

var inDays = regexp.MustCompile(`^([0-9]{1,4}) ?d(ays?)?$`)

// UnmarshalText reads "4d", and hours that are whole days.
func (d *Days) UnmarshalText(text []byte) error {
	if days := inDays.FindStringSubmatch(string(text)); days != nil {
		n, _ := strconv.Atoi(days[1])
		*d = Days(n)
		return nil
	}
	const day = 24 * time.Hour
	if span, err := time.ParseDuration(string(text)); err == nil && span >= 0 && span%day == 0 {
		*d = Days(span / day)
		return nil
	}
	return fmt.Errorf("%q is not a number of days: write 4d", text)
}

// Pattern is what UnmarshalText reads, for editors.
func (Days) Pattern() string { return `[0-9]{1,4} ?d(ays?)?|[0-9]+h` }

// MarshalText writes "4d".
func (d Days) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Days) String() string { return strconv.Itoa(int(d)) + "d" }

// Amount is money as people write it: "CNY 500,000.00".
type Amount struct{ document.Money }

var groups = regexp.MustCompile(`^[0-9]{1,3}(,[0-9]{3})*(\.[0-9]+)?$|^[0-9]+(\.[0-9]+)?$`)

// UnmarshalText reads "CNY 500,000.00".
func (a *Amount) UnmarshalText(text []byte) error {
	currency, number, _ := strings.Cut(string(text), " ")
	d, err := document.ParseDecimal(strings.ReplaceAll(number, ",", ""))
	if !document.Currency(currency).Valid() || !groups.MatchString(number) || err != nil {
		return fmt.Errorf("%q is not an amount: write CNY 500,000.00", text)
	}
	a.Money = document.Money{Amount: d, Currency: document.Currency(currency)}
	return nil
}

// Pattern is what UnmarshalText reads, for editors.
func (Amount) Pattern() string {
	return `[A-Z]{3} [0-9]{1,3}(,[0-9]{3})*(\.[0-9]+)?|[A-Z]{3} [0-9]+(\.[0-9]+)?`
}

// MarshalText writes "CNY 500,000.00".
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.Money.String()), nil }
