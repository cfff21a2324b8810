package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// standClock is a clock that jumps where it is asked to wait.
type standClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *standClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *standClock) WaitUntil(ctx context.Context, t time.Time, _ <-chan struct{}) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.at) {
		c.at = t
	}
	return ctx.Err()
}

// list is a source of parties, one after the other.
type list struct {
	keys []string
	down int // so many reads fail first
}

func (l *list) Read(_ context.Context, pos connectors.Position, max int) (connectors.Batch, error) {
	if l.down > 0 {
		l.down--
		return connectors.Batch{}, &connectors.Error{Kind: connectors.Unavailable, System: "crm", Op: "read", Err: errors.New("503")}
	}
	from := 0
	_, _ = fmt.Sscan(string(pos), &from)
	to := min(from+max, len(l.keys))
	b := connectors.Batch{Next: connectors.Position(fmt.Sprint(to)), More: to < len(l.keys)}
	for _, key := range l.keys[from:to] {
		b.Changes = append(b.Changes, connectors.Change{Key: key, Version: "1", Record: connectors.Record{"id": key}})
	}
	return b, nil
}
func (l *list) Close() error { return nil }

// asParty translates a record into a party and back.
type asParty struct{}

func (asParty) Version() string { return "v1" }
func (asParty) Decode(r connectors.Record) ([]document.Document, error) {
	return []document.Document{&document.Party{ID: r["id"].(string)}}, nil
}
func (asParty) Encode(d document.Document) (connectors.Record, error) {
	if strings.HasPrefix(d.Key(), "untranslatable") {
		return nil, errors.New("name: there is no such column")
	}
	return connectors.Record{"id": d.Key()}, nil
}

// asPaper makes a paper of a record.
type asPaper struct{ asParty }

func (asPaper) Decode(r connectors.Record) ([]document.Document, error) {
	return []document.Document{&document.Paper{Number: r["id"].(string)}}, nil
}

// target is a sink that writes whole batches or nothing, and fails as it is told.
type target struct {
	written []string
	batches int
	fail    func(entries []connectors.Entry) error
}

func (s *target) Write(_ context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	s.batches++
	if s.fail != nil {
		if err := s.fail(entries); err != nil {
			return nil, err
		}
	}
	results := make([]connectors.Result, len(entries))
	for i, e := range entries {
		s.written = append(s.written, e.Key)
		results[i] = connectors.Result{State: connectors.Applied}
	}
	return results, nil
}
func (s *target) Close() error { return nil }

type toyHouse struct {
	*pipelines.House
	store  *store.Store
	place  store.Options
	clock  *standClock
	source *list
	target *target
}

func newHouse(t *testing.T, keys ...string) *toyHouse {
	t.Helper()
	h := &toyHouse{clock: &standClock{at: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}, source: &list{keys: keys}, target: &target{}}
	h.House = &pipelines.House{Zone: time.UTC, Clock: h.clock, Window: 100, Pipelines: map[string][]pipelines.Step{"p": nil},
		Sources: []pipelines.Source{{Name: "crm", Pipeline: "p", System: "crm", Makes: document.KindParty, Mapping: asParty{}, Page: 3, Reads: h.source}},
		Targets: []pipelines.Target{{Name: "erp", Pipeline: "p", Takes: document.KindParty, Mapping: asParty{}, Writes: h.target, Batch: 50, Attempts: 3, Backoff: time.Second}}}
	var err error
	h.place = storeAt(t, filepath.Join(t.TempDir(), "store.db"))
	h.place.Now = h.clock.Now
	if h.store, err = store.Open(t.Context(), h.place); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	return h
}

func (h *toyHouse) settle(t *testing.T, patience time.Duration) error {
	t.Helper()
	v := pipelines.NewSupervisor(h.store, h.House, nil)
	running, stop := v.Start(t.Context())
	return errors.Join(v.Settle(running, patience), stop())
}

func (h *toyHouse) mustSettle(t *testing.T) {
	t.Helper()
	if err := h.settle(t, time.Hour); err != nil {
		t.Fatal(err)
	}
}

func refuse(bad string) func([]connectors.Entry) error {
	return func(entries []connectors.Entry) error {
		if slices.ContainsFunc(entries, func(e connectors.Entry) bool { return e.Key == bad }) {
			return &connectors.Error{Kind: connectors.Refused, System: "erp", Op: "write", Err: errors.New("value too long")}
		}
		return nil
	}
}

