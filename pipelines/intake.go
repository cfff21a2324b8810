package pipelines

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"tradewire/connectors"
	"tradewire/pipelines/store"
)

// Intake is station 1: it takes changes in through one source, durably, and decides nothing.
type Intake struct {
	store  *store.Store
	clock  Clock
	source Source
	fetch  connectors.Fetcher // for wake-ups; nil when no source of the system can fetch
	with   string             // the source that fetch belongs to
	alone  *sync.Mutex        // held from reading the source, or fetching from it, until what came is taken in
}

// mostPages bounds one round of a source that always has more.
const mostPages = 100_000

func (in *Intake) origin() store.Origin {
	return store.Origin{Pipeline: in.source.Pipeline, Source: in.source.Name, System: in.source.System,
		Kind: in.source.Makes, Lane: in.source.Lane, MayVanish: in.source.Vanish}
}

// errElsewhere says that another instance works on a source or target now. It is no fault.
var errElsewhere = errors.New("another instance works there")

// Poll reads all that waits in the source now and says how much of it was news. A fault of the other system is an
// error here; the position stays where it was. (Invariant 1.)
func (in *Intake) Poll(ctx context.Context) (news int, err error) {
	lease, held, err := in.store.Hold(ctx, "source "+in.source.Name)
	if err == nil && !held {
		err = errElsewhere
	}
	if err != nil {
		return 0, err
	}
	pos, err := in.store.Position(ctx, in.source.Name)
	if err != nil {
		return 0, err
	}
	for range mostPages {
		batch, taken, err := in.page(ctx, lease, pos)
		if err != nil {
			return news, err
		}
		news += taken.New + taken.Broken
		if !batch.More || batch.Next == pos {
			return news, nil
		}
		pos = batch.Next
	}
	return news, in.fault(fmt.Errorf("more than %d pages in one round", mostPages))
}

// page reads one page and takes it in. An empty one is taken too: it says that the source was read.
func (in *Intake) page(ctx context.Context, lease store.Lease, pos connectors.Position) (batch connectors.Batch, taken store.Taken, err error) {
	in.alone.Lock()
	defer in.alone.Unlock()
	if batch, err = in.source.Reads.Read(ctx, pos, in.source.Page); err != nil {
		return batch, taken, in.fault(err)
	}
	from := in.origin()
	from.Lease = lease
	taken, err = in.store.Take(ctx, from, stamped(batch), &batch)
	return batch, taken, err
}

// fault is a fault of the source, whatever its connector makes of it: it pauses the source and stops no other.
func (in *Intake) fault(err error) error {
	if _, theirs := errors.AsType[*connectors.Error](err); !theirs {
		err = &connectors.Error{Kind: connectors.Unknown, System: in.source.System, Op: "read " + in.source.Name, Err: err}
	}
	return fmt.Errorf("intake %s: %w", in.source.Name, err)
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
	from, fetching := in.origin(), false
	for _, c := range changes {
		if c.Record != nil || c.Gone || c.Broken != nil {
			whole = append(whole, c)
			continue
		}
		if in.fetch == nil {
			return &connectors.Error{Kind: connectors.Misconfigured, System: in.source.System, Op: "fetch " + c.Key,
				Hint: "a wake-up needs a source of the same system that can read one record: give it `one:`"}
		}
		if !fetching {
			// What is fetched is taken in before the source is read again: an older image never comes after a later one.
			fetching = true
			in.alone.Lock()
			defer in.alone.Unlock()
			var err error
			if from.Lease, err = in.leaseToFetch(ctx, c.Key); err != nil {
				return err
			}
		}
		fetched, err := in.fetch.Fetch(ctx, c.Kind, []string{c.Key})
		if err != nil {
			return err
		}
		// The message's id is not the record's: sent again, the message finds the record as it is by then.
		whole = append(whole, fetched...)
	}
	_, err := in.store.Take(ctx, from, whole, nil)
	return err
}

// leaseToFetch is that of the source which reads the same records: one instance reads them at a time, or an older image could be
// taken in after a later one. Where another has it, it finds the record itself, and whoever woke us may try there.
func (in *Intake) leaseToFetch(ctx context.Context, key string) (store.Lease, error) {
	lease, held, err := in.store.Hold(ctx, "source "+in.with)
	if err == nil && !held {
		err = &connectors.Error{Kind: connectors.Unavailable, System: in.source.System, Op: "fetch " + key, Err: errElsewhere,
			Hint: "nothing is lost: the instance that reads " + in.with + " finds it"}
	}
	return lease, err
}
