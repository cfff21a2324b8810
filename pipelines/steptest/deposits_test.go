package steptest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

// sorted is an open item of a sort, for an order where it names one.
func sorted(sort document.ItemSort, number, order, open string) document.OpenItem {
	i := item(number, "", open)
	i.Sort, i.Order = sort, order
	return i
}

func deposit(order, open string) document.OpenItem {
	return sorted(document.ItemDeposit, "DEP-"+order, order, open)
}

// total is the exposure of an account, and the money that lowers it.
func (h *house) total(key string) string {
	e := h.account(key).Exposure
	return e.Total().Amount.String() + " " + e.Unapplied.Amount.String()
}

// state is an order after a document, with what holds it.
func (h *house) state(t testing.TB, d document.Document, key string) (document.OrderState, []document.HoldReason) {
	t.Helper()
	h.must(t, d)
	return h.order(key).State, reasonsOf(h.order(key))
}

func terms(o *document.SalesOrder, terms string) *document.SalesOrder {
	o.Terms = terms
	return o
}

// under a policy for money that is to come ahead.
func guarded(t testing.TB, prepayment string) *house {
	return under(t, func(p *credit.Policy) { p.Prepayment = prepayment })
}

func TestDraftsAndGuaranteesAreOwedAndReceiptsAreNot(t *testing.T) {
	h := open(t)
	h.owes(t, "K-A", item("INV", "", "100"), item("CN", "", "-20"), sorted(document.ItemDraft, "BA1", "", "40"),
		sorted(document.ItemGuarantee, "LG1", "", "5"), sorted(document.ItemReceipt, "RC1", "", "30"), sorted(document.ItemReceipt, "RC1-R", "", "-10"))
	e := h.account("K-A").Exposure
	assert.Equal(t, "80 45 20", e.Receivables.Amount.String()+" "+e.Special.Amount.String()+" "+e.Unapplied.Amount.String())
	assert.Equal(t, "HKD 105.00", e.Total().String())
	h.owes(t, "K-A")
	assert.Equal(t, "0 0", h.total("K-A"), "a set is the whole of it")

	_, err := h.take(&document.Receivables{Account: "K-A", AsOf: h.Now(), Items: []document.OpenItem{sorted(document.ItemDraft, "BA1", "", "-40")}})
	assert.ErrorContains(t, err, "draft BA1 is HKD -40.00: what a customer stands for is not below zero")
}

func TestADraftOrAReceiptIsNotOverdue(t *testing.T) {
	h := under(t, func(p *credit.Policy) {
		p.OverdueAmount, p.DunningLevel = &credit.Amount{Money: document.M("1.00", "HKD")}, 1
	})
	old := document.Date{Year: 2025, Month: 1, Day: 1}
	draft, receipt := sorted(document.ItemDraft, "BA1", "", "40"), sorted(document.ItemReceipt, "RC1", "", "30")
	draft.Due, receipt.Due, draft.Dunning = old, old, 1
	h.owes(t, "K-A", draft, receipt)
	assert.True(t, h.account("K-A").OldestDue.IsZero())
	state, reasons := h.state(t, single("1", "C-A2", "1", "1"), "1")
	assert.Equal(t, document.OrderReleased, state, reasons)
}

func TestADraftThatPaidAnInvoiceTakesItsShipmentOver(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A2", "10", "10"))
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	draft := sorted(document.ItemDraft, "BA1", "", "40")
	draft.Shipment = "DN1"
	h.owes(t, "K-A", draft)
	assert.Equal(t, "60 0 0 0", counts(h.account("K-A")))
	assert.Equal(t, "100 0", h.total("K-A"))
}

func TestCase3APrepaidOrderWithItsReceiptPassesWithoutALimit(t *testing.T) {
	for name, receipt := range map[string]document.OpenItem{
		"tied to the order": deposit("1", "100"),
		"tied to nothing":   sorted(document.ItemReceipt, "RC1", "", "100"),
	} {
		for _, policy := range []string{"off", "hold_until_received"} {
			t.Run(name+", "+policy, func(t *testing.T) {
				h := guarded(t, policy)
				state, _ := h.state(t, terms(single("1", "C-C", "1", "100"), "PREPAY"), "1")
				require.Equal(t, document.OrderHeld, state)
				h.owes(t, "K-C", receipt)
				state, reasons := h.state(t, &document.Alarm{Of: document.Ref{Kind: document.KindSalesOrder, Key: "1"}, At: h.Now()}, "1")
				assert.Equal(t, document.OrderReleased, state, reasons)
				assert.Equal(t, "0 100", h.total("K-C"))
			})
		}
	}
	h := open(t)
	_, reasons := h.state(t, terms(single("1", "C-C", "1", "100"), "COD"), "1")
	assert.Equal(t, []document.HoldReason{document.NoLimit}, reasons, "any credit order is held")
}