func TestEverythingReadIsWrittenOnceInOrder(t *testing.T) {
	keys := []string{"A", "B", "C", "D", "E", "F", "G"}
	h := newHouse(t, keys...)
	h.mustSettle(t)
	h.mustSettle(t)
	if !slices.Equal(h.target.written, keys) {
		t.Errorf("written %v, want %v", h.target.written, keys)
	}
}

func TestOneBadEntryIsFoundByHalvingAndStopsOnlyItself(t *testing.T) {
	h := newHouse(t, "A", "B", "bad", "C", "D", "E", "F", "G")
	h.target.fail = refuse("bad")
	h.mustSettle(t)
	if want := []string{"A", "B", "C", "D", "E", "F", "G"}; !slices.Equal(h.target.written, want) {
		t.Errorf("written %v, want %v", h.target.written, want)
	}
	letters, err := h.store.Letters(t.Context())
	if err != nil || len(letters) != 1 {
		t.Fatalf("%d letters, %v", len(letters), err)
	}
	if l := letters[0]; l.Key != "bad" || l.Attempts != 3 || l.Stage != "delivery" || !strings.Contains(l.Reason, "too long") || l.Mapping != "v1" || string(l.Record) != `{"id":"bad"}` {
		t.Errorf("%+v", l)
	}
	h.target.fail = nil
	if err := h.store.Retry(t.Context(), letters[0].ID); err != nil {
		t.Fatal(err)
	}
	h.mustSettle(t)
	if !slices.Contains(h.target.written, "bad") {
		t.Error("a retried letter was not delivered")
	}
}

func TestATargetThatIsDownCostsNoAttempt(t *testing.T) {
	h := newHouse(t, "A", "B")
	failures := 0
	h.target.fail = func([]connectors.Entry) error {
		if failures++; failures <= 8 {
			return &connectors.Error{Kind: connectors.Unavailable, System: "erp", Op: "write", Err: errors.New("connection refused"), Hint: "start it"}
		}
		return nil
	}
	h.mustSettle(t)
	if !slices.Equal(h.target.written, []string{"A", "B"}) {
		t.Errorf("written %v", h.target.written)
	}
	if letters, _ := h.store.Letters(t.Context()); len(letters) != 0 {
		t.Errorf("%d letters for a target that was only down", len(letters))
	}
	if pauses, _ := h.store.Pauses(t.Context()); len(pauses) != 0 {
		t.Errorf("still paused: %v", pauses)
	}
}

func TestWhatRefersToSomethingThatIsNotThereYetWaitsForItAndCostsNoAttempt(t *testing.T) {
	h := newHouse(t, "A", "early", "B")
	tries := 0
	h.target.fail = func(entries []connectors.Entry) error {
		if len(entries) != 1 || entries[0].Key != "early" {
			return refuse("early")(entries)
		}
		if tries++; tries <= 8 {
			return &connectors.Error{Kind: connectors.Refused, System: "erp", Op: "write", Waits: true, Err: errors.New("there is no such item yet")}
		}
		return nil
	}
	h.mustSettle(t)
	if !slices.Equal(h.target.written, []string{"A", "B", "early"}) {
		t.Errorf("written %v", h.target.written)
	}
	if letters, _ := h.store.Letters(t.Context()); len(letters) != 0 {
		t.Errorf("%d letters for what only waited", len(letters))
	}
}

func TestATargetThatStaysDownEndsTheWaitAndLosesNothing(t *testing.T) {
	h := newHouse(t, "A")
	h.target.fail = func([]connectors.Entry) error {
		return &connectors.Error{Kind: connectors.Unavailable, System: "erp", Op: "write", Err: errors.New("connection refused")}
	}
	err := h.settle(t, time.Minute)
	if !errors.Is(err, pipelines.ErrUnavailable) || !strings.Contains(err.Error(), "connection refused") {
		t.Fatalf("%v", err)
	}
	counts, _ := h.store.Counts(t.Context())
	if counts.Deliveries["erp"]["waiting"] != 1 {
		t.Errorf("%v, want one waiting", counts.Deliveries)
	}
	h.target.fail = nil
	h.mustSettle(t)
	if !slices.Equal(h.target.written, []string{"A"}) {
		t.Errorf("written %v", h.target.written)
	}
}

func TestASourceThatFailsIsReadAgainFromTheSamePosition(t *testing.T) {
	h := newHouse(t, "A", "B", "C", "D")
	h.source.down = 3
	h.mustSettle(t)
	if !slices.Equal(h.target.written, []string{"A", "B", "C", "D"}) {
		t.Errorf("written %v", h.target.written)
	}
}

