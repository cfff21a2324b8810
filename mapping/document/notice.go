package document

import "time"

// NoticeType says what a notice is about.
type NoticeType string

const (
	OrderHeldAlert   NoticeType = "order_held"   // to finance and sales: an order is held
	CreditWatchAlert NoticeType = "credit_watch" // to finance: an account came near its limit
)

// Notice is a message to people. It carries facts; its words are made when it is drawn, in each reader's language.
type Notice struct {
	ID            string          `json:"id"` // one per crossing: order_held/ORDER/REVISION, credit_watch/ACCOUNT/COUNT
	Type          NoticeType      `json:"type"`
	To            string          `json:"to"` // department: finance
	At            time.Time       `json:"at"` // UTC
	Account       string          `json:"account"`
	Customer      string          `json:"customer"` // its name
	LocalCustomer string          `json:"local_customer"`
	Order         string          `json:"order"` // number that people use; empty when it is about an account
	CustomerPO    string          `json:"customer_po"`
	Total         Money           `json:"total"` // of the order
	Holds         []Hold          `json:"holds,omitempty"`
	Credit        *CreditDecision `json:"credit,omitempty"`
	Limit         *Money          `json:"limit,omitempty"`
	Exposure      Exposure        `json:"exposure"`
	Level         CreditLevel     `json:"level"`
}

func (*Notice) Kind() Kind    { return KindNotice }
func (n *Notice) Key() string { return n.ID }

// Outcome is what a target answered when a document was written there: the ERP's order number is news like any other.
type Outcome struct {
	Target    string    `json:"target"`
	Of        Ref       `json:"of"`
	Revision  int64     `json:"revision"`  // ours, of the document that was written
	Reference string    `json:"reference"` // the target's own number for it
	At        time.Time `json:"at"`        // UTC
}

func (*Outcome) Kind() Kind    { return KindOutcome }
func (o *Outcome) Key() string { return o.Target + "/" + o.Of.String() }
