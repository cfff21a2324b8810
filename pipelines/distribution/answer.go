package distribution

import (
	"errors"
	"fmt"
	"slices"
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
	if at := pipelines.SaidAt(m, a.At); at.Before(duty.Sent) {
		return nil, fmt.Errorf("order %s: %s is said to have answered at %s, before revision %d was sent at %s: is the clock of the source right? Let it answer again",
			o.Number, a.Department, at.Format("2006-01-02 15:04Z"), duty.Revision, duty.Sent.Format("2006-01-02 15:04Z"))
	}
	if said(duty, a) {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: fmt.Sprintf("%s said so before", a.Department)}
	}
	given := document.Answer{Status: document.DutyAcked, By: a.By, At: pipelines.SaidAt(m, a.At), Reason: a.Reason, Proposed: a.Proposed}
	answers := []document.Document{a, d}
	if a.Objects {
		given.Status = document.DutyObjected
		d.Give(duty, given)
		return append(append(answers, request(m, o, duty)), s.objection(m, d, duty)...), nil
	}
	answers = append(answers, withdrawn(m, o.ID, duty)...)
	d.Give(duty, given)
	return answers, nil
}

// withdrawn takes back what a department asked of the CRM, when it objected to what stands no longer so.
func withdrawn(m pipelines.Memory, order string, duty *document.Duty) []document.Document {
	if duty.Status != document.DutyObjected {
		return nil
	}
	before, ok := m.Head(requestRef(order, duty)).(*document.ChangeRequest)
	if !ok {
		return nil
	}
	request := document.Copy(before)
	request.State = document.RequestWithdrawn
	return []document.Document{request}
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
	if a.Objects && a.Shipment == "" && !o.AnyOpen() {
		return fmt.Errorf("order %s: %s objects, but all of it has left: nothing can be changed any more", o.Number, a.Department)
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

// request is an objection as the CRM takes it: an order response with changes.
func request(m pipelines.Memory, o *document.SalesOrder, duty *document.Duty) *document.ChangeRequest {
	r := &document.ChangeRequest{Order: o.ID, Shipment: duty.Shipment, Number: o.Number, CustomerPO: o.CustomerPO, Revision: duty.Revision,
		Department: duty.Department, By: duty.By, Reason: duty.Reason, Proposed: duty.Proposed, At: duty.Answered,
		State: document.RequestProposed, Response: "CA"}
	code := "DR" // the date moves
	if duty.Proposed.IsZero() {
		code = "IC" // something else must change
	}
	for i := range o.Lines {
		if l := &o.Lines[i]; asked(m, l, duty.Shipment) {
			r.Lines = append(r.Lines, document.LineAnswer{No: l.No, Item: l.Item, Code: code, RequiredOn: o.Required(l), ProposedOn: duty.Proposed})
		}
	}
	return r
}

// asked says whether an order line is in question: one that is open, or one of the shipment that it is about.
func asked(m pipelines.Memory, l *document.OrderLine, shipment string) bool {
	if shipment == "" {
		return l.Open().Value.Sign() > 0
	}
	sh := pipelines.Head[*document.Shipment](m, document.KindShipment, shipment)
	return sh != nil && slices.ContainsFunc(sh.Lines, func(s document.ShipmentLine) bool { return s.OrderLine == l.No })
}

// objection tells those who speak with the customer.
func (s *Step) objection(m pipelines.Memory, d *document.Distribution, duty *document.Duty) (answers []document.Document) {
	for _, name := range s.policy.told(ofObjections) {
		answers = append(answers, dutyNotices(m, d, duty, document.ObjectionNotice, name, s.policy.Departments[name].Recipients)...)
	}
	return answers
}
