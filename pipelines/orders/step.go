// Package orders takes confirmed orders, their amendments and their cancellations in: it says what is in force, checks
// it, and counts it up. Whether the customer has credit for it is the next step's question.
package orders

import (
	"fmt"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Step decides sales orders, and notes the numbers that other systems gave them.
type Step struct{ agrees string }

// New is the orders step. The department that agrees must acknowledge the cancellation of an order in production before
// it takes effect; none: such orders are cancelled like any other.
func New(agrees string) *Step { return &Step{agrees} }

// Needs names the order as it stands, its customer and its items.
func (*Step) Needs(_ pipelines.Memory, d document.Document) []document.Ref {
	switch d := d.(type) {
	case *document.SalesOrder:
		refs := []document.Ref{document.RefOf(d), {Kind: document.KindParty, Key: d.Customer}}
		for _, line := range d.Lines {
			refs = append(refs, document.Ref{Kind: document.KindItem, Key: line.Item})
		}
		return refs
	case *document.ProductionReport:
		return []document.Ref{orderRef(d.Order)}
	case *document.Acknowledgement:
		return []document.Ref{orderRef(d.Order)}
	case *document.Outcome:
		if d.Of.Kind == document.KindSalesOrder {
			return []document.Ref{d.Of}
		}
	}
	return nil
}

func orderRef(key string) document.Ref {
	return document.Ref{Kind: document.KindSalesOrder, Key: key}
}

// Decide answers with the order in force: received, when credit must look at it, or closed.
func (s *Step) Decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	switch d := d.(type) {
	case *document.SalesOrder:
		order, err := s.decide(m, d)
		if err != nil {
			return nil, err
		}
		return []document.Document{order}, nil
	case *document.ProductionReport:
		return produced(m, d)
	case *document.Acknowledgement:
		return acknowledged(m, d), nil
	case *document.Outcome:
		if d.Of.Kind == document.KindSalesOrder {
			return written(m, d)
		}
	}
	return []document.Document{d}, nil
}

func (s *Step) decide(m pipelines.Memory, came *document.SalesOrder) (*document.SalesOrder, error) {
	head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, came.ID)
	if err := setAside(came, head); err != nil {
		return nil, err
	}
	if err := based(came, head); err != nil {
		return nil, err
	}
	if came.Request == document.RequestCancel {
		return s.cancel(m, came, head)
	}
	order := fromSource(came)
	order.ConfirmedAt = m.ChangedAt().UTC()
	if head != nil && head.SourceRevision == came.SourceRevision {
		order.ConfirmedAt = head.ConfirmedAt
	}
	faults := check(m, order)
	if head != nil {
		carry(order, head)
		faults = append(faults, forbidden(order, head)...)
	}
	return order, refusal(m, order, faults)
}

// setAside says whether the source tells something new.
func setAside(came, head *document.SalesOrder) error {
	if head == nil {
		return nil
	}
	if came.SourceRevision < head.SourceRevision {
		return &pipelines.SetAside{Bucket: pipelines.Superseded,
			Reason: fmt.Sprintf("revision %d came after revision %d", came.SourceRevision, head.SourceRevision)}
	}
	changed := differences(came, head)
	if came.Request == document.RequestCancel && head.Request == document.RequestCancel {
		changed = nil // a cancellation says nothing but that
	}
	switch {
	case len(changed) == 0 && (came.SourceRevision == head.SourceRevision || !head.Held() && !head.RejectedByCredit()):
		return unchanged(came, head) // a held order that is sent again is judged again: a payment may have come. So is one that was rejected
	case came.SourceRevision > head.SourceRevision:
		return nil
	}
	return fmt.Errorf("order %s: KEY_REUSED_DIFFERENT_BODY: revision %d came again with other content (%s): the source must raise the revision with every change",
		came.Number, came.SourceRevision, list(changed))
}

// unchanged keeps the revision even when it is all that is new: an earlier one that is still on its way must find it on
// the head, or it would be taken for the latest.
func unchanged(came, head *document.SalesOrder) error {
	aside := &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: fmt.Sprintf("revision %d says what was decided before", came.SourceRevision)}
	if came.SourceRevision > head.SourceRevision {
		order := document.Copy(head)
		order.SourceRevision = came.SourceRevision
		aside.Documents = []document.Document{order}
	}
	return aside
}

// carry keeps what was decided and done for the order so far.
func carry(order, head *document.SalesOrder) {
	order.WasReleased = head.WasReleased
	order.Refs = head.Refs
	order.Shipments = head.Shipments
	order.Credit = head.Credit
	order.Confirmation = head.Confirmation
	order.HeldSince = head.HeldSince
	if !head.RejectedByCredit() {
		order.Consent = head.Consent
	}
	for i := range order.Lines {
		if before, ok := head.Line(order.Lines[i].No); ok {
			order.Lines[i].Shipped, order.Lines[i].Started, order.Lines[i].Made = before.Shipped, before.Started, before.Made
		}
	}
}

// cancel closes what is still open. A cancellation that comes before its order is kept, so that the order finds it. Of an
// order in production it waits until planning has acknowledged it: what stands on the machines is not stopped by a click
// in another building.
func (s *Step) cancel(m pipelines.Memory, came, head *document.SalesOrder) (*document.SalesOrder, error) {
	if head == nil {
		order := fromSource(came)
		order.State = document.OrderCancelled
		return order, refusal(nil, order, identity(order))
	}
	order := document.Copy(head)
	order.Request = document.RequestCancel
	order.SourceRevision, order.ConfirmedAt = came.SourceRevision, m.ChangedAt().UTC()
	switch {
	case !order.AnyOpen() && order.AnyShipped():
		return nil, fmt.Errorf("order %s: cancel: everything was shipped: use a return", order.Number)
	case s.agrees != "" && order.InProduction() && order.WasReleased:
		order.Cancelling = &document.Cancelling{Revision: came.SourceRevision, Of: s.agrees, At: m.Now()}
		return order, nil
	}
	return closed(order), nil
}

// closed takes what is open out of an order. Nothing waits for a department any more.
func closed(order *document.SalesOrder) *document.SalesOrder {
	order.Holds, order.Cancelling, order.State, order.HeldSince = nil, nil, document.OrderCancelled, time.Time{}
	if order.AnyShipped() {
		order.State = document.OrderShortClosed
	}
	return order
}

// written notes under which number a target keeps the order.
func written(m pipelines.Memory, o *document.Outcome) ([]document.Document, error) {
	head := pipelines.Head[*document.SalesOrder](m, o.Of.Kind, o.Of.Key)
	if head == nil {
		return nil, &pipelines.Missing{Ref: o.Of, Hint: "target " + o.Target + " speaks of an order that was never decided here"}
	}
	if o.Reference == "" || head.Refs[o.Target] == o.Reference {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: o.Target + " gave no new number"}
	}
	order := document.Copy(head)
	if order.Refs == nil {
		order.Refs = make(map[string]string, 1)
	}
	order.Refs[o.Target] = o.Reference
	return []document.Document{order}, nil
}
