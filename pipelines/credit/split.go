package credit

import (
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// mostLarge bounds how many large orders of a customer are remembered.
const mostLarge = 40

func largeRef(customer string) document.Ref {
	return document.Ref{Kind: document.KindCustomerOrders, Key: customer}
}

// splitNeeds adds the large orders of the customer, for an order that may be one of them or has been.
func (s *Step) splitNeeds(m pipelines.Memory, d document.Document, refs []document.Ref) []document.Ref {
	if s.policy.SplitFrom == nil || s.policy.SignOff == nil {
		return refs
	}
	if order, ok := d.(*document.SalesOrder); ok && s.policy.mayBeLarge(order) {
		refs = append(refs, largeRef(order.Customer))
	}
	for _, ref := range slices.Clone(refs) {
		if ref.Kind != document.KindSalesOrder {
			continue
		}
		head := pipelines.Head[*document.SalesOrder](m, ref.Kind, ref.Key)
		if head != nil && head.Credit != nil && (head.Credit.SignOffAmount == nil || s.policy.large(head.Credit) || s.policy.mayBeLarge(head)) {
			refs = append(refs, largeRef(head.Customer))
		}
	}
	return refs
}

// mayBeLarge says whether an order, whose total is not yet reckoned, may be large. It says yes too often rather than too seldom.
func (p Policy) mayBeLarge(o *document.SalesOrder) bool {
	rate, known := p.Rate(o.Currency, p.SplitFrom.Currency)
	if !known {
		return false
	}
	var sum document.Decimal
	for _, l := range o.Lines {
		sum = sum.Add(l.Price.Mul(l.Quantity.Value))
	}
	percent := o.TaxPercent.Add(document.DecimalOf(101)) // and what is rounded
	return !sum.Mul(percent).Mul(rate).Less(p.SplitFrom.Amount.Mul(document.DecimalOf(100)))
}

func (p Policy) large(c *document.CreditDecision) bool {
	return c.SignOffAmount != nil && c.SignOffAmount.Currency == p.SplitFrom.Currency && c.SignOffAmount.Cmp(p.SplitFrom.Money) >= 0
}

// splits looks whether an order may be a part of a purchase that was split, so that each part stays below an amount for which somebody
// else signs: large orders of the same customer on the same day, or under the same purchase order. It informs, and never holds: the
// role that signs is that of the sum. It answers with the large orders of the customer, where this one changes them.
func (p Policy) splits(m pipelines.Memory, o *document.SalesOrder) []document.Document {
	if p.SplitFrom == nil || p.SignOff == nil {
		return nil
	}
	if !p.large(o.Credit) {
		return p.unsplit(m, o)
	}
	this := document.LargeOrder{Order: o.ID, Number: o.Number, CustomerPO: o.CustomerPO, On: o.OrderedOn, Amount: *o.Credit.SignOffAmount}
	before := pipelines.Head[*document.CustomerOrders](m, document.KindCustomerOrders, o.Customer)
	var others []document.LargeOrder
	if before != nil {
		others = slices.Clone(before.Orders)
	}
	p.suspect(o, this, others)
	all := others
	if at := slices.IndexFunc(all, func(l document.LargeOrder) bool { return l.Order == this.Order }); at >= 0 {
		all[at] = this
	} else {
		all = append(all, this)
	}
	answers := remembered(before, o.Customer, all[max(0, len(all)-mostLarge):])
	if head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, o.ID); head != nil && head.Customer != o.Customer {
		answers = append(answers, p.unsplit(m, o)...)
	}
	return answers
}

