package main

import (
	"tradewire/config"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/invoicing"
	"tradewire/pipelines/orders"
	"tradewire/pipelines/shipping"
)

// stepsOf makes the steps from their policies.
func stepsOf(cfg *config.Config) (map[string]pipelines.Step, config.Faults) {
	var creditPolicy credit.Policy
	var shippingPolicy shipping.Policy
	var invoicingPolicy invoicing.Policy
	var faults config.Faults
	decode := func(policy string, into any) {
		if section, ok := cfg.Policies[policy]; ok {
			faults = append(faults, section.Decode(into)...)
		}
	}
	decode("credit", &creditPolicy)
	decode("papers", &shippingPolicy)
	decode("papers", &invoicingPolicy)
	steps := map[string]pipelines.Step{"orders": orders.New()}
	add := func(name, policy string, step pipelines.Step, err error) {
		if err != nil && used(cfg, name) {
			faults = append(faults, config.Fault{Pos: policyPos(cfg, policy), Code: "bad-policy", What: err.Error(), Fix: "correct policies/" + policy + ".yaml"})
			return
		}
		steps[name] = step
	}
	if len(faults) > 0 {
		return steps, unique(faults)
	}
	creditStep, err := credit.New(creditPolicy)
	add("credit", "credit", creditStep, err)
	shippingStep, err := shipping.New(shippingPolicy, sellerOf(cfg))
	add("shipping", "papers", shippingStep, err)
	invoicingStep, err := invoicing.New(invoicingPolicy, sellerOf(cfg))
	add("invoicing", "papers", invoicingStep, err)
	return steps, faults
}

// unique drops faults that two readers of one policy found twice.
func unique(faults config.Faults) config.Faults {
	seen := map[string]bool{}
	kept := faults[:0]
	for _, f := range faults {
		if !seen[f.String()] {
			seen[f.String()] = true
			kept = append(kept, f)
		}
	}
	return kept
}

func used(cfg *config.Config, step string) bool {
	for _, p := range cfg.Pipelines {
		for _, s := range p.Steps {
			if s.Value == step {
				return true
			}
		}
	}
	return false
}

func policyPos(cfg *config.Config, name string) config.Pos {
	if section, ok := cfg.Policies[name]; ok {
		return section.Pos()
	}
	return config.Pos{File: "policies/" + name + ".yaml", Line: 1, Col: 1}
}

func sellerOf(cfg *config.Config) document.Seller {
	c := cfg.Company
	return document.Seller{Name: c.Name, LocalName: c.LocalName, Address: c.Address, LocalAddress: c.LocalAddress, Phone: c.Phone, Bank: c.Bank}
}
