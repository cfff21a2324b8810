package credit_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
)

func TestTheArithmeticOfTheTrade(t *testing.T) {
	var known struct {
		Due []struct {
			Base document.Date `json:"base"`
			Term string        `json:"term"`
			Due  document.Date `json:"due"`
		} `json:"due_date"`
		Aging []struct {
			Due    document.Date `json:"due"`
			AsOf   document.Date `json:"as_of"`
			Days   int           `json:"days_overdue"`
			Bucket credit.Bucket `json:"bucket"`
		} `json:"aging"`
		New []struct {
			First  document.Date `json:"first_order"`
			Orders int           `json:"orders"`
			AsOf   document.Date `json:"as_of"`
			New    bool          `json:"new"`
		} `json:"new_customer"`
		SignOff []struct {
			Amount   document.Decimal  `json:"amount"`
			Currency document.Currency `json:"ccy"`
			Rate     document.Decimal  `json:"fx_to_cny"`
			CNY      string            `json:"cny"`
			Signer   string            `json:"signer"`
		} `json:"signoff"`
		Status []struct {
			Exposure document.Decimal `json:"exposure"`
			Limit    document.Decimal `json:"limit"`
			Watch    string           `json:"watch_pct"`
			Status   credit.Status    `json:"status"`
		} `json:"status"`
	}
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "credit", "arithmetic.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &known))
	p := shipped(t)
	today := document.Date{Year: 2026, Month: 11, Day: 21}

	require.NotEmpty(t, known.Due)
	for _, c := range known.Due {
		due, ok := credit.DueOnForTest(c.Term, c.Base)
		assert.True(t, ok)
		assert.Equal(t, c.Due, due, "%s after %s", c.Term, c.Base)
	}
	require.NotEmpty(t, known.Aging)
	for _, c := range known.Aging {
		aged := credit.Age([]credit.ItemFacts{{Due: c.Due, Amount: document.M("1", "HKD")}}, c.AsOf, 0, "HKD")
		assert.Equal(t, c.Days, aged.Oldest, c.AsOf)
		assert.Equal(t, "1", aged.Sums[c.Bucket].Amount.String(), c.AsOf)
	}
	require.NotEmpty(t, known.New)
	for _, c := range known.New {
		assert.Equal(t, c.New, credit.IsNewForTest(*p.NewCustomer, c.First, c.Orders, c.AsOf), "%+v", c)
	}
	require.NotEmpty(t, known.SignOff)
	for _, c := range known.SignOff {
		d := p.Decide(credit.Facts{AsOf: today, Account: credit.AccountFacts{Currency: c.Currency, NoCheck: true},
			Order: credit.OrderFacts{Gross: document.Money{Amount: c.Amount, Currency: c.Currency}},
			Rates: []credit.Rate{{From: c.Currency, To: "CNY", On: today, Rate: c.Rate}}})
		assert.Equal(t, c.CNY, d.SignAmount.Amount.Fixed(2))
		assert.Equal(t, c.Signer, d.SignOff, c.Amount)
	}
	require.NotEmpty(t, known.Status)
	for _, c := range known.Status {
		assert.Equal(t, c.Watch+"%", p.WatchAbove.String())
		d := p.Decide(credit.Facts{AsOf: today, Account: credit.AccountFacts{Currency: "HKD", Limit: &c.Limit},
			Exposure: document.Exposure{Receivables: document.Money{Amount: c.Exposure, Currency: "HKD"}}})
		assert.Equal(t, c.Status, d.Status, c.Exposure)
	}
}
