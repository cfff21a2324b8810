package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/discover"
)

// foresee holds every source and target against how the tables of its connection are made, where that is written down:
// schemas/CONNECTION.yaml beside tradewire.yaml, as discover writes it. Where it is not, nothing is claimed.
func (p *plant) foresee() (faults config.Faults) {
	for _, c := range p.cfg.Connections {
		if p.connections[c.Name.Value] == nil {
			continue // named already
		}
		if _, ok := p.connections[c.Name.Value].(connectors.Describer); !ok {
			continue
		}
		tables, there, more := savedSchema(p.cfg.Dir, c.Name.Value)
		faults = faults.And(more)
		if there && len(more) == 0 {
			faults = faults.And(p.foreseeOn(c.Name.Value, tables))
		}
	}
	return faults
}

// savedSchema reads how the tables of a connection are made.
func savedSchema(dir, connection string) (tables connectors.Schema, there bool, faults config.Faults) {
	name := "schemas/" + connection + ".yaml"
	// #nosec G304 -- beside the configuration, named by a connection that was checked
	body, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return tables, false, nil
	case err != nil:
		return tables, false, config.Faults{config.Pos{File: name}.Fault("unreadable-file", err.Error(), "let the user that runs tradewire read it")}
	}
	tables, faults = discover.ReadSchema(name, body)
	for i := range faults {
		faults[i].Fix += fmt.Sprintf(" (or write the file anew: tradewire discover %s --dir FOLDER)", connection)
	}
	return tables, true, faults
}

func (p *plant) foreseeOn(connection string, tables connectors.Schema) (faults config.Faults) {
	for _, s := range p.house.Sources {
		seer, ok := s.Reads.(connectors.Foreseer)
		table, asks := s.Mapping.(interface{ Asks() []connectors.Field })
		if ok && asks && p.sourceOf(s.Name).Connection.Value == connection {
			faults = faults.And(seer.Foresee(tables, table.Asks()))
		}
	}
	for _, t := range p.house.Targets {
		seer, ok := t.Writes.(connectors.Foreseer)
		table, makes := t.Mapping.(interface{ Fields() []connectors.Field })
		if ok && makes && p.targetOf(t.Name).Connection.Value == connection {
			faults = faults.And(seer.Foresee(tables, table.Fields()))
		}
	}
	return faults
}
