// Package orders takes confirmed orders, their amendments and their cancellations in: it says what is in force, checks
// it, and counts it up. Whether the customer has credit for it is the next step's question.
package orders

import (
	"fmt"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Step decides sales orders, and notes the numbers that other systems gave them.
type Step struct{}

// New is the orders step.
func New() *Step { return &Step{} }

// Needs names the order as it stands, its customer and its items.
func (*Step) Needs(_ pipelines.Memory, d document.Document) []document.Ref {
	switch d := d.(type) {
	case *document.SalesOrder:
		refs := []document.Ref{document.RefOf(d), {Kind: document.KindParty, Key: d.Customer}}
		for _, line := range d.Lines {
			refs = append(refs, document.Ref{Kind: document.KindItem, Key: line.Item})
		}
		return refs
	case *document.Outcome:
		if d.Of.Kind == document.KindSalesOrder {
			return []document.Ref{d.Of}
		}
	}
	return nil
}

// Decide answers with the order in force: received, when credit must look at it, or closed.
func (*Step) Decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	switch d := d.(type) {
	case *document.SalesOrder:
		order, err := decide(m, d)
		if err != nil {
			return nil, err
		}
		return []document.Document{order}, nil
	case *document.Outcome:
		if d.Of.Kind == document.KindSalesOrder {
			return written(m, d)
		}
	}
	return []document.Document{d}, nil
}

func decide(m pipelines.Memory, came *document.SalesOrder) (*document.SalesOrder, error) {
	head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, came.ID)
	if err := setAside(came, head); err != nil {
		return nil, err
	}
	if came.Request == document.RequestCancel {
		return cancel(came, head)
	}
	order := fromSource(came)
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
	case len(changed) == 0 && (came.SourceRevision == head.SourceRevision || !head.Held()):
		return unchanged(came, head) // a held order that is sent again is judged again: a payment may have come
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
	for i := range order.Lines {
		if before, ok := head.Line(order.Lines[i].No); ok {
			order.Lines[i].Shipped = before.Shipped
		}
	}
}

// cancel closes what is still open. A cancellation that comes before its order is kept, so that the order finds it.
func cancel(came, head *document.SalesOrder) (*document.SalesOrder, error) {
	if head == nil {
		order := fromSource(came)
		order.State = document.OrderCancelled
		return order, refusal(nil, order, identity(order))
	}
	order := document.Copy(head)
	order.Request = document.RequestCancel
	order.SourceRevision = came.SourceRevision
	order.Holds = nil
	switch {
	case !order.AnyShipped():
		order.State = document.OrderCancelled
	case order.AnyOpen():
		order.State = document.OrderShortClosed
	default:
		return nil, fmt.Errorf("order %s: cancel: everything was shipped: use a return", order.Number)
	}
	return order, nil
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
