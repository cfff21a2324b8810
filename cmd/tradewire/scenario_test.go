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
	"time"

	"go.yaml.in/yaml/v3"
	_ "modernc.org/sqlite" // the ERP of the scenarios

	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/document"
)

// A scenario is a promise with the steps that prove it: files in testdata/scenarios. Each runs the shipped starter
// configuration through the command line.
type scenario struct {
	Promise   string         `yaml:"promise"`
	Uncomment []string       `yaml:"uncomment"` // entries of the starter configuration that stand in it as comments
	Edit      []scenarioEdit `yaml:"edit"`      // what a user would change in it
	Steps     []scenarioStep `yaml:"steps"`
}

type scenarioEdit struct {
	File string `yaml:"file"`
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

type scenarioStep struct {
	Wait   string           `yaml:"wait"`   // so long passes before all else
	Ack    [][]string       `yaml:"ack"`    // command lines of tradewire ack, which must succeed
	Nack   [][]string       `yaml:"nack"`   // and such as must be refused
	Orders []map[string]any `yaml:"orders"` // put into the inbox, with the ordinary fields filled in
	Raw    []string         `yaml:"raw"`    // put into the inbox as they are
	SQL    string           `yaml:"sql"`    // done to the ERP
	// What is true after the next run:
	Buckets map[string]int    `yaml:"buckets"` // of every change to an order
	ERP     []scenarioQuery   `yaml:"erp"`
	Letters *[]string         `yaml:"letters"` // a word of each open dead letter, in any order
	Alerts  []string          `yaml:"alerts"`  // words that stand in some alert
	Papers  int               `yaml:"papers"`  // of shipments
	Status  map[string]string `yaml:"status"`  // what the status file of an order says

	Confirmations *int                `yaml:"confirmations"` // files of order confirmations
	Told          map[string][]string `yaml:"told"`          // the notices to each department so far: order_released-SO-O1-r1
	Says          map[string][]string `yaml:"says"`          // words of the notice files whose names begin so
	Inbox         map[string][]string `yaml:"inbox"`         // the orders that wait there, in their order
	Requests      []string            `yaml:"requests"`      // words that stand in some change request
	Trace         map[string][]string `yaml:"trace"`         // words of an order's life, in their order
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
	// The same promises whether everything lies in files or in databases of a server.
	for _, engine := range []struct {
		name string
		open func(*testing.T) *workshop
	}{{services.SQLite, newWorkshop}, {services.MySQL, newServerWorkshop}} {
		for _, file := range files {
			t.Run(engine.name+"/"+strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
				t.Parallel()
				readScenario(t, file).play(engine.open(t))
			})
		}
	}
}

func readScenario(t *testing.T, file string) (s scenario) {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(body))
	decoder.KnownFields(true)
	if err := decoder.Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s scenario) play(w *workshop) {
	t := w.t
	for _, entry := range s.Uncomment {
		w.uncomment(entry)
	}
	for _, e := range s.Edit {
		w.edit(e.File, e.From, e.To)
	}
	for n, step := range s.Steps {
		w.pass(step.Wait)
		w.inbox(n, step)
		if step.SQL != "" {
			w.exec(step.SQL)
		}
		for _, ack := range step.Ack {
			w.mustRun(append([]string{"ack"}, ack...)...)
		}
		for _, ack := range step.Nack {
			if out, _, code := w.tradewire(append([]string{"ack"}, ack...)...); code == 0 {
				t.Errorf("%s, step %d: %q was taken: %s", s.Promise, n+1, ack, out)
			}
		}
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

// monday is when every scenario begins: ten in the morning in Hong Kong, on a working day.
var monday = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)

// newWorkshop keeps its store and its ERP in files.
func newWorkshop(t *testing.T) *workshop {
	w := &workshop{t: t, dir: filepath.Join(t.TempDir(), "x"), clock: &clock{jumps: true, start: monday}}
	w.mustRun("init", "--dir", w.dir)
	var err error
	if w.erp, err = sql.Open("sqlite", filepath.Join(w.dir, "erp.db")+"?_pragma=busy_timeout(5000)"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.erp.Close() })
	w.foundERP()
	return w
}

// newServerWorkshop keeps both in databases of a server.
func newServerWorkshop(t *testing.T) *workshop {
	w := &workshop{t: t, dir: filepath.Join(t.TempDir(), "x"), clock: &clock{jumps: true, start: monday}}
	w.mustRun("init", "--dir", w.dir)
	remembers, erp := services.NewDatabase(t), services.NewDatabase(t)
	w.edit("tradewire.yaml", "  path: store.db ", "  dsn: mysql:"+remembers.DSN+" ")
	w.edit("tradewire.yaml", "dsn: sqlite:erp.db", "dsn: mysql:"+erp.DSN)
	w.erp = erp.DB
	w.foundERP()
	return w
}

