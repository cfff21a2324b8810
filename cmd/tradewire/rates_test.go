package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
)

// countsAtTheDay lets orders take their rates from a table of the ERP, as a user would. Today is 2026-03-02.
func (w *workshop) countsAtTheDay() {
	w.t.Helper()
	w.exec("CREATE TABLE XRAT (RT_ID VARCHAR(190) PRIMARY KEY, FR_CUR VARCHAR(190) NOT NULL, TO_CUR VARCHAR(190) NOT NULL, RT_DT INTEGER NOT NULL, RT DECIMAL(18,10) NOT NULL)")
	w.edit("policies/credit.yaml", "dated_rates: false", "dated_rates: true")
	w.edit("policies/credit.yaml", "rates:                          # one unit of each currency in base_currency; a missing rate holds the order\n  HKD: \"1\"\n  USD: \"7.80\"\n  CNY: \"1.10\"\nbase_currency: HKD\n", "")
	path := filepath.Join(w.dir, "pipelines/master_data.yaml")
	body, err := os.ReadFile(path)
	require.NoError(w.t, err)
	before, rates, found := strings.Cut(string(body), "  # - name: erp_rates\n")
	require.True(w.t, found)
	rates, _, _ = strings.Cut("  # - name: erp_rates\n"+rates, "\n\n")
	require.NoError(w.t, os.WriteFile(path, []byte(before+strings.TrimPrefix(strings.ReplaceAll("\n"+rates, "\n  # ", "\n  "), "\n")+"\n"), 0o644))
	w.mustRun("lint")
}

// standsAt is what released orders of an account count for.
func (w *workshop) standsAt(customer string) string {
	w.t.Helper()
	var v struct {
		Accounts []struct {
			Parts document.Exposure `json:"parts"`
		} `json:"accounts"`
	}
	out := w.credits(0, "status", customer, "--json")
	require.NoError(w.t, json.Unmarshal([]byte(out), &v), out)
	require.Len(w.t, v.Accounts, 1, out)
	return v.Accounts[0].Parts.OpenOrders.Amount.Fixed(2)
}

func TestOrdersCountAtTheRateOfTheDayAndMoveWithIt(t *testing.T) {
	dollars := map[string]any{"currency": "USD"}
	everyWay(t, func(t *testing.T, w *workshop) {
		w.countsAtTheDay()
		w.mustRun("run", "--until-idle")
		w.inbox(1, ordering("A", 1, 50, dollars)) // USD 500.50
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"SO-A FX_RATE_MISSING"}, w.onHold())
		w.exec("INSERT INTO XRAT VALUES ('R1', 'USD', 'HKD', 20260225, 7.80)") // five days old
		w.mustRun("run", "--until-idle")
		require.Empty(t, w.inERP())
		require.Contains(t, w.credits(0, "explain", "SO-A"), "there is no rate from USD to HKD of 2026-03-02, or of up to 4 days before")
		w.exec("INSERT INTO XRAT VALUES ('R2', 'USD', 'HKD', 20260227, 7.80)")
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A"}, w.inERP(), "it goes by itself when there is a rate")
		require.Equal(t, "3903.90", w.standsAt("K1"))
		require.Contains(t, w.credits(0, "explain", "SO-A"), "it counts at 1 USD = 7.8 HKD, of 2026-02-27, record R2")

		w.exec("INSERT INTO XRAT VALUES ('R3', 'USD', 'HKD', 20260302, 8.00)")
		w.inbox(2, ordering("B", 1, 90, dollars)) // USD 900.50: does not fit
		w.mustRun("run", "--until-idle")
		require.Equal(t, "4004.00", w.standsAt("K1"), "what was released moves with the rate")
		require.Equal(t, []string{"SO-B LIMIT_EXCEEDED"}, w.onHold())
		w.exec("UPDATE XRAT SET RT = 7.13 WHERE RT_ID = 'R2'") // a late correction of a day that does not count any more
		w.mustRun("run", "--until-idle")
		require.Equal(t, "4004.00", w.standsAt("K1"))
		w.exec("UPDATE XRAT SET RT = 7.13 WHERE RT_ID = 'R3'") // 1,401.00 dollars are 9,989.13
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A", "B"}, w.inERP(), "with the rate there is room")
		require.Equal(t, "9989.14", w.standsAt("K1"))

		w.exec("INSERT INTO XRAT VALUES ('R4', 'USD', 'HKD', 20260303, 7.50)") // of tomorrow
		w.mustRun("run", "--until-idle")
		require.Equal(t, "9989.14", w.standsAt("K1"))
		w.clock.skipped += 14 * time.Hour // it is past midnight in Hong Kong
		w.mustRun("run", "--until-idle")
		require.Equal(t, "10507.50", w.standsAt("K1"), "a rate that was dated ahead counts from its day on, also beyond the limit")
		require.Equal(t, []string{"A", "B"}, w.inERP())
		require.Empty(t, w.onHold(), "what was released is not stopped")

		w.exec("INSERT INTO XRAT VALUES ('R5', 'CNY', 'HKD', 20260304, 1.10)") // none of CNY counts before tomorrow
		w.inbox(3, ordering("C", 1, 5, map[string]any{"currency": "CNY", "customer": "K2"}))
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"SO-C FX_RATE_MISSING"}, w.onHold())
		w.clock.skipped += 24 * time.Hour
		w.mustRun("run", "--until-idle")
		require.Equal(t, []string{"A", "B", "C"}, w.inERP())
		w.mustRun("reconcile")
	})
}