func TestCase9ADeliveryNoteIsCountedOnce(t *testing.T) {
	h := open(t)
	h.limit(t, "K-A", "100")
	h.must(t, single("1", "C-A2", "6", "10"))
	h.must(t, steptest.Shipment("DN1", "1", "6"))
	assert.Equal(t, "0 60 0 0", counts(h.account("K-A")))
	h.owes(t, "K-A", item("INV1", "DN1", "60"))
	assert.Equal(t, "60 0", h.total("K-A"))
}

func TestCase14ACreditNoteIsNeverHeldForTheLimitAndReducesWhenPosted(t *testing.T) {
	h := open(t)
	h.owes(t, "K-B", item("INV", "", "5000")) // the limit is 1,000
	state, reasons := h.state(t, terms(single("1", "C-B", "1", "0"), "NET30"), "1")
	assert.Equal(t, document.OrderReleased, state, reasons)
	back := credit.Demand{Open: document.M("-200", "HKD"), Rate: document.D("1"), Total: document.M("-200", "HKD"), Terms: "NET30", Class: "B"}
	assert.Empty(t, h.policy.Judge(h.account("K-B"), back, h.Now(), h.Today()).Holds, "what takes back puts nothing at risk")
	assert.Equal(t, "5000 0", h.total("K-B"), "not before it is posted")
	h.owes(t, "K-B", item("INV", "", "5000"), item("CN", "", "-200"))
	assert.Equal(t, "4800 0", h.total("K-B"))
}

func TestCase15ADepositCountsForItsOrderAndItsSurplusForNobody(t *testing.T) {
	h := open(t)
	h.limit(t, "K-A", "25000")
	h.owes(t, "K-A", deposit("1", "30000"))
	assert.Equal(t, "0 0", h.total("K-A"), "its order owes nothing yet")
	h.must(t, single("1", "C-A2", "20", "1000"))
	assert.Equal(t, "0 20000", h.total("K-A"), "the order nets to nothing")
	assert.Equal(t, "HKD 20,000.00", h.order("1").Credit.Ahead.String())
	assert.Equal(t, "HKD 20,000.00", h.order("1").Credit.Reserved.String())

	_, reasons := h.state(t, single("2", "C-A2", "1", "25000.01"), "2")
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, reasons, "the surplus is not for others")
	h.must(t, steptest.Shipment("DN1", "1", "5"))
	assert.Equal(t, "0 20000", h.total("K-A"), "goods that leave are owed by the same order")
	h.owes(t, "K-A", deposit("1", "30000"), item("INV1", "DN1", "5000"))
	assert.Equal(t, "0 20000", h.total("K-A"))
	h.owes(t, "K-A", deposit("1", "25000"))
	assert.Equal(t, "0 15000", h.total("K-A"), "5,000 were applied to the invoice")
	h.must(t, cancelled(single("1", "C-A2", "20", "1000")))
	assert.Equal(t, "0 0", h.total("K-A"), "what is cancelled is not owed")
	h.owes(t, "K-A", sorted(document.ItemReceipt, "DEP-1", "", "25000"))
	assert.Equal(t, "-25000 25000", h.total("K-A"), "untied, it is everybody's")
	state, _ := h.state(t, &document.Alarm{Of: document.Ref{Kind: document.KindSalesOrder, Key: "2"}, At: h.Now()}, "2")
	assert.Equal(t, document.OrderReleased, state)
}

