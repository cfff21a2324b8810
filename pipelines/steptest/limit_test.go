package steptest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/steptest"
)

// limited is a staffed house in which limits are proposed; mei is a salesman.
func limited(t testing.TB, kept string, change func(*credit.Policy)) *house {
	t.Helper()
	return staffedBut(t, func(p *credit.Policy) {
		p.People["mei"] = credit.Person{Roles: []string{"SALES"}, KnownAs: []string{"m.ho"}}
		p.People["wong"] = credit.Person{Roles: []string{"SALES_MANAGER", "SALES"}, KnownAs: []string{"u17"}}
		p.Limits = &credit.Limits{Propose: []string{"SALES"}, Agree: []string{"BRANCH_MANAGER", "SALES_MANAGER"}, Approve: []string{"GENERAL_MANAGER"},
			ValidDays: 30, Kept: kept}
		change(p)
	})
}

func asItIs(*credit.Policy) {}

func proposed(by, amount string) *document.LimitStatement {
	limit := document.M(amount, "HKD")
	return &document.LimitStatement{Account: "K-A", Act: document.ActPropose, By: by, Reason: "their season begins", Amount: &limit}
}

func said(act document.LimitAct, by string) *document.LimitStatement {
	return &document.LimitStatement{Account: "K-A", Act: act, By: by, Reason: "three years without a late payment"}
}

// on lets a person say something about a limit, and answers the proposal after that.
func (h *house) on(t testing.TB, s *document.LimitStatement) *document.LimitProposal {
	t.Helper()
	answers := h.must(t, s)
	kept := steptest.Get[*document.LimitStatement](t, answers)
	require.Empty(t, kept.Refused)
	return h.proposal(kept.Number)
}

// not is why what a person says about a limit changes nothing.
func (h *house) not(t testing.TB, s *document.LimitStatement) string {
	t.Helper()
	answers := h.must(t, s)
	require.Len(t, answers, 1, "nothing changes but what is kept of the refusal")
	refused := steptest.Get[*document.LimitStatement](t, answers).Refused
	require.NotEmpty(t, refused)
	return refused
}

func (h *house) proposal(number int) *document.LimitProposal {
	return pipelines.Head[*document.LimitProposal](h, document.KindLimitProposal, document.ProposalKey("K-A", number))
}

// approved lets four people bring a limit about.
func (h *house) approved(t testing.TB, s *document.LimitStatement) *document.LimitProposal {
	t.Helper()
	h.on(t, s)
	h.on(t, said(document.ActAgree, "lam"))
	h.on(t, said(document.ActAgree, "ho"))
	p := h.on(t, said(document.ActApprove, "chan"))
	require.Equal(t, document.ProposalApproved, p.State)
	return p
}

func TestALimitIsProposedAgreedToByTwoAndApprovedEachByAnotherPerson(t *testing.T) {
	h := limited(t, "here", asItIs)
	p := h.on(t, proposed("mei", "650000"))
	assert.Equal(t, document.ProposalProposed, p.State)
	assert.Equal(t, []string{"BRANCH_MANAGER", "SALES_MANAGER"}, p.Missing)
	assert.Equal(t, "HKD 500,000.00", p.Before.String())
	assert.Contains(t, h.not(t, said(document.ActApprove, "chan")), "approved when all have agreed to it: BRANCH_MANAGER, SALES_MANAGER is missing")
	assert.Contains(t, h.not(t, said(document.ActAgree, "mei")), "mei is SALES; to agree a limit needs BRANCH_MANAGER, SALES_MANAGER")
	assert.Contains(t, h.not(t, said(document.ActAgree, "li")), "nobody under people")

	p = h.on(t, said(document.ActAgree, "wong"))
	assert.Equal(t, []string{"BRANCH_MANAGER"}, p.Missing)
	assert.Contains(t, h.not(t, said(document.ActAgree, "ho")), "another person than ho has agreed as SALES_MANAGER already: BRANCH_MANAGER is missing")
	p = h.on(t, said(document.ActAgree, "lam"))
	assert.Equal(t, document.ProposalAgreed, p.State)
	assert.Equal(t, []string{"GENERAL_MANAGER"}, p.Missing)
	assert.Contains(t, h.not(t, said(document.ActApprove, "wong")), "wong is SALES_MANAGER, SALES; to approve a limit needs GENERAL_MANAGER")
	assert.Equal(t, "HKD 500,000.00", h.account("K-A").Limit.String(), "nothing counts before it is approved")

	p = h.on(t, said(document.ActApprove, "chan"))
	assert.Equal(t, document.ProposalApproved, p.State)
	assert.Empty(t, p.Missing)
	var who []string
	for _, s := range p.Steps {
		who = append(who, string(s.Act)+" "+s.By)
		assert.NotEmpty(t, s.Reason)
		assert.Equal(t, h.Now(), s.At)
	}
	assert.Equal(t, []string{"propose mei", "agree wong", "agree lam", "approve chan"}, who)
	assert.Equal(t, "HKD 650,000.00", h.account("K-A").Limit.String())
	assert.Contains(t, h.not(t, said(document.ActRejectLimit, "chan")), "proposal 1 is APPROVED")
}

