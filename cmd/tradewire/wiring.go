package main

import (
	"fmt"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping"
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

func (p *plant) connect(cfg *config.Config, zone *time.Location) config.Faults {
	var all config.Faults
	for _, c := range cfg.Connections {
		driver := drivers[c.Driver.Value]
		if driver == nil {
			continue // named by Check
		}
		env := connectors.Env{Name: c.Name.Value, Dir: cfg.Dir, Zone: zone, Now: p.clock.Now}
		connection, faults := driver(env, c.Settings)
		all = append(all, faults...)
		if connection != nil && len(faults) == 0 {
			p.connections[c.Name.Value] = connection
		}
	}
	return all
}

func tablesOf(cfg *config.Config) (map[string]*mapping.Table, config.Faults) {
	tables := map[string]*mapping.Table{}
	var all config.Faults
	for _, m := range cfg.Mappings {
		table, faults := mapping.New(m)
		all = append(all, faults...)
		if len(faults) == 0 && table != nil {
			tables[m.Name] = table
		}
	}
	return tables, all
}

func cannot(name config.Text, connection, what, fix string) config.Faults {
	return config.Faults{{Pos: name.Pos, Code: "wrong-driver", What: fmt.Sprintf("connection %q %s", connection, what), Fix: fix}}
}

func (p *plant) addSource(pipeline config.Pipeline, s config.Source, tables map[string]*mapping.Table) config.Faults {
	table, connection := tables[s.Mapping.Value], p.connections[s.Connection.Value]
	if table == nil || connection == nil || s.Read.Absent() == s.Listen.Absent() {
		return nil // named already
	}
	source := pipelines.Source{Name: s.Name.Value, Pipeline: pipeline.Name.Value, System: s.System.Value, Lane: s.Lane.Value,
		Makes: p.makes(s.Mapping.Value), Mapping: table, Every: s.Every, Page: s.Page, Vanish: s.MayVanish}
	if source.System == "" {
		source.System = s.Connection.Value
	}
	var faults config.Faults
	if s.Listen.Absent() {
		readable, ok := connection.(connectors.Readable)
		if !ok {
			return cannot(s.Connection, s.Connection.Value, "cannot be read", "name a connection with the driver rest, sqldb or folder")
		}
		source.Reads, faults = readable.Source(string(source.Makes), s.Read)
		if matcher, ok := source.Reads.(connectors.Matcher); ok && len(faults) == 0 {
			faults = append(faults, matcher.Match(table.Asks())...)
		}
	} else {
		callable, ok := connection.(connectors.Callable)
		if !ok {
			return cannot(s.Connection, s.Connection.Value, "cannot be called", "name a connection with the driver webhook, or give the source `read:`")
		}
		source.Receives, faults = callable.Receiver(string(source.Makes), s.Listen)
	}
	p.house.Sources = append(p.house.Sources, source)
	return faults
}

func (p *plant) addTarget(pipeline config.Pipeline, t config.Target, tables map[string]*mapping.Table) config.Faults {
	connection := p.connections[t.Connection.Value]
	if connection == nil || t.Mapping.Value != "" && tables[t.Mapping.Value] == nil {
		return nil // named already
	}
	writable, ok := connection.(connectors.Writable)
	if !ok {
		return cannot(t.Connection, t.Connection.Value, "cannot be written", "name a connection with the driver rest, sqldb or folder")
	}
	target := pipelines.Target{Name: t.Name.Value, Pipeline: pipeline.Name.Value, Takes: document.Kind(t.Takes.Value),
		Alone: t.Others.Value == "report", Batch: t.Batch, Attempts: t.Attempts, Backoff: t.Backoff}
	var faults config.Faults
	target.Writes, faults = writable.Sink(t.Name.Value, t.Write)
	if t.Mapping.Value != "" {
		target.Mapping = tables[t.Mapping.Value]
		if matcher, ok := target.Writes.(connectors.Matcher); ok && len(faults) == 0 {
			faults = append(faults, matcher.Match(tables[t.Mapping.Value].Fields())...)
		}
	}
	if t.When.Value != "" {
		when, more := mapping.NewPredicate(target.Takes, t.When)
		faults = append(faults, more...)
		if len(more) == 0 {
			target.When = when
		}
	}
	for _, format := range t.Render {
		target.Formats = append(target.Formats, format.Value)
	}
	target.Draw = p.drawer()
	p.house.Targets = append(p.house.Targets, target)
	return faults
}

// makes is the kind of document that a mapping decodes into.
func (p *plant) makes(mapping string) document.Kind {
	for _, m := range p.cfg.Mappings {
		if m.Name == mapping {
			return document.Kind(m.Decode.Value)
		}
	}
	return ""
}
