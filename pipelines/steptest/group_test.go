package steptest_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

// tells lets the ERP tell an account with its limit and its group; an empty limit is none.
func (h *house) tells(t testing.TB, key, limit, group string) []document.Document {
	t.Helper()
	return h.must(t, accountIn(key, limit, group))
}

func accountIn(key, limit, group string) *document.CreditAccount {
	a := &document.CreditAccount{ID: key, Name: key, Currency: "HKD", Group: group}
	if limit != "" {
		most := document.M(limit, "HKD")
		a.Limit = &most
	}
	return a
}

// grouped is a house in which K-A and K-B, with room of their own, share the limit of K-G.
func grouped(t testing.TB, limit string) *house {
	t.Helper()
	h := staffed(t)
	h.tells(t, "K-G", limit, "")
	h.tells(t, "K-A", "500000", "K-G")
	h.tells(t, "K-B", "500000", "K-G")
	return h
}

// soon is an order of a class B customer on terms that it may have.
func soon(id, customer, quantity, price string) *document.SalesOrder {
	o := single(id, customer, quantity, price)
	o.Terms = "NET30"
	return o
}

func (h *house) groupOwes(key string) string { return h.account(key).Exposure.Total().String() }

func TestCase31AnOrderWithRoomInItsAccountIsHeldWhereItsGroupHasNone(t *testing.T) {
	h := grouped(t, "1000")
	h.must(t, single("1", "C-A", "1", "600"))
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Equal(t, "HKD 600.00", h.groupOwes("K-G"))

	answers := h.must(t, soon("2", "C-B", "1", "400.01"))
	held := h.order("2")
	assert.Equal(t, document.OrderHeld, held.State)
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, reasonsOf(held))
	assert.Equal(t, "group K-G: exposure HKD 600.00 + this order HKD 400.01 = HKD 1,000.01, limit HKD 1,000.00: HKD 0.01 too much", held.Holds[0].Detail)
	assert.Equal(t, "集团 K-G：信用占用 HKD 600.00 + 本订单 HKD 400.01 = HKD 1,000.01，信用额度 HKD 1,000.00：超出 HKD 0.01", held.Holds[0].LocalDetail)
	assert.Equal(t, "HKD 0.01", held.Credit.Group.Excess.String())
	assert.Equal(t, "K-G", held.WaitsIn())
	assert.Equal(t, "0 0 0 0", counts(h.account("K-B")), "a held order reserves nothing, in the group neither")
	assert.Equal(t, "HKD 600.00", h.groupOwes("K-G"))
	assert.Contains(t, steptest.Get[*document.Notice](t, answers).Holds[0].Detail, "group K-G")
	assert.Equal(t, []string{"SALES_MANAGER", "GENERAL_MANAGER"}, held.Credit.ReleaseNeeds, "over the limit as any other")

	h.must(t, amended(soon("2", "C-B", "1", "400.01"), func(o *document.SalesOrder) { o.Lines[0].Price = document.D("400") }))
	assert.Equal(t, document.OrderReleased, h.order("2").State, "what fits exactly passes")
	assert.Equal(t, "HKD 1,000.00", h.groupOwes("K-G"))
	assert.False(t, h.order("2").Credit.Group.Holds)
	assert.Equal(t, "K-B", h.order("2").Credit.Account)
}

func TestAnOrderNeedsRoomInItsAccountToo(t *testing.T) {
	h := grouped(t, "900000")
	h.tells(t, "K-B", "1000", "K-G")
	h.must(t, soon("1", "C-B", "1", "1000.01"))
	held := h.order("1")
	require.Len(t, held.Holds, 1)
	assert.NotContains(t, held.Holds[0].Detail, "group")
	assert.Equal(t, "K-B", held.WaitsIn())
	h.tells(t, "K-G", "1000", "")
	h.must(t, &document.Alarm{Of: document.RefOf(held)})
	assert.Equal(t, []document.HoldReason{document.LimitExceeded, document.LimitExceeded}, reasonsOf(h.order("1")), "both have none")
}

