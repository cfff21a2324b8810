package credit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
)

// changed is the shipped policy with some lines written otherwise.
func changed(t *testing.T, lines string) credit.Policy {
	t.Helper()
	p := shipped(t)
	require.NoError(t, yaml.Unmarshal([]byte(lines), &p))
	_, err := credit.New(p)
	require.NoError(t, err)
	return p
}

// reasons are those of the base case with what differs, under a policy.
func reasons(t *testing.T, p credit.Policy, set map[string]any) (decision string, explained string) {
	t.Helper()
	got := answer(t, p, encoded(t, simulated{Set: set}.with(t)))
	var all []string
	for _, r := range got["reasons"].([]any) {
		all = append(all, r.(string))
	}
	return strings.Join(all, " "), string(encoded(t, got["explanation"]))
}

func TestEveryNumberOfThePolicyCounts(t *testing.T) {
	late := func(due string, disputed bool) map[string]any {
		return map[string]any{"open_items": []any{map[string]any{"due": due, "amount": "1", "disputed": disputed}}}
	}
	for name, c := range map[string]struct {
		policy string
		set    map[string]any
		want   string
		says   string
	}{
		"days overdue":                            {"overdue_days: 29", late("2026-10-22", false), "OVERDUE_DAYS", "29 are allowed"},
		"disputed items are left out":             {"exclude_disputed: true", late("2026-08-01", true), "", "no open item asks for money"},
		"others are not":                          {"exclude_disputed: true", late("2026-08-01", false), "OVERDUE_DAYS", ""},
		"a tolerance lets pass":                   {"tolerance: 1%", map[string]any{"order.gross": "270000.00"}, "", "within the tolerance of 1%"},
		"a tolerance ends":                        {"tolerance: 1%", map[string]any{"order.gross": "270000.01"}, "LIMIT_EXCEEDED", ""},
		"receivables may be older":                {"stale_after: 96h", map[string]any{"account.ar_as_of": "2026-11-18T16:00:00Z"}, "", ""},
		"old receivables only warn":               {"when_stale: warn", map[string]any{"account.ar_as_of": nil}, "", "which the policy lets pass"},
		"a rate may be older":                     {"rate_max_age: 9d", map[string]any{"order.currency": "USD", "rates": []any{map[string]any{"from": "USD", "to": "HKD", "date": "2026-11-12", "rate": "7.8"}}}, "LIMIT_EXCEEDED", ""},
		"only today's rate":                       {"rate_max_age: 0d", map[string]any{"order.currency": "USD", "order.gross": "1", "rates": []any{map[string]any{"from": "USD", "to": "HKD", "date": "2026-11-20", "rate": "7.8"}}}, "FX_RATE_MISSING", "up to 0 days before"},
		"beyond the horizon it is not measured":   {"horizon_days: 9", map[string]any{"order.gross": "9999999"}, "", "1 days beyond the horizon of 9 days"},
		"on the horizon it is":                    {"horizon_days: 10", map[string]any{"order.gross": "9999999"}, "LIMIT_EXCEEDED", ""},
		"a new customer by months alone":          {"new_customer: {months: 40, orders: 0}", nil, "NEW_CUSTOMER_PREPAY", "within 40 months"},
		"nobody is new":                           {"new_customer: null\nwaivers: null", map[string]any{"account.order_count": 0}, "", ""},
		"overseas on delivery":                    {"overseas: {needs: [COD]}", map[string]any{"account.overseas": true, "order.terms": "COD"}, "", ""},
		"overseas without a rule":                 {"overseas: null\nwaivers: null", map[string]any{"account.overseas": true}, "", ""},
		"a consent that the policy does not know": {"waivers: {of: [OVERSEAS_NEEDS_LC], by: [GENERAL_MANAGER]}", map[string]any{"account.order_count": 0, "account.waivers": []any{map[string]any{"rule": "NEW_CUSTOMER_PREPAY", "by": "wong"}}}, "NEW_CUSTOMER_PREPAY", ""},
		"another class":                           {"terms: {A: 60, B: 30, C: 0, D: 90}", map[string]any{"account.class": "D", "order.terms": "NET90"}, "", ""},
		"any terms":                               {"terms: null\nwaivers: null", nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := shipped(t)
			if strings.HasPrefix(c.policy, "terms: null") {
				p.Terms, p.Waivers = nil, nil
			} else {
				p = changed(t, c.policy)
			}
			got, explained := reasons(t, p, c.set)
			assert.Equal(t, c.want, got, explained)
			assert.Contains(t, explained, c.says)
		})
	}
}