func (w *workshop) foundERP() {
	w.t.Helper()
	schema, err := os.ReadFile("../../testdata/scenarios/erp.sql")
	if err != nil {
		w.t.Fatal(err)
	}
	w.exec(string(schema))
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
	w.checkPeople(where, step)
	alerts := w.files("alerts/")
	for _, word := range step.Alerts {
		if !strings.Contains(alerts, word) {
			w.t.Errorf("%s: no alert says %q:\n%s", where, word, alerts)
		}
	}
	confirmations, _ := filepath.Glob(filepath.Join(w.dir, "documents", "order_confirmation-*.pdf"))
	if step.Confirmations != nil && len(confirmations) != *step.Confirmations {
		w.t.Errorf("%s: %d order confirmations, want %d: %v", where, len(confirmations), *step.Confirmations, confirmations)
	}
	papers, _ := filepath.Glob(filepath.Join(w.dir, "documents", "*.pdf"))
	papers = slices.DeleteFunc(papers, func(name string) bool { return slices.Contains(confirmations, name) })
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

// checkPeople checks what departments were told and what waits for them.
func (w *workshop) checkPeople(where string, step scenarioStep) {
	w.t.Helper()
	for department, want := range step.Told {
		if got := w.told(department); !slices.Equal(got, want) {
			w.t.Errorf("%s: %s was told %q, want %q", where, department, got, want)
		}
	}
	for prefix, words := range step.Says {
		text := w.files("notices/" + prefix)
		for _, word := range words {
			if !strings.Contains(text, word) {
				w.t.Errorf("%s: %s does not say %q:\n%s", where, prefix, word, text)
			}
		}
	}
	for department, want := range step.Inbox {
		if got := w.waitFor(department); !slices.Equal(got, want) {
			w.t.Errorf("%s: %q wait for %s, want %q", where, got, department, want)
		}
	}
	requests := w.files("requests/")
	for _, word := range step.Requests {
		if !strings.Contains(requests, word) {
			w.t.Errorf("%s: no change request says %q:\n%s", where, word, requests)
		}
	}
	for order, words := range step.Trace {
		told := w.mustRun("trace", order)
		for _, word := range words {
			_, rest, found := strings.Cut(told, word)
			if !found {
				w.t.Errorf("%s: the life of %s does not tell %q after the others: %s", where, order, word, w.mustRun("trace", order))
				break
			}
			told = rest
		}
	}
}

// told are the notices that a department was sent, by the names of their files: order_changed-SO-O1-r2.
func (w *workshop) told(department string) []string {
	names, _ := filepath.Glob(filepath.Join(w.dir, "notices", "*-"+department+"*.txt"))
	told := []string{}
	for _, name := range names {
		short, _, _ := strings.Cut(filepath.Base(name), "-"+department)
		kind, _, _ := strings.Cut(short, "-")
		if (kind == "ack_late") == (department == "manager") && (kind == "objection") == (department == "sales") {
			told = append(told, short) // the name of these holds the department that they are about, too
		}
	}
	slices.Sort(told)
	return told
}

func (w *workshop) waitFor(department string) []string {
	w.t.Helper()
	var waits []map[string]any
	if err := json.Unmarshal([]byte(w.mustRun("inbox", department, "--json")), &waits); err != nil {
		w.t.Fatal(err)
	}
	orders := []string{}
	for _, one := range waits {
		for _, field := range []string{"since", "why", "what"} {
			if text, _ := one[field].(string); text == "" {
				w.t.Errorf("the inbox of %s does not say %s: %v", department, field, one)
			}
		}
		orders = append(orders, fmt.Sprint(one["order"]))
	}
	return orders
}

// pass lets time pass.
func (w *workshop) pass(span string) {
	w.t.Helper()
	if span == "" {
		return
	}
	d, err := time.ParseDuration(span)
	if err == nil {
		err = w.clock.moveTo(w.clock.Now().Add(d))
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// uncomment takes an entry of the starter configuration in that stands there as a comment, as a user would.
func (w *workshop) uncomment(entry string) {
	w.t.Helper()
	found := 0
	for _, file := range []string{"tradewire.yaml", "pipelines/orders.yaml", "pipelines/shipping.yaml", "pipelines/alerts.yaml"} {
		name := filepath.Join(w.dir, file)
		body, err := os.ReadFile(name)
		if err != nil {
			w.t.Fatal(err)
		}
		inside := false
		lines := strings.Split(string(body), "\n")
		for i, line := range lines {
			text, comment := strings.CutPrefix(line, "  # ")
			if begins := text == "- name: "+entry || text == entry+":"; begins {
				inside, found = true, found+1
			} else if inside && (!comment || !strings.HasPrefix(text, "  ")) {
				inside = false
			}
			if inside && comment {
				lines[i] = "  " + text
			}
		}
		if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	if found != 1 {
		w.t.Fatalf("%d entries %s stand in the starter configuration as comments", found, entry)
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
			texts[i] = shown(c)
		}
		all = append(all, strings.Join(texts, "|"))
	}
	return all
}

// shown is a value as either database shows it: one keeps the zeros at the end of a decimal.
func shown(cell any) string {
	text := fmt.Sprint(cell)
	if raw, ok := cell.([]byte); ok {
		text = string(raw)
	}
	if whole, part, decimal := strings.Cut(text, "."); decimal && strings.Trim(whole+part, "-0123456789") == "" {
		return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}

func (w *workshop) erpDump() string {
	return strings.Join(append(w.query("SELECT * FROM SOHD ORDER BY SO_NO"), w.query("SELECT * FROM SOLN ORDER BY SO_NO, LN_NO")...), "\n")
}

// files is the text of all files whose path begins so.
func (w *workshop) files(prefix string) string {
	names, _ := filepath.Glob(filepath.Join(w.dir, prefix+"*.*"))
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(filepath.Base(name), ".") })
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
