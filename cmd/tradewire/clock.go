package main

import (
	"context"
	"sync"
	"time"

	"tradewire/connectors/sim"
)

// clock is real time, or the time of the simulated world.
type clock struct {
	world *sim.World
	jumps bool      // waiting takes no time: the clock is moved instead
	start time.Time // not zero: time stands still there, but for jumps
	still time.Time // not zero: it stands still there, whatever else is said

	mu      sync.Mutex
	skipped time.Duration // what real time was moved by
}

func (c *clock) Now() time.Time {
	if !c.still.IsZero() {
		return c.still
	}
	if c.world != nil {
		return c.world.Now().UTC()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.start.IsZero() {
		return c.start.Add(c.skipped).UTC()
	}
	return time.Now().Add(c.skipped).UTC()
}

// stop lets time stand still until it is let go: what is decided meanwhile is decided at one instant.
func (c *clock) stop() (goOn func()) {
	c.still = c.Now().Truncate(time.Millisecond)
	return func() { c.still = time.Time{} }
}

func (c *clock) WaitUntil(ctx context.Context, t time.Time, wake <-chan struct{}) error {
	if c.jumps {
		return c.moveTo(t)
	}
	timer := time.NewTimer(max(0, t.Sub(c.Now())))
	defer timer.Stop()
	select {
	case <-timer.C:
		if c.world != nil {
			return c.moveTo(t)
		}
		return nil
	case <-wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// moveTo moves the clock forward, never back.
func (c *clock) moveTo(t time.Time) error {
	if c.world != nil {
		return c.world.AdvanceTo(t)
	}
	gap := t.Sub(c.Now())
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skipped += max(0, gap)
	return nil
}
