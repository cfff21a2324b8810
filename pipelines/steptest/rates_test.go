package steptest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

// dated is a house that counts at the rates of the day, with those of some days.
func dated(t testing.TB, rates ...*document.ExchangeRate) *house {
	t.Helper()
	h := under(t, func(p *credit.Policy) { p.DatedRates, p.Rates, p.BaseCurrency = true, nil, "" })
	for _, r := range rates {
		h.must(t, r)
	}
	return h
}

// usd is the rate of a day into HKD; today is 2026-03-31.
func usd(on, rate string) *document.ExchangeRate { return rateOf("USD", "HKD", on, rate) }

func rateOf(from, to document.Currency, on, rate string) *document.ExchangeRate {
	day, err := document.ParseDate(on)
	if err != nil {
		panic(err)
	}
	return &document.ExchangeRate{From: from, To: to, On: day, Rate: document.D(rate), ID: fmt.Sprintf("%s-%s-%s", from, to, on), Source: "ERP"}
}

func inDollars(id, customer, amount string) *document.SalesOrder {
	o := single(id, customer, "1", amount)
	o.Currency = "USD"
	return o
}

func (h *house) again(t testing.TB, kind document.Kind, key string) []document.Document {
	t.Helper()
	return h.must(t, &document.Alarm{Of: document.Ref{Kind: kind, Key: key}, At: h.Now()})
}

func (h *house) pair(key string) *document.ExchangeRate {
	return pipelines.Head[*document.ExchangeRate](h, document.KindExchangeRate, key)
}

func TestCase18AnOrderWithoutARateOfTheDayIsHeldAndCountsAsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		rates []*document.ExchangeRate
		holds bool
		says  string
	}{
		"none":                         {nil, true, "there is no rate from USD to HKD of 2026-03-31, or of up to 4 days before"},
		"of today":                     {[]*document.ExchangeRate{usd("2026-03-31", "7.80")}, false, ""},
		"four days old":                {[]*document.ExchangeRate{usd("2026-03-27", "7.80")}, false, ""},
		"five days old":                {[]*document.ExchangeRate{usd("2026-03-26", "7.80")}, true, "the latest is 7.8 of 2026-03-26, 5 days old"},
		"dated ahead":                  {[]*document.ExchangeRate{usd("2026-04-01", "7.80")}, true, "there is no rate from USD to HKD"},
		"the other way round":          {[]*document.ExchangeRate{rateOf("HKD", "USD", "2026-03-31", "0.128")}, true, "there is no rate from USD to HKD"},
		"over a third":                 {[]*document.ExchangeRate{rateOf("USD", "CNY", "2026-03-31", "7.1"), rateOf("CNY", "HKD", "2026-03-31", "1.1")}, true, "there is no rate from USD to HKD"},
		"too old, and one dated ahead": {[]*document.ExchangeRate{usd("2026-03-26", "7.80"), usd("2026-04-01", "7.81")}, true, "5 days old"},
	} {
		t.Run(name, func(t *testing.T) {
			h := dated(t, c.rates...)
			answers := h.must(t, inDollars("1", "C-A", "100"))
			o := steptest.Get[*document.SalesOrder](t, answers)
			if !c.holds {
				assert.Equal(t, document.OrderReleased, o.State)
				assert.Equal(t, "780 0 0 0", counts(h.account("K-A")))
				return
			}
			require.Equal(t, []document.HoldReason{document.FXRateMissing}, reasonsOf(o))
			assert.Contains(t, o.Holds[0].Detail, c.says)
			assert.NotEmpty(t, o.Holds[0].LocalDetail)
			assert.True(t, o.WaitsForRoom(), "it goes by itself when the rate comes")
			assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
			assert.Equal(t, o.Holds, steptest.Get[*document.Notice](t, answers).Holds)
			h.must(t, usd("2026-03-31", "7.80"))
			h.again(t, document.KindSalesOrder, "1")
			assert.Equal(t, document.OrderReleased, h.order("1").State)
		})
	}
}

