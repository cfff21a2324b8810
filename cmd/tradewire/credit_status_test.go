package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
)

func TestStatusTellsHowOldItIsAndWhenALimitEnds(t *testing.T) {
	w := newWorkshop(t)
	w.edit("mappings/account_from_erp.yaml", "  currency: CUR_CD", "  currency: CUR_CD\n  limit_to: date(\"2026-03-20\")")
	w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR1', 'K1', 20260401, 9500)")
	w.mustRun("run", "--until-idle")
	w.pass("5h")
	var status struct {
		Accounts []accountView `json:"accounts"`
	}
	require.NoError(t, json.Unmarshal([]byte(w.mustRun("credit", "status", "K1", "--json")), &status))
	require.Len(t, status.Accounts, 1)
	account := status.Accounts[0]
	assert.Equal(t, document.LevelWatch, account.Level)
	assert.Equal(t, "2026-03-20", account.LimitTo)
	require.NotNil(t, account.Age)
	assert.InDelta(t, 300, *account.Age, 5)
	at, err := time.Parse(time.RFC3339, account.LookAt)
	require.NoError(t, err)
	assert.True(t, at.After(monday), "%s", at)

	for args, says := range map[string][]string{"": {"5 h ago", "2026-03-20", "WATCH"}, "K1": {"people were told last", "watch", "looked at again"}} {
		line := []string{"credit", "status"}
		if args != "" {
			line = append(line, args)
		}
		out := w.mustRun(line...)
		for _, word := range says {
			assert.Contains(t, out, word)
		}
	}
}

func TestAHeldOrderOfACustomerWithoutALatinNameIsListedByItsLocalName(t *testing.T) {
	o := &document.SalesOrder{Customer: "C1", Credit: &document.CreditDecision{}, Party: &document.Party{LocalName: "云杉电器"}}
	assert.Equal(t, "云杉电器", viewOf(o).Customer)
	o.Party.Name = "Spruce"
	assert.Equal(t, "Spruce", viewOf(o).Customer)
	o.Party = &document.Party{}
	assert.Equal(t, "C1", viewOf(o).Customer)
}

func TestWhoReadsOfCreditReadsTheCRMsRevisionTheCompanysTimeAndItsOwnLanguage(t *testing.T) {
	everyWay(t, func(t *testing.T, w *workshop) {
		w.mustRun("run", "--until-idle")
		w.inbox(1, ordering("A", 1, 10, nil))
		w.inbox(2, ordering("A", 2, 11, nil))
		w.mustRun("run", "--until-idle")
		assert.Contains(t, w.mustRun("credit", "explain", "SO-A"), "order SO-A, the CRM's revision 2: released")
		said := w.mustRun("credit", "explain", "SO-A", "--lang", "zh")
		assert.Contains(t, said, "订单 SO-A，CRM版本 2：已放行")
		assert.NotContains(t, said, "released")
		assert.Regexp(t, `receivables last read +\d{4}-\d\d-\d\d \d\d:\d\d\n`, w.mustRun("credit", "status", "K1"))
	})
}
