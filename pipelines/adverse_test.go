package pipelines_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/bus"
	"tradewire/pipelines/store"
)

func TestALongKeyStopsNoOther(t *testing.T) {
	h := newHouse(t, "A", strings.Repeat("x", 300), "B")
	h.mustSettle(t)
	require.Contains(t, h.target.written, "B")
}

type longParty struct{ asParty }

func (longParty) Decode(r connectors.Record) ([]document.Document, error) {
	id := r["id"].(string)
	if id == "bad" {
		id = strings.Repeat("x", 300)
	}
	return []document.Document{&document.Party{ID: id}}, nil
}

func TestALongDocumentKeyStopsNoOther(t *testing.T) {
	h := newHouse(t, "A", "bad", "B")
	h.Sources[0].Mapping = longParty{}
	h.mustSettle(t)
	require.Contains(t, h.target.written, "B")
}

func TestARefusalThatIsNotUTF8StopsItsEntryAlone(t *testing.T) {
	h := newHouse(t, "A", "bad", "B")
	h.target.fail = func(entries []connectors.Entry) error {
		for _, e := range entries {
			if e.Key == "bad" {
				return &connectors.Error{Kind: connectors.Refused, System: "erp", Op: "write", Err: errors.New("550 \xd3\xca\xcf\xe4")}
			}
		}
		return nil
	}
	h.mustSettle(t)
	require.Contains(t, h.target.written, "B")
}

func TestAFaultThatIsNotUTF8PausesAndEndsNothing(t *testing.T) {
	h := newHouse(t, "A")
	n := 0
	h.target.fail = func([]connectors.Entry) error {
		if n++; n < 3 {
			return &connectors.Error{Kind: connectors.Unavailable, System: "erp", Op: "write", Err: errors.New("421 \xd3\xca\xcf\xe4")}
		}
		return nil
	}
	h.mustSettle(t)
}

func TestAMessageOfSomebodyElseInTheTopicEndsNothing(t *testing.T) {
	h := newHouse(t, "A", "B")
	require.NoError(t, h.store.Publish(t.Context(), store.TopicChanges, store.Outgoing{UUID: "junk", Payload: []byte(`{"not":"ours"}`)}))
	h.mustSettle(t)
	require.Contains(t, h.target.written, "B")
}

// plainSink is a sink without any guard, as mail and REST are.
type plainSink struct {
	mu     sync.Mutex
	wrote  []string
	gate   func(e connectors.Entry)
	always error
}

func (s *plainSink) Write(_ context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	results := make([]connectors.Result, len(entries))
	for i, e := range entries {
		if s.gate != nil {
			s.gate(e)
		}
		if s.always != nil {
			return nil, s.always
		}
		s.mu.Lock()
		s.wrote = append(s.wrote, e.Key+"/"+e.Record["name"].(string))
		s.mu.Unlock()
		results[i] = connectors.Result{State: connectors.Applied}
	}
	return results, nil
}
func (s *plainSink) Close() error { return nil }

type namedOut struct{ named }

func (namedOut) Encode(d document.Document) (connectors.Record, error) {
	return connectors.Record{"id": d.Key(), "name": d.(*document.Party).Name}, nil
}

