package steptest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/distribution"
	"tradewire/pipelines/steptest"
)

func mustSee(finance *distribution.Department, _ *distribution.Policy) {
	alone(finance)
	finance.Escalate = &distribution.Escalate{After: 4 * time.Hour, To: "manager", Types: []string{"order_held", "credit_watch"}}
}

const (
	heldOne = "order/1/finance"
	nearA   = "account/K-A/finance"
)

func (h *house) late(key string) ([]document.Document, error) {
	return h.take(&document.Alarm{Of: document.Ref{Kind: document.KindEscalation, Key: key}, At: h.Now()})
}

func (h *house) escalation(t testing.TB, key string) *document.Escalation {
	t.Helper()
	e := pipelines.Head[*document.Escalation](h, document.KindEscalation, key)
	require.NotNil(t, e)
	return e
}

func TestWhatFinanceDoesNotAcknowledgeIsToldToTheManagerOnce(t *testing.T) {
	h := financeIn(t, mustSee)
	h.clockAt(t, "2026-03-31 10:00")
	assert.Equal(t, []string{"order_held>finance/财务部 zh chat "}, readers(h.must(t, single("1", "C-A", "1", "600000"))))
	assert.Equal(t, "14:00", h.escalation(t, heldOne).Next().In(h.Company).Format("15:04"))

	h.clockAt(t, "2026-03-31 13:59")
	_, err := h.late(heldOne)
	aside := &pipelines.SetAside{}
	require.ErrorAs(t, err, &aside, "it is not late yet")
	h.clockAt(t, "2026-03-31 14:00")
	answers, err := h.late(heldOne)
	require.NoError(t, err)
	assert.Equal(t, []string{"credit_unanswered>manager/总经理 zh folder "}, readers(answers))
	told := steptest.Get[*document.Notice](t, answers)
	assert.Equal(t, "CO-1", told.Order)
	whole, err := told.Gathered[0].Notice()
	require.NoError(t, err)
	assert.Equal(t, "HKD 100,000.00", whole.Credit.Excess.String(), "with all that finance was told")
	_, err = h.late(heldOne)
	require.ErrorAs(t, err, &aside, "it is said once")
	assert.True(t, h.escalation(t, heldOne).Waits(), "finance has still to acknowledge")
}

func TestWhatFinanceAcknowledgesIsToldToNobody(t *testing.T) {
	h := financeIn(t, mustSee)
	h.must(t, single("1", "C-A", "1", "600000"))
	h.owes(t, "K-A", item("INV", "", "460000"))
	h.must(t, &document.Acknowledgement{Order: "1", Department: "finance", By: "lin"})
	h.must(t, &document.Acknowledgement{Account: "K-A", Department: "finance", By: "lin"})
	h.Clock = h.Clock.Add(48 * time.Hour)
	for _, key := range []string{heldOne, nearA} {
		e := h.escalation(t, key)
		assert.Equal(t, "ACKED lin", string(e.Status)+" "+e.By)
		assert.True(t, e.Next().IsZero())
		_, err := h.late(key)
		assert.ErrorAs(t, err, new(*pipelines.SetAside))
	}
	_, err := h.take(&document.Acknowledgement{Order: "1", Department: "finance", By: "lin"})
	assert.ErrorAs(t, err, new(*pipelines.SetAside), "said before")
}

func TestALaterHoldOfTheSameOrderMustBeAcknowledgedAnew(t *testing.T) {
	h := financeIn(t, mustSee)
	o := single("1", "C-A", "1", "600000")
	h.must(t, o)
	h.must(t, &document.Acknowledgement{Order: "1", Department: "finance", By: "lin"})
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Price = document.D("700000") }))
	assert.True(t, h.escalation(t, heldOne).Waits())
}

