package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inERP are the orders that the ERP has.
func (w *workshop) inERP() []string { return w.query("SELECT EXT_REF FROM SOHD ORDER BY EXT_REF") }

func TestHeldOrdersGoByThemselvesFirstInFirstOutWhenThereIsRoom(t *testing.T) {
	everyWay(t, func(t *testing.T, w *workshop) {
		w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR1', 'K1', 20260401, 9000)")
		w.mustRun("run", "--until-idle")
		w.inbox(1, ordering("A", 1, 400, nil)) // 4,000.50 of 1,000
		w.mustRun("run", "--until-idle")
		w.inbox(2, ordering("B", 1, 50, nil)) // 500.50: would fit, and does not overtake by itself
		w.inbox(3, ordering("C", 1, 300, nil))
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"B"}, w.inERP(), "B fits when it comes: only what is held waits in line")

		w.inbox(4, ordering("D", 1, 20, map[string]any{"terms": "NET30"}))
		w.mustRun("run", "--until-idle")
		w.exec("UPDATE ARIT SET OPN_AMT = 8000 WHERE DOC_NO = 'AR1'") // a receipt: 2,000 less 500.50 and 200.50
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"B", "D"}, w.inERP(), "A does not fit yet, and C, which came after it, waits behind it")

		w.exec("UPDATE ARIT SET OPN_AMT = 5000 WHERE DOC_NO = 'AR1'") // room for A alone
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A", "B", "D"}, w.inERP())
		w.exec("UPDATE CUSM SET CR_LMT = 13000 WHERE CU_NO = 'K1'") // the limit is raised
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A", "B", "C", "D"}, w.inERP())
		w.mustRun("reconcile")
	})
}

func TestAnOrderThatLeavesTheLineMakesWayForTheNext(t *testing.T) {
	w := newWorkshop(t)
	w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR1', 'K1', 20260401, 9500)")
	w.mustRun("run", "--until-idle")
	w.inbox(1, ordering("A", 1, 400, nil))
	w.inbox(2, ordering("B", 1, 60, nil))
	w.mustRun("run", "--until-idle")
	require.Empty(t, w.inERP())
	w.exec("UPDATE ARIT SET OPN_AMT = 9000 WHERE DOC_NO = 'AR1'")
	w.mustRun("run", "--until-idle")
	require.Empty(t, w.inERP(), "B would fit, and A was there first")
	w.inbox(3, ordering("A", 2, 400, map[string]any{"status": "cancelled"}))
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"B"}, w.inERP())
}

func TestWhoGoesFirstIsSaidByThePolicy(t *testing.T) {
	ways := []struct{ name, from, to, owed, goes string }{
		{"the first that was held", "  order: fifo ", "  order: fifo ", "5000", "A"},
		{"the best class", "  order: fifo ", "  order: class_first\n  classes: [A, B]\n  # ", "5000", "B"},
		{"the first that fits", "  skip: false ", "  skip: true ", "6900", "B"},
		{"nobody, where the first does not fit", "  skip: false ", "  skip: false ", "6900", ""},
	}
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			w := newWorkshop(t)
			w.edit("policies/credit.yaml", way.from, way.to)
			w.edit("mappings/customer_from_erp.yaml", "class: ", "class: 'CU_NM == \"Beta Tools\" ? \"A\" : \"B\"' #")
			w.edit("mappings/customer_from_erp.yaml", "account: CU_NO", "account: '\"K1\"'") // one account for both
			w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR1', 'K1', 20260401, 10000)")
			w.mustRun("run", "--until-idle")
			w.inbox(1, ordering("A", 1, 400, nil))
			w.mustRun("run", "--until-idle")
			w.inbox(2, ordering("B", 1, 300, map[string]any{"customer": "K2"}))
			w.mustRun("run", "--until-idle")
			require.Empty(t, w.inERP())
			w.exec("UPDATE ARIT SET OPN_AMT = " + way.owed + " WHERE DOC_NO = 'AR1'")
			w.mustRun("run", "--until-idle")
			require.Equal(t, way.goes, strings.Join(w.inERP(), " "))
		})
	}
}

func TestWhatPeopleStoppedAndTermsThatAreNotGrantedDoNotGoByThemselves(t *testing.T) {
	w := newWorkshop(t)
	w.mustRun("run", "--until-idle")
	w.inbox(1, ordering("A", 1, 5, map[string]any{"terms": "NET90"}))
	w.inbox(2, ordering("B", 1, 2000, nil))
	w.mustRun("run", "--until-idle")
	require.Empty(t, w.inERP())
	w.exec("UPDATE CUSM SET CR_LMT = 50000 WHERE CU_NO = 'K1'")
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"B"}, w.inERP(), "A is not in its way")
}
