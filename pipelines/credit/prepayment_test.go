package credit_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
)

func TestWhatIsAskedOfMoneyThatComesAhead(t *testing.T) {
	for name, c := range map[string]struct {
		policy string
		set    map[string]any
		want   string
		says   string
	}{
		"PREPAY, and nothing has come":     {"prepayment: hold_until_received", map[string]any{"order.terms": "PREPAY"}, "PREPAYMENT_NOT_RECEIVED", "HKD 0.00 have come: HKD 265,000.00 are missing"},
		"PREPAY, and all has come":         {"prepayment: hold_until_received", map[string]any{"order.terms": "PREPAY", "order.prepaid": "265000.00"}, "", "and they have come"},
		"PREPAY beyond the limit":          {"prepayment: hold_until_received", map[string]any{"order.terms": "PREPAY", "order.gross": "900000", "order.prepaid": "900000", "account.ar_as_of": nil}, "", "nothing is put at risk"},
		"a deposit, a cent short":          {"prepayment: hold_until_received", map[string]any{"order.terms": "TT30/70", "order.prepaid": "79499.99"}, "PREPAYMENT_NOT_RECEIVED", "HKD 0.01 are missing"},
		"a deposit":                        {"prepayment: hold_until_received", map[string]any{"order.terms": "TT30/70", "order.prepaid": "79500.00"}, "", ""},
		"other terms are not asked":        {"prepayment: hold_until_received", nil, "", ""},
		"before shipping: not yet":         {"prepayment: hold_before_shipping", map[string]any{"order.terms": "PREPAY"}, "", ""},
		"a new customer with a deposit":    {"prepayment: hold_before_shipping", map[string]any{"order.terms": "TT30/70", "account.order_count": 0}, "", "TT30/70 is that"},
		"one overseas with a deposit":      {"prepayment: hold_before_shipping", map[string]any{"order.terms": "TT30/70", "account.overseas": true}, "", "an overseas customer may have TT30/70"},
		"who is not checked is not asked":  {"prepayment: hold_until_received", map[string]any{"order.terms": "PREPAY", "account.no_check": true}, "", ""},
		"dunned too often":                 {"dunning_level: 3", map[string]any{"open_items": []any{map[string]any{"due": "2026-11-30", "amount": "1", "dunning": 3}}}, "DUNNING", "3 times hold"},
		"dunned once less":                 {"dunning_level: 3", map[string]any{"open_items": []any{map[string]any{"due": "2026-11-30", "amount": "1", "dunning": 2}}}, "", ""},
		"overdue in another currency":      {"overdue_amount: CNY 9.09", map[string]any{"open_items": []any{map[string]any{"due": "2026-11-20", "amount": "10"}}}, "OVERDUE_AMOUNT", "CNY 9.09 are allowed"},
		"exactly, by the rate of the case": {"overdue_amount: CNY 9.10", map[string]any{"open_items": []any{map[string]any{"due": "2026-11-20", "amount": "10"}}}, "", ""},
		"overdue without a rate":           {"overdue_amount: CNY 9.10", map[string]any{"rates": nil, "open_items": []any{map[string]any{"due": "2026-11-20", "amount": "1"}}}, "OVERDUE_AMOUNT", "there is no rate into CNY"},
	} {
		t.Run(name, func(t *testing.T) {
			got, explained := reasons(t, changed(t, c.policy), c.set)
			assert.Equal(t, c.want, got, explained)
			assert.Contains(t, explained, c.says)
		})
	}
}

func TestCase88GoodsDoNotLeaveBeforeTheBalanceAndProductionWasAllowed(t *testing.T) {
	for _, policy := range []string{"hold_until_received", "hold_before_shipping"} {
		p := changed(t, "prepayment: "+policy)
		for came, released := range map[string]bool{"79500.00": false, "264999.99": false, "265000.00": true} {
			text := encoded(t, simulated{Set: map[string]any{"order.terms": "TT30/70", "order.prepaid": came}}.with(t))
			f, fault := credit.ReadFacts(text, hongKong(t))
			require.Nil(t, fault)
			assert.True(t, p.Decide(f).Released(), "it goes to planning")
			f.Shipping = true
			at := p.Decide(f)
			assert.Equal(t, released, at.Released(), came)
			if !released {
				assert.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, at.Reasons())
				assert.Contains(t, at.Holds[0].LocalDetail, "应于出货前到账")
			}
		}
	}
}

