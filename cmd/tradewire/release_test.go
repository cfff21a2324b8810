package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// staffed lets the people of the starter's example decide about credit, as a user would.
func (w *workshop) staffed() {
	w.t.Helper()
	w.edit("policies/credit.yaml", "# people:", "people:")
	for _, name := range []string{"wong", "chan", "lam", "mei"} {
		w.edit("policies/credit.yaml", "#   "+name+":", "  "+name+":")
	}
	w.edit("policies/credit.yaml", `up_to: "HKD 1,000,000.00"`, `up_to: "HKD 1,000.50"`)
	w.edit("mappings/order_in.yaml", "# created_by:", "created_by:")
	w.mustRun("lint")
}

// credits is what tradewire credit VERB says of an order; code is what it exits with.
func (w *workshop) credits(code int, args ...string) string {
	w.t.Helper()
	out, errOut, got := w.tradewire(append([]string{"credit"}, args...)...)
	require.Equal(w.t, code, got, "%v: %s%s", args, out, errOut)
	return out + errOut
}

// onHold are the held orders with their reasons.
func (w *workshop) onHold(args ...string) (held []string) {
	w.t.Helper()
	var v struct{ Held []heldView }
	require.NoError(w.t, json.Unmarshal([]byte(w.credits(0, append([]string{"holds", "--json"}, args...)...)), &v))
	for _, h := range v.Held {
		one := h.Order
		for _, r := range h.Reasons {
			one += " " + string(r)
		}
		if h.Ready {
			one += " READY_TO_RELEASE"
		}
		held = append(held, one)
	}
	return held
}

func TestAnOrderOverTheLimitGoesToTheERPWhenTwoPeopleHaveSigned(t *testing.T) {
	everyWay(t, func(t *testing.T, w *workshop) {
		w.staffed()
		w.mustRun("run", "--until-idle")
		w.inbox(1, ordering("A", 1, 1100, nil)) // 11,000.50 of 10,000
		w.inbox(2, ordering("B", 1, 200, nil))  // fits, and goes
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"B"}, w.inERP())
		require.Equal(t, []string{"SO-A LIMIT_EXCEEDED"}, w.onHold("--account", "K1"))
		require.Empty(t, w.onHold("--account", "K2"))

		assert.Contains(t, w.credits(1, "release", "SO-A", "--as", "lam", "--reason", "please"), "its release needs SALES_MANAGER, GENERAL_MANAGER")
		assert.Contains(t, w.credits(1, "release", "SO-A", "--as", "wong", "--reason", "pays on Friday"), "the cap is HKD 1,000.50", "B is there, too")
		w.inbox(3, ordering("B", 2, 200, map[string]any{"status": "cancelled"}))
		w.mustRun("run", "--until-idle")
		assert.Contains(t, w.credits(0, "release", "SO-A", "--as", "wong", "--reason", "pays on Friday", "--review", "2026-03-10"), "until GENERAL_MANAGER signs")
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"B"}, w.inERP(), "the sales manager alone: it stays")
		assert.Contains(t, w.credits(0, "holds"), "wong until 2026-04-01")
		assert.Contains(t, w.credits(0, "release", "SO-A", "--as", "chan", "--reason", "agreed"), "is released")
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A", "B"}, w.inERP())
		require.Equal(t, "no order is held\n", w.credits(0, "holds"))
		assert.Contains(t, w.credits(0, "explain", "SO-A"), "approved by wong (SALES_MANAGER) on 2026-03-02: up to HKD 11,000.50, until 2026-04-01: pays on Friday")
		told := w.mustRun("trace", "SO-A")
		assert.Contains(t, told, "release by lam of revision 1: please; refused: lam is BRANCH_MANAGER")
		assert.Contains(t, told, "its release is signed by chan (GENERAL_MANAGER)")

		w.inbox(4, ordering("A", 2, 1050, nil))
		w.mustRun("run", "--until-idle")
		require.Empty(t, w.onHold(), "less than was released")
		w.inbox(5, ordering("A", 3, 1101, nil))
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"SO-A LIMIT_EXCEEDED RELEASE_EXPIRED"}, w.onHold(), "more than was released")
		w.mustRun("reconcile")
	})
}

func TestPeopleRejectHoldAndDoNotReleaseTheirOwnOrders(t *testing.T) {
	everyWay(t, func(t *testing.T, w *workshop) {
		w.staffed()
		w.mustRun("run", "--until-idle")
		w.inbox(1, ordering("A", 1, 1001, map[string]any{"created_by": "C.Chan"}))
		w.mustRun("run", "--until-idle")
		assert.Contains(t, w.credits(1, "release", "SO-A", "--as", "chan", "--reason", "mine"), "segregation of duties")
		assert.Contains(t, w.credits(0, "reject", "SO-A", "--as", "chan", "--reason", "no more risk"), "is cancelled, rejected by chan")
		assert.Contains(t, w.credits(0, "explain", "SO-A"), "rejected by chan")

		w.inbox(2, ordering("F", 1, 100, nil))
		w.mustRun("run", "--until-idle")
		assert.Contains(t, w.credits(0, "hold", "SO-F", "--as", "lam", "--reason", "their bank has called"), "needs GENERAL_MANAGER")
		w.inbox(3, ordering("G", 1, 1100, nil))
		w.inbox(4, ordering("H", 1, 1050, nil))
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"SO-F FORCED READY_TO_RELEASE", "SO-G LIMIT_EXCEEDED", "SO-H LIMIT_EXCEEDED"}, w.onHold(), "there is room, and it stays")
		assert.Contains(t, strings.Join(w.told("planning"), "\n"), "order_suspended", "departments know that it is suspended")
		w.exec("UPDATE CUSM SET CR_LMT = 30000 WHERE CU_NO = 'K1'")
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"SO-F FORCED READY_TO_RELEASE"}, w.onHold(), "the line goes on behind it")
		require.Equal(t, []string{"F", "G", "H"}, w.inERP())

		w.inbox(5, ordering("A", 2, 1, nil))
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A", "F", "G", "H"}, w.inERP(), "a later revision is a new decision")
		w.credits(0, "release", "SO-F", "--as", "chan", "--reason", "it was a mistake")
		w.mustRun("run", "--until-idle")
		require.Empty(t, w.onHold())
		w.mustRun("reconcile")
	})
}

func TestADecisionNeedsANameAReasonAndDaysToCome(t *testing.T) {
	w := newWorkshop(t)
	w.refused(2, 5, []string{"--as is missing", "--reason is missing", "2026-01-01 lies in the past", `"soon" is not a day`, `"much" is no amount`},
		"credit", "release", "SO-A", "--until", "2026-01-01", "--review", "soon", "--amount", "much")
	w.mustRun("run", "--until-idle")
	w.refused(1, 1, []string{"SO-Z"}, "credit", "reject", "SO-Z", "--as", "wong", "--reason", "no")
	w.inbox(1, ordering("A", 1, 1001, nil))
	w.mustRun("run", "--until-idle")
	assert.Contains(t, w.credits(1, "release", "SO-A", "--as", "wong", "--reason", "no"), "nobody under people")
}
