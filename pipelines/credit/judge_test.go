package credit_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

// policy is the one of the example configuration.
func policy(t testing.TB) credit.Policy {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "config", "demo", "policies", "credit.yaml"))
	require.NoError(t, err)
	var p credit.Policy
	require.NoError(t, yaml.Unmarshal(data, &p))
	return p
}

func TestTheExamplePolicyIsReadToTheLastField(t *testing.T) {
	p := policy(t)
	assert.Equal(t, "7.8", p.Rates["USD"].String())
	assert.Equal(t, document.Currency("HKD"), p.BaseCurrency)
	assert.Equal(t, "80% 90% 85%", p.NoticeAbove.String()+" "+p.WatchAbove.String()+" "+p.RearmBelow.String())
	assert.Equal(t, 30, p.OverdueDays)
	assert.Equal(t, 48*time.Hour, p.StaleAfter)
	assert.Equal(t, map[string]int{"A": 60, "B": 30, "C": 0}, p.Terms)
	assert.Equal(t, "finance", p.Alert)
	_, err := credit.New(p)
	assert.NoError(t, err)
}

func TestAPolicyThatContradictsItselfIsRefusedWithAllItsContradictions(t *testing.T) {
	_, err := credit.New(credit.Policy{})
	for _, field := range []string{"base_currency", "notice_above", "rearm_below", "stale_after", "alert"} {
		assert.ErrorContains(t, err, field)
	}
	p := policy(t)
	p.Rates = map[document.Currency]document.Decimal{"USD": document.D("-1"), "RMB!": document.D("1")}
	p.NoticeAbove, p.WatchAbove = credit.Percent{Decimal: document.D("95")}, credit.Percent{Decimal: document.D("90")}
	p.RearmBelow = credit.Percent{Decimal: document.D("91")}
	p.Terms = map[string]int{"A": -1}
	p.OverdueDays = -1
	_, err = credit.New(p)
	for _, says := range []string{"HKD is the base currency", "USD is -1", `"RMB!"`, "watch_above 90% lies below notice_above 95%",
		"rearm_below 91%", "class A has -1 days", "overdue_days is -1"} {
		assert.ErrorContains(t, err, says)
	}
	var share credit.Percent
	assert.ErrorContains(t, share.UnmarshalText([]byte("0.8")), "write 80%")
}

func TestJudge(t *testing.T) {
	var cases []struct {
		Name            string                `json:"name"`
		Limit           *document.Decimal     `json:"limit"`
		Exposure        document.Decimal      `json:"exposure"`
		NoCheck         bool                  `json:"no_check"`
		Stopped         bool                  `json:"stopped"`
		CustomerStopped bool                  `json:"customer_stopped"`
		OldestDue       document.Date         `json:"oldest_due"`
		Age             string                `json:"age"`
		Open            document.Decimal      `json:"open"`
		Reserved        document.Decimal      `json:"reserved"`
		Rate            *document.Decimal     `json:"rate"`
		Terms           string                `json:"terms"`
		Granted         string                `json:"granted"`
		Class           *string               `json:"class"`
		Holds           []document.HoldReason `json:"holds"`
		Says            []string              `json:"says"`
		Excess          *document.Decimal     `json:"excess"`
	}
	steptest.File(t, "judge.json", &cases)
	p, m := policy(t), steptest.New()
	hkd := func(d document.Decimal) document.Money { return document.Money{Amount: d, Currency: "HKD"} }
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			a := &document.CreditAccount{ID: "K", Currency: "HKD", NoCheck: c.NoCheck, Stopped: c.Stopped, OldestDue: c.OldestDue, AsOf: m.Now()}
			if c.Limit != nil {
				limit := hkd(*c.Limit)
				a.Limit = &limit
			}
			a.Exposure.OpenOrders = hkd(c.Reserved)
			a.Exposure.Receivables = hkd(c.Exposure.Sub(c.Reserved))
			if c.Age == "never" {
				a.AsOf = time.Time{}
			} else if c.Age != "" {
				age, err := time.ParseDuration(c.Age)
				require.NoError(t, err)
				a.AsOf = m.Now().Add(-age)
			}
			d := credit.Demand{Open: hkd(c.Open), Reserved: hkd(c.Reserved), Rate: document.D("1"), Terms: "NET30", Granted: c.Granted, Class: "A", Stopped: c.CustomerStopped}
			if c.Terms != "" {
				d.Terms = c.Terms
			}
			if c.Class != nil {
				d.Class = *c.Class
			}
			if c.Rate != nil {
				d.Rate = *c.Rate
			}
			v := p.Judge(a, d, m.Now(), m.Today())
			var reasons []document.HoldReason
			details := ""
			for _, h := range v.Holds {
				reasons = append(reasons, h.Reason)
				details += h.Detail + "\n"
			}
			assert.Equal(t, c.Holds, reasons)
			assert.Equal(t, len(c.Holds) == 0, v.Pass())
			for _, says := range c.Says {
				assert.Contains(t, details, says)
			}
			if c.Excess != nil {
				assert.Equal(t, c.Excess.String(), v.Credit.Excess.Amount.String())
			}
		})
	}
}

func TestARateGoesThroughTheBaseCurrency(t *testing.T) {
	p := policy(t)
	for pair, want := range map[[2]document.Currency]string{
		{"USD", "HKD"}: "7.8", {"HKD", "HKD"}: "1", {"CNY", "USD"}: "0.141025641", {"USD", "CNY"}: "7.0909090909", {"EUR", "EUR"}: "1"} {
		rate, ok := p.Rate(pair[0], pair[1])
		assert.True(t, ok)
		assert.Equal(t, want, rate.String(), pair)
	}
	_, ok := p.Rate("EUR", "HKD")
	assert.False(t, ok)
}
