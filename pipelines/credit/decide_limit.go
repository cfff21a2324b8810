package credit

import "tradewire/mapping/document"

// order tells what is at risk, and puts it into the account's currency.
func (j *judging) order() {
	o, in := j.facts.Order, j.facts.Account.Currency
	if j.facts.Booked {
		j.rated, j.atRisk = o.Rate.Sign() > 0, o.Open.Sub(o.Ahead)
		if j.rated {
			j.tell("order: its open part is %s, tax included; %s of that are reserved already", o.Open, o.Reserved)
			j.paidAhead()
			risk := j.atRisk
			j.AtRisk = &risk
		}
		return
	}
	j.atRisk = o.Gross.Sub(o.Prepaid)
	if o.Terms == prepaid {
		j.atRisk = o.Gross.Zero()
		j.tell("order: %s, tax included, paid before delivery (PREPAY): nothing is at risk", o.Gross)
	} else {
		j.tell("order: %s, tax included, less %s prepaid: %s at risk", o.Gross, o.Prepaid, j.atRisk)
	}
	rate, known := j.facts.rate(o.Gross.Currency, in, j.policy.RateMaxAge)
	if j.rated = known; !known {
		return
	}
	whole, risk := converted(o.Gross, rate), converted(j.atRisk, rate)
	j.Order, j.AtRisk = &whole, &risk
	if rate.From != rate.To {
		j.tell("rate: 1 %s = %s %s, of %s: the order is %s, at risk %s", rate.From, rate.Rate, rate.To, rate.On, whole, risk)
	}
}

// converted is an amount at a rate, rounded half up to the currency's smallest unit: nobody owes a part of a cent.
func converted(m document.Money, r Rate) document.Money {
	return document.Money{Amount: m.Amount, Currency: r.To}.Times(r.Rate)
}

// limit holds what does not fit; what fits exactly passes. Without a limit there is no credit: of what is booked, only an order paid in
// advance may go, when the money has come.
func (j *judging) limit() {
	sum := j.Exposure.Add(*j.AtRisk)
	if beyond := j.beyondHorizon(); beyond > 0 {
		j.tell("limit: the order ships on %s, %d days beyond the horizon of %d days: it is measured then", j.facts.Order.PlannedShip, beyond, j.policy.HorizonDays)
		return
	}
	if j.unrated() {
		return
	}
	if j.Limit.Sign() <= 0 {
		if j.facts.Booked && j.facts.Order.Terms == prepaid && sum.Sign() <= 0 {
			j.tell("limit: the money for the order has come: %s + this order %s = %s", j.Exposure, *j.AtRisk, sum)
			return
		}
		switch j.because {
		case expiredLimit:
			j.hold(document.LimitExpired, "the limit of %s was valid until %s; exposure %s + this order %s = %s", j.name(), j.facts.Account.LimitTo, j.Exposure, *j.AtRisk, sum)
		case unsetLimit:
			j.hold(document.NoLimit, "%s has no credit limit; exposure %s + this order %s = %s", j.name(), j.Exposure, *j.AtRisk, sum)
		default:
			j.hold(document.NoLimit, "%s has a limit of zero, which is no credit; exposure %s + this order %s = %s", j.name(), j.Exposure, *j.AtRisk, sum)
		}
		return
	}
	excess := sum.Sub(j.Limit)
	switch {
	case excess.Cmp(j.policy.Tolerance.of(j.Limit)) > 0:
		j.hold(document.LimitExceeded, "exposure %s + this order %s = %s, limit %s: %s too much", j.Exposure, *j.AtRisk, sum, j.Limit, excess)
	case excess.Sign() > 0:
		j.tell("limit: exposure %s + this order %s = %s, limit %s: %s too much, within the tolerance of %s", j.Exposure, *j.AtRisk, sum, j.Limit, excess, j.policy.Tolerance)
	default:
		j.tell("limit: exposure %s + this order %s = %s, limit %s: it fits, %s is left", j.Exposure, *j.AtRisk, sum, j.Limit, j.Limit.Sub(sum))
	}
}

// beyondHorizon is by how many days an order ships later than is measured now.
func (j *judging) beyondHorizon() int {
	return j.policy.beyond(j.facts.Order.PlannedShip, j.facts.AsOf)
}

// passed is what of a booked order is not asked for again: what is reserved for it, or what was let go beyond the horizon, while it lies
// there.
func (j *judging) passed() document.Money {
	o := j.facts.Order
	if j.beyondHorizon() > 0 && o.LetGo.Cmp(o.Reserved) > 0 {
		return o.LetGo
	}
	return o.Reserved
}
