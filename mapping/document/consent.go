package document

import "time"

// CreditRelease is what a person decides about the credit of one order: to release it, to reject it, or to hold it.
type CreditRelease struct {
	Order          string    `json:"order,omitzero"` // key of the SalesOrder
	Act            CreditAct `json:"act,omitzero"`
	SourceRevision int64     `json:"source_revision,omitzero"` // of the order, that was read; 0: the one in force
	By             string    `json:"by,omitzero"`              // the person
	Reason         string    `json:"reason,omitzero"`
	Amount         *Money    `json:"amount,omitempty"`   // of a release: the most that the order may put at risk, in its account's currency; nil: what it puts at risk now
	Until          Date      `json:"until,omitzero"`     // of a release: its last day; zero: as long as the policy says
	ReviewOn       Date      `json:"review_on,omitzero"` // the day to look at it again; zero: none
	At             time.Time `json:"at,omitzero"`        // when it was said, UTC
	Override       bool      `json:"override,omitempty"` // of a release: an emergency, in which the segregation of duties does not bind the person
	Refused        string    `json:"refused,omitempty"`  // why it changed nothing; empty: it counts. Decided here
}

func (*CreditRelease) Kind() Kind { return KindCreditRelease }

// Key is one for each person and order: what a person says last counts.
func (r *CreditRelease) Key() string { return r.Order + "/" + r.By }

// CreditAct is what a person decides about an order's credit.
type CreditAct string

const (
	ActRelease CreditAct = "release"
	ActReject  CreditAct = "reject"
	ActHold    CreditAct = "hold"
)

// CreditActs are all of them.
func CreditActs() []CreditAct { return []CreditAct{ActRelease, ActReject, ActHold} }

// Consent is what people decided about the credit of an order. It stands on the order.
type Consent struct {
	Approvals []Approval `json:"approvals,omitempty"` // those that still count, in the order in which they were given
	Stands    bool       `json:"stands,omitzero"`     // all that are needed were given: the order was released by them
	Warned    bool       `json:"warned,omitzero"`     // finance was told that it ends soon
	Void      string     `json:"void,omitempty"`      // why a release that stood does not stand any more, in English
	LocalVoid string     `json:"local_void,omitempty"`
	Forced    *Statement `json:"forced,omitempty"`   // a hold by a person, which only a release takes away; nil: none
	Rejected  *Statement `json:"rejected,omitempty"` // who ended the order; nil: nobody
	ReviewOn  Date       `json:"review_on,omitzero"` // the day to look at it again; zero: none
}

// Approval is one signature for a release.
type Approval struct {
	By      string       `json:"by,omitzero"`
	Roles   []string     `json:"roles,omitempty"` // of the person, when it signed
	For     []HoldReason `json:"for,omitempty"`   // what held the order then
	Reason  string       `json:"reason,omitzero"`
	Account string       `json:"account,omitzero"` // the credit account that the order was measured in
	Terms   string       `json:"terms,omitzero"`   // the order's
	Amount  Money        `json:"amount"`           // the most that the order may put at risk under it, what has left counted in
	Until   Date         `json:"until,omitzero"`   // its last day
	At      time.Time    `json:"at,omitzero"`      // UTC

	Override bool `json:"override,omitempty"` // given in an emergency, in which the segregation of duties does not bind the person
}

// Statement is what a person said, and why.
type Statement struct {
	By     string    `json:"by,omitzero"`
	Reason string    `json:"reason,omitzero"`
	At     time.Time `json:"at,omitzero"` // UTC
}

// RejectedByCredit says whether people ended the order for its credit, before any of it left: what the source sends later is a new
// decision.
func (o *SalesOrder) RejectedByCredit() bool {
	return o.Consent != nil && o.Consent.Rejected != nil && o.State == OrderCancelled && o.Request != RequestCancel
}
