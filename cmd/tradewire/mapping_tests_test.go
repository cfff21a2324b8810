package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheTestsBesideEveryMappingAreWell(t *testing.T) {
	files, err := filepath.Glob("../../*/*/tradewire.yaml") // the starter, the demo, and what testdata has
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	examples, err := filepath.Glob("../../config/examples/*/tradewire.yaml")
	if err != nil || len(examples) < 2 {
		t.Fatal(examples, err)
	}
	for _, file := range append(files, examples...) {
		all, err := trials(file)
		if err != nil {
			t.Fatal(err)
		}
		ran := 0
		for _, m := range all {
			for _, test := range m.Tests {
				ran++
				for _, d := range test.Run() {
					t.Errorf("%s: %s: %s", file, test.Name, d)
				}
			}
		}
		if ran == 0 && strings.Contains(file, "/config/") {
			t.Errorf("%s: no mapping has a test", file)
		}
	}
}

func TestAMappingThatNoLongerDoesWhatItsTestsSayIsNamed(t *testing.T) {
	w := newWorkshop(t)
	if out := w.mustRun("test"); !strings.Contains(out, "all well") || !strings.Contains(out, "a draft is left alone") {
		t.Error(out)
	}
	w.edit("mappings/order_to_erp.yaml", "PO_NO: cut(customer_po, 30)", "PO_NO: cut(customer_po, 5)")
	out, _, code := w.tradewire("test")
	if code != 1 || !strings.Contains(out, `PO_NO: want "PO-778", got "PO-77" (made by mappings/order_to_erp.yaml:14)`) ||
		!strings.Contains(out, "mappings/order_in.test.yaml:97: ") || !strings.Contains(out, "mappings/order_to_erp.test.yaml:25: ") {
		t.Errorf("exit %d\n%s", code, out)
	}
	out = w.mustRun("test", "despatch_from_erp")
	if strings.Contains(out, "order_to_erp") {
		t.Errorf("only despatches were asked for:\n%s", out)
	}
	w.refused(2, 1, []string{"order_inn", "did you mean"}, "test", "order_inn")

	var report testsView
	out, _, code = w.tradewire("test", "order_to_erp", "--json", "--coverage")
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 1 || len(report.Mappings) != 1 {
		t.Fatalf("exit %d, %v\n%s", code, err, out)
	}
	m := report.Mappings[0]
	if report.Failed != 2 || m.Coverage == nil || m.Coverage.Fields != m.Coverage.Compared || len(m.Coverage.Gaps) != m.Coverage.Branches-m.Coverage.Reached {
		t.Errorf("%+v", report)
	}
	if d := m.Tests[0].Differences; len(d) != 1 || d[0].Line != 25 || d[0].MadeBy != "mappings/order_to_erp.yaml:14" || d[0].Want != `"PO-778"` {
		t.Errorf("%+v", d)
	}
	out, _, _ = w.tradewire("test", "--coverage")
	for _, line := range []string{`mappings/order_to_erp.yaml:10: code list unit: no record has "SET"`, "mappings/item_from_erp.yaml: no test reaches anything", "21 of 21"} {
		if !strings.Contains(out, line) {
			t.Errorf("%q is not said:\n%s", line, out)
		}
	}
}

func TestAWrongTestIsNamedByLintAndStopsNoRun(t *testing.T) {
	w := newWorkshop(t)
	w.edit("mappings/order_in.test.yaml", "currency: RMB", "currency: ")
	w.edit("mappings/order_in.test.yaml", "want: {request: cancel, source_revision: 2}", "wnat: {request: cancel, source_revision: 2}")
	words := []string{"mappings/order_in.test.yaml:50:", "empty-value", "unknown-key", "did you mean"}
	w.refused(2, 2, words, "test")
	w.refused(2, 2, words, "lint")
	out, _, code := w.tradewire("test", "--json")
	if code != 2 || !strings.Contains(out, `"code": "unknown-key"`) {
		t.Errorf("exit %d\n%s", code, out)
	}
	w.mustRun("run", "--until-idle")

	// What is wrong with a pipeline is another matter: tests of mappings run.
	w = newWorkshop(t)
	w.edit("pipelines/orders.yaml", "mapping: order_in", "mapping: order_inn")
	w.mustRun("test")
}
