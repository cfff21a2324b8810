package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

// customer is a customer of account K-A about whom everything is known.
func customer(h *house, t testing.TB, change func(*document.Party)) {
	t.Helper()
	known := document.Copy(pipelines.Head[*document.Party](h, document.KindParty, "C-A"))
	orders := 40
	known.FirstOrderOn, known.OrderCount = document.Date{Year: 2024, Month: 1, Day: 10}, &orders
	change(known)
	h.must(t, known)
}

// holds lets an order of C-A come under terms, and answers with what holds it.
func (h *house) holds(t testing.TB, id, terms string, change func(*document.SalesOrder)) []document.HoldReason {
	t.Helper()
	o := single(id, "C-A", "1", "100")
	o.Terms = terms
	if change != nil {
		change(o)
	}
	h.must(t, o)
	return reasonsOf(h.order(id))
}

func TestCase4AnAccountThatIsNotCheckedPassesWhateverItOwes(t *testing.T) {
	h := open(t)
	h.must(t, &document.CreditAccount{ID: "K-A", Name: "K-A", Currency: "HKD", NoCheck: true})
	h.must(t, single("1", "C-A", "1", "9000000"))
	o := h.order("1")
	assert.Equal(t, document.OrderReleased, o.State)
	assert.Equal(t, "9000000 0 0 0", counts(h.account("K-A")), "it is counted all the same")
}

func TestCase10WhatIsCutOffLeavesTheOpenOrdersAtOnce(t *testing.T) {
	h := open(t)
	h.limit(t, "K-A", "1000")
	h.must(t, single("1", "C-A", "10", "90"))
	h.must(t, single("2", "C-A", "1", "600"))
	require.True(t, h.order("2").Held())
	h.must(t, steptest.Shipment("DN1", "1", "3"))
	h.must(t, cancelled(single("1", "C-A", "10", "90")))
	assert.Equal(t, document.OrderShortClosed, h.order("1").State)
	assert.Equal(t, "0 0 270 0", counts(h.account("K-A")))
	h.must(t, &document.Alarm{Of: document.RefOf(h.order("2")), At: h.Now()}) // which the line of held orders rings
	assert.Equal(t, document.OrderReleased, h.order("2").State)
}

func TestCase34TermsOfAClass(t *testing.T) {
	for _, c := range []struct {
		class, terms string
		holds        []document.HoldReason
	}{
		{"A", "NET60", nil}, {"A", "NET61", []document.HoldReason{document.TermsExceedClass}},
		{"B", "NET30", nil}, {"B", "NET31", []document.HoldReason{document.TermsExceedClass}},
		{"C", "NET30", []document.HoldReason{document.TermsExceedClass}},
	} {
		t.Run(c.class+" "+c.terms, func(t *testing.T) {
			h := open(t)
			customer(h, t, func(p *document.Party) { p.Class = c.class })
			assert.Equal(t, c.holds, h.holds(t, "1", c.terms, nil))
		})
	}
}

func TestCase35ANewCustomerPaysInAdvanceUnlessTheGeneralManagerLetsItGo(t *testing.T) {
	h := open(t)
	few := 4
	is := func(p *document.Party) {
		p.Class, p.OrderCount, p.FirstOrderOn = "A", &few, document.Date{Year: 2025, Month: 8, Day: 31}
	}
	customer(h, t, is)
	assert.Equal(t, []document.HoldReason{document.NewCustomerPrepay}, h.holds(t, "1", "NET30", nil))
	customer(h, t, func(p *document.Party) {
		is(p)
		p.Waivers = []document.Waiver{{Rule: document.NewCustomerPrepay, By: "chan", Until: document.Date{Year: 2026, Month: 12, Day: 31}}}
	})
	assert.Empty(t, h.holds(t, "2", "NET60", nil))
	assert.Equal(t, []document.HoldReason{document.TermsExceedClass}, h.holds(t, "3", "NET61", nil), "then its class counts")
}

func TestCase36ACustomerIsNewForSixMonthsOrSixOrders(t *testing.T) {
	for _, c := range []struct {
		today string
		first document.Date
		new   bool
	}{
		{"2026-07-14", document.Date{Year: 2026, Month: 1, Day: 15}, true},
		{"2026-07-15", document.Date{Year: 2026, Month: 1, Day: 15}, false},
		{"2027-02-27", document.Date{Year: 2026, Month: 8, Day: 31}, true},
		{"2027-02-28", document.Date{Year: 2026, Month: 8, Day: 31}, false},
	} {
		t.Run(c.today, func(t *testing.T) {
			h := open(t)
			today, err := document.ParseDate(c.today)
			require.NoError(t, err)
			h.Clock = h.Clock.AddDate(0, 0, today.Sub(h.Today()))
			require.Equal(t, today, h.Today())
			h.owes(t, "K-A")
			seven := 7
			customer(h, t, func(p *document.Party) { p.Class, p.FirstOrderOn, p.OrderCount = "A", c.first, &seven })
			assert.Equal(t, c.new, len(h.holds(t, "1", "NET30", nil)) > 0)
		})
	}
}

func TestCase37AnOverseasCustomerPaysByALetterOfCreditThatLastsUntilItShips(t *testing.T) {
	h := open(t)
	customer(h, t, func(p *document.Party) { p.Overseas = true })
	assert.Equal(t, []document.HoldReason{document.OverseasNeedsLC}, h.holds(t, "1", "NET30", nil))
	in := func(ship, expires int) func(*document.SalesOrder) {
		return func(o *document.SalesOrder) {
			o.PlannedShip, o.LCExpiresOn = document.Date{Year: 2026, Month: 5, Day: ship}, document.Date{Year: 2026, Month: 5, Day: expires}
		}
	}
	assert.Empty(t, h.holds(t, "2", "LC_SIGHT", in(10, 10)))
	assert.Equal(t, []document.HoldReason{document.OverseasNeedsLC}, h.holds(t, "3", "LC_SIGHT", in(11, 10)))
	customer(h, t, func(p *document.Party) {
		p.Overseas, p.Waivers = true, []document.Waiver{{Rule: document.OverseasNeedsLC, By: "chan"}}
	})
	assert.Empty(t, h.holds(t, "4", "NET30", nil))
}

