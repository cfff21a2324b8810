package document

import "time"

// CreditAccount answers for one or several customers. What the ERP says (limit, hold) and what is counted here
// (exposure) stand side by side.
type CreditAccount struct {
	// From the ERP.
	ID      string `json:"id,omitzero"` // the ERP's customer code
	Name    string `json:"name,omitzero"`
	Limit   *Money `json:"limit,omitempty"`   // nil: no limit has been set, which is no credit. Zero is no credit too
	NoCheck bool   `json:"no_check,omitzero"` // credit is not checked at all; a limit of zero never means this
	Stopped bool   `json:"stopped,omitzero"`  // a hold set by people in the ERP

	LimitTo        Date   `json:"limit_to,omitzero"`         // the last day of the limit; zero: it has no end
	TemporaryLimit *Money `json:"temporary_limit,omitempty"` // in place of the limit, from its first to its last day; nil: there is none
	TemporaryFrom  Date   `json:"temporary_from,omitzero"`   // zero: since ever
	TemporaryTo    Date   `json:"temporary_to,omitzero"`     // zero: it has no end

	Group string `json:"group,omitzero"` // key of the CreditAccount whose limit it shares with others; empty: none

	// Counted here.
	Currency  Currency    `json:"currency,omitzero"`
	Exposure  Exposure    `json:"exposure"`
	Level     CreditLevel `json:"level,omitzero"`      // the last level that was announced
	AsOf      time.Time   `json:"as_of,omitzero"`      // of the receivables, UTC
	OldestDue Date        `json:"oldest_due,omitzero"` // of the open items; zero when nothing is open
	Untaken   bool        `json:"untaken,omitzero"`    // receivables came later than AsOf and could not be counted: it is no fresher than that
	Watches   int         `json:"watches,omitzero"`    // credit_watch notices so far; numbers the next one
	Deposits  []Deposit   `json:"deposits,omitempty"`  // money that came ahead for an order, by order
	Proposals int         `json:"proposals,omitzero"`  // limit proposals so far; numbers the next one
	Ceiling   *Money      `json:"ceiling,omitempty"`   // how far orders may bring the exposure, where that was not the limit when last decided; beyond it where people let one pass

	// Of a group, counted here.
	Members     []Member `json:"members,omitempty"`     // the accounts that name it as their group, by their key
	MembersOpen Money    `json:"members_open,omitzero"` // of Exposure.Members, what is reserved for released orders

	Times AccountTimes `json:"times,omitzero"` // when the calendar changes it, and what people were told by then
}

func (*CreditAccount) Kind() Kind    { return KindCreditAccount }
func (a *CreditAccount) Key() string { return a.ID }

// Exposure is what an account owes or may come to owe, by component, tax included, in the account's currency.
// E = O + D + B + R + S - P; of a group, that of its members comes on top.
type Exposure struct {
	OpenOrders         Money `json:"open_orders"`          // O: reserved for released orders, not yet shipped
	ShippedNotInvoiced Money `json:"shipped_not_invoiced"` // D
	InvoicedNotPosted  Money `json:"invoiced_not_posted"`  // B: invoiced by us, not yet among the receivables
	Receivables        Money `json:"receivables"`          // R: open items in the ERP
	Special            Money `json:"special"`              // S: undue drafts, guarantees
	Unapplied          Money `json:"unapplied"`            // P: receipts and deposits not yet applied
	Members            Money `json:"members,omitzero"`     // of a group: what the accounts that name it owe or may come to owe, in its currency
}

// Total is E.
func (e Exposure) Total() Money {
	return e.OpenOrders.Add(e.ShippedNotInvoiced).Add(e.InvoicedNotPosted).Add(e.Receivables).Add(e.Special).Sub(e.Unapplied).Add(e.Members)
}

// CreditLevel is how near an account stands to its limit.
type CreditLevel string

const (
	LevelOK     CreditLevel = ""
	LevelNotice CreditLevel = "notice" // above 80 % of the limit
	LevelWatch  CreditLevel = "watch"  // above 90 %
	LevelOver   CreditLevel = "over"   // above the limit
)

// Waiver is a consent by which one rule of the credit policy does not hold for a customer.
type Waiver struct {
	Rule  HoldReason `json:"rule,omitzero"`  // NEW_CUSTOMER_PREPAY, OVERSEAS_NEEDS_LC, TERMS_EXCEED_CLASS
	By    string     `json:"by,omitzero"`    // who consented
	Until Date       `json:"until,omitzero"` // its last day; zero: it has no end
}

// Receivables are all open items of one account in one snapshot of the ERP.
type Receivables struct {
	Account string     `json:"account,omitzero"`
	AsOf    time.Time  `json:"as_of,omitzero"`
	Items   []OpenItem `json:"items,omitempty"`

	Rates []DatedRate `json:"rates,omitempty"` // the dated rates of items in another currency than the account's. Decided here
}

func (*Receivables) Kind() Kind    { return KindReceivables }
func (r *Receivables) Key() string { return r.Account }

// OpenItem is one document in the ERP's receivables that is not settled: unpaid, or money that is not applied. A credit note is negative.
type OpenItem struct {
	Number   string `json:"number,omitzero"`
	Shipment string `json:"shipment,omitzero"` // key of the Shipment that it bills; empty when it bills none
	Due      Date   `json:"due,omitzero"`
	Open     Money  `json:"open"`              // what is still to be paid, tax included
	Disputed bool   `json:"disputed,omitzero"` // the customer disputes it

	Sort     ItemSort `json:"sort,omitzero"`      // empty: a receivable
	Order    string   `json:"order,omitzero"`     // our key of the SalesOrder that it belongs to: money that came for it counts for this order alone
	Dunning  int      `json:"dunning,omitzero"`   // how often payment was demanded; 0: not yet
	Original *Money   `json:"original,omitempty"` // what is open by the ERP, where that is another currency than the account's: Open is that at a dated rate. Decided here
}
