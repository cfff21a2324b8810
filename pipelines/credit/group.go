package credit

import (
	"fmt"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// groupNeeds adds to the accounts that a document moves their groups, and the rates by which their members are added up.
func (s *Step) groupNeeds(m pipelines.Memory, d document.Document, refs []document.Ref) []document.Ref {
	if a, ok := d.(*document.CreditAccount); ok && a.Group != "" {
		refs = append(refs, accountRef(a.Group))
		refs = append(refs, s.sumRates(m, a.Group, a.Currency)...)
	}
	for _, ref := range refs {
		if ref.Kind != document.KindCreditAccount {
			continue
		}
		if a := pipelines.Head[*document.CreditAccount](m, ref.Kind, ref.Key); a != nil {
			if a.Group != "" {
				refs = append(refs, accountRef(a.Group))
				refs = append(refs, s.sumRates(m, a.Group, a.Currency)...)
			}
			refs = append(refs, s.sumRates(m, a.ID)...)
		}
	}
	return refs
}

// sumRates are the dated rates of the members of a group, and of one that joins it, into its currency.
func (s *Step) sumRates(m pipelines.Memory, group string, joins ...document.Currency) (refs []document.Ref) {
	g := pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, group)
	if g == nil || !s.policy.DatedRates {
		return nil
	}
	for _, member := range g.Members {
		joins = append(joins, member.Exposure.Currency)
	}
	for _, of := range joins {
		refs = append(refs, pairRefs(of, g.Currency)...)
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

// admits books how an order was let in: beyond the limits where people let it, or where its goods wait for its money, else within the group, which the store guards.
func (b *books) admits(v *Verdict) {
	if v.Lifted || v.Credit.Secured {
		b.letPass(v.Credit.Account)
		return
	}
	if g := v.Credit.Group; g != nil && g.Excess.Sign() <= 0 {
		b.guarded[g.Group] = true
	}
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
