package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tradewire/pipelines/store"
)

// settle is the shortest time between two movements of the progress: acks in between share one.
const settle = 10 * time.Millisecond

// oldest is what the oldest delivered message answers. Answers of later ones wait for their turn: the progress cannot
// pass the oldest anyway.
func (r *reader) oldest() (acked, nacked <-chan struct{}) {
	if len(r.flight) == 0 {
		return nil, nil
	}
	return r.flight[0].m.Acked(), r.flight[0].m.Nacked()
}

// passAcked moves over the messages that were acked without a gap.
func (r *reader) passAcked() {
	for len(r.flight) > 0 && closed(r.flight[0].m.Acked()) {
		r.flight[0].done()
		r.progress.To = r.flight[0].upTo
		r.flight = r.flight[1:]
	}
}

// again waits until every delivered message has been answered and delivers those anew that were not acked. It is false
// when reading has ended.
func (r *reader) again(reading, ctx context.Context) bool {
	if !r.answered(reading, r.flight) || !wait(reading, r.config.Resend) {
		return false
	}
	stands, err := r.stands(reading)
	if err != nil {
		r.config.Report(err)
		return !errors.Is(err, store.ErrNotOwner) && reading.Err() == nil // else the oldest is still nacked: once more
	}
	old := r.flight
	r.flight = nil
	r.round++
	for _, d := range old {
		d.done()
		// The consumer may have nacked a batch whose commit has happened: only its answer was lost.
		passed := r.config.ProgressByConsumer && d.upTo <= stands.From
		switch {
		case !passed && !closed(d.m.Acked()):
			r.flight = append(r.flight, r.send(ctx, d.queued, d.after))
		case len(r.flight) > 0:
			r.flight[len(r.flight)-1].upTo = d.upTo
		default:
			r.progress.To = d.upTo
		}
	}
	return true
}

// answered waits for all to be answered. It is false when ctx has ended before.
func (r *reader) answered(ctx context.Context, all []delivered) bool {
	for _, d := range all {
		select {
		case <-d.m.Acked():
		case <-d.m.Nacked():
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// stands is where the group stands, as long as its progress is ours.
func (r *reader) stands(ctx context.Context) (store.Progress, error) {
	stands, err := r.store.Progress(ctx, r.config.Group, r.topic, r.part)
	if err == nil && stands.Generation != r.progress.Generation {
		err = fmt.Errorf("read %s for %s: %w", r.topic, r.config.Group, store.ErrNotOwner)
	}
	return stands, err
}

// move starts to write the progress down, unless that is the consumer's business, is under way, or was done just now.
// The next message does not wait for it: after a crash what was acked last may come again.
func (r *reader) move() {
	if r.config.ProgressByConsumer || r.progress.To == r.progress.From || r.moving != nil || r.rest != nil {
		return
	}
	claim, answer := r.progress, make(chan error, 1)
	r.moving, r.moved = answer, claim.To
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		answer <- r.store.Advance(ctx, claim)
	}()
}

// hasMoved takes the answer of move. It is false when the progress is not ours any more.
func (r *reader) hasMoved(err error) bool {
	r.moving = nil
	if err == nil {
		r.progress.From = r.moved
		r.rest = time.After(settle)
		return true
	}
	r.rest = time.After(r.config.Poll)
	stands, ours := r.stands(context.Background())
	if errors.Is(ours, store.ErrNotOwner) {
		r.config.Report(ours)
		return false
	}
	if r.config.Report(err); ours == nil {
		r.progress.From = stands.From // the movement may have happened although its answer was lost
	}
	return true
}

// drain waits a while for the answers of what the consumer has taken, and writes the progress down. What lies in the
// channel untaken, and what is not answered, comes again to the next reader. A consumer that moves the progress itself
// is not waited for: its commit happens before the next owner's claim, or not at all.
func (r *reader) drain() {
	if !r.config.ProgressByConsumer {
		ctx, cancel := context.WithTimeout(context.Background(), r.config.Drain)
		r.answered(ctx, r.flight[:len(r.flight)-min(len(r.out), len(r.flight))])
		cancel()
	}
	r.passAcked()
	for _, d := range r.flight {
		d.done()
	}
	if r.moving != nil {
		r.hasMoved(<-r.moving)
	}
	r.rest = nil
	if r.move(); r.moving != nil {
		r.hasMoved(<-r.moving)
	}
}