func TestARateCountsToTheEndOfItsLastDayInTheCompanysZone(t *testing.T) {
	h := dated(t, usd("2026-03-27", "7.80"))
	h.Clock = time.Date(2026, 3, 31, 15, 59, 59, 0, time.UTC) // 23:59:59 in Hong Kong
	h.must(t, inDollars("1", "C-A", "100"))
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	h.Clock = h.Clock.Add(time.Second)
	h.must(t, inDollars("2", "C-A", "100"))
	assert.Equal(t, document.OrderHeld, h.order("2").State)
}

func TestCase19ADollarOrderIsMeasuredAgainstALimitInRenminbi(t *testing.T) {
	for amount, state := range map[string]document.OrderState{"38000": document.OrderReleased, "38309.85": document.OrderReleased, "38310": document.OrderHeld} {
		h := dated(t, rateOf("USD", "RMB", "2026-03-31", "7.10"))
		limit := document.M("1000000", "CNY")
		h.must(t, &document.CreditAccount{ID: "K-A", Name: "K-A", Currency: "CNY", Limit: &limit})
		debt := item("INV", "", "1")
		debt.Open = document.M("728000", "CNY")
		h.owes(t, "K-A", debt)
		h.must(t, inDollars("1", "C-A", amount))
		assert.Equal(t, state, h.order("1").State, amount)
		if amount == "38000" {
			assert.Equal(t, "CNY 997,800.00", h.account("K-A").Exposure.Total().String())
		}
		if state == document.OrderHeld {
			assert.Contains(t, h.order("1").Holds[0].Detail, "CNY 1,000,001.00, limit CNY 1,000,000.00: CNY 1.00 too much")
		}
	}
}

func TestCase20ARateThatMovesBringsAnAccountOverItsLimitAndStopsNoReleasedOrder(t *testing.T) {
	h := dated(t, usd("2026-03-31", "7.00"))
	h.must(t, inDollars("1", "C-A", "64000")) // 448,000 of 500,000
	assert.Equal(t, document.LevelNotice, h.account("K-A").Level)

	h.Clock = h.Clock.AddDate(0, 0, 1)
	h.must(t, usd("2026-04-01", "7.10"))
	watch := steptest.Get[*document.Notice](t, h.again(t, document.KindSalesOrder, "1")) // 454,400
	assert.Equal(t, document.CreditWatchAlert, watch.Type)
	assert.Equal(t, document.LevelWatch, watch.Level)
	h.Clock = h.Clock.AddDate(0, 0, 1)
	h.must(t, usd("2026-04-02", "7.813"))
	over := steptest.Get[*document.Notice](t, h.again(t, document.KindSalesOrder, "1"))
	assert.Equal(t, document.LevelOver, over.Level)
	assert.Equal(t, "HKD 500,032.00", over.Exposure.Total().String())

	o := h.order("1")
	assert.Equal(t, document.OrderReleased, o.State)
	assert.Equal(t, "HKD 500,032.00", o.Credit.Reserved.String())
	assert.Equal(t, "HKD 500,032.00", h.account("K-A").Ceiling.String(), "so far and no further")
	assert.Equal(t, []document.DatedRate{{From: "USD", To: "HKD", On: document.Date{Year: 2026, Month: 4, Day: 2}, Rate: document.D("7.813"), ID: "USD-HKD-2026-04-02", Source: "ERP"}}, o.Credit.Rates)
	h.Read = h.Now()
	h.must(t, single("2", "C-A", "1", "1"))
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, reasonsOf(h.order("2")), "the next order is held")

	h.Clock = h.Clock.AddDate(0, 0, 1)
	h.must(t, usd("2026-04-03", "7.00"))
	h.again(t, document.KindSalesOrder, "1")
	assert.Equal(t, "448000 0 0 0", counts(h.account("K-A")))
	h.again(t, document.KindSalesOrder, "2")
	assert.Equal(t, document.OrderReleased, h.order("2").State, "and goes when there is room again")
}