func TestAGroupOwesWhatItsAccountsOweInWhateverComponent(t *testing.T) {
	h := grouped(t, "900000")
	h.must(t, single("1", "C-A2", "100", "10"))
	h.must(t, soon("2", "C-B", "1", "300"))
	assert.Equal(t, "HKD 1,300.00", h.groupOwes("K-G"))
	assert.Equal(t, "HKD 1,300.00", h.account("K-G").MembersOpen.String())
	h.must(t, steptest.Shipment("DN1", "1", "40"))
	assert.Equal(t, "HKD 1,300.00", h.groupOwes("K-G"))
	assert.Equal(t, "HKD 900.00", h.account("K-G").MembersOpen.String(), "what has left is reserved no more")
	h.owes(t, "K-A", item("INV1", "DN1", "150"))
	assert.Equal(t, "HKD 1,050.00", h.groupOwes("K-G"))
	h.must(t, cancelled(soon("2", "C-B", "1", "300")))
	assert.Equal(t, "HKD 750.00", h.groupOwes("K-G"))
	h.owes(t, "K-G", item("INV9", "", "50"))
	assert.Equal(t, "HKD 800.00", h.groupOwes("K-G"), "what the group's own account owes counts as well")
	assert.Equal(t, "0 0 0 50", counts(h.account("K-G")))
	h.tells(t, "K-G", "900000", "")
	assert.Equal(t, "HKD 800.00", h.groupOwes("K-G"), "what the ERP tells again loses nothing")
}

func TestAReasonOfTheGroupNamesTheGroup(t *testing.T) {
	for name, c := range map[string]struct {
		group  func(g *document.CreditAccount, today document.Date)
		reason document.HoldReason
		says   string
	}{
		"no limit": {func(g *document.CreditAccount, _ document.Date) { g.Limit = nil }, document.NoLimit, "group K-G: the group has no credit limit"},
		"a limit of zero": {func(g *document.CreditAccount, _ document.Date) { g.Limit = &document.Money{Currency: "HKD"} }, document.NoLimit,
			"group K-G: the group has a limit of zero"},
		"expired": {func(g *document.CreditAccount, today document.Date) { g.LimitTo = today.AddDays(-1) }, document.LimitExpired,
			"group K-G: the limit of the group was valid until"},
		"stopped": {func(g *document.CreditAccount, _ document.Date) { g.Stopped = true }, document.Stopped, "group K-G: the group was stopped in the ERP"},
	} {
		t.Run(name, func(t *testing.T) {
			h := grouped(t, "900000")
			g := accountIn("K-G", "900000", "")
			c.group(g, h.Today())
			h.must(t, g)
			h.must(t, single("1", "C-A", "1", "10"))
			held := h.order("1")
			require.Equal(t, []document.HoldReason{c.reason}, reasonsOf(held))
			assert.Contains(t, held.Holds[0].Detail, c.says)
			assert.Contains(t, held.Holds[0].LocalDetail, "集团 K-G：")
		})
	}
	h := grouped(t, "1")
	free := accountIn("K-G", "1", "")
	free.NoCheck = true
	h.must(t, free)
	h.must(t, single("1", "C-A", "1", "10"))
	assert.Equal(t, document.OrderReleased, h.order("1").State, "a group that is not checked holds nothing")
	assert.Equal(t, "HKD 10.00", h.groupOwes("K-G"), "and is counted all the same")
}

func TestAnAccountThatIsNotCheckedIsMeasuredAgainstItsGroupAllTheSame(t *testing.T) {
	h := grouped(t, "1000")
	own := accountIn("K-A", "", "K-G")
	own.NoCheck = true
	h.must(t, own)
	h.must(t, single("1", "C-A", "1", "1000.01"))
	require.Equal(t, document.OrderHeld, h.order("1").State)
	assert.Contains(t, h.order("1").Holds[0].Detail, "group K-G")
	more := document.M("1500", "HKD")
	ho := release("1", "ho")
	ho.Amount = &more
	h.says(t, ho)
	beyond := document.M("2000.01", "HKD")
	ho.Amount = &beyond
	assert.Contains(t, h.refuses(t, ho), "HKD 1,000.01 over the limit, and the cap is HKD 1,000.00", "the excess over the group is capped")
	assert.Equal(t, document.OrderReleased, h.says(t, release("1", "chan")).State)
}

func TestPeopleReleaseWhatIsOverTheLimitOfAGroup(t *testing.T) {
	h := grouped(t, "1000")
	h.must(t, single("1", "C-A", "1", "5000"))
	assert.Contains(t, h.refuses(t, release("1", "ho")), "HKD 4,000.00 over the limit, and the cap is HKD 1,000.00")
	h.says(t, release("1", "wong"))
	assert.Equal(t, document.OrderReleased, h.says(t, release("1", "chan")).State)
	assert.Equal(t, "HKD 5,000.00", h.groupOwes("K-G"))
	assert.Equal(t, "HKD 5,000.00", h.account("K-G").Ceiling.String(), "so far and no further")
	assert.Nil(t, h.account("K-A").Ceiling, "its own account has room")
	h.must(t, soon("2", "C-B", "1", "1"))
	assert.Equal(t, document.OrderHeld, h.order("2").State)
	h.must(t, amended(single("1", "C-A", "1", "5000"), func(o *document.SalesOrder) { o.Remarks = "call first" }))
	assert.Equal(t, document.OrderReleased, h.order("1").State, "what was released stays")
}

