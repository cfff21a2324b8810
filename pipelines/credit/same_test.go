package credit_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
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
		f, text := factsIn(t, c)
		limit := document.Money{Amount: *f.Account.Limit, Currency: "HKD"}
		account := &document.CreditAccount{ID: "K1", Currency: "HKD", Limit: &limit, NoCheck: f.Account.NoCheck, Stopped: f.Account.Stopped,
			Exposure: f.Exposure, AsOf: f.Account.ReceivablesAsOf}
		account.OldestDue = oldest(f)
		demand := credit.Demand{Open: f.Order.Gross, Rate: document.D("1"), Total: f.Order.Gross, Terms: f.Order.Terms, PlannedShip: f.Order.PlannedShip,
			Class: f.Account.Class, Overseas: f.Account.Overseas, FirstOrderOn: f.Account.FirstOrderOn, Orders: f.Account.Orders, Waivers: f.Account.Waivers}
		live := credit.Decision{Holds: p.Judge(account, demand, f.Now, f.AsOf).Holds}
		if asked := p.Decide(f); !slices.Equal(live.Reasons(), asked.Reasons()) {
			t.Fatalf("a real order is held for %v, and simulate says %v of %s", live.Reasons(), asked.Reasons(), text)
		}
	})
}

// oldest is the day of the oldest item that asks for money.
func oldest(f credit.Facts) (due document.Date) {
	for _, item := range f.Items {
		if item.Amount.Sign() > 0 && (due.IsZero() || item.Due.Before(due)) {
			due = item.Due
		}
	}
	return due
}

// The same with rates of the day. Left out beside that is who is not checked: a real order of theirs needs a rate to be booked. A rate
// is the same whether it stands in a case or comes as a document.
func TestARealOrderAtRatesOfTheDayIsDecidedAsSimulateDecides(t *testing.T) {
	p := shipped(t)
	p.DatedRates, p.Rates, p.BaseCurrency = true, nil, ""
	held := map[document.HoldReason]int{}
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		account, order := c["account"].(map[string]any), c["order"].(map[string]any)
		order["currency"], order["prepaid"], account["no_check"] = "USD", "0", false
		order["gross"] = credit.CentsForTest(rapid.IntRange(1, 9_000).Draw(t, "dollars"))
		if order["terms"] == "PREPAY" {
			order["terms"] = "NET30"
		}
		f, text := factsIn(t, c)
		m := steptest.New()
		m.Clock, m.Company = f.Now, time.FixedZone("", -60*60) // the last hour of the business day
		step, err := credit.New(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range f.Rates {
			if _, err := m.Run(&document.ExchangeRate{From: r.From, To: r.To, On: r.On, Rate: r.Rate, ID: r.On.String()}, step); err != nil {
				t.Fatal(err)
			}
		}
		limit := document.Money{Amount: *f.Account.Limit, Currency: "HKD"}
		m.Put(&document.CreditAccount{ID: "K1", Currency: "HKD", Limit: &limit, Stopped: f.Account.Stopped, Exposure: f.Exposure, AsOf: f.Account.ReceivablesAsOf, OldestDue: oldest(f)})
		real := &document.SalesOrder{ID: "1", State: document.OrderReceived, Currency: "USD", Total: f.Order.Gross, Terms: f.Order.Terms, PlannedShip: f.Order.PlannedShip,
			Lines: []document.OrderLine{{No: 1, Quantity: document.Q("1", "C62"), Price: f.Order.Gross.Amount}}}
		real.Party = &document.Party{ID: "C1", Account: "K1", Class: f.Account.Class, Overseas: f.Account.Overseas, OrderCount: f.Account.Orders, Waivers: f.Account.Waivers}
		real.Party.FirstOrderOn, real.Customer = *f.Account.FirstOrderOn, "C1"
		m.Put(real.Party)
		answers, err := m.Run(real, step)
		if err != nil {
			t.Fatalf("%v of %s", err, text)
		}
		live, asked := steptest.All[*document.SalesOrder](answers)[0], p.Decide(f)
		if reasons := (credit.Decision{Holds: live.Holds}).Reasons(); !slices.Equal(reasons, asked.Reasons()) {
			t.Fatalf("a real order is held for %v, and simulate says %v of %s", reasons, asked.Reasons(), text)
		}
		if asked.AtRisk != nil && !live.Credit.Demand.Equal(*asked.AtRisk) {
			t.Fatalf("a real order puts %s at risk, and simulate says %s", live.Credit.Demand, *asked.AtRisk)
		}
		for _, r := range asked.Reasons() {
			held[r]++
		}
	})
	if held[document.FXRateMissing] == 0 || held[document.LimitExceeded] == 0 {
		t.Errorf("nothing was held for a rate or for the limit: %v", held)
	}
}

// factsIn are the facts of a case that was drawn, and its text.
func factsIn(t *rapid.T, c map[string]any) (credit.Facts, []byte) {
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	f, fault := credit.ReadFacts(text, time.UTC)
	if fault != nil {
		t.Fatal(fault)
	}
	return f, text
}
