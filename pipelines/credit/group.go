package credit

import (
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Needs follows a document to the credit accounts that it moves, and from each to its group.
func (s *Step) Needs(m pipelines.Memory, d document.Document) []document.Ref {
	refs := s.needs(m, d)
	if a, ok := d.(*document.CreditAccount); ok && a.Group != "" {
		refs = append(refs, accountRef(a.Group))
	}
	for _, ref := range refs {
		if ref.Kind != document.KindCreditAccount {
			continue
		}
		if a := pipelines.Head[*document.CreditAccount](m, ref.Kind, ref.Key); a != nil && a.Group != "" {
			refs = append(refs, accountRef(a.Group))
		}
	}
	return refs
}

// enters puts an account as its source tells it on the books, and into its group. One that has left a group is counted there no more.
// A group of a group is refused: nobody would see whose limit it is that holds an order.
func (b *books) enters(a, head *document.CreditAccount) error {
	b.touched[a.ID] = a
	if a.Group == a.ID && a.Group != "" {
		return fmt.Errorf("credit account %s names itself as its group: leave its group empty", a.ID)
	}
	if a.Group != "" && len(a.Members) > 0 {
		return fmt.Errorf("credit account %s is the group of %s, and names %s as its own group: a group has no group", a.ID, listed(a.Members), a.Group)
	}
	if g := b.at(a.Group); g != nil && g.Group != "" {
		return fmt.Errorf("credit account %s names %s as its group, which has the group %s itself: name that one", a.ID, g.ID, g.Group)
	}
	if head != nil && head.Group != "" && head.Group != a.Group {
		b.group(head.Group).Leave(a.ID)
	}
	return nil
}

// listed are some of the accounts of a group, for people.
func listed(members []document.Member) string {
	const most = 3
	var names []string
	for _, m := range members[:min(most, len(members))] {
		names = append(names, m.Account)
	}
	if len(members) > most {
		names = append(names, "...")
	}
	return strings.Join(names, ", ")
}

// at is an account as this decision sees it, also one of which only the name is known; nil when there is none.
func (b *books) at(key string) *document.CreditAccount {
	if a := b.touched[key]; a != nil {
		return a
	}
	return pipelines.Head[*document.CreditAccount](b.memory, document.KindCreditAccount, key)
}

// group is the account to count members in. Where its source has not told of it, it is known by its name from now on: what its members
// owe is counted from their first day, and their orders wait for it.
func (b *books) group(key string) *document.CreditAccount {
	if b.touched[key] == nil {
		head := b.at(key)
		if head == nil {
			head = &document.CreditAccount{ID: key, Exposure: nothing("")}
		}
		b.touched[key] = document.Copy(head)
	}
	return b.touched[key]
}

// countGroups brings every group to what its accounts owe now. Both are written in one answer: the sum never drifts.
func (b *books) countGroups(p Policy) {
	for _, key := range sorted(b.touched) {
		if a := b.touched[key]; a.Group != "" {
			b.countMember(a)
		}
	}
	for _, key := range sorted(b.touched) {
		a, was := b.touched[key], document.Decimal{}
		if head := pipelines.Head[*document.CreditAccount](b.memory, document.KindCreditAccount, key); head != nil {
			was = head.MembersOpen.Amount
		}
		p.addUp(a)
		// It grew because an account has joined it, a rate has risen or people let an order pass: that is true whatever the limit says.
		if a.MembersOpen.Amount.Greater(was) && !b.guarded[key] {
			b.letPass(key)
		}
	}
}

func (b *books) countMember(a *document.CreditAccount) {
	brings := a.Brings()
	if g := b.at(a.Group); g != nil {
		if was, in := g.Member(a.ID); in && was.Equal(brings) {
			return
		}
	}
	b.group(a.Group).Join(brings)
}

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

// members puts into facts of an account what its members owe, at the rates of now.
func (p Policy) members(f *Facts, a *document.CreditAccount) {
	if len(a.Members) == 0 {
		return
	}
	sum := p.together(a.Members, a.Currency)
	f.Exposure.Members, f.Account.Unrated = sum.exposure, sum.unrated
}

// admits books how an order was let in: beyond the limits where people let it, else within the group, which the store guards.
func (b *books) admits(v *Verdict) {
	if v.Lifted {
		b.letPass(v.Credit.Account)
		return
	}
	if g := v.Credit.Group; g != nil && g.Excess.Sign() <= 0 {
		b.guarded[g.Group] = true
	}
}

// groupFacts are those of the group of an account, as an order of the account finds it. What is reserved for the order already, in
// whichever account of the group, is not asked for again.
func (p Policy) groupFacts(g, account *document.CreditAccount, d Demand, head *document.SalesOrder) *GroupFacts {
	stands := document.Copy(g)
	stands.Join(account.Brings())
	without := document.Copy(stands)
	if head != nil && head.Credit != nil {
		takeOut(without, head.Credit.Account, head.Credit.Reserved)
	}
	with := document.Copy(without)
	if member, _ := with.Member(account.ID); d.Rate.Sign() > 0 {
		member.Exposure = member.Exposure.Add(d.Open)
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

// excesses are what an order is over its limits by, that of its account and that of the group, each in its own currency; none where no
// limit holds it. ahead is what it may come to beyond what it puts at risk now, in the account's currency.
func (v Verdict) excesses(ahead document.Money) (all []document.Money) {
	if !(Decision{Holds: v.Holds}).OverLimit() {
		return nil
	}
	if own := v.Credit.Excess; !v.unchecked && own.Sign() > 0 {
		all = append(all, own.Add(ahead))
	}
	if g := v.Credit.Group; g != nil && g.Excess.Sign() > 0 {
		all = append(all, g.Excess.Add(into(ahead, g.Excess.Currency, g.Rate)))
	}
	return all
}

// lets says whether a person lets pass all of some excesses, and what the first is that the person does not.
func (p Policy) lets(who Person, excesses []document.Money) (why string, ok bool) {
	for _, excess := range excesses {
		if why, ok := p.within(who, excess); !ok {
			return why, false
		}
	}
	return "", true
}