// foreign is a house whose group counts in HKD, with one account in another currency.
func foreign(t testing.TB, currency document.Currency) *house {
	t.Helper()
	h := grouped(t, "1000")
	a, limit := accountIn("K-B", "", "K-G"), document.M("100000", currency)
	a.Currency, a.Limit = currency, &limit
	h.must(t, a)
	return h
}

func TestAnAccountInAnotherCurrencyCountsInItsGroupAtTheRate(t *testing.T) {
	h := foreign(t, "USD")
	o := soon("1", "C-B", "1", "100")
	o.Currency = "USD"
	h.must(t, o)
	require.Equal(t, document.OrderReleased, h.order("1").State)
	rate := h.order("1").Credit.Group.Rate
	assert.Equal(t, "7.8", rate.String())
	assert.Equal(t, "HKD 780.00", h.groupOwes("K-G"))
	h.must(t, single("2", "C-A", "1", "220.01"))
	assert.Equal(t, document.OrderHeld, h.order("2").State)
	h.must(t, single("3", "C-A", "1", "220"))
	assert.Equal(t, document.OrderReleased, h.order("3").State)
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Price = document.D("100.01") }))
	again := h.order("1")
	assert.Equal(t, document.OrderHeld, again.State)
	assert.Contains(t, again.Holds[0].Detail, "exposure HKD 220.00 + this order HKD 780.08 = HKD 1,000.08")
	lines := credit.Explain(again)
	var english, local string
	for _, l := range lines {
		english, local = english+l.English+"\n", local+l.Chinese+"\n"
	}
	assert.Contains(t, english, "group K-G: rate: 1 USD = 7.8 HKD\ngroup K-G: exposure HKD 220.00 + its open part HKD 780.08 = HKD 1,000.08, limit HKD 1,000.00: HKD 0.08 beyond it\n")
	assert.Contains(t, local, "集团 K-G：信用占用 HKD 220.00 + 未出货部分 HKD 780.08 = HKD 1,000.08，额度 HKD 1,000.00：超出 HKD 0.08\n")

	ahead, most := release("1", "ho"), document.M("300", "USD")
	ahead.Amount = &most
	assert.Contains(t, h.refuses(t, ahead), "HKD 1,560.00 over the limit, and the cap is HKD 1,000.00", "what it may come to, at the rate of the group")
	h.says(t, release("1", "ho"))
	assert.Equal(t, document.OrderReleased, h.says(t, release("1", "chan")).State)
}

func TestARateThatIsMissingForAnyAccountOfAGroupHoldsTheOrdersOfAll(t *testing.T) {
	h := foreign(t, "VND")
	h.must(t, single("1", "C-A", "1", "10"))
	require.Equal(t, document.OrderReleased, h.order("1").State, "where nothing is owed nothing is to be converted")
	h.must(t, &document.Receivables{Account: "K-B", AsOf: h.Now(), Items: []document.OpenItem{{Number: "INV", Due: h.Today(), Open: document.M("5000", "VND")}}})
	h.must(t, single("2", "C-A", "1", "10"))
	held := h.order("2")
	require.Equal(t, []document.HoldReason{document.FXRateMissing}, reasonsOf(held))
	assert.Equal(t, "group K-G: there is no rate from VND into HKD, the currency of the group: enter it under rates in the credit policy", held.Holds[0].Detail)
	h.must(t, amended(single("1", "C-A", "1", "10"), func(o *document.SalesOrder) { o.Remarks = "call first" }))
	assert.Equal(t, document.OrderReleased, h.order("1").State, "what was released stays")

	own := soon("3", "C-B", "1", "10")
	own.Currency = "VND"
	h.must(t, own)
	assert.Equal(t, []document.HoldReason{document.FXRateMissing}, reasonsOf(h.order("3")))
	assert.Contains(t, h.order("3").Holds[0].Detail, "from VND into HKD")

	parent := document.Copy(pipelines.Head[*document.Party](h, document.KindParty, "C-A2"))
	parent.Account = "K-G"
	h.must(t, parent)
	h.owes(t, "K-G")
	h.must(t, single("4", "C-A2", "1", "10"))
	assert.Equal(t, []document.HoldReason{document.FXRateMissing}, reasonsOf(h.order("4")), "the group's own customers too")
}

