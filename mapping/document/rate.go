package document

import (
	"slices"
	"time"
)

// ExchangeRate is what one unit of a currency was worth in another on a day. It serves in this one direction: it is never turned
// round. Each record of a source brings one day; the head of a pair keeps its latest days, so that a late correction of an earlier
// day replaces that day and no other.
type ExchangeRate struct {
	// From the source.
	From   Currency `json:"from,omitzero"` // RMB is CNY
	To     Currency `json:"to,omitzero"`
	On     Date     `json:"on,omitzero"`     // the day of the rate; it counts from then on
	Rate   Decimal  `json:"rate,omitzero"`   // one unit of From in To, above zero
	ID     string   `json:"id,omitzero"`     // the key of the record at its source: every decision names it
	Source string   `json:"source,omitzero"` // who sets the rate: a bank, the group's treasury; may be empty

	// Decided here.
	Days []DatedRate `json:"days,omitempty"` // those that are kept, the latest first
	Due  time.Time   `json:"due,omitzero"`   // when the next one begins to count that is dated ahead, UTC; zero: none is
}

func (*ExchangeRate) Kind() Kind { return KindExchangeRate }

// Key is the pair, as FROM/TO.
func (r *ExchangeRate) Key() string { return PairOf(r.From, r.To) }

// Next is when a rate that is dated ahead begins to count.
func (r *ExchangeRate) Next() time.Time { return r.Due }

// CountsOn is the latest rate that is not dated after a day, however old it is; false when there is none.
func (r *ExchangeRate) CountsOn(day Date) (DatedRate, bool) {
	if r == nil {
		return DatedRate{}, false
	}
	i := slices.IndexFunc(r.Days, func(d DatedRate) bool { return !d.On.After(day) })
	if i < 0 {
		return DatedRate{}, false
	}
	return r.Days[i], true
}

// DatedRate is a rate of one day.
type DatedRate struct {
	From   Currency `json:"from,omitzero"`
	To     Currency `json:"to,omitzero"`
	On     Date     `json:"on,omitzero"`
	Rate   Decimal  `json:"rate,omitzero"`
	ID     string   `json:"id,omitzero"` // the key of the record at its source
	Source string   `json:"source,omitzero"`
}

// PairOf is the key of the rates of one currency in another.
func PairOf(from, to Currency) string { return string(from.ISO()) + "/" + string(to.ISO()) }

// ISO is the ISO 4217 code where people write RMB for the renminbi; any other code is as it is written.
func (c Currency) ISO() Currency {
	if c == "RMB" {
		return "CNY"
	}
	return c
}