func TestWhatIsPaidAheadInPartIsNotAtRisk(t *testing.T) {
	h := open(t)
	h.limit(t, "K-A", "700")
	h.owes(t, "K-A", deposit("1", "300"))
	state, _ := h.state(t, single("1", "C-A2", "100", "10"), "1")
	assert.Equal(t, document.OrderReleased, state)
	c := h.order("1").Credit
	assert.Equal(t, "HKD 1,000.00 HKD 300.00 HKD 0.00", c.Demand.String()+" "+c.Ahead.String()+" "+c.Excess.String())
	lines := credit.Explain(h.order("1"))
	assert.Equal(t, "of its open part HKD 1,000.00, HKD 300.00 were paid ahead: HKD 700.00 at risk", lines[2].English)
	assert.Equal(t, "信用占用 HKD 0.00 + 风险金额 HKD 700.00 = HKD 700.00，额度 HKD 700.00：剩余 HKD 0.00", lines[3].Chinese)

	_, reasons := h.state(t, amended(single("1", "C-A2", "100", "10"), func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("101", "C62") }), "1")
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, reasons, "10 more are measured with the deposit")
	assert.Equal(t, "HKD 10.00", h.order("1").Credit.Excess.String())
}

func TestADepositThatTheSetKnowsBeforeTheShipmentIsCountedOnce(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A2", "10", "10"))
	h.owes(t, "K-A", deposit("1", "90"), item("INV1", "DN1", "40"))
	assert.Equal(t, "50 90", h.total("K-A"), "that the invoice is the order's is not known yet")
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	assert.Equal(t, "10 90", h.total("K-A"))
	assert.Equal(t, "100", h.account("K-A").DepositFor("1").Owed.Amount.String())
}

func TestADepositFollowsItsOrderInTheAccountWhereItCame(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A2", "10", "10"))
	h.owes(t, "K-A", deposit("1", "100"))
	assert.Equal(t, "0 100", h.total("K-A"))
	moved := document.Copy(pipelines.Head[*document.Party](h, document.KindParty, "C-A2"))
	moved.Account = "K-B"
	h.Put(moved)
	h.must(t, terms(amended(single("1", "C-A2", "10", "10"), func(*document.SalesOrder) {}), "NET30"))
	assert.Equal(t, "0 0", h.total("K-A"))
	assert.Equal(t, "100 0", h.total("K-B"), "money in one account is not another's")
}

func TestAReadOfTheAccountKeepsItsDeposits(t *testing.T) {
	h := open(t)
	h.owes(t, "K-A", deposit("1", "100"))
	h.limit(t, "K-A", "900")
	h.must(t, single("1", "C-A2", "10", "10"))
	assert.Equal(t, "0 100", h.total("K-A"))
}

func TestCase16WhatWasAskedForHasNoEffectWhatCameHasAndABouncedChequeTakesItBack(t *testing.T) {
	h := open(t)
	h.limit(t, "K-A", "1000")
	h.must(t, single("1", "C-A2", "100", "10"))
	_, reasons := h.state(t, single("2", "C-A2", "1", "1"), "2")
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, reasons, "a request is no item: nothing changes")
	h.owes(t, "K-A", sorted(document.ItemReceipt, "CHQ1", "", "400"))
	assert.Equal(t, "600 400", h.total("K-A"))
	state, _ := h.state(t, single("3", "C-A2", "1", "400"), "3")
	assert.Equal(t, document.OrderReleased, state)

	answers := h.owes(t, "K-A") // bounced
	assert.Equal(t, "1400 0", h.total("K-A"))
	assert.Equal(t, document.LevelOver, h.account("K-A").Level)
	assert.Equal(t, document.CreditOverAlert, steptest.Get[*document.Notice](t, answers).Type)
	assert.Equal(t, document.OrderReleased, h.order("3").State, "what was released stays")
	_, reasons = h.state(t, single("4", "C-A2", "1", "1"), "4")
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, reasons)
}

func TestCase23ADisputedItemIsLeftOutOnlyWhereThePolicySaysSo(t *testing.T) {
	late := item("INV", "", "100")
	late.Due, late.Disputed, late.Dunning = document.Date{Year: 2025, Month: 12, Day: 31}, true, 3 // 90 days
	for exclude, want := range map[bool][]document.HoldReason{false: {document.Overdue, document.OverdueAmount, document.Dunning}, true: nil} {
		h := under(t, func(p *credit.Policy) {
			p.ExcludeDisputed, p.DunningLevel, p.OverdueAmount = exclude, 3, &credit.Amount{Money: document.M("99.99", "HKD")}
		})
		h.owes(t, "K-A", late)
		_, reasons := h.state(t, single("1", "C-A2", "1", "1"), "1")
		assert.Equal(t, want, reasons)
		assert.Equal(t, "HKD 100.00", h.account("K-A").Exposure.Receivables.String(), "it is owed all the same")
	}
}

