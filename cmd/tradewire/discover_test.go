package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/discover"
)

// unknownERPs are schemas that nobody prepared for this, and what must be found in them. Roles that are not named must stay undecided.
var unknownERPs = []struct {
	name, schema string
	tables       map[discover.Role]string
	least, most  map[discover.Role]int // how sure, in percent
}{
	{"abbreviations", "scenarios/erp.sql", map[discover.Role]string{discover.Customers: "CUSM", discover.Items: "ITMM", discover.Orders: "SOHD", discover.OrderLines: "SOLN",
		discover.Shipments: "DNHD", discover.ShipmentLines: "DNLN", discover.Receivables: "ARIT"},
		map[discover.Role]int{discover.Customers: 80, discover.Orders: 80, discover.Receivables: 80}, nil},
	{"classicmodels", "classicmodels/schema.sql", map[discover.Role]string{discover.Customers: "customers", discover.Items: "products", discover.Orders: "orders", discover.OrderLines: "orderdetails"},
		map[discover.Role]int{discover.Customers: 85, discover.Orders: 80}, map[discover.Role]int{discover.Receivables: 30, discover.Shipments: 30}},
	{"french", "discover/french.sql", map[discover.Role]string{discover.Customers: "llx_societe", discover.Items: "llx_product", discover.Orders: "llx_commande", discover.OrderLines: "llx_commandedet",
		discover.Shipments: "llx_expedition", discover.ShipmentLines: "llx_expeditiondet", discover.Receivables: "llx_facture"},
		map[discover.Role]int{discover.Customers: 80, discover.Orders: 80}, map[discover.Role]int{discover.Receivables: 70}},
	{"debtors", "discover/debtors.sql", map[discover.Role]string{discover.Customers: "debtorsmaster", discover.Items: "stockmaster", discover.Orders: "salesorders", discover.OrderLines: "salesorderdetails",
		discover.Receivables: "debtortrans"},
		map[discover.Role]int{discover.Customers: 85, discover.Orders: 80}, map[discover.Role]int{discover.Receivables: 70, discover.Shipments: 30}},
	{"chinese", "discover/chinese.sql", map[discover.Role]string{discover.Customers: "客户", discover.Items: "物料", discover.Orders: "销售订单", discover.OrderLines: "销售订单明细",
		discover.Shipments: "发货单", discover.ShipmentLines: "发货单明细", discover.Receivables: "应收账款"}, nil, nil},
}

func TestTheTablesOfAnUnknownERPAreFoundWithTheRightToSelectAlone(t *testing.T) {
	for _, erp := range unknownERPs {
		schema, err := os.ReadFile("../../testdata/" + erp.schema)
		if err != nil {
			t.Fatal(err)
		}
		for engine, found := range map[string]func(*testing.T, string, string) (string, string){"sqlite": fileERP, "mysql": serverERP} {
			t.Run(erp.name+" "+engine, func(t *testing.T) {
				w := &workshop{t: t, dir: t.TempDir(), clock: &clock{jumps: true, start: monday}}
				w.mustRun("init", "--dir", w.dir)
				dsn, more := found(t, string(schema), w.dir)
				w.edit("tradewire.yaml", "    dsn: sqlite:erp.db\n", "    dsn: "+dsn+"\n"+more)
				before, _ := os.ReadFile(filepath.Join(w.dir, "erp.db"))
				var view discoveryView
				if err := json.Unmarshal([]byte(w.mustRun("discover", "erp", "--json", "--dir", w.dir)), &view); err != nil {
					t.Fatal(err)
				}
				for _, p := range view.Proposals {
					if p.Table != erp.tables[p.Role] {
						t.Errorf("%s: %q, want %q", p.Role, p.Table, erp.tables[p.Role])
					}
					if least := erp.least[p.Role]; p.Sure < least {
						t.Errorf("%s is only %d %% sure, want %d at least", p.Role, p.Sure, least)
					}
					if most, limited := erp.most[p.Role]; limited && p.Sure > most {
						t.Errorf("%s is %d %% sure, want %d at most", p.Role, p.Sure, most)
					}
				}
				golden(t, erp.name, w.judged(view))
				w.draftIsLinted()
				if draft := w.files("mappings/erp_order"); erp.name == "debtors" {
					for _, words := range []string{"  salesperson: 'undecided: ", "  branchcode: 'undecided: write which row of custbranch it names", "text(promised_on ?? requested_on)"} {
						if !strings.Contains(draft, words) {
							t.Errorf("what a new row needs is not in the draft: %s\n%s", words, draft)
						}
					}
				}
				if after, _ := os.ReadFile(filepath.Join(w.dir, "erp.db")); string(after) != string(before) {
					t.Error("the ERP's file was changed")
				}
			})
		}
	}
}

