package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tradewire/connectors/connectortest/services"
)

// A history is an installation beside a CRM that has been in use for years.
type history struct {
	*workshop
	crm *sql.DB
}

const crmTables = `
CREATE TABLE ORD (id VARCHAR(40) PRIMARY KEY, number VARCHAR(40), revision INTEGER NOT NULL, status VARCHAR(20), customer VARCHAR(40), customer_po VARCHAR(40), currency VARCHAR(3),
  ordered_on VARCHAR(10), requested_on VARCHAR(10), promised_on VARCHAR(10), terms VARCHAR(20), tax_percent VARCHAR(10), total VARCHAR(20), updated_at VARCHAR(40));
CREATE TABLE LIN (order_id VARCHAR(40), no INTEGER, sku VARCHAR(40), qty VARCHAR(20), unit VARCHAR(10), price VARCHAR(20), promised_on VARCHAR(10), PRIMARY KEY (order_id, no));
CREATE TABLE CUS (id VARCHAR(40) PRIMARY KEY, name VARCHAR(80), local_name VARCHAR(80), tax VARCHAR(40), erp VARCHAR(40));`

// historical is such an installation on files, or in databases of a server. Its clock is the real one.
func historical(t *testing.T, engine string) *history {
	t.Helper()
	h := &history{}
	crm := ""
	if engine == services.MySQL {
		d := services.NewDatabase(t)
		h.workshop, h.crm, crm = newServerWorkshop(t), d.DB, "mysql:"+d.DSN
	} else {
		h.workshop, crm = newWorkshop(t), "sqlite:crm.db"
		var err error
		if h.crm, err = sql.Open("sqlite", filepath.Join(h.dir, "crm.db")+"?_pragma=busy_timeout(5000)"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { h.crm.Close() })
	}
	h.clock = &clock{}
	h.edit("tradewire.yaml", "connections:\n", "connections:\n  crm: {driver: sqldb, dsn: '"+crm+"', time_zone: Asia/Hong_Kong}\n")
	h.edit("pipelines/orders.yaml", "sources:\n", `sources:
  - name: crm_orders
    connection: crm
    mapping: order_in
    every: 300ms
    lane: customer
    read:
      select: SELECT id, number, revision, status, customer, customer_po, currency, ordered_on, requested_on, promised_on, terms, tax_percent, total, updated_at FROM ORD
      key: id
      detect: timestamp
      at: updated_at
      version: revision
      rows:
        lines: {select: "SELECT order_id, no, sku, qty, unit, price, promised_on FROM LIN", parent: {order_id: id}, order: no}
`)
	h.withoutInbox()
	h.edit("pipelines/orders.yaml", "steps: [orders, credit, confirming, distribution]", "steps: [orders, credit]")
	for _, file := range []string{"pipelines/shipping.yaml", "policies/distribution.yaml", "policies/shipping.yaml"} {
		if err := os.Remove(filepath.Join(h.dir, file)); err != nil {
			t.Fatal(err)
		}
	}
	h.inCRM(crmTables)
	for i := range 20 {
		h.exec(fmt.Sprintf("INSERT INTO CUSM VALUES ('F%02d', 'Customer %d', 1, 99999999.00, 'HKD')", i, i))
	}
	return h
}

