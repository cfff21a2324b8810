package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tradewire/connectors/connectortest/services"
)

// The ERP's tables change under a configuration that was right. Its target alone is paused and says what it misses; what else
// there is flows on, and nothing is lost: what waited arrives when the table is as it was.
func TestATableThatDriftsStopsItsTargetAloneAndLosesNothing(t *testing.T) {
	drifts := map[string]struct {
		does, undoes string
		says         string // what status says
	}{
		"a column is renamed": {"ALTER TABLE SOHD RENAME COLUMN PAY_TRM TO PAY_TERM", "ALTER TABLE SOHD RENAME COLUMN PAY_TERM TO PAY_TRM", "PAY_TRM"},
		"a table is gone":     {"ALTER TABLE SOLN RENAME TO SOLN_OLD", "ALTER TABLE SOLN_OLD RENAME TO SOLN", "SOLN"},
	}
	for engine, open := range map[string]func(*testing.T) *workshop{services.SQLite: newWorkshop, services.MySQL: newServerWorkshop} {
		for name, drift := range drifts {
			t.Run(engine+"/"+name, func(t *testing.T) {
				w := open(t)
				order := func(id string) scenarioStep {
					return scenarioStep{Orders: []map[string]any{{"id": id, "revision": 1, "customer": "K1",
						"lines": []any{map[string]any{"no": 1, "sku": "P1", "qty": 1, "price": "10"}}}}}
				}
				w.inbox(0, order("O1"))
				w.mustRun("run", "--until-idle")

				w.exec(drift.does)
				w.inbox(1, order("O2"))
				if _, errOut, code := w.tradewire("run", "--until-idle"); code != exitConfig && code != exitOtherSystem {
					t.Errorf("a run that cannot write ends with exit %d: %s", code, errOut)
				}
				status := w.mustRun("status")
				for _, word := range []string{"erp_order", drift.says} {
					if !strings.Contains(status, word) {
						t.Errorf("the status does not say %q:\n%s", word, status)
					}
				}
				if body, err := os.ReadFile(filepath.Join(w.dir, "status", "O2.json")); err != nil || !strings.Contains(string(body), `"RELEASED"`) {
					t.Errorf("the order's status did not flow on: %s %v", body, err)
				}

				w.exec(drift.undoes)
				w.pass("2h")
				w.mustRun("run", "--until-idle")
				w.wants("SELECT EXT_REF FROM SOHD ORDER BY EXT_REF", "O1", "O2")
				if status := w.mustRun("status"); strings.Contains(status, drift.says) {
					t.Errorf("the status still speaks of it:\n%s", status)
				}
				w.mustRun("reconcile")
			})
		}
	}
}
