package connectortest

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"tradewire/connectors"
)

// SourceHarness is another system that is read, as far as a test must be able to move it. Keys are K001, K002 and so
// on; revisions count from 1, and the records of two revisions differ.
type SourceHarness struct {
	// Open makes a new Source, as after a restart.
	Open func(t testing.TB) connectors.Source
	// Put brings the record of the key to the revision, making it where it is missing.
	Put func(t testing.TB, key string, revision int)
	// Remove takes the record away; nil where the source does not tell of removals.
	Remove func(t testing.TB, key string)
	// Faults are the ways to break the other system.
	Faults []Fault
	// Stall lets the other system hang: reached is closed when the connector's call has arrived there. Nil where
	// that cannot be arranged.
	Stall func(t testing.TB) (release func(), reached <-chan struct{})
	// Again is true for a source that may show unchanged records again: it reads with an overlap or whole sets.
	Again bool
	// Consumes is true for a source that takes away what was read when it is asked for the page after it: an earlier
	// position then shows what is left.
	Consumes bool
	// Walks is true for a source that can be walked by key, and Marks for one that can say where reading stands now.
	Walks, Marks bool
	// Kind is what Fetch is asked for; used when the Source is a Fetcher.
	Kind string
}

const (
	page  = 3   // records a page, small enough that every test needs several
	pages = 100 // more than any test needs: a source that never ends is a failure, not a hang
)

// Source runs the contract of connectors.Source. setup makes a new, empty system each time it is called.
func Source(t *testing.T, setup func(t *testing.T) SourceHarness) {
	promise := func(name string, keep func(t *testing.T, h SourceHarness)) {
		t.Run(name, func(t *testing.T) { keep(t, setup(t)) })
	}
	promise("paging sees every record once", pagingSeesAll)
	promise("the same position shows the same changes", samePositionSameChanges)
	promise("an empty page moves", emptyPageMoves)
	promise("a later change is seen from where reading stood", laterChangeIsSeen)
	promise("a removed record is told", removalIsTold)
	promise("a fault has its kind and moves nothing", faultMovesNothing)
	promise("single records are fetched by key", fetchByKey)
	promise("a walk by key shows every record once, as it is read", walkShowsAll)
	promise("a walk by key misses nothing that is there all the time", walkMissesNothing)
	promise("a fault on a walk has its kind, and the walk goes on", walkFaults)
	promise("from a mark what changes later is read", markIsNow)
	promise("a call ends with its context", func(t *testing.T, h SourceHarness) {
		h.Put(t, "K001", 1)
		s := open(t, h)
		read := func(ctx context.Context) error { _, err := s.Read(ctx, "", page); return err }
		endsWithItsContext(t, read)
		if h.Stall != nil {
			hangsUp(t, h.Stall, read)
		}
	})
	promise("closing twice is safe", func(t *testing.T, h SourceHarness) {
		s := h.Open(t)
		if _, err := s.Read(within(t), "", page); err != nil {
			t.Fatal(err)
		}
		closesTwice(t, s.Close)
	})
}

func pagingSeesAll(t *testing.T, h SourceHarness) {
	all := keys(2*page + 1)
	for _, key := range all {
		h.Put(t, key, 1)
	}
	changes, _ := drain(t, open(t, h), "")
	var seen []string
	for _, c := range changes {
		seen = append(seen, c.Key)
	}
	slices.Sort(seen)
	if h.Again {
		seen = slices.Compact(seen)
	}
	if !slices.Equal(seen, all) {
		t.Errorf("the pages show %v, not every record once: %v", seen, all)
	}
}

func samePositionSameChanges(t *testing.T, h SourceHarness) {
	for _, key := range keys(2*page + 1) {
		h.Put(t, key, 1)
	}
	s := open(t, h)
	first := read(t, s, "")
	if again := read(t, open(t, h), ""); !sameChanges(first.Changes, again.Changes) {
		t.Errorf("the first page read again at once shows %v, first it was %v", again.Changes, first.Changes)
	}
	second := read(t, s, first.Next)
	restarted := open(t, h) // a source holds no cursor: another one stands where the position says
	for _, other := range []connectors.Source{s, restarted} {
		if again := read(t, other, first.Next); !sameChanges(second.Changes, again.Changes) {
			t.Errorf("the second page read again shows %v, first it was %v", again.Changes, second.Changes)
		}
		if again := read(t, other, ""); !h.Consumes && !sameChanges(first.Changes, again.Changes) {
			t.Errorf("the first page read again shows %v, first it was %v", again.Changes, first.Changes)
		}
	}
}

func emptyPageMoves(t *testing.T, h SourceHarness) {
	s := open(t, h)
	empty := read(t, s, "")
	if len(empty.Changes) != 0 {
		t.Fatalf("an empty system shows %v", empty.Changes)
	}
	h.Put(t, "K001", 1)
	changes, next := drain(t, s, empty.Next)
	if latest(changes, "K001") == nil {
		t.Errorf("a record made after an empty page is never seen: %v", changes)
	}
	changes, next = drain(t, s, next)
	if !h.Again && len(changes) != 0 {
		t.Errorf("nothing changed, and the source shows %v", changes)
	}
	h.Put(t, "K002", 1)
	if changes, _ = drain(t, s, next); latest(changes, "K002") == nil {
		t.Errorf("a record made after the end was reached is never seen: %v", changes)
	}
}