// withoutInbox takes the starter's source of orders out: they come from the CRM.
func (h *history) withoutInbox() {
	h.t.Helper()
	path := filepath.Join(h.dir, "pipelines", "orders.yaml")
	body, err := os.ReadFile(path)
	if err != nil {
		h.t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(body), "  - name: inbox_orders")
	_, after, found := strings.Cut(rest, "  # The same from a CRM")
	if !found {
		h.t.Fatal("pipelines/orders.yaml of the starter set is another")
	}
	if err := os.WriteFile(path, []byte(before+"  # The same from a CRM"+after), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

func (h *history) inCRM(statements string) {
	h.t.Helper()
	for statement := range strings.SplitSeq(statements, ";\n") {
		if statement = strings.TrimSuffix(strings.TrimSpace(statement), ";"); statement == "" {
			continue
		}
		if _, err := h.crm.ExecContext(h.t.Context(), statement); err != nil {
			h.t.Fatal(err, statement)
		}
	}
}

// orders puts so many orders into the CRM, as they were entered last week.
func (h *history) orders(n int) {
	h.t.Helper()
	var heads, lines []string
	day := time.Now().AddDate(0, 0, -7)
	for i := range n {
		id := fmt.Sprintf("O%05d", i)
		heads = append(heads, fmt.Sprintf("('%s', 'SO-%s', 1, 'confirmed', 'F%02d', 'PO-%s', 'HKD', '%s', '%s', NULL, 'NET30', '0', '100', '%s')", id, id, i%20, id,
			day.Format(time.DateOnly), day.AddDate(0, 2, 0).Format(time.DateOnly), day.Add(time.Duration(i)*time.Second).Format(time.DateTime)))
		lines = append(lines, fmt.Sprintf("('%s', 1, 'P1', '10', 'pcs', '10', NULL)", id))
	}
	h.inCRM("INSERT INTO ORD VALUES " + strings.Join(heads, ",") + ";\nINSERT INTO LIN VALUES " + strings.Join(lines, ","))
}

// changes are made in the CRM now: a further revision of every seventh order.
func (h *history) changes() {
	h.t.Helper()
	now := time.Now().In(time.FixedZone("HKT", 8*60*60)).Format(time.DateTime)
	h.inCRM("UPDATE ORD SET revision = revision + 1, updated_at = '" + now + "' WHERE id LIKE 'O%0' OR id LIKE 'O%7'")
}

// voice is what a program says, while it speaks.
type voice struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (v *voice) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.said.Write(p)
}

func (v *voice) String() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.said.String()
}

// started is a program of its own: this very binary.
func (h *history) started(args ...string) (*exec.Cmd, *voice) {
	h.t.Helper()
	program := exec.Command(os.Args[0], append(args, "--config", filepath.Join(h.dir, "tradewire.yaml"))...) // #nosec G204 -- this very binary
	program.Env = append(os.Environ(), "TRADEWIRE_IS_THE_PROGRAM=in real time")
	said := &voice{}
	program.Stdout, program.Stderr = said, said
	if err := services.Start(h.t, program); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		_ = program.Process.Kill()
		_, _ = program.Process.Wait()
	})
	return program, said
}

func (h *history) stands() (all map[string]backfillView) {
	h.t.Helper()
	all = map[string]backfillView{}
	out, _, code := h.tradewire("backfill", "--status", "--json")
	if code != 0 {
		return all // there is no store yet
	}
	var views []backfillView
	if err := json.Unmarshal([]byte(out), &views); err != nil {
		h.t.Fatal(err, out)
	}
	for _, v := range views {
		all[v.Source] = v
	}
	return all
}

// awaits waits until something is so of a backfill.
func (h *history) awaits(what string, said *voice, is func(v backfillView) bool) backfillView {
	h.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if v, there := h.stands()["crm_orders"]; there && is(v) {
			return v
		}
	}
	h.t.Fatalf("it does not come to this: %s: %+v\n%s", what, h.stands(), said)
	return backfillView{}
}

// erpHolds is what the ERP holds of the CRM's orders, without the numbers that it gave them.
func (h *history) erpHolds() string {
	return strings.Join(h.query("SELECT h.EXT_REF, h.EXT_REV, h.CU_NO, h.TOT_AMT, h.SO_STS, l.IT_NO, l.QTY FROM SOHD h JOIN SOLN l ON l.SO_NO = h.SO_NO ORDER BY 1, 2, 6"), "\n")
}

func onEach(t *testing.T, test func(t *testing.T, h *history)) {
	for _, engine := range []string{services.SQLite, services.MySQL} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, historical(t, engine))
		})
	}
}

