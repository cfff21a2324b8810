package distribution

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// shipment tells shipping what to book or to deliver. A shipment that the ERP corrects is told again, a revision up; the
// forwarder's news is the answer to a booking.
func (s *Step) shipment(m pipelines.Memory, sh *document.Shipment) []document.Document {
	o := orderOf(m, sh.Order)
	if o != nil && sh.Left() == nil {
		return s.stop(m, o, sh)
	}
	if o == nil || sh.Booking == nil && sh.Drop == nil {
		return nil
	}
	head := pipelines.Head[*document.Shipment](m, document.KindShipment, sh.ID).Left()
	d, face := begin(m, o), faceOf(sh)
	var answers []document.Document
	changed := false
	for _, name := range s.policy.told(ofShipments) {
		before, known := d.Duty(name, sh.ID)
		switch {
		case !known || before.Face != face:
			answers = append(answers, s.tellShipping(m, d, name, o, sh, face)...)
			changed = true
		case booked(head, sh) && before.Status == document.DutySent:
			d.Give(before, document.Answer{Status: document.DutyAcked, By: sh.Voyage.Forwarder, At: m.Now()})
			changed = true
		}
	}
	if !o.With(head, sh).AnyOpen() {
		requests, any := settle(m, d, sh)
		answers, changed = append(answers, requests...), changed || any
	} else {
		changed = s.reopen(m, d) || changed
	}
	if !changed {
		return nil
	}
	return append([]document.Document{d}, answers...)
}

// settle answers what still waits of an order, or was objected to, by the despatch of the last of it: nobody is chased for
// goods that have left, and nothing of them can be changed.
func settle(m pipelines.Memory, d *document.Distribution, sh *document.Shipment) (requests []document.Document, any bool) {
	for i := range d.Duties {
		if duty := &d.Duties[i]; duty.Shipment == "" && duty.Status != document.DutyAcked {
			requests = append(requests, withdrawn(m, d.Order, duty)...)
			d.Give(duty, settled(m, "despatch "+sh.ID))
			any = true
		}
	}
	return requests, any
}

// reopen asks again what a despatch had settled, when it turns out that something is still open.
func (s *Step) reopen(m pipelines.Memory, d *document.Distribution) (any bool) {
	for i := range d.Duties {
		if duty := d.Duties[i]; duty.Settled {
			s.send(m, d, document.Duty{Department: duty.Department, Revision: duty.Revision, About: duty.About, Confirmed: duty.Confirmed, Fields: duty.Fields})
			any = true
		}
	}
	return any
}

// settled is the answer that a despatch gives.
func settled(m pipelines.Memory, by string) document.Answer {
	return document.Answer{Status: document.DutyAcked, By: by, Settled: true, At: m.Now()}
}

// booked says whether the forwarder has just told of a shipment. What it told of a booking before is no answer to a new one.
func booked(before, sh *document.Shipment) bool {
	return sh.Voyage != nil && (before == nil || before.Voyage == nil || *before.Voyage != *sh.Voyage)
}

// tellShipping keeps a duty even of a department that need not answer: by it a correction is known.
func (s *Step) tellShipping(m pipelines.Memory, d *document.Distribution, name string, o *document.SalesOrder, sh *document.Shipment, face string) []document.Document {
	duty := document.Duty{Department: name, Shipment: sh.ID, Revision: 1, About: document.BookingNotice, Confirmed: m.ChangedAt(), Face: face}
	if sh.Booking == nil {
		duty.About = document.DeliveryNotice
	}
	var answers []document.Document
	if before, known := d.Duty(name, sh.ID); known {
		duty.Revision = before.Revision + 1
		answers = withdrawn(m, o.ID, before)
	}
	sent := s.send(m, d, duty)
	n := notice(m, d, duty.About)
	n.ID = fmt.Sprintf("%s/%s/%s/%d", n.Type, o.ID, sh.ID, duty.Revision)
	n.News = &document.News{Revision: o.SourceRevision, Channel: sh.Channel, OrderedOn: o.OrderedOn, RequestedOn: o.RequestedOn,
		PromisedOn: o.PromisedOn, Incoterm: delivered(o), Remarks: o.Remarks, Answer: s.policy.Departments[name].Answers}
	n.Shipment, n.Buyer = document.Copy(sh), document.Copy(buyer(m, o))
	if !n.News.Answer {
		sent.Status = document.DutyAcked
	}
	copied := *sent
	n.Duty = &copied
	return append(answers, notices(name, s.policy.Departments[name].Recipients, n)...)
}

func buyer(m pipelines.Memory, o *document.SalesOrder) *document.Party {
	if p := pipelines.Head[*document.Party](m, document.KindParty, o.Customer); p != nil {
		return p
	}
	return o.Party
}

// faceOf is a check sum of what shipping was told of a shipment.
func faceOf(sh *document.Shipment) string {
	body, err := document.Marshal(&document.Shipment{ID: sh.ID, On: sh.On, Lines: sh.Lines, Packing: sh.Packing, Booking: sh.Booking, Drop: sh.Drop})
	if err != nil {
		panic(err) // documents hold nothing that does not marshal
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:8])
}