func laterChangeIsSeen(t *testing.T, h SourceHarness) {
	for _, key := range keys(page) {
		h.Put(t, key, 1)
	}
	s := open(t, h)
	changes, next := drain(t, s, "")
	before := latest(changes, "K002")
	h.Put(t, "K002", 2)
	changes, _ = drain(t, s, next)
	after := latest(changes, "K002")
	if before == nil || after == nil {
		t.Fatalf("K002 was not seen: before %v, after %v", before, after)
	}
	if before.Record.Hash() == after.Record.Hash() {
		t.Errorf("the change of K002 is not seen: it is still %s", after.Record.Canonical())
	}
}

func removalIsTold(t *testing.T, h SourceHarness) {
	if h.Remove == nil {
		t.Skip("this source does not tell of removals")
	}
	for _, key := range keys(page) {
		h.Put(t, key, 1)
	}
	s := open(t, h)
	_, next := drain(t, s, "")
	h.Remove(t, "K002")
	changes, _ := drain(t, s, next)
	gone := latest(changes, "K002")
	if gone == nil && h.Again && latest(changes, "K001") != nil {
		return // a whole set without the record
	}
	if gone == nil || !gone.Gone {
		t.Errorf("K002 was removed, and the source shows %v", changes)
	}
}

func faultMovesNothing(t *testing.T, h SourceHarness) {
	for _, key := range keys(page + 1) {
		h.Put(t, key, 1)
	}
	s := open(t, h)
	first := read(t, s, "")
	for _, fault := range h.Faults {
		t.Run(fault.Name, func(t *testing.T) {
			mend := fault.Make(t)
			batch, err := s.Read(within(t), first.Next, page)
			mend()
			blame(t, err, fault.Kind)
			if len(batch.Changes) != 0 || batch.Next != "" || batch.More || batch.End {
				t.Errorf("a failed read hands out %+v: someone will believe it", batch)
			}
			if after := read(t, s, first.Next); len(after.Changes) == 0 {
				t.Error("the same source does not find the rest after the fault has been mended")
			}
		})
	}
}

func fetchByKey(t *testing.T, h SourceHarness) {
	s := open(t, h)
	fetcher, ok := s.(connectors.Fetcher)
	if !ok {
		t.Skip("this source does not fetch")
	}
	for _, key := range keys(page) {
		h.Put(t, key, 1)
	}
	read := read(t, s, "")
	changes, err := fetcher.Fetch(within(t), h.Kind, []string{"K002", "K999", "K001"})
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) != 3 {
		t.Fatalf("three keys were asked for and %d changes came: %v", len(changes), changes)
	}
	for _, c := range changes {
		wellFormed(t, c)
	}
	if gone := latest(changes, "K999"); gone == nil || !gone.Gone {
		t.Errorf("K999 does not exist, and Fetch says %v", gone)
	}
	fetched, paged := latest(changes, "K002"), latest(read.Changes, "K002")
	if fetched == nil || paged == nil || fetched.Record.Hash() != paged.Record.Hash() || fetched.Version != paged.Version {
		t.Errorf("K002 fetched is %v, on its page it is %v", fetched, paged)
	}
	if _, err := fetcher.Fetch(within(t), h.Kind, nil); err != nil {
		t.Errorf("fetching nothing answers: %v", err)
	}
}

func open(t testing.TB, h SourceHarness) connectors.Source {
	t.Helper()
	s := h.Open(t)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// read is one page, checked for what every page must keep.
func read(t testing.TB, s connectors.Source, pos connectors.Position) connectors.Batch {
	t.Helper()
	batch, err := s.Read(within(t), pos, page)
	if err != nil {
		t.Fatalf("read at %q: %v", pos, err)
	}
	if len(batch.Changes) > page {
		t.Errorf("a page of at most %d holds %d changes", page, len(batch.Changes))
	}
	for _, c := range batch.Changes {
		wellFormed(t, c)
	}
	return batch
}

// drain reads until no page waits, and says where reading stands then.
func drain(t testing.TB, s connectors.Source, pos connectors.Position) ([]connectors.Change, connectors.Position) {
	t.Helper()
	var all []connectors.Change
	for range pages {
		batch := read(t, s, pos)
		all = append(all, batch.Changes...)
		pos = batch.Next
		if !batch.More {
			return all, pos
		}
	}
	t.Fatalf("the source says for %d pages that another one waits", pages)
	return nil, ""
}

// wellFormed checks what every Change must keep: it is a record, or gone, or broken, and holds only what a Record may.
func wellFormed(t testing.TB, c connectors.Change) {
	t.Helper()
	if c.Kind == "" || c.Key == "" && c.Broken == nil {
		t.Errorf("a change without its kind or key: %+v", c)
	}
	if c.Broken != nil && (len(c.Broken.Raw) == 0 || c.Broken.Reason == "") {
		t.Errorf("a broken change without what came or without a reason: %+v", c)
	}
	states := 0
	for _, is := range []bool{c.Gone, c.Broken != nil, c.Record != nil} {
		if is {
			states++
		}
	}
	if states != 1 {
		t.Errorf("a change must be a record, gone or broken, exactly one: %+v", c)
	}
	if !c.At.IsZero() && c.At.Location().String() != "UTC" {
		t.Errorf("At is %v: it must be UTC", c.At)
	}
	c.Record.Canonical() // panics on a value that a Record may not hold
}

func latest(changes []connectors.Change, key string) *connectors.Change {
	for _, c := range slices.Backward(changes) {
		if c.Key == key {
			return &c
		}
	}
	return nil
}

func sameChanges(a, b []connectors.Change) bool { return reflect.DeepEqual(a, b) }
