package config

import (
	"fmt"
	"slices"
)

// Known is what the program can do, told by those who know. An empty list is not checked.
type Known struct {
	Kinds   []string // of documents
	Steps   []string
	Drivers []string
	Renders []string
}

// Check looks for words of the configuration that nothing in the program answers to.
func Check(cfg *Config, known Known) Faults {
	var faults Faults
	check := func(word Text, what, code string, list []string) {
		if word.Value == "" || len(list) == 0 || slices.Contains(list, word.Value) {
			return
		}
		faults = append(faults, word.Pos.Fault(code, fmt.Sprintf("there is no %s %q", what, word), Choose(word.Value, list)))
	}
	for _, c := range cfg.Connections {
		check(c.Driver, "driver", "unknown-driver", known.Drivers)
	}
	for _, m := range cfg.Mappings {
		check(m.Decode, "document", "unknown-kind", known.Kinds)
		check(m.Encode, "document", "unknown-kind", known.Kinds)
	}
	for _, p := range cfg.Pipelines {
		for _, step := range p.Steps {
			check(step, "step", "unknown-step", known.Steps)
		}
		for _, t := range p.Targets {
			check(t.Takes, "document", "unknown-kind", known.Kinds)
			for _, render := range t.Render {
				check(render, "drawing", "unknown-render", known.Renders)
			}
		}
	}
	return faults.Sorted()
}
