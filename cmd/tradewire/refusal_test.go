package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tradewire/pipelines/store"
)

// refused runs a command line that must fail with that exit code, in words that hold all of these, on at most as many
// lines as there are faults, and without a trace of the program's insides.
func (w *workshop) refused(code, lines int, words []string, args ...string) {
	w.t.Helper()
	out, errOut, got := w.tradewire(args...)
	if got != code {
		w.t.Errorf("%v: exit %d, want %d\n%s%s", args, got, code, out, errOut)
	}
	for _, word := range words {
		if !strings.Contains(errOut, word) {
			w.t.Errorf("%v: %q does not say %q", args, errOut, word)
		}
	}
	if n := strings.Count(strings.TrimSpace(errOut), "\n") + 1; n != lines {
		w.t.Errorf("%v: %d lines, want %d:\n%s", args, n, lines, errOut)
	}
	if strings.Contains(errOut, "goroutine") || strings.Contains(errOut, ".go:") {
		w.t.Errorf("%v: a stack trace is no message:\n%s", args, errOut)
	}
}

func (w *workshop) edit(file, old, new string) {
	w.t.Helper()
	path := filepath.Join(w.dir, file)
	body, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	if !bytes.Contains(body, []byte(old)) {
		w.t.Fatalf("%s does not hold %q", file, old)
	}
	if err := os.WriteFile(path, bytes.Replace(body, []byte(old), []byte(new), 1), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

var oneOrder = scenarioStep{Orders: []map[string]any{{"id": "O1", "revision": 1, "customer": "K1",
	"lines": []any{map[string]any{"no": 1, "sku": "P1", "qty": 1, "price": "10"}}}}}

func TestASecondInstanceOnTheSameStoreIsRefused(t *testing.T) {
	w := newWorkshop(t)
	release, err := store.Lock(filepath.Join(w.dir, "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	w.refused(1, 1, []string{"another tradewire is running", "store.path"}, "run", "--until-idle")
	if err := release(); err != nil {
		t.Fatal(err)
	}
	w.mustRun("run", "--until-idle")
}

func TestAnERPThatIsNotThereIsNamedAndNothingIsLost(t *testing.T) {
	w := newWorkshop(t)
	w.inbox(0, oneOrder)
	hidden := filepath.Join(w.dir, "elsewhere.db")
	if err := os.Rename(filepath.Join(w.dir, "erp.db"), hidden); err != nil {
		t.Fatal(err)
	}
	w.refused(3, 1, []string{"erp"}, "run", "--until-idle")
	if err := os.Rename(hidden, filepath.Join(w.dir, "erp.db")); err != nil {
		t.Fatal(err)
	}
	w.mustRun("run", "--until-idle", "--wait", "2h")
	if got := w.buckets(); got["released"] != 1 {
		t.Errorf("after the ERP came back: %v", got)
	}
}

func TestATableThatIsNotThereIsAMistakeOfTheConfiguration(t *testing.T) {
	w := newWorkshop(t)
	w.edit("pipelines/master_data.yaml", "FROM ITMM", "FROM ITEMS")
	w.refused(2, 1, []string{"ITEMS"}, "run", "--until-idle")
}

func TestAConfiguredFontThatIsMissingStopsTheStart(t *testing.T) {
	w := newWorkshop(t)
	w.edit("tradewire.yaml", "  # font:", "  font: /nowhere/font.ttf\n  #")
	w.refused(2, 1, []string{"/nowhere/font.ttf", "tradewire.yaml:2"}, "run", "--until-idle")
	w.refused(2, 1, []string{"/nowhere/font.ttf"}, "lint")
}

func TestEveryMistakeIsNamedAtOnceWithItsPlaceAndRemedy(t *testing.T) {
	w := newWorkshop(t)
	w.edit("tradewire.yaml", "time_zone: Asia/Hong_Kong", "time_zone: Asia/Hongkong_City")
	w.edit("pipelines/orders.yaml", "mapping: order_in", "mapping: order_inn")
	w.edit("mappings/order_to_erp.yaml", "net.amount", "nett.amount")
	w.edit("policies/credit.yaml", "watch_above: 90%", "watch_abofe: 90%")
	words := []string{"tradewire.yaml:", "pipelines/orders.yaml:", "order_in", "mappings/order_to_erp.yaml:", "nett", "policies/credit.yaml:", "watch_above"}
	w.refused(2, 4, words, "lint")
	w.refused(2, 4, words, "run", "--until-idle")
	out, _, code := w.tradewire("lint", "--json")
	var report struct {
		Faults []lintFault `json:"faults"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.Faults) != 4 || code != 2 {
		t.Fatalf("%v %d: %s", err, code, out)
	}
	for _, f := range report.Faults {
		if f.File == "" || f.Line == 0 || f.Col == 0 || f.Code == "" || f.Fix == "" {
			t.Errorf("%+v", f)
		}
	}
}

func TestAMistakeInWhoIsToldWhatIsNamedWithItsLine(t *testing.T) {
	w := newWorkshop(t)
	w.edit("policies/distribution.yaml", "of: [shipments]", "of: [shipment]")
	w.edit("policies/distribution.yaml", "concerns: [state, quantity, item]", "concerns: [state, amount, item]")
	w.edit("policies/distribution.yaml", "agrees_to_cancel: planning", "agrees_to_cancel: production")
	w.edit("policies/distribution.yaml", "rest_days: [saturday", "rest_days: [caturday")
	w.edit("policies/shipping.yaml", `lcl_below_cbm: "15"`, `lcl_below_cbm: "-1"`)
	w.refused(2, 5, []string{"policies/distribution.yaml:", `"shipment"`, `"amount"`, `"production"`, `"caturday"`, "policies/shipping.yaml:"}, "lint")
	out, _, _ := w.tradewire("lint", "--json")
	for _, line := range []string{`"line": 16`, `"line": 26`} {
		if !strings.Contains(out, line) {
			t.Errorf("no fault stands on %s: %s", line, out)
		}
	}
}

func TestARecipientWhomNoTargetReachesIsAMistake(t *testing.T) {
	w := newWorkshop(t)
	w.edit("policies/distribution.yaml", "channel: folder\n        # channel: mail", "channel: pigeon\n        # channel: mail")
	w.refused(2, 1, []string{`"pigeon"`, "when: channel =="}, "lint")
}

func TestARecipientOfMailWithoutAnAddressIsAMistake(t *testing.T) {
	post := openPostOffice(t)
	w := byMail(t, post)
	w.edit("policies/distribution.yaml", "address: planning@example.com", "address: planning at example")
	w.refused(2, 1, []string{"policies/distribution.yaml:", "生产计划部 is told by mail", `"planning at example"`}, "lint")
}

func TestWhatWasMendedIsTriedAtOnce(t *testing.T) {
	w := newWorkshop(t)
	w.exec("ALTER TABLE ITMM RENAME TO ITEMS")
	w.refused(2, 1, []string{"ITMM"}, "run", "--until-idle")
	w.exec("ALTER TABLE ITEMS RENAME TO ITMM")
	w.mustRun("run", "--until-idle", "--wait", "0s")
}

func TestStepsThatDoNotBuildOnEachOtherAreAMistake(t *testing.T) {
	w := newWorkshop(t)
	w.edit("pipelines/orders.yaml", "steps: [orders, credit, confirming, distribution]", "steps: [orders, distribution, credit, confirming]")
	w.refused(2, 1, []string{"pipelines/orders.yaml:", `"credit" comes after "distribution"`}, "lint")
}

func TestAStoreThatIsNoDatabaseIsNotTouched(t *testing.T) {
	w := newWorkshop(t)
	path := filepath.Join(w.dir, "store.db")
	if err := os.WriteFile(path, []byte("this is a letter to my aunt, and quite a long one at that"), 0o644); err != nil {
		t.Fatal(err)
	}
	w.refused(1, 1, []string{"store.db", "not a database"}, "run", "--until-idle")
	if body, _ := os.ReadFile(path); !bytes.HasPrefix(body, []byte("this is a letter")) {
		t.Error("the file was changed")
	}
}

func TestAWrongCommandLineSaysWhatWasExpected(t *testing.T) {
	w := newWorkshop(t)
	w.refused(2, 1, []string{"--nonsense"}, "run", "--nonsense")
	w.refused(2, 1, []string{"dead letter"}, "deadletters", "show", "x")
	w.refused(2, 1, []string{"order"}, "trace")
	w.refused(2, 1, []string{"nonsense", "-h"}, "nonsense")
}

func TestASecretThatIsMissingIsAMistakeOfTheConfiguration(t *testing.T) {
	w := newWorkshop(t)
	w.edit("tradewire.yaml", "    driver: folder\n    path: inbox", "    driver: rest\n    url: http://127.0.0.1:1\n    token: {header: X-Key, value: \"env:TRADEWIRE_NO_SUCH\"}")
	w.edit("pipelines/orders.yaml", "      files: \"*.jsonl\"", "      path: /orders\n      records: data\n      #")
	w.edit("pipelines/orders.yaml", "      format: jsonl", "      #")
	w.refused(2, 1, []string{"TRADEWIRE_NO_SUCH"}, "run", "--until-idle")
}

func TestInitOverwritesNothing(t *testing.T) {
	w := newWorkshop(t)
	w.refused(2, 1, []string{"there already"}, "init", "--dir", w.dir)
}

func TestEveryVerbHasAnExample(t *testing.T) {
	for _, cmd := range (&app{clock: &clock{}}).root().Commands() {
		if !strings.Contains(cmd.Example, "tradewire "+cmd.Name()) {
			t.Errorf("%s -h shows no example", cmd.Name())
		}
	}
}

func TestReconcileNamesTheOrderAndWhatDiffers(t *testing.T) {
	w := newWorkshop(t)
	w.edit("pipelines/orders.yaml", "others: ignore ", "others: report ")
	w.inbox(0, oneOrder)
	w.mustRun("run", "--until-idle")
	for _, c := range []struct{ what, do, undo, says string }{
		{"a changed amount", "UPDATE SOHD SET TOT_AMT = 11", "UPDATE SOHD SET TOT_AMT = 10", `"TOT_AMT"`},
		{"a changed line", "UPDATE SOLN SET QTY = 2", "UPDATE SOLN SET QTY = 1", "QTY"},
		{"an added line", "INSERT INTO SOLN VALUES ('SO000001', 2, 'P1', 1, 'PCS', 1, 1, 20260320, 0)", "DELETE FROM SOLN WHERE LN_NO = 2", "no such row"},
		{"a deleted order", "ALTER TABLE SOHD RENAME TO X; CREATE TABLE SOHD AS SELECT * FROM X WHERE 0", "DROP TABLE SOHD; ALTER TABLE X RENAME TO SOHD", `"missing"`},
		{"an added order", "INSERT INTO SOHD SELECT 'SO9', CU_NO, 'by hand', CRM_NO, 1, PO_NO, ORD_DT, REQ_DT, CUR_CD, PAY_TRM, 1, 0, 1, 1, '', 1 FROM SOHD", "DELETE FROM SOHD WHERE SO_NO = 'SO9'", "by hand"},
		{"an order without our key", "INSERT INTO SOHD SELECT 'SO8', CU_NO, NULL, CRM_NO, 1, PO_NO, ORD_DT, REQ_DT, CUR_CD, PAY_TRM, 1, 0, 1, 1, '', 1 FROM SOHD", "DELETE FROM SOHD WHERE SO_NO = 'SO8'", "SO8"},
	} {
		w.exec(c.do)
		out, _, code := w.tradewire("reconcile", "--json")
		if code != 1 || !strings.Contains(out, c.says) || !strings.Contains(out, "O1") && !strings.Contains(out, "SO") {
			t.Errorf("%s: exit %d, want 1 and %q:\n%s", c.what, code, c.says, out)
		}
		w.exec(c.undo)
		if out, _, code := w.tradewire("reconcile"); code != 0 {
			t.Fatalf("%s: not clean again:\n%s", c.what, out)
		}
	}
}

func TestLintPrintsWhatADBAMustPrepareAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	if out := w.mustRun("lint", "--sql"); out != "-- No source needs anything to be made in a database.\n" {
		t.Errorf("%s", out)
	}
	w.edit("pipelines/master_data.yaml", "detect: snapshot", "detect: log\n      log: CU_LOG\n      watch: {CUSM: CU_NO}")
	out := w.mustRun("lint", "--sql")
	for _, words := range []string{"CREATE TABLE `CU_LOG`", "AFTER UPDATE ON `CUSM`", "-- To undo all this"} {
		if !strings.Contains(out, words) {
			t.Errorf("the SQL does not say %q:\n%s", words, out)
		}
	}
	w.exec(out) // a DBA may run it as it stands
	w.mustRun("run", "--until-idle")
	if got := w.query("SELECT COUNT(*) FROM CU_LOG"); got[0] == "0" {
		t.Errorf("the last page is deleted before it was taken in")
	}
	w.exec("UPDATE CUSM SET CU_NM = 'Alpha Lights' WHERE CU_NO = 'K1'")
	before := w.erpDump()
	w.mustRun("run", "--until-idle")
	if after := w.erpDump(); after != before {
		t.Errorf("reading customers changed orders")
	}
}