func TestCase30StaleReceivablesHoldWhatGivesCreditAndFreshOnesLetItGo(t *testing.T) {
	h := open(t)
	h.owes(t, "K-A", deposit("2", "100"))
	h.Clock = h.Clock.Add(50 * time.Hour)
	_, reasons := h.state(t, single("1", "C-A", "1", "100"), "1")
	assert.Equal(t, []document.HoldReason{document.ARStale}, reasons)
	state, _ := h.state(t, single("2", "C-A", "1", "100"), "2")
	assert.Equal(t, document.OrderReleased, state, "paid ahead")
	state, _ = h.state(t, terms(single("3", "C-A", "1", "100"), "PREPAY"), "3")
	assert.Equal(t, document.OrderReleased, state, "prepaid")
	h.owes(t, "K-A")
	state, _ = h.state(t, &document.Alarm{Of: document.Ref{Kind: document.KindSalesOrder, Key: "1"}, At: h.Now()}, "1")
	assert.Equal(t, document.OrderReleased, state)
}

func TestMoneyThatIsToComeAheadHoldsWhereThePolicySaysSo(t *testing.T) {
	for _, c := range []struct {
		name, policy, terms, came string
		want                      []document.HoldReason
		says                      string
	}{
		{"prepaid and nothing asked", "off", "PREPAY", "", nil, ""},
		{"prepaid, nothing has come", "hold_until_received", "PREPAY", "", []document.HoldReason{document.PrepaymentNotReceived}, "HKD 0.00 have come: HKD 1,000.00 are missing"},
		{"prepaid, a cent is missing", "hold_until_received", "PREPAY", "999.99", []document.HoldReason{document.PrepaymentNotReceived}, "HKD 0.01 are missing"},
		{"prepaid, all has come", "hold_until_received", "PREPAY", "1000", nil, ""},
		{"a deposit is missing", "hold_until_received", "TT30/70", "299.99", []document.HoldReason{document.PrepaymentNotReceived}, "HKD 300.00 of HKD 1,000.00 are to come with the order, HKD 299.99 have come"},
		{"case 88: the deposit has come, and it goes to planning", "hold_until_received", "TT30/70", "300", nil, ""},
		{"it goes to planning, and its goods wait", "hold_before_shipping", "PREPAY", "", nil, ""},
		{"so does a deposit", "hold_before_shipping", "TT30/70", "", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := guarded(t, c.policy)
			if c.came != "" {
				h.owes(t, "K-A", deposit("1", c.came))
			}
			_, reasons := h.state(t, terms(single("1", "C-A2", "100", "10"), c.terms), "1")
			assert.Equal(t, c.want, reasons)
			if c.want != nil {
				assert.Contains(t, h.order("1").Holds[0].Detail, c.says)
				assert.True(t, h.order("1").WaitsForRoom(), "it goes by itself when the money comes")
			}
		})
	}
}

func TestAPrepaidOrderWhoseGoodsWaitForTheMoneyGoesToPlanningWithoutALimit(t *testing.T) {
	h := guarded(t, "hold_before_shipping")
	state, _ := h.state(t, terms(single("1", "C-C", "1", "100"), "PREPAY"), "1")
	assert.Equal(t, document.OrderReleased, state)
	assert.Equal(t, "100 0", h.total("K-C"), "it is counted until its money has come")
	assert.Equal(t, "HKD 100.00", h.account("K-C").Ceiling.String(), "and there is room for no other")
	assert.Contains(t, credit.Explain(h.order("1")), credit.Line{
		English: "order: paid before delivery (PREPAY), and its goods do not leave unpaid: nothing is at risk",
		Chinese: "订单：款到发货 (PREPAY)，未付款不出货：无风险金额"})
	_, reasons := h.state(t, terms(single("2", "C-C", "1", "1"), "COD"), "2")
	assert.Equal(t, []document.HoldReason{document.NoLimit}, reasons)
	h.owes(t, "K-C", deposit("1", "100"))
	assert.Equal(t, "0 100", h.total("K-C"))
}

