package pipelines_test

import (
	"context"
	"database/sql"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// overtaken is a step that touches a second party, on which somebody else decides while the first so many decisions are under
// way. The party that a change speaks of is held, and nobody else decides on it.
type overtaken struct {
	t     *testing.T
	db    *sql.DB
	left  int
	tried int
}

// stand has the second party stand at a revision: the others' at the end of a decision, ours when the next one reads.
func (o *overtaken) stand(revision int) {
	if _, err := o.db.Exec("UPDATE head SET revision = ? WHERE kind = 'party' AND doc_key = 'second'", revision); err != nil {
		o.t.Error(err)
	}
}

func (o *overtaken) Needs(pipelines.Memory, document.Document) []document.Ref {
	if o.left > 0 {
		o.stand(1)
	}
	return []document.Ref{{Kind: document.KindParty, Key: "second"}}
}

func (o *overtaken) Decide(_ pipelines.Memory, d document.Document) ([]document.Document, error) {
	if o.left > 0 {
		if o.tried++; o.tried <= o.left {
			o.stand(1000)
		}
	}
	return []document.Document{d, &document.Party{ID: "second", Name: d.(*document.Party).Name}}, nil
}

// What others did five times over was a reason to end the whole instance.
func TestADecisionThatOthersAlwaysOvertakeIsTriedAgainLater(t *testing.T) {
	stores, houses, db := pair(t, 15*time.Second, &plainSink{})
	step := &overtaken{t: t, db: db.DB}
	houses[0].Pipelines["p"] = []pipelines.Step{step}
	houses[0].Targets = nil
	decided := func(version, name string) {
		t.Helper()
		_, err := stores[0].Take(t.Context(), crm, []connectors.Change{record("A", version, name)}, nil)
		require.NoError(t, err)
		require.NoError(t, pipelines.NewSupervisor(stores[0], houses[0], nil).CatchUp(t.Context(), time.Hour))
	}
	decided("1", "one")
	step.left = 8 // it is given up for a while after six
	decided("2", "two")
	require.Equal(t, 9, step.tried)
	d, _, err := stores[0].Document(t.Context(), document.Ref{Kind: document.KindParty, Key: "A"})
	require.NoError(t, err)
	require.Equal(t, "two", d.(*document.Party).Name)
}

// cut ends all sessions of a database but that which says so.
func cut(t *testing.T, d *services.Database) {
	t.Helper()
	rows, err := d.DB.QueryContext(t.Context(), "SELECT CONCAT('KILL ', id) FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()", d.Name)
	require.NoError(t, err)
	var kills []string
	for rows.Next() {
		var kill string
		require.NoError(t, rows.Scan(&kill))
		kills = append(kills, kill)
	}
	require.NoError(t, rows.Err())
	for _, kill := range kills {
		_, _ = d.DB.ExecContext(t.Context(), kill) // it may have ended meanwhile
	}
}

func TestAnInstanceWhoseStoreRefusesItsPasswordSaysSoAndGoesOnWhenItIsMended(t *testing.T) {
	services.Only(t, services.MySQL, "a file has no password")
	db := services.NewDatabase(t)
	var wrong atomic.Bool
	place := store.Options{MySQL: db.Plain, Password: func() (string, error) {
		if wrong.Load() {
			return "wrong", nil
		}
		return db.Secret, nil
	}}
	s, err := store.Open(t.Context(), place)
	require.NoError(t, err)
	defer s.Close()
	sink, shown := &plainSink{}, &said{}
	house := &pipelines.House{Zone: time.UTC, Clock: realClock{}, Window: 100, Pipelines: map[string][]pipelines.Step{"p": nil},
		Sources: []pipelines.Source{{Name: "crm", Pipeline: "p", System: "crm", Makes: document.KindParty, Mapping: named{}, Page: 3, Every: 50 * time.Millisecond, Reads: &pages{record("A", "1", "go")}}},
		Targets: []pipelines.Target{{Name: "mail", Pipeline: "p", Takes: document.KindParty, Mapping: namedOut{}, Writes: sink, Batch: 50, Attempts: 3, Backoff: time.Second}}}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	ended := make(chan error, 1)
	go func() { ended <- pipelines.NewSupervisor(s, house, shown.pulse).Run(ctx) }()
	applied := func(n int) func() bool {
		return func() bool {
			var there int
			return db.DB.QueryRow("SELECT COUNT(*) FROM delivery WHERE state = 'applied'").Scan(&there) == nil && there == n
		}
	}
	require.Eventually(t, applied(1), 20*time.Second, 20*time.Millisecond)

	wrong.Store(true)
	cut(t, db)
	require.Eventually(t, func() bool {
		return shown.count("the store's server refuses this user (correct the user, store.password or their rights)") > 2
	}, 20*time.Second, 20*time.Millisecond)
	wrong.Store(false)
	require.Eventually(t, func() bool {
		_, err := s.Take(t.Context(), crm, []connectors.Change{record("B", "1", "go")}, nil)
		return err == nil
	}, 20*time.Second, 20*time.Millisecond)
	require.Eventually(t, applied(2), 20*time.Second, 20*time.Millisecond)
	end()
	require.NoError(t, <-ended)
}
