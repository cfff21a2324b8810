package main

import (
	"fmt"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/mapping/document"
	"tradewire/pipelines/distribution"
)

// toldFirst is a type of notice that a department is told of, by which it is tried whether a target takes its notices.
func toldFirst(d distribution.Department) document.NoticeType {
	if slices.Contains(d.Of, "credit") && len(d.Of) == 1 {
		return document.OrderHeldAlert
	}
	return document.OrderReleasedNotice
}

// checkCreditTold refuses pipelines whose credit notices would not reach the departments that are told of credit.
func (p *plant) checkCreditTold() (faults config.Faults) {
	if !slices.ContainsFunc(sortedKeys(p.distribution.Departments), func(name string) bool { return slices.Contains(p.distribution.Departments[name].Of, "credit") }) {
		return nil
	}
	for _, pipeline := range p.cfg.Pipelines {
		named := func(step string) int {
			return slices.IndexFunc(pipeline.Steps, func(s config.Text) bool { return s.Value == step })
		}
		credit := named("credit")
		if credit < 0 || named("distribution") >= 0 {
			continue
		}
		steps := make([]string, len(pipeline.Steps))
		for i, s := range pipeline.Steps {
			steps[i] = s.Value
		}
		faults = append(faults, pipeline.Steps[credit].Pos.Fault("not-distributed", fmt.Sprintf("departments are told of credit, but the pipeline %q distributes nothing that credit says", pipeline.Name),
			"write steps: ["+strings.Join(append(steps, "distribution"), ", ")+"]"))
	}
	return faults
}