func TestCase39AllReasonsAreKeptAndCuringOneKeepsTheRest(t *testing.T) {
	h := open(t)
	h.limit(t, "K-A", "50")
	late := document.OpenItem{Number: "INV1", Due: document.Date{Year: 2026, Month: 1, Day: 31}, Open: document.M("40", "HKD")}
	h.owes(t, "K-A", late)
	customer(h, t, func(p *document.Party) { p.Class = "B" })
	assert.ElementsMatch(t, []document.HoldReason{document.LimitExceeded, document.Overdue, document.TermsExceedClass}, h.holds(t, "1", "NET45", nil))
	h.owes(t, "K-A")
	h.must(t, amended(h.told("1"), func(*document.SalesOrder) {}))
	assert.ElementsMatch(t, []document.HoldReason{document.LimitExceeded, document.TermsExceedClass}, reasonsOf(h.order("1")))
}

func TestCase41TheBranchManagerSignsUpToHalfAMillionRenminbi(t *testing.T) {
	for _, c := range []struct {
		currency document.Currency
		gross    string
		signs    string
	}{
		{"CNY", "500000.00", "BRANCH_MANAGER"}, {"CNY", "500000.01", "SALES_MANAGER"},
		{"HKD", "549450.55", "BRANCH_MANAGER"}, {"HKD", "549450.56", "SALES_MANAGER"},
	} {
		t.Run(string(c.currency)+" "+c.gross, func(t *testing.T) {
			h := under(t, func(p *credit.Policy) {
				p.BaseCurrency, p.Rates = "CNY", map[document.Currency]document.Decimal{"CNY": document.D("1"), "HKD": document.D("0.91")}
			})
			h.limit(t, "K-A", "9000000")
			o := single("1", "C-A", "1", c.gross)
			o.Currency = c.currency
			h.must(t, o)
			assert.Equal(t, document.OrderReleased, h.order("1").State, "it informs and never holds")
			assert.Equal(t, c.signs, h.order("1").Credit.SignOff)
		})
	}
}

// told is an order as the source told it last.
func (h *house) told(id string) *document.SalesOrder {
	o := document.Copy(h.order(id))
	o.Holds, o.Credit, o.Party, o.State = nil, nil, nil, ""
	return o
}

func TestCase46AnAmendmentOfARevisionThatIsNotInForceIsAConflict(t *testing.T) {
	h := open(t)
	first := single("1", "C-A", "2", "100")
	h.must(t, first)
	second := amended(first, func(o *document.SalesOrder) { o.BaseRevision, o.Remarks = 1, "in two cartons" })
	h.must(t, second)
	third := amended(second, func(o *document.SalesOrder) { o.BaseRevision, o.Remarks = 2, "in three cartons" })
	h.must(t, third)
	before := h.order("1")
	_, err := h.take(amended(third, func(o *document.SalesOrder) { o.BaseRevision, o.Lines[0].Quantity = 2, document.Q("9", "C62") }))
	require.ErrorContains(t, err, "CONFLICT: revision 4 changes revision 2, and revision 3 is in force")
	assert.Equal(t, before, h.order("1"), "nothing has changed")
}

func TestCase48AnAmendmentThatComesBeforeItsOrderWaitsForIt(t *testing.T) {
	h := open(t)
	first := single("1", "C-A", "2", "100")
	second := amended(first, func(o *document.SalesOrder) { o.BaseRevision, o.Lines[0].Quantity = 1, document.Q("3", "C62") })
	_, err := h.take(second)
	var missing *pipelines.Missing
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, document.Ref{Kind: document.KindSalesOrder, Key: "1"}, missing.Ref, "which wakes it")
	h.must(t, first)
	h.must(t, second)
	assert.Equal(t, "3", h.order("1").Lines[0].Quantity.Value.String())
}

func TestCase6ALimitThatHasEndedIsNoCreditAndATemporaryOneCountsOnItsDays(t *testing.T) {
	h := open(t)
	today := h.Today()
	limit, temporary := document.M("1000", "HKD"), document.M("2000", "HKD")
	h.must(t, &document.CreditAccount{ID: "K-A", Name: "K-A", Currency: "HKD", Limit: &limit, LimitTo: today.AddDays(-1)})
	assert.Equal(t, []document.HoldReason{document.LimitExpired}, h.holds(t, "1", "NET30", nil))
	h.must(t, &document.CreditAccount{ID: "K-A", Name: "K-A", Currency: "HKD", Limit: &limit, TemporaryLimit: &temporary, TemporaryFrom: today, TemporaryTo: today})
	h.must(t, single("2", "C-A", "1", "2000"))
	assert.Equal(t, document.OrderReleased, h.order("2").State)
	h.pass(1)
	h.owes(t, "K-A")
	h.must(t, cancelled(single("2", "C-A", "1", "2000")))
	h.must(t, single("3", "C-A", "1", "1000.01"))
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, reasonsOf(h.order("3")), "the day after, the account's own limit counts again")
	h.must(t, single("4", "C-A", "1", "1000"))
	assert.Equal(t, document.OrderReleased, h.order("4").State)
}
