package connectortest

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"testing"

	"tradewire/connectors"
)

// SinkHarness is another system that is written to, as far as a test must be able to look into it.
type SinkHarness struct {
	// Open makes a new Sink, as after a restart.
	Open func(t testing.TB) connectors.Sink
	// Entry makes an entry of the key; the content of two revisions differs.
	Entry func(key string, revision int64) connectors.Entry
	// Held says what the other system holds: by key, the revision that each copy shows. Two copies are two numbers.
	Held func(t testing.TB) map[string][]int64
	// Writes counts how often the other system's data was changed; nil where that cannot be seen.
	Writes func(t testing.TB) int
	// Refused makes an entry of the key that the other system will not take; nil where it takes everything.
	Refused func(key string) connectors.Entry
	// Faults are the ways to break the other system. After a fault has been mended, the same entry written again
	// must stand there once, whatever became of it the first time.
	Faults []Fault
	// Stall lets the other system hang, as in SourceHarness.
	Stall func(t testing.TB) (release func(), reached <-chan struct{})
	// Blind is true for a system that answers the same to an entry it holds already as to a new one.
	Blind bool
	// Forgets is true for a system that does not know which revision it holds: what comes last stands there.
	Forgets bool
	// Letters is true for a system to which every revision is sent beside the earlier ones, and has a reference of its
	// own: what has been sent is not replaced.
	Letters bool
	// Removes is true for a sink that takes records away.
	Removes bool
}

// Sink runs the contract of connectors.Sink. setup makes a new, empty system each time it is called.
func Sink(t *testing.T, setup func(t *testing.T) SinkHarness) {
	promise := func(name string, keep func(t *testing.T, h SinkHarness)) {
		t.Run(name, func(t *testing.T) { keep(t, setup(t)) })
	}
	promise("every entry has its result and stands there once", entriesStandOnce)
	promise("the same entry twice changes nothing", sameEntryTwice)
	promise("a later revision wins and an earlier one is superseded", laterRevisionWins)
	promise("a refused entry says so and leaves nothing behind", refusalLeavesNothing)
	promise("a fault has its kind and repeating mends it", faultIsRepeatable)
	promise("a removed record is gone and stays gone", removalHolds)
	promise("what was written is listed", writtenIsListed)
	promise("a probe sees what is broken and changes nothing", probeSees)
	promise("writing nothing is nothing", func(t *testing.T, h SinkHarness) {
		results, err := openSink(t, h).Write(within(t), nil)
		if err != nil || len(results) != 0 {
			t.Errorf("no entries were written, and the answer is %v, %v", results, err)
		}
	})
	promise("a call ends with its context", func(t *testing.T, h SinkHarness) {
		s := openSink(t, h)
		write := func(ctx context.Context) error {
			_, err := outcome(s.Write(ctx, []connectors.Entry{h.Entry("K001", 1)}))
			return err
		}
		endsWithItsContext(t, write)
		if h.Stall != nil {
			hangsUp(t, h.Stall, write)
		}
	})
	promise("closing twice is safe", func(t *testing.T, h SinkHarness) {
		s := h.Open(t)
		write(t, s, h.Entry("K001", 1))
		closesTwice(t, s.Close)
	})
}

func entriesStandOnce(t *testing.T, h SinkHarness) {
	s := openSink(t, h)
	entries, want := []connectors.Entry{}, map[string][]int64{}
	for _, key := range keys(5) {
		entries = append(entries, h.Entry(key, 1))
		want[key] = []int64{1}
	}
	for i, result := range write(t, s, entries...) {
		if result.State != connectors.Applied {
			t.Errorf("entry %s is %s, not applied", entries[i].Key, result.State)
		}
	}
	holds(t, h, want)
}

func sameEntryTwice(t *testing.T, h SinkHarness) {
	s := openSink(t, h)
	entry := h.Entry("K001", 1)
	first := write(t, s, entry)[0]
	writes := count(t, h)
	restarted := openSink(t, h) // the other system remembers, not the sink
	for _, again := range []connectors.Sink{s, restarted} {
		second := write(t, again, entry)[0]
		if second.State != connectors.Unchanged && !h.Blind {
			t.Errorf("the same entry again is %s, not unchanged", second.State)
		}
		if second.Reference != first.Reference {
			t.Errorf("the same entry again has the reference %q, first it was %q", second.Reference, first.Reference)
		}
	}
	if after := count(t, h); after != writes {
		t.Errorf("the same entry changed the other system %d more times", after-writes)
	}
	holds(t, h, map[string][]int64{"K001": {1}})
}

func laterRevisionWins(t *testing.T, h SinkHarness) {
	s := openSink(t, h)
	first := write(t, s, h.Entry("K001", 1))[0]
	later := write(t, s, h.Entry("K001", 3))[0]
	if later.State != connectors.Applied {
		t.Errorf("the later revision is %s, not applied", later.State)
	}
	if h.Letters {
		if later.Reference == first.Reference {
			t.Errorf("two revisions have the reference %q: the later one will be taken for a copy", later.Reference)
		}
		holds(t, h, map[string][]int64{"K001": {1, 3}})
		return
	}
	if later.Reference != first.Reference {
		t.Errorf("the later revision has the reference %q, the earlier %q: it is another record", later.Reference, first.Reference)
	}
	holds(t, h, map[string][]int64{"K001": {3}})
	if h.Forgets {
		return
	}
	if late := write(t, s, h.Entry("K001", 2))[0]; late.State != connectors.Superseded {
		t.Errorf("the earlier revision that comes late is %s, not superseded", late.State)
	}
	holds(t, h, map[string][]int64{"K001": {3}})
}

