package distribution

import (
	"fmt"
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// order tells the departments what is new in an order.
func (s *Step) order(m pipelines.Memory, o *document.SalesOrder) []document.Document {
	before := orderOf(m, o.ID)
	if !o.WasReleased || o.Party == nil {
		return nil
	}
	if begunSince(before, o) {
		return s.warn(m, o)
	}
	if !moved(before, o) {
		return nil
	}
	d := begin(m, o)
	if d.Told.Revision == 0 {
		if stateOf(o) != document.OrderReleased {
			return nil // it is told whole when it is released
		}
		return s.tellAll(m, d, o, told(o))
	}
	return s.tellAll(m, d, o, inForce(d.Told, o))
}

// begunSince says whether production of an order went on though it is cancelled.
func begunSince(before, o *document.SalesOrder) bool {
	return before != nil && before.RestCancelled() && o.RestCancelled() && slices.ContainsFunc(o.Lines, func(l document.OrderLine) bool {
		was, known := before.Line(l.No)
		return known && (l.Started.Value.Greater(was.Started.Value) || l.Made.Value.Greater(was.Made.Value))
	})
}

// warn tells of a cancellation again, with what is begun and made by now: somebody works on what nobody wants any more.
func (s *Step) warn(m pipelines.Memory, o *document.SalesOrder) (answers []document.Document) {
	d := begin(m, o)
	if d.Told.State != document.OrderCancelled {
		return nil
	}
	for _, name := range s.policy.told(ofOrders) {
		if slices.Contains(d.Knows, name) {
			answers = append(answers, s.tell(m, d, o, name, document.OrderCancelledNotice, d.Told, d.Told, nil)...)
		}
	}
	return append([]document.Document{d}, answers...)
}

// moved says whether what departments must know of an order can have changed. What moved with a shipment is no news here:
// shipping hears of it with the shipment, in the same answer.
func moved(before, o *document.SalesOrder) bool {
	switch {
	case before == nil || before.SourceRevision != o.SourceRevision:
		return true
	case !sameCancelling(before.Cancelling, o.Cancelling):
		return true
	}
	return before.Held() != o.Held() && o.State != document.OrderShipped
}

func sameCancelling(a, b *document.Cancelling) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// inForce is what departments must know of an order that they were told before. What a held order asks for is not in force,
// nor what it asked for when it is cancelled.
func inForce(before document.Told, o *document.SalesOrder) document.Told {
	now := told(o)
	if o.Held() || before.State == document.OrderHeld && now.State == document.OrderCancelled {
		state, cancelling, revision := now.State, now.Cancelling, now.Revision
		now = before
		now.State, now.Cancelling, now.Revision = state, cancelling, revision
	}
	return now
}

// tellAll tells every department what changed for it since it was told last; all of it when it was never told, and nothing
// of an order that stops before it heard of it.
func (s *Step) tellAll(m pipelines.Memory, d *document.Distribution, o *document.SalesOrder, now document.Told) []document.Document {
	before := d.Told
	answers := s.dismiss(m, d)
	for _, name := range s.policy.told(ofOrders) {
		knows, changes := slices.Contains(d.Knows, name), s.concerning(name, before, now)
		switch {
		case !knows && now.State == document.OrderReleased:
			d.Knows = append(d.Knows, name)
			answers = append(answers, s.tell(m, d, o, name, document.OrderReleasedNotice, document.Told{}, now, nil)...)
		case knows && len(changes) > 0:
			answers = append(answers, s.tell(m, d, o, name, typeOf(changes), before, now, changes)...)
		}
	}
	if len(answers) == 0 && !differs(before, now) {
		return nil
	}
	d.Told = now
	return append([]document.Document{d}, answers...)
}

// differs says whether two states of an order differ in anything that some department could be told.
func differs(before, now document.Told) bool {
	return before.State != now.State || before.Cancelling != now.Cancelling || len(compare(before, now)) > 0
}

// tell tells one department, and makes it answer.
func (s *Step) tell(m pipelines.Memory, d *document.Distribution, o *document.SalesOrder, name string, about document.NoticeType,
	before, now document.Told, changes []document.FieldChange) (answers []document.Document) {
	n := notice(m, d, about)
	n.ID = fmt.Sprintf("%s/%s/%d", about, o.ID, now.Revision)
	n.Total = o.Total
	n.News = s.news(name, o, before, now, changes)
	if had, known := d.Duty(name, ""); known {
		n.News.Before = had.Revision // those between did not concern it
		answers = withdrawn(m, o.ID, had)
	}
	n.Duty, n.News.Answer = s.duty(m, d, o, name, about, changes)
	return append(answers, notices(name, s.policy.Departments[name].Recipients, n)...)
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
	if !o.AnyOpen() {
		d.Give(duty, settled(m, "despatch"))
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
func (s *Step) concerning(department string, before, now document.Told) (changes []document.FieldChange) {
	agrees := department == s.policy.Agrees
	if was, is := standing(before, agrees), standing(now, agrees); was != is {
		changes = append(changes, document.FieldChange{Field: document.FieldState, Was: was, Is: is})
	}
	for _, c := range compare(before, now) {
		if slices.Contains(s.policy.Departments[department].Concerns, c.Field) {
			changes = append(changes, c)
		}
	}
	return changes
}

// standing is the state by which a department knows an order: a cancellation that waits only by the one that must agree.
func standing(t document.Told, agrees bool) string {
	if t.Cancelling && agrees {
		return string(document.CancelRequestedNotice)
	}
	return string(t.State)
}

func typeOf(changes []document.FieldChange) document.NoticeType {
	if changes[0].Field == document.FieldState {
		switch changes[0].Is {
		case string(document.CancelRequestedNotice):
			return document.CancelRequestedNotice
		case string(document.OrderHeld):
			return document.OrderSuspendedNotice
		case string(document.OrderCancelled):
			return document.OrderCancelledNotice
		}
	}
	return document.OrderChangedNotice
}

// stateOf is where an order stands for those who make and buy for it: that a part of it has left, or all, changes nothing
// for them.
func stateOf(o *document.SalesOrder) document.OrderState {
	switch {
	case o.State == document.OrderCancelled || o.State == document.OrderShortClosed || o.RestCancelled():
		return document.OrderCancelled
	case o.Held():
		return document.OrderHeld
	}
	return document.OrderReleased
}

// told is an order as the departments will know it.
func told(o *document.SalesOrder) document.Told {
	t := document.Told{Revision: o.SourceRevision, State: stateOf(o), RequestedOn: o.RequestedOn, PromisedOn: o.PromisedOn,
		Cancelling: o.Cancelling != nil && o.Cancelling.By == "" && stateOf(o) != document.OrderCancelled,
		CustomerPO: o.CustomerPO, Currency: o.Currency, Terms: o.Terms, Incoterm: delivered(o), Remarks: o.Remarks}
	if t.PromisedOn.IsZero() {
		t.PromisedOn = o.RequestedOn
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		line := document.NoticeLine{No: l.No, Item: l.Item, Name: l.Description, Wording: l.Description, Quantity: l.Quantity,
			RequiredOn: o.Required(l), PromisedOn: o.Promised(l), Price: l.Price}
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
