package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// shelf is a system that is read by what changed last, and can be walked by key.
type shelf struct {
	mu      sync.Mutex
	keys    []string        // sorted
	version map[string]int  // by key
	shown   map[string]bool // what was ever shown: key and version
	journal []string        // keys in the order of their changes
	reads   int             // pages that were read by what changed last
	walks   int
	down    int // so many walks fail first
	largest int // page that was asked for
	during  func(s *shelf, page int)
}

func newShelf(n int) *shelf {
	s := &shelf{version: map[string]int{}, shown: map[string]bool{}}
	for i := range n {
		s.put(fmt.Sprintf("K%05d", i))
	}
	return s
}

func (s *shelf) put(key string) {
	if s.version[key]++; s.version[key] == 1 {
		i := sort.SearchStrings(s.keys, key)
		s.keys = slices.Insert(s.keys, i, key)
	}
	s.journal = append(s.journal, key)
}

func (s *shelf) change(key string) connectors.Change {
	v := fmt.Sprint(s.version[key])
	s.shown[key+" "+v] = true
	return connectors.Change{Key: key, Version: v, Record: connectors.Record{"id": key, "v": v, "text": strings.Repeat("x", 200)}}
}

func (s *shelf) Read(_ context.Context, pos connectors.Position, most int) (connectors.Batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	from := 0
	_, _ = fmt.Sscan(string(pos), &from)
	to := min(from+most, len(s.journal))
	b := connectors.Batch{Next: connectors.Position(fmt.Sprint(to)), More: to < len(s.journal)}
	for _, key := range s.journal[from:to] {
		b.Changes = append(b.Changes, s.change(key))
	}
	return b, nil
}

func (s *shelf) Range(_ context.Context, after connectors.Position, most int) (connectors.Batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down > 0 {
		s.down--
		return connectors.Batch{}, &connectors.Error{Kind: connectors.Unavailable, System: "crm", Op: "walk", Err: errors.New("503")}
	}
	s.walks, s.largest = s.walks+1, max(s.largest, most)
	if s.during != nil {
		s.during(s, s.walks)
	}
	from := sort.SearchStrings(s.keys, string(after)+"\x00")
	if after == "" {
		from = 0
	}
	to := min(from+most, len(s.keys))
	b := connectors.Batch{Next: after, More: to < len(s.keys)}
	for _, key := range s.keys[from:to] {
		b.Changes, b.Next = append(b.Changes, s.change(key)), connectors.Position(key)
	}
	return b, nil
}

func (s *shelf) Mark(context.Context) (connectors.Position, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return connectors.Position(fmt.Sprint(len(s.journal))), nil
}
func (s *shelf) Count(context.Context) (int64, error) { return int64(len(s.keys)), nil }
func (s *shelf) Close() error                         { return nil }

type loading struct {
	*toyHouse
	t     *testing.T
	shelf *shelf
	v     *pipelines.Supervisor
}

// newLoading is a house with a shelf that is decided on while it is loaded.
func newLoading(t *testing.T, s *shelf) *loading {
	h := newHouse(t)
	h.Sources[0].Reads = s
	l := &loading{toyHouse: h, t: t, shelf: s}
	l.again()
	return l
}

// again is the program after a restart.
func (l *loading) again() {
	l.v = pipelines.NewSupervisor(l.store, l.House, nil)
	_, stop := l.v.Start(context.WithoutCancel(l.t.Context()))
	l.t.Cleanup(func() { _ = stop() })
}

func (l *loading) begin(b store.Backfill) {
	l.t.Helper()
	b.Source = "crm"
	if b.Chunk == 0 {
		b.Chunk = 200
	}
	var err error
	if b.Way, err = pipelines.WayOf(l.Sources[0]); err != nil {
		l.t.Fatal(err)
	}
	mark, total, err := pipelines.MarkOf(l.t.Context(), l.Sources[0])
	if err != nil {
		l.t.Fatal(err)
	}
	b.Total = total
	if err := l.store.BeginBackfill(l.t.Context(), b, mark); err != nil {
		l.t.Fatal(err)
	}
}

