package steptest_test

import (
	"cmp"
	"errors"
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

// ring moves the clock to the time at which an account wants to be looked at, and lets it be looked at.
func (h *house) ring(t testing.TB, key string) []document.Document {
	t.Helper()
	at := h.account(key).Next()
	require.False(t, at.IsZero(), "account %s waits for nothing", key)
	h.Clock = at
	return h.must(t, &document.Alarm{Of: document.Ref{Kind: document.KindCreditAccount, Key: key}, At: at})
}

// ids are those of the notices among answers.
func ids(answers []document.Document) (all []string) {
	for _, n := range steptest.All[*document.Notice](answers) {
		all = append(all, n.ID)
	}
	return all
}

func ceiling(a *document.CreditAccount) string {
	if a.Ceiling != nil {
		return a.Ceiling.String()
	}
	return a.Limit.String()
}

// calendarCase is an account, and what becomes of it by the calendar alone: the rings at which people are told something, or at which
// it may be brought to another sum than before.
type calendarCase struct {
	Name            string                           `json:"name"`
	GraceDays       int                              `json:"grace_days"`
	OverdueDays     int                              `json:"overdue_days"`
	LateDays        []int                            `json:"overdue_alert_days"`
	ExcludeDisputed bool                             `json:"exclude_disputed"`
	Alerts          map[document.NoticeType][]string `json:"alerts"`
	Account         document.CreditAccount           `json:"account"`
	Items           []document.OpenItem              `json:"items"`
	Until           document.Date                    `json:"until"`
	Rings           []string                         `json:"rings"`
}

func (c calendarCase) policy(p *credit.Policy) {
	p.GraceDays, p.ExcludeDisputed, p.Alerts, p.LateDays = c.GraceDays, c.ExcludeDisputed, c.Alerts, c.LateDays
	if c.OverdueDays > 0 {
		p.OverdueDays = c.OverdueDays
	}
}

func TestAnAccountIsLookedAtOnTheDaysOnWhichTheCalendarChangesIt(t *testing.T) {
	var cases []calendarCase
	steptest.File(t, "account_calendar.json", &cases)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			h := under(t, c.policy)
			h.must(t, &c.Account)
			h.owes(t, c.Account.ID, c.Items...)
			rings := []string{}
			for at := h.account("K-T").Next(); !at.IsZero() && document.DateOf(at.In(h.Company)).Before(c.Until); at = h.account("K-T").Next() {
				require.True(t, at.After(h.Clock), "it goes on")
				h.Read = at.Add(-time.Minute) // what is owed is always read
				before := ceiling(h.account("K-T"))
				answers := h.ring(t, "K-T")
				said := []string{}
				for _, n := range steptest.All[*document.Notice](answers) {
					said = append(said, n.ID)
					if n.Type == document.OverdueAlert {
						said = append(said, document.DecimalOf(int64(n.Ageing.Late)).String(), n.Ageing.Bucket)
						if n.Ageing.Holds {
							said = append(said, "holds")
						}
					}
				}
				after := ceiling(h.account("K-T"))
				if len(said) == 0 && before == after {
					continue
				}
				local := at.In(h.Company)
				assert.Equal(t, "00:00", local.Format("15:04"), "days begin at midnight of the company")
				rings = append(rings, strings.Join(slices.Concat([]string{local.Format(time.DateOnly)}, said, []string{after}), " "))
			}
			assert.Equal(t, c.Rings, rings)
		})
	}
}

func TestEachLevelIsToldOnceAndAgainBelowItsOwnMark(t *testing.T) {
	var cases []struct {
		Name        string            `json:"name"`
		RearmNotice *document.Decimal `json:"rearm_notice_below"`
		RearmOver   *document.Decimal `json:"rearm_over_below"`
		Limit       string            `json:"limit"`
		Owes        []string          `json:"owes"`
		Told        []string          `json:"told"`
	}
	steptest.File(t, "levels.json", &cases)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			h := under(t, func(p *credit.Policy) {
				if c.RearmNotice != nil {
					p.RearmNotice, p.RearmOver = &credit.Percent{Decimal: *c.RearmNotice}, &credit.Percent{Decimal: *c.RearmOver}
				}
			})
			h.limit(t, "K-A", cmp.Or(c.Limit, "100000"))
			told := []string{}
			for _, open := range c.Owes {
				kinds := []string{}
				for _, id := range ids(h.owes(t, "K-A", item("INV", "", open))) {
					kind, _, _ := strings.Cut(id, "/")
					kinds = append(kinds, kind)
				}
				told = append(told, strings.Join(kinds, " "))
			}
			assert.Equal(t, c.Told, told)
		})
	}
}

func TestCase16AReceiptThatBouncesBringsTheExposureBackAndIsTold(t *testing.T) {
	h := open(t)
	h.limit(t, "K-A", "80000")
	assert.Empty(t, h.owesIDs(t, item("INV", "", "90000"), item("CHEQUE", "", "-30000")), "60,000 of 80,000")
	h.must(t, single("1", "C-A", "1", "100"))
	require.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Equal(t, []string{"credit_over/K-A/1"}, h.owesIDs(t, item("INV", "", "90000")), "the cheque bounced")
	assert.Equal(t, document.OrderReleased, h.order("1").State, "what was released stays")
	next := steptest.Get[*document.SalesOrder](t, h.must(t, single("2", "C-A", "1", "1")))
	require.Equal(t, document.OrderHeld, next.State)
	assert.Equal(t, document.LimitExceeded, next.Holds[0].Reason)
}