func TestOnePersonUnderTwoNamesIsNotTwo(t *testing.T) {
	h := limited(t, "here", asItIs)
	p := h.on(t, proposed("u17", "650000"))
	assert.Equal(t, "wong", p.Steps[0].By, "u17 is wong")
	assert.Contains(t, h.not(t, said(document.ActAgree, "Wong ")), "segregation of duties: proposal 1: it was proposed for wong")

	h = limited(t, "here", asItIs)
	h.on(t, proposed("mei", "650000"))
	h.on(t, said(document.ActAgree, "chan")) // as sales manager, which chan is, too
	assert.Contains(t, h.not(t, said(document.ActApprove, "chan")), "each step is another person's")
	h.on(t, said(document.ActAgree, "lam"))
	assert.Contains(t, h.not(t, said(document.ActApprove, "chan")), "it was agreed to for chan")
	assert.Equal(t, document.ProposalAgreed, h.proposal(1).State)
}

func TestAProposalLapsesByItselfWhenItsLastDayHasPassed(t *testing.T) {
	h := limited(t, "here", asItIs)
	p := h.on(t, proposed("mei", "650000"))
	assert.Equal(t, "2026-04-30", p.LastDay.String())
	assert.Equal(t, "2026-04-30T16:00:00Z", p.Next().Format(time.RFC3339), "the end of that day in Hong Kong")

	h.Clock = p.Next().Add(-time.Second)
	_, err := h.take(&document.Alarm{Of: document.RefOf(p)})
	require.Error(t, err, "too early")
	h.on(t, said(document.ActAgree, "lam")) // on the last day it still counts
	h.Clock = p.Next()
	assert.Contains(t, h.not(t, said(document.ActAgree, "wong")), "proposal 1 lapsed: it was open until 2026-04-30", "whether or not it was rung")
	answers := h.must(t, &document.Alarm{Of: document.RefOf(p)})
	assert.Equal(t, document.ProposalLapsed, h.proposal(1).State)
	assert.Equal(t, document.LimitProposedNotice, steptest.Get[*document.Notice](t, answers).Type)
	assert.True(t, h.proposal(1).Next().IsZero())
	assert.Contains(t, h.not(t, said(document.ActAgree, "wong")), "proposal 1 is LAPSED")
}

func TestANewerProposalTakesThePlaceOfAnOpenOne(t *testing.T) {
	h := limited(t, "here", asItIs)
	h.on(t, proposed("mei", "650000"))
	h.on(t, said(document.ActAgree, "lam"))
	second := h.on(t, proposed("mei", "700000"))
	assert.Equal(t, 2, second.Number)
	assert.Equal(t, document.ProposalSuperseded, h.proposal(1).State)
	assert.Equal(t, 2, h.proposal(1).Newer)
	old := said(document.ActAgree, "wong")
	old.Number = 1
	assert.Contains(t, h.not(t, old), "proposal 1 is SUPERSEDED", "what was read is not what is open")
	h.on(t, said(document.ActRejectLimit, "wong"))
	assert.Equal(t, document.ProposalRejected, h.proposal(2).State)
	assert.Equal(t, document.ProposalProposed, h.on(t, proposed("mei", "600000")).State)
	assert.Contains(t, h.not(t, said(document.ActRejectLimit, "nobody")), "nobody under people")
	h.on(t, said(document.ActRejectLimit, "mei")) // whoever made it takes it back
}

