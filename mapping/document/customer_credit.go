package document

import "time"

// CustomerCredit is how the credit of one customer stands, for the system in which its people look the customer up. It is made
// when something of it changes, and says nothing of a single order.
type CustomerCredit struct {
	Customer string       `json:"customer,omitzero"` // key of the Party
	Account  string       `json:"account,omitzero"`  // key of the CreditAccount that answers for it; empty: none any more
	Status   CreditStatus `json:"status,omitzero"`   // empty while no account answers for it

	Limit       *Money   `json:"limit,omitempty"`       // in force; zero is no credit; nil: credit is not checked
	Exposure    *Money   `json:"exposure,omitempty"`    // what the account owes or may come to owe; nil: no account answers for it
	Available   *Money   `json:"available,omitempty"`   // what is left of the limit, below zero when more is used; nil: credit is not checked
	Utilisation *Decimal `json:"utilisation,omitempty"` // the exposure in percent of the limit, two decimals; nil: there is no limit to use

	HoldReasons []HoldReason `json:"hold_reasons,omitempty"` // why its next order would be held, whatever it comes to; none: it depends on the order

	OldestDue Date      `json:"oldest_due,omitzero"` // of what is not paid; zero: nothing is. How many days that is overdue the reader counts
	AsOf      time.Time `json:"as_of,omitzero"`      // of the receivables that it was judged on, UTC; newer ones that change nothing are not told
	ChangedAt time.Time `json:"changed_at,omitzero"` // since when it is so, UTC
}

func (*CustomerCredit) Kind() Kind    { return KindCustomerCredit }
func (c *CustomerCredit) Key() string { return c.Customer }

// CreditStatus is how an account stands before an order.
type CreditStatus string

const (
	CreditOK      CreditStatus = "OK"
	CreditNotice  CreditStatus = "NOTICE"
	CreditWatch   CreditStatus = "WATCH"
	CreditHold    CreditStatus = "HOLD" // the exposure is above the limit
	CreditStop    CreditStatus = "STOP" // people stopped it
	CreditNoCheck CreditStatus = "NO_CHECK"
)

// CreditStatuses are all of them.
func CreditStatuses() []CreditStatus {
	return []CreditStatus{CreditOK, CreditNotice, CreditWatch, CreditHold, CreditStop, CreditNoCheck}
}

// AccountCustomers are the customers that one account answers for, as far as they are known: by their own news, and by their orders.
// It is kept where a target takes customer_credit.
type AccountCustomers struct {
	Account   string   `json:"account,omitzero"`    // key of the CreditAccount
	Customers []string `json:"customers,omitempty"` // keys of the Parties, sorted
}

func (*AccountCustomers) Kind() Kind    { return KindAccountCustomers }
func (a *AccountCustomers) Key() string { return a.Account }
