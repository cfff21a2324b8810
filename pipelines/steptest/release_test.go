package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

// staffed is a house whose people decide about credit: wong and ho are sales managers, chan is the general manager.
func staffed(t testing.TB) *house { return staffedBy(t, func(*credit.Policy) {}) }

// staffedBy is such a house under another policy.
func staffedBy(t testing.TB, change func(*credit.Policy)) *house {
	return under(t, func(p *credit.Policy) {
		p.People = map[string]credit.Person{
			"wong": {Roles: []string{"SALES_MANAGER"}, KnownAs: []string{"u17"}},
			"ho":   {Roles: []string{"SALES_MANAGER"}, UpTo: &credit.Amount{Money: document.M("1000.00", "HKD")}},
			"chan": {Roles: []string{"GENERAL_MANAGER", "SALES_MANAGER"}},
			"lam":  {Roles: []string{"BRANCH_MANAGER"}},
		}
		p.Release = &credit.Releases{ValidDays: 30, Holds: []string{"SALES_MANAGER"}, Forced: []string{"GENERAL_MANAGER"},
			MayHold: []string{"BRANCH_MANAGER", "SALES_MANAGER"}, MayReject: []string{"SALES_MANAGER"}}
		change(p)
	})
}

func release(order, by string) *document.CreditRelease {
	return &document.CreditRelease{Order: order, Act: document.ActRelease, By: by, Reason: "the customer pays on Friday"}
}

func forced(order, by string) *document.CreditRelease {
	return &document.CreditRelease{Order: order, Act: document.ActHold, By: by, Reason: "their bank has called"}
}

// says lets a person decide, and answers the order after that.
func (h *house) says(t testing.TB, r *document.CreditRelease) *document.SalesOrder {
	t.Helper()
	answers := h.must(t, r)
	require.Empty(t, steptest.Get[*document.CreditRelease](t, answers).Refused)
	return h.order(r.Order)
}

// refuses is why a decision changes nothing.
func (h *house) refuses(t testing.TB, r *document.CreditRelease) string {
	t.Helper()
	answers := h.must(t, r)
	require.Len(t, answers, 1, "nothing changes but what is kept of the refusal")
	refused := steptest.Get[*document.CreditRelease](t, answers).Refused
	require.NotEmpty(t, refused)
	return refused
}

func reasonsOf(o *document.SalesOrder) (reasons []document.HoldReason) {
	for _, h := range o.Holds {
		reasons = append(reasons, h.Reason)
	}
	return reasons
}

// over is an order of 500,000 and more, on a limit of that.
func over(more string) *document.SalesOrder {
	return steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", "1", "500000"), steptest.Line(2, "CORD-250", "1", more))
}

func TestCase43AnOrderOverTheLimitNeedsTheSalesManagerAndTheGeneralManager(t *testing.T) {
	for _, turn := range [][]string{{"wong", "chan"}, {"chan", "wong"}} {
		h := staffed(t)
		h.must(t, over("10000"))
		require.Equal(t, []string{"SALES_MANAGER", "GENERAL_MANAGER"}, h.order("1").Credit.ReleaseNeeds)
		first := h.says(t, release("1", turn[0]))
		assert.Equal(t, document.OrderHeld, first.State, "either missing: it stays")
		assert.Len(t, first.Consent.Approvals, 1)
		assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
		second := h.says(t, release("1", turn[1]))
		assert.Equal(t, document.OrderReleased, second.State)
		assert.Empty(t, second.Holds)
		assert.Equal(t, "510000 0 0 0", counts(h.account("K-A")))
		assert.Equal(t, "HKD 510,000.00", h.account("K-A").Ceiling.String(), "so far and no further")
		next := steptest.Get[*document.SalesOrder](t, h.must(t, single("2", "C-A", "1", "1")))
		assert.Equal(t, document.OrderHeld, next.State)
	}
}

func TestTwoRolesAreTwoPeople(t *testing.T) {
	h := staffed(t)
	h.must(t, over("1"))
	assert.Equal(t, document.OrderHeld, h.says(t, release("1", "chan")).State, "chan has both roles, and is one person")
	again := h.says(t, release("1", " CHAN "))
	assert.Equal(t, document.OrderHeld, again.State)
	assert.Len(t, again.Consent.Approvals, 1, "and signs once, however often")
	assert.Contains(t, h.refuses(t, release("1", "lam")), "lam is BRANCH_MANAGER, and its release needs SALES_MANAGER, GENERAL_MANAGER")
	assert.Contains(t, h.refuses(t, release("1", "li")), "nobody under people")
	assert.Equal(t, document.OrderReleased, h.says(t, release("1", "wong")).State)
	assert.Contains(t, h.refuses(t, release("1", "wong")), "is released, not held")

	h = staffed(t)
	h.must(t, over("1"))
	h.says(t, release("1", "wong"))
	assert.Contains(t, h.refuses(t, release("1", "ho")), "another person than ho has signed for it already: GENERAL_MANAGER is missing")
}

