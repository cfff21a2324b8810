package distribution

import (
	"errors"
	"fmt"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// answer notes what a person answered for a department. An objection moves no date: it goes to the CRM as a request, and
// those who speak with the customer are told.
func (s *Step) answer(m pipelines.Memory, a *document.Acknowledgement) ([]document.Document, error) {
	o, head := orderOf(m, a.Order), headOf(m, a.Order)
	if o == nil {
		return nil, &pipelines.Missing{Ref: document.Ref{Kind: document.KindSalesOrder, Key: a.Order}, Hint: "an answer of " + a.Department + " waits for it"}
	}
	if err := wrong(a, o, head); err != nil {
		return nil, err
	}
	d := document.Copy(head)
	duty, _ := d.Duty(a.Department, a.Shipment)
	if a.Revision != 0 && a.Revision < duty.Revision {
		return nil, &pipelines.SetAside{Bucket: pipelines.Superseded,
			Reason: fmt.Sprintf("revision %d of order %s was answered, but %s has been sent revision %d meanwhile", a.Revision, o.Number, a.Department, duty.Revision)}
	}
	if said(duty, a) {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: fmt.Sprintf("%s said so before", a.Department)}
	}
	objected := duty.Status == document.DutyObjected
	given := document.Answer{Status: document.DutyAcked, By: a.By, At: pipelines.SaidAt(m, a.At), Reason: a.Reason, Proposed: a.Proposed}
	if a.Objects {
		given.Status = document.DutyObjected
		d.Give(duty, given)
		return append([]document.Document{a, d, request(o, duty)}, s.objection(m, d, duty)...), nil
	}
	d.Give(duty, given)
	answers := []document.Document{a, d}
	if before, ok := m.Head(requestRef(a.Order, duty)).(*document.ChangeRequest); ok && objected {
		withdrawn := document.Copy(before)
		withdrawn.State = document.RequestWithdrawn
		answers = append(answers, withdrawn)
	}
	return answers, nil
}

// wrong finds why an answer cannot be one.
func wrong(a *document.Acknowledgement, o *document.SalesOrder, head *document.Distribution) error {
	switch {
	case head == nil:
		return fmt.Errorf("order %s was never sent to a department (it is %s): there is nothing to answer for", o.Number, o.State)
	case a.By == "":
		return fmt.Errorf("order %s: an answer of %s without a name: somebody must stand for it", o.Number, a.Department)
	case a.Objects && strings.TrimSpace(a.Reason) == "":
		return fmt.Errorf("order %s: %s objects without a reason: nobody could act on it", o.Number, a.Department)
	}
	duty, ok := head.Duty(a.Department, a.Shipment)
	if !ok {
		return errors.New("order " + o.Number + ": " + a.Department + " was sent nothing that it must answer for: " + sent(head))
	}
	if a.Shipment == "" && a.Revision > o.SourceRevision || a.Shipment != "" && a.Revision > duty.Revision {
		return fmt.Errorf("order %s: %s answers for revision %d, which is not known here: revision %d was sent", o.Number, a.Department, a.Revision, duty.Revision)
	}
	return nil
}

// sent lists what was sent of an order, to whom.
func sent(d *document.Distribution) string {
	var said []string
	for _, duty := range d.Duties {
		if duty.Shipment != "" {
			said = append(said, duty.Department+" (shipment "+duty.Shipment+")")
			continue
		}
		said = append(said, duty.Department)
	}
	return "it was sent to " + strings.Join(said, ", ")
}

// said tells whether an answer says what stands already.
func said(duty *document.Duty, a *document.Acknowledgement) bool {
	if a.Objects {
		return duty.Status == document.DutyObjected && duty.Reason == a.Reason && duty.Proposed == a.Proposed
	}
	return duty.Status == document.DutyAcked
}

// request is an objection as the CRM takes it: an order response with changes. Without a proposed day the lines are those
// that are open.
func request(o *document.SalesOrder, duty *document.Duty) *document.ChangeRequest {
	r := &document.ChangeRequest{Order: o.ID, Number: o.Number, CustomerPO: o.CustomerPO, Revision: duty.Revision, Department: duty.Department,
		By: duty.By, Reason: duty.Reason, Proposed: duty.Proposed, At: duty.Answered, State: document.RequestProposed, Response: "CA"}
	code := "DR" // the date moves
	if duty.Proposed.IsZero() {
		code = "IC" // something else must change
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		if l.Open().Value.Sign() > 0 {
			r.Lines = append(r.Lines, document.LineAnswer{No: l.No, Item: l.Item, Code: code, RequiredOn: o.Required(l), ProposedOn: duty.Proposed})
		}
	}
	return r
}

// objection tells those who speak with the customer.
func (s *Step) objection(m pipelines.Memory, d *document.Distribution, duty *document.Duty) (answers []document.Document) {
	for _, name := range s.policy.told(ofObjections) {
		n := notice(m, d, document.ObjectionNotice)
		n.ID = fmt.Sprintf("%s/%s/%d/%s", n.Type, subject(d, duty), duty.Revision, duty.Department)
		copied := *duty
		n.Duty = &copied
		answers = append(answers, notices(name, s.policy.Departments[name].Recipients, n)...)
	}
	return answers
}

// subject is what a duty is about, as the id of a notice names it.
func subject(d *document.Distribution, duty *document.Duty) string {
	if duty.Shipment == "" {
		return d.Order
	}
	return d.Order + "/" + duty.Shipment
}
