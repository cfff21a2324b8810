package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	_ "modernc.org/sqlite" // the ERP of the scenarios

	"tradewire/mapping/document"
)

// A scenario is a promise with the steps that prove it: files in testdata/scenarios. Each runs the shipped starter
// configuration through the command line.
type scenario struct {
	Promise string         `yaml:"promise"`
	Steps   []scenarioStep `yaml:"steps"`
}

type scenarioStep struct {
	Orders []map[string]any `yaml:"orders"` // put into the inbox, with the ordinary fields filled in
	Raw    []string         `yaml:"raw"`    // put into the inbox as they are
	SQL    string           `yaml:"sql"`    // done to the ERP
	// What is true after the next run:
	Buckets map[string]int    `yaml:"buckets"` // of every change to an order
	ERP     []scenarioQuery   `yaml:"erp"`
	Letters *[]string         `yaml:"letters"` // a word of each open dead letter, in any order
	Alerts  []string          `yaml:"alerts"`  // words that stand in some alert
	Papers  int               `yaml:"papers"`
	Status  map[string]string `yaml:"status"` // what the status file of an order says
}

type scenarioQuery struct {
	Query string   `yaml:"query"`
	Rows  []string `yaml:"rows"`
}

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("../../testdata/scenarios/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d scenarios found, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var s scenario
			decoder := yaml.NewDecoder(bytes.NewReader(body))
			decoder.KnownFields(true)
			if err := decoder.Decode(&s); err != nil {
				t.Fatal(err)
			}
			s.play(t)
		})
	}
}

func (s scenario) play(t *testing.T) {
	w := newWorkshop(t)
	for n, step := range s.Steps {
		w.inbox(n, step)
		w.exec(step.SQL)
		w.mustRun("run", "--until-idle", "--wait", "1h")
		w.check(fmt.Sprintf("%s, step %d", s.Promise, n+1), step)
	}
	// Whatever happened: a second run changes nothing, and the books agree with the ERP.
	before := w.erpDump()
	w.mustRun("run", "--until-idle")
	if after := w.erpDump(); after != before {
		t.Errorf("a second run changed the ERP:\n%s\n%s", before, after)
	}
	w.mustRun("reconcile")
}

// workshop is an installation in a folder of its own.
type workshop struct {
	t     *testing.T
	dir   string
	erp   *sql.DB
	clock *clock // waits take no time
}

func newWorkshop(t *testing.T) *workshop {
	w := &workshop{t: t, dir: filepath.Join(t.TempDir(), "x"), clock: &clock{jumps: true}}
	w.mustRun("init", "--dir", w.dir)
	schema, err := os.ReadFile("../../testdata/scenarios/erp.sql")
	if err != nil {
		t.Fatal(err)
	}
	if w.erp, err = sql.Open("sqlite", filepath.Join(w.dir, "erp.db")+"?_pragma=busy_timeout(5000)"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.erp.Close() })
	w.exec(string(schema))
	return w
}

// tradewire runs one command line and answers what it printed and its exit code.
func (w *workshop) tradewire(args ...string) (out, errOut string, code int) {
	var stdout, stderr bytes.Buffer
	if args[0] != "init" {
		args = append(args, "--config", filepath.Join(w.dir, "tradewire.yaml"))
	}
	code = (&app{out: &stdout, err: &stderr, clock: w.clock}).execute(w.t.Context(), args)
	return stdout.String(), stderr.String(), code
}