func TestARateThatDoesNotMoveMovesNothing(t *testing.T) {
	h := dated(t, usd("2026-03-30", "7.80"))
	h.must(t, inDollars("1", "C-A", "100"))
	h.must(t, usd("2026-03-31", "7.800"))
	_, err := h.take(&document.Alarm{Of: document.Ref{Kind: document.KindSalesOrder, Key: "1"}, At: h.Now()})
	assert.ErrorContains(t, err, "unchanged")
	assert.Equal(t, "USD-HKD-2026-03-30", h.order("1").Credit.Rates[0].ID)
}

func TestWhatHasLeftStaysAtTheRateAtWhichItLeft(t *testing.T) {
	h := dated(t, usd("2026-03-31", "7.00"))
	o := single("1", "C-A2", "10", "100") // domestic: the ERP invoices
	o.Currency = "USD"
	h.must(t, o)
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	assert.Equal(t, "4200 2800 0 0", counts(h.account("K-A")))
	h.Clock = h.Clock.AddDate(0, 0, 1)
	h.must(t, usd("2026-04-01", "8.00"))
	h.again(t, document.KindSalesOrder, "1")
	assert.Equal(t, "4800 2800 0 0", counts(h.account("K-A")))
	h.must(t, steptest.Shipment("DN2", "1", "5"))
	assert.Equal(t, "800 6800 0 0", counts(h.account("K-A")))
	h.must(t, steptest.Shipment("DN1", "1", "3")) // corrected: one comes back, which left at 7.00 and is open at 8.00
	assert.Equal(t, "1600 6100 0 0", counts(h.account("K-A")))
	assert.Equal(t, "HKD 2,100.00", h.shipment("DN1").AtRisk.String())
	h.must(t, steptest.Shipment("DN1", "1", "1"))
	assert.Equal(t, "3200 4700 0 0", counts(h.account("K-A")))
	debt := item("INV2", "DN2", "4000")
	h.owes(t, "K-A", debt)
	assert.Equal(t, "3200 700 0 4000", counts(h.account("K-A")))
}

func TestALateCorrectionOfYesterdayDoesNotReplaceToday(t *testing.T) {
	h := dated(t, usd("2026-03-31", "7.80"), usd("2026-03-30", "7.70"))
	corrected := usd("2026-03-30", "7.75")
	corrected.ID = "another"
	h.must(t, corrected)
	pair := h.pair("USD/HKD")
	assert.Equal(t, "7.8", pair.Rate.String())
	require.Len(t, pair.Days, 2)
	assert.Equal(t, "7.75", pair.Days[1].Rate.String())
	h.must(t, usd("2026-03-31", "7.81"))
	assert.Equal(t, "7.81", h.pair("USD/HKD").Rate.String())
	assert.Len(t, h.pair("USD/HKD").Days, 2)

	wrong := usd("2026-04-30", "7.90")
	h.must(t, wrong)
	moved := usd("2026-03-29", "7.90")
	moved.ID = wrong.ID
	h.must(t, moved)
	assert.True(t, h.pair("USD/HKD").Due.IsZero(), "a record that moves to an earlier day leaves the later one")
}

func TestARateThatIsDatedAheadCountsFromItsDayOn(t *testing.T) {
	h := dated(t, usd("2026-03-31", "7.80"), usd("2026-04-02", "7.90"))
	pair := h.pair("USD/HKD")
	assert.Equal(t, "7.8", pair.Rate.String())
	assert.Equal(t, time.Date(2026, 4, 1, 16, 0, 0, 0, time.UTC), pair.Next(), "midnight in Hong Kong")
	h.Clock = pair.Next()
	h.again(t, document.KindExchangeRate, "USD/HKD")
	pair = h.pair("USD/HKD")
	assert.Equal(t, "7.9", pair.Rate.String())
	assert.True(t, pair.Next().IsZero())
}