func refusalLeavesNothing(t *testing.T, h SinkHarness) {
	if h.Refused == nil {
		t.Skip("this system takes everything")
	}
	s := openSink(t, h)
	good, bad := h.Entry("K001", 1), h.Refused("K002")
	results, err := s.Write(within(t), []connectors.Entry{good, bad})
	if err != nil { // an atomic sink: all or none
		blame(t, err, connectors.Refused)
		holds(t, h, map[string][]int64{})
		write(t, s, good)
	} else {
		if len(results) != 2 || results[0].Err != nil {
			t.Fatalf("one bad entry stops the good one: %v", results)
		}
		blame(t, results[1].Err, connectors.Refused)
	}
	holds(t, h, map[string][]int64{"K001": {1}})
}

func faultIsRepeatable(t *testing.T, h SinkHarness) {
	s := openSink(t, h)
	want := map[string][]int64{}
	for i, fault := range h.Faults {
		t.Run(fault.Name, func(t *testing.T) {
			entry := h.Entry(keys(i + 1)[i], 1)
			mend := fault.Make(t)
			_, err := outcome(s.Write(within(t), []connectors.Entry{entry}))
			mend()
			blame(t, err, fault.Kind)
			write(t, s, entry)
			want[entry.Key] = []int64{1}
			holds(t, h, want)
		})
	}
}

func removalHolds(t *testing.T, h SinkHarness) {
	if !h.Removes {
		t.Skip("this sink takes nothing away")
	}
	s := openSink(t, h)
	write(t, s, h.Entry("K001", 1), h.Entry("K002", 1))
	gone := h.Entry("K001", 2)
	gone.Op, gone.Record, gone.Attachments = connectors.Remove, nil, nil
	if result := write(t, s, gone)[0]; result.State != connectors.Applied {
		t.Errorf("the removal is %s, not applied", result.State)
	}
	if result := write(t, s, gone)[0]; result.State != connectors.Unchanged && !h.Blind {
		t.Errorf("the removal again is %s, not unchanged", result.State)
	}
	holds(t, h, map[string][]int64{"K002": {1}})
}

func writtenIsListed(t *testing.T, h SinkHarness) {
	s := openSink(t, h)
	lister, ok := s.(connectors.Lister)
	if !ok {
		t.Skip("this sink does not list")
	}
	want := map[string]connectors.Record{}
	for _, key := range keys(5) {
		entry := h.Entry(key, 1)
		write(t, s, entry)
		want[key] = entry.Record
	}
	pos := connectors.Position("")
	for range pages {
		standings, next, err := lister.List(within(t), pos, 2)
		if err != nil {
			t.Fatalf("list after %q: %v", pos, err)
		}
		if len(standings) > 2 {
			t.Errorf("a list of at most 2 holds %d", len(standings))
		}
		for _, standing := range standings {
			record, ok := want[standing.Key]
			if !ok {
				t.Errorf("%q is listed twice or was never written", standing.Key)
			} else if string(record.Canonical()) != string(standing.Record.Canonical()) {
				t.Errorf("%s stands as %s and was written as %s", standing.Key, standing.Record.Canonical(), record.Canonical())
			}
			delete(want, standing.Key)
		}
		if pos = next; pos == "" {
			break
		}
	}
	if len(want) != 0 {
		t.Errorf("not listed: %v", slices.Sorted(maps.Keys(want)))
	}
}

func probeSees(t *testing.T, h SinkHarness) {
	s := openSink(t, h)
	prober, ok := s.(connectors.Prober)
	if !ok {
		t.Skip("this sink does not probe")
	}
	if err := prober.Probe(within(t)); err != nil {
		t.Errorf("a sound system is probed: %v", err)
	}
	holds(t, h, map[string][]int64{})
}

func openSink(t testing.TB, h SinkHarness) connectors.Sink {
	t.Helper()
	s := h.Open(t)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// write writes entries that must be taken.
func write(t testing.TB, s connectors.Sink, entries ...connectors.Entry) []connectors.Result {
	t.Helper()
	results, err := outcome(s.Write(within(t), entries))
	if err != nil {
		t.Fatalf("write %s revision %d: %v", entries[0].Key, entries[0].Revision, err)
	}
	if len(results) != len(entries) {
		t.Fatalf("%d entries have %d results", len(entries), len(results))
	}
	return results
}

// outcome is the fault of the whole write, or of its first entry that has one.
func outcome(results []connectors.Result, err error) ([]connectors.Result, error) {
	if err != nil {
		return nil, err
	}
	for _, result := range results {
		if result.Err != nil {
			return results, result.Err
		}
	}
	return results, nil
}

func holds(t testing.TB, h SinkHarness, want map[string][]int64) {
	t.Helper()
	if held := h.Held(t); !reflect.DeepEqual(held, want) && len(held)+len(want) > 0 {
		t.Errorf("the other system holds %v, and should hold %v", held, want)
	}
}

func count(t testing.TB, h SinkHarness) int {
	if h.Writes == nil {
		return 0
	}
	return h.Writes(t)
}
