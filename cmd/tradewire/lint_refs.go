package main

import (
	"fmt"
	"slices"

	"tradewire/config"
	"tradewire/mapping"
	"tradewire/mapping/document"
)

// checkRefs looks for mappings that ask for the number which a target gave an order, where no target of that name takes orders: they
// would never find one, and say nothing.
func (p *plant) checkRefs() (faults config.Faults) {
	var targets []string
	var tables []*mapping.Table
	for _, pipeline := range p.cfg.Pipelines {
		for _, t := range pipeline.Targets {
			if document.Kind(t.Takes.Value) == document.KindSalesOrder {
				targets = append(targets, t.Name.Value)
			}
		}
	}
	for _, t := range p.house.Targets {
		if table, ok := t.Mapping.(*mapping.Table); ok && !slices.Contains(tables, table) {
			tables = append(tables, table)
		}
	}
	slices.Sort(targets)
	for _, table := range tables {
		for _, ref := range table.Refs() {
			if !slices.Contains(targets, ref.Value) {
				faults = append(faults, ref.Pos.Fault("unknown-target", fmt.Sprintf("no target %q takes orders: the order never gets a number there", ref.Value), config.Choose(ref.Value, targets)))
			}
		}
	}
	return faults
}
