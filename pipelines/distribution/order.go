package distribution

import (
	"fmt"
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// order tells the departments what is new in an order. What moved with a shipment is no news here: shipping hears of it
// with the shipment, in the same answer.
func (s *Step) order(m pipelines.Memory, o *document.SalesOrder) []document.Document {
	before := orderOf(m, o.ID)
	if !o.WasReleased || o.Party == nil || before != nil && shippedSince(before, o) {
		return nil
	}
	d := begin(m, o)
	if d.Told.Revision == 0 {
		if stateOf(o) != string(document.OrderReleased) || before != nil && before.SourceRevision == o.SourceRevision && before.State == o.State {
			return nil // never told: it is told whole when it is released
		}
		return s.tellAll(m, d, o, told(o), nil)
	}
	now := told(o)
	if o.State == document.OrderShipped {
		now.State = d.Told.State // that all has left is no news to those who made it
	}
	if o.Held() {
		now = d.Told // what it asks for is not in force
		now.State, now.Revision = o.State, o.SourceRevision
	}
	changes := compare(d.Told, now)
	if len(changes) == 0 {
		return nil
	}
	return s.tellAll(m, d, o, now, changes)
}

// shippedSince says whether a shipment has come, or was told differently, between two states of an order.
func shippedSince(before, o *document.SalesOrder) bool {
	return !slices.Equal(before.Shipments, o.Shipments) || slices.ContainsFunc(o.Lines, func(l document.OrderLine) bool {
		was, known := before.Line(l.No)
		return known && !was.Shipped.Value.Equal(l.Shipped.Value)
	})
}

// tellAll tells every department that the changes concern. Without changes the order is new to all.
func (s *Step) tellAll(m pipelines.Memory, d *document.Distribution, o *document.SalesOrder, now document.Told, changes []document.FieldChange) []document.Document {
	before := d.Told
	var answers []document.Document
	for _, name := range s.policy.told(ofOrders) {
		concerned := s.concerning(name, before, now, changes)
		if len(changes) > 0 && len(concerned) == 0 {
			continue
		}
		n := notice(m, d, typeOf(before, now, changes))
		n.ID = fmt.Sprintf("%s/%s/%d", n.Type, o.ID, now.Revision)
		n.Total = o.Total
		n.News = s.news(name, o, before, now, concerned)
		if had, known := d.Duty(name, ""); known {
			n.News.Before = had.Revision // those between did not concern it
		}
		n.Duty, n.News.Answer = s.duty(m, d, o, name, n.Type, concerned)
		answers = append(answers, notices(name, s.policy.Departments[name].Recipients, n)...)
	}
	d.Told = now
	return append([]document.Document{d}, answers...)
}

// duty makes a department answer for a revision, when it must. The one that agreed to a cancellation has answered for it.
func (s *Step) duty(m pipelines.Memory, d *document.Distribution, o *document.SalesOrder, department string, about document.NoticeType, changes []document.FieldChange) (*document.Duty, bool) {
	if !s.policy.Departments[department].Answers {
		return nil, false
	}
	duty := s.send(m, d, document.Duty{Department: department, Revision: o.SourceRevision, About: about, Confirmed: o.ConfirmedAt, Fields: fieldsOf(changes)})
	if c := o.Cancelling; about == document.OrderCancelledNotice && c != nil && c.By != "" && department == s.policy.Agrees {
		d.Give(duty, document.Answer{Status: document.DutyAcked, By: c.By, At: c.At})
	}
	sent := *duty
	return &sent, sent.Status == document.DutySent
}

// fieldsOf names the fields that changed, each once.
func fieldsOf(changes []document.FieldChange) (fields []string) {
	for _, c := range changes {
		if !slices.Contains(fields, c.Field) {
			fields = append(fields, c.Field)
		}
	}
	return fields
}

// concerning are the changes that a department is told. That an order stops or goes on concerns everybody; that it may be
// cancelled only the one who must agree.
func (s *Step) concerning(department string, before, now document.Told, changes []document.FieldChange) (concerned []document.FieldChange) {
	for _, c := range changes {
		switch {
		case c.Field != document.FieldState:
			if slices.Contains(s.policy.Departments[department].Concerns, c.Field) {
				concerned = append(concerned, c)
			}
		case now.Cancelling || before.Cancelling && now.State == document.OrderReleased:
			if department == s.policy.Agrees {
				concerned = append(concerned, c)
			}
		default:
			concerned = append(concerned, c)
		}
	}
	return concerned
}

func typeOf(before, now document.Told, changes []document.FieldChange) document.NoticeType {
	moved := len(changes) > 0 && changes[0].Field == document.FieldState
	switch {
	case len(changes) == 0:
		return document.OrderReleasedNotice
	case moved && now.Cancelling:
		return document.CancelRequestedNotice
	case moved && now.State == document.OrderHeld:
		return document.OrderSuspendedNotice
	case moved && now.State == document.OrderCancelled:
		return document.OrderCancelledNotice
	}
	return document.OrderChangedNotice
}

// stateOf is where an order stands for those who make and buy for it: that a part has left changes nothing for them.
func stateOf(o *document.SalesOrder) string {
	switch o.State {
	case document.OrderPartiallyShipped, document.OrderShipped:
		return string(document.OrderReleased)
	case document.OrderShortClosed:
		return string(document.OrderCancelled)
	}
	return string(o.State)
}

// told is an order as the departments will know it.
func told(o *document.SalesOrder) document.Told {
	t := document.Told{Revision: o.SourceRevision, State: document.OrderState(stateOf(o)), RequestedOn: o.RequestedOn, PromisedOn: o.PromisedOn,
		Cancelling: o.Cancelling != nil && o.Cancelling.By == "" && stateOf(o) == string(document.OrderReleased),
		CustomerPO: o.CustomerPO, Currency: o.Currency, Terms: o.Terms, Incoterm: delivered(o), Remarks: o.Remarks}
	if t.PromisedOn.IsZero() {
		t.PromisedOn = o.RequestedOn
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		line := document.NoticeLine{No: l.No, Item: l.Item, Name: l.Description, Quantity: l.Quantity, RequiredOn: o.Required(l),
			PromisedOn: o.Promised(l), Price: l.Price}
		if l.Goods != nil {
			line.Name, line.LocalName = l.Goods.Name, l.Goods.LocalName
		}
		t.Lines = append(t.Lines, line)
	}
	return t
}

func delivered(o *document.SalesOrder) string {
	if o.Place == "" {
		return o.Incoterm
	}
	return o.Incoterm + " " + o.Place
}
