package pipelines

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// Delivery is station 3: it brings documents to one target. It works from due times; messages only wake it.
type Delivery struct {
	store  *store.Store
	clock  Clock
	target Target
	lease  store.Lease // held while it delivers
	fenced int64       // the epoch for which the target is closed to all before
}

// parcel is one delivery with the entry that goes out.
type parcel struct {
	store.Delivery
	entry connectors.Entry
	hash  string
}

// Once delivers one batch of what is due now, and says how many deliveries moved. A fault of the target is an error
// here; nothing of the batch is lost by it.
func (d *Delivery) Once(ctx context.Context) (moved int, err error) {
	var held bool
	if d.lease, held, err = d.store.Hold(ctx, "target "+d.target.Name); err == nil && !held {
		err = errElsewhere
	}
	if err != nil {
		return 0, err
	}
	if err := d.fence(ctx); err != nil {
		return 0, fmt.Errorf("deliver to %s: %w", d.target.Name, err)
	}
	due, err := d.store.DueNow(ctx, d.target.Name, d.target.Batch)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	urgentFirst(due)
	parcels, settled, err := d.packAll(ctx, due)
	if err != nil {
		return 0, err
	}
	if parcels, err = d.stillDue(ctx, parcels); err != nil {
		return 0, err
	}
	written, fault := d.write(ctx, parcels)
	settled = append(settled, written...)
	// What was written is settled even when ctx has ended meanwhile: it is true.
	if err := d.store.Settle(context.WithoutCancel(ctx), d.lease, d.target.Pipeline, settled); err != nil {
		return 0, err
	}
	if fault != nil {
		return len(settled), fmt.Errorf("deliver to %s: %w", d.target.Name, fault)
	}
	return len(settled), nil
}

// fence closes the target to whoever had it before, where others may have had it: what they wrote late could be what is not
// wanted there any more, and nothing would be due that puts it right. (Invariant 2.)
func (d *Delivery) fence(ctx context.Context) error {
	fencer, ok := d.target.Writes.(connectors.Fencer)
	if !ok || d.fenced == d.lease.Epoch || !d.store.Shared() {
		return nil
	}
	err := fencer.Fence(ctx, d.lease.Epoch)
	if err == nil {
		d.fenced = d.lease.Epoch
	}
	return err
}

// stillDue leaves out what another instance has superseded or taken over while this one packed, or stood still. Where one
// instance has the store for itself there is none.
func (d *Delivery) stillDue(ctx context.Context, parcels []parcel) ([]parcel, error) {
	if len(parcels) == 0 || !d.store.Shared() {
		return parcels, nil
	}
	due := make([]store.Delivery, len(parcels))
	for i, p := range parcels {
		due[i] = p.Delivery
	}
	still, err := d.store.StillDue(ctx, d.lease, due)
	if err != nil {
		return nil, err
	}
	waits := make(map[int64]bool, len(still))
	for _, one := range still {
		waits[one.ID] = true
	}
	return slices.DeleteFunc(parcels, func(p parcel) bool { return !waits[p.ID] }), nil
}

// packAll packs a batch, as many at once as there are processors: drawing takes longer than all else. The parcels keep the
// order of the batch.
func (d *Delivery) packAll(ctx context.Context, due []store.Delivery) (parcels []parcel, settled []store.Settlement, err error) {
	packed, settlements := make([]parcel, len(due)), make([]*store.Settlement, len(due))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, one := range due {
		work.Go(func() (err error) {
			packed[i], settlements[i], err = d.pack(ctx, one)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, nil, err
	}
	for i := range due {
		if settlements[i] != nil {
			settled = append(settled, *settlements[i])
			continue
		}
		parcels = append(parcels, packed[i])
	}
	return parcels, settled, nil
}

// urgentFirst brings what is urgent to the front of a batch. Deliveries of one batch are of different documents: their order
// means nothing but who is served first.
func urgentFirst(due []store.Delivery) {
	urgent := func(one store.Delivery) int {
		if u, ok := one.Document.(interface{ Urgent() bool }); ok && u.Urgent() {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(due, func(a, b store.Delivery) int { return urgent(a) - urgent(b) })
}

// pack translates and draws. What cannot be translated is settled at once: it is a dead letter, and stops nothing else.
func (d *Delivery) pack(ctx context.Context, one store.Delivery) (p parcel, settled *store.Settlement, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			settled, err = d.dead(one, fmt.Errorf("a fault in Tradewire while translating: %v", fault), nil), nil
		}
	}()
	p = parcel{Delivery: one, entry: connectors.Entry{Target: d.target.Name, Kind: string(one.Ref.Kind), Key: one.Ref.Key,
		Revision: one.Revision, Epoch: d.lease.Epoch, Op: connectors.Put}}
	if d.target.When != nil {
		if _, err := d.target.When.Holds(one.Document); err != nil {
			return p, d.dead(one, err, nil), nil
		}
	}
	if d.target.Mapping != nil {
		record, err := d.target.Mapping.Encode(one.Document)
		if err != nil {
			return p, d.dead(one, err, nil), nil
		}
		p.entry.Record, p.hash = record, record.Hash()
		// What is drawn may differ though the record is the same: the second revision of a paper, to the same address.
		if p.hash == one.LastHash && len(d.target.Formats) == 0 {
			return p, &store.Settlement{Delivery: one, State: "unchanged", Hash: p.hash, Reason: "the target has it already"}, nil
		}
	}
	if len(d.target.Formats) == 0 {
		return p, nil, nil
	}
	files, refusal, err := d.papers(ctx, one)
	if err != nil {
		return p, nil, err
	}
	if refusal != nil {
		return p, d.dead(one, refusal, nil), nil
	}
	p.entry.Attachments = files
	return p, nil, nil
}

// papers are the drawn files of a document. Those of an issued paper are kept, or drawn now and kept before anyone sees
// them. (Invariant 9.)
func (d *Delivery) papers(ctx context.Context, one store.Delivery) (files []connectors.Attachment, refusal, err error) {
	if one.Ref.Kind != document.KindPaper {
		for _, format := range d.target.Formats {
			file, refusal := d.draw(one.Document, format)
			if refusal != nil {
				return nil, refusal, nil
			}
			files = append(files, file)
		}
		return files, nil, nil
	}
	kept, err := d.store.PaperFiles(ctx, one.Ref, one.Revision)
	if err != nil {
		return nil, nil, err
	}
	var fresh []store.PaperFile
	for _, format := range d.target.Formats {
		if _, there := kept[format]; there {
			continue
		}
		file, refusal := d.draw(one.Document, format)
		if refusal != nil {
			return nil, refusal, nil
		}
		fresh = append(fresh, store.PaperFile{Name: file.Name, Format: format, MediaType: file.MediaType, Body: file.Body})
	}
	if len(fresh) > 0 {
		err := d.store.KeepPaper(ctx, one.Ref, one.Revision, fresh)
		if errors.Is(err, store.ErrUnfit) {
			return nil, err, nil
		}
		if err != nil {
			return nil, nil, err
		}
		// Another target may have kept its own a moment before: what is kept is what goes out.
		if kept, err = d.store.PaperFiles(ctx, one.Ref, one.Revision); err != nil {
			return nil, nil, err
		}
	}
	for _, format := range d.target.Formats {
		files = append(files, connectors.Attachment{Name: kept[format].Name, MediaType: kept[format].MediaType, Body: kept[format].Body})
	}
	return files, nil, nil
}

// draw draws. A drawer that panics makes one dead letter.
func (d *Delivery) draw(doc document.Document, format string) (file connectors.Attachment, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a fault in Tradewire while drawing: %v", p)
		}
	}()
	return d.target.Draw(doc, format)
}

