package pipelines

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines/bus"
	"tradewire/pipelines/store"
)

// Decision is station 2: it turns what was taken in into documents, lets the steps decide, and concludes a batch of
// changes in one store transaction.
type Decision struct {
	store *store.Store
	house *House
	maps  map[string]Decoder // by source
	tell  func(Pulse)
}

// task is one change with the documents that it speaks of.
type task struct {
	store.Work
	documents []document.Document
	mapping   string
	err       error // the record could not be translated
}

// outcome is what a target answered, where the change is that; nil else.
func (t task) outcome() *document.Outcome {
	if t.Kind != document.KindOutcome || len(t.documents) != 1 {
		return nil
	}
	o, _ := t.documents[0].(*document.Outcome)
	return o
}

// rangFor says that the change is the alarm of a document, which is noted nowhere any more.
func (t task) rangFor(ref document.Ref) bool {
	if t.Kind != document.KindAlarm || len(t.documents) != 1 {
		return false
	}
	alarm, ok := t.documents[0].(*document.Alarm)
	return ok && alarm.Of == ref
}

// mostTries bounds deciding again after another instance was there first.
const mostTries = 5

// stuck is a change whose decision the store did not take.
type stuck struct {
	task int // which of the batch
	err  error
}

func (s *stuck) Error() string { return s.err.Error() }

func (s *stuck) Unwrap() error { return s.err }

// Handle decides a batch and acknowledges it after the commit. (Invariant 1.)
func (d *Decision) Handle(ctx context.Context, batch []*message.Message) error {
	ids := make([]int64, 0, len(batch))
	for _, m := range batch {
		id, err := strconv.ParseInt(string(m.Payload), 10, 64)
		if err != nil {
			d.tell(Pulse{Doing: fmt.Sprintf("message %s on the topic is not one of ours and is passed over: %.80q", m.UUID, m.Payload), Fault: true})
			continue
		}
		ids = append(ids, id)
	}
	work, err := d.store.Work(ctx, ids)
	if err != nil {
		return fmt.Errorf("decide: %w", err)
	}
	tasks := d.translate(work)
	claim, err := bus.ProgressOf(batch)
	if err != nil {
		return err
	}
	if err := d.decide(ctx, claim, tasks); err != nil {
		return fmt.Errorf("decide: %w", err)
	}
	for _, m := range batch {
		m.Ack()
	}
	return nil
}

// decide concludes a batch, once more where another instance was there first; where one always is, it is tried again later. A
// change whose decision the store does not take becomes a dead letter and stops no other; whose it is shows when each is written
// alone. (Invariant 5.)
func (d *Decision) decide(ctx context.Context, claim store.Progress, tasks []task) (err error) {
	alone := false
	for try := 0; try <= mostTries; try++ {
		err = d.store.Conclude(ctx, claim, func(desk *store.Desk) error { return d.conclude(desk, tasks, alone) })
		refused := errors.Is(err, store.ErrUnfit) || errors.Is(err, store.ErrNoRoom) && try == mostTries
		bad, known := errors.AsType[*stuck](err)
		switch {
		case refused && known:
			tasks[bad.task].documents, tasks[bad.task].err = nil, bad.err
			try = -1
		case refused && !alone:
			alone, try = true, -1
		case !errors.Is(err, store.ErrChanged):
			return err
		}
	}
	return err
}

// translate decodes outside the transaction: it is pure, and the store waits for nobody.
func (d *Decision) translate(work []store.Work) []task {
	tasks := make([]task, len(work))
	for i, w := range work {
		tasks[i] = task{Work: w}
		t := &tasks[i]
		switch {
		case w.Gone && w.Kind == document.KindReceivables:
			// An account that the set does not show any more has nothing open; its key is the account's.
			t.documents, t.Gone = []document.Document{&document.Receivables{Account: w.Key}}, false
		case w.Gone:
		case w.Kind == document.KindOutcome:
			o, err := w.Outcome()
			t.documents, t.err = []document.Document{o}, err
		case w.System == store.Ours:
			said, err := document.Unmarshal(w.Kind, w.Body)
			if t.err = err; err == nil {
				t.documents = []document.Document{said}
			}
		case d.maps[w.Source] == nil:
			t.err = fmt.Errorf("no source %q is configured any more", w.Source)
		default:
			m := d.maps[w.Source]
			t.mapping = m.Version()
			t.documents, t.err = decode(m, w.Body)
		}
	}
	return tasks
}

