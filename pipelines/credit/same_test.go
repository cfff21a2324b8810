package credit_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
)

// What is asked with simulate and what is decided on documents are one thing. Left out is what is paid in advance: a real order of that
// kind counts until its money has come.
func TestARealOrderIsDecidedAsSimulateDecides(t *testing.T) {
	p := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		order := c["order"].(map[string]any)
		order["currency"], order["prepaid"] = "HKD", "0"
		p.HorizonDays = rapid.IntRange(0, 20).Draw(t, "horizon") // it ships in ten days
		if order["terms"] == "PREPAY" {
			order["terms"] = "NET30"
		}
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		f, fault := credit.ReadFacts(text, time.UTC)
		if fault != nil {
			t.Fatal(fault)
		}
		limit := document.Money{Amount: *f.Account.Limit, Currency: "HKD"}
		account := &document.CreditAccount{ID: "K1", Currency: "HKD", Limit: &limit, NoCheck: f.Account.NoCheck, Stopped: f.Account.Stopped,
			Exposure: f.Exposure, AsOf: f.Account.ReceivablesAsOf}
		for _, item := range f.Items {
			if item.Amount.Sign() > 0 && (account.OldestDue.IsZero() || item.Due.Before(account.OldestDue)) {
				account.OldestDue = item.Due
			}
		}
		demand := credit.Demand{Open: f.Order.Gross, Rate: document.D("1"), Total: f.Order.Gross, Terms: f.Order.Terms, PlannedShip: f.Order.PlannedShip,
			Class: f.Account.Class, Overseas: f.Account.Overseas, FirstOrderOn: f.Account.FirstOrderOn, Orders: f.Account.Orders, Waivers: f.Account.Waivers}
		live := credit.Decision{Holds: p.Judge(account, demand, f.Now, f.AsOf).Holds}
		if asked := p.Decide(f); !slices.Equal(live.Reasons(), asked.Reasons()) {
			t.Fatalf("a real order is held for %v, and simulate says %v of %s", live.Reasons(), asked.Reasons(), text)
		}
	})
}
