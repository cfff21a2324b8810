package credit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// longestTerms is beyond what anybody grants, in days.
const longestTerms = 3650

// waivable are the rules that a consent may lift.
func waivable() []document.HoldReason {
	return []document.HoldReason{document.NewCustomerPrepay, document.OverseasNeedsLC, document.TermsExceedClass}
}

// securities are the terms, without their days, that may be asked of customers overseas.
func securities() []string { return []string{"LC_SIGHT", "LC_USANCE", "COD"} }

// contradictions are those of the rules, each with the keys that lead to it.
func (p Policy) contradictions() (found []error) {
	add := func(what, fix string, at ...string) {
		found = append(found, &pipelines.Mistake{At: at, What: what, Fix: fix})
	}
	p.ages(add)
	p.customers(add)
	if p.SignOff != nil {
		p.signatures(add)
	}
	p.splitContradicts(add)
	p.releases(add)
	p.debts(add)
	p.telling(add)
	p.approvals(add)
	p.lookAgains(add)
	if p.Tolerance.Sign() < 0 || !p.Tolerance.Less(document.DecimalOf(100)) {
		add(fmt.Sprintf("tolerance is %s", p.Tolerance), "write a share of the limit from 0% to below 100%, such as 0%", "tolerance")
	}
	for _, class := range sorted(p.Terms) {
		if p.Terms[class] > longestTerms {
			add(fmt.Sprintf("terms: class %s has %d days, which is more than ten years", class, p.Terms[class]), "write days, not hours", "terms", class)
		}
	}
	for i, class := range p.AutoRelease.Classes {
		at := []string{"auto_release", "classes", strconv.Itoa(i)}
		if _, known := p.Terms[class]; !known && len(p.Terms) > 0 {
			add(fmt.Sprintf("auto_release: there is no class %q under terms", class), "write one of: "+strings.Join(sorted(p.Terms), ", "), at...)
		}
		if slices.Index(p.AutoRelease.Classes, class) < i {
			add(fmt.Sprintf("auto_release: class %s is named twice", class), "name each class once, the best first", at...)
		}
	}
	if p.AutoRelease.Order == classFirst && len(p.AutoRelease.Classes) == 0 {
		add("auto_release goes by class, and names none", "write classes: [A, B, C], the best first, or order: fifo", "auto_release", "order")
	}
	return found
}

const classFirst = "class_first"

// fault says what contradicts what, what to write instead, and which keys lead there.
type fault func(what, fix string, at ...string)

func (p Policy) ages(add fault) {
	if p.StaleAlertAfter > p.StaleAfter && p.StaleAfter > 0 {
		add(fmt.Sprintf("stale_alert_after %s comes after stale_after %s: orders would be held before anybody is warned", p.StaleAlertAfter, p.StaleAfter),
			"write a shorter time than stale_after, such as 24h", "stale_alert_after")
	}
	if p.GraceDays < 0 {
		add(fmt.Sprintf("grace_days is %d", p.GraceDays), "write 0 or more", "grace_days")
	}
	if p.GraceDays > p.OverdueDays && p.OverdueDays >= 0 {
		add(fmt.Sprintf("grace_days %d is longer than overdue_days %d: overdue_days would never hold", p.GraceDays, p.OverdueDays),
			"write at most overdue_days, such as 0", "grace_days")
	}
	if p.HorizonDays < 0 {
		add(fmt.Sprintf("horizon_days is %d", p.HorizonDays), "write days from today, or 0 to measure every order", "horizon_days")
	}
}

// datedRates finds what contradicts that rates come with their day.
func (p Policy) datedRates(add fault) {
	if len(p.Rates) > 0 {
		add("rates are given, and dated_rates says that orders take those of the day: nobody could tell which one counts", "take rates and base_currency out, or write dated_rates: false", "rates")
	}
	if p.BaseCurrency != "" {
		add(fmt.Sprintf("base_currency is %s, and dated_rates serve each pair of currencies by itself", p.BaseCurrency), "take base_currency out, or write dated_rates: false", "base_currency")
	}
	if p.RateMaxAge <= 0 {
		add("rate_max_age is 0d, and dated_rates is true: every order in another currency would be held until the rate of its day is there", "write at least 1d, such as 4d for weekends and holidays", "rate_max_age")
	}
}