func TestOnlyTheLatestDaysOfAPairAreKept(t *testing.T) {
	h := dated(t)
	day := h.Today()
	for i := range 80 {
		r := usd(day.AddDays(40-i).String(), "7.80")
		_, err := h.take(r)
		if i > 40+30 {
			assert.ErrorContains(t, err, "superseded", i)
		} else {
			require.NoError(t, err, i)
		}
	}
	assert.Len(t, h.pair("USD/HKD").Days, 62)
	assert.Equal(t, day, h.pair("USD/HKD").On)
	assert.Equal(t, day.AddDays(1), document.DateOf(h.pair("USD/HKD").Due.In(h.Zone())))
}

func TestARateThatCannotBeIsRefused(t *testing.T) {
	h := dated(t)
	for says, r := range map[string]*document.ExchangeRate{
		"it is 0, and a rate is above zero":    usd("2026-03-31", "0"),
		"it is -7.8, and a rate is above zero": usd("2026-03-31", "-7.80"),
		`"XQQ" is not an ISO 4217 code`:        rateOf("XQQ", "HKD", "2026-03-31", "1"),
		`"usd" is not an ISO 4217 code`:        rateOf("usd", "HKD", "2026-03-31", "1"),
		"of one currency in itself":            rateOf("RMB", "CNY", "2026-03-31", "1"),
		"it has no day":                        {From: "USD", To: "HKD", Rate: document.D("7.8"), ID: "1"},
		"more than 10 decimals":                usd("2026-03-31", "7.80000000001"),
	} {
		_, err := h.take(r)
		assert.ErrorContains(t, err, says)
	}
}

func TestADecisionKeepsTheRecordsOfItsRates(t *testing.T) {
	h := dated(t, usd("2026-03-31", "7.80"), rateOf("USD", "RMB", "2026-03-30", "7.10"))
	answers := h.must(t, inDollars("1", "C-A", "70000")) // 546,000 of 500,000
	o := steptest.Get[*document.SalesOrder](t, answers)
	require.Len(t, o.Credit.Rates, 2)
	assert.Equal(t, "USD-HKD-2026-03-31", o.Credit.Rates[0].ID)
	assert.Equal(t, "USD-RMB-2026-03-30", o.Credit.Rates[1].ID)
	assert.Equal(t, "CNY 497,000.00", o.Credit.SignOffAmount.String())
	assert.Equal(t, o.Credit.Rates, steptest.Get[*document.Notice](t, answers).Credit.Rates, "the alert says it too")
	var english, chinese string
	for _, line := range credit.Explain(o) {
		english, chinese = english+line.English+"\n", chinese+line.Chinese+"\n"
	}
	assert.Contains(t, english, "it counts at 1 USD = 7.8 HKD, of 2026-03-31, record USD-HKD-2026-03-31")
	assert.Contains(t, english, "its sign-off counts at 1 USD = 7.1 CNY, of 2026-03-30, record USD-RMB-2026-03-30")
	assert.Contains(t, chinese, "按汇率 1 USD = 7.8 HKD 折算，日期 2026-03-31，记录 USD-HKD-2026-03-31")
}

func TestACapInAnotherCurrencyIsMeasuredAtTheRateOfTheDay(t *testing.T) {
	h := under(t, func(p *credit.Policy) {
		p.DatedRates, p.Rates, p.BaseCurrency = true, nil, ""
		p.People = map[string]credit.Person{"ho": {Roles: []string{"SALES_MANAGER"}, UpTo: &credit.Amount{Money: document.M("100.00", "USD")}},
			"chan": {Roles: []string{"GENERAL_MANAGER"}}}
		p.Release = &credit.Releases{ValidDays: 30, Holds: []string{"SALES_MANAGER"}, Forced: []string{"GENERAL_MANAGER"}, MayHold: []string{"SALES_MANAGER"}, MayReject: []string{"SALES_MANAGER"}}
	})
	h.must(t, over("780"))
	assert.Contains(t, h.refuses(t, release("1", "ho")), "there is no rate into USD")
	h.must(t, rateOf("HKD", "USD", "2026-03-31", "0.1283"))
	assert.Contains(t, h.refuses(t, release("1", "ho")), "USD 100.07 over the limit, and the cap is USD 100.00")
	h.must(t, rateOf("HKD", "USD", "2026-03-31", "0.1282"))
	h.says(t, release("1", "ho"))
}

