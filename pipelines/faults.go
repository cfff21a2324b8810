package pipelines

import (
	"context"
	"errors"
	"sync"
	"time"

	"tradewire/connectors"
	"tradewire/pipelines/store"
)

// passes says that work goes on after an error: the store's server is away for now, another instance has taken over, or others decide
// on the same all the time.
func (v *Supervisor) passes(err error) bool {
	return store.Away(err) || errors.Is(err, store.ErrNotOwner) || errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrMeanwhile)
}

// The transport among the places that can be paused: one may be able to publish to it and not to read from it, or the other way.
const (
	busPlace     = "bus"
	readingPlace = "reading from the bus"
)

// quiet is after how long without a word of it a trouble is over that nothing else shows the end of: what lasts is told of more
// often than that.
var quiet = 90 * time.Second

// trouble is something that is told of for as long as it lasts, and of whose end nobody tells.
type trouble struct {
	mu   sync.Mutex
	is   bool
	last time.Time
}

// heard notes that it was told of.
func (t *trouble) heard() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.is, t.last = true, time.Now()
}

// isOver says, once, that nothing was told of it for so long.
func (t *trouble) isOver(silent time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	over := t.is && time.Since(t.last) >= silent
	t.is = t.is && !over
	return over
}

// survived tells of an error after which work goes on. One of the transport is written down, so that status shows it.
func (v *Supervisor) survived(ctx context.Context, err error) {
	if errors.Is(err, store.ErrNotOwner) {
		return // another instance has it now
	}
	if isA[*connectors.Error](err) {
		err = v.after(ctx, readingPlace, 0, err)
		v.reading.heard() // only now: it must not be over before it is written down
	}
	if err != nil && ctx.Err() == nil {
		v.progress(Pulse{Doing: err.Error(), Fault: true})
	}
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
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

// faultPause is the first pause after a fault of another system; it doubles.
const faultPause = 5 * time.Second

// pausePlace leaves a failing source or target alone for a while, so that status can show why. Each failure in a row
// doubles the pause; one that came after something had moved is the first of its row.
func pausePlace(ctx context.Context, s *store.Store, now time.Time, place string, moved bool, fault error) error {
	pauses, err := s.Pauses(ctx)
	if err != nil {
		return err
	}
	p := pauses[place]
	if p.Failures == 0 || moved {
		p = store.Pause{Place: place, Since: now}
	}
	wait := backOff(faultPause, p.Failures)
	if after := retryAfter(fault); after > wait {
		wait = after
	}
	p.Failures, p.Until, p.Kind, p.Reason = p.Failures+1, now.Add(wait), connectors.KindOf(fault), fault.Error()
	return s.Pause(ctx, p)
}