// page is one round, and when the next may be.
func (l *loading) page() time.Time {
	l.t.Helper()
	next, err := l.v.Backfill(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	return next
}

// finish goes on to the end; waiting moves the clock.
func (l *loading) finish() {
	l.t.Helper()
	for range 10_000 {
		next := l.page()
		if next.IsZero() {
			return
		}
		if next.After(l.clock.Now()) {
			_ = l.clock.WaitUntil(l.t.Context(), next, nil)
			runtime.Gosched()
		}
	}
	l.t.Fatal("the backfill does not end")
}

func (l *loading) stands() store.Backfill {
	l.t.Helper()
	b, there, err := l.store.BackfillOf(l.t.Context(), "crm")
	if err != nil || !there {
		l.t.Fatal(there, err)
	}
	return b
}

// wants compares what was taken in and decided with what the shelf holds: each key at its last version, each version once.
func (l *loading) wants(changes int) {
	l.t.Helper()
	l.mustSettle(l.t)
	counts, err := l.store.Counts(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	all := 0
	for _, n := range counts.Changes[document.KindParty] {
		all += n
	}
	if all != changes || counts.Documents[document.KindParty] != len(l.shelf.keys) {
		l.t.Errorf("%d changes make %d documents; want %d and %d: %v", all, counts.Documents[document.KindParty], changes, len(l.shelf.keys), counts.Changes)
	}
	written := slices.Clone(l.target.written)
	slices.Sort(written)
	if written = slices.Compact(written); !slices.Equal(written, l.shelf.keys) {
		l.t.Errorf("%d of %d keys were delivered", len(written), len(l.shelf.keys))
	}
}

func TestABackfillTakesInEverythingOnceAndTheSourceReadsOnlyNews(t *testing.T) {
	l := newLoading(t, newShelf(1050))
	l.begin(store.Backfill{})
	l.finish()
	if b := l.stands(); b.State != store.BackfillFinished || b.News != 1050 || b.Total != 1050 || b.Pages != 6 || b.Ended.IsZero() {
		t.Errorf("it stands at %+v", b)
	}
	l.wants(1050)
	if l.shelf.reads != 1 {
		t.Errorf("the source was read %d times, though nothing is new", l.shelf.reads)
	}
	l.shelf.put("K00007")
	l.shelf.put("K99999")
	l.wants(1052)
}

func TestWhatChangesDuringABackfillIsNeitherLostNorDoubled(t *testing.T) {
	s := newShelf(100)
	l := newLoading(t, s)
	s.during = func(s *shelf, page int) {
		s.put("K00001")                       // walked past already
		s.put("K00099")                       // not yet
		s.put(fmt.Sprintf("J%05d", page))     // before everything
		s.put(fmt.Sprintf("K00050-%d", page)) // in between
	}
	l.begin(store.Backfill{Chunk: 10})
	for next := l.page(); !next.IsZero(); next = l.page() {
		l.mustSettle(t) // the source is read between any two pages
	}
	s.during = nil
	l.mustSettle(t) // shows the rest
	l.wants(len(s.shown))
	counts, err := l.store.Counts(t.Context())
	if n := counts.Changes[document.KindParty][string(pipelines.Superseded)]; err != nil || n > 0 {
		t.Errorf("%d changes came after later ones (%v)", n, err)
	}
	for key, version := range s.version {
		if !s.shown[fmt.Sprint(key, " ", version)] {
			t.Errorf("the last version of %s is lost", key)
		}
	}
}

func TestABackfillGoesOnWhereItStoodAfterACrash(t *testing.T) {
	l := newLoading(t, newShelf(1000))
	l.begin(store.Backfill{Chunk: 90})
	for range 4 {
		l.page()
	}
	if b := l.stands(); b.Shown() != 360 || b.Position != "K00359" {
		t.Fatalf("after four pages it stands at %+v", b)
	}
	l.again()
	l.finish()
	l.wants(1000)
	if l.shelf.walks != 12 {
		t.Errorf("%d pages were read, want 12: none again", l.shelf.walks)
	}
}

func TestAPausedBackfillStandsStillAndATakenPageIsNeverHalf(t *testing.T) {
	l := newLoading(t, newShelf(100))
	l.begin(store.Backfill{Chunk: 10})
	l.page()
	l.shelf.during = func(*shelf, int) { // the page is on its way when a person pauses
		if turned, err := l.store.PauseBackfill(t.Context(), "crm"); err != nil || !turned {
			t.Error(turned, err)
		}
	}
	l.page()
	l.shelf.during = nil
	if b := l.stands(); b.State != store.BackfillPaused || b.Shown() != 10 {
		t.Errorf("it stands at %+v", b)
	}
	if next := l.page(); !next.IsZero() {
		t.Errorf("a paused backfill is due at %s", next)
	}
	if turned, err := l.store.ResumeBackfill(t.Context(), store.Backfill{Source: "crm", Chunk: 20}); err != nil || !turned {
		t.Fatal(turned, err)
	}
	l.finish()
	l.wants(100)
	if turned, err := l.store.ResumeBackfill(t.Context(), store.Backfill{Source: "crm"}); err != nil || turned {
		t.Errorf("what is finished goes on: %v %v", turned, err)
	}
}

func TestABackfillKeepsToItsRateAlsoOverARestart(t *testing.T) {
	l := newLoading(t, newShelf(1000))
	l.begin(store.Backfill{Chunk: 100, Rate: "100/m"})
	start := l.clock.Now()
	for n := range 5 {
		l.page()
		if shown := l.stands().Shown(); shown != int64(n+1)*100 {
			t.Fatalf("after %s %d records are in", l.clock.Now().Sub(start), shown)
		}
		l.again()
		next := l.page()
		if want := start.Add(time.Duration(n+1) * time.Minute); !next.Equal(want) || l.stands().Shown() != int64(n+1)*100 {
			t.Fatalf("the next page is due at %s, want %s", next, want)
		}
		_ = l.clock.WaitUntil(t.Context(), next, nil)
	}
}

func TestABackfillKeepsToItsHours(t *testing.T) {
	l := newLoading(t, newShelf(100))
	l.Zone = time.FixedZone("HKT", 8*60*60) // it is eight in the morning there
	l.again()
	l.begin(store.Backfill{Chunk: 10, Hours: "19:00-07:00"})
	opens := time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC)
	if next := l.page(); !next.Equal(opens) || l.stands().Shown() != 0 {
		t.Fatalf("by day it is due at %s, and has read %d", next, l.stands().Shown())
	}
	held := pipelines.HoldsBack(l.stands(), l.clock.Now(), l.Zone, nil)
	if held.Why != "outside the hours 19:00-07:00" || !held.Until.Equal(opens) {
		t.Errorf("it says %+v", held)
	}
	_ = l.clock.WaitUntil(t.Context(), opens, nil)
	l.page()
	if l.stands().Shown() != 10 {
		t.Error("in the evening nothing is read")
	}
}

func TestASystemThatDoesNotAnswerPausesItsBackfillAlone(t *testing.T) {
	l := newLoading(t, newShelf(30))
	l.shelf.down = 2
	l.begin(store.Backfill{Chunk: 10})
	l.page()
	pauses, err := l.store.Pauses(t.Context())
	if p := pauses["backfill crm"]; err != nil || p.Kind != connectors.Unavailable || len(pauses) != 1 {
		t.Fatalf("%v %v", pauses, err)
	}
	l.finish()
	l.wants(30)
	if pauses, _ := l.store.Pauses(t.Context()); len(pauses) != 0 {
		t.Errorf("still paused: %v", pauses)
	}
}

// pagesOnly can be read by what changed last and in no other way.
type pagesOnly struct{ s *shelf }

func (p pagesOnly) Read(ctx context.Context, pos connectors.Position, most int) (connectors.Batch, error) {
	return p.s.Read(ctx, pos, most)
}
func (pagesOnly) Close() error { return nil }

func TestASourceWithoutAWalkIsPagedAndItsOwnReadingBeginsAtTheEnd(t *testing.T) {
	s := newShelf(100)
	l := newLoading(t, s)
	l.Sources[0].Reads = pagesOnly{s}
	l.again()
	l.begin(store.Backfill{Chunk: 30})
	if b := l.stands(); b.Way != store.ByPage || !b.Reserves || b.Total != -1 {
		t.Fatalf("%+v", b)
	}
	l.page()
	l.mustSettle(t)
	if s.reads != 1 {
		t.Errorf("the source was read %d times: the day's reading must wait, or it would load everything at once", s.reads)
	}
	s.put("K00003")
	l.finish()
	l.wants(101)
	if pos, _ := l.store.Position(t.Context(), "crm"); pos != "101" {
		t.Errorf("the source goes on from %q", pos)
	}
}

// set is a source that shows everything it has, and can be walked by key.
type set struct{ *shelf }

func (s set) Read(context.Context, connectors.Position, int) (connectors.Batch, error) {
	b := connectors.Batch{Set: "crm", End: true, Next: "x"}
	for _, key := range s.keys {
		b.Changes = append(b.Changes, connectors.Change{Key: key, Record: connectors.Record{"id": key}})
	}
	return b, nil
}

func (s set) Range(ctx context.Context, after connectors.Position, most int) (connectors.Batch, error) {
	b, err := s.shelf.Range(ctx, after, most)
	for i, c := range b.Changes {
		b.Changes[i] = connectors.Change{Key: c.Key, Record: connectors.Record{"id": c.Key}}
	}
	b.Set = "crm"
	return b, err
}
func (set) Mark(context.Context) (connectors.Position, error) { return "", nil }

func TestWhatLeavesASetAfterItWasWalkedIsGone(t *testing.T) {
	s := newShelf(100)
	l := newLoading(t, s)
	l.Sources[0].Reads = set{s}
	l.again()
	l.begin(store.Backfill{Chunk: 30})
	l.finish()
	s.keys = slices.DeleteFunc(s.keys, func(key string) bool { return key == "K00042" })
	l.mustSettle(t)
	counts, err := l.store.Counts(t.Context())
	all := 0
	for _, n := range counts.Changes[document.KindParty] {
		all += n
	}
	if err != nil || all != 101 {
		t.Errorf("%d changes (%v): 100 records, and one that is gone", all, err)
	}
	s.version["K00042"] = 0
	s.put("K00042")
	l.begin(store.Backfill{Chunk: 30}) // again, beside the standing set
	l.finish()
	l.mustSettle(t)
	s.keys = slices.DeleteFunc(s.keys, func(key string) bool { return key == "K00041" })
	l.mustSettle(t)
	if counts, _ = l.store.Counts(t.Context()); counts.Changes[document.KindParty] == nil {
		t.Fatal("nothing")
	}
	after := 0
	for _, n := range counts.Changes[document.KindParty] {
		after += n
	}
	if after != 103 {
		t.Errorf("%d changes, want 103: one came back, one more is gone", after)
	}
}

// A backfill's memory does not grow with its length. What is compared is what lives after the collector has run, not time.
func TestABackfillsMemoryDoesNotGrowWithItsLength(t *testing.T) {
	l := newLoading(t, newShelf(20_000))
	l.House.Targets = nil
	l.again()
	l.begin(store.Backfill{})
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	most, first := uint64(0), uint64(0)
	for n := 0; ; n++ {
		next := l.page()
		if next.IsZero() {
			break
		}
		if next.After(l.clock.Now()) {
			_ = l.clock.WaitUntil(t.Context(), next, nil)
			time.Sleep(time.Millisecond) // the decision works
		}
		switch shown := l.stands().Shown(); {
		case shown == 4000 && first == 0:
			first = live()
		case shown > 4000 && shown%2000 == 0:
			most = max(most, live())
		}
	}
	if b := l.stands(); b.Shown() != 20_000 || l.shelf.largest != 200 {
		t.Fatalf("it stands at %+v; the largest page was %d", b, l.shelf.largest)
	}
	if room := uint64(4 << 20); most > first+room {
		t.Errorf("%d bytes live at 4,000 records, and up to %d later", first, most)
	}
}

func TestASourceThatCannotBeLoadedInPiecesIsRefused(t *testing.T) {
	for _, bad := range []pipelines.Source{{Name: "hook"}, {Name: "owed", Makes: document.KindReceivables, Reads: newShelf(0)}} {
		if way, err := pipelines.WayOf(bad); err == nil || !strings.Contains(err.Error(), bad.Name) {
			t.Errorf("%s is loaded by %s (%v)", bad.Name, way, err)
		}
	}
	s := newShelf(3)
	l := newLoading(t, s)
	l.Sources[0].Reads = set{s}
	l.again()
	l.begin(store.Backfill{})
	l.Sources[0].Reads = setOnly{set{s}} // it was walked, and no longer can be
	l.again()
	l.page()
	if pauses, err := l.store.Pauses(t.Context()); err != nil || !strings.Contains(pauses["backfill crm"].Reason, "can no longer be walked by key") {
		t.Errorf("%v %v", pauses, err)
	}
}

type setOnly struct{ s set }

func (o setOnly) Read(ctx context.Context, pos connectors.Position, most int) (connectors.Batch, error) {
	return o.s.Read(ctx, pos, most)
}
func (setOnly) Close() error { return nil }

func TestASourceThatShowsEverythingInOnePageNeedsNoBackfill(t *testing.T) {
	s := newShelf(3)
	l := newLoading(t, s)
	l.Sources[0].Reads = setOnly{set{s}}
	l.again()
	l.begin(store.Backfill{})
	l.page()
	if pauses, err := l.store.Pauses(t.Context()); err != nil || !strings.Contains(pauses["backfill crm"].Reason, "shows everything in one page") {
		t.Errorf("%v %v", pauses, err)
	}
}
