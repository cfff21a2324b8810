package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/pipelines/store"
)

// planned is what tradewire plan says.
func (w *workshop) planned() (v planView) {
	w.t.Helper()
	require.NoError(w.t, json.Unmarshal([]byte(w.mustRun("plan", "--json")), &v))
	return v
}

// does is what becomes of each order in a plan.
func (v planView) does() map[string]string {
	does := map[string]string{}
	for _, o := range v.Orders {
		does[o.Key] = o.Does
	}
	return does
}

// ordering is a step with one order of two lines.
func ordering(id string, revision, qty int, more map[string]any) scenarioStep {
	order := map[string]any{"id": id, "revision": revision, "customer": "K1", "lines": []any{
		map[string]any{"no": 1, "sku": "P1", "qty": qty, "price": "10"}, map[string]any{"no": 2, "sku": "P1", "qty": 1, "price": "0.5"}}}
	for name, v := range more {
		order[name] = v
	}
	return scenarioStep{Orders: []map[string]any{order}}
}

// table is what a table of the ERP holds: by the row's key its cells.
func (w *workshop) table(name string, key ...string) map[string]map[string]string {
	w.t.Helper()
	rows, err := w.erp.QueryContext(w.t.Context(), "SELECT * FROM "+name)
	require.NoError(w.t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(w.t, err)
	held := map[string]map[string]string{}
	for rows.Next() {
		cells, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			pointers[i] = &cells[i]
		}
		require.NoError(w.t, rows.Scan(pointers...))
		row := map[string]string{}
		for i, c := range cells {
			row[columns[i]] = shown(c)
		}
		var at []string
		for _, column := range key {
			at = append(at, row[column])
		}
		held[strings.Join(at, "/")] = row
	}
	require.NoError(w.t, rows.Err())
	return held
}

// erpRows are all rows that a plan may speak of, by table and key; a line by its header's key before its own.
func (w *workshop) erpRows() map[string]map[string]string {
	all := map[string]map[string]string{}
	for key, row := range w.table("SOHD", "SO_NO") {
		all["SOHD "+key] = row
	}
	for key, row := range w.table("SOLN", "SO_NO", "LN_NO") {
		all["SOLN "+key] = row
	}
	return all
}

// foretold is what the ERP holds when a plan has been done: what it held, with the plan's rows.
func (v planView) foretold(t *testing.T, before map[string]map[string]string) map[string]map[string]string {
	after := map[string]map[string]string{}
	for at, row := range before {
		after[at] = map[string]string{}
		for column, cell := range row {
			after[at][column] = cell
		}
	}
	for _, o := range v.Orders {
		for _, e := range o.Entries {
			for _, r := range e.Rows {
				at := r.Table + " " + r.Key
				if r.Table == "SOLN" {
					at = "SOLN " + e.Reference + "/" + r.Key
				}
				switch r.Does {
				case "DELETE":
					require.Contains(t, after, at)
					delete(after, at)
					continue
				case "INSERT":
					require.NotContains(t, after, at)
					after[at] = map[string]string{}
					if r.Table == "SOLN" {
						after[at]["SO_NO"] = e.Reference
					}
				}
				require.Contains(t, after, at)
				for _, c := range r.Cells {
					if r.Does == "UPDATE" {
						require.Equal(t, after[at][c.Field], text(c.Was), "%s %s was", at, c.Field)
					}
					after[at][c.Field] = text(c.Is)
				}
			}
		}
	}
	return after
}

func text(v any) string {
	if v == nil {
		return "<nil>"
	}
	return shown(fmt.Sprint(v))
}

// agree compares what was foretold with what came. Of a new row only the columns that are given are foretold.
func agree(t *testing.T, foretold, came map[string]map[string]string) {
	t.Helper()
	for at, row := range came {
		want, told := foretold[at]
		require.True(t, told, "%s was not foretold", at)
		for column, cell := range want {
			require.Equal(t, cell, row[column], "%s %s", at, column)
		}
	}
	require.Len(t, came, len(foretold), "every row that was foretold came")
}

