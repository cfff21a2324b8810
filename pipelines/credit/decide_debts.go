package credit

import "tradewire/mapping/document"

// debts looks at each debt: how much is overdue, and how often payment was demanded. A credit note is no debt.
func (j *judging) debts() {
	if !j.policy.looksAtDebts() {
		return
	}
	overdue, dunned := document.Money{Currency: j.facts.Account.Currency}, 0
	for _, item := range j.policy.undisputed(j.facts.Items) {
		if item.Amount.Sign() <= 0 {
			continue
		}
		dunned = max(dunned, item.Dunning)
		if j.facts.AsOf.Sub(item.Due) > j.policy.GraceDays {
			overdue = overdue.Add(item.Amount)
		}
	}
	j.overdueAmount(overdue)
	switch most := j.policy.DunningLevel; {
	case most == 0:
	case dunned >= most:
		j.hold(document.Dunning, "payment was demanded %d times for an open item; %d times hold", dunned, most)
	default:
		j.tell("dunning: payment was demanded %d times at most; %d times hold", dunned, most)
	}
}

// overdueAmount holds more than the policy lets pass. Of two bounds both must be passed.
func (j *judging) overdueAmount(overdue document.Money) {
	p := j.policy
	bounded, share := p.OverdueAmount != nil, p.OverduePercent.of(j.Limit)
	if !bounded && p.OverduePercent.Sign() == 0 {
		return
	}
	much := p.OverduePercent.Sign() == 0 || overdue.Cmp(share) > 0
	if bounded && overdue.Sign() > 0 {
		rate, known := j.rate(overdue.Currency, p.OverdueAmount.Currency)
		if !known {
			j.hold(document.OverdueAmount, "%s are overdue, and there is no rate into %s, in which %s are allowed", overdue, p.OverdueAmount.Currency, p.OverdueAmount.Money)
			return
		}
		in := document.Money{Amount: overdue.Amount.Mul(rate), Currency: p.OverdueAmount.Currency}
		much = much && in.Cmp(p.OverdueAmount.Money) > 0
	}
	much = much && overdue.Sign() > 0
	switch {
	case much && !bounded:
		j.hold(document.OverdueAmount, "%s are overdue; %s of the limit, %s, are allowed", overdue, p.OverduePercent, share)
	case much && p.OverduePercent.Sign() == 0:
		j.hold(document.OverdueAmount, "%s are overdue; %s are allowed", overdue, p.OverdueAmount.Money)
	case much:
		j.hold(document.OverdueAmount, "%s are overdue; %s are allowed, and %s of the limit, %s", overdue, p.OverdueAmount.Money, p.OverduePercent, share)
	default:
		j.tell("overdue: %s in all, which the policy lets pass", overdue)
	}
}

// rate is one unit of a currency in another, for a comparison; of an order that is booked, by the rates of the policy.
func (j *judging) rate(from, to document.Currency) (document.Decimal, bool) {
	if j.facts.Booked {
		return j.policy.Rate(from, to)
	}
	r, known := j.facts.rate(from, to, j.policy.RateMaxAge)
	return r.Rate, known
}
