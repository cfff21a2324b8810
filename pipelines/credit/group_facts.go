package credit

import (
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// groupFacts are those of the group of an account, as an order of the account finds it. What is reserved for the order already, in
// whichever account of the group, is not asked for again.
func (p Policy) groupFacts(g, account *document.CreditAccount, d Demand, head *document.SalesOrder) *GroupFacts {
	stands := document.Copy(g)
	stands.Join(account.Brings())
	without, bare := document.Copy(stands), document.Copy(account)
	var ahead document.Money
	bare.Exposure.OpenOrders = bare.Exposure.OpenOrders.Sub(d.Reserved)
	bare.Exposure.Unapplied, ahead = d.ahead(bare.Exposure.Unapplied)
	without.Join(bare.Brings())
	if head != nil && head.Credit != nil && head.Credit.Account != account.ID {
		takeOut(without, head.Credit.Account, head.Credit.Reserved)
	}
	with := document.Copy(without)
	if member, _ := with.Member(account.ID); d.Rate.Sign() > 0 {
		member.Exposure = member.Exposure.Add(d.Open).Sub(ahead)
		with.Join(member)
	}
	now, before, after := p.together(stands.Members, g.Currency), p.together(without.Members, g.Currency), p.together(with.Members, g.Currency)
	f := &GroupFacts{Account: accountFacts(g), Exposure: without.Exposure, Open: after.exposure.Sub(before.exposure)}
	f.Exposure.Members = before.exposure
	f.Reserved = g.Exposure.OpenOrders.Sub(without.Exposure.OpenOrders).Add(now.exposure.Sub(before.exposure))
	f.Account.IsGroup, f.Account.Unrated = true, after.unrated
	rate, known := p.Rate(account.Currency, g.Currency)
	if f.Rate = rate; !known && !slices.Contains(f.Account.Unrated, account.Currency) {
		f.Account.Unrated = append(f.Account.Unrated, account.Currency)
	}
	return f
}

// takeOut books what is reserved for an order out of a group, where the account that it is reserved in belongs to it, or is it.
func takeOut(g *document.CreditAccount, account string, reserved document.Money) {
	member, in := g.Member(account)
	switch {
	case account == g.ID:
		g.Exposure.OpenOrders = g.Exposure.OpenOrders.Sub(reserved)
	case in:
		g.Join(document.Member{Account: account, Exposure: member.Exposure.Sub(reserved), OpenOrders: member.OpenOrders.Sub(reserved)})
	}
}

// groupOf is the group of an account, as it stands; nil when it has none, or when nothing is known of it.
func groupOf(m pipelines.Memory, a *document.CreditAccount) *document.CreditAccount {
	if a.Group == "" {
		return nil
	}
	return open(m).look(a.Group)
}

// unknownGroup says that orders of an account wait for its group.
func unknownGroup(b *books, a *document.CreditAccount, d *document.SalesOrder) error {
	if a.Group == "" || b.look(a.Group) != nil {
		return nil
	}
	return &pipelines.Missing{Ref: accountRef(a.Group),
		Hint: "order " + d.Number + " waits for the group of account " + a.ID + ": enter it in the ERP, or correct the group of the account"}
}
