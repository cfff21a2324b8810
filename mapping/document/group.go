package document

import (
	"slices"
	"strings"
)

// Member is what a credit account brings into its group, in its own currency.
type Member struct {
	Account    string `json:"account,omitzero"` // its key
	Exposure   Money  `json:"exposure"`         // all that it owes or may come to owe
	OpenOrders Money  `json:"open_orders"`      // of that, what is reserved for released orders
}

// Equal says whether two members are the same, and bring the same.
func (m Member) Equal(n Member) bool {
	return m.Account == n.Account && m.Exposure.Equal(n.Exposure) && m.OpenOrders.Equal(n.OpenOrders)
}

// Member is what one account brings into this group; false when it does not belong to it.
func (a *CreditAccount) Member(account string) (Member, bool) {
	if i, found := a.memberAt(account); found {
		return a.Members[i], true
	}
	return Member{}, false
}

// Join puts what an account brings in place of what it brought.
func (a *CreditAccount) Join(m Member) {
	i, found := a.memberAt(m.Account)
	if !found {
		a.Members = slices.Insert(a.Members, i, Member{})
	}
	a.Members[i] = m
}

// Leave takes an account out of this group.
func (a *CreditAccount) Leave(account string) {
	if i, found := a.memberAt(account); found {
		a.Members = slices.Delete(a.Members, i, i+1)
	}
	if len(a.Members) == 0 {
		a.Members = nil
	}
}

func (a *CreditAccount) memberAt(account string) (at int, found bool) {
	return slices.BinarySearchFunc(a.Members, account, func(m Member, key string) int { return strings.Compare(m.Account, key) })
}

// Brings is what an account brings into a group. What belongs to a group has no members of its own.
func (a *CreditAccount) Brings() Member {
	zero := Money{Currency: a.Currency}
	return Member{Account: a.ID, Exposure: zero.Add(a.Exposure.Total()), OpenOrders: zero.Add(a.Exposure.OpenOrders)}
}

// OnlyNamed says that accounts name this one as their group, and that its source has not told of it yet.
func (a *CreditAccount) OnlyNamed() bool { return a.Currency == "" }

// GroupCheck is the arithmetic of the last check of an order against the group of its account, in the group's currency.
type GroupCheck struct {
	Group  string  `json:"group,omitzero"` // key of its CreditAccount
	Limit  Money   `json:"limit"`
	Before Money   `json:"before"`         // what the group owes or may come to owe without this order
	Demand Money   `json:"demand"`         // what the order puts at risk
	Rate   Decimal `json:"rate,omitzero"`  // one unit of the account's currency in the group's; zero: there is none, and no amount is known
	Excess Money   `json:"excess"`         // how far beyond the limit; zero or less when it fits
	Holds  bool    `json:"holds,omitzero"` // it is the group that holds the order, alone or beside its own account
}

// WaitsIn is the account in whose line a held order waits for room: its group's where the group holds it, else its own.
func (o *SalesOrder) WaitsIn() string {
	if o.Credit.Group != nil && o.Credit.Group.Holds {
		return o.Credit.Group.Group
	}
	return o.Credit.Account
}
