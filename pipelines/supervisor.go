package pipelines

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines/bus"
	"tradewire/pipelines/store"
)

// decisionGroup is the consumer group of the decision.
const decisionGroup = "decision"

// faultPause is the first pause after a fault of another system; it doubles.
const faultPause = 5 * time.Second

// pruneEvery is after how many decided messages the queue is cleared of what everybody has passed.
const pruneEvery = 5000

// Supervisor keeps the stations running.
type Supervisor struct {
	store      *store.Store
	house      *House
	intakes    []*Intake
	decision   *Decision
	deliveries []*Delivery
	progress   func(Pulse) // told after every round; may be nil
	busFails   atomic.Bool // the transport has failed since it last worked
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

// decide consumes the topic of changes until ctx ends.
func (v *Supervisor) decide(ctx context.Context) error {
	carrier := v.house.Bus
	if carrier == nil {
		carrier = &bus.Embedded{Store: v.store, Window: v.house.Window}
	}
	var passed atomic.Int64
	handle := func(ctx context.Context, batch []*bus.Message) error {
		if err := v.decision.Handle(ctx, batch); err != nil {
			return err
		}
		if v.busFails.CompareAndSwap(true, false) {
			if err := v.after(ctx, busPlace, len(batch), nil); err != nil {
				return err
			}
		}
		if n := passed.Add(int64(len(batch))); n >= pruneEvery && passed.CompareAndSwap(n, 0) {
			if _, err := v.store.Prune(ctx, 2*pruneEvery); err != nil && !v.passes(err) {
				return err
			}
		}
		return nil
	}
	err := carrier.Consume(ctx, decisionGroup, store.TopicChanges, handle, bus.Faults{
		Fatal: func(err error) bool { return !v.passes(err) }, Survived: func(err error) { v.survived(ctx, err) }})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// passes says that work goes on after an error: the store's server is away for now, or another instance has taken over.
func (v *Supervisor) passes(err error) bool {
	return store.Away(err) || errors.Is(err, store.ErrNotOwner)
}

// busPlace is the transport among the places that can be paused.
const busPlace = "bus"

// survived tells of an error after which work goes on. One of the transport is written down, so that status shows it.
func (v *Supervisor) survived(ctx context.Context, err error) {
	if errors.Is(err, store.ErrNotOwner) {
		return // another instance has it now
	}
	if isA[*connectors.Error](err) {
		v.busFails.Store(true)
		err = v.after(ctx, busPlace, 0, err)
	}
	if err != nil && ctx.Err() == nil {
		v.progress(Pulse{Doing: err.Error(), Fault: true})
	}
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
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

// poll reads a source, unless it is paused. polled is true when it answered.
func (v *Supervisor) poll(ctx context.Context, in *Intake) (moved int, polled bool, err error) {
	place := "source " + in.source.Name
	if paused, err := v.paused(ctx, place); err != nil || paused {
		return 0, false, err
	}
	if in.source.Makes == document.KindReceivables {
		if err := v.despatchesFirst(ctx, in); err != nil {
			return 0, false, err
		}
	}
	v.progress(Pulse{Doing: "reading " + in.source.Name})
	moved, err = in.Poll(ctx)
	if errors.Is(err, errElsewhere) {
		return 0, true, nil
	}
	return moved, err == nil, v.after(ctx, place, moved, err)
}

// despatchesFirst reads and decides what has left before what is owed for it: goods that are billed before they are
// known to have left would count twice, as an open order and as a receivable.
func (v *Supervisor) despatchesFirst(ctx context.Context, receivables *Intake) error {
	for _, in := range v.intakes {
		if in.source.Makes != document.KindShipment || in.source.System != receivables.source.System || in.source.Reads == nil {
			continue
		}
		if _, _, err := v.poll(ctx, in); err != nil {
			return err
		}
	}
	return v.caughtUp(ctx)
}

// deliver brings one batch to a target, unless it is paused.
func (v *Supervisor) deliver(ctx context.Context, d *Delivery) (moved int, err error) {
	place := "target " + d.target.Name
	if paused, err := v.paused(ctx, place); err != nil || paused {
		return 0, err
	}
	moved, err = d.Once(ctx)
	if errors.Is(err, errElsewhere) {
		return 0, nil
	}
	if moved > 0 {
		v.progress(Pulse{Doing: "delivering to " + d.target.Name, Moved: moved})
	}
	return moved, v.after(ctx, place, moved, err)
}

func (v *Supervisor) paused(ctx context.Context, place string) (bool, error) {
	pauses, err := v.store.Pauses(ctx)
	p, there := pauses[place]
	return there && p.Until.After(v.house.Clock.Now()), err
}

// after sorts a fault: one of another system pauses its place and is no error of ours; one of the store is.
func (v *Supervisor) after(ctx context.Context, place string, moved int, fault error) error {
	if fault == nil {
		pauses, err := v.store.Pauses(ctx)
		if _, there := pauses[place]; err == nil && there {
			v.progress(Pulse{Doing: place + " goes on", Fault: true})
			return v.store.Resume(ctx, place)
		}
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(fault, store.ErrNotOwner) {
		return nil // another instance has taken the place over: what this one did not settle is its business now
	}
	if !isA[*connectors.Error](fault) {
		return fault
	}
	pauses, err := v.store.Pauses(ctx)
	if err != nil {
		return err
	}
	if _, known := pauses[place]; !known {
		v.progress(Pulse{Doing: place + " is paused: " + fault.Error(), Fault: true})
	}
	return pausePlace(ctx, v.store, v.house.Clock.Now(), place, moved > 0, fault)
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
	c.start(v.keep(v.keepRinging))
	c.start(v.keep(v.keepWaking))
	return c.wait()
}

// CatchUp decides what was taken in and does nothing else: no source is read and nothing is delivered.
func (v *Supervisor) CatchUp(ctx context.Context) error {
	c := newCrew(ctx)
	c.start(v.keep(v.decide))
	c.start(v.keep(v.keepRelaying))
	err := v.caughtUp(c.ctx)
	return errors.Join(err, c.stop())
}

func (v *Supervisor) keepReading(ctx context.Context, in *Intake) error {
	for {
		if _, _, err := v.poll(ctx, in); err != nil {
			return err
		}
		pauses, err := v.store.Pauses(ctx)
		if err != nil {
			return err
		}
		next := v.house.Clock.Now().Add(in.source.Every)
		if until := pauses["source "+in.source.Name].Until; until.After(v.house.Clock.Now()) {
			next = until
		}
		if err := v.house.Clock.WaitUntil(ctx, next, nil); err != nil {
			return err
		}
	}
}

func (v *Supervisor) keepDelivering(ctx context.Context, d *Delivery) error {
	for {
		changed := v.store.Changed()
		moved, err := v.deliver(ctx, d)
		if err != nil {
			return err
		}
		if moved > 0 {
			continue
		}
		next, err := v.nextDueAt(ctx, d)
		if err != nil {
			return err
		}
		if err := v.house.Clock.WaitUntil(ctx, next, changed); err != nil {
			return err
		}
	}
}

// nextDueAt is when a target is looked at again: at its next due time, and now and then all the same.
func (v *Supervisor) nextDueAt(ctx context.Context, d *Delivery) (time.Time, error) {
	next, err := (&Supervisor{store: v.store, house: v.house, deliveries: []*Delivery{d}}).nextDue(ctx, nil)
	if limit := v.house.Clock.Now().Add(lookAgain); next.at.IsZero() || next.at.After(limit) {
		next.at = limit
	}
	return next.at, err
}
