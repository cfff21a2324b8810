package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/mapping/document"
)

// refOf is where an expression asks for an order's number in another system. Items and customers have refs of their own.
var refOf = regexp.MustCompile(`(?:^|[^.\w])refs\["([^"]+)"\]`)

// checkRefs looks for mappings that ask for the number which a target gave an order, where no target of that name takes orders: they
// would never find one, and say nothing.
func (p *plant) checkRefs() (faults config.Faults) {
	var targets []string
	of := map[string]bool{}
	for _, pipeline := range p.cfg.Pipelines {
		for _, t := range pipeline.Targets {
			if document.Kind(t.Takes.Value) == document.KindSalesOrder {
				targets = append(targets, t.Name.Value)
				of[t.Mapping.Value] = true
			}
		}
	}
	slices.Sort(targets)
	for _, m := range p.cfg.Mappings {
		if !of[m.Name] {
			continue
		}
		file := m.Pos.File
		body, err := os.ReadFile(filepath.Join(p.cfg.Dir, file))
		if err != nil {
			continue // it has been read before: what is wrong with it was said
		}
		line := 0
		for text := range strings.Lines(string(body)) {
			line++
			if strings.HasPrefix(strings.TrimSpace(text), "#") {
				continue
			}
			for _, at := range refOf.FindAllStringSubmatchIndex(text, -1) {
				if name := text[at[2]:at[3]]; !slices.Contains(targets, name) {
					pos := config.Pos{File: file, Line: line, Col: len([]rune(text[:at[2]])) + 1}
					faults = append(faults, pos.Fault("unknown-target", fmt.Sprintf("no target %q takes orders: the order never gets a number there", name), config.Choose(name, targets)))
				}
			}
		}
	}
	return faults
}