func TestALadderHasAsManyRolesAsThePolicySays(t *testing.T) {
	p := changed(t, `
sign_off:
  ladder:
    - {role: CLERK, up_to: "CNY 10,000.00"}
    - {role: BRANCH_MANAGER, up_to: CNY 500000}
    - {role: SALES_MANAGER, up_to: "CNY 2,000,000.00"}
    - {role: GENERAL_MANAGER}
  over_limit: SALES_MANAGER
  release_needs: [GENERAL_MANAGER]`)
	for gross, role := range map[string]string{"10000": "CLERK", "10989.02": "BRANCH_MANAGER", "265000": "BRANCH_MANAGER", "265000.01": "SALES_MANAGER", "9000000": "GENERAL_MANAGER"} {
		got := answer(t, p, encoded(t, simulated{Set: map[string]any{"order.gross": gross}}.with(t)))
		assert.Equal(t, role, got["signoff"], gross)
	}
	p.SignOff = nil
	got := answer(t, p, encoded(t, baseCase(t)))
	assert.Nil(t, got["signoff"])
	assert.Equal(t, []any{}, got["release_needs"])
}

func TestAmountsAndDaysAreReadStrictly(t *testing.T) {
	var a credit.Amount
	for _, good := range []string{"CNY 500,000.00", "CNY 500000", "HKD 1"} {
		require.NoError(t, a.UnmarshalText([]byte(good)))
	}
	assert.Equal(t, document.M("1", "HKD"), a.Money)
	for _, bad := range []string{"500000", "CNY", "cny 1", "CNY 5,00", "CNY 1e5", "CNY  5", "CNY -5", ""} {
		assert.ErrorContains(t, a.UnmarshalText([]byte(bad)), "write CNY 500,000.00", bad)
	}
	var d credit.Days
	for text, want := range map[string]credit.Days{"4d": 4, "4 days": 4, "96h": 4, "0d": 0} {
		require.NoError(t, d.UnmarshalText([]byte(text)))
		assert.Equal(t, want, d)
	}
	for _, bad := range []string{"4", "-1d", "30h", "d", "1w"} {
		assert.ErrorContains(t, d.UnmarshalText([]byte(bad)), "write 4d", bad)
	}
}