// suspect marks an order that is large with others, where the sum needs another signature than the order alone.
func (p Policy) suspect(o *document.SalesOrder, this document.LargeOrder, others []document.LargeOrder) {
	sum := this.Amount
	var with []string
	for _, other := range others {
		if other.Order != this.Order && other.Amount.Currency == sum.Currency && onePurchase(this, other) {
			sum, with = sum.Add(other.Amount), append(with, other.Number)
		}
	}
	signer := p.SignOff.signer(&sum)
	if p.rung(signer) <= p.rung(p.SignOff.signer(&this.Amount)) {
		return
	}
	o.Credit.SplitWith, o.Credit.SplitTotal = with, &sum
	if p.rung(signer) > p.rung(o.Credit.SignOff) {
		o.Credit.SignOff = signer
	}
}

// unsplit forgets an order that is cancelled, or not large any more.
func (p Policy) unsplit(m pipelines.Memory, o *document.SalesOrder) []document.Document {
	if p.SplitFrom == nil || p.SignOff == nil {
		return nil
	}
	head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, o.ID)
	if head == nil || head.Credit == nil || !p.large(head.Credit) {
		return nil
	}
	before := pipelines.Head[*document.CustomerOrders](m, document.KindCustomerOrders, head.Customer)
	if before == nil {
		return nil
	}
	rest := slices.DeleteFunc(slices.Clone(before.Orders), func(l document.LargeOrder) bool { return l.Order == o.ID })
	return remembered(before, head.Customer, rest)
}

func remembered(before *document.CustomerOrders, customer string, now []document.LargeOrder) []document.Document {
	if before != nil && slices.EqualFunc(before.Orders, now, func(a, b document.LargeOrder) bool {
		return a.Order == b.Order && a.Number == b.Number && a.CustomerPO == b.CustomerPO && a.On == b.On && a.Amount.Equal(b.Amount)
	}) {
		return nil
	}
	return []document.Document{&document.CustomerOrders{Customer: customer, Orders: now}}
}

// onePurchase says whether two orders may be one purchase.
func onePurchase(a, b document.LargeOrder) bool {
	po := strings.Join(strings.Fields(a.CustomerPO), "")
	return a.On == b.On || po != "" && strings.EqualFold(po, strings.Join(strings.Fields(b.CustomerPO), ""))
}

// rung is how high a role stands on the ladder.
func (p Policy) rung(role string) int {
	return slices.IndexFunc(p.SignOff.Ladder, func(r Rung) bool { return r.Role == role })
}

// splitContradicts holds what is large against the ladder.
func (p Policy) splitContradicts(add fault) {
	if p.SplitFrom == nil {
		return
	}
	if p.SignOff == nil {
		add("split_from says what is looked at for a split, and there is no sign_off that it could evade", "write sign_off, or take split_from out", "split_from")
		return
	}
	var top *Amount
	for _, rung := range p.SignOff.Ladder {
		if rung.UpTo != nil {
			top = rung.UpTo
		}
	}
	switch {
	case p.SplitFrom.Sign() <= 0:
		add(fmt.Sprintf("split_from is %s", p.SplitFrom.Money), "write an amount above zero, or leave the line out", "split_from")
	case top != nil && p.SplitFrom.Currency != top.Currency:
		add(fmt.Sprintf("split_from is in %s, and the ladder of sign_off in %s", p.SplitFrom.Currency, top.Currency), "write it in "+string(top.Currency), "split_from")
	case top != nil && p.SplitFrom.Cmp(top.Money) > 0:
		add(fmt.Sprintf("split_from %s lies above the ladder: what comes to so much is signed by the last role anyway", p.SplitFrom.Money), "write less than "+top.Money.String(), "split_from")
	}
}

// suspected tells that an order may be a part of a purchase that was split.
func suspected(o *document.SalesOrder) []Line {
	if len(o.Credit.SplitWith) == 0 || o.Credit.SplitTotal == nil {
		return nil
	}
	return []Line{say("sign-off: with %s, on the same day or under the same purchase order, it comes to %s: SPLIT_SUSPECT, %s signs",
		strings.Join(o.Credit.SplitWith, ", "), *o.Credit.SplitTotal, o.Credit.SignOff)}
}
