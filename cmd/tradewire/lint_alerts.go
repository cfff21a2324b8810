package main

import (
	"fmt"
	"slices"

	"tradewire/config"
	"tradewire/pipelines/credit"
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
	return append(faults, p.misspelt(policy)...)
}

// misspelt names the readers of alerts that are no department, and nearly one: what is sent to nobody known goes without a recipient.
func (p *plant) misspelt(policy credit.Policy) (faults config.Faults) {
	departments := sortedKeys(p.distribution.Departments)
	look := func(name string, at config.Section) {
		if slices.Contains(departments, name) {
			return
		}
		if near, found := config.Nearest(name, departments); found {
			faults = append(faults, at.Pos().Fault("unknown-department", fmt.Sprintf("%q is no department of policies/distribution.yaml", name), fmt.Sprintf("did you mean %q?", near)))
		}
	}
	file := p.cfg.Policies["credit"]
	look(policy.Alert, file.At("alert"))
	for t, named := range policy.Alerts {
		for _, name := range named {
			look(name, file.At("alerts").At(string(t)))
		}
	}
	return faults
}