func TestItemsInAnotherCurrencyCountAtTheRateOfTheDayOrTheSetIsNotTaken(t *testing.T) {
	h := dated(t)
	h.owes(t, "K-A", item("INV1", "", "100"))
	foreign := item("INV2", "", "0")
	foreign.Open = document.M("50", "USD")
	_, err := h.take(&document.Receivables{Account: "K-A", AsOf: h.Now(), Items: []document.OpenItem{item("INV1", "", "90"), foreign}})
	assert.ErrorContains(t, err, "there is no exchange_rate USD/HKD")
	assert.ErrorContains(t, err, "item INV2")
	assert.Equal(t, "0 0 0 100", counts(h.account("K-A")), "what was read before counts")

	h.must(t, usd("2026-03-31", "7.80"))
	h.owes(t, "K-A", item("INV1", "", "90"), foreign)
	assert.Equal(t, "0 0 0 480", counts(h.account("K-A")))
	set := pipelines.Head[*document.Receivables](h, document.KindReceivables, "K-A")
	assert.Equal(t, "USD 50.00", set.Items[1].Original.String())
	assert.Equal(t, "USD-HKD-2026-03-31", set.Rates[0].ID)

	h.must(t, usd("2026-03-31", "8.00"))
	h.again(t, document.KindReceivables, "K-A")
	assert.Equal(t, "0 0 0 490", counts(h.account("K-A")), "they move with the rate")
	h.Clock = h.Clock.AddDate(0, 0, 9)
	_, err = h.take(&document.Alarm{Of: document.Ref{Kind: document.KindReceivables, Key: "K-A"}, At: h.Now()})
	assert.ErrorContains(t, err, "stay at their last one")
	assert.Equal(t, "0 0 0 490", counts(h.account("K-A")))
}

func TestAnAccountWhoseReceivablesCouldNotBeCountedGrowsStaleHoweverOftenTheyAreRead(t *testing.T) {
	foreign := item("INV2", "", "0")
	foreign.Open = document.M("50", "USD")
	for name, h := range map[string]*house{"rates of the day": dated(t), "no rates of the day": open(t)} {
		t.Run(name, func(t *testing.T) {
			set := func() *document.Receivables {
				return &document.Receivables{Account: "K-A", AsOf: h.Now(), Items: []document.OpenItem{foreign}}
			}
			h.owes(t, "K-A")
			_, err := h.take(set())
			assert.ErrorContains(t, err, "the account counts what was read before, and grows stale")
			h.limit(t, "K-A", "600000")
			h.Clock = h.Clock.Add(47 * time.Hour)
			h.Read = h.Now() // the source is read to its end, and says the same
			h.must(t, single("1", "C-A", "1", "1"))
			assert.Equal(t, document.OrderReleased, h.order("1").State)
			h.Clock = h.Clock.Add(2 * time.Hour)
			h.Read = h.Now()
			h.must(t, single("2", "C-A", "1", "1"))
			assert.Equal(t, []document.HoldReason{document.ARStale}, reasonsOf(h.order("2")))
			h.owes(t, "K-A")
			h.again(t, document.KindSalesOrder, "2")
			assert.Equal(t, document.OrderReleased, h.order("2").State)
			h.Clock = h.Clock.Add(49 * time.Hour)
			h.Read = h.Now()
			h.must(t, single("3", "C-A", "1", "1"))
			assert.Equal(t, document.OrderReleased, h.order("3").State, "a set that was taken is as fresh as its reading")
		})
	}
}
