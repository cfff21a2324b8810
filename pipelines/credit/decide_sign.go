package credit

import (
	"slices"
	"strings"
)

// sign names who signs. The amount is converted, rounded, and then compared; what nobody can convert goes to the last role.
func (j *judging) sign() {
	s := j.policy.SignOff
	if s == nil || j.facts.Order.Gross.Currency == "" {
		return
	}
	gross, in := j.facts.Order.Gross, s.currency()
	rate, known := j.facts.rate(gross.Currency, in, j.policy.RateMaxAge)
	if known {
		amount := converted(gross, rate)
		j.SignAmount = &amount
	}
	j.SignOff = s.signer(j.SignAmount)
	if j.OverLimit() {
		j.ReleaseBy = s.ReleaseNeeds
		if over := slices.IndexFunc(s.Ladder, func(r Rung) bool { return r.Role == s.OverLimit }); over > slices.IndexFunc(s.Ladder, func(r Rung) bool { return r.Role == j.SignOff }) {
			j.SignOff = s.OverLimit
		}
		j.tell("over the limit: its release needs %s, each another person", strings.Join(s.ReleaseNeeds, ", "))
	}
	switch {
	case !known:
		j.tell("sign-off: there is no rate from %s to %s: %s signs", gross.Currency, in, j.SignOff)
	case rate.From == rate.To:
		j.tell("sign-off: %s: %s signs", *j.SignAmount, j.SignOff)
	default:
		j.tell("sign-off: %s at %s of %s = %s: %s signs", gross, rate.Rate, rate.On, *j.SignAmount, j.SignOff)
	}
}
