package main

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"time"

	"tradewire/connectors/sim"
)

// openWorld continues the simulated world, when the configuration asks for one, and serves its CRM where the
// configuration expects it. The world's clock is then everybody's. The returned function ends it.
func (p *plant) openWorld(ctx context.Context) (end func() error, err error) {
	nothing := func() error { return nil }
	for _, c := range p.connections {
		simulated, ok := c.(*sim.Connection)
		if !ok {
			continue
		}
		world, err := simulated.World()
		if err != nil {
			return nothing, err
		}
		return p.enterWorld(ctx, world, p.addressOf("rest", "url"))
	}
	return nothing, nil
}

// inWorld loads the configuration and enters the simulated world, when it asks for one, for as long as do runs.
func (a *app) inWorld(ctx context.Context, do func(p *plant) error) (err error) {
	p, err := a.load()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	endWorld, err := p.openWorld(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endWorld()) }()
	return do(p)
}

// addressOf is the host and port that a driver's first connection names under a key.
func (p *plant) addressOf(driver, key string) string {
	for _, c := range p.cfg.Connections {
		if c.Driver.Value == driver {
			value, _ := c.Settings.At(key).Scalar()
			return strings.TrimPrefix(value.Value, "http://")
		}
	}
	return ""
}

// enterWorld serves a world's CRM and lives by its clock.
func (p *plant) enterWorld(ctx context.Context, world *sim.World, address string) (func() error, error) {
	_, err := world.Serve(ctx, address)
	if err != nil && !errors.Is(err, syscall.EADDRINUSE) {
		return func() error { return nil }, errors.Join(err, world.Close())
	}
	// Where its address is taken the world lives in another process already, which serves it: we only look.
	p.clock.world = world
	return world.Close, nil
}

// patience is how long, on the house's clock, one step of a simulated world may wait for a system that misbehaves.
const patience = 6 * time.Hour