// write writes parcels and says what became of each. A batch that is refused whole is halved until the one bad entry
// is found. (Invariant 5.) The error is a fault of the target that pauses it; nothing was spent by it.
func (d *Delivery) write(ctx context.Context, parcels []parcel) ([]store.Settlement, error) {
	if len(parcels) == 0 {
		return nil, nil
	}
	entries := make([]connectors.Entry, len(parcels))
	for i, p := range parcels {
		entries[i] = p.entry
	}
	results, err := d.target.Writes.Write(ctx, entries)
	if err == nil && len(results) != len(entries) {
		err = fmt.Errorf("the connector answered %d results for %d entries", len(results), len(entries))
	}
	switch {
	case err == nil:
		return d.settleEach(parcels, results)
	case ctx.Err() != nil || pausing(err):
		return nil, err
	case len(parcels) == 1:
		return []store.Settlement{d.again(parcels[0], err)}, nil
	}
	half := len(parcels) / 2
	first, err := d.write(ctx, parcels[:half])
	if err != nil {
		return first, err
	}
	second, err := d.write(ctx, parcels[half:])
	return append(first, second...), err
}

func (d *Delivery) settleEach(parcels []parcel, results []connectors.Result) ([]store.Settlement, error) {
	var settled []store.Settlement
	var fault error
	for i, r := range results {
		switch {
		case r.Err != nil && pausing(r.Err):
			fault = r.Err // this one stays due; it cost nothing
		case r.Err != nil:
			settled = append(settled, d.again(parcels[i], r.Err))
		default:
			settled = append(settled, store.Settlement{Delivery: parcels[i].Delivery, State: string(r.State),
				Hash: parcels[i].hash, Reference: r.Reference})
		}
	}
	return settled, fault
}

// pausing says whether a fault is the target's and not the entry's. (Invariant 4.)
func pausing(err error) bool {
	switch connectors.KindOf(err) {
	case connectors.Unavailable, connectors.Misconfigured:
		return true
	}
	return false
}

// waitsFor is how long, at the least, before it is tried again what refers to something that is not there yet.
const waitsFor = 30 * time.Second

// again spends one attempt: the entry is tried later, or becomes a dead letter when its attempts are used up.
func (d *Delivery) again(p parcel, err error) store.Settlement {
	if fault, ok := errors.AsType[*connectors.Error](err); ok && fault.Waits {
		return store.Settlement{Delivery: p.Delivery, State: "waiting", Reason: err.Error(), Due: d.clock.Now().Add(max(d.target.Backoff, waitsFor))}
	}
	if p.Attempts+1 >= d.target.Attempts {
		return *d.dead(p.Delivery, err, p.entry.Record)
	}
	return store.Settlement{Delivery: p.Delivery, State: "waiting", Reason: err.Error(), Spent: true,
		Due: d.clock.Now().Add(backOff(d.target.Backoff, p.Attempts))}
}

func (d *Delivery) dead(one store.Delivery, err error, record connectors.Record) *store.Settlement {
	s := &store.Settlement{Delivery: one, State: "dead", Reason: err.Error(), Spent: true}
	if record != nil {
		s.Record = record.Canonical()
	} else if body, err := document.Marshal(one.Document); err == nil {
		s.Record = body
	}
	if d.target.Mapping != nil {
		s.Mapping = d.target.Mapping.Version()
	}
	return s
}

// retryAfter is how long the other system asks us to wait; zero when it does not say.
func retryAfter(err error) time.Duration {
	if fault, ok := errors.AsType[*connectors.Error](err); ok {
		return min(fault.After, time.Hour)
	}
	return 0
}
