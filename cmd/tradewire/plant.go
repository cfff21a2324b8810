package main

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/distribution"
	"tradewire/pipelines/orders"
)

// plant is an installation, put together from its configuration.
type plant struct {
	cfg         *config.Config
	house       *pipelines.House
	connections map[string]connectors.Connection
	clock       *clock

	distribution *distribution.Policy // nil: orders are not distributed
}

// load reads and checks the configuration and puts the plant together. It reaches no system.
func (a *app) load() (*plant, error) {
	p, faults, err := a.inspect()
	if err := errors.Join(err, faults.Err()); err != nil {
		return nil, err
	}
	return p, nil
}

// inspect is load for those who go on with what is there, whatever is wrong with the rest.
func (a *app) inspect() (*plant, config.Faults, error) {
	cfg, err := config.Load(a.configFile)
	loaded, ok := errors.AsType[config.Faults](err)
	if err != nil && !ok {
		return nil, nil, err
	}
	p, faults := assemble(cfg, a.clock)
	return p, loaded.And(faults), nil
}

// assemble makes everything that the configuration names, and reports every fault at once. It does no I/O but for
// looking up a configured font.
func assemble(cfg *config.Config, clock *clock) (*plant, config.Faults) {
	zone, err := time.LoadLocation(cfg.Company.TimeZone.Value)
	if err != nil {
		zone = time.UTC // Load has named it as a fault
	}
	p := &plant{cfg: cfg, connections: map[string]connectors.Connection{}, clock: clock}
	p.house = &pipelines.House{Zone: zone, Clock: p.clock, Window: cfg.Bus.Window, Pipelines: map[string][]pipelines.Step{}}
	// What two passes find at one place is one mistake.
	faults := config.Check(cfg, known())
	faults = faults.And(p.checkFont()).And(p.checkStore()).And(p.checkBus()).And(p.connect(cfg, zone))
	tables, more := tablesOf(cfg)
	faults = faults.And(more)
	steps, more := p.steps()
	faults = faults.And(more)
	for _, pipeline := range cfg.Pipelines {
		chain := []pipelines.Step{}
		for _, name := range pipeline.Steps {
			if step := steps[name.Value]; step != nil {
				chain = append(chain, step)
			}
		}
		p.house.Pipelines[pipeline.Name.Value] = chain
		for _, s := range pipeline.Sources {
			faults = faults.And(p.addSource(pipeline, s, tables))
		}
		for _, t := range pipeline.Targets {
			faults = faults.And(p.addTarget(pipeline, t, tables))
		}
	}
	p.routeAnswers()
	if len(faults) == 0 {
		faults = p.checkPeople() // whoever is told nothing is named when all else is well
	}
	return p, faults
}

// routeAnswers lets what targets answer about orders, such as the ERP's number, be decided where orders are, wherever the target is
// named: no other step would note it.
func (p *plant) routeAnswers() {
	decides := ""
	for _, pipeline := range p.cfg.Pipelines {
		if slices.ContainsFunc(pipeline.Steps, func(s config.Text) bool { return s.Value == "orders" }) {
			decides = cmp.Or(decides, pipeline.Name.Value)
		}
	}
	for i, t := range p.house.Targets {
		own := p.house.Pipelines[t.Pipeline]
		if t.Takes == document.KindSalesOrder && decides != "" && !slices.ContainsFunc(own, isOrders) {
			p.house.Targets[i].Pipeline = decides
		}
	}
}

func isOrders(s pipelines.Step) bool {
	_, is := s.(*orders.Step)
	return is
}

// known is what this program can do, for messages that list what may be written.
func known() config.Known {
	k := config.Known{Steps: []string{"orders", "credit", "confirming", "distribution", "shipping", "invoicing"}, Renders: []string{"pdf", "xlsx", "text"}}
	for _, kind := range document.Kinds() {
		k.Kinds = append(k.Kinds, string(kind))
	}
	for name := range drivers {
		k.Drivers = append(k.Drivers, name)
	}
	slices.Sort(k.Drivers)
	return k
}

// close lets go of every connection.
func (p *plant) close() error {
	var all error
	for _, s := range p.house.Sources {
		if s.Reads != nil {
			all = errors.Join(all, s.Reads.Close())
		}
		if s.Receives != nil {
			all = errors.Join(all, s.Receives.Close())
		}
	}
	for _, t := range p.house.Targets {
		all = errors.Join(all, t.Writes.Close())
	}
	for _, c := range p.connections {
		all = errors.Join(all, c.Close())
	}
	return all
}
