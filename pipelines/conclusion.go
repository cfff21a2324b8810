package pipelines

import (
	"errors"
	"reflect"

	"tradewire/mapping"
	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

func (d *Decision) setAside(desk *store.Desk, t task, err error) error {
	if noted, ok := errors.AsType[*Noted](err); ok {
		if err := d.touch(desk, t, noted.Documents); err != nil {
			return err
		}
	}
	if errors.Is(err, mapping.ErrNotConcerned) {
		desk.File(t.ID, string(Unchanged), "not one of the records that the mapping's `when` asks for")
		return nil
	}
	if aside, ok := errors.AsType[*SetAside](err); ok {
		if err := d.touch(desk, t, aside.Documents); err != nil {
			return err
		}
		desk.File(t.ID, string(aside.Bucket), aside.Reason)
		return nil
	}
	if missing, ok := errors.AsType[*Missing](err); ok {
		return desk.Refuse(t.Work, err.Error(), t.mapping, &missing.Ref)
	}
	return desk.Refuse(t.Work, err.Error(), t.mapping, nil)
}

// put stores what was decided, makes it due where it is wanted, and files the change.
func (d *Decision) put(desk *store.Desk, t task, answers []document.Document) error {
	own := make(map[document.Ref]bool, len(t.documents))
	for _, doc := range t.documents {
		own[document.RefOf(doc)] = true
	}
	bucket, reason := Unchanged, "says nothing new"
	for _, doc := range answers {
		if doc.Kind() == document.KindOutcome {
			continue // its news is in the document that it speaks of
		}
		origin := own[document.RefOf(doc)]
		moved, err := d.putOne(desk, t, doc, origin)
		if err != nil {
			return err
		}
		switch {
		case moved && origin:
			bucket, reason = bucketOf(doc), ""
		case moved && bucket == Unchanged:
			bucket, reason = Applied, ""
		}
	}
	desk.File(t.ID, string(bucket), reason)
	return d.house.Line.skip(desk, t)
}

// touch stores documents that changed with a change without coming from it.
func (d *Decision) touch(desk *store.Desk, t task, documents []document.Document) error {
	for _, doc := range documents {
		if _, err := d.putOne(desk, t, doc, false); err != nil {
			return err
		}
	}
	return nil
}

// putOne stores one document. Where it is an order that a despatch or a release moved, the change that the order comes
// from stands where the order stands now.
func (d *Decision) putOne(desk *store.Desk, t task, doc document.Document, origin bool) (moved bool, err error) {
	ref := document.RefOf(doc)
	answer, before := answered(desk, t.outcome(), doc), desk.Head(ref)
	revision, moved, err := desk.Put(doc, t.ID, origin)
	if err == nil {
		err = followTime(desk, t, before, doc)
	}
	if err != nil || !moved {
		return moved, err
	}
	if err := d.house.Line.followHeld(desk, t.Pipeline, before, doc); err != nil {
		return moved, err
	}
	if err := followRated(desk, t.Pipeline, before, doc); err != nil {
		return moved, err
	}
	if order, ok := doc.(*document.SalesOrder); ok && !origin && desk.Origin(ref) != 0 {
		desk.File(desk.Origin(ref), string(bucketOf(order)), "")
	}
	d.makeDue(desk, doc, revision, answer)
	return moved, nil
}

// bucketOf says where the change stands that a document comes from.
func bucketOf(d document.Document) Bucket {
	order, ok := d.(*document.SalesOrder)
	if !ok {
		return Applied
	}
	switch order.State {
	case document.OrderHeld:
		return Held
	case document.OrderCancelled, document.OrderShortClosed:
		return Cancelled
	}
	return Released
}

// answered is the answer of a target, where a document moves by it alone: by its number there.
func answered(desk *store.Desk, answer *document.Outcome, doc document.Document) *document.Outcome {
	was, _ := desk.Head(document.RefOf(doc)).(*document.SalesOrder)
	is, _ := doc.(*document.SalesOrder)
	if answer == nil || was == nil || is == nil {
		return nil
	}
	same := *is
	same.Refs = was.Refs
	if !reflect.DeepEqual(&same, was) {
		return nil
	}
	return answer
}

// makeDue makes a document due where it is wanted.
func (d *Decision) makeDue(desk *store.Desk, doc document.Document, revision int64, answer *document.Outcome) {
	for _, target := range d.house.Targets {
		if target.Takes != doc.Kind() || target.echoes(answer) {
			continue
		}
		if target.When != nil {
			wanted, err := target.When.Holds(doc)
			if err == nil && !wanted { // when it cannot be told, the delivery says so in a dead letter
				if revision > 1 {
					desk.NotDue(target.Name, document.RefOf(doc))
				}
				continue
			}
		}
		desk.Due(target.Name, document.RefOf(doc), revision)
	}
}