func (h *house) owesIDs(t testing.TB, items ...document.OpenItem) []string {
	t.Helper()
	return ids(h.owes(t, "K-A", items...))
}

func TestCase20AnExposureThatRisesWithoutAnOrderIsToldOnceAndStopsNoReleasedOrder(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "1", "300000"))
	answers := h.owes(t, "K-A", item("INV", "", "200000.01"))
	alert := steptest.Get[*document.Notice](t, answers)
	assert.Equal(t, "credit_over/K-A/1", alert.ID)
	assert.Equal(t, "finance", alert.To)
	assert.Equal(t, document.LevelOver, alert.Level)
	assert.Equal(t, "HKD 500,000.01", alert.Exposure.Total().String())
	assert.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Empty(t, h.owesIDs(t, item("INV", "", "260000")), "told once")
}

func TestCase21DaysAndBucketsOfTheOldestItemHaveInclusiveEdges(t *testing.T) {
	due := document.Date{Year: 2026, Month: 1, Day: 31}
	for on, want := range map[document.Date]struct {
		days   int
		bucket credit.Bucket
	}{
		{Year: 2026, Month: 1, Day: 31}: {0, "current"}, {Year: 2026, Month: 2, Day: 1}: {1, "1-30"},
		{Year: 2026, Month: 3, Day: 2}: {30, "1-30"}, {Year: 2026, Month: 3, Day: 3}: {31, "31-60"},
	} {
		aged := credit.Age([]credit.ItemFacts{{Due: due, Amount: document.M("10", "HKD")}}, on, 0, "HKD")
		assert.Equal(t, want.days, aged.Oldest, on)
		assert.Equal(t, "HKD 10.00", aged.Sums[want.bucket].String(), on)
	}
}

func TestCase23ADisputedItemIsShownAndHoldsOnlyWhereThePolicyCountsIt(t *testing.T) {
	disputed := item("INV", "", "10")
	disputed.Due, disputed.Disputed = document.Date{Year: 2025, Month: 12, Day: 31}, true // 90 days ago
	for exclude, want := range map[bool]document.OrderState{true: document.OrderReleased, false: document.OrderHeld} {
		h := under(t, func(p *credit.Policy) { p.ExcludeDisputed = exclude })
		told := ids(h.owes(t, "K-A", disputed))
		assert.Equal(t, exclude, len(told) == 0, "%v", told)
		assert.Equal(t, "HKD 10.00", h.account("K-A").Exposure.Receivables.String(), "it is shown")
		assert.Equal(t, want, steptest.Get[*document.SalesOrder](t, h.must(t, single("1", "C-A", "1", "1"))).State)
	}
}

func TestALaterBucketIsToldAgainForAnotherItem(t *testing.T) {
	h := under(t, func(p *credit.Policy) { p.LateDays = nil })
	late := func(number string, days int) document.OpenItem {
		i := item(number, "", "10")
		i.Due = h.Today().AddDays(-days)
		return i
	}
	assert.Equal(t, []string{"overdue/K-A/1"}, h.owesIDs(t, late("1", 70), late("2", 25)))
	assert.Empty(t, h.owesIDs(t, late("1", 70), late("2", 25)), "told once")
	assert.Empty(t, h.owesIDs(t, late("2", 25)), "the oldest was paid: the next one is taken over in silence")
	h.Clock = h.Clock.Add(6 * 24 * time.Hour)
	assert.Equal(t, []string{"overdue/K-A/2"}, h.owesIDs(t, late("2", 31)), "and told when it becomes later")
	assert.Empty(t, h.owesIDs(t), "paid")
	assert.Equal(t, []string{"overdue/K-A/3"}, h.owesIDs(t, late("3", 1)), "back to current re-arms")
}

