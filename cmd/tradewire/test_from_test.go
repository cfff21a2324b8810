package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lettersOf are the open dead letters of a workshop.
func (w *workshop) lettersOf() (letters []letterView) {
	w.t.Helper()
	if err := json.Unmarshal([]byte(w.mustRun("deadletters", "--json")), &letters); err != nil {
		w.t.Fatal(err)
	}
	return letters
}

// written is a file of the workshop.
func (w *workshop) written(file string) string {
	w.t.Helper()
	body, err := os.ReadFile(filepath.Join(w.dir, filepath.FromSlash(file)))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(body)
}

func TestADeadLetterBecomesATestWithoutWhatIsPersonal(t *testing.T) {
	w := newWorkshop(t)
	w.inbox(0, scenarioStep{Raw: []string{
		`{"id": "O1", "number": "SO-1", "revision": 1, "status": "confirmed", "customer": "K1", "customer_po": "PO-778", "currency": "XYZ", "terms": "NET30",
		"ordered_on": "2026-03-02", "requested_on": "2026-03-20", "tax_percent": "0", "total": "1250.00", "remarks": "联系人王先生 13812345678, wang.wei@acme-cables.com",
		"sales_contact": {"name": "Li Wei", "tel": 85223456789}, "lines": [{"no": 1, "sku": "P1", "qty": "500", "unit": "pcs", "price": "2.50"}]}`,
		`{"id": "O2", "id": "O3"}`}})
	w.inbox(1, scenarioStep{Orders: []map[string]any{{"id": "O4", "revision": 1, "customer": "K1", "remarks": "Ask Miss Chan",
		"lines": []any{map[string]any{"no": 1, "sku": "NOBODY", "qty": 1, "price": "10"}}}}})
	body := w.written("inbox/000.jsonl")
	flat := strings.ReplaceAll(body, ",\n", ",")
	if err := os.WriteFile(filepath.Join(w.dir, "inbox/000.jsonl"), []byte(flat), 0o644); err != nil {
		t.Fatal(err)
	}
	w.mustRun("run", "--until-idle", "--wait", "1h")
	ids := map[string]string{}
	for _, l := range w.lettersOf() {
		switch {
		case strings.Contains(l.Reason, "XYZ"):
			ids["mapping"] = jsonNumber(l.ID)
		case strings.Contains(l.Reason, "NOBODY"):
			ids["step"] = jsonNumber(l.ID)
		case l.Stage == "intake":
			ids["broken"] = jsonNumber(l.ID)
		}
	}
	if len(ids) != 3 {
		t.Fatal(w.mustRun("deadletters"))
	}

	out := w.mustRun("test", "--from", ids["mapping"])
	file := "mappings/order_in.deadletter-" + ids["mapping"] + ".test.yaml"
	if !strings.Contains(out, file) || !strings.Contains(out, "masked: ") || !strings.Contains(out, "remarks") {
		t.Error(out)
	}
	text := w.written(file)
	for _, gone := range []string{"王", "联系", "13812345678", "wang", "wei", "acme", "Li Wei", "85223456789"} {
		if strings.Contains(text, gone) {
			t.Errorf("%s is still there:\n%s", gone, text)
		}
	}
	for _, kept := range []string{"O1", "SO-1", "K1", "PO-778", "XYZ", "NET30", "2026-03-02", "1250.00", `"500"`, "P1", "TO BE EDITED", `does not have \"XYZ\"`} {
		if !strings.Contains(text, kept) {
			t.Errorf("%s is not there any more:\n%s", kept, text)
		}
	}
	w.mustRun("test", "order_in")
	w.refused(2, 1, []string{"is there already", file}, "test", "--from", ids["mapping"])
	if w.written(file) != text {
		t.Error("the test was written over")
	}

	// What a step refused, the mapping takes: the test says so, and expects the document.
	w.mustRun("test", "--from", ids["step"])
	text = w.written("mappings/order_in.deadletter-" + ids["step"] + ".test.yaml")
	if !strings.Contains(text, "want:") || !strings.Contains(text, "came after the mapping") || strings.Contains(text, "Chan") {
		t.Error(text)
	}
	w.mustRun("test", "order_in")
	w.refused(1, 1, []string{"stands twice"}, "test", "--from", ids["broken"])
	w.refused(1, 1, []string{"no open dead letter"}, "test", "--from", "4711")
	w.refused(2, 1, []string{"soon"}, "test", "--from", "soon")
}

func jsonNumber(id int64) string {
	b, _ := json.Marshal(id)
	return string(b)
}

func TestADeliveryThatDiedBecomesATestOfItsMapping(t *testing.T) {
	w := newWorkshop(t)
	if err := os.Remove(filepath.Join(w.dir, "mappings/order_to_erp.test.yaml")); err != nil {
		t.Fatal(err)
	}
	w.edit("mappings/order_to_erp.yaml", "values: {C62: PCS, MTR: M, SET: SET}", "values: {MTR: M, SET: SET}")
	w.edit("mappings/order_to_erp.yaml", "RMK: cut(remarks, 200)", "RMK: cut(party.name + remarks, 200)")
	w.inbox(0, oneOrder)
	w.mustRun("run", "--until-idle", "--wait", "1h")
	letters := w.lettersOf()
	if len(letters) != 1 || letters[0].Stage != "delivery" {
		t.Fatal(letters)
	}
	id := jsonNumber(letters[0].ID)
	var said struct {
		File    string   `json:"file"`
		Expects string   `json:"expects"`
		Masked  []string `json:"masked"`
	}
	if err := json.Unmarshal([]byte(w.mustRun("test", "--from", id, "--json")), &said); err != nil {
		t.Fatal(err)
	}
	if said.File != "mappings/order_to_erp.deadletter-"+id+".test.yaml" || said.Expects != "error" || len(said.Masked) == 0 {
		t.Errorf("%+v", said)
	}
	if text := w.written(said.File); strings.Contains(text, "credit:") {
		t.Errorf("what the mapping does not read is there:\n%s", text)
	}
	w.mustRun("test", "order_to_erp")

	// When the mapping is mended, the test says that the error is gone.
	w.edit("mappings/order_to_erp.yaml", "values: {MTR: M, SET: SET}", "values: {C62: PCS, MTR: M, SET: SET}")
	out, _, code := w.tradewire("test", "order_to_erp")
	if code != 1 || !strings.Contains(out, said.File+":") || !strings.Contains(out, "got a record") {
		t.Errorf("exit %d\n%s", code, out)
	}
}