// everyWay runs a test on a store in a file and on one in a server, where the ERP is one too.
func everyWay(t *testing.T, do func(t *testing.T, w *workshop)) {
	t.Run("in a file", func(t *testing.T) { do(t, newWorkshop(t)) })
	t.Run("in a server", func(t *testing.T) { do(t, newServerWorkshop(t)) })
}

func TestARunDoesWhatWasPlannedOnEveryRow(t *testing.T) {
	everyWay(t, func(t *testing.T, w *workshop) {
		first := w.planned()
		require.Empty(t, first.Orders, "before the first run there is no store, and none is made")
		for n, step := range []scenarioStep{ordering("CHANGED", 1, 5, nil), ordering("SAME", 1, 5, nil), ordering("SHORTER", 1, 5, nil), ordering("GONE", 1, 5, nil), ordering("CANCELLED", 1, 5, nil)} {
			w.inbox(n, step)
		}
		plan := w.planned()
		require.Equal(t, map[string]int{"INSERT": 5}, plan.Totals.Orders)
		before := w.erpRows()
		w.mustRun("run", "--until-idle")
		agree(t, plan.foretold(t, before), w.erpRows())

		w.exec("DELETE FROM SOLN WHERE SO_NO = (SELECT SO_NO FROM SOHD WHERE EXT_REF = 'GONE')")
		w.exec("DELETE FROM SOHD WHERE EXT_REF = 'GONE'")
		shorter := ordering("SHORTER", 2, 9, nil)
		shorter.Orders[0]["lines"] = shorter.Orders[0]["lines"].([]any)[:1]
		for n, step := range []scenarioStep{ordering("CHANGED", 2, 7, map[string]any{"remarks": "先发一半"}), ordering("SAME", 1, 5, nil), shorter, ordering("GONE", 2, 6, nil),
			ordering("CANCELLED", 2, 5, map[string]any{"status": "cancelled"}), ordering("NEW", 1, 3, nil), ordering("BIG", 1, 9_000_000, nil),
			{Raw: []string{`{"id": "BAD", "revision": 1, "lines": "none"}`}}} {
			w.inbox(10+n, step)
		}
		plan, before = w.planned(), w.erpRows()
		require.Equal(t, map[string]string{"CHANGED": "UPDATE", "SAME": "UNCHANGED", "SHORTER": "UPDATE", "GONE": "CONFLICT", "CANCELLED": "UPDATE", "NEW": "INSERT", "BIG": "HOLD", "BAD": "REFUSED"}, plan.does())
		require.Equal(t, before, w.erpRows(), "a plan writes nothing")
		papers, notices := plan.Totals.Papers, plan.Totals.Messages
		require.NotZero(t, papers)
		require.NotZero(t, notices)
		w.mustRun("run", "--until-idle", "--plan", plan.Hash)
		agree(t, plan.foretold(t, before), w.erpRows())
		for _, e := range append(plan.Papers, plan.Alerts...) {
			for _, f := range e.Files {
				found, err := filepath.Glob(filepath.Join(w.dir, "*", f))
				require.NoError(t, err)
				require.Len(t, found, 1, "%s goes out as planned", f)
			}
		}
		after := w.planned()
		require.Empty(t, after.Totals.Rows)
		require.Zero(t, after.Totals.Papers+after.Totals.Messages)
		require.NotContains(t, w.mustRun("deadletters"), "GONE", "it was refused once, as planned, and is due again later")
		w.mustRun("run", "--until-idle")
		require.Contains(t, w.mustRun("deadletters"), "GONE")
	})
}