func TestWhatCannotBeTranslatedIsALetterAtOnce(t *testing.T) {
	h := newHouse(t, "A", "untranslatable", "B")
	h.mustSettle(t)
	letters, _ := h.store.Letters(t.Context())
	if len(letters) != 1 || letters[0].Key != "untranslatable" || !strings.Contains(letters[0].Reason, "no such column") {
		t.Errorf("%+v", letters)
	}
	if !slices.Equal(h.target.written, []string{"A", "B"}) {
		t.Errorf("written %v", h.target.written)
	}
}

func TestTwoTargetsOfOnePaperGetEachItsOwnFormats(t *testing.T) {
	h := newHouse(t, "A")
	h.Sources[0].Makes, h.Sources[0].Mapping = document.KindPaper, asPaper{}
	drawn := map[string]int{}
	one := h.Targets[0]
	one.Takes, one.Mapping = document.KindPaper, nil
	one.Draw = func(_ document.Document, format string) (connectors.Attachment, error) {
		drawn[format]++
		return connectors.Attachment{Name: "a." + format, Body: []byte(format)}, nil
	}
	sent := map[string]string{}
	h.Targets = nil
	for name, formats := range map[string][]string{"post": {"pdf"}, "folder": {"pdf", "xlsx"}} {
		t := one
		t.Name, t.Formats = name, formats
		t.Writes = &target{fail: func(entries []connectors.Entry) error {
			for _, a := range entries[0].Attachments {
				sent[name] += a.Name + "=" + string(a.Body) + " "
			}
			return nil
		}}
		h.Targets = append(h.Targets, t)
	}
	h.mustSettle(t)
	if sent["post"] != "a.pdf=pdf " || sent["folder"] != "a.pdf=pdf a.xlsx=xlsx " || drawn["pdf"] != 1 || drawn["xlsx"] != 1 {
		t.Errorf("sent %v, drawn %v", sent, drawn)
	}
}

func TestAPaperIsDrawnOnceWhateverItsFolderDoes(t *testing.T) {
	h := newHouse(t, "A")
	drawn := 0
	h.Sources[0].Makes, h.Sources[0].Mapping, h.Targets[0].Takes = document.KindPaper, asPaper{}, document.KindPaper
	h.Targets[0].Mapping, h.Targets[0].Formats = nil, []string{"pdf"}
	h.Targets[0].Draw = func(_ document.Document, format string) (connectors.Attachment, error) {
		drawn++
		return connectors.Attachment{Name: "a." + format, Body: fmt.Append(nil, drawn)}, nil
	}
	failures := 0
	h.target.fail = func(entries []connectors.Entry) error {
		if string(entries[0].Attachments[0].Body) != "1" {
			t.Errorf("the paper was drawn again: %q", entries[0].Attachments[0].Body)
		}
		if failures++; failures <= 2 {
			return &connectors.Error{Kind: connectors.Unavailable, System: "documents", Err: errors.New("disk full")}
		}
		return nil
	}
	h.mustSettle(t)
	if drawn != 1 || len(h.target.written) != 1 {
		t.Errorf("drawn %d times, written %v", drawn, h.target.written)
	}
}

// panicking is a step with a fault of its own.
type panicking struct{}

func (panicking) Needs(pipelines.Memory, document.Document) []document.Ref { return nil }
func (panicking) Decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	m.Number("X-{00}")
	if d.Key() == "bad" {
		panic("two currencies")
	}
	return []document.Document{d}, nil
}

func TestAStepThatPanicsStopsOneChangeAndBurnsNoNumber(t *testing.T) {
	h := newHouse(t, "A", "bad", "B")
	h.Pipelines["p"] = []pipelines.Step{panicking{}}
	h.mustSettle(t)
	if !slices.Equal(h.target.written, []string{"A", "B"}) {
		t.Errorf("written %v", h.target.written)
	}
	letters, _ := h.store.Letters(t.Context())
	if len(letters) != 1 || !strings.Contains(letters[0].Reason, "two currencies") {
		t.Errorf("%+v", letters)
	}
	gaps, err := h.store.SeriesGaps(t.Context())
	if err != nil || !slices.Equal(gaps, []string{"X-01", "X-02"}) {
		t.Errorf("numbers taken %v (%v), want two: the refused change gave its number back", gaps, err)
	}
}

