package credit

import (
	"fmt"
	"slices"
	"time"

	iso "golang.org/x/text/currency"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// mostDays are kept of a pair, of those that count already and of those that are dated ahead. Only the latest that is not dated ahead
// counts; the others are there for corrections and for people who look.
const mostDays = 31

// exchangeRate joins a rate to those of its pair. One of the same day replaces that of this day and no other.
func (s *Step) exchangeRate(m pipelines.Memory, d *document.ExchangeRate) ([]document.Document, error) {
	if err := unusable(d); err != nil {
		return nil, err
	}
	brought := document.DatedRate{From: d.From.ISO(), To: d.To.ISO(), On: d.On, Rate: d.Rate, ID: d.ID, Source: d.Source}
	var days []document.DatedRate
	if head := pipelines.Head[*document.ExchangeRate](m, document.KindExchangeRate, d.Key()); head != nil {
		days = slices.Clone(head.Days)
	}
	days = slices.DeleteFunc(days, func(day document.DatedRate) bool {
		// A record that moves to an earlier day was dated wrongly; one that moves to a later day is a table that keeps the latest alone.
		moved := day.ID == brought.ID && day.Source == brought.Source && day.On.After(brought.On)
		return moved || day.On == brought.On
	})
	days = latestDays(append(days, brought), m.Today())
	if !slices.ContainsFunc(days, func(day document.DatedRate) bool { return day.On == brought.On }) {
		return nil, &pipelines.SetAside{Bucket: pipelines.Superseded,
			Reason: fmt.Sprintf("the rate is of %s, and %d later ones of %s are known", d.On, mostDays, d.Key())}
	}
	return []document.Document{pairWith(days, m)}, nil
}

// unusable says why a rate cannot be used.
func unusable(d *document.ExchangeRate) error {
	name := fmt.Sprintf("exchange rate %s of %s/%s on %s", d.ID, d.From, d.To, d.On)
	for _, c := range []document.Currency{d.From.ISO(), d.To.ISO()} {
		if _, err := iso.ParseISO(string(c)); err != nil || !c.Valid() {
			return fmt.Errorf("%s: %q is not an ISO 4217 code: correct it at its source, or in the mapping", name, c)
		}
	}
	switch {
	case d.From.ISO() == d.To.ISO():
		return fmt.Errorf("%s: it is of one currency in itself: leave it out by `when` in the mapping", name)
	case d.On.IsZero():
		return fmt.Errorf("%s: it has no day: map the day from which it counts", name)
	case d.Rate.Sign() <= 0:
		return fmt.Errorf("%s: it is %s, and a rate is above zero: correct it at its source", name, d.Rate)
	case d.Rate.Places() > ratePlaces:
		return fmt.Errorf("%s: %s has more than %d decimals: round it in the mapping", name, d.Rate, ratePlaces)
	}
	return nil
}

// latestDays are those that are kept, the latest first.
func latestDays(days []document.DatedRate, today document.Date) []document.DatedRate {
	slices.SortFunc(days, func(a, b document.DatedRate) int { return b.On.Sub(a.On) })
	now := slices.IndexFunc(days, func(day document.DatedRate) bool { return !day.On.After(today) })
	if now < 0 {
		now = len(days)
	}
	ahead := max(0, now-mostDays) // of those dated ahead, the nearest stay
	return days[ahead:min(len(days), now+mostDays)]
}

// pairWith is the pair as its days make it: the rate that counts today stands for it, and it wants to be looked at again when the next
// one begins to count.
func pairWith(days []document.DatedRate, m pipelines.Memory) *document.ExchangeRate {
	r := &document.ExchangeRate{Days: days}
	stands, found := r.CountsOn(m.Today())
	if !found {
		stands = days[len(days)-1]
	}
	r.From, r.To, r.On, r.Rate, r.ID, r.Source = stands.From, stands.To, stands.On, stands.Rate, stands.ID, stands.Source
	for _, day := range days {
		if day.On.After(m.Today()) {
			r.Due = time.Date(day.On.Year, day.On.Month, day.On.Day, 0, 0, 0, 0, m.Zone()).UTC()
		}
	}
	return r
}

// dayCame looks at a pair again, of which a rate that was dated ahead begins to count.
func (s *Step) dayCame(m pipelines.Memory, pair document.Ref) ([]document.Document, error) {
	head := pipelines.Head[*document.ExchangeRate](m, pair.Kind, pair.Key)
	if head == nil || len(head.Days) == 0 {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "there is no such rate any more"}
	}
	return []document.Document{pairWith(slices.Clone(head.Days), m)}, nil
}
