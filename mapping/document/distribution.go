package document

import (
	"fmt"
	"time"
)

// Distribution is which departments were sent an order and what each has answered. Its key is the order's.
type Distribution struct {
	Order  string   `json:"order,omitzero"` // key of the SalesOrder
	Named  Subject  `json:"named"`
	Told   Told     `json:"told"`            // what was sent last
	Knows  []string `json:"knows,omitempty"` // the departments that were told of it
	Duties []Duty   `json:"duties,omitempty"`
	Given  []Answer `json:"given,omitempty"` // every answer so far, oldest first
}

func (*Distribution) Kind() Kind    { return KindDistribution }
func (d *Distribution) Key() string { return d.Order }

// Subject is what people know an order by.
type Subject struct {
	Number        string  `json:"number,omitzero"`
	CustomerPO    string  `json:"customer_po,omitzero"`
	Customer      string  `json:"customer,omitzero"`
	LocalCustomer string  `json:"local_customer,omitzero"`
	Class         string  `json:"class,omitzero"` // A, B or C
	Channel       Channel `json:"channel,omitzero"`
}

// Told is an order as the departments know it.
type Told struct {
	Revision    int64        `json:"revision,omitzero"` // the source's
	State       OrderState   `json:"state,omitzero"`
	Cancelling  bool         `json:"cancelling,omitzero"` // a cancellation waits for a department
	RequestedOn Date         `json:"requested_on,omitzero"`
	PromisedOn  Date         `json:"promised_on,omitzero"`
	CustomerPO  string       `json:"customer_po,omitzero"`
	Currency    Currency     `json:"currency,omitzero"`
	Terms       string       `json:"terms,omitzero"`
	Incoterm    string       `json:"incoterm,omitzero"` // with its place
	Remarks     string       `json:"remarks,omitzero"`
	Lines       []NoticeLine `json:"lines,omitempty"`
}

// DutyStatus is where a department stands with what it was sent.
type DutyStatus string

const (
	DutySent     DutyStatus = "SENT"     // waits for the department
	DutyAcked    DutyStatus = "ACKED"    // the department has acknowledged it
	DutyObjected DutyStatus = "OBJECTED" // the department cannot, and says why
)

// Duty is what one department was sent of an order, or of one shipment of it, and has to answer for. It is bound to a
// revision: a later one that concerns the department sends it back to SENT.
type Duty struct {
	Department string     `json:"department,omitzero"`
	Shipment   string     `json:"shipment,omitempty"` // key of the Shipment; empty: the order itself
	Revision   int64      `json:"revision,omitzero"`  // of the order: the source's. Of a shipment: counted here, from 1
	Status     DutyStatus `json:"status,omitzero"`
	About      NoticeType `json:"about,omitzero"`        // of the notice that was sent last
	Fields     []string   `json:"fields,omitempty"`      // that changed, of an order
	Confirmed  time.Time  `json:"confirmed_at,omitzero"` // when the source says that this revision was made, UTC
	Sent       time.Time  `json:"sent_at,omitzero"`      // UTC
	Due        time.Time  `json:"due_at,omitzero"`       // by when an answer is due, UTC; then a reminder is sent
	Overdue    time.Time  `json:"overdue_at,omitzero"`   // by when the manager is told, UTC
	Reminded   bool       `json:"reminded,omitzero"`
	Escalated  bool       `json:"escalated,omitzero"`
	By         string     `json:"by,omitempty"`
	Settled    bool       `json:"settled,omitempty"`    // nobody answered: all of it has left
	Answered   time.Time  `json:"answered_at,omitzero"` // UTC
	Reason     string     `json:"reason,omitempty"`     // of an objection
	Proposed   Date       `json:"proposed_on,omitzero"` // the day that an objection proposes
	Face       string     `json:"face,omitempty"`       // check sum of what was sent of a shipment
}