func TestWhatTheLiveStepDoesNotKnowHoldsNothing(t *testing.T) {
	p := shipped(t)
	limit := document.M("1000", "HKD")
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	today := document.Date{Year: 2026, Month: 11, Day: 21}
	account := &document.CreditAccount{ID: "K1", Currency: "HKD", Limit: &limit, AsOf: now}
	demand := credit.Demand{Open: document.M("10", "HKD"), Rate: document.D("1"), Total: document.M("10", "HKD"), SignRate: document.D("0.91"), Terms: "NET30", Class: "A"}
	judge := func(change func(*credit.Demand, *document.CreditAccount)) []document.HoldReason {
		d, a := demand, *account
		change(&d, &a)
		var all []document.HoldReason
		v := p.Judge(&a, d, now, today)
		for _, h := range v.Holds {
			all = append(all, h.Reason)
		}
		return all
	}
	assert.Empty(t, judge(func(*credit.Demand, *document.CreditAccount) {}))
	few, many, never := 3, 30, document.Date{}
	old := document.Date{Year: 2020, Month: 1, Day: 1}
	for name, c := range map[string]struct {
		change func(*credit.Demand, *document.CreditAccount)
		want   []document.HoldReason
	}{
		"few orders":              {func(d *credit.Demand, _ *document.CreditAccount) { d.Orders = &few }, []document.HoldReason{document.NewCustomerPrepay}},
		"many orders":             {func(d *credit.Demand, _ *document.CreditAccount) { d.Orders = &many }, nil},
		"a first order long ago":  {func(d *credit.Demand, _ *document.CreditAccount) { d.FirstOrderOn = &old }, nil},
		"a first order this week": {func(d *credit.Demand, _ *document.CreditAccount) { d.FirstOrderOn = &today }, []document.HoldReason{document.NewCustomerPrepay}},
		"no first order":          {func(d *credit.Demand, _ *document.CreditAccount) { d.FirstOrderOn = &never }, []document.HoldReason{document.NewCustomerPrepay}},
		"overseas":                {func(d *credit.Demand, _ *document.CreditAccount) { d.Overseas = true }, []document.HoldReason{document.OverseasNeedsLC}},
		"case 37: L/C expires too soon": {func(d *credit.Demand, _ *document.CreditAccount) {
			d.Overseas, d.Terms, d.PlannedShip, d.LCExpiresOn = true, "LC_SIGHT", today.AddDays(9), today.AddDays(8)
		}, []document.HoldReason{document.OverseasNeedsLC}},
		"case 37: L/C covers shipping": {func(d *credit.Demand, _ *document.CreditAccount) {
			d.Overseas, d.Terms, d.PlannedShip, d.LCExpiresOn = true, "LC_SIGHT", today.AddDays(9), today.AddDays(9)
		}, nil},
		"case 6: the limit expired": {func(_ *credit.Demand, a *document.CreditAccount) { a.LimitTo = today.AddDays(-1) }, []document.HoldReason{document.LimitExpired}},
		"case 6: a temporary one covers": {func(_ *credit.Demand, a *document.CreditAccount) {
			a.LimitTo, a.TemporaryLimit, a.TemporaryTo = today.AddDays(-1), &limit, today
		}, nil},
	} {
		assert.Equal(t, c.want, judge(c.change), name)
	}
	v := p.Judge(account, demand, now, today)
	assert.Equal(t, "BRANCH_MANAGER CNY 9.10", v.Credit.SignOff+" "+v.Credit.SignOffAmount.String())
}

func TestAContradictionIsNamedWithItsKeysAndItsRemedy(t *testing.T) {
	bad := shipped(t)
	require.NoError(t, yaml.Unmarshal([]byte(`
stale_alert_after: 72h
grace_days: 31
horizon_days: -1
tolerance: 100%
new_customer: {months: 0, orders: 0}
overseas: {needs: [NET30]}
waivers: {of: [LIMIT_EXCEEDED], by: [" "]}
auto_release: {order: class_first}
sign_off:
  ladder: [{role: A, up_to: CNY 5}, {role: A, up_to: CNY 4}, {role: C}, {role: D, up_to: HKD 9}]
  over_limit: Z
  release_needs: [G, G]
`), &bad))
	_, err := credit.New(bad)
	for _, says := range []string{"stale_alert_after 72h0m0s comes after stale_after", "grace_days 31 is longer", "horizon_days is -1", "tolerance is 100%",
		"nobody is new within 0 months", `"NET30" is no security`, `"LIMIT_EXCEEDED" cannot be waived`, `" " is not a role`, "names none", "A stands on the ladder twice",
		"no more than the role before it", "C signs everything", "nobody signs what is above HKD", "in CNY and in HKD", `over_limit is "Z"`, "release_needs names G twice"} {
		assert.ErrorContains(t, err, says)
	}
}
