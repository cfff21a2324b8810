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
	steps      []step
}

// Status is how an account stands before an order.
type Status string

const (
	StatusOK      Status = "OK"
	StatusNotice  Status = "NOTICE"
	StatusWatch   Status = "WATCH"
	StatusHold    Status = "HOLD" // the exposure is above the limit
	StatusStop    Status = "STOP" // people stopped it
	StatusNoCheck Status = "NO_CHECK"
)

// Line is one step of the explanation, with the same figures in both languages.
type Line struct{ English, Chinese string }

// step is a line before it is put into words.
type step struct {
	reason document.HoldReason // why it holds; empty where it does not
	format string
	args   []any
}

// Explanation is the decision in words, one line for each step.
func (d Decision) Explanation() []Line {
	lines := make([]Line, len(d.steps))
	for i, s := range d.steps {
		lines[i] = say(s.format, s.args...)
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
	atRisk  document.Money // in the order's currency; of an order that is booked, in the account's
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
	j.steps = append(j.steps, step{reason, format, args})
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
	if name := j.facts.Account.Name; name != "" {
		return pair{"account " + name, "账户 " + name}
	}
	return pair{"the account", "该账户"}
}

// account tells how the account stands before this order: unrounded, so that a share of 90.000001 % is above 90 %.
func (j *judging) account() {
	e, a := j.facts.Exposure, j.facts.Account
	j.Exposure = document.Money{Currency: a.Currency}.Add(e.Total())
	j.tell("exposure: open orders %s + shipped, not invoiced %s + invoiced, not in the receivables %s + receivables %s + special liabilities %s - unapplied receipts %s = %s",
		e.OpenOrders, e.ShippedNotInvoiced, e.InvoicedNotPosted, e.Receivables, e.Special, e.Unapplied, j.Exposure)
	j.Checked = !a.NoCheck
	j.Limit, j.because = a.limit(j.facts.AsOf)
	j.Status = j.policy.standing(j.Exposure, j.Limit)
	switch {
	case a.NoCheck:
		j.Status = StatusNoCheck
		j.tell("limit: the credit of %s is not checked", j.name())
	case j.because == temporaryLimit:
		j.tell("limit: %s for the time being, from %s to %s", j.Limit, day(a.TemporaryFrom), day(a.TemporaryTo))
	case j.because == expiredLimit:
		j.tell("limit: none any more: %s was valid until %s, and no credit is given after that", document.Money{Amount: *a.Limit, Currency: a.Currency}, a.LimitTo)
	case j.because == unsetLimit:
		j.tell("limit: none has been set, which is no credit")
	case a.LimitTo.IsZero():
		j.tell("limit: %s", j.Limit)
	default:
		j.tell("limit: %s, valid until %s", j.Limit, a.LimitTo)
	}
	if a.Stopped || a.CustomerStopped {
		j.Status = StatusStop
	}
	share := pair{"no share can be told", "无法计算比例"}
	if percent, known := j.Utilisation(); known {
		share = pair{percent.Fixed(2) + " % of the limit", "占额度 " + percent.Fixed(2) + "%"}
	}
	j.tell("status before this order: %s; %s; notice above %s, watch above %s", j.Status, share, j.policy.NoticeAbove, j.policy.WatchAbove)
}

// day is a day, or that there is none.
func day(d document.Date) pair {
	if d.IsZero() {
		return pair{"further notice", "另行通知"}
	}
	return pair{d.String(), d.String()}
}

// standing is how near an exposure is to a limit. Exactly at a mark is not above it.
func (p Policy) standing(exposure, limit document.Money) Status {
	switch {
	case exposure.Cmp(limit) > 0 && exposure.Sign() > 0:
		return StatusHold
	case exposure.Sign() <= 0:
		return StatusOK
	case exposure.Cmp(p.WatchAbove.of(limit)) > 0:
		return StatusWatch
	case exposure.Cmp(p.NoticeAbove.of(limit)) > 0:
		return StatusNotice
	}
	return StatusOK
}

// order tells what is at risk, and puts it into the account's currency.
func (j *judging) order() {
	o, in := j.facts.Order, j.facts.Account.Currency
	if j.facts.Booked {
		j.rated, j.atRisk = o.Rate.Sign() > 0, o.Open
		if j.rated {
			j.AtRisk = &o.Open
			j.tell("order: its open part is %s, tax included; %s of that are reserved already", o.Open, o.Reserved)
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

func (j *judging) stops() {
	if j.facts.Account.Stopped {
		j.hold(document.Stopped, "%s was stopped in the ERP", j.name())
	}
	if j.facts.Account.CustomerStopped {
		j.hold(document.Stopped, "the customer was stopped in the CRM")
	}
}

func (j *judging) check() {
	f := j.facts
	j.Aged = Age(f.Items, f.AsOf, j.policy.GraceDays, f.Account.Currency)
	switch {
	case f.Booked && !j.rated:
		j.hold(document.FXRateMissing, "there is no rate into %s: enter it under rates in the credit policy", f.Account.Currency)
	case j.Checked && !j.rated && j.atRisk.Sign() > 0:
		j.hold(document.FXRateMissing, "there is no rate from %s to %s of %s, or of up to %d days before", f.Order.Gross.Currency, f.Account.Currency, f.AsOf, int(j.policy.RateMaxAge))
	}
	if !j.Checked {
		return
	}
	known := j.rated || !f.Booked
	if known && j.atRisk.Sign() <= 0 {
		j.tell("nothing is put at risk: limit, terms, age and freshness hold nothing")
		return
	}
	if f.Order.Terms != f.Order.Granted || f.Order.Granted == "" {
		j.terms()
	}
	if j.rated && f.Booked && j.atRisk.Cmp(f.Order.Reserved) <= 0 {
		j.tell("nothing new is put at risk: what was released stays")
		return
	}
	if j.rated {
		j.limit()
	}
	j.overdue()
	j.stale()
}

// limit holds what does not fit; what fits exactly passes. Without a limit there is no credit: of what is booked, only an order paid in
// advance may go, when the money has come.
func (j *judging) limit() {
	sum := j.Exposure.Add(*j.AtRisk)
	if beyond := j.beyondHorizon(); beyond > 0 {
		j.tell("limit: the order ships on %s, %d days beyond the horizon of %d days: it is measured then", j.facts.Order.PlannedShip, beyond, j.policy.HorizonDays)
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

// beyondHorizon is by how many days an order ships later than is measured now. What is booked is measured at once: nobody would
// measure it later.
func (j *judging) beyondHorizon() int {
	if j.policy.HorizonDays <= 0 || j.facts.Booked || j.facts.Order.PlannedShip.IsZero() {
		return 0
	}
	return j.facts.Order.PlannedShip.Sub(j.facts.AsOf) - j.policy.HorizonDays
}

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

// waived tells of a consent that lifts a rule.
func (j *judging) waived(rule document.HoldReason) bool {
	w, ok := j.policy.waiver(j.facts.Account, rule, j.facts.AsOf)
	if ok {
		j.tell("terms: %s is waived by %s until %s", rule, w.By, day(w.Until))
	}
	return ok
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
	if j.facts.Order.Terms == prepaid {
		j.tell("terms: a new customer (first order %s, %s orders before this one) pays before delivery, and PREPAY is that", first, orders)
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
	case o.Terms != prepaid && !slices.Contains(j.policy.Overseas.Needs, kind):
		needs := strings.Join(j.policy.Overseas.Needs, ", ")
		j.hold(document.OverseasNeedsLC, "an overseas customer needs PREPAY or one of %s; terms are %s", needs, o.Terms)
	case credit && !o.LCExpiresOn.IsZero() && o.LCExpiresOn.Before(o.PlannedShip):
		j.hold(document.OverseasNeedsLC, "the letter of credit expires on %s, before shipping on %s", o.LCExpiresOn, o.PlannedShip)
	default:
		j.tell("terms: an overseas customer may have %s", o.Terms)
	}
}

// overdue looks at what asks for money; a credit note is not late.
func (j *judging) overdue() {
	f, most := j.facts, j.policy.OverdueDays
	due := f.Account.OldestDue
	if len(f.Items) > 0 {
		due = Age(j.policy.undisputed(f.Items), f.AsOf, j.policy.GraceDays, f.Account.Currency).Due
	}
	switch {
	case due.IsZero():
		j.tell("age: no open item asks for money")
	case f.AsOf.Sub(due) > most:
		j.hold(document.Overdue, "the oldest open item was due on %s, %d days ago; %d are allowed", due, f.AsOf.Sub(due), most)
	default:
		j.tell("age: the oldest open item is due on %s, %d days late; %d are allowed", due, max(0, f.AsOf.Sub(due)), most)
	}
}

// stale fails closed: receivables that never came are as old as can be. An order that is paid in advance does not wait.
func (j *judging) stale() {
	f, p := j.facts, j.policy
	age := f.Now.Sub(f.Account.ReceivablesAsOf)
	at := f.Account.ReceivablesAsOf.UTC().Format("2006-01-02 15:04 MST")
	switch {
	case f.Order.Terms == prepaid:
	case f.Account.ReceivablesAsOf.IsZero() && p.WhenStale != "warn" && p.WhenStale != "allow":
		j.hold(document.ARStale, "the receivables of %s were never read", j.name())
	case f.Account.ReceivablesAsOf.IsZero():
		j.tell("receivables: those of %s were never read, which the policy lets pass", j.name())
	case age > p.StaleAfter && p.WhenStale != "warn" && p.WhenStale != "allow":
		j.hold(document.ARStale, "the receivables are of %s, %s old; %s are allowed", at, age, p.StaleAfter)
	case age > p.StaleAfter:
		j.tell("receivables: of %s, %s old; %s are allowed, which the policy lets pass", at, age, p.StaleAfter)
	case p.StaleAlertAfter > 0 && age > p.StaleAlertAfter:
		j.tell("receivables: of %s, %s old, which is more than %s; above %s they hold", at, age, p.StaleAlertAfter, p.StaleAfter)
	default:
		j.tell("receivables: of %s; above %s they hold", at, p.StaleAfter)
	}
}

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

func (j *judging) conclude() {
	if j.Released() {
		j.tell("decision: released")
		return
	}
	j.tell("decision: held, for %s", spelled(j.Reasons()))
}