// Killed in the middle while the CRM goes on changing, a backfill loses nothing and doubles nothing: the ERP holds what it holds
// after one that nobody interrupted.
func TestABackfillThatIsKilledGoesOnAsIfNothingHadHappened(t *testing.T) {
	for _, engine := range []string{services.SQLite, services.MySQL} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			const orders = 400
			h := historical(t, engine)
			h.orders(orders)
			if engine == services.MySQL {
				h.edit("tradewire.yaml", "store:\n", "store:\n  lease: 1s\n")
			}
			for kills, after := range []int64{60, 150, 250} {
				program, said := h.started("backfill", "crm_orders", "--chunk", "10", "--rate", "200/s")
				h.awaits(fmt.Sprint(after, " are read"), said, func(v backfillView) bool { return v.Read >= after })
				if kills == 1 {
					h.changes()
				}
				_ = program.Process.Kill()
				_ = program.Wait()
				if v := h.stands()["crm_orders"]; v.State != "open" || v.Read >= orders {
					t.Fatalf("after a kill it stands at %+v", v)
				}
			}
			h.changes()
			var v backfillView
			if err := json.Unmarshal([]byte(h.mustRun("backfill", "crm_orders", "--rate", "", "--json")), &v); err != nil {
				t.Fatal(err)
			}
			if v.State != "finished" || v.Read != orders || v.Unreadable != 0 {
				t.Errorf("%+v", v)
			}
			h.changes()
			h.mustRun("run", "--until-idle")
			h.mustRun("reconcile")

			whole := historical(t, engine)
			whole.orders(orders)
			for range 3 {
				whole.changes()
			}
			whole.mustRun("backfill", "crm_orders")
			whole.mustRun("run", "--until-idle")
			if got, want := h.erpHolds(), whole.erpHolds(); got != want || strings.Count(got, "\n") != orders-1 {
				t.Errorf("%d rows in the ERP, and %d without an interruption", strings.Count(got, "\n")+1, strings.Count(want, "\n")+1)
			}
			if b := h.buckets(); b["superseded"] > 0 || b["dead_letter"] > 0 {
				t.Errorf("the orders stand %v", b)
			}
			before := h.erpDump()
			h.mustRun("backfill", "crm_orders", "--again")
			if v := h.stands()["crm_orders"]; v.Known != orders || v.News != 0 || h.erpDump() != before {
				t.Errorf("once more from the beginning is news: %+v", v)
			}
		})
	}
}

func TestCtrlCStopsABackfillBehindItsChunkAndSaysHowToGoOn(t *testing.T) {
	onEach(t, func(t *testing.T, h *history) {
		h.orders(200)
		program, said := h.started("backfill", "crm_orders", "--chunk", "10", "--rate", "100/s")
		h.awaits("some are read", said, func(v backfillView) bool { return v.Read >= 30 })
		_ = program.Process.Signal(os.Interrupt)
		if err := program.Wait(); err == nil || program.ProcessState.ExitCode() != exitRuntime {
			t.Errorf("it ends with %v, though not all is loaded", err)
		}
		if !strings.Contains(said.String(), "Go on with: tradewire backfill crm_orders") {
			t.Errorf("it says %s", said)
		}
		v := h.stands()["crm_orders"]
		if v.State != "paused" || v.Read%10 != 0 || v.GoOn != "tradewire backfill crm_orders" {
			t.Errorf("it stands at %+v", v)
		}
		if out := h.mustRun("run", "--until-idle"); !strings.Contains(out, "the backfill of crm_orders is paused") {
			t.Errorf("run says %s", out)
		}
		if now := h.stands()["crm_orders"]; now.Read != v.Read {
			t.Errorf("a paused backfill went on from %d to %d", v.Read, now.Read)
		}
		if out := h.mustRun("backfill", "crm_orders", "--abandon"); !strings.Contains(out, "is given up") || len(h.stands()) != 0 {
			t.Errorf("giving it up says %s", out)
		}
		h.mustRun("backfill", "crm_orders")
		if got := strings.Count(h.erpHolds(), "\n") + 1; got != 200 {
			t.Errorf("%d orders in the ERP", got)
		}
	})
}

