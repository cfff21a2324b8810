package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// wantLetter wants one open letter, of a key and for a reason.
func (h *toyHouse) wantLetter(t *testing.T, key, reason string) {
	t.Helper()
	letters, err := h.store.Letters(t.Context())
	if err != nil || len(letters) != 1 || letters[0].Key != key || !strings.Contains(letters[0].Reason, reason) {
		t.Errorf("letters %+v (%v), want one of %s: %s", letters, err, key, reason)
	}
}

func (h *toyHouse) wantWritten(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(h.target.written, want) {
		t.Errorf("written %v, want %v", h.target.written, want)
	}
}

// stepFunc is a step that needs nothing.
type stepFunc func(pipelines.Memory, document.Document) ([]document.Document, error)

func (stepFunc) Needs(pipelines.Memory, document.Document) []document.Ref { return nil }
func (f stepFunc) Decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	return f(m, d)
}

// accountWith answers the key bad with an account that has so much of open orders, and a limit of 1000.
func accountWith(amounts map[string]string) stepFunc {
	return func(_ pipelines.Memory, d document.Document) ([]document.Document, error) {
		open, bad := amounts[d.Key()]
		if !bad {
			return []document.Document{d}, nil
		}
		limit := document.M("1000", "HKD")
		a := &document.CreditAccount{ID: "K1", Currency: "HKD", Limit: &limit}
		a.Exposure.OpenOrders = document.M(open, "HKD")
		if strings.HasSuffix(d.Key(), "mixed") {
			a.Exposure.Receivables, a.Exposure.Special = document.M("1", "USD"), document.M("1", "CNY")
		}
		return []document.Document{d, a}, nil
	}
}

func TestAnAmountThatDoesNotFitTheLedgerStopsItsChangeAlone(t *testing.T) {
	h := newHouse(t, "A", "bad", "B")
	h.Pipelines["p"] = []pipelines.Step{accountWith(map[string]string{"bad": "1.00001"})}
	h.mustSettle(t)
	h.wantWritten(t, "A", "B")
	h.wantLetter(t, "bad", "more than four decimals")
}

func TestAReservationThatTheGuardRefusesForEverStopsItsChangeAlone(t *testing.T) {
	h := newHouse(t, "first", "A", "bad", "B")
	h.Pipelines["p"] = []pipelines.Step{accountWith(map[string]string{"first": "900", "bad": "1100"})}
	h.mustSettle(t)
	h.wantWritten(t, "first", "A", "B")
	h.wantLetter(t, "bad", "credit account K1")
}

func TestADocumentThatCannotEvenBeAddedUpStopsItsChangeAlone(t *testing.T) {
	h := newHouse(t, "A", "mixed", "B")
	h.Pipelines["p"] = []pipelines.Step{accountWith(map[string]string{"mixed": "1"})}
	h.mustSettle(t)
	h.wantWritten(t, "A", "B")
	h.wantLetter(t, "mixed", "HKD 0.00 with USD 1.00")
}

// fragile translates as asParty does, and panics where it is told.
type fragile struct {
	asParty
	decode, encode string
}

func (f fragile) Decode(r connectors.Record) ([]document.Document, error) {
	if r["id"] == f.decode {
		panic("no such field")
	}
	return f.asParty.Decode(r)
}

func (f fragile) Encode(d document.Document) (connectors.Record, error) {
	if d.Key() == f.encode {
		panic("no such column")
	}
	return f.asParty.Encode(d)
}

func TestAMappingThatPanicsOnTheWayInStopsOneChange(t *testing.T) {
	h := newHouse(t, "A", "bad", "B")
	h.Sources[0].Mapping = fragile{decode: "bad"}
	h.mustSettle(t)
	h.wantWritten(t, "A", "B")
	h.wantLetter(t, "bad", "no such field")
}

func TestAMappingThatPanicsOnTheWayOutStopsOneDelivery(t *testing.T) {
	h := newHouse(t, "A", "bad", "B")
	h.Targets[0].Mapping = fragile{encode: "bad"}
	h.mustSettle(t)
	h.wantWritten(t, "A", "B")
	h.wantLetter(t, "bad", "no such column")
}