func TestABookedOrderIsAskedForTheRestOfItsMoneyWhenItsGoodsLeave(t *testing.T) {
	p := changed(t, "prepayment: hold_before_shipping")
	limit := document.D("500000")
	booked := func(ahead string, shipping bool) []document.HoldReason {
		open := document.M("1000", "HKD")
		return p.Decide(credit.Facts{Booked: true, Shipping: shipping, Account: credit.AccountFacts{Currency: "HKD", Limit: &limit, Class: "A"},
			Exposure: document.Exposure{Receivables: document.M("7", "HKD")},
			Order: credit.OrderFacts{Gross: open, Open: open, Reserved: open, Ahead: document.M(ahead, "HKD"), Rate: document.D("1"),
				Terms: "PREPAY", Granted: "PREPAY"}}).Reasons()
	}
	assert.Empty(t, booked("0", false), "what was released stays")
	assert.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, booked("999.99", true))
	assert.Empty(t, booked("1000", true))
}

// What came ahead for a real order is what simulate is told as prepaid. Left out are accounts in credit, whose money counts for a real order.
func TestMoneyThatCameAheadCountsForARealOrderAsSimulateCountsIt(t *testing.T) {
	policies := map[string]credit.Policy{}
	for _, prepayment := range []string{"off", "hold_until_received", "hold_before_shipping"} {
		policies[prepayment] = changed(t, "prepayment: "+prepayment)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := policies[rapid.SampledFrom([]string{"off", "hold_until_received", "hold_before_shipping"}).Draw(t, "prepayment")]
		c := drawn(t)
		order := c["order"].(map[string]any)
		order["currency"] = "HKD"
		order["terms"] = rapid.SampledFrom([]string{"TT30/70", "NET30", "PREPAY"}).Draw(t, "terms of money")
		if order["terms"] == "PREPAY" && p.Prepayment == "off" {
			order["terms"] = "TT30/70"
		}
		f, text := factsIn(t, c)
		if f.Exposure.Total().Sign() < 0 || f.Order.Gross.Sign() < 0 {
			t.Skip("in credit")
		}
		f.Shipping = rapid.Bool().Draw(t, "shipping")
		limit := document.Money{Amount: *f.Account.Limit, Currency: "HKD"}
		account := &document.CreditAccount{ID: "K1", Currency: "HKD", Limit: &limit, NoCheck: f.Account.NoCheck, Stopped: f.Account.Stopped,
			Exposure: f.Exposure, AsOf: f.Account.ReceivablesAsOf}
		for _, item := range f.Items {
			if item.Amount.Sign() > 0 && (account.OldestDue.IsZero() || item.Due.Before(account.OldestDue)) {
				account.OldestDue = item.Due
			}
		}
		demand := credit.Demand{Open: f.Order.Gross, Rate: document.D("1"), Total: f.Order.Gross, Terms: f.Order.Terms, PlannedShip: f.Order.PlannedShip,
			Class: f.Account.Class, Overseas: f.Account.Overseas, FirstOrderOn: f.Account.FirstOrderOn, Orders: f.Account.Orders, Waivers: f.Account.Waivers,
			Deposit: document.Deposit{Order: "1", Received: f.Order.Prepaid, Owed: document.M("0", "HKD")}, Shipping: f.Shipping}
		live := credit.Decision{Holds: p.Judge(account, demand, f.Now, f.AsOf).Holds}
		if asked := p.Decide(f); !slices.Equal(live.Reasons(), asked.Reasons()) {
			t.Fatalf("a real order is held for %v, and simulate says %v of %s", live.Reasons(), asked.Reasons(), text)
		}
	})
}
