package steptest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/steptest"
	"tradewire/pipelines/store"
)

// kept is a store that remembers for a house: what a document brings, orders that are judged again among it, is decided by a
// supervisor. What it remembers is shown in the house's map.
type kept struct {
	t       require.TestingT
	store   *store.Store
	v       *pipelines.Supervisor
	running context.Context
	clock   *clock
}

// clock stands until a document is taken at a later time.
type clock struct{ at atomic.Int64 }

func (c *clock) Now() time.Time { return time.UnixMicro(c.at.Load()).UTC() }

// WaitUntil waits for others to move.
func (c *clock) WaitUntil(ctx context.Context, _ time.Time, wake <-chan struct{}) error {
	select {
	case <-wake:
	case <-ctx.Done():
	}
	return ctx.Err()
}

func TestMain(m *testing.M) { os.Exit(services.Main(m)) }

// engines are the databases that a store may be in.
var engines = map[string]func(testing.TB) store.Options{
	"sqlite": func(t testing.TB) store.Options { return store.Options{Path: filepath.Join(t.TempDir(), "store.db")} },
	"mysql":  func(t testing.TB) store.Options { return store.Options{MySQL: services.NewDatabase(t).DSN} },
}

// keep lets a store remember what happens in the house, and begins with what the house knows.
func (h *house) keep(t require.TestingT, o store.Options) (end func()) {
	at := &clock{}
	at.at.Store(h.Clock.UnixMicro())
	o.Now = at.Now
	s, err := store.Open(context.Background(), o)
	require.NoError(t, err)
	v := pipelines.NewSupervisor(s, &pipelines.House{Zone: h.Zone(), Clock: at, Window: 100, Pipelines: h.pipelines(), Line: h.line}, nil)
	running, stop := v.Start(context.Background())
	h.kept = &kept{t, s, v, running, at}
	for _, kind := range []document.Kind{document.KindCreditAccount, document.KindParty, document.KindItem, document.KindReceivables} {
		for _, d := range h.Documents(kind) {
			_, err := h.take(d)
			require.NoError(t, err)
		}
	}
	return func() {
		require.NoError(t, errors.Join(stop(), s.Close()))
	}
}

// pass lets days pass, and what was to be done on them be done.
func (h *house) pass(days int) {
	h.Clock = h.Clock.AddDate(0, 0, days)
	if h.kept != nil {
		h.kept.settle(h.Memory)
	}
}

// settle does what is due on the clock, and shows it.
func (k *kept) settle(m *steptest.Memory) []document.Document {
	before, err := k.store.Now(k.running)
	require.NoError(k.t, err)
	k.clock.at.Store(m.Clock.UnixMicro())
	require.NoError(k.t, k.v.Settle(k.running, time.Minute))
	return k.show(m, before)
}

// take has one document decided, and whatever follows from it.
func (k *kept) take(m *steptest.Memory, d document.Document, pipeline string) ([]document.Document, error) {
	ctx := k.running
	k.clock.at.Store(m.Clock.UnixMicro())
	before, err := k.store.Now(ctx)
	require.NoError(k.t, err)
	change, err := store.Said(d, m.Now())
	require.NoError(k.t, err)
	origin := store.Origin{Pipeline: pipeline, Source: "test", System: store.Ours, Kind: d.Kind()}
	_, err = k.store.Take(ctx, origin, []connectors.Change{change}, nil)
	require.NoError(k.t, err)
	require.NoError(k.t, k.v.Settle(ctx, time.Minute))
	answers := k.show(m, before)
	rows, err := k.store.ChangesOf(ctx, d.Kind(), d.Key())
	require.NoError(k.t, err)
	require.NotEmpty(k.t, rows)
	switch row := rows[len(rows)-1]; pipelines.Bucket(row.Bucket) { // what was seen so last stands where it stood
	case pipelines.Unchanged, pipelines.Superseded, pipelines.Duplicate:
		return nil, &pipelines.SetAside{Bucket: pipelines.Bucket(row.Bucket), Reason: row.Reason}
	case pipelines.DeadLetter:
		return nil, fmt.Errorf("%s", row.Reason)
	}
	return answers, nil
}

// show brings what was decided since into the map.
func (k *kept) show(m *steptest.Memory, since store.Moment) (touched []document.Document) {
	refs, err := k.store.Touched(k.running, since)
	require.NoError(k.t, err)
	for _, ref := range refs {
		d, _, err := k.store.Document(k.running, ref)
		if errors.Is(err, store.ErrNoDocument) {
			continue // it was refused
		}
		require.NoError(k.t, err)
		m.Put(d)
		touched = append(touched, d)
	}
	return touched
}
