package credit

import (
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// terms applies one rule: the first of new customer, overseas and class that no consent lifts.
func (j *judging) terms() {
	a, o, p := j.facts.Account, j.facts.Order, j.policy
	if p.NewCustomer != nil && p.NewCustomer.isNew(a, j.facts.AsOf) && !j.waived(document.NewCustomerPrepay) {
		j.newCustomer()
		return
	}
	if p.Overseas != nil && a.Overseas && !j.waived(document.OverseasNeedsLC) {
		j.overseas()
		return
	}
	if len(p.Terms) == 0 || j.waived(document.TermsExceedClass) {
		return
	}
	if o.Terms == prepaid {
		j.tell("terms: PREPAY is paid before delivery, which every class may")
		return
	}
	most, known := p.Terms[a.Class]
	if !known {
		j.hold(document.TermsExceedClass, "class %q has no terms in the credit policy", a.Class)
		return
	}
	given, known := termDays(o.Terms, o.PlannedShip)
	switch {
	case !known:
		j.hold(document.TermsExceedClass, "terms %q are not known; class %s may have %d days", o.Terms, a.Class, most)
	case given > most && o.PlannedShip.IsZero():
		j.hold(document.TermsExceedClass, "terms %s are up to %d days, class %s may have %d days", o.Terms, given, a.Class, most)
	case given > most:
		j.hold(document.TermsExceedClass, "terms %s are %d days after shipping on %s, class %s may have %d days", o.Terms, given, o.PlannedShip, a.Class, most)
	default:
		j.tell("terms: %s gives %d days at most, class %s may have %d days", o.Terms, given, a.Class, most)
	}
}

func (j *judging) newCustomer() {
	a, n := j.facts.Account, j.policy.NewCustomer
	first, orders := pair{"not known", "未知"}, pair{"an unknown number of", "未知数量的"}
	if a.FirstOrderOn != nil {
		first = pair{"none yet", "尚无"}
		if !a.FirstOrderOn.IsZero() {
			first = day(*a.FirstOrderOn)
		}
	}
	if a.Orders != nil {
		count := fmt.Sprint(*a.Orders)
		orders = pair{count, count}
	}
	if j.facts.Order.Terms == prepaid || j.paysBeforeShipping() {
		j.tell("terms: a new customer (first order %s, %s orders before this one) pays before delivery, and %s is that", first, orders, j.facts.Order.Terms)
		return
	}
	j.hold(document.NewCustomerPrepay, "a new customer (first order %s, %s orders before this one) pays before delivery; new is within %d months or up to %d orders; terms are %s",
		first, orders, n.Months, n.Orders, j.facts.Order.Terms)
}

func (j *judging) overseas() {
	o := j.facts.Order
	kind, _, _ := termKind(o.Terms)
	credit := strings.HasPrefix(kind, "LC_")
	switch {
	case o.Terms != prepaid && !j.paysBeforeShipping() && !slices.Contains(j.policy.Overseas.Needs, kind):
		needs := strings.Join(j.policy.Overseas.Needs, ", ")
		j.hold(document.OverseasNeedsLC, "an overseas customer needs PREPAY or one of %s; terms are %s", needs, o.Terms)
	case credit && !o.LCExpiresOn.IsZero() && o.LCExpiresOn.Before(o.PlannedShip):
		j.hold(document.OverseasNeedsLC, "the letter of credit expires on %s, before shipping on %s", o.LCExpiresOn, o.PlannedShip)
	default:
		j.tell("terms: an overseas customer may have %s", o.Terms)
	}
}
