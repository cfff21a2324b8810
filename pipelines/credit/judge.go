package credit

import (
	"fmt"
	"time"

	"tradewire/mapping/document"
)

// Demand is what an order asks of an account.
type Demand struct {
	Open     document.Money   // the open part of the order, tax included, in the account's currency; unknown without a Rate
	Rate     document.Decimal // one unit of the order's currency in the account's; zero: there is none
	Reserved document.Money   // what is reserved in the account for this order already
	Terms    string
	Granted  string // the terms that the reservation was given for
	Class    string // of the customer
	Stopped  bool   // people in the CRM stopped the customer
}

// Verdict is the answer: no holds, or every reason that applies, and the arithmetic.
type Verdict struct {
	Holds  []document.Hold
	Credit document.CreditDecision // nothing is reserved in it yet
}

// Pass says whether the order may go.
func (v Verdict) Pass() bool { return len(v.Holds) == 0 }

func (v *Verdict) hold(reason document.HoldReason, format string, args ...any) {
	v.Holds = append(v.Holds, document.Hold{Reason: reason, Detail: fmt.Sprintf(format, args...),
		LocalDetail: fmt.Sprintf(inChinese[format], args...)})
}

// Judge is the credit check, arithmetic and nothing else. Stops made by people come first and always count. An order
// that puts nothing new at risk (a decrease, a change of remarks) is not measured again: what was released stays.
func (p Policy) Judge(a *document.CreditAccount, d Demand, now time.Time, today document.Date) Verdict {
	v := Verdict{Credit: arithmetic(a, d)}
	if a.Stopped {
		v.hold(document.Stopped, "account %s was stopped in the ERP", a.ID)
	}
	if d.Stopped {
		v.hold(document.Stopped, "the customer was stopped in the CRM")
	}
	if d.Rate.Sign() <= 0 {
		v.hold(document.FXRateMissing, "there is no rate into %s: enter it under rates in the credit policy", a.Currency)
	}
	if a.NoCheck {
		return v
	}
	if d.Terms != d.Granted {
		p.terms(&v, d)
	}
	if d.Rate.Sign() > 0 && d.Open.Cmp(d.Reserved) <= 0 {
		return v
	}
	if d.Rate.Sign() > 0 {
		limit(&v, a, d)
	}
	p.overdue(&v, a, today)
	p.stale(&v, a, d, now)
	return v
}

func arithmetic(a *document.CreditAccount, d Demand) document.CreditDecision {
	before := a.Exposure
	before.OpenOrders = before.OpenOrders.Sub(d.Reserved)
	c := document.CreditDecision{Account: a.ID, Limit: document.Money{Currency: a.Currency}, Before: before,
		Demand: d.Open, Rate: d.Rate, Reserved: document.Money{Currency: a.Currency}}
	if a.Limit != nil {
		c.Limit = *a.Limit
	}
	c.Excess = before.Total().Add(d.Open).Sub(c.Limit)
	return c
}

// limit holds what does not fit; what fits exactly passes. Without a limit there is no credit: only an order paid in
// advance may go, when the money has come.
func limit(v *Verdict, a *document.CreditAccount, d Demand) {
	c := v.Credit
	sum := c.Before.Total().Add(c.Demand)
	if c.Limit.Sign() <= 0 {
		if d.Terms == prepaid && sum.Sign() <= 0 {
			return
		}
		why := "account %s has a limit of zero, which is no credit; exposure %s + this order %s = %s"
		if a.Limit == nil {
			why = "account %s has no credit limit; exposure %s + this order %s = %s"
		}
		v.hold(document.NoLimit, why, a.ID, c.Before.Total(), c.Demand, sum)
		return
	}
	if c.Excess.Sign() > 0 {
		v.hold(document.LimitExceeded, "exposure %s + this order %s = %s, limit %s: %s too much", c.Before.Total(), c.Demand, sum, c.Limit, c.Excess)
	}
}

func (p Policy) terms(v *Verdict, d Demand) {
	if len(p.Terms) == 0 {
		return
	}
	most, known := p.Terms[d.Class]
	if !known {
		v.hold(document.TermsExceedClass, "class %q has no terms in the credit policy", d.Class)
		return
	}
	given, known := termDays(d.Terms)
	if !known {
		v.hold(document.TermsExceedClass, "terms %q are not known; class %s may have %d days", d.Terms, d.Class, most)
	} else if given > most {
		v.hold(document.TermsExceedClass, "terms %s are up to %d days, class %s may have %d days", d.Terms, given, d.Class, most)
	}
}

func (p Policy) overdue(v *Verdict, a *document.CreditAccount, today document.Date) {
	if !a.OldestDue.IsZero() && a.OldestDue.AddDays(p.OverdueDays).Before(today) {
		v.hold(document.Overdue, "the oldest open item was due on %s, %d days ago; %d are allowed", a.OldestDue, today.Sub(a.OldestDue), p.OverdueDays)
	}
}

// stale fails closed: receivables that never came are as old as can be. An order that is paid in advance does not wait.
func (p Policy) stale(v *Verdict, a *document.CreditAccount, d Demand, now time.Time) {
	switch {
	case d.Terms == prepaid:
	case a.AsOf.IsZero():
		v.hold(document.ARStale, "the receivables of account %s were never read", a.ID)
	case now.Sub(a.AsOf) > p.StaleAfter:
		v.hold(document.ARStale, "the receivables are of %s, %s old; %s are allowed", a.AsOf.UTC().Format("2006-01-02 15:04 MST"), now.Sub(a.AsOf).Round(time.Minute), p.StaleAfter)
	}
}