// Next is when the distribution must be looked at again because an answer is late by then; zero: never.
func (d *Distribution) Next() (next time.Time) {
	for _, duty := range d.Duties {
		if at := duty.next(); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

func (d *Duty) next() time.Time {
	switch {
	case d.Status != DutySent:
	case !d.Reminded:
		return d.Due
	case !d.Escalated:
		return d.Overdue
	}
	return time.Time{}
}

// Duty is that of a department for the order itself, or for one shipment of it.
func (d *Distribution) Duty(department, shipment string) (*Duty, bool) {
	for i := range d.Duties {
		if d.Duties[i].Department == department && d.Duties[i].Shipment == shipment {
			return &d.Duties[i], true
		}
	}
	return nil, false
}

// Answer is one answer that a department gave.
type Answer struct {
	Department string     `json:"department,omitzero"`
	Shipment   string     `json:"shipment,omitempty"`
	Revision   int64      `json:"revision,omitzero"`
	Status     DutyStatus `json:"status,omitzero"`
	By         string     `json:"by,omitzero"`
	Settled    bool       `json:"settled,omitempty"`     // by a despatch, not by a person
	At         time.Time  `json:"at,omitzero"`           // UTC
	Confirmed  time.Time  `json:"confirmed_at,omitzero"` // when the source made the revision that was answered, UTC
	Reason     string     `json:"reason,omitempty"`
	Proposed   Date       `json:"proposed_on,omitzero"`
}

// Give notes an answer on a duty of this distribution.
func (d *Distribution) Give(duty *Duty, a Answer) {
	a.Department, a.Shipment, a.Revision, a.Confirmed = duty.Department, duty.Shipment, duty.Revision, duty.Confirmed
	duty.Status, duty.By, duty.Settled, duty.Answered, duty.Reason, duty.Proposed = a.Status, a.By, a.Settled, a.At, a.Reason, a.Proposed
	d.Given = append(d.Given, a)
}

// Acknowledgement is what a person answers for a department.
type Acknowledgement struct {
	Order      string    `json:"order,omitzero"`     // key of the SalesOrder
	Account    string    `json:"account,omitempty"`  // key of the CreditAccount, of what credit says where no order is named
	Shipment   string    `json:"shipment,omitempty"` // key of the Shipment; empty: the order itself
	Department string    `json:"department,omitzero"`
	Revision   int64     `json:"revision,omitzero"` // that was answered; 0: the one that was sent last
	By         string    `json:"by,omitzero"`       // the person
	Objects    bool      `json:"objects,omitzero"`
	Reason     string    `json:"reason,omitempty"`     // of an objection
	Proposed   Date      `json:"proposed_on,omitzero"` // the day that an objection proposes; zero: none
	At         time.Time `json:"at,omitzero"`          // when it was said, UTC
}

func (*Acknowledgement) Kind() Kind { return KindAcknowledgement }

// Key is one for each question that a department is asked.
func (a *Acknowledgement) Key() string {
	if a.Order == "" {
		return "account/" + a.Account + "/" + a.Department
	}
	return subjectKey(a.Order, a.Shipment) + "/" + a.Department
}

func subjectKey(order, shipment string) string {
	if shipment == "" {
		return order
	}
	return order + "/" + shipment
}

// ChangeRequest is an objection on its way to the CRM: what we cannot keep, and the day that is proposed instead. The
// order stays as it is until the CRM sends a new revision of it. (Order response with changes: X12 855, UBL code CA.)
type ChangeRequest struct {
	Order      string       `json:"order,omitzero"`     // key of the SalesOrder
	Shipment   string       `json:"shipment,omitempty"` // key of the Shipment; empty: the order itself
	Number     string       `json:"number,omitzero"`
	CustomerPO string       `json:"customer_po,omitzero"`
	Revision   int64        `json:"revision,omitzero"` // that is objected to: the source's, or of a shipment, as of its Duty
	Department string       `json:"department,omitzero"`
	By         string       `json:"by,omitzero"`
	Reason     string       `json:"reason,omitzero"`
	Proposed   Date         `json:"proposed_on,omitzero"` // zero: none was proposed
	At         time.Time    `json:"at,omitzero"`          // UTC
	State      RequestState `json:"state,omitzero"`
	Response   string       `json:"response,omitzero"` // CA: accepted with changes
	Lines      []LineAnswer `json:"lines,omitempty"`
}

// RequestState is where a change request stands.
type RequestState string

const (
	RequestProposed  RequestState = "proposed"
	RequestWithdrawn RequestState = "withdrawn" // the department acknowledged after all, or a later revision was sent
)

// LineAnswer is what is answered to one line, by the code of X12 element 668: DR is a date that moves.
type LineAnswer struct {
	No         int    `json:"no,omitzero"`
	Item       string `json:"item,omitzero"`
	Code       string `json:"code,omitzero"`
	RequiredOn Date   `json:"required_on,omitzero"`
	ProposedOn Date   `json:"proposed_on,omitzero"`
}

func (*ChangeRequest) Kind() Kind { return KindChangeRequest }

// Key is one for each revision and department.
func (c *ChangeRequest) Key() string {
	return fmt.Sprintf("%s/%d/%s", subjectKey(c.Order, c.Shipment), c.Revision, c.Department)
}

// Alarm says that the time has come at which a document wanted to be looked at again.
type Alarm struct {
	Of Ref       `json:"of"`
	At time.Time `json:"at,omitzero"` // UTC
}

func (*Alarm) Kind() Kind    { return KindAlarm }
func (a *Alarm) Key() string { return a.Of.String() }

// Timed is a document that wants to be looked at again at a certain time.
type Timed interface {
	Document
	// Next is that time, UTC; zero: never.
	Next() time.Time
}
