package pipelines

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines/bus"
	"tradewire/pipelines/store"
)

// decisionGroup is the consumer group of the decision.
const decisionGroup = "decision"

// pruneEvery is after how many decided messages the queue is cleared of what everybody has passed.
const pruneEvery = 5000

// decide consumes the topic of changes until ctx ends.
func (v *Supervisor) decide(ctx context.Context) error {
	carrier := v.house.Bus
	if carrier == nil {
		carrier = &bus.Embedded{Store: v.store, Window: v.house.Window}
		if err := v.tellStranded(ctx); err != nil {
			return err
		}
	}
	var passed atomic.Int64
	handle := func(ctx context.Context, batch []*bus.Message) error {
		if err := v.decision.Handle(ctx, batch); err != nil {
			return err
		}
		if v.reading.isOver(0) {
			if err := v.after(ctx, readingPlace, len(batch), nil); err != nil {
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

// poll reads a source, unless it is paused. polled is true when it answered.
func (v *Supervisor) poll(ctx context.Context, in *Intake) (moved int, polled bool, err error) {
	place := "source " + in.source.Name
	if paused, err := v.paused(ctx, place); err != nil || paused {
		return 0, false, err
	}
	if reserved, err := v.store.Reserved(ctx, in.source.Name); err != nil || reserved {
		return 0, true, err // it has nothing to go on from before its backfill ends
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
		if in.source.Makes != document.KindShipment && in.source.Makes != document.KindDelivered || in.source.System != receivables.source.System || in.source.Reads == nil {
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
	pauses, err := v.store.Pauses(ctx)
	if err != nil {
		return time.Time{}, err
	}
	next, err := d.nextDue(ctx, pauses)
	if limit := v.house.Clock.Now().Add(lookAgain); next.at.IsZero() || next.at.After(limit) {
		next.at = limit
	}
	return next.at, err
}