// pair is two instances of one house.
func pair(t *testing.T, lease time.Duration, sink connectors.Sink) (stores [2]*store.Store, houses [2]*pipelines.House, db *services.Database) {
	services.Only(t, services.MySQL, "a file has one instance at a time")
	path := filepath.Join(t.TempDir(), "store.db")
	db = services.DatabaseAt(t, path)
	for i := range stores {
		o := storeAt(t, path)
		o.Lease, o.Now = lease, time.Now
		var err error
		stores[i], err = store.Open(t.Context(), o)
		require.NoError(t, err)
		t.Cleanup(func() { stores[i].Close() })
		houses[i] = &pipelines.House{Zone: time.UTC, Clock: realClock{}, Window: 100, Pipelines: map[string][]pipelines.Step{"p": nil},
			Sources: []pipelines.Source{{Name: "crm", Pipeline: "p", System: "crm", Makes: document.KindParty, Mapping: named{}, Page: 3, Every: time.Hour, Reads: &pages{}}},
			Targets: []pipelines.Target{{Name: "mail", Pipeline: "p", Takes: document.KindParty, Mapping: namedOut{}, Writes: sink, Batch: 50, Attempts: 3, Backoff: time.Second}}}
	}
	return stores, houses, db
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }
func (realClock) WaitUntil(ctx context.Context, t time.Time, wake <-chan struct{}) error {
	select {
	case <-time.After(time.Until(t)):
	case <-wake:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

var crm = store.Origin{Pipeline: "p", Source: "crm", System: "crm", Kind: document.KindParty}

// A stood still over a quiet time in which B took its target over, and came back. Much later one document becomes due.
func TestAMailIsSentOnceLongAfterAnInstanceStoodStill(t *testing.T) {
	both := make(chan struct{}, 2)
	sink := &plainSink{gate: func(connectors.Entry) {
		both <- struct{}{}
		for range 100 { // as long as a mail takes
			if len(both) == 2 {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}}
	stores, houses, db := pair(t, 500*time.Millisecond, sink)
	ctx, end := context.WithCancel(t.Context())
	_, held, err := stores[0].Hold(t.Context(), "target mail")
	require.NoError(t, err)
	require.True(t, held)
	_, err = db.DB.Exec("UPDATE lease SET until_at = 1") // A stands still
	require.NoError(t, err)
	_, held, err = stores[1].Hold(t.Context(), "target mail")
	require.NoError(t, err)
	require.True(t, held)
	require.Eventually(t, func() bool { // A is back, and finds out when it renews what it holds
		_, held, err := stores[0].Hold(t.Context(), "target mail")
		return err == nil && !held
	}, 10*time.Second, 20*time.Millisecond)
	var all sync.WaitGroup
	for i := range stores {
		all.Go(func() { _ = pipelines.NewSupervisor(stores[i], houses[i], nil).Run(ctx) })
	}
	_, err = stores[1].Take(t.Context(), crm, []connectors.Change{record("A", "1", "go")}, nil)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		var n int
		return db.DB.QueryRow("SELECT COUNT(*) FROM delivery WHERE state = 'applied'").Scan(&n) == nil && n == 1
	}, 10*time.Second, 20*time.Millisecond)
	end()
	all.Wait()
	require.Equal(t, []string{"A/go"}, sink.wrote)
}

// The one that stands by must not undo the pause of the one that delivers.
func TestThePauseOfATargetGrowsThoughAnotherInstanceStandsBy(t *testing.T) {
	sink := &plainSink{always: &connectors.Error{Kind: connectors.Unavailable, System: "erp", Err: errors.New("connection refused")}}
	stores, houses, db := pair(t, 15*time.Second, sink)
	_, held, err := stores[1].Hold(t.Context(), "target mail")
	require.NoError(t, err)
	require.True(t, held)
	ctx, end := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer end()
	for i := range stores {
		all.Go(func() { _ = pipelines.NewSupervisor(stores[i], houses[i], nil).Run(ctx) })
	}
	_, err = stores[0].Take(t.Context(), crm, []connectors.Change{record("A", "1", "go")}, nil)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		var n int
		return db.DB.QueryRow("SELECT failures FROM pause WHERE place = 'target mail'").Scan(&n) == nil && n >= 1
	}, 10*time.Second, 20*time.Millisecond)
	gone := 0
	for i := 0; i < 3; i++ { // its time is over three times
		_, err = db.DB.Exec("UPDATE pause SET until = '2020-01-01T00:00:00.000000Z' WHERE place = 'target mail'")
		require.NoError(t, err)
		for range 60 {
			var n int
			if db.DB.QueryRow("SELECT failures FROM pause WHERE place = 'target mail'").Scan(&n) != nil {
				gone++
			}
			time.Sleep(30 * time.Millisecond)
		}
	}
	var n int
	require.NoError(t, db.DB.QueryRow("SELECT failures FROM pause WHERE place = 'target mail'").Scan(&n))
	require.Zero(t, gone, "a pause that nothing has ended was deleted by who stands by")
	require.Equal(t, 4, n)
}

