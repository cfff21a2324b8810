package main

import (
	"context"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/store"
)

// withRates is a policy with the dated rates that the store knows, where it asks for them.
func withRates(ctx context.Context, s *store.Store, policy credit.Policy, today document.Date) (credit.Policy, error) {
	if !policy.DatedRates {
		return policy, nil
	}
	known := map[string]*document.ExchangeRate{}
	err := s.Each(ctx, document.KindExchangeRate, func(d document.Document, _ int64) error {
		known[d.Key()] = d.(*document.ExchangeRate)
		return nil
	})
	return policy.Quoting(today, func(pair string) *document.ExchangeRate { return known[pair] }), err
}
