package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The configuration of testdata/classicmodels is for a public sample schema that knows nothing of Tradewire: no column
// for our number, no open items, no despatches, no currency.
func TestAShopThatWasNotMadeForTradewireIsServedByConfigurationAlone(t *testing.T) {
	t.Parallel()
	w := classicmodels(t)
	ourOrders := "SELECT orderNumber, +orderDate, +requiredDate, +shippedDate, status, comments, customerNumber FROM orders WHERE orderNumber > 10103"
	theirs := w.query("SELECT * FROM orders")
	w.mustRun("lint")

	w.mustRun("run", "--until-idle")
	w.wants(ourOrders, "10104|2026-03-02|2026-03-12|<nil>|In Process|crm-501|901")
	w.wants("SELECT orderLineNumber, productCode, quantityOrdered, priceEach FROM orderdetails WHERE orderNumber = 10104 ORDER BY 1",
		"1|T10_0001|30|84.2", "2|T72_0003|45|39.89")
	if got := w.query("SELECT * FROM orders WHERE orderNumber <= 10103"); !slices.Equal(got, theirs) {
		t.Errorf("the shop's own orders were touched: %q, want %q", got, theirs)
	}
	owes := "exposure USD 1,765.00 + this order USD 4,216.00 = USD 5,981.00, limit USD 5,000.00: USD 981.00 too much"
	if alerts := w.files("alerts/"); !strings.Contains(alerts, "Q-502 is held") || !strings.Contains(alerts, owes) {
		t.Errorf("no alert says %q:\n%s", owes, alerts)
	}
	w.checkLetters("an unknown product", []string{"T99_0009"})
	w.mustRun("reconcile")

	w.exec("UPDATE orders SET status = 'Shipped', shippedDate = '2026-03-09' WHERE orderNumber = 10104")
	w.mustRun("run", "--until-idle")
	if got, want := w.papers(), []string{"commercial_invoice-CI", "packing_list-PL"}; !slices.Equal(got, want) {
		t.Errorf("papers %q, want %q", got, want)
	}
	w.wants(ourOrders, "10104|2026-03-02|2026-03-12|2026-03-09|Shipped|crm-501|901")
	status, err := os.ReadFile(filepath.Join(w.dir, "status", "crm-501.json"))
	if err != nil || !strings.Contains(string(status), `"SHIPPED"`) {
		t.Errorf("the status file says %s, %v", status, err)
	}
	w.mustRun("reconcile")

	before := w.everything()
	w.mustRun("run", "--until-idle")
	if after := w.everything(); after != before {
		t.Errorf("a second run changed something:\n%s\n%s", before, after)
	}
}

// What is shipped counts once: as shipped until the receivables contain it, and among them from then on. What is paid
// makes room again.
func TestAPaymentInAShopWithoutOpenItemsMakesRoomForTheNextOrder(t *testing.T) {
	t.Parallel()
	w := classicmodels(t)
	w.exec("UPDATE customers SET creditLimit = 5000 WHERE customerNumber = 901")
	w.mustRun("run", "--until-idle")
	w.exec(`UPDATE orders SET status = 'Shipped', shippedDate = date('now') WHERE orderNumber = 10104`)
	w.mustRun("run", "--until-idle")

	next := `{"id": "crm-504", "number": "Q-504", "revision": 1, "status": "confirmed", "customer": "901", "currency": "USD", "terms": "NET30",
"ordered_on": "2026-03-10", "requested_on": "2026-03-20", "tax_percent": "0", "total": "842.00", "updated_at": "2026-03-10T09:30:00-08:00",
"lines": [{"no": 1, "sku": "T10_0001", "qty": "10", "unit": "pcs", "price": "84.20"}]}`
	w.inbox(2, scenarioStep{Raw: []string{strings.ReplaceAll(next, "\n", " ")}})
	w.mustRun("run", "--until-idle")
	owes := "exposure USD 4,321.05 + this order USD 842.00 = USD 5,163.05, limit USD 5,000.00: USD 163.05 too much"
	if alerts := w.files("alerts/"); !strings.Contains(alerts, owes) || strings.Contains(alerts, "is beyond its credit limit") {
		t.Errorf("an alert should say %q and none that what was shipped counts twice:\n%s", owes, alerts)
	}

	w.exec("INSERT INTO payments VALUES (901, 'CK4402', date('now'), 163.05)")
	w.mustRun("run", "--until-idle")
	w.inbox(3, scenarioStep{Raw: []string{strings.ReplaceAll(strings.Replace(next, `"revision": 1`, `"revision": 2`, 1), "\n", " ")}})
	w.mustRun("run", "--until-idle")
	w.wants("SELECT orderNumber, status FROM orders WHERE comments = 'crm-504'", "10105|In Process")
	w.mustRun("reconcile")
}

// classicmodels is a workshop with that configuration and its shop.
func classicmodels(t *testing.T) *workshop {
	w := &workshop{t: t, dir: filepath.Join(t.TempDir(), "x"), clock: &clock{jumps: true}}
	if err := os.CopyFS(w.dir, os.DirFS("../../testdata/classicmodels")); err != nil {
		t.Fatal(err)
	}
	schema, err := os.ReadFile(filepath.Join(w.dir, "schema.sql"))
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

func (w *workshop) wants(query string, rows ...string) {
	w.t.Helper()
	if got := w.query(query); !slices.Equal(got, rows) {
		w.t.Errorf("%s: %q, want %q\n%s", query, got, rows, w.mustRun("deadletters"))
	}
}

// papers are the names of the papers without the year and the number.
func (w *workshop) papers() []string {
	names, _ := filepath.Glob(filepath.Join(w.dir, "documents", "*.pdf"))
	for i, name := range names {
		parts := strings.Split(filepath.Base(name), "-")
		names[i] = strings.Join(parts[:2], "-")
	}
	return names
}

// everything is what the shop's tables hold and which files were written, with their sizes.
func (w *workshop) everything() string {
	all := append(w.query("SELECT * FROM orders"), w.query("SELECT * FROM orderdetails")...)
	all = append(all, w.query("SELECT * FROM tradewire_effect")...)
	for _, folder := range []string{"alerts", "documents", "status"} {
		files, err := os.ReadDir(filepath.Join(w.dir, folder))
		if err != nil {
			w.t.Fatal(err)
		}
		for _, f := range files {
			info, err := f.Info()
			if err != nil {
				w.t.Fatal(err)
			}
			all = append(all, folder+"/"+f.Name()+" "+info.ModTime().String())
		}
	}
	return strings.Join(all, "\n")
}