func TestALimitThatIsKeptHereStandsAgainstTheERP(t *testing.T) {
	h := limited(t, "here", asItIs)
	h.must(t, over("100000"))
	require.Equal(t, document.OrderHeld, h.order("1").State)
	until := document.Date{Year: 2026, Month: 6, Day: 30}
	first := proposed("mei", "650000")
	first.Until = until
	h.approved(t, first)
	h.limit(t, "K-A", "10000")
	assert.Equal(t, "HKD 650,000.00", h.account("K-A").Limit.String())
	assert.Equal(t, until, h.account("K-A").LimitTo)
	assert.Equal(t, 1, h.account("K-A").Proposals)
	h.must(t, &document.Alarm{Of: document.RefOf(h.order("1"))})
	assert.Equal(t, document.OrderReleased, h.order("1").State)

	season := proposed("mei", "900000")
	season.Temporary, season.From, season.Until = true, document.Date{Year: 2026, Month: 4, Day: 1}, document.Date{Year: 2026, Month: 4, Day: 10}
	h.approved(t, season)
	a := h.account("K-A")
	assert.Equal(t, []string{"HKD 650,000.00", "HKD 900,000.00", "2026-04-01", "2026-04-10"},
		[]string{a.Limit.String(), a.TemporaryLimit.String(), a.TemporaryFrom.String(), a.TemporaryTo.String()})
	granted := pipelines.Head[*document.CreditLimit](h, document.KindCreditLimit, "K-A")
	assert.Equal(t, 1, granted.Limit.Proposal)
	assert.Equal(t, 2, granted.Temporary.Proposal)
}

func TestALimitThatTheERPKeepsCountsWhenTheERPSaysSo(t *testing.T) {
	h := limited(t, "erp", asItIs)
	h.approved(t, proposed("mei", "650000"))
	granted := pipelines.Head[*document.CreditLimit](h, document.KindCreditLimit, "K-A")
	assert.Equal(t, "HKD 650,000.00", granted.Limit.Amount.String(), "what the target takes")
	assert.Equal(t, []string{"mei", "chan", "2026-03-31"}, []string{granted.Limit.ProposedBy, granted.Limit.ApprovedBy, granted.Limit.ApprovedOn.String()})
	assert.Equal(t, "HKD 500,000.00", h.account("K-A").Limit.String())
	assert.True(t, credit.Waits(granted.Limit, h.account("K-A").Limit, h.account("K-A").LimitTo))
	h.limit(t, "K-A", "650000")
	assert.Equal(t, "HKD 650,000.00", h.account("K-A").Limit.String())
	assert.False(t, credit.Waits(granted.Limit, h.account("K-A").Limit, h.account("K-A").LimitTo))
	h.limit(t, "K-A", "400000")
	assert.Equal(t, "HKD 400,000.00", h.account("K-A").Limit.String(), "the ERP has the last word")
}

func TestCase5ALimitBelowTheExposureIsAllowedAndFinanceIsWarned(t *testing.T) {
	h := limited(t, "here", asItIs)
	h.must(t, single("1", "C-A", "1", "400000"))
	require.Equal(t, document.OrderReleased, h.order("1").State)
	h.on(t, proposed("mei", "300000"))
	h.on(t, said(document.ActAgree, "lam"))
	h.on(t, said(document.ActAgree, "wong"))
	answers := h.must(t, said(document.ActApprove, "chan"))
	var told []document.NoticeType
	for _, n := range steptest.All[*document.Notice](answers) {
		told = append(told, n.Type)
	}
	assert.Equal(t, []document.NoticeType{document.CreditOverAlert, document.LimitProposedNotice}, told)
	assert.Equal(t, document.LevelOver, h.account("K-A").Level)
	assert.Equal(t, document.OrderReleased, h.order("1").State, "what was released stays")
	assert.Equal(t, document.OrderHeld, steptest.Get[*document.SalesOrder](t, h.must(t, single("2", "C-A", "1", "1"))).State)
}

