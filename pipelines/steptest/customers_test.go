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

// telling is a house whose customers' credit is told.
func telling(t testing.TB) *house {
	t.Helper()
	h := open(t)
	h.customers[0].(*credit.Step).TellCustomers()
	return h
}

// hears is what customers are told in some answers: the customer, its status, what is left.
func hears(answers []document.Document) (lines []string) {
	for _, c := range steptest.All[*document.CustomerCredit](answers) {
		left := "-"
		if c.Available != nil {
			left = c.Available.String()
		}
		lines = append(lines, c.Customer+" "+string(c.Status)+" "+left)
	}
	return lines
}

func (h *house) standing(customer string) *document.CustomerCredit {
	return pipelines.Head[*document.CustomerCredit](h, document.KindCustomerCredit, customer)
}

// news is a customer as the CRM sends it again, with a change.
func (h *house) news(t testing.TB, customer string, change func(*document.Party)) []document.Document {
	t.Helper()
	p := document.Copy(pipelines.Head[*document.Party](h, document.KindParty, customer))
	change(p)
	return h.must(t, p)
}

func TestNobodyIsToldWhereNobodyWantsToHear(t *testing.T) {
	h := open(t)
	answers := append(h.must(t, single("1", "C-A", "1", "100")), h.news(t, "C-A", func(p *document.Party) { p.Stopped = true })...)
	assert.Empty(t, hears(answers))
	assert.Empty(t, steptest.All[*document.AccountCustomers](answers))
}

func TestACustomerIsToldWhenAnOrderIsReleasedAndWhenOneIsHeld(t *testing.T) {
	h := telling(t)
	assert.Equal(t, []string{"C-A NOTICE HKD 99,999.99"}, hears(h.must(t, single("1", "C-A", "1", "400000.01"))))
	c := h.standing("C-A")
	assert.Equal(t, "80", c.Utilisation.String(), "to two places, and judged unrounded")
	assert.Equal(t, "HKD 400,000.01", c.Exposure.String())
	assert.Equal(t, "K-A", c.Account)
	assert.Equal(t, h.Now(), c.ChangedAt)

	assert.Empty(t, hears(h.must(t, single("2", "C-A", "1", "100000"))), "a held order reserves nothing: nothing has changed")
	assert.Equal(t, document.OrderHeld, h.order("2").State)
	assert.Equal(t, []string{"C-A WATCH HKD 39,999.99"}, hears(h.must(t, single("3", "C-A", "1", "60000"))))
}

func TestAllCustomersOfAnAccountAreToldWhatOneOfThemUses(t *testing.T) {
	h := telling(t)
	h.must(t, single("1", "C-A", "1", "1000"))
	assert.Equal(t, []string{"C-A2 OK HKD 498,000.00", "C-A OK HKD 498,000.00"}, hears(h.must(t, single("2", "C-A2", "1", "1000"))))
	assert.Equal(t, []string{"C-A OK HKD 398,000.00", "C-A2 OK HKD 398,000.00"}, hears(h.owes(t, "K-A", item("INV", "", "100000"))))
	assert.Equal(t, []string{"C-A OK HKD 498,000.00", "C-A2 OK HKD 498,000.00"}, hears(h.owes(t, "K-A")))
	assert.Equal(t, []string{"C-A HOLD HKD -1,000.00", "C-A2 HOLD HKD -1,000.00"}, hears(h.limit(t, "K-A", "1000")))
}

func TestACustomerThatIsKnownBeforeItsAccountIsToldWhenTheAccountComes(t *testing.T) {
	h := telling(t)
	assert.Empty(t, hears(h.news(t, "C-X", func(p *document.Party) { p.Class = "B" })), "no account yet, nothing to say")
	assert.Equal(t, []string{"C-X OK HKD 7,000.00"}, hears(h.limit(t, "K-X", "7000")))
	unchecked := &document.CreditAccount{ID: "K-X", Currency: "HKD", NoCheck: true}
	assert.Equal(t, []string{"C-X NO_CHECK -"}, hears(h.must(t, unchecked)))
	assert.Nil(t, h.standing("C-X").Limit)
}

func TestACustomerThatLeavesItsAccountIsToldOfTheNewOneAloneFromThenOn(t *testing.T) {
	h := telling(t)
	h.must(t, single("1", "C-A", "1", "1000"))
	assert.Equal(t, []string{"C-A OK HKD 1,000.00"}, hears(h.news(t, "C-A", func(p *document.Party) { p.Account = "K-B" })))
	assert.Empty(t, hears(h.owes(t, "K-A", item("INV", "", "5"))), "what the old account owes is not its business any more")
	assert.Equal(t, []string{"C-A OK HKD 995.00"}, hears(h.owes(t, "K-B", item("INV", "", "5"))))
	assert.Equal(t, []string{"C-A  -"}, hears(h.news(t, "C-A", func(p *document.Party) { p.Account = "" })))
	assert.Empty(t, hears(h.owes(t, "K-B")))
}

func TestAStopByPeopleInTheCRMIsToldOfTheirCustomerAlone(t *testing.T) {
	h := telling(t)
	h.must(t, single("1", "C-A", "1", "1000"))
	h.must(t, single("2", "C-A2", "1", "1000"))
	stop := func(p *document.Party) { p.Stopped = true }
	assert.Equal(t, []string{"C-A2 STOP HKD 498,000.00"}, hears(h.news(t, "C-A2", stop)))
	assert.Empty(t, hears(h.news(t, "C-A2", stop)), "its own news after we wrote says nothing new: there is no circle")
	assert.Equal(t, document.CreditOK, h.standing("C-A").Status)
}

func TestACustomerIsToldWhyItsNextOrderWouldBeHeldWhateverItComesTo(t *testing.T) {
	h := telling(t)
	h.must(t, single("1", "C-A", "1", "500000"))
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, h.standing("C-A").HoldReasons, "all is used: a cent more is too much")
	h.limit(t, "K-A", "600000")
	assert.Empty(t, h.standing("C-A").HoldReasons)
	h.news(t, "C-A", func(p *document.Party) { p.Stopped = true })
	assert.Equal(t, []document.HoldReason{document.Stopped}, h.standing("C-A").HoldReasons)
	h.limit(t, "K-A", "0")
	assert.Equal(t, []document.HoldReason{document.NoLimit, document.Stopped}, h.standing("C-A").HoldReasons)
	late := item("INV", "", "5")
	late.Due = document.Date{Year: 2026, Month: 1, Day: 2}
	h.owes(t, "K-A", late)
	assert.Equal(t, []document.HoldReason{document.Overdue, document.NoLimit, document.Stopped}, h.standing("C-A").HoldReasons)
}

func TestReceivablesThatAreReadAgainAndChangeNothingAreNoNews(t *testing.T) {
	h := telling(t)
	h.owes(t, "K-A", item("INV", "", "10"))
	h.must(t, single("1", "C-A", "1", "1000"))
	since := h.standing("C-A").ChangedAt
	h.Clock = h.Clock.Add(time.Hour)
	assert.Empty(t, hears(h.owes(t, "K-A", item("INV", "", "10"))))
	require.Equal(t, since, h.standing("C-A").ChangedAt)
}
