package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping"
	"tradewire/mapping/document"
	"tradewire/mapping/render"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/invoicing"
	"tradewire/pipelines/orders"
	"tradewire/pipelines/shipping"
	"tradewire/pipelines/store"
)

// plant is an installation, put together from its configuration.
type plant struct {
	cfg         *config.Config
	house       *pipelines.House
	connections map[string]connectors.Connection
	clock       *clock
}

// load reads and checks the configuration and puts the plant together. It reaches no system.
func (a *app) load() (*plant, error) {
	cfg, err := config.Load(a.configFile)
	loaded, ok := errors.AsType[config.Faults](err)
	if err != nil && !ok {
		return nil, err
	}
	p, faults := assemble(cfg, a.clock)
	if err := loaded.And(faults).Err(); err != nil {
		return nil, err
	}
	return p, nil
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
	faults := config.Check(cfg, known())
	faults = append(faults, p.checkFont()...)
	faults = append(faults, p.connect(cfg, zone)...)
	tables, more := tablesOf(cfg)
	faults = append(faults, more...)
	steps, more := stepsOf(cfg)
	faults = append(faults, more...)
	for _, pipeline := range cfg.Pipelines {
		chain := []pipelines.Step{}
		for _, name := range pipeline.Steps {
			if step := steps[name.Value]; step != nil {
				chain = append(chain, step)
			}
		}
		p.house.Pipelines[pipeline.Name.Value] = chain
		for _, s := range pipeline.Sources {
			faults = append(faults, p.addSource(pipeline, s, tables)...)
		}
		for _, t := range pipeline.Targets {
			faults = append(faults, p.addTarget(pipeline, t, tables)...)
		}
	}
	return p, faults
}

// known is what this program can do, for messages that list what may be written.
func known() config.Known {
	k := config.Known{Steps: []string{"orders", "credit", "shipping", "invoicing"}, Renders: []string{"pdf", "text"}}
	for _, kind := range document.Kinds() {
		k.Kinds = append(k.Kinds, string(kind))
	}
	for name := range drivers {
		k.Drivers = append(k.Drivers, name)
	}
	slices.Sort(k.Drivers)
	return k
}

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
		if len(faults) == 0 {
			tables[m.Name] = table
		}
	}
	return tables, all
}

// stepsOf makes the steps from their policies.
func stepsOf(cfg *config.Config) (map[string]pipelines.Step, config.Faults) {
	var creditPolicy credit.Policy
	var shippingPolicy shipping.Policy
	var invoicingPolicy invoicing.Policy
	var faults config.Faults
	decode := func(policy string, into any) {
		if section, ok := cfg.Policies[policy]; ok {
			faults = append(faults, section.Decode(into)...)
		}
	}
	decode("credit", &creditPolicy)
	decode("papers", &shippingPolicy)
	decode("papers", &invoicingPolicy)
	steps := map[string]pipelines.Step{"orders": orders.New()}
	add := func(name, policy string, step pipelines.Step, err error) {
		if err != nil && used(cfg, name) {
			faults = append(faults, config.Fault{Pos: policyPos(cfg, policy), Code: "bad-policy", What: err.Error(), Fix: "correct policies/" + policy + ".yaml"})
			return
		}
		steps[name] = step
	}
	if len(faults) > 0 {
		return steps, unique(faults)
	}
	creditStep, err := credit.New(creditPolicy)
	add("credit", "credit", creditStep, err)
	shippingStep, err := shipping.New(shippingPolicy, sellerOf(cfg))
	add("shipping", "papers", shippingStep, err)
	invoicingStep, err := invoicing.New(invoicingPolicy, sellerOf(cfg))
	add("invoicing", "papers", invoicingStep, err)
	return steps, faults
}

// unique drops faults that two readers of one policy found twice.
func unique(faults config.Faults) config.Faults {
	seen := map[string]bool{}
	kept := faults[:0]
	for _, f := range faults {
		if !seen[f.String()] {
			seen[f.String()] = true
			kept = append(kept, f)
		}
	}
	return kept
}

