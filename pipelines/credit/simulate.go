package credit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tradewire/mapping/document"
)

// Answer is what simulate says of one case. Its fields and their order are a contract: finance keeps cases and answers in files.
type Answer struct {
	Decision      string                `json:"decision"` // released, held
	Reasons       []document.HoldReason `json:"reasons"`
	Exposure      string                `json:"exposure"`
	Limit         *string               `json:"limit"`
	Available     *string               `json:"available"`
	Order         *string               `json:"order_in_account_currency"`
	Utilisation   *string               `json:"utilisation_percent"`
	Status        Status                `json:"status"`
	SignOff       *string               `json:"signoff"`
	SignAmount    *string               `json:"sign_off_amount_cny"`
	ReleaseNeeds  []string              `json:"release_needs"`
	OldestOverdue int                   `json:"oldest_days_overdue"`
	Buckets       buckets               `json:"buckets"`
	Explanation   []string              `json:"explanation"`
}

type buckets map[Bucket]document.Money

// MarshalJSON writes the buckets from the youngest to the oldest.
func (b buckets) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	for i, bucket := range Buckets() {
		separator := ","
		if i == 0 {
			separator = "{"
		}
		fmt.Fprintf(&out, "%s%q:%q", separator, bucket, plain(b[bucket]))
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// Malformed is the answer to a case that could not be read.
type Malformed struct {
	Error *FieldError `json:"error"`
}

// Simulate answers a case, or each case of a list in its place: an Answer or a Malformed. It depends on nothing but what it is given.
// Malformed counts the cases that could not be read; the others are answered all the same.
func Simulate(p Policy, zone *time.Location, chinese bool, input []byte) (answers any, malformed int) {
	input = bytes.TrimSpace(bytes.TrimPrefix(input, []byte("\ufeff"))) // editors of one system begin a file with a mark
	var whole json.RawMessage
	if err := json.Unmarshal(input, &whole); err != nil {
		return Malformed{&FieldError{"$", place(input, err)}}, 1
	}
	one := func(text []byte) any {
		f, fault := ReadFacts(text, zone)
		if fault != nil {
			malformed++
			return Malformed{fault}
		}
		return p.Decide(f).answer(chinese)
	}
	if input[0] != '[' {
		answers = one(whole)
		return answers, malformed
	}
	var cases []json.RawMessage
	if err := json.Unmarshal(whole, &cases); err != nil {
		return Malformed{&FieldError{"$", err.Error()}}, 1
	}
	list := make([]any, len(cases))
	for i, text := range cases {
		list[i] = one(text)
	}
	return list, malformed
}

// place is what is wrong with a text that is no JSON, and its line.
func place(input []byte, err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		before := input[:min(int(syntax.Offset), len(input))]
		return fmt.Sprintf("line %d: this is no JSON: %v", 1+bytes.Count(before, []byte("\n")), err)
	}
	return "this is no JSON: " + err.Error()
}

func (d Decision) answer(chinese bool) Answer {
	a := Answer{Decision: "released", Reasons: d.Reasons(), Exposure: plain(d.Exposure), Order: maybe(d.Order), Status: d.Status,
		SignAmount: maybe(d.SignAmount), ReleaseNeeds: d.ReleaseBy, OldestOverdue: d.Aged.Oldest, Buckets: d.Aged.Sums}
	if !d.Released() {
		a.Decision = "held"
	}
	if d.Checked {
		available := d.Available()
		a.Limit, a.Available = maybe(&d.Limit), maybe(&available)
	}
	if percent, known := d.Utilisation(); known {
		text := percent.Fixed(2)
		a.Utilisation = &text
	}
	if d.SignOff != "" {
		a.SignOff = &d.SignOff
	}
	if a.ReleaseNeeds == nil {
		a.ReleaseNeeds = []string{}
	}
	for _, line := range d.Explanation() {
		if chinese {
			a.Explanation = append(a.Explanation, line.Chinese)
		} else {
			a.Explanation = append(a.Explanation, line.English)
		}
	}
	return a
}

// plain is an amount for programs, rounded half up to the smallest unit of its currency.
func plain(m document.Money) string { return m.Amount.Fixed(m.Currency.Places()) }

func maybe(m *document.Money) *string {
	if m == nil {
		return nil
	}
	text := plain(*m)
	return &text
}
