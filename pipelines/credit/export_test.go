package credit

import (
	"time"

	"tradewire/mapping/document"
)

// CentForTest is the smallest unit of most currencies.
var CentForTest = document.D("0.01")

// CentsForTest is an amount of so many cents.
func CentsForTest(n int) string { return document.DecimalOf(int64(n)).Mul(CentForTest).Fixed(2) }

// DueOnForTest is when goods that were delivered on a day are to be paid.
func DueOnForTest(terms string, delivered document.Date) (document.Date, bool) {
	return dueOn(terms, delivered)
}

// IsNewForTest says whether a customer is new.
func IsNewForTest(n NewCustomer, first document.Date, orders int, on document.Date) bool {
	return n.isNew(AccountFacts{FirstOrderOn: &first, Orders: &orders}, on)
}

// FactsForTest are the facts of a demand on an account.
func (p Policy) FactsForTest(a *document.CreditAccount, d Demand, now time.Time, today document.Date) Facts {
	return p.factsOf(a, d, now, today)
}

// FactsKeptForTest are the facts of the last decision on an order, from what was kept of it.
func (p Policy) FactsKeptForTest(o *document.SalesOrder, zone *time.Location) (Facts, bool) {
	return p.factsKept(o, zone)
}
