package main

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// otherPolicy is the policy of the workshop with changes, in a file of its own.
func (w *workshop) otherPolicy(changes ...string) string {
	w.t.Helper()
	body, err := os.ReadFile(filepath.Join(w.dir, "policies", "credit.yaml"))
	require.NoError(w.t, err)
	for i := 0; i < len(changes); i += 2 {
		require.Contains(w.t, string(body), changes[i])
	}
	name := filepath.Join(w.t.TempDir(), "other.yaml")
	require.NoError(w.t, os.WriteFile(name, []byte(strings.NewReplacer(changes...).Replace(string(body))), 0o600))
	return name
}

// replays is what another policy comes to.
func (w *workshop) replays(args ...string) (v replayView) {
	w.t.Helper()
	out := w.mustRun(append([]string{"credit", "replay", "--json"}, args...)...)
	require.NoError(w.t, json.Unmarshal([]byte(out), &v), out)
	return v
}

// differences are the orders of which the other policy says something else.
func (v replayView) differences() (all []string) {
	for _, o := range v.Orders {
		all = append(all, strings.Join([]string{o.Order, o.DecidedOn.String(), o.Then, o.Now, wordsOf(o.NowReasons), string(o.Currency), o.AtRisk}, " "))
	}
	return all
}

func TestReplayTellsWhichPastOrdersAnotherPolicyWouldHaveHeldAndWhatIsAtRisk(t *testing.T) {
	everyWay(t, func(t *testing.T, w *workshop) {
		w.staffed()
		w.mustRun("run", "--until-idle")
		w.inbox(1, ordering("A", 1, 300, nil))                               // 3,000.50 of 10,000
		w.inbox(2, ordering("B", 1, 1100, nil))                              // too much: held
		w.inbox(3, ordering("C", 1, 100, map[string]any{"terms": "PREPAY"})) // whatever the terms of the class
		w.inbox(4, ordering("D", 1, 1100, map[string]any{"customer": "K2"})) // held, and released by people
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A", "C"}, w.inERP())
		policy := filepath.Join(w.dir, "policies", "credit.yaml")
		same := w.replays("--from", "2026-03-01", "--policy", policy)
		assert.Empty(t, same.Orders, "the same policy decides as it did")
		assert.Equal(t, 4, same.Judged)

		w.pass("48h")
		w.exec("UPDATE CUSM SET CR_LMT = 40000 WHERE CU_NO = 'K1'") // what is true now is not what was true then
		w.inbox(5, ordering("E", 1, 5, nil))
		w.mustRun("run", "--until-idle")
		w.credits(0, "release", "SO-D", "--as", "wong", "--reason", "pays on Friday")
		w.credits(0, "release", "SO-D", "--as", "chan", "--reason", "agreed")
		w.mustRun("run", "--until-idle")

		stricter := w.otherPolicy("  B: 30", "  B: 20")
		v := w.replays("--from", "2026-03-01", "--policy", stricter)
		assert.Equal(t, []string{"SO-A 2026-03-02 released held TERMS_EXCEED_CLASS HKD 3000.50", "SO-E 2026-03-04 released held TERMS_EXCEED_CLASS HKD 50.50"}, v.differences())
		assert.Equal(t, []replayTotal{{Currency: "HKD", Orders: 2, AtRisk: "3051.00", InBase: new("3051.00"), Unpaid: "0.00", Overdue: "0.00"}}, v.Held)
		assert.Empty(t, v.Released)
		assert.Equal(t, "3051.00", v.Risk)
		assert.Equal(t, []int{5, 3, 0, 0}, []int{v.Judged, v.Same, v.ByPeople, v.Unknown}, "B and D were held at first, and would have been")
		assert.NotEqual(t, v.Policy, v.Orders[0].Policy)
		assert.Contains(t, strings.Join(v.Orders[0].Explanation, "\n"), "class B may have 20 days")

		looser := w.otherPolicy("tolerance: 0%", "tolerance: 50%")
		v = w.replays("--from", "2026-03-02", "--to", "2026-03-02", "--policy", looser, "--lang", "zh")
		assert.Equal(t, []string{"SO-B 2026-03-02 held released  HKD 11000.50", "SO-D 2026-03-02 held released  HKD 11000.50"}, v.differences(), "each by itself")
		assert.Contains(t, strings.Join(v.Orders[0].Explanation, "\n"), "决定：放行")
		assert.Empty(t, v.Held)
		assert.Equal(t, "22001.00", v.Released[0].AtRisk)

		v = w.replays("--from", "2026-03-03", "--to", "2026-03-03", "--policy", stricter)
		assert.Zero(t, v.Judged, "nothing was decided that day")
		v = w.replays("--from", "2026-03-03", "--policy", stricter)
		assert.Equal(t, []string{"SO-B 2026-03-04 released held TERMS_EXCEED_CLASS HKD 11000.50", "SO-E 2026-03-04 released held TERMS_EXCEED_CLASS HKD 50.50"}, v.differences(),
			"B went by itself when the limit rose")
		assert.Equal(t, 1, v.ByPeople, "D, which two people released")

		table := w.mustRun("credit", "replay", "--from", "2026-03-01", "--policy", stricter, "--rows", "1")
		for _, says := range []string{"SO-A", "TERMS_EXCEED_CLASS", "HKD 3,000.50", "and 1 more orders", "money at risk: HKD 3,051.00", "5 orders decided again, 3 of them as before"} {
			assert.Contains(t, table, says)
		}
		assert.NotContains(t, table, "SO-E")
	})
}

