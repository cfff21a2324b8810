package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// banked is a workshop whose ERP keeps receipts in a table of their own, read with the receivables as the starter's mapping shows.
func banked(w *workshop) {
	w.exec("CREATE TABLE RCPT (RCP_NO VARCHAR(20) PRIMARY KEY, CU_NO VARCHAR(20), RCP_DT INT, UNAPL_AMT DECIMAL(12,2), EXT_REF VARCHAR(40), SORT VARCHAR(10))")
	w.edit("pipelines/master_data.yaml", "select: SELECT CU_NO, DOC_NO, DN_NO, DUE_DT, OPN_AMT FROM ARIT WHERE OPN_AMT <> 0",
		"select: SELECT CU_NO, DOC_NO, DN_NO, DUE_DT, OPN_AMT, 'AR' AS SORT, '' AS ORD_REF FROM ARIT WHERE OPN_AMT <> 0"+
			" UNION ALL SELECT CU_NO, RCP_NO, NULL, RCP_DT, UNAPL_AMT, SORT, EXT_REF FROM RCPT WHERE UNAPL_AMT <> 0")
	w.edit("mappings/receivables_from_erp.yaml", "      open: money(", "      sort: code(\"item_sort\", SORT)\n      order: ORD_REF ?? \"\"\n      open: money(")
	w.edit("mappings/receivables_from_erp.yaml", "decode: receivables\n", "decode: receivables\ncodes:\n  item_sort: {values: {AR: receivable, DRAFT: draft, RCPT: deposit}}\n")
}

func TestReceiptsOfTheERPCountAndThePrepaidOrderGoesWhenItsMoneyComes(t *testing.T) {
	everyWay(t, func(t *testing.T, w *workshop) {
		banked(w)
		w.edit("policies/credit.yaml", "prepayment: off", "prepayment: hold_until_received")
		w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR1', 'K1', 20260401, 9000)")
		w.mustRun("lint")
		w.mustRun("run", "--until-idle")
		w.inbox(1, ordering("BIG", 1, 400, nil)) // 4,000.50 of 1,000
		w.mustRun("run", "--until-idle")
		w.inbox(2, ordering("PRE", 1, 300, map[string]any{"terms": "PREPAY"})) // 3,000.50, and nothing has come
		w.mustRun("run", "--until-idle")
		require.Empty(t, w.inERP())
		assert.Contains(t, w.mustRun("credit", "explain", "PRE", "--lang", "zh"), "PREPAYMENT_NOT_RECEIVED：付款条件 PREPAY：HKD 3,000.50（总额 HKD 3,000.50）应于下单时到账，已到账 HKD 0.00：尚缺 HKD 3,000.50")

		w.exec("INSERT INTO RCPT VALUES ('RC1', 'K1', 20260302, 3000, 'PRE', 'RCPT')")
		w.mustRun("run", "--until-idle")
		require.Empty(t, w.inERP(), "50 cents are missing")
		w.exec("UPDATE RCPT SET UNAPL_AMT = 3000.50")
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"PRE"}, w.inERP(), "it takes no room: it waits for no turn")

		w.exec("INSERT INTO RCPT VALUES ('BA1', 'K1', 20260601, 500, '', 'DRAFT')")
		w.mustRun("run", "--until-idle")
		var status struct {
			Accounts []struct {
				Account, Exposure string
				Deposits          []depositView
			}
		}
		require.NoError(t, json.Unmarshal([]byte(w.mustRun("credit", "status", "K1", "--json")), &status))
		assert.Equal(t, "9500.00", status.Accounts[0].Exposure, "9,000 owed, a draft of 500, and an order that is paid")
		assert.Equal(t, []depositView{{"PRE", "3000.50", "3000.50", "3000.50"}}, status.Accounts[0].Deposits)
		assert.Contains(t, w.mustRun("credit", "status", "K1"), "PAID AHEAD FOR ORDER")
		age := w.mustRun("credit", "age", "K1")
		assert.Contains(t, age, "HKD 9,000.00")
		assert.Contains(t, age, "draft")
		assert.Contains(t, age, "PRE")
		w.mustRun("reconcile")
	})
}

func TestAnOrderThatWaitsForItsOwnMoneyStandsInNobodysWay(t *testing.T) {
	w := newWorkshop(t)
	banked(w)
	w.edit("policies/credit.yaml", "prepayment: off", "prepayment: hold_until_received")
	w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR1', 'K1', 20260401, 9900)")
	w.mustRun("run", "--until-idle")
	w.inbox(1, ordering("A", 1, 300, map[string]any{"terms": "PREPAY"}))
	w.mustRun("run", "--until-idle")
	w.inbox(2, ordering("B", 1, 40, nil)) // 400.50 of 100
	w.mustRun("run", "--until-idle")
	require.Empty(t, w.inERP())
	w.exec("UPDATE ARIT SET OPN_AMT = 9000")
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"B"}, w.inERP())
}

func TestASortThatNoItemHasIsNamedByLint(t *testing.T) {
	w := newWorkshop(t)
	banked(w)
	w.edit("mappings/receivables_from_erp.yaml", "RCPT: deposit", "RCPT: deposits")
	_, out, code := w.tradewire("lint")
	assert.Equal(t, exitConfig, code)
	assert.Contains(t, out, `items.sort cannot be "deposits" -> did you mean "deposit"?`)
}
