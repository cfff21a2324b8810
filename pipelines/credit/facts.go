package credit

import (
	"slices"
	"time"

	"tradewire/mapping/document"
)

// Facts are all that a decision depends on: the same facts under the same policy give the same decision, whoever asks.
type Facts struct {
	AsOf     document.Date // the business day
	Now      time.Time     // the instant of the decision
	Account  AccountFacts
	Exposure document.Exposure // without this order
	Items    []ItemFacts       // what is not paid; for ageing alone
	Order    OrderFacts
	Group    *GroupFacts // nil: the account has none
	Rates    []Rate

	// Booked is true where a released order is booked into its account, until it is paid: it needs a rate though nothing is
	// checked, and one that is paid in advance counts until the account shows its money. A question without an account to book
	// into counts it as paid.
	Booked bool

	// Shipping is true where the question is whether goods may leave, and not whether the order may go to planning.
	Shipping bool
}

// AccountFacts are those of a customer and the account that answers for it.
type AccountFacts struct {
	Name            string // its key, for sentences; may be empty
	Currency        document.Currency
	Limit           *document.Decimal // nil: none has been set, which is no credit
	LimitTo         document.Date     // zero: it has no end
	Temporary       *document.Decimal
	TemporaryFrom   document.Date
	TemporaryTo     document.Date
	NoCheck         bool // credit is not checked; a limit of zero never means this
	Stopped         bool // by people in the ERP
	CustomerStopped bool // by people in the CRM
	Class           string
	Overseas        bool
	FirstOrderOn    *document.Date // a zero day: there has been none; nil: nobody knows
	Orders          *int           // so far, without this one; nil: nobody knows
	Waivers         []document.Waiver
	ReceivablesAsOf time.Time     // zero: never read
	OldestDue       document.Date // where the items themselves are not at hand

	IsGroup bool                // it is asked as the group of another account
	Unrated []document.Currency // those of its members for which there is no rate: what it owes is not known
}

// ItemFacts is one document that is not paid. A credit note is negative.
type ItemFacts struct {
	Due      document.Date
	Amount   document.Money
	Disputed bool
	Dunning  int // how often payment was demanded
}

// OrderFacts are those of the order that is judged.
type OrderFacts struct {
	Gross       document.Money // tax included, in the order's currency
	Prepaid     document.Money // of it, received
	Terms       string
	PlannedShip document.Date // zero: not known
	LCExpiresOn document.Date // zero: not known
	CreatedBy   string

	// Of an order that is booked.
	Rate     document.Decimal // one unit of its currency in the account's; zero: there is none
	Open     document.Money   // its open part, in the account's currency
	Reserved document.Money   // of it, reserved already: that much is not asked for again
	Ahead    document.Money   // of it, paid ahead, in the account's currency
	LetGo    document.Money   // of it, let go unmeasured while it ships beyond the horizon
	Granted  string           // the terms that the reservation was given for
}

// Rate is one unit of a currency in another, as it was on a day. It serves in this one direction: it is not turned round, and no two
// are joined to a third.
type Rate struct {
	From, To document.Currency
	On       document.Date
	Rate     document.Decimal
	ID       string // of its record; may be empty
	Source   string // who sets it; may be empty
}

// rate is the latest one that counts on a day.
func (f Facts) rate(from, to document.Currency, oldest Days) (Rate, bool) {
	if from == to {
		return Rate{From: from, To: to, On: f.AsOf, Rate: document.D("1")}, true
	}
	best, found := Rate{}, false
	for _, r := range f.Rates {
		age := f.AsOf.Sub(r.On)
		if r.From == from && r.To == to && age >= 0 && age <= int(oldest) && (!found || r.On.After(best.On)) {
			best, found = r, true
		}
	}
	return best, found
}

// limit is the one in force: the temporary one on its days, else the account's own unless it has expired. Without one it is zero,
// which is no credit.
func (a AccountFacts) limit(on document.Date) (limit document.Money, because limitSort) {
	limit.Currency = a.Currency
	switch {
	case a.Temporary != nil && !on.Before(a.TemporaryFrom) && (a.TemporaryTo.IsZero() || !on.After(a.TemporaryTo)):
		limit.Amount = *a.Temporary
		return limit, temporaryLimit
	case a.Limit == nil:
		return limit, unsetLimit
	case !a.LimitTo.IsZero() && on.After(a.LimitTo):
		return limit, expiredLimit
	}
	limit.Amount = *a.Limit
	return limit, ownLimit
}

// limitSort is where a limit comes from.
type limitSort int

const (
	ownLimit limitSort = iota
	temporaryLimit
	expiredLimit
	unsetLimit
)

// isNew says whether a customer is new: within so many months of its first order, or with no more than so many orders. What nobody
// knows makes nobody new.
func (n NewCustomer) isNew(a AccountFacts, on document.Date) bool {
	few := a.Orders != nil && *a.Orders <= n.Orders
	young := a.FirstOrderOn != nil && (a.FirstOrderOn.IsZero() || on.Before(a.FirstOrderOn.AddMonths(n.Months)))
	return few || young
}

// waiver is the consent that lifts a rule on a day; of several the one that lasts longest.
func (p Policy) waiver(a AccountFacts, rule document.HoldReason, on document.Date) (best document.Waiver, found bool) {
	if p.Waivers == nil || !slices.Contains(p.Waivers.Of, rule) {
		return best, false
	}
	for _, w := range a.Waivers {
		if w.Rule == rule && (w.Until.IsZero() || !on.After(w.Until)) && (!found || outlasts(w, best)) {
			best, found = w, true
		}
	}
	return best, found
}

func outlasts(w, best document.Waiver) bool {
	switch {
	case w.Until == best.Until:
		return w.By < best.By
	case best.Until.IsZero():
		return false
	}
	return w.Until.IsZero() || w.Until.After(best.Until)
}
