package document

import (
	"time"
)

// Escalation is a notice of credit that a department must acknowledge, or others are told of it. There is one for a department and
// an order, or an account: a later notice about the same takes its place, and asks anew where it was acknowledged.
type Escalation struct {
	Department string     `json:"department,omitzero"`
	Order      string     `json:"order,omitempty"`   // key of the SalesOrder that it is about; empty: the account alone
	Account    string     `json:"account,omitempty"` // key of the CreditAccount
	Status     DutyStatus `json:"status,omitzero"`
	Notice     Notice     `json:"notice"`               // as it came, without a recipient
	Sent       time.Time  `json:"sent_at,omitzero"`     // when the department was told, or will be, UTC
	Due        time.Time  `json:"due_at,omitzero"`      // then others are told, UTC
	Told       bool       `json:"told,omitzero"`        // they have been
	By         string     `json:"by,omitempty"`         // who has acknowledged it
	Answered   time.Time  `json:"answered_at,omitzero"` // UTC
	Settled    bool       `json:"settled,omitempty"`    // what it was about is no more
}

func (*Escalation) Kind() Kind { return KindEscalation }

// Key is one for each department and subject.
func (e *Escalation) Key() string { return EscalationKey(e.Department, e.Order, e.Account) }

// EscalationKey is the key of what a department must acknowledge of an order; of an account, where order is empty.
func EscalationKey(department, order, account string) string {
	if order != "" {
		return "order/" + order + "/" + department
	}
	return "account/" + account + "/" + department
}

// Waits says whether an answer is still wanted.
func (e *Escalation) Waits() bool { return e.Status == DutySent && !e.Settled }

// Next is when others are told.
func (e *Escalation) Next() time.Time {
	if !e.Waits() || e.Told {
		return time.Time{}
	}
	return e.Due
}
