package main

import (
	"fmt"
	"slices"

	"tradewire/config"
	"tradewire/mapping/document"
)

// checkRates looks for orders that wait for rates of the day which no source brings, and for rates at which no order counts. Of a
// policy with faults nothing is concluded.
func (p *plant) checkRates(found config.Faults) config.Faults {
	section, ok := p.cfg.Policies["credit"]
	if !ok || !used(p.cfg, "credit") || slices.ContainsFunc(found, func(f config.Fault) bool { return f.Pos.File == section.Pos().File }) {
		return nil
	}
	policy, err := p.creditPolicy()
	if err != nil {
		return nil
	}
	kinds, all := p.brought(p.cfg.Pipelines...)
	if policy.DatedRates && all && !slices.Contains(kinds, document.KindExchangeRate) {
		return config.Faults{section.At("dated_rates").Pos().Fault("rates-from-nowhere", "dated_rates is true, and no source brings an exchange_rate: every order in another currency than its account's would be held",
			"add a source of rates (pipelines/master_data.yaml of `tradewire init` shows one), or write dated_rates: false and the rates under rates")}
	}
	if policy.DatedRates {
		return nil
	}
	var faults config.Faults
	for _, pipeline := range p.cfg.Pipelines {
		for _, s := range pipeline.Sources {
			if p.makes(s.Mapping.Value) == document.KindExchangeRate {
				faults = append(faults, s.Mapping.Pos.Fault("rates-for-nothing", fmt.Sprintf("the source %q brings rates of the day, and no order counts at them", s.Name),
					"write dated_rates: true into policies/credit.yaml, or take the source out"))
			}
		}
	}
	return faults
}
