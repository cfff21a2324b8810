package reconcile_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/reconcile"
	"tradewire/pipelines/store"
)

type still struct{ at time.Time }

func (c still) Now() time.Time                                                      { return c.at }
func (c still) WaitUntil(ctx context.Context, _ time.Time, _ <-chan struct{}) error { return ctx.Err() }

// told is a source that shows one record, as it is now.
type told struct{ change connectors.Change }

func (s *told) Read(context.Context, connectors.Position, int) (connectors.Batch, error) {
	return connectors.Batch{Changes: []connectors.Change{s.change}}, nil
}

func (s *told) Close() error { return nil }

func party(version, name string) connectors.Change {
	return connectors.Change{Key: "A", Version: version, Record: connectors.Record{"name": name}}
}

// choosy can neither translate nor judge what is named bad.
type choosy struct{}

func (choosy) Version() string { return "v1" }

func (choosy) Decode(r connectors.Record) ([]document.Document, error) {
	return []document.Document{&document.Party{ID: "A", Name: r["name"].(string)}}, nil
}

func (choosy) Encode(d document.Document) (connectors.Record, error) {
	if d.(*document.Party).Name == "bad" {
		return nil, errors.New("bad: there is no such column")
	}
	return connectors.Record{"id": d.Key()}, nil
}

func (choosy) Holds(d document.Document) (bool, error) {
	if d.(*document.Party).Name == "bad" {
		return false, errors.New("bad: neither true nor false")
	}
	return true, nil
}

// erp holds A, as it was written first.
type erp struct{}

func (erp) Write(context.Context, []connectors.Entry) ([]connectors.Result, error) {
	return []connectors.Result{{State: connectors.Applied}}, nil
}

func (erp) List(context.Context, connectors.Position, int) ([]connectors.Standing, connectors.Position, error) {
	return []connectors.Standing{{Key: "A", Record: connectors.Record{"id": "A"}}}, "", nil
}

func (erp) Close() error { return nil }

func TestWhatADeadLetterExplainsIsNoDriftAndStopsNoReconciliation(t *testing.T) {
	for name, when := range map[string]pipelines.Predicate{"it cannot be translated": nil, "it cannot be told whether it is wanted": choosy{}} {
		t.Run(name, func(t *testing.T) {
			clock, source := still{time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}, &told{}
			place := storeAt(t, filepath.Join(t.TempDir(), "store.db"))
			place.Now = clock.Now
			s, err := store.Open(t.Context(), place)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			house := &pipelines.House{Zone: time.UTC, Clock: clock, Window: 10, Pipelines: map[string][]pipelines.Step{"p": nil},
				Sources: []pipelines.Source{{Name: "crm", Pipeline: "p", System: "crm", Makes: document.KindParty, Mapping: choosy{}, Page: 5, Reads: source}},
				Targets: []pipelines.Target{{Name: "erp", Pipeline: "p", Takes: document.KindParty, When: when, Mapping: choosy{}, Writes: erp{}, Batch: 5, Attempts: 1, Backoff: time.Second}}}
			for _, change := range []connectors.Change{party("1", "good"), party("2", "bad")} {
				source.change = change
				v := pipelines.NewSupervisor(s, house, nil)
				running, stop := v.Start(t.Context())
				if err := errors.Join(v.Settle(running, time.Hour), stop()); err != nil {
					t.Fatal(err)
				}
			}
			report, err := reconcile.Run(t.Context(), s, house)
			if err != nil || report.Unexplained != 0 || len(report.Findings) != 1 || report.Findings[0].Class != reconcile.Parked {
				t.Errorf("%+v (%v), want one parked finding", report, err)
			}
		})
	}
}
