package pipelines

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// HeldBack is what keeps an open backfill from going on now. The zero one is nothing.
type HeldBack struct {
	Until time.Time
	Why   string
}

// mostUndecided bounds what a backfill lets pile up before the decision: the day's orders wait behind it.
const mostUndecided = 2000

// lookForBackfills is how soon a backfill is begun, paused or resumed that another process was told of.
const lookForBackfills = 2 * time.Second

// WayOf says how a source is gone through from its beginning.
func WayOf(source Source) (store.BackfillWay, error) {
	if source.Reads == nil {
		return "", fmt.Errorf("%s is not read, it calls: name the source that reads the same records", source.Name)
	}
	if source.Makes == document.KindReceivables { // (Invariant 11)
		return "", fmt.Errorf("%s: what is owed is one picture of one moment and cannot be loaded in pieces; `tradewire run` reads it", source.Name)
	}
	if _, ok := source.Reads.(connectors.Ranger); ok {
		return store.ByKey, nil
	}
	return store.ByPage, nil
}

// MarkOf is where a source stands now, and how many records it holds, below zero where it cannot tell.
func MarkOf(ctx context.Context, source Source) (mark connectors.Position, total int64, err error) {
	total = -1
	if counter, ok := source.Reads.(connectors.Counter); ok {
		if total, err = counter.Count(ctx); err != nil {
			return "", 0, err
		}
	}
	if marker, ok := source.Reads.(connectors.Marker); ok {
		mark, err = marker.Mark(ctx)
	}
	return mark, total, err
}

// keepBackfilling carries on what backfills there are, page by page in turn, until ctx ends.
func (v *Supervisor) keepBackfilling(ctx context.Context) error {
	for {
		next, err := v.Backfill(ctx)
		if err != nil {
			return err
		}
		now := v.house.Clock.Now()
		if !next.IsZero() && !next.After(now) {
			continue
		}
		if limit := now.Add(lookForBackfills); next.IsZero() || next.After(limit) {
			next = limit
		}
		if err := v.house.Clock.WaitUntil(ctx, next, nil); err != nil {
			return err
		}
	}
}