func TestReceivablesInAnotherCurrencyWaitForTheirRateAndMoveWithIt(t *testing.T) {
	w := newWorkshop(t)
	w.countsAtTheDay()
	w.edit("mappings/receivables_from_erp.yaml", "money(OPN_AMT, customer.CUR_CD)", `'money(OPN_AMT, DOC_NO == "AR2" ? "USD" : customer.CUR_CD)' `)
	w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR1', 'K1', 20260401, 1000)")
	w.mustRun("run", "--until-idle")
	w.exec("INSERT INTO ARIT (DOC_NO, CU_NO, DUE_DT, OPN_AMT) VALUES ('AR2', 'K1', 20260401, 100)")
	w.mustRun("run", "--until-idle")
	owes := func() string {
		var v struct{ Accounts []accountView }
		require.NoError(t, json.Unmarshal([]byte(w.credits(0, "status", "K1", "--json")), &v))
		return v.Accounts[0].Parts.Receivables.Amount.Fixed(2)
	}
	require.Equal(t, "1000.00", owes(), "what was read before")
	require.Contains(t, w.mustRun("deadletters", "--json"), "item AR2 in the receivables of account K1 is USD 100.00, and there is no rate USD/HKD of 2026-03-02 or of up to 4 days before")
	w.clock.skipped += 49 * time.Hour
	w.inbox(1, ordering("A", 1, 1, nil))
	w.mustRun("run", "--until-idle")
	require.Equal(t, []string{"SO-A AR_STALE"}, w.onHold(), "the source was read a moment ago, and the account is as old as what it counts")

	w.exec("INSERT INTO XRAT VALUES ('R1', 'USD', 'HKD', 20260304, 7.80)")
	w.mustRun("run", "--until-idle")
	require.Equal(t, "1780.00", owes())
	require.Equal(t, []string{"A"}, w.inERP(), "and the order goes by itself")
	w.exec("UPDATE XRAT SET RT = 8 WHERE RT_ID = 'R1'")
	w.mustRun("run", "--until-idle")
	require.Equal(t, "1800.00", owes())
	require.Contains(t, w.credits(0, "age", "K1"), "HKD 1,800.00")
	w.mustRun("reconcile")
}