func TestAPlanIsRefusedWhenSomethingHasChanged(t *testing.T) {
	changes := map[string]func(w *workshop){
		"an order came": func(w *workshop) { w.inbox(20, ordering("LATE", 1, 1, nil)) },
		"an order changed in the ERP, in a column that the plan writes": func(w *workshop) {
			w.exec("UPDATE SOLN SET QTY = 77 WHERE SO_NO = 'SO000001' AND LN_NO = 1")
		},
		"the ERP gave the next number away": func(w *workshop) { w.exec("UPDATE CNTR SET NXT_NO = NXT_NO + 1") },
		"a customer was stopped":            func(w *workshop) { w.exec("UPDATE CUSM SET CR_LMT = 1 WHERE CU_NO = 'K1'") },
	}
	for what, change := range changes {
		t.Run(what, func(t *testing.T) {
			w := newWorkshop(t)
			w.inbox(1, ordering("O1", 1, 5, nil))
			w.mustRun("run", "--until-idle")
			w.inbox(2, ordering("O1", 2, 7, nil))
			w.inbox(3, ordering("O2", 1, 7, nil))
			plan := w.planned()
			change(w)
			before, status := w.erpRows(), w.mustRun("status", "--json")
			w.refused(1, 1, []string{"something has changed since the plan " + plan.Hash, "Nothing was done"}, "run", "--until-idle", "--plan", plan.Hash)
			require.Equal(t, before, w.erpRows())
			require.Equal(t, status, w.mustRun("status", "--json"), "nothing was taken in")
			again := w.planned()
			require.NotEqual(t, plan.Hash, again.Hash)
			w.mustRun("run", "--until-idle", "--plan", again.Hash)
		})
	}
}

func TestWhatNobodyTouchesIsPlannedTheSameAgain(t *testing.T) {
	w := newWorkshop(t)
	w.inbox(1, ordering("O1", 1, 5, nil))
	w.inbox(2, ordering("O2", 1, 7_000_000, nil))
	require.Equal(t, w.planned().Hash, w.planned().Hash)
	w.refused(2, 1, []string{"write --until-idle beside --plan"}, "run", "--plan", "0123456789abcdef")
	for _, hash := range []string{"", "x", "0123456789ABCDEF"} {
		w.refused(2, 1, []string{"is not the hash of a plan"}, "run", "--until-idle", "--plan", hash)
	}
	require.Empty(t, w.inERP())
	plan := w.planned()
	w.clock.skipped += 90 * time.Minute
	require.Equal(t, plan.Hash, w.planned().Hash, "the hour does not count")
	w.refused(2, 1, []string{`there is no target "nowhere"`}, "plan", "--target", "nowhere")
}

func TestAPlanIsNotRunBesideAnotherInstance(t *testing.T) {
	w := newServerWorkshop(t)
	w.inbox(1, ordering("O1", 1, 5, nil))
	w.mustRun("run", "--until-idle")
	w.inbox(2, ordering("O2", 1, 5, nil))
	other, err := w.plant().beside(t.Context())
	require.NoError(t, err)
	_, held, err := other.Hold(t.Context(), "source inbox_orders")
	require.NoError(t, err)
	require.True(t, held)
	plan := w.planned()
	require.Equal(t, map[string]string{"O2": "INSERT"}, plan.does(), "it may be planned")
	w.refused(1, 1, []string{"another instance works on this store"}, "run", "--until-idle", "--plan", plan.Hash)
	require.Equal(t, []string{"O1"}, w.inERP())
	require.NoError(t, other.Close())
	w.mustRun("run", "--until-idle", "--plan", plan.Hash)
	require.Equal(t, []string{"O1", "O2"}, w.inERP())
}

func TestAPlanLeavesNothingBehind(t *testing.T) {
	w := newWorkshop(t)
	w.inbox(1, ordering("O1", 1, 5, nil))
	w.mustRun("run", "--until-idle")
	w.inbox(2, ordering("O2", 1, 5, nil))
	before := w.tree()
	w.mustRun("plan")
	require.Equal(t, before, w.tree())
}

