package main

import (
	"context"
	"errors"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/kafka"
	"tradewire/connectors/sim"
	"tradewire/pipelines/store"
)

// systems are all that an installation stands on, in the order in which people read of them.
func (p *plant) systems(world error) []system {
	systems := []system{{"store", p.examineStore}}
	if p.cfg.Bus.Kafka != nil {
		systems = append(systems, system{"bus", p.examineBus})
	}
	for _, c := range p.cfg.Connections {
		name := c.Name.Value
		look := func(ctx context.Context) ([]connectors.Finding, error) { return p.examineConnection(ctx, name) }
		if _, simulated := p.connections[name].(*sim.Connection); simulated {
			look = func(context.Context) ([]connectors.Finding, error) { return worldFindings(name, world) }
		}
		systems = append(systems, system{name, look})
	}
	return systems
}

func (p *plant) examineStore(ctx context.Context) ([]connectors.Finding, error) {
	o, err := p.storeOptions()
	if err != nil {
		return nil, err
	}
	return store.Examine(ctx, o)
}

func (p *plant) examineBus(ctx context.Context) ([]connectors.Finding, error) {
	reach, err := p.kafka()
	if err != nil {
		return nil, err
	}
	k := p.cfg.Bus.Kafka
	cluster, err := kafka.Examine(ctx, reach, k.Topic(store.TopicChanges))
	if err != nil {
		return nil, err
	}
	return busFindings(k, cluster), nil
}

// worldFindings says whether the simulated systems live.
func worldFindings(name string, world error) ([]connectors.Finding, error) {
	if world != nil {
		return []connectors.Finding{{Level: connectors.Bad, About: name, What: world.Error(), Change: "make a new one: tradewire demo"}}, nil
	}
	return []connectors.Finding{{Level: connectors.OK, About: name, What: "the simulated world is there; its systems answer as long as this program runs"}}, nil
}

// examineConnection looks at a connection as a whole, or, where it cannot be, at each of its sources and targets.
func (p *plant) examineConnection(ctx context.Context, name string) ([]connectors.Finding, error) {
	if whole, ok := p.connections[name].(connectors.Examiner); ok {
		list, err := whole.Examine(ctx)
		if err != nil {
			return list, err
		}
		fits, err := p.fits(ctx, name)
		return append(list, fits...), err
	}
	parts := p.partsOf(name)
	if len(parts) == 0 {
		return []connectors.Finding{{Level: connectors.Warn, About: name, What: "no source and no target uses it: it was not looked at",
			Change: "take it out of connections in tradewire.yaml, or name it under pipelines/"}}, nil
	}
	var all []connectors.Finding
	var faults []error
	for _, part := range parts {
		list, err := part.look(ctx)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		all = append(all, list...)
	}
	return all, errors.Join(faults...)
}

// fits looks whether targets take what their mappings make.
func (p *plant) fits(ctx context.Context, connection string) (list []connectors.Finding, err error) {
	for _, t := range p.house.Targets {
		fitter, ok := t.Writes.(connectors.Fitter)
		made, known := t.Mapping.(interface{ Fields() []connectors.Field })
		if !ok || !known || p.targetOf(t.Name).Connection.Value != connection {
			continue
		}
		found, err := fitter.Fit(ctx, made.Fields())
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

// partsOf are the sources and targets that use a connection.
func (p *plant) partsOf(connection string) (parts []system) {
	for _, s := range p.house.Sources {
		switch {
		case p.sourceOf(s.Name).Connection.Value != connection:
		case s.Reads != nil:
			parts = append(parts, system{s.Name, func(ctx context.Context) ([]connectors.Finding, error) { return part(ctx, s.Name, s.Reads) }})
		default:
			parts = append(parts, system{s.Name, func(context.Context) ([]connectors.Finding, error) {
				return []connectors.Finding{{Level: connectors.OK, About: s.Name, What: "the other system calls us: nothing was asked of it"}}, nil
			}})
		}
	}
	for _, t := range p.house.Targets {
		if p.targetOf(t.Name).Connection.Value == connection {
			parts = append(parts, system{t.Name, func(ctx context.Context) ([]connectors.Finding, error) { return part(ctx, t.Name, t.Writes) }})
		}
	}
	return parts
}

// part looks at one source or target by the best of its talents. A source without any is read: one record from the beginning,
// which by the contract takes nothing away.
func part(ctx context.Context, name string, of any) ([]connectors.Finding, error) {
	well := connectors.Finding{Level: connectors.OK, About: name, What: "it answers, and takes us for who we are"}
	switch x := of.(type) {
	case connectors.Examiner:
		list, err := x.Examine(ctx)
		for i := range list {
			list[i].About = name
		}
		return list, err
	case connectors.Prober:
		return []connectors.Finding{well}, x.Probe(ctx)
	case connectors.Source:
		_, err := x.Read(ctx, "", 1)
		well.What = "it can be read"
		return []connectors.Finding{well}, err
	}
	well.What = "it cannot be asked before it is written to"
	return []connectors.Finding{well}, nil
}

func (p *plant) sourceOf(name string) (found config.Source) {
	for _, pipeline := range p.cfg.Pipelines {
		for _, s := range pipeline.Sources {
			if s.Name.Value == name {
				return s
			}
		}
	}
	return found
}

func (p *plant) targetOf(name string) (found config.Target) {
	for _, pipeline := range p.cfg.Pipelines {
		for _, t := range pipeline.Targets {
			if t.Name.Value == name {
				return t
			}
		}
	}
	return found
}

// meaning says what a grade keeps from happening.
var meaning = map[string]string{
	"A": "an entry and our note that it was written are one transaction of the target: once, whatever breaks",
	"B": "our name for an entry can stand there only once: a second writing finds the first",
	"C": "one session writes at a time and looks first; its successor ends it before it looks",
	"D": "it does not say for certain what it has taken: after a lost answer the same is sent again, under the same key",
}

// grades are the grades of all targets.
func (p *plant) grades() []gradeView {
	grades := []gradeView{}
	for _, t := range p.house.Targets {
		g := gradeView{Target: t.Name, Connection: p.targetOf(t.Name).Connection.Value, Grade: "D"}
		if graded, ok := t.Writes.(connectors.Grader); ok {
			g.Grade = graded.Grade()
		}
		g.Means = meaning[g.Grade]
		grades = append(grades, g)
	}
	return grades
}