func TestWhatIsSaidAgainBeforeItIsAcknowledgedIsNotWaitedForLonger(t *testing.T) {
	h := financeIn(t, mustSee)
	h.clockAt(t, "2026-03-31 10:00")
	o := single("1", "C-A", "1", "600000")
	h.must(t, o)
	h.clockAt(t, "2026-03-31 13:00")
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Price = document.D("700000") }))
	e := h.escalation(t, heldOne)
	assert.Equal(t, "14:00", e.Next().In(h.Company).Format("15:04"))
	assert.Equal(t, "HKD 200,000.00", e.Notice.Credit.Excess.String(), "with what was said last")
}

func TestWhatIsNotSoAnyMoreIsNotEscalated(t *testing.T) {
	h := financeIn(t, mustSee)
	o := single("1", "C-A", "1", "600000")
	h.must(t, o)
	h.must(t, amended(o, func(o *document.SalesOrder) { o.Lines[0].Price = document.D("100") }))
	h.owes(t, "K-A", item("INV", "", "460000"))
	h.owes(t, "K-A")
	h.Clock = h.Clock.Add(48 * time.Hour)
	for _, key := range []string{heldOne, nearA} {
		answers, err := h.late(key)
		require.NoError(t, err)
		assert.Empty(t, readers(answers))
		assert.False(t, h.escalation(t, key).Waits(), "nothing waits for finance any more")
	}
}

func TestTheTimeToAcknowledgeIsWorkingTimeThatBeginsWhenFinanceIsTold(t *testing.T) {
	for local, due := range map[string]string{
		"2026-03-31 10:00": "03-31 14:00",
		"2026-04-03 18:00": "04-07 08:00", // four hours end in the quiet of a Friday before a long weekend
		"2026-03-31 21:00": "04-01 12:00", // told at eight in the morning
	} {
		h := financeIn(t, func(finance *distribution.Department, p *distribution.Policy) {
			mustSee(finance, p)
			finance.Quiet = &distribution.Quiet{Hours: "20:00-08:00", RestDays: true}
		})
		h.clockAt(t, local)
		h.must(t, heldB("1"))
		assert.Equal(t, due, h.escalation(t, heldOne).Due.In(h.Company).Format("01-02 15:04"), local)
	}
}

func TestAnAnswerToCreditThatCannotBeIsRefused(t *testing.T) {
	h := financeIn(t, mustSee)
	h.must(t, single("1", "C-A", "1", "600000"))
	for want, a := range map[string]*document.Acknowledgement{
		"account K-B: finance was told nothing": {Account: "K-B", Department: "finance", By: "lin"},
		"without a name":                        {Order: "1", Department: "finance"},
		"tradewire credit release":              {Order: "1", Department: "finance", By: "lin", Objects: true, Reason: "no"},
	} {
		_, err := h.take(a)
		assert.ErrorContains(t, err, want)
	}
	h.acksOrders(t)
}

// acksOrders says that departments answer for orders as ever.
func (h *house) acksOrders(t testing.TB) {
	t.Helper()
	h.must(t, single("2", "C-A2", "1", "10"))
	h.acks(t, "2", "planning")
}

func TestAnEscalationThatContradictsItselfIsNamed(t *testing.T) {
	for want, e := range map[string]distribution.Escalate{
		"must acknowledge nothing":                    {After: time.Hour},
		"to acknowledge it":                           {Types: []string{"order_held"}},
		"told to itself":                              {After: time.Hour, To: "finance", Types: []string{"order_held"}},
		"warehouse has no recipients":                 {After: time.Hour, To: "warehouse", Types: []string{"order_held"}},
		`"order_hold" is no type of what credit says`: {After: time.Hour, Types: []string{"order_hold"}},
		"must acknowledge what it is not told":        {After: time.Hour, Types: []string{"objection"}},
	} {
		var policy distribution.Policy
		read(t, "distribution.yaml", &policy)
		finance := distribution.Department{Of: []string{"credit"}, Recipients: []distribution.Recipient{{Name: "财务部", Channel: "chat"}}, Escalate: &e}
		if e.Types != nil && e.Types[0] == "objection" {
			finance.Of = []string{"objections"}
		}
		policy.Departments["finance"] = finance
		_, err := distribution.New(policy)
		assert.ErrorContains(t, err, want)
	}
}