// needy panics when it is asked what it needs.
type needy struct{ stepFunc }

func (needy) Needs(_ pipelines.Memory, d document.Document) []document.Ref {
	if d.Key() == "bad" {
		panic("an order without a customer")
	}
	return nil
}

func TestAStepThatPanicsBeforeItDecidesStopsNothing(t *testing.T) {
	h := newHouse(t, "A", "bad", "B")
	h.Pipelines["p"] = []pipelines.Step{needy{func(_ pipelines.Memory, d document.Document) ([]document.Document, error) {
		if d.Key() == "bad" {
			return nil, errors.New("an order without a customer")
		}
		return []document.Document{d}, nil
	}}}
	h.mustSettle(t)
	h.wantWritten(t, "A", "B")
	h.wantLetter(t, "bad", "without a customer")
}

// named translates id and name, and wants all but those that are named stop.
type named struct{ asParty }

func (named) Decode(r connectors.Record) ([]document.Document, error) {
	return []document.Document{&document.Party{ID: r["id"].(string), Name: r["name"].(string)}}, nil
}

func (named) Holds(d document.Document) (bool, error) {
	return d.(*document.Party).Name != "stop", nil
}

// pages is a source of records, one a page.
type pages []connectors.Change

func (p *pages) Read(_ context.Context, pos connectors.Position, _ int) (connectors.Batch, error) {
	at := 0
	_, _ = fmt.Sscan(string(pos), &at)
	if at == len(*p) {
		return connectors.Batch{Next: pos}, nil
	}
	return connectors.Batch{Changes: (*p)[at : at+1], Next: connectors.Position(fmt.Sprint(at + 1)), More: at+1 < len(*p)}, nil
}

func (p *pages) Close() error { return nil }

func record(id, version, name string) connectors.Change {
	return connectors.Change{Key: id, Version: version, Record: connectors.Record{"id": id, "name": name}}
}

func TestARevisionThatStillWaitsIsNotWrittenOnceALaterOneIsNotWanted(t *testing.T) {
	h := newHouse(t)
	told := &pages{record("A", "1", "go")}
	h.Sources[0].Reads, h.Sources[0].Mapping, h.Targets[0].When = told, named{}, named{}
	h.target.fail = func([]connectors.Entry) error {
		return &connectors.Error{Kind: connectors.Unavailable, System: "erp", Err: errors.New("connection refused")}
	}
	if err := h.settle(t, 0); !errors.Is(err, pipelines.ErrUnavailable) {
		t.Fatal(err)
	}
	*told = append(*told, record("A", "2", "stop"))
	h.target.fail = nil
	h.mustSettle(t)
	h.wantWritten(t)
}

// faulty is a source with a fault of its own.
type faulty struct{ pages }

func (*faulty) Read(context.Context, connectors.Position, int) (connectors.Batch, error) {
	return connectors.Batch{}, errors.New("index out of range")
}

func TestASourceWithAnUnknownFaultPausesAndStopsNoOther(t *testing.T) {
	h := newHouse(t, "A")
	bad := h.Sources[0]
	bad.Name, bad.Reads = "bad", &faulty{}
	h.Sources = append([]pipelines.Source{bad}, h.Sources...)
	if err := h.settle(t, time.Minute); !errors.Is(err, pipelines.ErrUnavailable) || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("%v, want the pause of the bad source as the reason", err)
	}
	h.wantWritten(t, "A")
}

func TestASourceThatIsReadAndHasNothingNewIsFresh(t *testing.T) {
	h := newHouse(t)
	read, told := h.Sources[0], &pages{}
	read.Name, read.Makes, read.Reads = "books", document.KindReceivables, &pages{}
	h.Sources[0].Reads, h.Sources[0].Mapping = told, named{}
	h.Sources = append([]pipelines.Source{read}, h.Sources...)
	h.mustSettle(t)
	later := h.clock.Now().Add(time.Hour)
	_ = h.clock.WaitUntil(t.Context(), later, nil)
	var asOf time.Time
	h.Pipelines["p"] = []pipelines.Step{stepFunc(func(m pipelines.Memory, d document.Document) ([]document.Document, error) {
		asOf = m.AsOf(document.KindReceivables)
		return []document.Document{d}, nil
	})}
	*told = append(*told, record("A", "1", "go"))
	h.mustSettle(t)
	if !asOf.Equal(later) {
		t.Errorf("as of %s, want %s: it was read then", asOf, later)
	}
}

