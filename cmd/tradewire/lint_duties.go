package main

import (
	"tradewire/config"
)

// checkDuties names the people whose duties and roles the segregation of duties keeps apart. It is for those who write a policy: what
// they may not do is refused when they do it, and nothing that runs is stopped by it.
func (p *plant) checkDuties() (faults config.Faults) {
	if !used(p.cfg, "credit") {
		return nil
	}
	policy, err := p.creditPolicy()
	if err != nil {
		return nil // it has been reported
	}
	conflicts := policy.Conflicts()
	if conflicts == nil {
		return nil
	}
	for _, fault := range mistakes(p.cfg, "credit", conflicts) {
		fault.Code = "duties-conflict"
		faults = append(faults, fault)
	}
	return faults
}