// A customer's number of 300 characters in one order: SQLite makes it a dead letter.
func TestALongCustomerNumberStopsNoOther(t *testing.T) {
	h := newHouse(t)
	bad := record("bad", "1", "go")
	bad.Record["customer"] = strings.Repeat("c", 300)
	h.Sources[0].Reads, h.Sources[0].Mapping, h.Sources[0].Lane = &pages{record("A", "1", "go"), bad, record("B", "1", "go")}, named{}, "customer"
	h.mustSettle(t)
	require.Contains(t, h.target.written, "B")
}

func TestAnOrderThatWaitsForALongNameStopsNoOther(t *testing.T) {
	h := newHouse(t, "A", "bad", "B")
	h.Pipelines["p"] = []pipelines.Step{stepFunc(func(_ pipelines.Memory, d document.Document) ([]document.Document, error) {
		if d.Key() == "bad" {
			return nil, &pipelines.Missing{Ref: document.Ref{Kind: document.KindParty, Key: strings.Repeat("c", 300)}}
		}
		return []document.Document{d}, nil
	})}
	h.mustSettle(t)
	require.Contains(t, h.target.written, "B")
}

// deadBus is a broker that refuses at once.
type deadBus struct {
	mu    sync.Mutex
	tried []time.Time
}

func (b *deadBus) Consume(ctx context.Context, _, _ string, _ bus.Handler, _ bus.Faults) error {
	<-ctx.Done()
	return nil
}
func (b *deadBus) tries() []time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.tried)
}

func (b *deadBus) Publish(context.Context, string, ...*bus.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tried = append(b.tried, time.Now())
	return &connectors.Error{Kind: connectors.Unavailable, System: "kafka", Op: "publish", Err: errors.New("connection refused")}
}

func TestABrokerThatRefusesIsAskedNowAndThen(t *testing.T) {
	stores, houses, db := pair(t, 15*time.Second, &plainSink{})
	dead := &deadBus{}
	houses[0].Bus = dead
	ctx, end := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { _ = pipelines.NewSupervisor(stores[0], houses[0], nil).Run(ctx) })
	_, err := stores[0].Take(t.Context(), crm, []connectors.Change{record("A", "1", "one")}, nil)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(dead.tries()) >= 4 }, 20*time.Second, 20*time.Millisecond, "it is asked again")
	end()
	all.Wait()
	tried := dead.tries()
	require.GreaterOrEqual(t, tried[3].Sub(tried[0]), 3*time.Second, "once a second, though it is written down each time and wakes all who wait")
	var failures int
	require.NoError(t, db.DB.QueryRow("SELECT failures FROM pause WHERE place = 'bus'").Scan(&failures))
	require.GreaterOrEqual(t, failures, 3)
}

// turns counts how often a clock is asked to wait.
type turns struct {
	realClock
	mu sync.Mutex
	n  int
}

func (c *turns) WaitUntil(ctx context.Context, t time.Time, wake <-chan struct{}) error {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	return c.realClock.WaitUntil(ctx, t, wake)
}

func TestRunUntilIdleBesideAnotherInstanceEnds(t *testing.T) {
	stores, houses, _ := pair(t, 15*time.Second, &plainSink{})
	_, held, err := stores[1].Hold(t.Context(), "target mail") // it delivers there, slowly
	require.NoError(t, err)
	require.True(t, held)
	clock := &turns{}
	houses[0].Clock = clock
	_, err = stores[0].Take(t.Context(), crm, []connectors.Change{record("A", "1", "one")}, nil)
	require.NoError(t, err)
	v := pipelines.NewSupervisor(stores[0], houses[0], nil)
	ctx, end := context.WithTimeout(t.Context(), 5*time.Second)
	defer end()
	running, stop := v.Start(ctx)
	err = v.Settle(running, time.Second)
	_ = stop()
	require.NotErrorIs(t, err, context.DeadlineExceeded, "patience of a second, %d turns in five", clock.n)
}