// bell is a receiver that hands over what the test rings.
type bell chan func(take func(context.Context, []connectors.Change) error)

func (b bell) Receive(ctx context.Context, take func(context.Context, []connectors.Change) error) error {
	for {
		select {
		case ring := <-b:
			ring(take)
		case <-ctx.Done():
			return nil
		}
	}
}

func (bell) Close() error { return nil }

// single is a source that notices when two use it at once.
type single struct {
	pages
	using, together atomic.Int32
	reading         chan struct{} // closed at the first read
	fetching        chan struct{} // closed at the first fetch
	now             connectors.Change
}

func (s *single) enter() {
	if s.using.Add(1) > 1 {
		s.together.Add(1)
	}
}

func (s *single) Read(ctx context.Context, pos connectors.Position, max int) (connectors.Batch, error) {
	s.enter()
	defer s.using.Add(-1)
	if s.reading != nil {
		close(s.reading)
		s.reading = nil
		select {
		case <-s.fetching:
		case <-time.After(30 * time.Millisecond): // nobody came, as it should be
		}
	}
	return s.pages.Read(ctx, pos, max)
}

func (s *single) Fetch(context.Context, string, []string) ([]connectors.Change, error) {
	s.enter()
	defer s.using.Add(-1)
	select {
	case <-s.fetching:
	default:
		close(s.fetching)
	}
	return []connectors.Change{s.now}, nil
}

func TestASourceIsNotFetchedFromWhileItIsRead(t *testing.T) {
	h := newHouse(t)
	reading := make(chan struct{})
	shared, rings := &single{reading: reading, fetching: make(chan struct{}), now: record("A", "1", "go")}, make(bell)
	h.Sources[0].Reads, h.Sources[0].Mapping = shared, named{}
	hooks := h.Sources[0]
	hooks.Name, hooks.Reads, hooks.Receives = "hooks", nil, rings
	h.Sources = append(h.Sources, hooks)
	v := pipelines.NewSupervisor(h.store, h.House, nil)
	running, stop := v.Start(t.Context())
	taken := make(chan error, 1)
	rings <- func(take func(context.Context, []connectors.Change) error) {
		go func() {
			<-reading
			taken <- take(running, []connectors.Change{{Key: "A", Message: "m1"}})
		}()
	}
	if err := errors.Join(v.Settle(running, time.Hour), <-taken, stop()); err != nil {
		t.Fatal(err)
	}
	if n := shared.together.Load(); n > 0 {
		t.Errorf("%d times two used the source at once", n)
	}
}

func TestAWakeUpThatIsSentAgainAfterItsRecordChangedIsTaken(t *testing.T) {
	h := newHouse(t)
	shared, rings := &single{fetching: make(chan struct{}), now: record("A", "1", "go")}, make(bell)
	h.Sources[0].Reads, h.Sources[0].Mapping = shared, named{}
	hooks := h.Sources[0]
	hooks.Name, hooks.Reads, hooks.Receives = "hooks", nil, rings
	h.Sources = append(h.Sources, hooks)
	v := pipelines.NewSupervisor(h.store, h.House, nil)
	running, stop := v.Start(t.Context())
	for _, version := range []string{"1", "2"} {
		shared.now = record("A", version, "go "+version)
		taken := make(chan error)
		rings <- func(take func(context.Context, []connectors.Change) error) {
			go func() { taken <- take(running, []connectors.Change{{Key: "A", Message: "m1"}}) }()
		}
		if err := <-taken; err != nil {
			t.Errorf("version %s: %v", version, err)
		}
	}
	if err := errors.Join(v.Settle(running, time.Hour), stop()); err != nil {
		t.Fatal(err)
	}
	d, _, err := h.store.Document(t.Context(), document.Ref{Kind: document.KindParty, Key: "A"})
	if err != nil || d.(*document.Party).Name != "go 2" {
		t.Errorf("%+v (%v), want the second version", d, err)
	}
}
