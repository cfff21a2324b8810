package pipelines

import (
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// followRated keeps the list of what counts at a dated rate, and has all of it looked at again when another rate begins to count. Where no document names a pair it asks the store nothing.
func followRated(desk *store.Desk, pipeline string, before, now document.Document) error {
	if rate, ok := now.(*document.ExchangeRate); ok {
		was, _ := before.(*document.ExchangeRate)
		if sameRate(was, rate) {
			return nil
		}
		return desk.RateMoved(rate.Key())
	}
	had, has := pairsOf(before), pairsOf(now)
	for _, pair := range has {
		if !slices.Contains(had, pair) {
			if err := desk.Rated(document.RefOf(now), pair, pipeline); err != nil {
				return err
			}
		}
	}
	for _, pair := range had {
		if !slices.Contains(has, pair) {
			if err := desk.Unrated(document.RefOf(now), pair); err != nil {
				return err
			}
		}
	}
	return nil
}

// sameRate says whether the same rate of the same day stands for a pair, and none that was dated ahead has come to its day.
func sameRate(was, now *document.ExchangeRate) bool {
	return was != nil && was.On == now.On && was.Rate.Equal(now.Rate) && was.Due.Equal(now.Due)
}

// pairsOf are the pairs at whose rates a document counts what may still move: an order while something of it is reserved or waits for
// room, receivables while an item is open in another currency than its account's, a group while one of its accounts counts in another
// currency than it does.
func pairsOf(d document.Document) (pairs []string) {
	switch d := d.(type) {
	case *document.SalesOrder:
		if d != nil && d.Credit != nil && d.Credit.Pair != "" && (d.WaitsForRoom() || d.Credit.Reserved.Sign() != 0) {
			pairs = append(pairs, d.Credit.Pair)
		}
	case *document.Receivables:
		if d != nil {
			for _, r := range d.Rates {
				pairs = append(pairs, document.PairOf(r.From, r.To))
			}
		}
	case *document.CreditAccount:
		if d == nil || d.OnlyNamed() {
			return nil
		}
		for _, m := range d.Members {
			if pair := document.PairOf(m.Exposure.Currency, d.Currency); m.Exposure.Currency != d.Currency && !slices.Contains(pairs, pair) {
				pairs = append(pairs, pair)
			}
		}
	}
	return pairs
}