func TestCase27WhoEnteredTheOrderDoesNotReleaseItAndACapIsInclusive(t *testing.T) {
	for _, by := range []string{"Wong", "u17"} {
		h := staffed(t)
		o := over("1000")
		o.CreatedBy = by
		h.must(t, o)
		assert.Contains(t, h.refuses(t, release("1", "wong")), "segregation of duties")
	}
	h := staffed(t)
	h.must(t, over("1000.01"))
	assert.Contains(t, h.refuses(t, release("1", "ho")), "HKD 1,000.01 over the limit, and the cap is HKD 1,000.00")
	h = staffed(t)
	h.must(t, over("1000"))
	more := document.M("501000.01", "HKD")
	beyond := release("1", "ho")
	beyond.Amount = &more
	assert.Contains(t, h.refuses(t, beyond), "the cap is HKD 1,000.00", "what it may come to counts as well")
	h.says(t, release("1", "ho"))
	h.owes(t, "K-A", item("INV", "", "0.01"))
	assert.Equal(t, document.OrderHeld, h.says(t, release("1", "chan")).State, "meanwhile it is a cent more")
}

func TestCase28ARevisionThatRisesEndsTheReleaseAndOneThatFallsDoesNot(t *testing.T) {
	h := staffed(t)
	o := over("10000")
	o.SourceRevision = 2
	h.must(t, o)
	h.says(t, release("1", "wong"))
	h.says(t, release("1", "chan"))
	less := amended(o, func(o *document.SalesOrder) { o.Lines[1].Price = document.D("9000") })
	h.must(t, less)
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.True(t, h.order("1").Consent.Stands)
	assert.Equal(t, "509000 0 0 0", counts(h.account("K-A")))
	back := amended(less, func(o *document.SalesOrder) { o.Lines[1].Price = document.D("10000") })
	h.must(t, back)
	assert.Equal(t, document.OrderReleased, h.order("1").State, "no more than was released")

	h.must(t, amended(back, func(o *document.SalesOrder) { o.Lines[1].Price = document.D("10000.01") }))
	held := h.order("1")
	assert.Equal(t, document.OrderHeld, held.State)
	assert.Equal(t, []document.HoldReason{document.LimitExceeded, document.ReleaseExpired}, reasonsOf(held))
	assert.Contains(t, held.Holds[1].Detail, "covers up to HKD 510,000.00, and the order puts HKD 510,000.01 at risk")
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
	assert.Empty(t, held.Consent.Approvals)
	h.limit(t, "K-A", "600000")
	h.must(t, &document.Alarm{Of: document.RefOf(held)})
	assert.Equal(t, document.OrderReleased, h.order("1").State, "it waits for room like any other")
}