// Backfill takes in one page of every backfill that may go on now, and says when the next may; zero: there is none.
func (v *Supervisor) Backfill(ctx context.Context) (next time.Time, err error) {
	all, err := v.store.Backfills(ctx)
	if err != nil {
		return next, err
	}
	for _, b := range all {
		in := v.intakeOf(b.Source)
		if b.State != store.BackfillOpen || in == nil {
			continue
		}
		at, err := v.backfill(ctx, in, b)
		if err != nil {
			return next, err
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, nil
}

func (v *Supervisor) intakeOf(source string) *Intake {
	for _, in := range v.intakes {
		if in.source.Name == source && in.source.Reads != nil {
			return in
		}
	}
	return nil
}

// backfill takes in the next page of one backfill, or says when it may. A fault of the other system pauses the backfill alone.
func (v *Supervisor) backfill(ctx context.Context, in *Intake, b store.Backfill) (next time.Time, err error) {
	wait, err := v.holdsBack(ctx, b)
	if err != nil || !wait.Until.IsZero() {
		return wait.Until, err
	}
	v.progress(Pulse{Doing: "loading " + b.Source})
	moved, more, err := in.step(ctx, v.house, b)
	if errors.Is(err, errElsewhere) || errors.Is(err, store.ErrOvertaken) {
		return v.house.Clock.Now().Add(lookForBackfills), nil
	}
	if err == nil && !more {
		return next, v.after(ctx, backfillPlace(b.Source), moved, nil)
	}
	return v.house.Clock.Now(), v.after(ctx, backfillPlace(b.Source), moved, err)
}

func backfillPlace(source string) string { return "backfill " + source }

// holdsBack says why an open backfill does not go on now, and when it may.
func (v *Supervisor) holdsBack(ctx context.Context, b store.Backfill) (HeldBack, error) {
	now := v.house.Clock.Now()
	pauses, err := v.store.Pauses(ctx)
	if err != nil {
		return HeldBack{}, err
	}
	if held := HoldsBack(b, now, v.house.Zone, pauses); !held.Until.IsZero() {
		return held, nil
	}
	undecided, err := v.store.Undecided(ctx)
	if err == nil && undecided > mostUndecided {
		return HeldBack{now.Add(elsewhere), fmt.Sprintf("%d changes wait for a decision", undecided)}, nil
	}
	return HeldBack{}, err
}

// HoldsBack is the same of what lies in the backfill itself: its hours, its rate, and a source that does not answer.
func HoldsBack(b store.Backfill, now time.Time, zone *time.Location, pauses map[string]store.Pause) HeldBack {
	pace, err := ParsePace(b.Rate, b.Hours)
	if err != nil {
		return HeldBack{} // it was checked when it was begun
	}
	if p, paused := pauses[backfillPlace(b.Source)]; paused && p.Until.After(now) {
		return HeldBack{p.Until, p.Reason}
	}
	if opens := pace.Hours.Next(now.In(zone)); opens.After(now) {
		return HeldBack{opens, "outside the hours " + b.Hours}
	}
	if b.Due.After(now) {
		return HeldBack{b.Due, "not faster than " + b.Rate}
	}
	return HeldBack{}
}

// step reads the page of a backfill and takes it in. It is read by whoever reads the source, and by no one else meanwhile: an
// image of the walk never comes after a later one of the source's own reading. (Invariant 3.)
func (in *Intake) step(ctx context.Context, house *House, b store.Backfill) (moved int, more bool, err error) {
	lease, held, err := in.store.Hold(ctx, "source "+in.source.Name)
	if err == nil && !held {
		err = errElsewhere
	}
	if err != nil {
		return 0, false, err
	}
	in.alone.Lock()
	defer in.alone.Unlock()
	pace, err := ParsePace(b.Rate, b.Hours)
	if err != nil {
		return 0, false, err
	}
	batch, err := in.walk(ctx, b, pace.Page(b.Chunk))
	if err != nil {
		return 0, false, in.fault(err)
	}
	from := in.origin()
	from.Lease, from.Backfill = lease, &store.Step{Pages: b.Pages, Due: pace.After(house.Clock.Now(), len(batch.Changes))}
	_, err = in.store.Take(ctx, from, stamped(batch), &batch)
	return len(batch.Changes), batch.More, err
}

// walk is one page of the way through the source.
func (in *Intake) walk(ctx context.Context, b store.Backfill, most int) (connectors.Batch, error) {
	if ranger, ok := in.source.Reads.(connectors.Ranger); ok && b.Way == store.ByKey {
		return ranger.Range(ctx, b.Position, most)
	}
	if b.Way == store.ByKey {
		return connectors.Batch{}, in.cannot("begin it again with --again: it is gone through page by page now", "the source can no longer be walked by key")
	}
	batch, err := in.source.Reads.Read(ctx, b.Position, most)
	if err == nil && batch.Set != "" {
		err = in.cannot("it is loaded by `tradewire run` at once, and needs no backfill", "the source shows everything in one page")
	}
	if err == nil && batch.More && batch.Next == b.Position {
		err = in.cannot("see under read: how the other system is asked for the next page", "another page is said to wait and the position does not move")
	}
	return batch, err
}

func (in *Intake) cannot(hint, what string) error {
	return &connectors.Error{Kind: connectors.Misconfigured, System: in.source.System, Op: "load " + in.source.Name, Err: errors.New(what), Hint: hint}
}

// Everything shows what a source holds, page by page, and takes nothing in. A source that can be walked by key is; others are read
// from their beginning.
func Everything(ctx context.Context, source Source, most int, show func([]connectors.Change) error) error {
	in := &Intake{source: source}
	way, err := WayOf(source)
	if err != nil {
		return err
	}
	b := store.Backfill{Source: source.Name, Way: way}
	for range mostPages {
		batch, err := in.everything(ctx, b, most)
		if err != nil {
			return in.fault(err)
		}
		if err := show(batch.Changes); err != nil || !batch.More {
			return err
		}
		b.Position = batch.Next
	}
	return in.fault(fmt.Errorf("more than %d pages in one round", mostPages))
}

// everything is a page; a source that shows all of it at once may here.
func (in *Intake) everything(ctx context.Context, b store.Backfill, most int) (connectors.Batch, error) {
	if b.Way == store.ByPage {
		return in.source.Reads.Read(ctx, b.Position, most)
	}
	return in.walk(ctx, b, most)
}
