// Package distribution tells every department what it must act on, an order and each later change of it, a shipment to be
// booked or delivered, and keeps what each has answered.
package distribution

import (
	"fmt"
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Step distributes.
type Step struct{ policy Policy }

// New is the distribution step under a policy; the error names all of the policy's contradictions.
func New(policy Policy) (*Step, error) {
	if err := policy.check(); err != nil {
		return nil, err
	}
	return &Step{policy}, nil
}

// Needs follows a document to the order that it speaks of, to its customer, to what its departments know, and to what they have not
// acknowledged.
func (s *Step) Needs(m pipelines.Memory, d document.Document) []document.Ref {
	refs := knows(m, d)
	return append(refs, s.watchNeeds(m, d, refs)...)
}

func knows(m pipelines.Memory, d document.Document) []document.Ref {
	switch d := d.(type) {
	case *document.SalesOrder:
		return needs(m, d.ID, "")
	case *document.ProductionReport:
		return needs(m, d.Order, "")
	case *document.Acknowledgement:
		return append(needs(m, d.Order, d.Shipment), escalationRef(d.Department, d.Order, d.Account))
	case *document.CreditRelease:
		return needs(m, d.Order, "")
	case *document.Shipment:
		return needs(m, d.Order, d.ID)
	case *document.DeliveredQuantities:
		return needs(m, d.Order, d.Despatch(orderOf(m, d.Order)))
	case *document.Transport:
		if s := pipelines.Head[*document.Shipment](m, document.KindShipment, d.Shipment); s != nil {
			return needs(m, s.Order, d.Shipment)
		}
		return []document.Ref{{Kind: document.KindShipment, Key: d.Shipment}}
	case *document.Outcome:
		if d.Of.Kind == document.KindSalesOrder {
			return needs(m, d.Of.Key, "")
		}
	case *document.Alarm:
		if d.Of.Kind == document.KindDistribution || d.Of.Kind == document.KindSalesOrder {
			return needs(m, d.Of.Key, "")
		}
		if d.Of.Kind == document.KindLetterBox {
			return boxNeeds(m, d.Of.Key)
		}
		if d.Of.Kind == document.KindEscalation {
			return escalationNeeds(m, d.Of.Key)
		}
	}
	return nil
}

func needs(m pipelines.Memory, order, shipment string) []document.Ref {
	refs := []document.Ref{{Kind: document.KindSalesOrder, Key: order}, distributionRef(order)}
	if shipment != "" {
		refs = append(refs, document.Ref{Kind: document.KindShipment, Key: shipment})
	}
	if o := orderOf(m, order); o != nil {
		refs = append(refs, document.Ref{Kind: document.KindParty, Key: o.Customer})
	}
	if head := headOf(m, order); head != nil {
		for i := range head.Duties {
			if duty := &head.Duties[i]; duty.Status == document.DutyObjected {
				refs = append(refs, requestRef(order, duty)) // it may be withdrawn
			}
		}
	}
	return refs
}

func requestRef(order string, duty *document.Duty) document.Ref {
	return document.RefOf(&document.ChangeRequest{Order: order, Shipment: duty.Shipment, Revision: duty.Revision, Department: duty.Department})
}

func distributionRef(order string) document.Ref {
	return document.Ref{Kind: document.KindDistribution, Key: order}
}

func orderOf(m pipelines.Memory, key string) *document.SalesOrder {
	return pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, key)
}

func headOf(m pipelines.Memory, order string) *document.Distribution {
	return pipelines.Head[*document.Distribution](m, document.KindDistribution, order)
}