func TestALimitThatMakesNoSenseIsNotProposed(t *testing.T) {
	day := func(d int) document.Date { return document.Date{Year: 2026, Month: 4, Day: d} }
	for name, c := range map[string]struct {
		change func(*document.LimitStatement)
		says   string
	}{
		"in another currency": {func(s *document.LimitStatement) { m := document.M("1", "USD"); s.Amount = &m }, "is not in HKD"},
		"below zero":          {func(s *document.LimitStatement) { m := document.M("-1", "HKD"); s.Amount = &m }, "below zero"},
		"without an amount":   {func(s *document.LimitStatement) { s.Amount = nil }, "an amount is missing"},
		"without a reason":    {func(s *document.LimitStatement) { s.Reason = " " }, "a reason is missing"},
		"ended already":       {func(s *document.LimitStatement) { s.Until = document.Date{Year: 2026, Month: 3, Day: 30} }, "would have ended"},
		"with a first day":    {func(s *document.LimitStatement) { s.From = day(1) }, "only a temporary one has a first day"},
		"temporary for ever":  {func(s *document.LimitStatement) { s.Temporary = true }, "needs its last day"},
		"backwards": {func(s *document.LimitStatement) { s.Temporary, s.From, s.Until = true, day(3), day(2) },
			"its last day 2026-04-02 lies before its first, 2026-04-03"},
	} {
		t.Run(name, func(t *testing.T) {
			h := limited(t, "here", asItIs)
			s := proposed("mei", "650000")
			c.change(s)
			assert.Contains(t, h.not(t, s), c.says)
			assert.Zero(t, h.account("K-A").Proposals)
		})
	}
	h := limited(t, "here", asItIs)
	assert.Equal(t, "HKD 0.00", h.on(t, proposed("mei", "0")).Amount.String(), "zero is no credit, and may be proposed")
	assert.Contains(t, staffed(t).not(t, proposed("wong", "1")), "the credit policy has no limits")
}

func TestCase27WhoProposedTheLimitDoesNotReleaseWhatIsOverIt(t *testing.T) {
	h := limited(t, "here", asItIs)
	h.approved(t, proposed("u17", "600000"))
	h.must(t, over("150000"))
	assert.Contains(t, h.refuses(t, release("1", "wong")), "wong proposed the limit of HKD 600,000.00 (proposal 1), and whoever proposed a limit does not release what is over it")
	h.must(t, forced("1", "wong"))
	h = limited(t, "here", func(p *credit.Policy) { p.Segregation = []credit.Conflict{} })
	h.approved(t, proposed("u17", "600000"))
	h.must(t, over("150000"))
	h.says(t, release("1", "wong")) // where the policy keeps nothing apart
}

func TestCase27WhoEntersLimitsOrReceiptsInTheERPDoesNotRelease(t *testing.T) {
	for duty, says := range map[string]string{"maintains_limits": "wong enters limits in the ERP", "posts_receipts": "wong enters receipts in the ERP"} {
		h := limited(t, "here", func(p *credit.Policy) {
			wong := p.People["wong"]
			wong.Duties = []string{duty}
			p.People["wong"] = wong
		})
		h.must(t, over("10000"))
		refused := h.refuses(t, release("1", "wong"))
		assert.Contains(t, refused, "segregation of duties: "+says+", and nobody who does that releases orders")
		assert.Contains(t, refused, "(segregation: ["+duty+", release])")
		h.must(t, forced("1", "wong")) // to hold an order is no conflict
		assert.NotNil(t, h.order("1").Consent.Forced)
	}
}

func TestCase27WhoChangesThePolicyDoesNotApproveALimit(t *testing.T) {
	h := limited(t, "here", func(p *credit.Policy) {
		boss := p.People["chan"]
		boss.Duties = []string{"edits_policy"}
		p.People["chan"] = boss
	})
	h.on(t, proposed("mei", "650000"))
	h.on(t, said(document.ActAgree, "lam"))
	h.on(t, said(document.ActAgree, "wong"))
	assert.Contains(t, h.not(t, said(document.ActApprove, "chan")), "segregation of duties: chan changes the policy, and nobody who does that approves a limit")
	h.must(t, over("10000"))
	h.says(t, release("1", "chan")) // which is another thing
}