func (p Policy) customers(add fault) {
	if n := p.NewCustomer; n != nil {
		for _, bound := range []struct {
			key string
			at  int
		}{{"months", n.Months}, {"orders", n.Orders}} {
			if bound.at < 0 || bound.at > longestTerms {
				add(fmt.Sprintf("new_customer: %s is %d", bound.key, bound.at), "write a number from 0, such as 6", "new_customer", bound.key)
			}
		}
		if n.Months == 0 && n.Orders == 0 {
			add("new_customer: nobody is new within 0 months or by 0 orders", "write months: 6 and orders: 6, or take new_customer out", "new_customer", "months")
		}
	}
	if p.Overseas != nil {
		for i, needs := range p.Overseas.Needs {
			if !slices.Contains(securities(), needs) {
				add(fmt.Sprintf("overseas: %q is no security; PREPAY is always one", needs), "write one of: "+strings.Join(securities(), ", "), "overseas", "needs", strconv.Itoa(i))
			}
		}
	}
	if p.Waivers == nil {
		return
	}
	holds := map[document.HoldReason]bool{document.NewCustomerPrepay: p.NewCustomer != nil, document.OverseasNeedsLC: p.Overseas != nil,
		document.TermsExceedClass: len(p.Terms) > 0}
	for i, rule := range p.Waivers.Of {
		at := []string{"waivers", "of", strconv.Itoa(i)}
		if on, known := holds[rule]; !known {
			add(fmt.Sprintf("waivers: %q cannot be waived", rule), "write one of: "+spelled(waivable()), at...)
		} else if !on {
			add(fmt.Sprintf("waivers: %s may be waived, and no rule holds for it", rule), "write the rule itself, or take "+string(rule)+" out", at...)
		}
	}
	p.roles(add, p.Waivers.By, "waivers", "by")
}

// signatures looks at the ladder from below: each rung reaches higher than the one before, and the last has no end.
func (p Policy) signatures(add fault) {
	s := p.SignOff
	at := func(i int, key string) []string { return []string{"sign_off", "ladder", strconv.Itoa(i), key} }
	known := map[string]bool{}
	var before *Amount
	for i, rung := range s.Ladder {
		if known[rung.Role] {
			add(fmt.Sprintf("sign_off: %s stands on the ladder twice", rung.Role), "name each role once, with the largest order that it signs", at(i, "role")...)
		}
		known[rung.Role] = true
		p.roles(add, []string{rung.Role}, at(i, "role")...)
		last := i == len(s.Ladder)-1
		switch {
		case last && rung.UpTo != nil:
			add(fmt.Sprintf("sign_off: nobody signs what is above %s", rung.UpTo.Money), "add a last role without up_to", at(i, "up_to")...)
		case !last && rung.UpTo == nil:
			add(fmt.Sprintf("sign_off: %s signs everything, and %s comes after it", rung.Role, s.Ladder[i+1].Role), "write up_to: with the largest order that it signs", at(i, "role")...)
		}
		if rung.UpTo == nil {
			continue
		}
		switch {
		case rung.UpTo.Sign() <= 0:
			add(fmt.Sprintf("sign_off: %s signs up to %s", rung.Role, rung.UpTo.Money), "write an amount above zero", at(i, "up_to")...)
		case before != nil && before.Currency != rung.UpTo.Currency:
			add(fmt.Sprintf("sign_off: the ladder is in %s and in %s", before.Currency, rung.UpTo.Currency), "write all amounts in one currency", at(i, "up_to")...)
		case before != nil && rung.UpTo.Cmp(before.Money) <= 0:
			add(fmt.Sprintf("sign_off: %s signs up to %s, no more than the role before it", rung.Role, rung.UpTo.Money), "write the roles from the smallest amount to the largest", at(i, "up_to")...)
		}
		before = rung.UpTo
	}
	if len(s.Ladder) == 1 && s.Ladder[0].UpTo == nil || before == nil && len(s.Ladder) > 0 {
		add("sign_off: no role of the ladder has an amount", "write up_to: CNY 500,000.00 for all roles but the last", "sign_off", "ladder")
	}
	if !known[s.OverLimit] {
		add(fmt.Sprintf("sign_off: over_limit is %q, which is no role of the ladder", s.OverLimit), "write one of: "+strings.Join(roleNames(s.Ladder), ", "), "sign_off", "over_limit")
	}
	if c := s.currency(); c != "" && len(p.Rates) > 0 {
		if _, rated := p.Rates[c]; !rated {
			add(fmt.Sprintf("sign_off is in %s, and rates has no %s: every order would go to the last role", c, c), fmt.Sprintf("write the rate of %s under rates", c), "rates")
		}
	}
	p.roles(add, s.ReleaseNeeds, "sign_off", "release_needs")
	for i, role := range s.ReleaseNeeds {
		if slices.Index(s.ReleaseNeeds, role) < i {
			add(fmt.Sprintf("sign_off: release_needs names %s twice", role), "name each role once: each is another person", "sign_off", "release_needs", strconv.Itoa(i))
		}
	}
}

func (p Policy) roles(add fault, roles []string, at ...string) {
	for _, role := range roles {
		if strings.TrimSpace(role) != role || role == "" {
			add(fmt.Sprintf("%q is not a role", role), "write a word such as SALES_MANAGER", at...)
		}
	}
}

func roleNames(ladder []Rung) (names []string) {
	for _, rung := range ladder {
		names = append(names, rung.Role)
	}
	return names
}

func spelled(reasons []document.HoldReason) string {
	var names []string
	for _, r := range reasons {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}