// Decide answers with d, and with the notices and the state of the answers where d is news.
func (s *Step) Decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	switch d := d.(type) {
	case *document.SalesOrder:
		return append([]document.Document{d}, s.order(m, d)...), nil
	case *document.Shipment:
		return append([]document.Document{d}, s.shipment(m, d)...), nil
	case *document.Acknowledgement:
		if s.policy.Departments[d.Department].Escalate != nil && d.Shipment == "" {
			if e := escalationOf(m, document.EscalationKey(d.Department, d.Order, d.Account)); e != nil || d.Order == "" {
				return s.acknowledge(m, d, e)
			}
		}
		return s.answer(m, d)
	case *document.Notice:
		return s.alert(m, d), nil
	case *document.Alarm:
		if d.Of.Kind == document.KindDistribution {
			return s.late(m, d)
		}
		if d.Of.Kind == document.KindLetterBox {
			return s.open(m, d)
		}
		if d.Of.Kind == document.KindEscalation {
			return s.unanswered(m, d)
		}
	}
	return []document.Document{d}, nil
}

// begin is what is known of an order's distribution, as a copy to work on.
func begin(m pipelines.Memory, o *document.SalesOrder) *document.Distribution {
	d := &document.Distribution{Order: o.ID}
	if head := headOf(m, o.ID); head != nil {
		d = document.Copy(head)
	}
	d.Named = document.Subject{Number: o.Number, CustomerPO: o.CustomerPO}
	if p := o.Party; p != nil {
		d.Named.Customer, d.Named.LocalCustomer, d.Named.Class, d.Named.Channel = p.Name, p.LocalName, p.Class, p.Channel
	}
	return d
}

// send makes a department answer for something: it stands as sent, whatever it said before.
func (s *Step) send(m pipelines.Memory, d *document.Distribution, duty document.Duty) *document.Duty {
	duty.Status, duty.Sent = document.DutySent, m.Now()
	local := m.Now().In(m.Zone())
	duty.Due = s.policy.Calendar.After(local, s.policy.AnswerWithin).UTC()
	duty.Overdue = s.policy.Calendar.After(local, s.policy.ManagerAfter).UTC()
	if before, ok := d.Duty(duty.Department, duty.Shipment); ok {
		*before = duty
		return before
	}
	d.Duties = append(d.Duties, duty)
	return &d.Duties[len(d.Duties)-1]
}

// dismiss forgets what departments owed that do not answer any more, and withdraws what they objected to.
func (s *Step) dismiss(m pipelines.Memory, d *document.Distribution) (requests []document.Document) {
	d.Duties = slices.DeleteFunc(d.Duties, func(duty document.Duty) bool {
		if s.policy.Departments[duty.Department].Answers || duty.Status == document.DutyAcked {
			return false
		}
		requests = append(requests, withdrawn(m, d.Order, &duty)...)
		return true
	})
	return requests
}

// notices are a notice for every recipient of a department.
func notices(to string, all []Recipient, n document.Notice) (answers []document.Document) {
	for _, r := range all {
		copied := document.Copy(&n)
		copied.To, copied.Recipient, copied.Address, copied.Channel, copied.Language = to, r.Name, r.Address, r.Channel, r.Language
		answers = append(answers, copied)
	}
	return answers
}

// notice is what every notice about an order carries.
func notice(m pipelines.Memory, d *document.Distribution, t document.NoticeType) document.Notice {
	return document.Notice{Type: t, At: m.Now().In(m.Zone()), Customer: d.Named.Customer, LocalCustomer: d.Named.LocalCustomer,
		Class: d.Named.Class, Order: d.Named.Number, OrderKey: d.Order, CustomerPO: d.Named.CustomerPO}
}

// dutyNotices tell others of a department's duty: that it is late, or was objected to.
func dutyNotices(m pipelines.Memory, d *document.Distribution, duty *document.Duty, t document.NoticeType, to string, all []Recipient) []document.Document {
	n := notice(m, d, t)
	n.ID = fmt.Sprintf("%s/%s/%d/%s", t, subject(d, duty), duty.Revision, duty.Department)
	copied := *duty
	n.Duty = &copied
	return notices(to, all, n)
}

// subject is what a duty is about, as the id of a notice names it.
func subject(d *document.Distribution, duty *document.Duty) string {
	if duty.Shipment == "" {
		return d.Order
	}
	return d.Order + "/" + duty.Shipment
}
