package credit_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
)

// decidedOrder is an order as it stands after a decision on drawn facts, with the demand and the account that it was decided on.
func decidedOrder(t *rapid.T, p credit.Policy) (*document.SalesOrder, *document.CreditAccount, credit.Demand, time.Time) {
	money := func(name string) document.Money {
		return document.Money{Amount: document.DecimalOf(int64(rapid.IntRange(0, 900).Draw(t, name))), Currency: "HKD"}
	}
	day := func(name string) (d document.Date) {
		if rapid.Bool().Draw(t, name+" known") {
			d = document.Date{Year: 2026, Month: 3, Day: 1}.AddDays(rapid.IntRange(0, 60).Draw(t, name))
		}
		return d
	}
	now := time.Date(2026, 3, 31, 2, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 48).Draw(t, "hour")) * time.Hour)
	account := &document.CreditAccount{ID: "K1", Currency: "HKD", NoCheck: rapid.Bool().Draw(t, "no check"), Stopped: rapid.Bool().Draw(t, "stopped"),
		LimitTo: day("limit to"), OldestDue: day("oldest due"), AsOf: now.Add(-time.Duration(rapid.IntRange(0, 90).Draw(t, "age")) * time.Hour),
		Exposure: document.Exposure{OpenOrders: money("O"), ShippedNotInvoiced: money("D"), InvoicedNotPosted: money("B"), Receivables: money("R"), Special: money("S"), Unapplied: money("P")}}
	if rapid.Bool().Draw(t, "has limit") {
		limit := money("limit")
		account.Limit = &limit
	}
	if rapid.Bool().Draw(t, "temporary") {
		limit := money("temporary limit")
		account.TemporaryLimit, account.TemporaryFrom, account.TemporaryTo = &limit, day("from"), day("to")
	}
	count := rapid.IntRange(0, 9).Draw(t, "orders")
	party := &document.Party{ID: "C1", Account: "K1", Class: rapid.SampledFrom([]string{"A", "B", "C", "?"}).Draw(t, "class"), Stopped: rapid.Bool().Draw(t, "customer stopped"),
		Overseas: rapid.Bool().Draw(t, "overseas"), FirstOrderOn: day("first"), OrderCount: &count}
	total := money("total")
	order := &document.SalesOrder{ID: "1", Number: "CO-1", Customer: "C1", Currency: "HKD", Total: total, Party: party, PlannedShip: day("ship"), LCExpiresOn: day("lc"),
		CreatedBy: "lin", Terms: rapid.SampledFrom([]string{"NET30", "NET60", "PREPAY", "LC_SIGHT", "EOM30"}).Draw(t, "terms"),
		Lines: []document.OrderLine{{No: 1, Item: "I", Quantity: document.Q("1", "C62"), Price: total.Amount}}}
	demand := credit.Demand{Open: total, Rate: document.D("1"), Total: total, SignRate: document.D("0.9"), Terms: order.Terms, PlannedShip: order.PlannedShip,
		LCExpiresOn: order.LCExpiresOn, CreatedBy: order.CreatedBy, Reserved: money("reserved"), LetGo: money("let go"), Shipping: rapid.Bool().Draw(t, "shipping"), Granted: rapid.SampledFrom([]string{"", order.Terms}).Draw(t, "granted"),
		Anew: rapid.Bool().Draw(t, "anew"), Class: party.Class, Stopped: party.Stopped, Overseas: party.Overseas, Orders: party.OrderCount}
	if !party.FirstOrderOn.IsZero() {
		demand.FirstOrderOn = &party.FirstOrderOn
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "debts") {
		demand.Debts = append(demand.Debts, credit.ItemFacts{Due: day("due"), Amount: money("debt"), Disputed: i == 1, Dunning: rapid.IntRange(0, 4).Draw(t, "dunning")})
	}
	if p.SignOff != nil {
		demand.SignRate, _ = p.Rate("HKD", "CNY")
	}
	verdict := p.Judge(account, demand, now, document.DateOf(now.In(inHongKong)))
	order.Holds, order.Credit = verdict.Holds, &verdict.Credit
	return order, account, demand, now
}

var inHongKong = time.FixedZone("HKT", 8*60*60)