func TestReplayShowsWhatIsUnpaidAndOverdueTodayOfTheMoneyAtRisk(t *testing.T) {
	w := newWorkshop(t)
	w.mustRun("run", "--until-idle")
	w.inbox(1, ordering("A", 1, 300, nil))
	w.mustRun("run", "--until-idle")
	w.exec(`INSERT INTO DNHD (DN_ID, DN_NO, SO_NO, SHP_DT) VALUES (1, 'DN1', (SELECT SO_NO FROM SOHD WHERE EXT_REF = 'A'), 20260302);
INSERT INTO DNLN VALUES ('DN1', 1, 1, 300, 'PCS')`)
	w.mustRun("run", "--until-idle")
	w.exec(`INSERT INTO ARIT (DOC_NO, CU_NO, DN_NO, DUE_DT, OPN_AMT) VALUES ('AR1', 'K1', 'DN1', 20260303, 1000), ('AR2', 'K1', 'DN1', 20260401, 500), ('AR3', 'K1', NULL, 20260301, 7)`)
	w.pass("72h")
	w.mustRun("run", "--until-idle")
	v := w.replays("--from", "2026-03-01", "--policy", w.otherPolicy("  B: 30", "  B: 20"))
	require.Len(t, v.Held, 1, "%+v", v)
	assert.Equal(t, "3000.50 1500.00 1000.00", v.Held[0].AtRisk+" "+v.Held[0].Unpaid+" "+v.Held[0].Overdue)
}

func TestReplayGuessesNothingOfOrdersThatWereDecidedBeforeEnoughWasKept(t *testing.T) {
	w := newWorkshop(t)
	w.mustRun("run", "--until-idle")
	w.inbox(1, ordering("A", 1, 300, nil))
	w.inbox(2, ordering("B", 1, 3, nil))
	w.mustRun("run", "--until-idle")
	w.forgetBasis("A")
	v := w.replays("--from", "2026-03-01", "--policy", w.otherPolicy("  B: 30", "  B: 20"))
	assert.Equal(t, []int{1, 1}, []int{v.Judged, v.Unknown})
	assert.Equal(t, []string{"SO-B 2026-03-02 released held TERMS_EXCEED_CLASS HKD 30.50"}, v.differences())
	assert.Contains(t, w.mustRun("credit", "replay", "--from", "2026-03-01", "--policy", filepath.Join(w.dir, "policies", "credit.yaml")), "of 1 more not enough is known")
}

func TestReplayRefusesAWrongCommandLineAndAWrongPolicy(t *testing.T) {
	w := newWorkshop(t)
	w.mustRun("run", "--until-idle")
	good := filepath.Join(w.dir, "policies", "credit.yaml")
	bad := w.otherPolicy("watch_above: 90%", "watch_above: 70%")
	for says, args := range map[string][]string{
		"name the first day":         {"--policy", good},
		"the other policy":           {"--from", "2026-03-01"},
		"--from":                     {"--from", "1.3.2026", "--policy", good},
		"--to":                       {"--from", "2026-03-01", "--to", "soon", "--policy", good},
		"comes before 2026-03-02":    {"--from", "2026-03-02", "--to", "2026-03-01", "--policy", good},
		"read the policy":            {"--from", "2026-03-01", "--policy", filepath.Join(w.dir, "none.yaml")},
		"write en or zh":             {"--from", "2026-03-01", "--policy", good, "--lang", "fr"},
		"bad-policy watch_above 70%": {"--from", "2026-03-01", "--policy", bad},
	} {
		assert.Contains(t, w.credits(exitConfig, append([]string{"replay"}, args...)...), says)
	}
}

// forgetBasis makes an order one that was decided before its basis was kept.
func (w *workshop) forgetBasis(order string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "store.db"))
	require.NoError(w.t, err)
	defer db.Close()
	result, err := db.ExecContext(w.t.Context(), `UPDATE revision SET body = json_remove(CAST(body AS TEXT), '$.credit.basis') WHERE kind = 'sales_order' AND doc_key = ?`, order)
	require.NoError(w.t, err)
	n, err := result.RowsAffected()
	require.NoError(w.t, err)
	require.NotZero(w.t, n)
}
