package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/distribution"
	"tradewire/pipelines/steptest"
)

// financeIn is a house whose finance department has two recipients; change may say more of it.
func financeIn(t testing.TB, change func(finance *distribution.Department, p *distribution.Policy)) *house {
	t.Helper()
	return toldIn(t, func(*credit.Policy) {}, change)
}

// toldIn is such a house under another credit policy.
func toldIn(t testing.TB, judged func(*credit.Policy), change func(finance *distribution.Department, p *distribution.Policy)) *house {
	t.Helper()
	h := under(t, judged)
	var policy distribution.Policy
	read(t, "distribution.yaml", &policy)
	finance := distribution.Department{Of: []string{"credit"}, Recipients: []distribution.Recipient{
		{Name: "财务部", Language: "zh", Channel: "chat"},
		{Name: "Credit controller", Language: "en", Channel: "mail", Address: "credit@example.com"},
	}}
	if change != nil {
		change(&finance, &policy)
	}
	policy.Departments["finance"] = finance
	tells, err := distribution.New(policy)
	require.NoError(t, err)
	h.orders[len(h.orders)-1], h.shipping[len(h.shipping)-1] = tells, tells
	h.customers = append(h.customers, pipelines.Step(tells))
	return h
}

// readers are those who are told, with what: order_held>财务部 zh chat.
func readers(answers []document.Document) (list []string) {
	for _, n := range steptest.All[*document.Notice](answers) {
		list = append(list, string(n.Type)+">"+n.To+"/"+n.Recipient+" "+n.Language+" "+n.Channel+" "+n.Address)
	}
	return list
}

func TestFinanceIsToldOfAHeldOrderEachInItsLanguageAndThroughItsChannel(t *testing.T) {
	h := financeIn(t, nil)
	answers := h.must(t, single("1", "C-A", "1", "600000"))
	assert.Equal(t, []string{"order_held>finance/财务部 zh chat ", "order_held>finance/Credit controller en mail credit@example.com"}, readers(answers))
	notices := steptest.All[*document.Notice](answers)
	assert.NotEqual(t, notices[0].Key(), notices[1].Key(), "two letters, not one")
	assert.Equal(t, "HKD 100,000.00", notices[1].Credit.Excess.String(), "all of it is told to each")
}

func TestAnAccountThatComesNearItsLimitIsToldToEachRecipientOnce(t *testing.T) {
	h := financeIn(t, nil)
	answers := h.owes(t, "K-A", item("INV", "", "460000"))
	assert.Equal(t, []string{"credit_watch>finance/财务部 zh chat ", "credit_watch>finance/Credit controller en mail credit@example.com"}, readers(answers))
	notices := steptest.All[*document.Notice](answers)
	assert.Equal(t, "credit_watch/K-A/1/finance/财务部", notices[0].Key())
	assert.NotEqual(t, notices[0].Key(), notices[1].Key())
	assert.Empty(t, readers(h.owes(t, "K-A", item("INV", "", "460001"))), "once a crossing")
}

func TestOthersThatAreToldOfCreditHearItBesideFinance(t *testing.T) {
	h := financeIn(t, func(_ *distribution.Department, p *distribution.Policy) {
		sales := p.Departments["sales"]
		sales.Of = append(sales.Of, "credit")
		p.Departments["sales"] = sales
	})
	assert.Equal(t, []string{"order_held>finance/财务部 zh chat ", "order_held>finance/Credit controller en mail credit@example.com", "order_held>sales/Sales en folder "},
		readers(h.must(t, single("1", "C-A", "1", "600000"))))
}

func TestWithoutRecipientsFinanceIsSentOneNoticeAsEver(t *testing.T) {
	h := financeIn(t, func(finance *distribution.Department, p *distribution.Policy) {
		finance.Of = []string{"objections"}
		sales := p.Departments["sales"]
		sales.Of = append(sales.Of, "credit")
		p.Departments["sales"] = sales
	})
	assert.Equal(t, []string{"order_held>finance/   ", "order_held>sales/Sales en folder "}, readers(h.must(t, single("1", "C-A", "1", "600000"))),
		"that sales hears of it takes nothing from finance")
	assert.Equal(t, []string{"order_held>finance/   "}, readers(open(t).must(t, single("1", "C-A", "1", "600000"))))
}

func TestWhomThePolicyNamesHearsOfItOnceAndNobodyElse(t *testing.T) {
	for name, c := range map[string]struct {
		named []string
		want  []string
	}{
		"both": {[]string{"finance", "sales"}, []string{"credit_watch>finance/财务部 zh chat ", "credit_watch>finance/Credit controller en mail credit@example.com",
			"credit_watch>sales/Sales en folder "}},
		"one of two":                   {[]string{"sales"}, []string{"credit_watch>sales/Sales en folder "}},
		"one that has no recipients":   {[]string{"board"}, []string{"credit_watch>board/   "}},
		"nobody":                       {[]string{}, nil},
		"not said: all told of credit": {nil, []string{"credit_watch>finance/财务部 zh chat ", "credit_watch>finance/Credit controller en mail credit@example.com", "credit_watch>sales/Sales en folder "}},
	} {
		t.Run(name, func(t *testing.T) {
			h := toldIn(t, func(p *credit.Policy) {
				if c.named != nil {
					p.Alerts = map[document.NoticeType][]string{document.CreditWatchAlert: c.named}
				}
			}, func(_ *distribution.Department, p *distribution.Policy) {
				sales := p.Departments["sales"]
				sales.Of = append(sales.Of, "credit")
				p.Departments["sales"] = sales
			})
			assert.Equal(t, c.want, readers(h.owes(t, "K-A", item("INV", "", "460000"))))
		})
	}
}
