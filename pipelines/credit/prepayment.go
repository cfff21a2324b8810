package credit

import (
	"strings"

	"tradewire/mapping/document"
)

// splitKind is a deposit with the order and the balance before its goods leave: TT30/70.
const splitKind = "TT"

// splitTerms is the deposit of such terms, in percent of the order.
func splitTerms(terms string) (deposit int, ok bool) {
	rest, found := strings.CutPrefix(terms, splitKind)
	first, second, split := strings.Cut(rest, "/")
	if !found || !split || strings.Contains(rest, "_") {
		return 0, false
	}
	deposit, ok = days(first)
	balance, also := days(second)
	return deposit, ok && also && deposit > 0 && balance > 0 && deposit+balance == 100
}

// ahead is what was paid ahead for the open part of an order, and the money of its account without that.
func (d Demand) ahead(unapplied document.Money) (without, ahead document.Money) {
	before := d.Deposit
	before.Owed = before.Owed.Sub(d.Reserved)
	without = unapplied.Sub(d.Deposit.Counts()).Add(before.Counts())
	switch ahead = before.Left(); {
	case ahead.Sign() <= 0 || d.Open.Sign() <= 0:
		return without, d.Open.Zero()
	case ahead.Cmp(d.Open) > 0:
		return without, d.Open
	}
	return without, ahead
}

// paidAhead tells what of a booked order was paid ahead. What does not leave before it is paid puts nothing at risk.
func (j *judging) paidAhead() {
	o := j.facts.Order
	if o.Ahead.Sign() > 0 {
		j.tell("order: %s of that were paid ahead: %s at risk", o.Ahead, j.atRisk)
	}
	if o.Terms == prepaid && j.policy.secures() && j.atRisk.Sign() > 0 {
		j.tell("order: paid before delivery (PREPAY), and its goods do not leave unpaid: nothing is at risk")
		j.atRisk, j.Secured = j.atRisk.Zero(), true
	}
}

// paysBeforeShipping says whether terms of a deposit and a balance are as good as payment in advance: where the goods wait for the money.
func (j *judging) paysBeforeShipping() bool {
	_, split := splitTerms(j.facts.Order.Terms)
	return split && j.policy.secures()
}

// prepayment holds an order whose money is to come ahead and has not. What was released stays, until its goods are to leave.
func (j *judging) prepayment() {
	o := j.facts.Order
	needs, of := j.toComeAhead()
	if needs.Sign() <= 0 || j.facts.Booked && !j.rated {
		return
	}
	if j.facts.Booked && !j.facts.Shipping && o.Granted == o.Terms && o.Open.Cmp(o.Reserved) <= 0 {
		return
	}
	come := j.come()
	if come.Cmp(needs) < 0 {
		j.hold(document.PrepaymentNotReceived, "terms %s: %s of %s are to come %s, %s have come: %s are missing", o.Terms, needs, of, j.moment(), come, needs.Sub(come))
		return
	}
	j.tell("prepayment: terms %s: %s of %s are to come %s, and they have come", o.Terms, needs, of, j.moment())
}

// toComeAhead is the money without which an order, or its goods, wait, and of how much. It is in the account's currency where the order
// is booked, else in the order's.
func (j *judging) toComeAhead() (needs, of document.Money) {
	o, policy := j.facts.Order, j.policy.Prepayment
	of = o.Gross
	if j.facts.Booked {
		of = o.Open
	}
	deposit, split := splitTerms(o.Terms)
	switch {
	case o.Terms != prepaid && !split:
	case j.facts.Shipping && j.policy.secures():
		return of, of
	case policy != untilReceived:
	case split:
		return of.Times(document.DecimalOf(int64(deposit)).Mul(document.D("0.01"))), of
	default:
		return of, of
	}
	return of.Zero(), of
}

// come is the money that has come for an order: what was paid ahead for it, and what the account is in credit by.
func (j *judging) come() document.Money {
	o := j.facts.Order
	if !j.facts.Booked {
		return o.Prepaid
	}
	come := o.Ahead
	if j.Exposure.Sign() < 0 {
		come = come.Sub(j.Exposure)
	}
	return come
}

func (j *judging) moment() pair {
	if j.facts.Shipping {
		return pair{"before the goods leave", "出货前"}
	}
	return pair{"with the order", "下单时"}
}

// paidAhead tells of a decision that was made how much of its order was paid ahead, and what that left at risk.
func paidAhead(c *document.CreditDecision, sum document.Money) []Line {
	risk := c.Demand.Sub(c.Ahead)
	lines := []Line{say("of its open part %s, %s were paid ahead: %s at risk", c.Demand, c.Ahead, risk)}
	if c.Excess.Sign() > 0 {
		return append(lines, say("exposure %s + at risk %s = %s, limit %s: %s beyond it", c.Before.Total(), risk, sum, c.Limit, c.Excess))
	}
	return append(lines, say("exposure %s + at risk %s = %s, limit %s: %s is left", c.Before.Total(), risk, sum, c.Limit, c.Limit.Sub(sum)))
}