func TestAWaiverCountsWhenSomebodyGaveItWhoMay(t *testing.T) {
	for _, c := range []struct {
		name, by string
		people   bool
		state    document.OrderState
	}{
		{"the general manager", "chan", true, document.OrderReleased},
		{"the same under another name", "C.CHAN", true, document.OrderReleased},
		{"somebody without the role", "wong", true, document.OrderHeld},
		{"somebody whom the policy does not know", "li", true, document.OrderHeld},
		{"anybody, while nobody is named", "li", false, document.OrderReleased},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := under(t, func(p *credit.Policy) { p.People = nil })
			if c.people {
				h = limited(t, "here", func(p *credit.Policy) {
					p.People["chan"] = credit.Person{Roles: []string{"GENERAL_MANAGER", "SALES_MANAGER"}, KnownAs: []string{"c.chan"}}
				})
			}
			party := document.Copy(pipelines.Head[*document.Party](h, document.KindParty, "C-A"))
			party.Waivers = []document.Waiver{{Rule: document.TermsExceedClass, By: c.by, Until: document.Date{Year: 2026, Month: 12, Day: 31}},
				{Rule: document.TermsExceedClass, By: "li", Until: document.Date{Year: 2026, Month: 1, Day: 31}}}
			h.must(t, party)
			o := single("1", "C-A", "1", "1")
			o.Terms = "NET90"
			h.must(t, o)
			assert.Equal(t, c.state, h.order("1").State)
			if c.state != document.OrderHeld {
				return
			}
			detail := h.order("1").Holds[0].Detail
			assert.Contains(t, detail, "; the waiver of TERMS_EXCEED_CLASS by "+c.by+" does not count: it takes one of GENERAL_MANAGER under people")
			assert.Equal(t, 1, strings.Count(detail, "does not count"), "one that has ended would not have counted in any case")
			assert.Contains(t, h.order("1").Holds[0].LocalDetail, "不予采纳")
		})
	}
}

// receives is a house in which wong enters receipts in the ERP, and for that releases nothing but in an emergency.
func receives(t testing.TB) *house {
	return limited(t, "here", func(p *credit.Policy) {
		wong := p.People["wong"]
		wong.Duties = []string{"posts_receipts"}
		p.People["wong"] = wong
		p.People["ho"] = credit.Person{Roles: []string{"BRANCH_MANAGER", "SALES_MANAGER"}}
	})
}

func emergency(order, by string) *document.CreditRelease {
	r := release(order, by)
	r.Override = true
	return r
}

func TestInAnEmergencyTwoPeopleReleaseAndTheManagerIsTold(t *testing.T) {
	h := receives(t)
	o := over("10000")
	o.CreatedBy = "chan"
	h.must(t, o)
	assert.Contains(t, h.refuses(t, emergency("1", "chan")), "nobody releases an order of their own", "in no emergency")

	h = receives(t)
	h.must(t, over("10000"))
	assert.Contains(t, h.refuses(t, release("1", "wong")), "segregation of duties")
	first := h.says(t, emergency("1", "wong"))
	assert.Equal(t, document.OrderHeld, first.State, "one person alone does not")
	assert.True(t, first.Consent.Approvals[0].Override)
	answers := h.must(t, release("1", "chan"))
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	told := steptest.All[*document.Notice](answers)
	told = slices.DeleteFunc(told, func(n *document.Notice) bool { return n.Type != document.OverrideUsedNotice })
	require.Len(t, told, 1)
	assert.Equal(t, "manager", told[0].To)
	assert.Equal(t, document.LimitExceeded, told[0].Holds[0].Reason)
	assert.Len(t, told[0].Consent.Approvals, 2)
	said := ""
	for _, line := range credit.Explain(h.order("1")) {
		said += line.English + "\n"
	}
	assert.Contains(t, said, "wong signed in an emergency, in which the segregation of duties does not bind")
	h.must(t, amended(h.order("1"), func(o *document.SalesOrder) { o.Remarks = "urgent" }))
	assert.Equal(t, document.OrderReleased, h.order("1").State, "it stands")
}