// What the plan is made from is a part of it: where it would go to, how it would be written, who would be told.
func TestAPlanIsOfItsConfigurationAndOfEveryTarget(t *testing.T) {
	edits := [][3]string{
		{"tradewire.yaml", "  bank: \"Example Bank", "  bank: \"Other Bank"},
		{"pipelines/shipping.yaml", "render: [pdf, xlsx]", "render: [pdf]"},
		{"mappings/order_status.yaml", "number: number", "number: '\"ALL WRONG\"'"},
	}
	for _, edit := range edits {
		w := newWorkshop(t)
		w.inbox(1, ordering("O1", 1, 5, nil))
		plan := w.planned()
		w.edit(edit[0], edit[1], edit[2])
		w.refused(1, 1, []string{"something has changed since the plan " + plan.Hash}, "run", "--until-idle", "--plan", plan.Hash)
		require.Empty(t, w.inERP())
	}
}

func TestAPlanShowsWhatWouldNotGoOut(t *testing.T) {
	w := newWorkshop(t)
	w.edit("mappings/order_to_erp.yaml", "C62: PCS", "XXX: PCS")
	w.inbox(1, ordering("O1", 1, 5, nil))
	v := w.planned()
	require.Equal(t, map[string]string{"O1": "REFUSED"}, v.does())
	require.Contains(t, v.Orders[0].Entries[len(v.Orders[0].Entries)-1].Reason, `the code list unit does not have "C62"`)
	w.exec("DROP TABLE SOHD")
	w.edit("mappings/order_to_erp.yaml", "XXX: PCS", "C62: PCS")
	out, said, code := w.tradewire("plan")
	require.NotZero(t, code, "as the run would end")
	require.Contains(t, out, "WAIT      SO-O1")
	require.Contains(t, said, "SOHD")
}

func TestWhatAKilledPlanHasLeftIsTakenAway(t *testing.T) {
	w := newWorkshop(t)
	w.inbox(1, ordering("O1", 1, 5, nil))
	left := filepath.Join(w.dir, ".plan-1")
	require.NoError(t, os.Mkdir(left, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(left, "store.db"), []byte("x"), 0o600))
	at := filepath.Join(w.dir, ".plan-2")
	require.NoError(t, os.Mkdir(at, 0o700))
	release, err := store.Lock(filepath.Join(at, "store.db"))
	require.NoError(t, err)
	w.mustRun("plan")
	require.NoDirExists(t, left)
	require.DirExists(t, at, "another plan is at work there")
	require.NoError(t, release())
	w.mustRun("plan")
	require.NoDirExists(t, at)
}

// tree is every file of the workshop with its content; what SQLite keeps beside a file that is open is not counted.
func (w *workshop) tree() map[string]string {
	w.t.Helper()
	all := map[string]string{}
	require.NoError(w.t, fs.WalkDir(os.DirFS(w.dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "-shm") || strings.HasSuffix(path, "-wal") {
			return err
		}
		body, err := os.ReadFile(filepath.Join(w.dir, path))
		all[path] = string(body)
		return err
	}))
	return all
}

func TestAPlanIsShownToPeople(t *testing.T) {
	w := newWorkshop(t)
	w.inbox(1, ordering("O1", 1, 5, nil))
	w.mustRun("run", "--until-idle")
	w.inbox(2, ordering("O1", 2, 7, nil))
	w.inbox(3, ordering("O2", 1, 7_000_000, nil))
	said := w.mustRun("plan", "--sql")
	for _, words := range []string{"UPDATE    SO-O1\n  erp_order at erp: update SO000001\n", "      QTY              5 -> 7\n", "    UPDATE `SOLN`\n       SET ", "HOLD      SO-O2\n          LIMIT_EXCEEDED exposure HKD",
		"papers:\n  order confirmation OC-2026-00001 to Alpha Lamps", "messages:\n  order held SO-O2 to finance -> alerts (order_held-O2-1.txt)", "orders: 1 HOLD, 1 UPDATE; rows: 2 UPDATE; papers: 1; messages: 3",
		"to do exactly this: tradewire run --until-idle --plan "} {
		require.Contains(t, said, words)
	}
	require.NotContains(t, w.mustRun("plan"), "SET `")
}
