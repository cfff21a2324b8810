package credit

import (
	"tradewire/mapping/document"
)

// GroupFacts are those of the group of an account.
type GroupFacts struct {
	Account  AccountFacts
	Exposure document.Exposure // without this order
	Open     document.Money    // what the order puts at risk, in the currency of the group
	Reserved document.Money    // of it, reserved in the group already
	Rate     document.Decimal  // one unit of the account's currency in that of the group; zero: there is none
}

// group measures the order against the group of its account as well: both must have room. Where the account itself is not checked, the
// group is all the same. Terms, age and freshness are the account's own.
func (j *judging) group() {
	if j.facts.Group == nil {
		return
	}
	f, name := *j.facts.Group, j.facts.Group.Account.Name
	g := &judging{policy: j.policy, facts: Facts{AsOf: j.facts.AsOf, Now: j.facts.Now, Booked: true, Account: f.Account, Exposure: f.Exposure,
		Order: OrderFacts{Gross: j.facts.Order.Gross, Terms: j.facts.Order.Terms, PlannedShip: j.facts.Order.PlannedShip, Rate: f.Rate, Open: f.Open, Reserved: f.Reserved}}}
	g.account()
	if in := f.Account.Currency; f.Rate.Sign() > 0 && in != j.facts.Account.Currency {
		g.tell("rate: 1 %s = %s %s", j.facts.Account.Currency, f.Rate, in)
	}
	g.order()
	g.stops()
	g.room(j.facts.Order)
	for _, h := range g.Holds {
		l := inGroup(name, Line{h.Detail, h.LocalDetail})
		j.Holds = append(j.Holds, document.Hold{Reason: h.Reason, Detail: l.English, LocalDetail: l.Chinese})
	}
	for _, s := range g.steps {
		s.group = name
		j.steps = append(j.steps, s)
	}
	if g.Checked || !g.Released() {
		j.Group = &document.GroupCheck{Group: name, Limit: g.Limit, Before: g.Exposure, Demand: f.Open, Rate: f.Rate,
			Excess: g.Exposure.Add(f.Open).Sub(g.Limit), Holds: !g.Released()}
	}
}

// room measures what the order newly puts at risk against the limit of the group. A rate that is missing for any of its accounts leaves
// unknown what the group owes.
func (g *judging) room(o OrderFacts) {
	switch {
	case !g.Checked:
	case o.Open.Sign() <= 0 || o.Open.Cmp(o.Reserved) <= 0 && len(g.facts.Account.Unrated) > 0:
		g.tell("nothing new is put at risk: what was released stays")
	case g.unrated():
	case g.atRisk.Cmp(g.facts.Order.Reserved) <= 0:
		g.tell("nothing new is put at risk: what was released stays")
	default:
		g.limit()
	}
}

// unrated holds where it is not known what a group owes, because there is no rate for one of its accounts.
func (j *judging) unrated() bool {
	for _, of := range j.facts.Account.Unrated {
		j.hold(document.FXRateMissing, "there is no rate from %s into %s, the currency of the group: enter it under rates in the credit policy", of, j.facts.Account.Currency)
	}
	return len(j.facts.Account.Unrated) > 0
}

// inGroup is a line that speaks of a group.
func inGroup(name string, l Line) Line {
	return Line{"group " + name + ": " + l.English, "集团 " + name + "：" + l.Chinese}
}

// explainGroup tells the last check of an order against the group of its account, from what was kept of it.
func explainGroup(c *document.CreditDecision) (lines []Line) {
	g := c.Group
	if g == nil {
		return nil
	}
	if g.Rate.Sign() <= 0 || c.Rate.Sign() <= 0 {
		return []Line{inGroup(g.Group, say("limit: %s", g.Limit))}
	}
	if g.Limit.Currency != c.Demand.Currency {
		lines = append(lines, inGroup(g.Group, say("rate: 1 %s = %s %s", c.Demand.Currency, g.Rate, g.Limit.Currency)))
	}
	sum, format := g.Before.Add(g.Demand), "exposure %s + its open part %s = %s, limit %s: %s is left"
	left := g.Limit.Sub(sum)
	if g.Excess.Sign() > 0 {
		format, left = "exposure %s + its open part %s = %s, limit %s: %s beyond it", g.Excess
	}
	return append(lines, inGroup(g.Group, say(format, g.Before, g.Demand, sum, g.Limit, left)))
}