func TestAReleaseIsForItsAccountItsTermsAndWhatHeldTheOrder(t *testing.T) {
	for name, change := range map[string]func(h *house, o *document.SalesOrder){
		"longer terms": func(_ *house, o *document.SalesOrder) { o.Terms = "NET45" },
		"it is stopped in the ERP": func(h *house, o *document.SalesOrder) {
			o.Remarks = "urgent"
			h.must(t, &document.CreditAccount{ID: "K-A", Currency: "HKD", Limit: h.account("K-A").Limit, Stopped: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := staffed(t)
			o := over("10000")
			h.must(t, o)
			h.says(t, release("1", "wong"))
			require.Equal(t, document.OrderReleased, h.says(t, release("1", "chan")).State)
			h.must(t, amended(o, func(o *document.SalesOrder) { change(h, o) }))
			held := h.order("1")
			assert.Equal(t, document.OrderHeld, held.State)
			assert.Contains(t, reasonsOf(held), document.LimitExceeded)
			assert.Contains(t, reasonsOf(held), document.ReleaseExpired)
			assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
		})
	}
}

func TestAnAmountThatWasReleasedAheadMayBeReached(t *testing.T) {
	h := staffed(t)
	o := over("10000")
	h.must(t, o)
	for _, by := range []string{"wong", "chan"} {
		ahead, most := release("1", by), document.M("520000", "HKD")
		ahead.Amount = &most
		h.says(t, ahead)
	}
	rises := amended(o, func(o *document.SalesOrder) { o.Lines[1].Price = document.D("20000") })
	h.must(t, rises)
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Equal(t, "520000 0 0 0", counts(h.account("K-A")))
	assert.Equal(t, "HKD 520,000.00", h.account("K-A").Ceiling.String())
	h.limit(t, "K-A", "500000")
	assert.Nil(t, h.account("K-A").Ceiling, "the next decision brings it back to the limit")
	h.must(t, steptest.Shipment("DN1", "1", "1"))
	h.must(t, amended(rises, func(o *document.SalesOrder) { o.Lines[1].Price = document.D("20000.01") }))
	assert.Equal(t, document.OrderHeld, h.order("1").State, "what has left counts")
	less, short := release("1", "wong"), document.M("20000.01", "HKD")
	less.Amount = &short
	assert.Contains(t, h.refuses(t, less), "the order puts HKD 520,000.01 at risk, more than the HKD 20,000.01 that wong releases")
}

func TestAReleaseEndsWithItsDay(t *testing.T) {
	h := staffed(t)
	o := over("10000")
	h.must(t, o)
	soon := release("1", "wong")
	soon.Until = h.Today().AddDays(3)
	late := release("1", "wong")
	late.Until = h.Today().AddDays(31)
	assert.Contains(t, h.refuses(t, late), "valid_days is 30")
	h.says(t, soon)
	h.says(t, release("1", "chan"))
	h.Clock, h.Read = h.Clock.AddDate(0, 0, 3), h.Clock.AddDate(0, 0, 3)
	o = amended(o, func(o *document.SalesOrder) { o.Remarks = "call first" })
	h.must(t, o)
	assert.Equal(t, document.OrderReleased, h.order("1").State, "its last day")
	h.Clock, h.Read = h.Clock.AddDate(0, 0, 1), h.Clock.AddDate(0, 0, 1)
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Remarks = "call twice" }))
	assert.Equal(t, document.OrderHeld, h.order("1").State)
	assert.Contains(t, reasonsOf(h.order("1")), document.ReleaseExpired)
}

func TestCase26AForcedHoldStaysWhenTheAccountIsCured(t *testing.T) {
	h := staffed(t)
	o := single("1", "C-A2", "1000", "400")
	h.must(t, o)
	h.must(t, steptest.Shipment("DN1", "1", "400"))
	answers := h.must(t, forced("1", "lam"))
	held := h.order("1")
	assert.Equal(t, document.OrderHeld, held.State)
	assert.Equal(t, []document.HoldReason{document.Forced}, reasonsOf(held))
	assert.Equal(t, "0 160000 0 0", counts(h.account("K-A")), "what has not left is given back")
	assert.Contains(t, sent(answers), "order_suspended>planning")
	assert.Contains(t, h.refuses(t, forced("1", "wong")), "lam holds it already")

	h.limit(t, "K-A", "9000000")
	_, err := h.take(&document.Alarm{Of: document.RefOf(held)})
	require.ErrorContains(t, err, "does not wait", "room does not release it")
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Remarks = "urgent" }))
	assert.Equal(t, document.OrderHeld, h.order("1").State, "nor does a new revision")
	assert.Contains(t, h.refuses(t, release("1", "wong")), "its release needs GENERAL_MANAGER")
	assert.Equal(t, document.OrderPartiallyShipped, h.says(t, release("1", "chan")).State)
	assert.Equal(t, "240000 160000 0 0", counts(h.account("K-A")))
}

func TestARejectedOrderIsCancelledAndALaterRevisionIsANewDecision(t *testing.T) {
	h := staffed(t)
	o := over("10000")
	h.must(t, o)
	no := &document.CreditRelease{Order: "1", Act: document.ActReject, By: "wong", Reason: "no more risk with them"}
	rejected := h.says(t, no)
	assert.Equal(t, document.OrderCancelled, rejected.State)
	assert.Equal(t, "no more risk with them", rejected.Consent.Rejected.Reason)
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
	_, err := h.take(o)
	require.ErrorContains(t, err, "unchanged", "the same revision says nothing new")
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[1].Price = document.D("0") }))
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Nil(t, h.order("1").Consent)
	assert.Contains(t, h.refuses(t, no), "only what is held is rejected")
}

func TestWhatPeopleStoppedInTheERPIsReleasedOnlyWhereThePolicySaysSo(t *testing.T) {
	h := staffed(t)
	h.must(t, &document.CreditAccount{ID: "K-A", Currency: "HKD", Limit: h.account("K-A").Limit, Stopped: true})
	h.must(t, single("1", "C-A", "1", "100"))
	assert.Contains(t, h.refuses(t, release("1", "chan")), "STOPPED is not released here")
	h = staffed(t)
	strange := single("2", "C-A", "1", "100")
	strange.Currency = "VND"
	h.must(t, strange)
	assert.Contains(t, h.refuses(t, release("2", "chan")), "FX_RATE_MISSING cannot be released")
}
