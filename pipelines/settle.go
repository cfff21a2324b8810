package pipelines

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tradewire/connectors"
	"tradewire/pipelines/store"
)

// ErrUnavailable says that work remains which another system does not take or give now.
var ErrUnavailable = errors.New("another system cannot be reached")

// Settle reads every source once, and decides and delivers until nothing is due: what `run --until-idle` does, and
// what the demo waits for between two steps of its world. Waits for due times use the house's clock; patience bounds
// them. It needs Start.
func (v *Supervisor) Settle(ctx context.Context, patience time.Duration) error {
	v.patience = patience
	deadline, beside := v.house.Clock.Now().Add(patience), time.Duration(0)
	pending := map[*Intake]bool{}
	for _, in := range v.intakes {
		pending[in] = in.source.Reads != nil
	}
	for {
		moved, err := v.round(ctx, pending)
		if err != nil {
			return err
		}
		if moved > 0 {
			continue
		}
		next, err := v.nextDue(ctx, pending)
		if err != nil || next.at.IsZero() {
			return err
		}
		if next.kind == connectors.Misconfigured || next.at.After(deadline) {
			return next.giveUp()
		}
		if v.store.Shared() && !next.at.After(v.house.Clock.Now()) {
			// It is due and did not move: another instance has it.
			if beside += elsewhere; beside > patience {
				return fmt.Errorf("%w: what is due lies with another instance", ErrUnavailable)
			}
			if !wait(ctx, elsewhere) {
				return ctx.Err()
			}
			continue
		}
		v.progress(Pulse{Doing: fmt.Sprintf("waiting until %s: %s", next.at.In(v.house.Zone).Format(time.TimeOnly), next.reason)})
		if err := v.house.Clock.WaitUntil(ctx, next.at, nil); err != nil {
			return err
		}
	}
}

// elsewhere is how long one waits for what another instance does.
const elsewhere = 500 * time.Millisecond

func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// round polls what is pending, lets the decision catch up, and delivers what is due. Each target is drained before
// the next, so that one seed tells one story.
func (v *Supervisor) round(ctx context.Context, pending map[*Intake]bool) (moved int, err error) {
	for _, in := range v.intakes {
		if !pending[in] {
			continue
		}
		n, polled, err := v.poll(ctx, in)
		if err != nil {
			return moved, err
		}
		pending[in] = !polled
		moved += n
		// What one source tells is decided before the next is asked: customers before their orders.
		if err := v.caughtUp(ctx); err != nil {
			return moved, err
		}
	}
	if err := v.caughtUp(ctx); err != nil {
		return moved, err
	}
	// What is late is asked after everything was read: an answer that lies there already is none.
	rung, err := v.ring(ctx)
	if err != nil {
		return moved, err
	}
	moved += rung
	if err := v.caughtUp(ctx); err != nil {
		return moved, err
	}
	for _, d := range v.deliveries {
		for {
			n, err := v.deliver(ctx, d)
			if err != nil {
				return moved, err
			}
			moved += n
			if n == 0 {
				break
			}
			if v.house.InStep {
				if err := v.caughtUp(ctx); err != nil {
					return moved, err
				}
			}
		}
	}
	if moved == 0 && v.store.Shared() {
		if moved, err = v.store.WakeWaiting(ctx, mostAlarms); err != nil {
			return moved, err
		}
	}
	return moved, v.caughtUp(ctx)
}

// caughtUp waits until every change that was taken in is decided; but not for longer than there is patience for a transport that
// does not carry their messages.
func (v *Supervisor) caughtUp(ctx context.Context) error {
	before, moved := -1, time.Now()
	for {
		changed := v.store.Changed()
		waiting, err := v.store.Undecided(ctx)
		if err != nil || waiting == 0 {
			return err
		}
		if waiting != before {
			before, moved = waiting, time.Now()
		}
		if v.patience > 0 && time.Since(moved) > v.patience {
			if err := v.carriesNothing(ctx); err != nil {
				return err
			}
		}
		select {
		case <-changed:
		case <-time.After(elsewhere):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// carriesNothing is what is known of a transport that fails; nil where none is known to fail.
func (v *Supervisor) carriesNothing(ctx context.Context) error {
	pauses, err := v.store.Pauses(ctx)
	if err != nil {
		return err
	}
	for _, place := range []string{busPlace, readingPlace} {
		if p, fails := pauses[place]; fails {
			return fmt.Errorf("%w: nothing is lost, what was taken in is decided when it answers: %s", ErrUnavailable, p.Reason)
		}
	}
	return nil
}

// due is when something can move again, and why not before.
type due struct {
	at     time.Time // zero: nothing waits
	kind   connectors.Kind
	reason string
}

// earlier keeps the earlier of two.
func (d *due) earlier(other due) {
	if !other.at.IsZero() && (d.at.IsZero() || other.at.Before(d.at)) {
		*d = other
	}
}

// giveUp says what remains when nobody waits any longer. It stays due: the next run goes on with it.
func (d due) giveUp() error {
	switch d.kind {
	case connectors.Misconfigured:
		return &connectors.Error{Kind: d.kind, Err: errors.New(d.reason)}
	case "":
		return &later{fmt.Errorf("something that was refused is tried again at %s: run again then, or mend it: %s", d.at.UTC().Format("2006-01-02 15:04:05Z"), d.reason)}
	}
	return fmt.Errorf("%w: %s", ErrUnavailable, d.reason)
}

// later is said of something that is due again later.
type later struct{ error }

// nextDue is when something can move again: a paused source that has not been read, or a delivery.
func (v *Supervisor) nextDue(ctx context.Context, pending map[*Intake]bool) (next due, err error) {
	pauses, err := v.store.Pauses(ctx)
	if err != nil {
		return next, err
	}
	for _, in := range v.intakes {
		if pending[in] {
			p := pauses["source "+in.source.Name]
			next.earlier(due{p.Until, p.Kind, p.Reason})
		}
	}
	for _, d := range v.deliveries {
		of, err := d.nextDue(ctx, pauses)
		if err != nil {
			return next, err
		}
		next.earlier(of)
	}
	return next, nil
}

// nextDue is when the target can be written to again.
func (d *Delivery) nextDue(ctx context.Context, pauses map[string]store.Pause) (next due, err error) {
	at, reason, err := d.store.NextDue(ctx, d.target.Name)
	if err != nil || at.IsZero() {
		return due{}, err
	}
	if p := pauses["target "+d.target.Name]; p.Until.After(at) {
		return due{p.Until, p.Kind, p.Reason}, nil
	}
	return due{at: at, reason: reason}, nil // its own time comes later than the target's
}