// fileERP makes a schema in a file.
func fileERP(t *testing.T, schema, dir string) (dsn, more string) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "erp.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(schema); err != nil {
		t.Fatal(err)
	}
	return "sqlite:erp.db", ""
}

// serverERP makes a schema on a server, and a user who may SELECT and nothing else.
func serverERP(t *testing.T, schema, dir string) (dsn, more string) {
	d := services.NewDatabase(t)
	user := "reads_" + d.Name
	for _, statement := range []string{strings.NewReplacer("INTEGER PRIMARY KEY AUTOINCREMENT", "INTEGER AUTO_INCREMENT PRIMARY KEY").Replace(schema),
		fmt.Sprintf("CREATE USER %s@'%%' IDENTIFIED BY 'right'; GRANT SELECT ON %s.* TO %[1]s@'%%'", user, d.Name)} {
		if _, err := d.DB.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _, _ = d.DB.Exec(fmt.Sprintf("DROP USER %s@'%%'", user)) })
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("right"), 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("'mysql:%s@tcp(%s)/%s'", user, d.Config.Addr, d.Name), "    password: file:password\n    insecure: true\n"
}

// judged is a judgement as a file: the same whichever database it was.
func (w *workshop) judged(view discoveryView) string {
	var b strings.Builder
	for _, p := range view.Proposals {
		fmt.Fprintf(&b, "%s: %s, %d %%\n", p.Role, orUndecided(p.Table), p.Sure)
		for _, r := range p.Reasons {
			fmt.Fprintf(&b, "    %s\n", r)
		}
		for _, c := range p.Candidates {
			fmt.Fprintf(&b, "  not %s, %d %%: %s\n", c.Name, c.Sure, strings.Join(c.Reasons, "; "))
		}
	}
	for _, kind := range discover.Documents() {
		fmt.Fprintf(&b, "\n%s\n", kind)
		var v discoveryView
		if err := json.Unmarshal([]byte(w.mustRun("discover", "erp", "--json", "--against", string(kind))), &v); err != nil {
			w.t.Fatal(err)
		}
		for _, f := range v.Fields {
			fmt.Fprintf(&b, "  %s: %s, %d %%: %s (%s)\n", f.Field, orUndecided(f.Value), f.Sure, f.Column, f.Why)
		}
	}
	return b.String()
}

func orUndecided(s string) string {
	if s == "" {
		return "UNDECIDED"
	}
	return s
}

// draftIsLinted sees that nothing is wrong with a draft but what is undecided, and that each of that is named with its line.
func (w *workshop) draftIsLinted() {
	w.t.Helper()
	for _, starter := range []string{"pipelines/master_data.yaml", "pipelines/shipping.yaml"} {
		if err := os.Remove(filepath.Join(w.dir, starter)); err != nil {
			w.t.Fatal(err)
		}
	}
	marked := 0
	for _, pattern := range []string{"mappings/erp_*.yaml", "pipelines/erp_*.yaml"} {
		names, _ := filepath.Glob(filepath.Join(w.dir, pattern))
		for _, name := range names {
			body, err := os.ReadFile(name)
			if err != nil {
				w.t.Fatal(err)
			}
			marked += strings.Count(string(body), "'undecided: write ")
		}
	}
	_, faults, code := w.tradewire("lint")
	lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(faults), "\n"), func(line string) bool {
		// What is left of the starter set speaks of the tables of another ERP, as the saved schema tells.
		return strings.HasPrefix(line, "pipelines/orders.yaml:") || strings.HasPrefix(line, "mappings/order_to_erp.yaml:")
	})
	for _, line := range lines {
		if !strings.Contains(line, "yaml:") || !strings.Contains(line, " undecided this is not decided yet -> write ") {
			w.t.Errorf("lint says of a draft: %s", line)
		}
	}
	if code != 2 || len(lines) != marked || marked == 0 {
		w.t.Errorf("lint ends with %d and names %d values; %d are marked\n%s", code, len(lines), marked, faults)
	}
}

// answers are what a person writes for the values that a draft of the scenarios' ERP leaves open.
var answers = map[string]map[string]string{
	"mappings/erp_party.yaml":          {"channel": `'"domestic"'`, "class": `'"B"'`, "stopped": "CU_STS == 9"},
	"mappings/erp_credit_account.yaml": {"stopped": "CU_STS == 9"},
	"mappings/erp_order.yaml":          {"SO_STS": `integer(code("state", state))`, "UOM": `code("unit", quantity.unit)`},
	"mappings/erp_shipment.yaml":       {"quantity": `quantity(QTY, code("unit", UOM))`},
	"pipelines/erp_master_data.yaml":   {"number": `{counter: CNTR, column: NXT_NO, where: {CNT_CD: SO}, mask: "SO{000000}"}`},
}

func TestADraftRunsWhenWhatWasUndecidedIsWritten(t *testing.T) {
	t.Run("file", func(t *testing.T) { newWorkshop(t).draftRuns() })
	t.Run("server", func(t *testing.T) { newServerWorkshop(t).draftRuns() })
}

