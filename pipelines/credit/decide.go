package credit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tradewire/mapping/document"
)

// Decision is the answer to Facts: no holds, or every reason that applies, with the arithmetic and what it means.
type Decision struct {
	Holds      []document.Hold
	Status     Status         // of the account before this order
	Exposure   document.Money // before this order, exact
	Checked    bool           // false: credit is not checked, and the limit says nothing
	Limit      document.Money // in force; zero is no credit
	Order      *document.Money
	AtRisk     *document.Money // of the order, in the account's currency; nil without a rate, as Order is
	SignOff    string          // the role that signs; empty where the policy names none
	SignAmount *document.Money // nil without a rate
	ReleaseBy  []string        // roles, while the order is over the limit
	Aged       Aged
	Secured    bool                 // its goods do not leave before they are paid: it is not measured
	Group      *document.GroupCheck // nil: the account has no group, or one that is not checked
	steps      []step
}

// Status is how an account stands before an order.
type Status = document.CreditStatus

const (
	StatusOK      = document.CreditOK
	StatusNotice  = document.CreditNotice
	StatusWatch   = document.CreditWatch
	StatusHold    = document.CreditHold
	StatusStop    = document.CreditStop
	StatusNoCheck = document.CreditNoCheck
)

// Line is one step of the explanation, with the same figures in both languages.
type Line struct{ English, Chinese string }

// step is a line before it is put into words.
type step struct {
	reason document.HoldReason // why it holds; empty where it does not
	format string
	args   []any
	group  string // it speaks of this group; empty: of the account
}

// Explanation is the decision in words, one line for each step.
func (d Decision) Explanation() []Line {
	lines := make([]Line, len(d.steps))
	for i, s := range d.steps {
		lines[i] = say(s.format, s.args...)
		if s.group != "" {
			lines[i] = inGroup(s.group, lines[i])
		}
		if s.reason != "" {
			lines[i].English = "held, " + string(s.reason) + ": " + lines[i].English
			lines[i].Chinese = "暂停，" + string(s.reason) + "：" + lines[i].Chinese
		}
	}
	return lines
}

// Released says whether the order may go.
func (d Decision) Released() bool { return len(d.Holds) == 0 }

// Reasons are those of the holds, each once, in the order in which they are always named.
func (d Decision) Reasons() []document.HoldReason {
	reasons := []document.HoldReason{}
	for _, r := range document.HoldReasons() {
		if d.heldFor(r) {
			reasons = append(reasons, r)
		}
	}
	return reasons
}

func (d Decision) heldFor(reasons ...document.HoldReason) bool {
	return slices.ContainsFunc(d.Holds, func(h document.Hold) bool { return slices.Contains(reasons, h.Reason) })
}

// OverLimit says whether there is too little credit for the order, for whatever reason.
func (d Decision) OverLimit() bool {
	return d.heldFor(document.LimitExceeded, document.LimitExpired, document.NoLimit)
}

// Available is what is left of the limit, below zero when more than that is used.
func (d Decision) Available() document.Money { return d.Limit.Sub(d.Exposure) }

// Utilisation is the exposure in percent of the limit, to two places; false where there is no limit to use.
func (d Decision) Utilisation() (document.Decimal, bool) {
	if !d.Checked || d.Limit.Sign() <= 0 {
		return document.Decimal{}, false
	}
	return d.Exposure.Amount.Mul(document.DecimalOf(100)).Div(d.Limit.Amount, 2), true
}

// Decide is the credit decision: arithmetic on the facts, and nothing else. Stops made by people always hold. What puts nothing at
// risk (paid in advance, a credit note) is held by nothing else. Whoever is not checked is held by a missing rate alone, where the
// order is booked.
func (p Policy) Decide(f Facts) Decision {
	j := &judging{policy: p, facts: f}
	j.account()
	j.order()
	j.stops()
	j.check()
	j.group()
	j.sign()
	j.conclude()
	return j.Decision
}

// judging is a decision in the making.
type judging struct {
	policy  Policy
	facts   Facts
	because limitSort
	rated   bool
	unheard []document.Waiver // consents of people who may not give them
	atRisk  document.Money    // in the order's currency; of an order that is booked, in the account's
	Decision
}

// pair is a figure that is a word.
type pair struct{ english, chinese string }

// tell adds a step to the explanation.
func (j *judging) tell(format string, args ...any) {
	j.steps = append(j.steps, step{format: format, args: args})
}

// hold adds a reason, and its step.
func (j *judging) hold(reason document.HoldReason, format string, args ...any) {
	l := say(format, args...)
	j.Holds = append(j.Holds, document.Hold{Reason: reason, Detail: l.English, LocalDetail: l.Chinese})
	j.steps = append(j.steps, step{reason: reason, format: format, args: args})
}

func say(format string, args ...any) Line {
	english, chinese := slices.Clone(args), slices.Clone(args)
	for i, arg := range args {
		switch arg := arg.(type) {
		case pair:
			english[i], chinese[i] = arg.english, arg.chinese
		case document.Money:
			english[i], chinese[i] = exactly(arg), exactly(arg)
		case time.Duration:
			english[i], chinese[i] = span(arg), span(arg)
		}
	}
	return Line{fmt.Sprintf(format, english...), fmt.Sprintf(inChinese[format], chinese...)}
}

// exactly shows an amount with all its digits: what decides is not rounded, and the reader shall see it.
func exactly(m document.Money) string {
	places := max(m.Currency.Places(), m.Amount.Places())
	return string(m.Currency) + " " + document.Grouped(m.Amount.Fixed(places))
}

// span is a time without the units in which it is nothing: 48h, 50h30m.
func span(d time.Duration) string {
	text := strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	if rest, whole := strings.CutSuffix(text, "h0m"); whole {
		return rest + "h"
	}
	return text
}

func (j *judging) name() pair {
	if j.facts.Account.IsGroup {
		return pair{"the group", "该集团"}
	}
	if name := j.facts.Account.Name; name != "" {
		return pair{"account " + name, "账户 " + name}
	}
	return pair{"the account", "该账户"}
}

func (j *judging) stops() {
	if j.facts.Account.Stopped {
		j.hold(document.Stopped, "%s was stopped in the ERP", j.name())
	}
	if j.facts.Account.CustomerStopped {
		j.hold(document.Stopped, "the customer is stopped")
	}
}

func (j *judging) check() {
	f := j.facts
	j.Aged = Age(f.Items, f.AsOf, j.policy.GraceDays, f.Account.Currency)
	switch {
	case f.Booked && !j.rated && !j.policy.DatedRates:
		j.hold(document.FXRateMissing, "there is no rate into %s: enter it under rates in the credit policy", f.Account.Currency)
	case !j.rated && (f.Booked || j.Checked && j.atRisk.Sign() > 0):
		j.noRate()
	}
	if !j.Checked {
		return
	}
	j.prepayment()
	known := j.rated || !f.Booked
	if known && j.atRisk.Sign() <= 0 {
		j.tell("nothing is put at risk: limit, terms, age and freshness hold nothing")
		return
	}
	if f.Order.Terms != f.Order.Granted || f.Order.Granted == "" {
		j.terms()
		j.disregard()
	}
	if j.rated && f.Booked && f.Order.Open.Cmp(j.passed()) <= 0 {
		j.tell("nothing new is put at risk: what was released stays")
		return
	}
	if j.rated {
		j.limit()
	}
	j.overdue()
	j.debts()
	j.stale()
}

func (j *judging) conclude() {
	if j.Released() {
		j.tell("decision: released")
		return
	}
	j.tell("decision: held, for %s", spelled(j.Reasons()))
}