// Where the service runs, it loads: two who read one source would take in an older image after a later one.
func TestTheServiceThatRunsDoesTheLoading(t *testing.T) {
	onEach(t, func(t *testing.T, h *history) {
		service, said := h.started("run")
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			if out, _, code := h.tradewire("status", "--json"); code == 0 && strings.Contains(out, `"party"`) {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("the service does not come up: %s", said)
			}
		}
		h.orders(200)
		asking, asked := h.started("backfill", "crm_orders", "--chunk", "10", "--rate", "100/s")
		h.awaits("some are read", asked, func(v backfillView) bool { return v.Read >= 30 })
		h.mustRun("backfill", "crm_orders", "--pause")
		_ = asking.Wait()
		v := h.awaits("it is paused", asked, func(v backfillView) bool { return v.State == "paused" })
		if !strings.Contains(asked.String(), "is paused") {
			t.Errorf("who asked is told %s", asked)
		}
		h.changes()
		h.mustRun("backfill", "crm_orders", "--resume", "--rate", "")
		h.awaits("all is read", said, func(v backfillView) bool { return v.State == "finished" })
		if v.Read >= 200 {
			t.Errorf("it was not paused on its way: %+v", v)
		}
		_ = service.Process.Signal(syscall.SIGTERM)
		if err := service.Wait(); err != nil {
			t.Errorf("%v: %s", err, said)
		}
		if engine := h.stands(); engine["crm_orders"].Read != 200 {
			t.Errorf("%+v", engine)
		}
		h.mustRun("run", "--until-idle")
		h.mustRun("reconcile")
		if got := strings.Count(h.erpHolds(), "\n") + 1; got != 200 {
			t.Errorf("%d orders in the ERP", got)
		}
	})
}

func TestABackfillOutsideItsHoursSaysWhenItGoesOn(t *testing.T) {
	h := historical(t, services.SQLite)
	h.orders(20)
	now := time.Now().In(time.FixedZone("HKT", 8*60*60))
	hours := now.Add(2*time.Hour).Format("15:04") + "-" + now.Add(3*time.Hour).Format("15:04")
	program, said := h.started("backfill", "crm_orders", "--hours", hours)
	v := h.awaits("it waits", said, func(v backfillView) bool { return v.WaitsUntil != nil })
	if v.Read != 0 || !strings.Contains(v.WaitsFor, "outside the hours "+hours) {
		t.Errorf("it stands at %+v", v)
	}
	if out := h.mustRun("backfill", "--status"); !strings.Contains(out, "crm_orders waits until ") {
		t.Errorf("--status says %s", out)
	}
	for end := time.Now().Add(20 * time.Second); !strings.Contains(said.String(), "waits until") && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	h.mustRun("backfill", "crm_orders", "--resume", "--hours", "")
	h.awaits("all is read", said, func(v backfillView) bool { return v.State == "finished" })
	if err := program.Wait(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
	if !strings.Contains(said.String(), "0 of 20, waits until ") || !strings.Contains(said.String(), "outside the hours") {
		t.Errorf("it says %s", said)
	}
}

func TestACommandLineOfABackfillThatIsWrongIsRefusedInWords(t *testing.T) {
	w := newWorkshop(t)
	w.refused(2, 1, []string{"there is no source", `did you mean "erp_customers"?`}, "backfill", "erp_custmers")
	w.refused(2, 1, []string{"name a source of pipelines"}, "backfill")
	w.refused(2, 1, []string{"erp_items is named twice"}, "backfill", "erp_items", "erp_customers", "erp_items")
	w.refused(2, 1, []string{"cannot load erp_receivables", "one picture of one moment"}, "backfill", "erp_receivables")
	w.refused(2, 1, []string{"the rate", "200/m"}, "backfill", "erp_customers", "--rate", "200")
	w.refused(2, 1, []string{"the hours", "19:00-07:00"}, "backfill", "erp_customers", "--hours", "7-19")
	w.refused(2, 1, []string{"--chunk 0"}, "backfill", "erp_customers", "--chunk", "0")
	w.refused(2, 1, []string{"write one"}, "backfill", "erp_customers", "--pause", "--resume")
	w.refused(2, 1, []string{"only hold"}, "backfill", "erp_customers", "--unmatched", "guess")
	w.refused(1, 1, []string{"there is no backfill of erp_customers"}, "backfill", "erp_customers", "--pause")
	w.refused(2, 1, []string{"cannot be matched", `did you mean "customers"?`}, "backfill", "match", "customer")
	w.refused(2, 1, []string{"no source that reads customers", "write erp_customers"}, "backfill", "match", "customers", "--crm", "crm_customers_of_ours")
}

// Several sources wait for one another, and none is read from its beginning while it waits.
func TestSourcesThatAreNamedTogetherAreLoadedInTheirOrder(t *testing.T) {
	onEach(t, func(t *testing.T, h *history) {
		h.orders(60)
		out, told, code := h.tradewire("backfill", "erp_customers", "erp_items", "crm_orders", "--chunk", "7", "--rate", "200/s")
		if code != 0 || !strings.Contains(told, "read from their beginning first, as run does: erp_accounts, erp_receivables (") {
			t.Errorf("exit %d: %s%s", code, out, told)
		}
		all := h.stands()
		if len(all) != 3 || all["erp_customers"].News != 23 || all["erp_items"].News != 1 || all["crm_orders"].Read != 60 || all["crm_orders"].News < 59 { // the last order is where the source stood
			t.Errorf("%+v", all)
		}
		if !all["erp_customers"].Ended.Before(*all["crm_orders"].Last) || all["erp_items"].Ended.Before(*all["erp_customers"].Ended) {
			t.Errorf("the order was another: %+v", all)
		}
		if b := h.buckets(); b["released"] != 60 || len(b) != 1 {
			t.Errorf("the orders stand %v", b)
		}
		var views []backfillView
		if err := json.Unmarshal([]byte(h.mustRun("backfill", "erp_customers", "crm_orders", "--json")), &views); err != nil || len(views) != 2 {
			t.Errorf("%v %+v", err, views)
		}
	})
}

// matching adds the CRM's customers to a history.
func (h *history) matching() {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, "mappings", "customer_from_crm.yaml"), []byte(`decode: party
fields:
  id: id
  name: name ?? ""
  local_name: local_name ?? ""
  tax_id: tax ?? ""
  account: id
  refs:
    fields:
      erp: erp ?? ""
`), 0o644); err != nil {
		h.t.Fatal(err)
	}
	h.edit("pipelines/master_data.yaml", "sources:\n", `sources:
  - name: crm_customers
    connection: crm
    mapping: customer_from_crm
    every: 1h
    read: {select: "SELECT id, name, local_name, tax, erp FROM CUS", key: id, detect: snapshot}
`)
}