func TestAReleasedOrderStaysWhenItsDepositIsTakenBack(t *testing.T) {
	h := guarded(t, "hold_until_received")
	h.owes(t, "K-A", deposit("1", "1000"))
	o := terms(single("1", "C-A2", "100", "10"), "PREPAY")
	h.must(t, o)
	h.owes(t, "K-A")
	assert.Equal(t, "1000 0", h.total("K-A"))
	state, reasons := h.state(t, amended(o, func(o *document.SalesOrder) { o.Remarks = "call first" }), "1")
	assert.Equal(t, document.OrderReleased, state, reasons)
	o.SourceRevision = 2
	_, reasons = h.state(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("101", "C62") }), "1")
	assert.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, reasons, "more is asked for, and nothing has come")
}

func TestTooMuchOverdueHolds(t *testing.T) {
	hkd := func(amount string) *credit.Amount { return &credit.Amount{Money: document.M(amount, "HKD")} }
	percent := func(p string) credit.Percent { return credit.Percent{Decimal: document.D(p)} }
	for name, c := range map[string]struct {
		policy func(*credit.Policy)
		held   bool
		says   string
	}{
		"no such rule":                      {func(*credit.Policy) {}, false, ""},
		"exactly as much":                   {func(p *credit.Policy) { p.OverdueAmount = hkd("5000.00") }, false, ""},
		"a cent more":                       {func(p *credit.Policy) { p.OverdueAmount = hkd("4999.99") }, true, "HKD 5,000.00 are overdue; HKD 4,999.99 are allowed"},
		"exactly the share of the limit":    {func(p *credit.Policy) { p.OverduePercent = percent("1") }, false, ""},
		"more than the share":               {func(p *credit.Policy) { p.OverduePercent = percent("0.99") }, true, "0.99% of the limit, HKD 4,950.00, are allowed"},
		"both passed":                       {func(p *credit.Policy) { p.OverdueAmount, p.OverduePercent = hkd("10.00"), percent("0.5") }, true, ""},
		"the amount alone, where both must": {func(p *credit.Policy) { p.OverdueAmount, p.OverduePercent = hkd("10.00"), percent("1") }, false, ""},
		"the share alone, where both must":  {func(p *credit.Policy) { p.OverdueAmount, p.OverduePercent = hkd("5000.00"), percent("0.5") }, false, ""},
		"in another currency":               {func(p *credit.Policy) { p.OverdueAmount = &credit.Amount{Money: document.M("641.02", "USD")} }, true, "USD 641.02 are allowed"},
		"within the days of grace":          {func(p *credit.Policy) { p.OverdueAmount, p.GraceDays = hkd("10.00"), 1 }, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := under(t, c.policy)
			late, paid := item("INV1", "", "5000"), item("CN", "", "-4000")
			late.Due = document.Date{Year: 2026, Month: 3, Day: 30} // a day late
			paid.Due = late.Due
			h.owes(t, "K-A", late, paid, item("INV2", "", "90000"))
			h.must(t, single("1", "C-A2", "1", "1"))
			o := h.order("1")
			if !c.held {
				assert.Empty(t, o.Holds)
				return
			}
			require.Equal(t, []document.HoldReason{document.OverdueAmount}, reasonsOf(o))
			assert.Contains(t, o.Holds[0].Detail, c.says)
			assert.Contains(t, o.Holds[0].LocalDetail, "逾期金额 HKD 5,000.00")
			assert.True(t, o.WaitsForRoom())
		})
	}
}

func TestAnItemThatWasDunnedTooOftenHolds(t *testing.T) {
	for level, want := range map[int][]document.HoldReason{2: nil, 3: {document.Dunning}, 4: {document.Dunning}} {
		h := under(t, func(p *credit.Policy) { p.DunningLevel = 3 })
		dunned := item("INV1", "", "5")
		dunned.Dunning = level
		h.owes(t, "K-A", dunned)
		_, reasons := h.state(t, single("1", "C-A2", "1", "1"), "1")
		assert.Equal(t, want, reasons, level)
	}
}
