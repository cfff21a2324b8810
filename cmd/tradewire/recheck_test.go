package main

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCase30OrdersThatStaleReceivablesHeldGoWhenTheyAreReadAgainThoughNothingInThemChanged(t *testing.T) {
	w := newWorkshop(t)
	w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR1', 'K1', 20260401, 100)")
	w.mustRun("run", "--until-idle")
	w.hideERP()
	w.pass("50h")
	w.inbox(1, ordering("A", 1, 1, nil))
	w.inbox(2, ordering("B", 1, 1, nil))
	w.tradewire("run", "--until-idle")
	require.ElementsMatch(t, []string{"SO-A AR_STALE", "SO-B AR_STALE"}, w.onHold())
	w.showERP()
	w.mustRun("run", "--until-idle")
	require.Empty(t, w.onHold())
	require.Equal(t, []string{"A", "B"}, w.inERP())
	w.mustRun("reconcile")
}

func TestAReleaseByTwoPeopleEndsByItselfAndFinanceHearsOfItBefore(t *testing.T) {
	w := newWorkshop(t)
	w.staffed()
	w.mustRun("run", "--until-idle")
	w.inbox(1, ordering("A", 1, 1100, nil)) // 11,000.50 of 10,000
	w.mustRun("run", "--until-idle")
	for _, by := range []string{"wong", "chan"} {
		w.credits(0, "release", "SO-A", "--as", by, "--reason", "pays on Friday", "--until", "2026-03-12")
	}
	w.mustRun("run", "--until-idle")
	require.Empty(t, w.onHold())
	assert.Contains(t, w.credits(0, "explain", "SO-A"), "its credit is looked at again on 2026-03-09")

	w.pass("168h") // Monday, the 9th
	w.mustRun("run", "--until-idle")
	require.Empty(t, w.onHold())
	assert.Contains(t, w.files("alerts/"), "The release of order SO-A ends on 2026-03-12")
	assert.Contains(t, w.files("alerts/"), "订单 SO-A 的放行将于 2026-03-12 到期")
	w.pass("72h") // its last day
	w.mustRun("run", "--until-idle")
	require.Empty(t, w.onHold())
	w.pass("24h")
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"SO-A LIMIT_EXCEEDED RELEASE_EXPIRED"}, w.onHold())
	assert.Contains(t, w.credits(0, "explain", "SO-A"), "the release by chan was valid until 2026-03-12")
	assert.Contains(t, w.mustRun("trace", "SO-A"), "RELEASE_EXPIRED")
	w.mustRun("reconcile")
}

// alarms are what the store has noted to look at again: kind, key, pipeline and time.
func (w *workshop) alarms(kind string) (noted []string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "store.db")+"?_pragma=busy_timeout(5000)")
	require.NoError(w.t, err)
	defer db.Close()
	rows, err := db.QueryContext(w.t.Context(), "SELECT doc_key || ' ' || pipeline || ' ' || SUBSTR(at, 1, 16) FROM alarm WHERE kind = ? ORDER BY doc_key", kind)
	require.NoError(w.t, err)
	defer rows.Close()
	for rows.Next() {
		var one string
		require.NoError(w.t, rows.Scan(&one))
		noted = append(noted, one)
	}
	require.NoError(w.t, rows.Err())
	return noted
}

func TestOnlyOrdersThatTimeMovesAreNotedToBeLookedAtAgain(t *testing.T) {
	w := newWorkshop(t)
	w.edit("mappings/order_in.yaml", "# planned_ship:", "planned_ship:")
	w.mustRun("run", "--until-idle")
	w.inbox(1, ordering("A", 1, 10, map[string]any{"planned_ship": "2026-03-20"}))
	w.inbox(2, ordering("B", 1, 10, map[string]any{"planned_ship": nil}))
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"A orders 2026-03-18T16:00"}, w.alarms("sales_order"))
	w.inbox(3, ordering("A", 2, 11, map[string]any{"planned_ship": "2026-03-20"}))
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"A orders 2026-03-18T16:00"}, w.alarms("sales_order"), "it stays noted")
	w.inbox(4, ordering("A", 3, 11, map[string]any{"planned_ship": "2026-03-25"}))
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"A orders 2026-03-23T16:00"}, w.alarms("sales_order"))
	w.inbox(5, ordering("A", 4, 11, map[string]any{"planned_ship": "2026-03-25", "status": "cancelled"}))
	w.mustRun("run", "--until-idle")
	require.Empty(t, w.alarms("sales_order"))
}