func (h *history) review(what string) string {
	h.t.Helper()
	body, err := os.ReadFile(filepath.Join(h.dir, "review", what+".csv"))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(body)
}

func TestCustomersAreMatchedReviewedAcceptedAndThenLoaded(t *testing.T) {
	onEach(t, func(t *testing.T, h *history) {
		h.matching()
		h.inCRM("INSERT INTO CUS VALUES ('C-1', 'Anybody', NULL, NULL, 'F00'), ('C-2', 'CUSTOMER 2 Co., Ltd.', NULL, NULL, NULL), ('C-3', '=HYPERLINK(\"http://x\")', '新客户有限公司', NULL, NULL)")
		match := []string{"backfill", "match", "customers", "--crm", "crm_customers", "--erp", "erp_customers"}
		var v matchView
		if err := json.Unmarshal([]byte(h.mustRun(append(match, "--json")...)), &v); err != nil {
			t.Fatal(err)
		}
		if v.CRM != 3 || v.Decided != 1 || v.Undecided != 2 || !maps.Equal(v.Confidence, map[string]int{"sure": 1, "possible": 1, "nothing": 1}) {
			t.Errorf("%+v", v)
		}
		want := "\ufeffcrm key,crm name,erp key,erp name,rule,confidence,why,decision\r\n" +
			"C-1,Anybody,F00,Customer 0,code,sure,,same\r\n" +
			"C-2,\"CUSTOMER 2 Co., Ltd.\",F02,Customer 2,name,possible,,\r\n" +
			"C-3,\"'=HYPERLINK(\"\"http://x\"\") / 新客户有限公司\",,,,,,\r\n"
		if got := h.review("customers"); got != want {
			t.Errorf("the review is\n%s\nwant\n%s", got, want)
		}

		h.orders(20)
		h.inCRM("UPDATE ORD SET customer = CASE WHEN id < 'O00010' THEN 'C-1' WHEN id < 'O00015' THEN 'C-2' ELSE 'C-3' END")
		h.refused(2, 3, []string{"review/customers.csv:3:1 undecided C-2", "review/customers.csv:4:1 undecided C-3", "not-accepted", "--unmatched hold"}, "backfill", "crm_orders")

		h.edit("review/customers.csv", "possible,,\r\n", "possible,,Same\r\n")
		h.mustRun(match...) // once more: what was decided stays
		if got := h.review("customers"); !strings.Contains(got, "name,possible,,same\r\n") {
			t.Errorf("matching again forgets a decision:\n%s", got)
		}
		out := h.mustRun(append(match, "--accept", "review/customers.csv")...)
		if !strings.Contains(out, "2 customers of crm have their key in erp") || !strings.Contains(out, "no mapping uses it yet") {
			t.Errorf("accepting says %s", out)
		}
		codes, err := os.ReadFile(filepath.Join(h.dir, "codes", "customers.yaml"))
		if err != nil || !strings.Contains(string(codes), "  \"C-1\": \"F00\" # Anybody\n  \"C-2\": \"F02\" # CUSTOMER 2 Co., Ltd.\n") {
			t.Errorf("the code list is %s (%v)", codes, err)
		}
		h.edit("mappings/order_in.yaml", "codes:\n", "codes:\n  customer: {file: codes/customers.yaml}\n")
		h.edit("mappings/order_in.yaml", "customer: customer  ", `customer: code("customer", customer)  `)
		h.refused(2, 1, []string{"review/customers.csv:4:1 undecided C-3"}, "backfill", "crm_orders")
		h.mustRun("backfill", "crm_orders", "--unmatched", "hold")
		if b := h.buckets(); b["released"] != 15 || b["dead_letter"] != 5 {
			t.Errorf("the orders stand %v", b)
		}
		if rows := h.query("SELECT CU_NO, COUNT(*) FROM SOHD GROUP BY CU_NO ORDER BY 1"); strings.Join(rows, " ") != "F00|10 F02|5" {
			t.Errorf("in the ERP: %v", rows)
		}
		if out := h.mustRun("deadletters"); !strings.Contains(out, `C-3`) {
			t.Errorf("the dead letters do not name the customer: %s", out)
		}
	})
}