func TestAnEmergencyTakesTwoPeopleWhateverHoldsTheOrder(t *testing.T) {
	h := receives(t)
	o := single("1", "C-A", "1", "1")
	o.Terms = "NET90" // which one sales manager releases
	h.must(t, o)
	waits := h.says(t, emergency("1", "wong"))
	assert.Equal(t, document.OrderHeld, waits.State)
	assert.Equal(t, []string{"GENERAL_MANAGER"}, credit.Missing(waits))
	assert.Contains(t, h.refuses(t, release("1", "ho")), "another person than ho has signed for it already: GENERAL_MANAGER is missing")
	assert.Equal(t, document.OrderReleased, h.says(t, release("1", "chan")).State)

	h = receives(t)
	h.must(t, o)
	assert.Equal(t, document.OrderReleased, h.says(t, release("1", "ho")).State, "without one it is one signature")
}

func TestAnEmergencyIsNotForAPolicyThatKnowsOneReleasingRoleAlone(t *testing.T) {
	h := limited(t, "here", func(p *credit.Policy) { p.SignOff.ReleaseNeeds = []string{"SALES_MANAGER"} })
	h.must(t, over("10000"))
	assert.Contains(t, h.refuses(t, emergency("1", "wong")), "an override takes two people, and the credit policy names SALES_MANAGER alone")
	assert.Equal(t, document.OrderReleased, h.says(t, release("1", "wong")).State)
}

func TestATemporaryLimitOfTheERPDoesNotStandBesideALimitThatIsKeptHere(t *testing.T) {
	h := limited(t, "here", asItIs)
	base, season := document.M("500000", "HKD"), document.M("900000", "HKD")
	fromERP := &document.CreditAccount{ID: "K-A", Currency: "HKD", Limit: &base, TemporaryLimit: &season}
	h.must(t, fromERP)
	assert.NotNil(t, h.account("K-A").TemporaryLimit)
	h.approved(t, proposed("mei", "600000"))
	assert.Nil(t, h.account("K-A").TemporaryLimit)
	h.must(t, fromERP)
	assert.Nil(t, h.account("K-A").TemporaryLimit, "nor when the ERP says so again")
	assert.Equal(t, "HKD 600,000.00", h.account("K-A").Limit.String())
}

// A question on facts of its own knows no people: whoever it says gave a waiver gave it.
func TestAQuestionOnFactsTakesEveryWaiver(t *testing.T) {
	var policy credit.Policy
	read(t, "credit.yaml", &policy)
	policy.People = map[string]credit.Person{"chan": {Roles: []string{"GENERAL_MANAGER"}}}
	limit, day := document.D("1000"), document.Date{Year: 2026, Month: 3, Day: 31}
	facts := credit.Facts{AsOf: day, Now: steptest.New().Now(), Account: credit.AccountFacts{Currency: "HKD", Limit: &limit, Class: "C", ReceivablesAsOf: steptest.New().Now(),
		Waivers: []document.Waiver{{Rule: document.TermsExceedClass, By: "wong"}}},
		Order: credit.OrderFacts{Gross: document.M("10", "HKD"), Terms: "NET30"}}
	assert.True(t, policy.Decide(facts).Released())
	facts.Account.Waivers = nil
	assert.False(t, policy.Decide(facts).Released())
}

func TestAProposalIsToldToWhomThePolicyNames(t *testing.T) {
	for name, c := range map[string]struct{ named, want []string }{
		"two":      {[]string{"finance", "sales"}, []string{"finance", "sales"}},
		"nobody":   {[]string{}, nil},
		"not said": {nil, []string{"finance"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := limited(t, "here", func(p *credit.Policy) {
				if c.named != nil {
					p.Alerts = map[document.NoticeType][]string{document.LimitProposedNotice: c.named}
				}
			})
			var to, keys []string
			for _, n := range steptest.All[*document.Notice](h.must(t, proposed("mei", "650000"))) {
				to, keys = append(to, n.To), append(keys, n.Key())
			}
			assert.Equal(t, c.want, to)
			slices.Sort(keys)
			assert.Len(t, slices.Compact(keys), len(c.want), "each is a notice of its own")
		})
	}
}
