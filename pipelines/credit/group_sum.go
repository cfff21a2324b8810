package credit

import (
	"slices"

	"tradewire/mapping/document"
)

// together is what members owe in the currency of their group.
type together struct {
	exposure, open document.Money
	unrated        []document.Currency // of members who owe something in it, and there is no rate
}

func (p Policy) together(members []document.Member, in document.Currency) together {
	sum := together{exposure: document.Money{Currency: in}, open: document.Money{Currency: in}}
	for _, m := range members {
		if m.Exposure.IsZero() && m.OpenOrders.IsZero() {
			continue
		}
		rate, known := p.Rate(m.Exposure.Currency, in)
		if !known {
			if !slices.Contains(sum.unrated, m.Exposure.Currency) {
				sum.unrated = append(sum.unrated, m.Exposure.Currency)
			}
			continue
		}
		sum.exposure = sum.exposure.Add(into(m.Exposure, in, rate))
		sum.open = sum.open.Add(into(m.OpenOrders, in, rate))
	}
	return sum
}

// into is an amount in another currency. What is in that currency already is not rounded.
func into(m document.Money, in document.Currency, rate document.Decimal) document.Money {
	if m.Currency == in {
		return m
	}
	return document.Money{Amount: m.Amount, Currency: in}.Times(rate)
}

// addUp counts in an account what its members owe. Of one in a currency without a rate nothing is counted, and no order is released.
func (p Policy) addUp(a *document.CreditAccount) {
	if len(a.Members) == 0 {
		a.Exposure.Members, a.MembersOpen = document.Money{}, document.Money{}
		return
	}
	sum := p.together(a.Members, a.Currency)
	a.Exposure.Members, a.MembersOpen = sum.exposure, sum.open
}

// addsUp says whether an account counts what its members owe at the rates of now.
func (p Policy) addsUp(a *document.CreditAccount) bool {
	now := document.Copy(a)
	p.addUp(now)
	return now.Exposure.Members.Equal(a.Exposure.Members) && now.MembersOpen.Equal(a.MembersOpen)
}

// members puts into facts of an account what its members owe, at the rates of now.
func (p Policy) members(f *Facts, a *document.CreditAccount) {
	if len(a.Members) == 0 {
		return
	}
	sum := p.together(a.Members, a.Currency)
	f.Exposure.Members, f.Account.Unrated = sum.exposure, sum.unrated
}
