package pipelines_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// overtaken is a step beside which somebody else decides on every party, while the first so many decisions are under way.
type overtaken struct {
	t     *testing.T
	db    *sql.DB
	left  int
	tried int
}

// stand has the heads stand at a revision: the others' at the end of a decision, ours when the next one reads.
func (o *overtaken) stand(revision int) {
	if _, err := o.db.Exec("UPDATE head SET revision = ? WHERE kind = 'party'", revision); err != nil {
		o.t.Error(err)
	}
}

func (o *overtaken) Needs(pipelines.Memory, document.Document) []document.Ref {
	if o.left > 0 {
		o.stand(1)
	}
	return nil
}

func (o *overtaken) Decide(_ pipelines.Memory, d document.Document) ([]document.Document, error) {
	if o.left > 0 {
		if o.tried++; o.tried <= o.left {
			o.stand(1000)
		}
	}
	return []document.Document{d}, nil
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
		require.NoError(t, pipelines.NewSupervisor(stores[0], houses[0], nil).CatchUp(t.Context()))
	}
	decided("1", "one")
	step.left = 8 // it is given up for a while after six
	decided("2", "two")
	require.Equal(t, 9, step.tried)
	d, _, err := stores[0].Document(t.Context(), document.Ref{Kind: document.KindParty, Key: "A"})
	require.NoError(t, err)
	require.Equal(t, "two", d.(*document.Party).Name)
}
