package credit

import "tradewire/mapping/document"

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