func TestTheFactsOfADecisionAreThoseThatWereKeptOfIt(t *testing.T) {
	p := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		order, account, demand, now := decidedOrder(t, p)
		data, err := document.Marshal(order)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := document.Unmarshal(document.KindSalesOrder, data)
		if err != nil {
			t.Fatal(err)
		}
		kept, known := p.FactsKeptForTest(stored.(*document.SalesOrder), inHongKong)
		if !known {
			t.Fatal("a decision of today is not known")
		}
		was, _ := json.Marshal(p.FactsForTest(account, demand, now, document.DateOf(now.In(inHongKong))))
		is, _ := json.Marshal(kept)
		if string(was) != string(is) {
			t.Fatalf("it was decided on\n%s\nand is known as\n%s", was, is)
		}
		again, what := p.Again(order, inHongKong)
		if what != credit.ReplayDecided || again.Newly() || again.Freed() || len(again.Then) != len(again.Now) {
			t.Fatalf("the same policy says something else: %v, then %v", again.Then, again.Now)
		}
	})
}

func TestADecisionThatTooLittleWasKeptOfIsNotGuessed(t *testing.T) {
	o := &document.SalesOrder{ID: "1", Party: &document.Party{}, Credit: &document.CreditDecision{Account: "K1"}}
	_, what := shipped(t).Again(o, time.UTC)
	assert.Equal(t, credit.ReplayUnknown, what)
}

func TestWhatPeopleSaidStandsUnderAnyPolicy(t *testing.T) {
	for name, o := range map[string]*document.SalesOrder{
		"released": {Consent: &document.Consent{Stands: true}},
		"rejected": {Consent: &document.Consent{Rejected: &document.Statement{}}},
		"held":     {Consent: &document.Consent{Forced: &document.Statement{}}},
		"a hold":   {Holds: []document.Hold{{Reason: document.Forced}}},
	} {
		_, what := shipped(t).Again(o, time.UTC)
		assert.Equal(t, credit.ReplayByPeople, what, name)
	}
}

func TestARateThatWasMissingThenIsThatOfTheOtherPolicy(t *testing.T) {
	p := shipped(t)
	p.Rates = map[document.Currency]document.Decimal{"HKD": document.D("1"), "EUR": document.D("9")}
	limit := document.M("1000", "HKD")
	o := &document.SalesOrder{ID: "1", Currency: "EUR", Total: document.M("100", "EUR"), Terms: "NET30", Party: &document.Party{Class: "A"},
		Lines: []document.OrderLine{{No: 1, Quantity: document.Q("1", "C62"), Price: document.D("100")}},
		Holds: []document.Hold{{Reason: document.FXRateMissing}},
		Credit: &document.CreditDecision{Account: "K1", Limit: limit, Basis: &document.CreditBasis{At: time.Date(2026, 3, 31, 2, 0, 0, 0, time.UTC),
			BaseLimit: &limit, AsOf: time.Date(2026, 3, 31, 1, 0, 0, 0, time.UTC)}}}
	again, what := p.Again(o, inHongKong)
	require.Equal(t, credit.ReplayDecided, what)
	assert.True(t, again.Freed(), again.Now)
	assert.Equal(t, "HKD 900.00", again.Risk.String())
}

func TestOnlyTheDecisionsAmongTheRevisionsOfAnOrderAreDecisions(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 3, 31, hour, 0, 0, 0, time.UTC) }
	made := func(hour int) *document.CreditDecision {
		return &document.CreditDecision{Basis: &document.CreditBasis{At: at(hour)}}
	}
	before := &document.CreditDecision{}
	for name, c := range map[string]struct {
		revisions []*document.CreditDecision
		want      []int // the hours of those that are decisions; stored at 10, 11 ...
	}{
		"one, and a shipment":                    {[]*document.CreditDecision{nil, made(1), made(1)}, []int{1}},
		"two, and a cancellation":                {[]*document.CreditDecision{made(1), made(2), made(2)}, []int{1, 2}},
		"from before it was kept":                {[]*document.CreditDecision{before, before}, []int{10}},
		"from before it was kept, and one since": {[]*document.CreditDecision{before, before, made(3), made(3)}, []int{10, 3}},
	} {
		var past credit.Decisions
		var got []int
		for i, decision := range c.revisions {
			if when, is := past.Is(&document.SalesOrder{Credit: decision}, at(10+i)); is {
				got = append(got, when.Hour())
			}
		}
		assert.Equal(t, c.want, got, name)
	}
}

func TestAPolicyIsNamedByWhatItSays(t *testing.T) {
	one, two := shipped(t), shipped(t)
	assert.Equal(t, one.Version(), two.Version())
	assert.Len(t, one.Version(), 12)
	two.OverdueDays++
	assert.NotEqual(t, one.Version(), two.Version())
}