func (w *workshop) mustRun(args ...string) string {
	w.t.Helper()
	out, errOut, code := w.tradewire(args...)
	if code != 0 {
		w.t.Fatalf("tradewire %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errOut)
	}
	return out
}

func (w *workshop) exec(statements string) {
	w.t.Helper()
	if _, err := w.erp.ExecContext(w.t.Context(), statements); err != nil {
		w.t.Fatal(err)
	}
}

// inbox writes a step's orders as one file, with what every order has filled in.
func (w *workshop) inbox(n int, step scenarioStep) {
	w.t.Helper()
	var lines []string
	for _, o := range step.Orders {
		lines = append(lines, fullOrder(w.t, o))
	}
	lines = append(lines, step.Raw...)
	if len(lines) == 0 {
		return
	}
	name := filepath.Join(w.dir, "inbox", fmt.Sprintf("%03d.jsonl", n))
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// fullOrder fills in what a scenario leaves out, the total among it.
func fullOrder(t *testing.T, o map[string]any) string {
	t.Helper()
	sum := document.DecimalOf(0)
	lines, _ := o["lines"].([]any)
	for _, l := range lines {
		line := l.(map[string]any)
		price, qty := document.D(fmt.Sprint(line["price"])), document.D(fmt.Sprint(line["qty"]))
		sum = sum.Add(price.Mul(qty))
		line["unit"] = "pcs"
	}
	whole := map[string]any{"number": fmt.Sprintf("SO-%v", o["id"]), "status": "confirmed", "currency": "HKD", "terms": "NET30",
		"customer_po": fmt.Sprintf("PO-%v", o["id"]), "ordered_on": "2026-03-02", "requested_on": "2026-03-20", "tax_percent": "0",
		"total": sum.String(), "updated_at": "2026-03-02T09:30:00+08:00"}
	maps.Copy(whole, o)
	body, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func (w *workshop) check(where string, step scenarioStep) {
	w.t.Helper()
	if got := w.buckets(); !maps.Equal(got, step.Buckets) {
		w.t.Errorf("%s: orders stand %v, want %v\n%s", where, got, step.Buckets, w.mustRun("deadletters"))
	}
	for _, q := range step.ERP {
		if got := w.query(q.Query); !slices.Equal(got, q.Rows) {
			w.t.Errorf("%s: %s: %q, want %q", where, q.Query, got, q.Rows)
		}
	}
	if step.Letters != nil {
		w.checkLetters(where, *step.Letters)
	}
	alerts := w.files("alerts")
	for _, word := range step.Alerts {
		if !strings.Contains(alerts, word) {
			w.t.Errorf("%s: no alert says %q:\n%s", where, word, alerts)
		}
	}
	papers, _ := filepath.Glob(filepath.Join(w.dir, "documents", "*.pdf"))
	if len(papers) != step.Papers {
		w.t.Errorf("%s: %d papers, want %d: %v\n%s", where, len(papers), step.Papers, papers, w.mustRun("deadletters"))
	}
	for order, status := range step.Status {
		body, err := os.ReadFile(filepath.Join(w.dir, "status", order+".json"))
		if err != nil || !strings.Contains(string(body), `"`+status+`"`) {
			w.t.Errorf("%s: the status file of %s should say %s: %s %v", where, order, status, body, err)
		}
	}
}

// checkLetters wants one open dead letter for each word, and none beside.
func (w *workshop) checkLetters(where string, words []string) {
	w.t.Helper()
	var letters []map[string]any
	if err := json.Unmarshal([]byte(w.mustRun("deadletters", "list", "--json")), &letters); err != nil {
		w.t.Fatal(err)
	}
	if len(letters) != len(words) {
		w.t.Errorf("%s: %d dead letters, want %d: %v", where, len(letters), len(words), letters)
	}
	for _, word := range words {
		if !slices.ContainsFunc(letters, func(l map[string]any) bool {
			shown := w.mustRun("deadletters", "show", fmt.Sprint(l["id"]))
			return strings.Contains(shown, word) && fmt.Sprint(l["reason"]) != ""
		}) {
			w.t.Errorf("%s: no dead letter speaks of %q: %v", where, word, letters)
		}
	}
}

func (w *workshop) buckets() map[string]int {
	w.t.Helper()
	var status struct {
		Changes map[string]map[string]int `json:"changes"`
	}
	if err := json.Unmarshal([]byte(w.mustRun("status", "--json")), &status); err != nil {
		w.t.Fatal(err)
	}
	got := status.Changes["sales_order"]
	maps.DeleteFunc(got, func(_ string, n int) bool { return n == 0 })
	return got
}

func (w *workshop) query(query string) []string {
	w.t.Helper()
	rows, err := w.erp.QueryContext(w.t.Context(), query)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		cells, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			pointers[i] = &cells[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			w.t.Fatal(err)
		}
		texts := make([]string, len(cells))
		for i, c := range cells {
			texts[i] = fmt.Sprint(c)
		}
		all = append(all, strings.Join(texts, "|"))
	}
	return all
}

func (w *workshop) erpDump() string {
	return strings.Join(append(w.query("SELECT * FROM SOHD ORDER BY SO_NO"), w.query("SELECT * FROM SOLN ORDER BY SO_NO, LN_NO")...), "\n")
}

// files is the text of all files in a folder.
func (w *workshop) files(folder string) string {
	names, _ := filepath.Glob(filepath.Join(w.dir, folder, "*.txt"))
	var all strings.Builder
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			w.t.Fatal(err)
		}
		all.Write(body)
	}
	return all.String()
}
