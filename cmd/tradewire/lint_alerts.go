package main

import (
	"fmt"
	"slices"

	"tradewire/config"
)

// checkHeard names the departments that are told of credit, and of which the credit policy lets none of its notices be told.
func (p *plant) checkHeard() (faults config.Faults) {
	if p.distribution == nil || !used(p.cfg, "credit") {
		return nil
	}
	policy, err := p.creditPolicy()
	if err != nil {
		return nil // it has been reported
	}
	departments := p.cfg.Policies["distribution"].At("departments")
	for _, name := range sortedKeys(p.distribution.Departments) {
		if slices.Contains(p.distribution.Departments[name].Of, "credit") && !policy.Hears(name) {
			faults = append(faults, departments.At(name).At("of").Pos().Fault("never-told",
				fmt.Sprintf("%s is told of credit, and alerts in policies/credit.yaml names others for every type", name),
				fmt.Sprintf("name %s there for what it is to hear of, or take credit out of its of", name)))
		}
	}
	return faults
}
