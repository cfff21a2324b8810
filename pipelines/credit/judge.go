package credit

import (
	"time"

	"tradewire/mapping/document"
)

// Demand is what an order asks of an account.
type Demand struct {
	Open     document.Money   // the open part of the order, tax included, in the account's currency; unknown without a Rate
	Rate     document.Decimal // one unit of the order's currency in the account's; zero: there is none
	Reserved document.Money   // what is reserved in the account for this order already
	LetGo    document.Money   // what of it passed unmeasured, because it ships beyond the horizon
	Total    document.Money   // the whole order, tax included, in its own currency
	SignRate document.Decimal // one unit of the order's currency in that of the sign-off; zero: there is none
	Rates    []Rate           // where the policy asks for dated ones: those between these currencies that are known, however old
	Terms    string
	Granted  string // the terms that the reservation was given for
	Anew     bool   // a release has ended: it is measured in full, whatever is reserved

	Group *GroupFacts // of the account; nil: it has none

	PlannedShip document.Date // zero: not known
	LCExpiresOn document.Date // zero: not known
	CreatedBy   string

	Deposit document.Deposit // what the customer paid ahead for it
	Debts   []ItemFacts      // of the account, where the policy looks at each

	Shipping bool // its goods are about to leave: what is to be paid before that is asked for

	Class        string         // of the customer, as what follows
	Stopped      bool           // people in the CRM stopped it
	Overseas     bool           // it pays from abroad
	FirstOrderOn *document.Date // nil: not known, and it is not new for that
	Orders       *int           // nil: not known, and it is not new for that
	Waivers      []document.Waiver
}

// Verdict is the answer: no holds, or every reason that applies, and the arithmetic.
type Verdict struct {
	Holds  []document.Hold
	Credit document.CreditDecision // nothing is reserved in it yet
	Lifted bool                    // it is people who let it pass

	unchecked bool // the account itself has no limit to be over
}

// Pass says whether the order may go.
func (v Verdict) Pass() bool { return len(v.Holds) == 0 }

// Judge makes the credit decision on documents. An order that puts nothing new at risk (a decrease, a change of remarks) is not
// measured again: what was released stays.
func (p Policy) Judge(a *document.CreditAccount, d Demand, now time.Time, today document.Date) Verdict {
	f := p.factsOf(a, d, now, today)
	decision := p.Decide(f)
	c := document.CreditDecision{Account: a.ID, Limit: decision.Limit, Before: f.Exposure, Demand: d.Open, Rate: d.Rate,
		Reserved: document.Money{Currency: a.Currency}, SignOff: decision.SignOff, SignOffAmount: decision.SignAmount, ReleaseNeeds: decision.ReleaseBy}
	if p.DatedRates && d.Total.Currency != a.Currency {
		c.Pair = document.PairOf(d.Total.Currency, a.Currency)
	}
	if p.DatedRates {
		c.Rates = f.used(p.RateMaxAge, a.Currency, p.signCurrency())
	}
	if a.NoCheck && a.Limit != nil {
		c.Limit = *a.Limit
	}
	c.Ahead, c.Secured = f.Order.Ahead, decision.Secured
	c.Excess = f.Exposure.Total().Add(d.Open).Sub(c.Ahead).Sub(c.Limit)
	c.Group, c.Basis = decision.Group, basisOf(f, p.looksAtDebts())
	return Verdict{Holds: decision.Holds, Credit: c, unchecked: !decision.Checked}
}

// factsOf puts documents into facts. What no document says is not known, and the rule that asks for it does not hold.
func (p Policy) factsOf(a *document.CreditAccount, d Demand, now time.Time, today document.Date) Facts {
	f := Facts{AsOf: today, Now: now, Booked: true, Exposure: a.Exposure, Account: accountFacts(a)}
	f.Exposure.OpenOrders = f.Exposure.OpenOrders.Sub(d.Reserved)
	f.Account.CustomerStopped, f.Account.Class, f.Account.Overseas = d.Stopped, d.Class, d.Overseas
	f.Account.FirstOrderOn, f.Account.Orders, f.Account.Waivers = d.FirstOrderOn, d.Orders, d.Waivers
	f.Order = OrderFacts{Gross: d.Total, Terms: d.Terms, PlannedShip: d.PlannedShip, LCExpiresOn: d.LCExpiresOn, CreatedBy: d.CreatedBy,
		Rate: d.Rate, Open: d.Open, Reserved: d.Reserved, LetGo: d.LetGo, Granted: d.Granted}
	f.Items, f.Shipping = d.Debts, d.Shipping
	f.Exposure.Unapplied, f.Order.Ahead = d.ahead(f.Exposure.Unapplied)
	if d.Anew {
		f.Order.Reserved, f.Order.LetGo, f.Order.Granted = d.Reserved.Zero(), d.Reserved.Zero(), ""
	}
	f.Group = d.Group
	if d.Group != nil && d.Anew {
		anew := *d.Group
		anew.Reserved = anew.Reserved.Zero()
		f.Group = &anew
	}
	p.members(&f, a)
	if p.DatedRates {
		f.Rates = d.Rates
		return f
	}
	if p.SignOff != nil && d.SignRate.Sign() > 0 {
		f.Rates = []Rate{{From: d.Total.Currency, To: p.SignOff.currency(), On: today, Rate: d.SignRate}}
	}
	return f
}

func accountFacts(a *document.CreditAccount) AccountFacts {
	f := AccountFacts{Name: a.ID, Currency: a.Currency, LimitTo: a.LimitTo, TemporaryFrom: a.TemporaryFrom, TemporaryTo: a.TemporaryTo,
		NoCheck: a.NoCheck, Stopped: a.Stopped, ReceivablesAsOf: a.AsOf, OldestDue: a.OldestDue}
	if a.Limit != nil {
		f.Limit = &a.Limit.Amount
	}
	if a.TemporaryLimit != nil {
		f.Temporary = &a.TemporaryLimit.Amount
	}
	return f
}

// ceiling is how far released orders may bring the exposure of an account on a day, by which the store guards it; nil where that is
// the limit itself.
func (p Policy) ceiling(a *document.CreditAccount, on document.Date) *document.Money {
	limit := inForce(a, on)
	if a.NoCheck || limit == nil {
		return nil
	}
	most := limit.Add(p.Tolerance.of(*limit))
	if a.Limit != nil && a.Limit.Equal(most) {
		return nil
	}
	whole, _ := most.Amount.Mul(document.DecimalOf(10_000)).QuoRem(document.DecimalOf(1)) // the store counts in these parts
	most.Amount = whole.Mul(document.D("0.0001"))
	return &most
}

// inForce is the limit of an account on a day; nil when none has been set.
func inForce(a *document.CreditAccount, on document.Date) *document.Money {
	limit, because := accountFacts(a).limit(on)
	if because == unsetLimit {
		return nil
	}
	return &limit
}
