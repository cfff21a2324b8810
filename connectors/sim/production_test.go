package sim

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// countOf is the number that a query on the ERP answers with.
func countOf(t *testing.T, w *World, query string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(dump(t, w, query, true)))
	require.NoError(t, err)
	return n
}

// step lets the world live one step.
func step(t *testing.T, w *World) {
	t.Helper()
	_, err := w.Step(context.Background())
	require.NoError(t, err)
}

// shippedUnmade finds lines of orders that production reports of which more was shipped than made.
const shippedUnmade = `
SELECT l.SO_NO, l.LN_NO, l.QTY, l.SHP_QTY, MAX(p.MAD_QTY)
FROM SOLN l
LEFT JOIN PRRP p ON p.SO_NO = l.SO_NO AND p.LN_NO = l.LN_NO
WHERE l.SO_NO IN (SELECT SO_NO FROM PRRP)
GROUP BY l.SO_NO, l.LN_NO
HAVING l.SHP_QTY > COALESCE(MAX(p.MAD_QTY), 0)`

func TestProductionReportsAThirdOfTheOrdersAndNothingIsShippedUnmade(t *testing.T) {
	w := newWorld(t, Options{Seed: 1, Orders: 20})
	var orders []keyed
	for n := range 90 {
		orders = append(orders, keyed{so: fmt.Sprintf("S%02d", n), ref: fmt.Sprintf("X%02d", n), account: accountOf(w, "domestic").No, state: 1, quantities: []string{"1000", "250.5", "1"}})
	}
	keyInAll(t, w, orders)
	for range steps {
		step(t, w)
		require.Empty(t, dump(t, w, shippedUnmade, true))
	}
	require.InDelta(t, 30, countOf(t, w, `SELECT COUNT(DISTINCT SO_NO) FROM PRRP`), 10)
	require.Empty(t, dump(t, w, `SELECT * FROM PRRP WHERE STA_QTY < MAD_QTY OR STA_QTY <= 0`, true))
	require.Empty(t, dump(t, w, `SELECT a.SO_NO FROM PRRP a JOIN PRRP b ON b.SO_NO = a.SO_NO AND b.LN_NO = a.LN_NO AND b.PR_ID > a.PR_ID
WHERE b.STA_QTY < a.STA_QTY OR b.MAD_QTY <= a.MAD_QTY`, true), "reports are cumulative, and each tells of more")
	require.Empty(t, dump(t, w, `SELECT SO_NO FROM PRRP GROUP BY SO_NO, LN_NO HAVING MIN(MAD_QTY) <> 0 OR MIN(RPT_DT) <> 20260303`, true), "the first is written when production begins")
	require.Positive(t, countOf(t, w, `SELECT COUNT(*) FROM (SELECT SO_NO FROM PRRP GROUP BY SO_NO, LN_NO HAVING COUNT(*) > 2) x`), "some are made in parts")
	require.Positive(t, countOf(t, w, `SELECT COUNT(*) FROM (SELECT SO_NO FROM PRRP GROUP BY SO_NO HAVING MAX(MAD_QTY) = 0) x`), "some are still on the machines")
}

func TestWhatAnAmendmentAddsIsMadeBeforeItIsShipped(t *testing.T) {
	w := newWorld(t, Options{Seed: 1, Orders: 20})
	for n := range 30 {
		keyIn(t, w, fmt.Sprintf("S%02d", n), fmt.Sprintf("X%02d", n), accountOf(w, "domestic").No, 1, "1000")
	}
	grown := map[string]bool{}
	for range steps {
		step(t, w)
		for _, no := range strings.Fields(dump(t, w, `SELECT DISTINCT SO_NO FROM PRRP WHERE MAD_QTY > 0`, true)) {
			if !grown[no] {
				_, err := w.erp.Exec(`UPDATE SOLN SET QTY = QTY + 70 WHERE SO_NO = ?`, no)
				require.NoError(t, err)
				grown[no] = true
			}
		}
		require.Empty(t, dump(t, w, shippedUnmade, true))
	}
	require.Greater(t, len(grown), 4)
	require.Positive(t, countOf(t, w, `SELECT COUNT(*) FROM SOLN WHERE QTY = 1070 AND SHP_QTY = 1070 AND SO_NO IN (SELECT SO_NO FROM PRRP)`))
}

func TestSomeOrdersAreCancelledOrAmendedWhileTheyAreInProduction(t *testing.T) {
	for seed := range uint64(2) {
		w := newWorld(t, Options{Seed: seed, Orders: 200})
		changed := map[string]int{}
		for n := 1; n <= steps; n++ {
			begun := strings.Fields(dump(t, w, `SELECT DISTINCT SO_NO FROM PRRP`, true))
			for _, c := range w.story.changes[n] {
				if c.kind == "order" && c.revision == 2 && slices.Contains(begun, c.id[3:]) {
					if strings.Contains(string(c.body), `"status":"cancelled"`) {
						changed["cancelled"]++
					} else {
						changed["amended"]++
					}
				}
			}
			step(t, w)
			var fresh []keyed
			for _, c := range w.story.changes[n] { // all orders have credit here
				if c.kind == "order" && c.revision == 1 {
					fresh = append(fresh, keyed{so: c.id[3:], ref: c.id, account: accountOf(w, "domestic").No, state: 1, ordered: dayNumber(w.story.now(n)), quantities: []string{"1000"}})
				}
			}
			keyInAll(t, w, fresh)
		}
		t.Log(changed)
		require.GreaterOrEqual(t, changed["cancelled"], 2)
		require.GreaterOrEqual(t, changed["amended"], 2)
	}
}