func (w *workshop) draftRuns() {
	t := w.t
	w.mustRun("discover", "erp", "--sample", "10", "--dir", w.dir)
	for _, starter := range []string{"pipelines/master_data.yaml", "pipelines/shipping.yaml"} {
		if err := os.Remove(filepath.Join(w.dir, starter)); err != nil {
			t.Fatal(err)
		}
	}
	orders := w.files("pipelines/orders")
	begin, end := strings.Index(orders, "  # The order in the ERP:"), strings.Index(orders, "  # What became of the order")
	w.edit("pipelines/orders.yaml", orders[begin:end], "")
	for file, values := range answers {
		for field, value := range values {
			body := w.files(strings.TrimSuffix(file, ".yaml"))
			at := strings.Index(body, " "+field+": 'undecided: ")
			if at < 0 {
				t.Fatalf("%s does not leave %s open:\n%s", file, field, body)
			}
			line := body[at : at+strings.Index(body[at:], "\n")]
			w.edit(file, line, " "+field+": "+value)
		}
	}
	w.edit("mappings/erp_order.yaml", "\nfields:", "\ncodes:\n  unit: {values: {C62: PCS}}\n  state: {values: {released: \"1\", held: \"5\", partially_shipped: \"1\", shipped: \"1\", short_closed: \"8\", cancelled: \"9\"}}\n\nfields:")
	w.edit("mappings/erp_shipment.yaml", "\nfields:", "\ncodes:\n  unit: {values: {PCS: C62}}\n\nfields:")
	w.mustRun("lint")
	w.inbox(0, oneOrder)
	w.mustRun("run", "--until-idle")
	w.wants("SELECT SO_NO, CU_NO, EXT_REF, EXT_REV, CUR_CD, SO_STS FROM SOHD WHERE NET_AMT = 10", "SO000001|K1|O1|1|HKD|1")
	w.wants("SELECT SO_NO, LN_NO, IT_NO, UOM FROM SOLN WHERE QTY = 1 AND UPRC = 10", "SO000001|1|P1|PCS")
	w.mustRun("reconcile")
}

func TestDiscoverTellsPeopleWhatItFoundAndHowSureItIs(t *testing.T) {
	w := newWorkshop(t)
	for _, one := range []struct{ args, words []string }{
		{[]string{"discover", "erp"}, []string{"customers", "CUSM", "90 %", "a credit limit", "points at it", "Nothing was changed and nothing written."}},
		{[]string{"discover", "erp", "--against", "sales_order"}, []string{"lines.price", "SOLN.UPRC", "95 %", "decimal(UPRC)", "undecided", "15 of 21 fields are filled by a column; of the 11 that are needed 2 are undecided."}},
	} {
		out := w.mustRun(one.args...)
		for _, word := range one.words {
			if !strings.Contains(out, word) {
				t.Errorf("%v does not say %q:\n%s", one.args, word, out)
			}
		}
	}
	w.exec("DROP TABLE ARIT")
	if out := w.mustRun("discover", "erp"); !strings.Contains(out, "undecided") || !strings.Contains(out, "no table looks like it") {
		t.Errorf("a table that is not there is not said to be undecided:\n%s", out)
	}
}

func TestDiscoverSaysWhatIsWrongWithTheCommandLine(t *testing.T) {
	w := newWorkshop(t)
	w.refused(2, 1, []string{`there is no connection "epr"`, "erp"}, "discover", "epr")
	w.refused(2, 1, []string{"has no tables", "driver: sqldb"}, "discover", "alerts")
	w.refused(2, 1, []string{"--against sales_odrer", "sales_order"}, "discover", "erp", "--against", "sales_odrer")
	w.refused(2, 1, []string{"--sample"}, "discover", "erp", "--sample", "5000")
	w.mustRun("discover", "erp", "--dir", filepath.Join(w.dir, "draft"))
	w.refused(2, 1, []string{"is there already: nothing was written"}, "discover", "erp", "--dir", filepath.Join(w.dir, "draft"))
	w.edit("pipelines/orders.yaml", "steps:", "stpes:")
	w.mustRun("discover", "erp") // what is wrong elsewhere is what it may help with
	if err := os.Remove(filepath.Join(w.dir, "erp.db")); err != nil {
		t.Fatal(err)
	}
	w.refused(3, 1, []string{"erp", "see whether the file is there"}, "discover", "erp")
}

// golden compares with a file of testdata/discover.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("../../testdata/discover", name+".golden.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		wants := strings.Split(string(want), "\n")
		for i, line := range strings.Split(got, "\n") {
			if i >= len(wants) || wants[i] != line {
				t.Errorf("%s:%d is not\n%s", path, i+1, line)
			}
		}
	}
}