func used(cfg *config.Config, step string) bool {
	for _, p := range cfg.Pipelines {
		for _, s := range p.Steps {
			if s.Value == step {
				return true
			}
		}
	}
	return false
}

func policyPos(cfg *config.Config, name string) config.Pos {
	if section, ok := cfg.Policies[name]; ok {
		return section.Pos()
	}
	return config.Pos{File: "policies/" + name + ".yaml", Line: 1, Col: 1}
}

func sellerOf(cfg *config.Config) document.Seller {
	c := cfg.Company
	return document.Seller{Name: c.Name, LocalName: c.LocalName, Address: c.Address, LocalAddress: c.LocalAddress, Phone: c.Phone, Bank: c.Bank}
}

func cannot(name config.Text, connection, what, fix string) config.Faults {
	return config.Faults{{Pos: name.Pos, Code: "wrong-driver", What: fmt.Sprintf("connection %q %s", connection, what), Fix: fix}}
}

func (p *plant) addSource(pipeline config.Pipeline, s config.Source, tables map[string]*mapping.Table) config.Faults {
	table, connection := tables[s.Mapping.Value], p.connections[s.Connection.Value]
	if table == nil || connection == nil {
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
	}
	if t.When.Value != "" {
		when, more := mapping.NewPredicate(target.Takes, t.When)
		faults = append(faults, more...)
		if len(more) == 0 {
			target.When = when
		}
	}
	if len(t.Render) > 0 {
		target.Draw = p.drawer(t.Render)
	}
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

// drawer draws in the formats that the target asks for.
func (p *plant) drawer(formats []config.Text) pipelines.Drawer {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Value
	}
	var fonts render.Fonts
	looked := false
	return func(d document.Document) ([]connectors.Attachment, error) {
		if !looked && slices.Contains(names, "pdf") {
			var err error
			if fonts, err = p.fonts(); err != nil {
				return nil, err
			}
			looked = true
		}
		drawn, err := render.Attachments(d, names, fonts)
		files := make([]connectors.Attachment, len(drawn))
		for i, f := range drawn {
			files[i] = connectors.Attachment(f)
		}
		return files, err
	}
}

// fonts looks for a font with Chinese characters: the configured one, one that `make fonts` left, the system's.
func (p *plant) fonts() (render.Fonts, error) {
	configured := p.cfg.Company.Font.Value
	if configured != "" && !filepath.IsAbs(configured) {
		configured = filepath.Join(p.cfg.Dir, configured)
	}
	return render.FindFonts(configured, []string{p.cfg.Dir, "."})
}

// checkFont refuses a configured font that is not there: papers would be drawn without it only weeks later.
func (p *plant) checkFont() config.Faults {
	font := p.cfg.Company.Font
	if font.Value == "" || !p.draws() {
		return nil
	}
	if _, err := p.fonts(); err != nil {
		return config.Faults{font.Pos.Fault("missing-font", err.Error(), "correct company.font, or leave it out")}
	}
	return nil
}

// draws says whether any target draws papers.
func (p *plant) draws() bool {
	for _, pipeline := range p.cfg.Pipelines {
		for _, t := range pipeline.Targets {
			for _, f := range t.Render {
				if f.Value == "pdf" {
					return true
				}
			}
		}
	}
	return false
}

func (p *plant) storePath() string { return filepath.Join(p.cfg.Dir, p.cfg.Store.Path) }

// look opens the store for reading.
func (p *plant) look(ctx context.Context) (*store.Store, error) {
	return store.Open(ctx, store.Options{Path: p.storePath(), Now: p.clock.Now, ReadOnly: true})
}

// own opens the store for working on it, alone. It comes before everything else that a second instance would trip over.
func (p *plant) own(ctx context.Context) (*store.Store, func() error, error) {
	release, err := store.Lock(p.storePath())
	if err != nil {
		return nil, nil, err
	}
	s, err := store.Open(ctx, store.Options{Path: p.storePath(), Now: p.clock.Now})
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return s, func() error { return errors.Join(s.Close(), release()) }, nil
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
