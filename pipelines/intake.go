package pipelines

import (
	"context"
	"fmt"
	"time"

	"tradewire/connectors"
	"tradewire/pipelines/store"
)

// Intake is station 1: it takes changes in through one source, durably, and decides nothing.
type Intake struct {
	store  *store.Store
	clock  Clock
	source Source
	fetch  connectors.Fetcher // for wake-ups; nil when no source of the system can fetch
}

// mostPages bounds one round of a source that always has more.
const mostPages = 100_000

func (in *Intake) origin() store.Origin {
	return store.Origin{Pipeline: in.source.Pipeline, Source: in.source.Name, System: in.source.System,
		Kind: in.source.Makes, Lane: in.source.Lane}
}

// Poll reads all that waits in the source now and says how much of it was news. A fault of the other system is an
// error here; the position stays where it was. (Invariant 1.)
func (in *Intake) Poll(ctx context.Context) (news int, err error) {
	pos, err := in.store.Position(ctx, in.source.Name)
	if err != nil {
		return 0, err
	}
	for range mostPages {
		batch, err := in.source.Reads.Read(ctx, pos, in.source.Page)
		if err != nil {
			return news, fmt.Errorf("intake %s: %w", in.source.Name, err)
		}
		if len(batch.Changes) == 0 && batch.Set == "" && batch.Next == pos {
			return news, nil
		}
		taken, err := in.store.Take(ctx, in.origin(), stamped(batch), &batch)
		if err != nil {
			return news, err
		}
		news += taken.New + taken.Broken
		if pos = batch.Next; !batch.More {
			return news, nil
		}
	}
	return news, fmt.Errorf("intake %s: more than %d pages in one round", in.source.Name, mostPages)
}

// stamped gives every change of a snapshot the snapshot's instant, where it has none of its own.
func stamped(b connectors.Batch) []connectors.Change {
	for i := range b.Changes {
		if b.Changes[i].At.IsZero() {
			b.Changes[i].At = b.AsOf
		}
	}
	return b.Changes
}

// Listen takes what the other system sends until ctx ends.
func (in *Intake) Listen(ctx context.Context) error {
	err := in.source.Receives.Receive(ctx, in.receive)
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("intake %s: %w", in.source.Name, err)
}

// receive is called by the receiver; it returns after the changes are durable. A wake-up only names its record, which
// is fetched first.
func (in *Intake) receive(ctx context.Context, changes []connectors.Change) error {
	var whole []connectors.Change
	for _, c := range changes {
		if c.Record != nil || c.Gone || c.Broken != nil {
			whole = append(whole, c)
			continue
		}
		if in.fetch == nil {
			return &connectors.Error{Kind: connectors.Misconfigured, System: in.source.System, Op: "fetch " + c.Key,
				Hint: "a wake-up needs a source of the same system that can read one record: give it `one:`"}
		}
		fetched, err := in.fetch.Fetch(ctx, c.Kind, []string{c.Key})
		if err != nil {
			return err
		}
		for i := range fetched {
			fetched[i].Message = c.Message
		}
		whole = append(whole, fetched...)
	}
	_, err := in.store.Take(ctx, in.origin(), whole, nil)
	return err
}

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
