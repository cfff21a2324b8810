package pipelines

import (
	"context"
	"errors"
	"sync"
	"time"

	"tradewire/connectors"
	"tradewire/pipelines/store"
)

// Supervisor keeps the stations running.
type Supervisor struct {
	store      *store.Store
	house      *House
	intakes    []*Intake
	decision   *Decision
	deliveries []*Delivery
	progress   func(Pulse)   // told after every round; may be nil
	reading    trouble       // with the transport, where messages are read from it
	patience   time.Duration // with a transport that fails, while somebody waits for all to be decided; 0: without end
}

// Pulse is what a person may be shown while work goes on.
type Pulse struct {
	Doing string
	Moved int
	Fault bool // another system does not answer, or answers again
}

// NewSupervisor puts the stations of a house together.
func NewSupervisor(s *store.Store, house *House, progress func(Pulse)) *Supervisor {
	if progress == nil {
		progress = func(Pulse) {}
	}
	v := &Supervisor{store: s, house: house, progress: progress}
	v.reading.heard() // a former run may have left it
	v.decision = &Decision{store: s, house: house, maps: map[string]Decoder{}, tell: progress}
	alone := make([]sync.Mutex, len(house.Sources)) // a Source is used by one goroutine at a time
	for i, source := range house.Sources {
		v.decision.maps[source.Name] = source.Mapping
		in := &Intake{store: s, clock: house.Clock, source: source, alone: &alone[i]}
		for j, other := range house.Sources {
			if f, ok := other.Reads.(connectors.Fetcher); ok && source.Reads == nil && other.System == source.System && other.Makes == source.Makes {
				in.fetch, in.alone, in.with = f, &alone[j], other.Name
			}
		}
		v.intakes = append(v.intakes, in)
	}
	for _, target := range house.Targets {
		v.deliveries = append(v.deliveries, &Delivery{store: s, clock: house.Clock, target: target})
	}
	return v
}

// Start opens the doors of the sources that call us and begins to decide. running ends with ctx, or with the first
// fault as its cause; stop ends both and answers that fault.
func (v *Supervisor) Start(ctx context.Context) (running context.Context, stop func() error) {
	c := newCrew(ctx)
	v.open(c)
	return c.ctx, c.stop
}

func (v *Supervisor) open(c *crew) {
	c.start(v.keep(v.decide))
	c.start(v.keep(v.keepRelaying))
	c.start(v.keep(v.keepTelling))
	for _, in := range v.intakes {
		if in.source.Receives != nil {
			c.start(in.Listen)
		}
	}
}

// Run keeps every station running until ctx ends: each source by its own interval, each target as deliveries become
// due, so that a slow system delays nobody else.
func (v *Supervisor) Run(ctx context.Context) error {
	c := newCrew(ctx)
	defer c.fail(nil)
	v.open(c)
	for _, in := range v.intakes {
		if in.source.Reads != nil {
			c.start(v.keep(func(ctx context.Context) error { return v.keepReading(ctx, in) }))
		}
	}
	for _, d := range v.deliveries {
		c.start(v.keep(func(ctx context.Context) error { return v.keepDelivering(ctx, d) }))
	}
	c.start(v.keep(v.keepBackfilling))
	c.start(v.keep(v.keepRinging))
	c.start(v.keep(v.keepWaking))
	return c.wait()
}

// CatchUp decides what was taken in and does nothing else: no source is read and nothing is delivered. For a transport that fails
// it has only so much patience.
func (v *Supervisor) CatchUp(ctx context.Context, patience time.Duration) error {
	v.patience = patience
	c := newCrew(ctx)
	c.start(v.keep(v.decide))
	c.start(v.keep(v.keepRelaying))
	c.start(v.keep(v.keepTelling))
	err := v.caughtUp(c.ctx)
	return errors.Join(err, c.stop())
}

// keep does work again and again until ctx ends. While the store's server is away it waits for it.
func (v *Supervisor) keep(work func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			err := work(ctx)
			if err == nil || ctx.Err() != nil || !v.passes(err) {
				return err
			}
			v.survived(ctx, err)
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
				return nil
			}
		}
	}
}