func TestOrdersWaitForAGroupThatIsNotKnownAndWhatIsOwedIsCountedFromTheFirstDay(t *testing.T) {
	h := open(t)
	h.owes(t, "K-A", item("INV", "", "700"))
	h.tells(t, "K-A", "500000", "K-G")
	_, err := h.take(single("1", "C-A", "1", "10"))
	missing, ok := errors.AsType[*pipelines.Missing](err)
	require.True(t, ok, err)
	assert.Equal(t, "credit_account K-G", missing.Ref.String())
	assert.Contains(t, missing.Hint, "waits for the group of account K-A")
	lower := accountIn("K-A", "200", "K-G")
	lower.Stopped = true
	h.must(t, lower)
	assert.True(t, h.account("K-A").Stopped, "what else the ERP says of the account holds at once")
	_, err = h.take(&document.Receivables{Account: "K-G", AsOf: h.Now()})
	require.ErrorAs(t, err, &missing, "so do its own receivables")

	h.tells(t, "K-A", "500000", "K-G")
	alert := steptest.Get[*document.Notice](t, h.tells(t, "K-G", "750", ""))
	assert.Equal(t, "K-G", alert.Account)
	assert.Equal(t, document.LevelWatch, alert.Level)
	assert.Equal(t, "HKD 700.00", h.groupOwes("K-G"))
	h.must(t, single("1", "C-A", "1", "50.01"))
	assert.Equal(t, document.OrderHeld, h.order("1").State)
}

func TestAnAccountThatMovesTakesWhatItOwesFromOneGroupToTheOther(t *testing.T) {
	h := grouped(t, "1000")
	h.tells(t, "K-H", "600", "")
	h.must(t, single("1", "C-A", "1", "620"))
	h.must(t, soon("2", "C-B", "1", "300"))
	require.Equal(t, document.LevelWatch, h.account("K-G").Level)
	answers := h.tells(t, "K-A", "500000", "K-H")
	assert.Equal(t, "HKD 300.00", h.groupOwes("K-G"))
	assert.Equal(t, document.LevelOK, h.account("K-G").Level)
	assert.Equal(t, "HKD 620.00", h.groupOwes("K-H"), "it is over its limit, and that is true all the same")
	alert := steptest.Get[*document.Notice](t, answers)
	assert.Equal(t, "credit_over/K-H/1", alert.ID)
	assert.Equal(t, document.LevelOver, alert.Level)
	require.Len(t, h.account("K-G").Members, 1)
	h.must(t, amended(single("1", "C-A", "1", "620"), func(o *document.SalesOrder) { o.Remarks = "call first" }))
	assert.Equal(t, document.OrderReleased, h.order("1").State, "released orders stay")
	h.must(t, single("3", "C-A", "1", "1"))
	assert.Equal(t, document.OrderHeld, h.order("3").State)

	h.tells(t, "K-A", "500000", "")
	assert.Equal(t, "HKD 0.00", h.groupOwes("K-H"))
	assert.Empty(t, h.account("K-H").Members)
	h.tells(t, "K-B", "500000", "")
	h.tells(t, "K-G", "1000", "K-H")
	assert.Equal(t, "K-H", h.account("K-G").Group, "what is a group no more may join one")
}

func TestAGroupOfAGroupIsRefused(t *testing.T) {
	h := grouped(t, "1000")
	h.tells(t, "K-H", "1000", "")
	for _, c := range []struct{ key, group, says string }{
		{"K-C", "K-C", "credit account K-C names itself as its group"},
		{"K-G", "K-H", "credit account K-G is the group of K-A, K-B, and names K-H as its own group: a group has no group"},
		{"K-C", "K-A", "credit account K-C names K-A as its group, which has the group K-G itself: name that one"},
	} {
		_, err := h.take(accountIn(c.key, "1000", c.group))
		require.ErrorContains(t, err, c.says)
		assert.NotEqual(t, c.group, h.account(c.key).Group, "it stays as it was")
	}
}

func TestAnOrderThatMovesWithinAGroupIsNotAskedForTwice(t *testing.T) {
	h := grouped(t, "1000")
	h.must(t, single("1", "C-A2", "1", "800"))
	moved := document.Copy(pipelines.Head[*document.Party](h, document.KindParty, "C-A2"))
	moved.Account = "K-B"
	h.must(t, moved)
	h.must(t, amended(single("1", "C-A2", "1", "800"), func(o *document.SalesOrder) { o.Remarks = "call first" }))
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
	assert.Equal(t, "800 0 0 0", counts(h.account("K-B")))
	assert.Equal(t, "HKD 800.00", h.groupOwes("K-G"))
}

