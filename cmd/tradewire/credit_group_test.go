package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// grouped lets the accounts K1 and K2 share the limit of K3.
func (w *workshop) grouped() {
	w.edit("mappings/account_from_erp.yaml", "  # group: 'PAR_NO == nil || PAR_NO == CU_NO ? \"\" : PAR_NO' ", "  group: 'CU_NO == \"K3\" ? \"\" : \"K3\"' #")
	w.exec("UPDATE CUSM SET CU_STS = 1 WHERE CU_NO = 'K3'")
}

func TestOrdersThatAGroupHoldsGoFirstInFirstOutOverAllItsAccounts(t *testing.T) {
	everyWay(t, func(t *testing.T, w *workshop) {
		w.grouped()
		w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR1', 'K3', 20260401, 9000)")
		w.mustRun("run", "--until-idle")
		w.inbox(1, ordering("A", 1, 400, nil)) // 4,000.50 of the 1,000 that are left to all
		w.mustRun("run", "--until-idle")
		w.inbox(2, ordering("B", 1, 300, map[string]any{"customer": "K2"}))
		w.mustRun("run", "--until-idle")
		require.Empty(t, w.inERP(), "each account has room, and their group has not")
		w.exec("UPDATE ARIT SET OPN_AMT = 6500 WHERE DOC_NO = 'AR1'")
		w.mustRun("run", "--until-idle")
		require.Empty(t, w.inERP(), "B would fit; A, of another account of the group, was there first")
		w.exec("UPDATE ARIT SET OPN_AMT = 5000 WHERE DOC_NO = 'AR1'")
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A"}, w.inERP())

		w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR2', 'K2', 20260401, 9000)")
		w.exec("UPDATE CUSM SET CR_LMT = 50000 WHERE CU_NO = 'K3'")
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A"}, w.inERP(), "the group has room, and now its own account has none")
		w.exec("UPDATE ARIT SET OPN_AMT = 6000 WHERE DOC_NO = 'AR2'")
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A", "B"}, w.inERP())
		w.mustRun("reconcile")
	})
}

func TestOrdersOfAnAccountThatLeavesItsGroupDoNotWaitForItAnyMore(t *testing.T) {
	w := newWorkshop(t)
	w.grouped()
	w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR1', 'K3', 20260401, 9000)")
	w.mustRun("run", "--until-idle")
	w.inbox(1, ordering("A", 1, 400, nil))
	w.mustRun("run", "--until-idle")
	w.inbox(2, ordering("B", 1, 300, map[string]any{"customer": "K2"}))
	w.inbox(3, ordering("C", 1, 200, map[string]any{"customer": "K2"}))
	w.mustRun("run", "--until-idle")
	require.Empty(t, w.inERP())
	w.edit("mappings/account_from_erp.yaml", "CU_NO == \"K3\" ? ", "CU_NO != \"K1\" ? ") // K2 owes nothing, and leaves
	w.exec("UPDATE CUSM SET CU_NM = 'Beta Tools Ltd.' WHERE CU_NO = 'K2'")
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"B", "C"}, w.inERP())
}

func TestStatusHoldsAndExplainTellOfAGroup(t *testing.T) {
	w := newWorkshop(t)
	w.grouped()
	w.mustRun("run", "--until-idle")
	w.inbox(1, ordering("A", 1, 700, nil))
	w.mustRun("run", "--until-idle")
	w.inbox(2, ordering("B", 1, 300, map[string]any{"customer": "K2"}))
	w.mustRun("run", "--until-idle")

	group := w.mustRun("credit", "status", "K3")
	for _, says := range []string{"member K1", "HKD 7,000.50", "member K2", "HKD 0.00", "SO-B"} {
		assert.Contains(t, group, says)
	}
	member := w.mustRun("credit", "status", "K2")
	assert.Contains(t, member, "group K3")
	assert.Contains(t, member, "HKD 2,999.50 of HKD 10,000.00 available to all its accounts")
	var told struct {
		Accounts []struct {
			Group   *groupView   `json:"group"`
			Members []memberView `json:"members"`
		} `json:"accounts"`
	}
	require.NoError(t, json.Unmarshal([]byte(w.mustRun("credit", "status", "--json")), &told))
	require.Len(t, told.Accounts, 3)
	assert.Equal(t, "2999.50", *told.Accounts[0].Group.Available)
	assert.Nil(t, told.Accounts[2].Group)
	assert.Equal(t, "K1", told.Accounts[2].Members[0].Account)

	assert.Contains(t, w.mustRun("credit", "holds"), "LIMIT_EXCEEDED, group K3")
	assert.Contains(t, w.mustRun("credit", "holds", "--account", "K3"), "SO-B")
	assert.Contains(t, w.mustRun("credit", "explain", "SO-B"),
		"group K3: exposure HKD 7,000.50 + its open part HKD 3,000.50 = HKD 10,001.00, limit HKD 10,000.00: HKD 1.00 beyond it")
	assert.Contains(t, w.mustRun("credit", "explain", "SO-B", "--lang", "zh"), "集团 K3：信用占用 HKD 7,000.50")

	w.edit("mappings/account_from_erp.yaml", "CU_NO == \"K3\" ? \"\" : \"K3\"", "CU_NO == \"K2\" ? \"K9\" : \"\"")
	w.exec("UPDATE CUSM SET CU_NM = 'Beta Tools Ltd.' WHERE CU_NO = 'K2'")
	w.mustRun("run", "--until-idle")
	assert.Contains(t, w.mustRun("credit", "status", "K2"), "not told of yet: orders of its accounts wait for it")
	assert.Contains(t, w.mustRun("credit", "status"), "it is only named as a group")
	w.inbox(3, ordering("C", 1, 1, map[string]any{"customer": "K2"}))
	w.mustRun("run", "--until-idle")
	assert.Contains(t, w.mustRun("deadletters"), "there is no credit_account K9")
	w.exec("INSERT INTO CUSM VALUES ('K9', 'Lamps and Tools Holding', 1, 4000.00, 'HKD')")
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"A", "B", "C"}, w.inERP(), "what has waited for the group goes when it is known")
}