func TestRunGoesOnUntilItIsStopped(t *testing.T) {
	h := newHouse(t, "A", "B")
	ctx, cancel := context.WithCancel(t.Context())
	written := make(chan struct{})
	h.target.fail = func([]connectors.Entry) error { close(written); return nil }
	h.House.Clock = waiting{h.clock}
	done := make(chan error, 1)
	go func() { done <- pipelines.NewSupervisor(h.store, h.House, nil).Run(ctx) }()
	<-written
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// waiting is a clock whose waits last until something happens.
type waiting struct{ *standClock }

func (w waiting) WaitUntil(ctx context.Context, _ time.Time, wake <-chan struct{}) error {
	select {
	case <-wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// noting is a source that notes when it is read.
type noting struct {
	list
	name string
	log  *[]string
}

func (n *noting) Read(ctx context.Context, pos connectors.Position, max int) (connectors.Batch, error) {
	*n.log = append(*n.log, n.name)
	return n.list.Read(ctx, pos, max)
}

func TestWhatHasLeftIsReadBeforeWhatIsOwedForIt(t *testing.T) {
	h := newHouse(t)
	var log []string
	owed, left := h.Sources[0], h.Sources[0]
	owed.Name, owed.Makes, owed.Reads = "owed", document.KindReceivables, &noting{name: "owed", log: &log}
	left.Name, left.Makes, left.Reads = "left", document.KindShipment, &noting{name: "left", log: &log}
	h.Sources = []pipelines.Source{owed, left}
	h.mustSettle(t)
	if len(log) < 2 || log[0] != "left" || !slices.Contains(log, "owed") {
		t.Errorf("read in the order %v", log)
	}
}

// gong answers a party with a distribution that is late at once, and rings when it is asked about it.
type gong struct{ rang chan time.Time }

func (gong) Needs(pipelines.Memory, document.Document) []document.Ref { return nil }

func (b gong) Decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	switch d := d.(type) {
	case *document.Party:
		late := document.Duty{Department: "planning", Status: document.DutySent, Due: m.Now().Add(3 * time.Hour), Overdue: m.Now().Add(6 * time.Hour)}
		return []document.Document{d, &document.Distribution{Order: d.ID, Duties: []document.Duty{late}}}, nil
	case *document.Alarm:
		b.rang <- m.Now()
	}
	return []document.Document{d}, nil
}

func TestARunningInstanceLooksAgainAtADocumentWhenItsTimeComes(t *testing.T) {
	h := newHouse(t, "A")
	b := gong{make(chan time.Time, 1)}
	h.Pipelines["p"] = []pipelines.Step{b}
	began := h.clock.Now()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- pipelines.NewSupervisor(h.store, h.House, nil).Run(ctx) }()
	select {
	case at := <-b.rang:
		if at.Before(began.Add(3 * time.Hour)) {
			t.Errorf("it rang at %s, three hours after %s it was due", at, began)
		}
	case err := <-ended:
		t.Fatalf("it ended before anything rang: %v", err)
	case <-time.After(20 * time.Second):
		t.Error("nothing rang")
	}
	stop()
	<-ended
}

func TestAnAlarmOfAPipelineThatIsGoneIsADeadLetterAndNotForgotten(t *testing.T) {
	h := newHouse(t, "A")
	h.Pipelines["p"] = []pipelines.Step{gong{make(chan time.Time, 1)}}
	h.mustSettle(t)
	h.Pipelines = map[string][]pipelines.Step{"q": nil}
	h.Sources = nil
	h.clock.at = h.clock.at.Add(4 * time.Hour)
	h.mustSettle(t)
	letters, err := h.store.Letters(t.Context())
	if err != nil || len(letters) != 1 || !strings.Contains(letters[0].Reason, `no pipeline "p"`) {
		t.Errorf("%+v %v", letters, err)
	}
}

func TestWhatIsUrgentIsServedFirst(t *testing.T) {
	h := newHouse(t, "B", "A", "C")
	h.Sources[0].Makes, h.Sources[0].Mapping, h.Targets[0].Takes = document.KindNotice, asNotice{}, document.KindNotice
	h.Targets[0].Mapping = asNotice{}
	h.mustSettle(t)
	if !slices.Equal(h.target.written, []string{"A", "B", "C"}) {
		t.Errorf("written %v", h.target.written)
	}
}

// asNotice makes a notice of a record; its class is its key.
type asNotice struct{ asParty }

func (asNotice) Decode(r connectors.Record) ([]document.Document, error) {
	return []document.Document{&document.Notice{ID: r["id"].(string), Class: r["id"].(string)}}, nil
}
