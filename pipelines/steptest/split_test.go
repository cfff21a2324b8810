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

// roomy is a house whose accounts have room for everything, in CNY at 1 : 1, with one step of the ladder at 500,000.
func roomy(t testing.TB) *house {
	h := under(t, func(p *credit.Policy) {
		p.Rates["CNY"] = document.D("1")
		p.SplitFrom = &credit.Amount{Money: document.M("100000", "CNY")}
	})
	h.limit(t, "K-A", "90000000")
	return h
}

// ordered is an order under a purchase order of a customer, made on a day of March.
func ordered(id, customer, po string, day int, price string) *document.SalesOrder {
	o := single(id, customer, "1", price)
	o.CustomerPO, o.OrderedOn.Day = po, day
	return o
}

func (h *house) large(customer string) (numbers []string) {
	if all := pipelines.Head[*document.CustomerOrders](h, document.KindCustomerOrders, customer); all != nil {
		for _, o := range all.Orders {
			numbers = append(numbers, o.Number)
		}
	}
	return numbers
}

func TestCase42APurchaseThatIsSplitIsFlaggedAndSignedByTheRoleOfTheSum(t *testing.T) {
	h := roomy(t)
	h.must(t, ordered("1", "C-A", "PO 7", 30, "300000"))
	assert.Equal(t, "BRANCH_MANAGER", h.order("1").Credit.SignOff)
	h.must(t, ordered("2", "C-A", "PO 8", 30, "300000"))
	second := h.order("2")
	assert.Equal(t, document.OrderReleased, second.State, "it informs and never holds")
	assert.Equal(t, []string{"CO-1"}, second.Credit.SplitWith)
	assert.Equal(t, "CNY 600,000.00", second.Credit.SplitTotal.String())
	assert.Equal(t, "SALES_MANAGER", second.Credit.SignOff)
	said := ""
	for _, line := range credit.Explain(second) {
		said += line.English + "\n" + line.Chinese + "\n"
	}
	assert.Contains(t, said, "with CO-1, on the same day or under the same purchase order, it comes to CNY 600,000.00: SPLIT_SUSPECT, SALES_MANAGER signs")
	assert.Contains(t, said, "疑似拆单")
}

func TestOnlyOrdersThatMayBeOnePurchaseAreTakenTogether(t *testing.T) {
	for name, c := range map[string]struct {
		second *document.SalesOrder
		with   int
	}{
		"the same day":                         {ordered("2", "C-A", "PO 8", 30, "300000"), 1},
		"another day, the same purchase order": {ordered("2", "C-A", "po  7", 29, "300000"), 1},
		"another day, another purchase order":  {ordered("2", "C-A", "PO 8", 29, "300000"), 0},
		"neither has a purchase order":         {ordered("2", "C-A", "", 29, "300000"), 0},
		"another customer of the account":      {ordered("2", "C-A2", "PO 7", 30, "300000"), 0},
		"exactly the amount that one signs":    {ordered("2", "C-A", "PO 7", 30, "200000"), 0},
		"a cent more":                          {ordered("2", "C-A", "PO 7", 30, "200000.01"), 1},
		"too small to be looked at":            {ordered("2", "C-A", "PO 7", 30, "99999.99"), 0},
		"so large that it is signed anyway":    {ordered("2", "C-A", "PO 7", 30, "500000.01"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := roomy(t)
			h.must(t, ordered("1", "C-A", "PO 7", 30, "300000"))
			h.must(t, c.second)
			assert.Len(t, h.order("2").Credit.SplitWith, c.with)
		})
	}
}

func TestAnOrderThatIsCancelledOrShrinksIsNoPartOfASplitAnyMore(t *testing.T) {
	h := roomy(t)
	first := ordered("1", "C-A", "PO 7", 30, "300000")
	h.must(t, first)
	h.must(t, ordered("2", "C-A", "PO 7", 30, "150000"))
	h.must(t, ordered("3", "C-A", "PO 7", 30, "150000"))
	assert.Equal(t, []string{"CO-1", "CO-2"}, h.order("3").Credit.SplitWith, "300,000 + 150,000 is not too much, with 150,000 more it is")
	require.Equal(t, []string{"CO-1", "CO-2", "CO-3"}, h.large("C-A"))
	h.must(t, amended(first, func(o *document.SalesOrder) { o.Request = document.RequestCancel }))
	assert.Equal(t, []string{"CO-2", "CO-3"}, h.large("C-A"))
	h.must(t, amended(ordered("2", "C-A", "PO 7", 30, "150000"), func(o *document.SalesOrder) { o.Lines[0].Price = document.D("5") }))
	assert.Equal(t, []string{"CO-3"}, h.large("C-A"))
	h.must(t, amended(ordered("3", "C-A", "PO 7", 30, "150000"), func(o *document.SalesOrder) { o.Remarks = "again" }))
	assert.Empty(t, h.order("3").Credit.SplitWith)
	assert.Equal(t, "BRANCH_MANAGER", h.order("3").Credit.SignOff)
}

func TestNothingIsKeptOfSmallOrdersOrWhereThePolicySaysNothing(t *testing.T) {
	h := roomy(t)
	h.must(t, ordered("1", "C-A", "PO 7", 30, "99999.99"))
	assert.Empty(t, h.large("C-A"))
	h = under(t, func(p *credit.Policy) { p.SplitFrom = nil })
	assert.Empty(t, steptest.All[*document.CustomerOrders](h.must(t, ordered("1", "C-A", "PO 7", 30, "300000"))))
}