func TestTheGroupsOwnCustomersAreMeasuredAgainstItToo(t *testing.T) {
	h := grouped(t, "1000")
	parent := document.Copy(pipelines.Head[*document.Party](h, document.KindParty, "C-A2"))
	parent.Account = "K-G"
	h.must(t, parent)
	h.owes(t, "K-G")
	h.must(t, single("1", "C-A", "1", "700"))
	h.must(t, single("2", "C-A2", "1", "300.01"))
	assert.Equal(t, document.OrderHeld, h.order("2").State)
	h.must(t, single("3", "C-A2", "1", "300"))
	assert.Equal(t, document.OrderReleased, h.order("3").State)
	assert.Equal(t, "HKD 1,000.00", h.groupOwes("K-G"))
	h.must(t, soon("4", "C-B", "1", "0.01"))
	assert.Equal(t, document.OrderHeld, h.order("4").State)

	moved := document.Copy(parent)
	moved.Account = "K-A"
	h.must(t, moved)
	h.must(t, amended(single("3", "C-A2", "1", "300"), func(o *document.SalesOrder) { o.Remarks = "call first" }))
	assert.Equal(t, document.OrderReleased, h.order("3").State, "within the group it is not asked for twice")
	assert.Equal(t, "HKD 1,000.00", h.groupOwes("K-G"))
}

// Two customers whose accounts are merged in the ERP: the one names the other as its group until its items have moved there.
func TestCase32TwoCustomersMergedAreAlertedAtOnceAndTheNextOrderIsHeld(t *testing.T) {
	h := open(t)
	h.tells(t, "K-A", "1000", "")
	h.tells(t, "K-B", "1000", "")
	h.must(t, single("1", "C-A", "1", "600"))
	h.must(t, soon("2", "C-B", "1", "600"))
	alert := steptest.Get[*document.Notice](t, h.tells(t, "K-B", "1000", "K-A"))
	assert.Equal(t, "K-A", alert.Account)
	assert.Equal(t, document.LevelOver, alert.Level)
	assert.Equal(t, "HKD 1,200.00", alert.Exposure.Total().String())
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Equal(t, document.OrderReleased, h.order("2").State, "orders that were released stay")
	for i, o := range []*document.SalesOrder{single("3", "C-A", "1", "1"), soon("4", "C-B", "1", "1")} {
		h.must(t, o)
		assert.Equal(t, document.OrderHeld, h.order(o.ID).State, fmt.Sprint(i))
	}
	h.must(t, cancelled(soon("2", "C-B", "1", "600")))
	h.owes(t, "K-A", item("INV", "", "100"))
	h.must(t, &document.Alarm{Of: document.RefOf(h.order("4"))})
	assert.Equal(t, document.OrderReleased, h.order("4").State)
	assert.Equal(t, "HKD 701.00", h.groupOwes("K-A"))

	h.owes(t, "K-B", item("INV2", "", "50"))
	assert.Equal(t, "HKD 751.00", h.groupOwes("K-A"))
	h.owes(t, "K-B")
	h.owes(t, "K-A", item("INV", "", "100"), item("INV2", "", "50"))
	assert.Equal(t, "HKD 751.00", h.groupOwes("K-A"), "items that move to the account which stays count there")
}

// Two customers of the CRM that are merged there name one account from then on. What was reserved for open orders stays where it was
// reserved until each has a new revision; a group of the two accounts counts both meanwhile.
func TestWhatACustomerReservedMovesToItsNewAccountWithTheNextRevisionOfEachOrder(t *testing.T) {
	h := open(t)
	h.tells(t, "K-B", "500000", "")
	h.must(t, single("1", "C-A2", "1", "600"))
	merged := document.Copy(pipelines.Head[*document.Party](h, document.KindParty, "C-A2"))
	merged.Account = "K-B"
	h.must(t, merged)
	assert.Equal(t, "600 0 0 0", counts(h.account("K-A")))
	assert.Equal(t, "0 0 0 0", counts(h.account("K-B")))
	h.must(t, amended(single("1", "C-A2", "1", "600"), func(o *document.SalesOrder) { o.Remarks = "merged" }))
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
	assert.Equal(t, "600 0 0 0", counts(h.account("K-B")))
}