// decode translates one record. A mapping that panics stops this change, not the station.
func decode(m Decoder, body []byte) (documents []document.Document, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a fault in Tradewire while translating: %v", p)
		}
	}()
	record, err := connectors.ParseRecord(body, connectors.DefaultLimits)
	if err != nil {
		return nil, err
	}
	return m.Decode(record)
}

// conclude decides a batch. alone says that what each change comes to is written before the next is decided.
func (d *Decision) conclude(desk *store.Desk, tasks []task, alone bool) error {
	works := make([]store.Work, len(tasks))
	for i, t := range tasks {
		works[i] = t.Work
	}
	waiting, err := desk.TakeUp(works)
	if err != nil {
		return err
	}
	memory := &memory{desk: desk, house: d.house, read: map[document.Kind]time.Time{}}
	if err := d.fetchNeeds(desk, memory, tasks); err != nil {
		return err
	}
	for i, t := range tasks {
		if !waiting[t.ID] {
			continue // decided before: the message came twice
		}
		delete(waiting, t.ID) // it may be twice in this batch
		err := d.one(desk, memory, t)
		if err == nil && alone {
			err = desk.Write()
		}
		if err != nil {
			return &stuck{i, err}
		}
	}
	return nil
}

// fetchNeeds reads what the whole batch needs in a few rounds, so that deciding is arithmetic.
func (d *Decision) fetchNeeds(desk *store.Desk, m *memory, tasks []task) error {
	const rounds = 4
	m.looking = true
	defer func() { m.looking = false }()
	var own []document.Ref
	for _, t := range tasks {
		for _, doc := range t.documents {
			own = append(own, document.RefOf(doc))
		}
	}
	if err := desk.LoadToDecide(own); err != nil {
		return err
	}
	for range rounds {
		var refs []document.Ref
		for _, t := range tasks {
			for _, doc := range t.documents {
				for _, step := range d.house.Pipelines[t.Pipeline] {
					refs = append(refs, needs(step, m, doc)...)
				}
			}
		}
		missing := refs[:0]
		for _, ref := range refs {
			if ref.Key != "" && !desk.Loaded(ref) {
				missing = append(missing, ref)
			}
		}
		if len(missing) == 0 {
			return nil
		}
		if err := desk.Load(missing); err != nil {
			return err
		}
	}
	return nil
}

// needs asks a step. What one cannot tell is read when it decides.
func needs(step Step, m Memory, doc document.Document) (refs []document.Ref) {
	defer func() { _ = recover() }()
	return step.Needs(m, doc)
}

// one decides one change. Only a fault of the store is an error: everything else stops this change alone.
func (d *Decision) one(desk *store.Desk, m *memory, t task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: a fault in Tradewire while keeping it: %v", store.ErrUnfit, p)
		}
	}()
	if t.Gone {
		desk.File(t.ID, string(Unchanged), "removed at its source; what was decided stays")
		return nil
	}
	for _, doc := range t.documents {
		overtaken, err := desk.Overtaken(document.RefOf(doc), t.Work)
		if err != nil {
			return err
		}
		if overtaken {
			desk.File(t.ID, string(Superseded), "a later change of the same record was decided before")
			return nil
		}
	}
	answers, err := t.documents, t.err
	if err == nil {
		m.changed = t.ChangedAt()
		answers, err = d.chain(m, t)
	}
	if m.fault != nil {
		return m.fault
	}
	if err != nil {
		if err := m.giveBack(); err != nil {
			return err
		}
		return d.setAside(desk, t, err)
	}
	m.keep()
	return d.put(desk, t, answers)
}

// chain hands the documents from step to step. A step that panics stops this change, not the station.
func (d *Decision) chain(m *memory, t task) (answers []document.Document, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a fault in Tradewire while deciding: %v", p)
		}
	}()
	if _, known := d.house.Pipelines[t.Pipeline]; !known {
		return nil, fmt.Errorf("no pipeline %q is configured any more", t.Pipeline)
	}
	answers = t.documents
	for _, step := range d.house.Pipelines[t.Pipeline] {
		var next []document.Document
		for _, doc := range answers {
			decided, err := step.Decide(m, doc)
			if err != nil {
				return nil, err
			}
			next = append(next, decided...)
		}
		answers = latest(next)
	}
	return answers, nil
}

// latest keeps the last answer for each document, in the order of the first: two answers to one question would be two
// truths.
func latest(answers []document.Document) []document.Document {
	at := make(map[document.Ref]int, len(answers))
	kept := answers[:0:0]
	for _, a := range answers {
		ref := document.RefOf(a)
		if i, twice := at[ref]; twice {
			kept[i] = a
			continue
		}
		at[ref] = len(kept)
		kept = append(kept, a)
	}
	return kept
}