func TestReceivablesThatStayAwayAreToldOncePerReadingAndOnlyWhereSomethingIsAtStake(t *testing.T) {
	h := open(t)
	h.Read = h.Clock.Add(time.Hour) // all accounts are read together
	read := h.Read
	h.limit(t, "K-X", "100")
	h.must(t, single("1", "C-A", "1", "10"))
	b := single("2", "C-B", "1", "10")
	b.Terms = "NET30"
	h.must(t, b)
	require.True(t, h.account("K-X").Next().IsZero(), "nothing is at stake there")

	told := steptest.Get[*document.Notice](t, h.ring(t, "K-A"))
	assert.Equal(t, read.Add(24*time.Hour), h.Clock)
	assert.Equal(t, "receivables_stale/20260331T030000Z/1", told.ID)
	assert.Equal(t, "finance", told.To)
	assert.Empty(t, told.Account, "it is about all of them")
	assert.Equal(t, read.Add(48*time.Hour), told.Ageing.HoldsAt.UTC())
	assert.False(t, told.Ageing.Holds)
	assert.Empty(t, ids(h.ring(t, "K-B")), "the same reading stays away")

	holds := steptest.Get[*document.Notice](t, h.ring(t, "K-B"))
	assert.Equal(t, "receivables_stale/20260331T030000Z/2", holds.ID)
	assert.True(t, holds.Ageing.Holds, "now they hold")
	assert.Empty(t, ids(h.ring(t, "K-A")))
	assert.Empty(t, ids(h.ring(t, "K-A")), "it is not told every day")

	h.Read = h.Clock.Add(time.Hour)
	assert.Empty(t, ids(h.ring(t, "K-A")), "read again")
	assert.Equal(t, h.Read.Add(24*time.Hour), h.account("K-A").Next(), "and asked again a day after that")
	assert.Equal(t, []string{"receivables_stale/20260403T040000Z/1"}, ids(h.ring(t, "K-A")), "another reading stays away")

	h.must(t, cancelled(single("1", "C-A", "1", "10")))
	assert.True(t, h.account("K-A").Next().IsZero(), "nothing is at stake any more")
}

func TestAnOrderDoesNotMoveTheTimeAtWhichItsAccountIsLookedAt(t *testing.T) {
	h := open(t)
	h.Read = h.Clock
	h.must(t, single("1", "C-A", "1", "10"))
	next := h.account("K-A").Next()
	require.False(t, next.IsZero())
	h.Clock, h.Read = h.Clock.Add(time.Hour), h.Clock.Add(time.Hour)
	h.must(t, single("2", "C-A", "1", "10"))
	assert.Equal(t, next, h.account("K-A").Next())
}

func TestAnAccountWhoseTimeHasNotComeStaysAsItIsAndIsNamedAgain(t *testing.T) {
	h := open(t)
	limit := document.M("100", "HKD")
	h.must(t, &document.CreditAccount{ID: "K-A", Currency: "HKD", Limit: &limit, LimitTo: document.Date{Year: 2026, Month: 12, Day: 31}})
	_, err := h.take(&document.Alarm{Of: document.Ref{Kind: document.KindCreditAccount, Key: "K-A"}, At: h.Clock})
	aside, ok := errors.AsType[*pipelines.SetAside](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, pipelines.Unchanged, aside.Bucket)
	assert.Equal(t, []document.Document{h.account("K-A")}, aside.Documents)
	answers := h.must(t, &document.Alarm{Of: document.Ref{Kind: document.KindCreditAccount, Key: "K-C"}, At: h.Clock})
	assert.Equal(t, []document.Document{h.account("K-C")}, answers, "nothing about it waits for a day")
	_, err = h.take(&document.Alarm{Of: document.Ref{Kind: document.KindCreditAccount, Key: "NOBODY"}, At: h.Clock})
	_, ok = errors.AsType[*pipelines.SetAside](err)
	assert.True(t, ok, "%v", err)
}

func TestALimitThatEndedBeforeAnybodyHereKnewOfItIsToldWhereSomethingIsAtStake(t *testing.T) {
	limit := document.M("100", "HKD")
	ended := &document.CreditAccount{ID: "K-T", Currency: "HKD", Limit: &limit, LimitTo: document.Date{Year: 2025, Month: 12, Day: 31}}
	h := open(t)
	assert.Empty(t, ids(h.must(t, ended)))
	assert.Equal(t, []string{"credit_over/K-T/1"}, ids(h.owes(t, "K-T", item("INV", "", "1"))))

	h = open(t)
	h.owes(t, "K-A", item("INV", "", "1"))
	of := document.Copy(ended)
	of.ID = "K-A"
	assert.Equal(t, []string{"limit_expiring/K-A/1"}, ids(h.must(t, of)), "which says that nothing is left")
	again := document.Copy(of)
	again.LimitTo = h.Today().AddDays(7)
	assert.Equal(t, []string{"limit_expiring/K-A/2"}, ids(h.must(t, again)), "a new last day is warned of anew")
}

func TestWhoHearsOfWhatIsSaidByThePolicy(t *testing.T) {
	h := under(t, func(p *credit.Policy) {
		p.Alerts = map[document.NoticeType][]string{document.OrderHeldAlert: {"finance", "sales"}, document.CreditOverAlert: {"sales", "finance"}, document.CreditWatchAlert: {}}
	})
	held := steptest.All[*document.Notice](h.must(t, single("1", "C-A", "1", "600000")))
	require.Len(t, held, 2)
	assert.Equal(t, []string{"order_held/1/1/finance", "order_held/1/1/sales"}, []string{held[0].Key(), held[1].Key()})
	assert.Empty(t, h.owesIDs(t, item("INV", "", "460000")), "nobody hears of watch")
	over := steptest.All[*document.Notice](h.owes(t, "K-A", item("INV", "", "500001")))
	require.Len(t, over, 2)
	assert.Equal(t, []string{"credit_over/K-A/1", "credit_over/K-A/1/finance"}, []string{over[0].Key(), over[1].Key()})
	assert.Equal(t, "sales", over[0].To)
}