func TestAReviewThatIsWrongIsRefusedLineByLine(t *testing.T) {
	h := historical(t, services.SQLite)
	h.matching()
	h.inCRM("INSERT INTO CUS VALUES ('C-1', 'One', NULL, NULL, NULL), ('C-2', 'Two', NULL, NULL, NULL), ('0012', 'Three', NULL, NULL, NULL), ('MAR1', 'Four', NULL, NULL, NULL)")
	match := []string{"backfill", "match", "customers", "--crm", "crm_customers", "--erp", "erp_customers"}
	h.refused(2, 1, []string{"there is no file review/customers.csv"}, append(match, "--accept", "review/customers.csv")...)
	h.mustRun(match...)
	if got := h.review("customers"); !strings.Contains(got, "\r\n'0012,Three,") || !strings.Contains(got, "\r\n'MAR1,Four,") {
		t.Errorf("Excel would alter a key:\n%s", got)
	}
	const header = "crm key,crm name,erp key,erp name,rule,confidence,why,decision\n"
	for name, c := range map[string]struct {
		body  string
		lines int
		want  []string
	}{
		"no header":                 {"C-1,One,F01,,,,,same\n", 1, []string{"review/customers.csv:1:1 bad-header"}},
		"nothing":                   {"", 1, []string{"bad-header"}},
		"another encoding":          {header + "C-1,\xb5\xe7,F01,,,,,same\n", 1, []string{"not-utf8", "CSV UTF-8"}},
		"a word that is none":       {header + "C-1,One,F01,,,,,sane\n", 1, []string{"customers.csv:2:1 unknown-word", `did you mean "same"?`}},
		"same as nothing":           {header + "C-1,One,,,,,,same\n", 1, []string{"customers.csv:2:1 missing-key", "the erp key is missing"}},
		"a cell too few":            {header + "C-1,One,F01,,,,same\n", 1, []string{"customers.csv:2:1 bad-row 7 cells where 8 belong"}},
		"no key":                    {header + ",One,F01,,,,,same\n", 1, []string{"the crm key is missing"}},
		"an ERP key claimed by two": {header + "C-1,One,F01,,,,,same\nC-2,Two,F01,,,,,same\n", 1, []string{"customers.csv:3:1 claimed-twice F01 of the ERP is C-2, and in line 2 it is C-1"}},
		"a CRM key with two":        {header + "C-1,One,F01,,,,,same\nC-1,One,F02,,,,,same\n", 1, []string{"customers.csv:3:1 claimed-twice C-1 is F02, and in line 2 it is F01"}},
		"a row twice":               {header + "C-1,One,F01,,,,,\nC-1,One,F01,,,,,same\n", 1, []string{"customers.csv:3:1 duplicate-row"}},
		"an ERP key that is none":   {header + "C-1,One,F0l,,,,,same\n", 1, []string{`customers.csv:2:1 unknown-key erp_customers has no "F0l"`, "did you mean"}},
		"a CRM key that Excel ate":  {header + "12,Three,F01,,,,,same\n", 1, []string{`unknown-key crm_customers has no "12"`}},
		"a quote that does not end": {header + "C-1,\"One,F01,,,,,same\n", 1, []string{"syntax"}},
		"several at once":           {header + "C-1,One,F0l,,,,,sane\nC-2,Two,,,,,,same\n", 2, []string{":2:1 unknown-word", ":3:1 missing-key"}},
		"nothing decided":           {header + "C-1,One,F01,,,,,none\n", 1, []string{"nothing was decided to be the same"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &workshop{t: t, dir: h.dir, clock: h.clock}
			if err := os.WriteFile(filepath.Join(h.dir, "review", "customers.csv"), []byte(c.body), 0o644); err != nil {
				t.Fatal(err)
			}
			code := exitConfig
			if name == "nothing decided" {
				code = exitRuntime
			}
			w.refused(code, c.lines, c.want, append(match, "--accept", "review/customers.csv")...)
			if _, err := os.Stat(filepath.Join(h.dir, "codes")); err == nil && code == exitConfig {
				t.Error("a code list was written of a wrong review")
			}
		})
	}
	// As Excel saves it in a country of semicolons, with empty lines behind.
	saved := "\ufeff" + strings.ReplaceAll(header, ",", ";") + "'0012;Drei;F01;;;;;SAME\r\n'MAR1;Vier;F02;;;;;same\r\n;;;;;;;\r\n"
	if err := os.WriteFile(filepath.Join(h.dir, "review", "customers.csv"), []byte(saved), 0o644); err != nil {
		t.Fatal(err)
	}
	h.mustRun(append(match, "--accept", "review/customers.csv")...)
	if body, _ := os.ReadFile(filepath.Join(h.dir, "codes", "customers.yaml")); !strings.Contains(string(body), "  \"0012\": \"F01\" # Drei\n  \"MAR1\": \"F02\" # Vier\n") {
		t.Errorf("the code list is %s", body)
	}
}

// Every text survives the way through the file.
func FuzzAKeyComesBackFromTheReviewAsItWas(f *testing.F) {
	for _, key := range []string{"=1+1", "'x", "0012", "1E5", "MAR-1", "@sum", "\tx", "a,b\"c", "TRUE", "＝x", "'=1"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if strings.TrimSpace(key) == "" || strings.ContainsAny(key, "\r\n") || !strings.Contains(strings.ToValidUTF8(key, ""), key) || strings.Contains(key, "\ufeff") {
			return
		}
		var file bytes.Buffer
		if err := (review{rows: []reviewRow{{crm: key, erp: key, decision: same}}}).write(&file); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(strings.Split(file.String(), "\r\n")[1], "=") {
			t.Errorf("%q is a formula: %s", key, &file)
		}
		r, faults := readReview(&file, "x.csv")
		if len(faults) > 0 || len(r.rows) != 1 || r.rows[0].crm != key || r.rows[0].erp != key {
			t.Errorf("%q comes back as %+v, %v", key, r.rows, faults)
		}
	})
}
