// Package reconcile compares what the sources say, what is remembered and what stands in the targets. It changes
// nothing. It is IT's nightly job, and what the tests believe.
package reconcile

import (
	"context"
	"errors"
	"fmt"
	"sort"

	"tradewire/connectors"
	"tradewire/mapping"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// Class says what sort of drift a finding is.
type Class string

const (
	Missing  Class = "missing"   // should be there and is not
	Extra    Class = "extra"     // is there and should not be
	Differs  Class = "differs"   // is there and says something else
	InFlight Class = "in_flight" // on its way: not drift
	Parked   Class = "parked"    // a dead letter tells why: not drift
	Broken   Class = "broken"    // our own books do not add up
)

// Finding is one thing that is not as it should be, or not yet.
type Finding struct {
	Class     Class        `json:"class"`
	System    string       `json:"system"`
	Key       string       `json:"key"`
	Number    string       `json:"number,omitempty"`    // what people call it
	Reference string       `json:"reference,omitempty"` // the other system's own number
	Detail    string       `json:"detail"`
	Fields    []Difference `json:"fields,omitempty"`
}

// Explained says whether the finding needs nobody: it moves by itself, or a dead letter says what to do.
func (f Finding) Explained() bool { return f.Class == InFlight || f.Class == Parked }

// Difference is one field that says something else.
type Difference struct {
	Field string `json:"field"`
	Want  string `json:"want"`
	Have  string `json:"have"`
}

// Report is the outcome of one reconciliation.
type Report struct {
	Checked     int       `json:"checked"` // comparisons made: records of sources and targets
	Unexplained int       `json:"unexplained"`
	Theirs      int       `json:"theirs"` // records of a target that were never sent from here, where others write too
	Findings    []Finding `json:"findings"`
}

func (r *Report) find(f Finding) {
	r.Findings = append(r.Findings, f)
	if !f.Explained() {
		r.Unexplained++
	}
}

// Run compares everything. An error means that a system could not be read; nothing can be said then.
func Run(ctx context.Context, s *store.Store, house *pipelines.House) (*Report, error) {
	r := &Report{Findings: []Finding{}}
	for _, source := range house.Sources {
		if source.Reads == nil || source.Makes != document.KindSalesOrder {
			continue
		}
		if err := r.source(ctx, s, source); err != nil {
			return nil, fmt.Errorf("reconcile %s: %w", source.Name, err)
		}
	}
	for _, target := range house.Targets {
		lister, ok := target.Writes.(connectors.Lister)
		if !ok || target.Mapping == nil {
			continue
		}
		if err := r.target(ctx, s, target, lister); err != nil {
			return nil, fmt.Errorf("reconcile %s: %w", target.Name, err)
		}
	}
	if err := r.books(ctx, s); err != nil {
		return nil, fmt.Errorf("reconcile our books: %w", err)
	}
	sort.SliceStable(r.Findings, func(i, j int) bool { return !r.Findings[i].Explained() && r.Findings[j].Explained() })
	return r, nil
}

// mostPages bounds reading a whole system.
const mostPages = 100_000

// source reads every record from the beginning and asks where it stands here.
func (r *Report) source(ctx context.Context, s *store.Store, source pipelines.Source) error {
	there := map[string]bool{}
	pos := connectors.Position("")
	for range mostPages {
		batch, err := readPage(ctx, source, pos)
		if err != nil {
			return err
		}
		for _, c := range batch.Changes {
			r.Checked++
			c.Key = store.KeyOf(c)
			there[c.Key] = true
			if err := r.record(ctx, s, source, c); err != nil {
				return err
			}
		}
		if pos = batch.Next; !batch.More {
			break
		}
	}
	return s.Each(ctx, source.Makes, func(d document.Document, _ int64) error {
		if !there[d.Key()] {
			f := Finding{Class: Extra, System: source.System, Key: d.Key(), Detail: "decided here, but its source does not know it (any more)"}
			if o, ok := d.(*document.SalesOrder); ok {
				f.Number = o.Number
			}
			r.find(f)
		}
		return nil
	})
}

// mostTries bounds asking a system that is briefly unavailable.
const mostTries = 5

func readPage(ctx context.Context, source pipelines.Source, pos connectors.Position) (batch connectors.Batch, err error) {
	for range mostTries {
		if batch, err = source.Reads.Read(ctx, pos, source.Page); err == nil || connectors.KindOf(err) != connectors.Unavailable {
			return batch, err
		}
	}
	return batch, err
}

func (r *Report) record(ctx context.Context, s *store.Store, source pipelines.Source, c connectors.Change) error {
	changes, err := s.ChangesOf(ctx, source.Makes, c.Key)
	if err != nil {
		return err
	}
	if c.Broken != nil {
		r.parkedOrMissing(source, c, changes, "it cannot be read: "+c.Broken.Reason)
		return nil
	}
	documents, err := source.Mapping.Decode(c.Record)
	if errors.Is(err, mapping.ErrNotConcerned) {
		return nil
	}
	if err != nil {
		r.parkedOrMissing(source, c, changes, "it cannot be translated: "+err.Error())
		return nil
	}
	for _, d := range documents {
		if order, ok := d.(*document.SalesOrder); ok {
			if err := r.order(ctx, s, source, c, order, changes); err != nil {
				return err
			}
		}
	}
	return nil
}

// order says whether an order's latest revision is in force here, or why not.
func (r *Report) order(ctx context.Context, s *store.Store, source pipelines.Source, c connectors.Change, order *document.SalesOrder, changes []store.ChangeRow) error {
	head, _, err := s.Document(ctx, document.RefOf(order))
	if err != nil && !errors.Is(err, store.ErrNoDocument) {
		return err
	}
	if known, ok := head.(*document.SalesOrder); ok && known.SourceRevision >= order.SourceRevision {
		return nil
	}
	for _, row := range changes {
		if row.Version == c.Version && row.Bucket == string(pipelines.Unchanged) {
			return nil
		}
	}
	r.parkedOrMissing(source, c, changes, fmt.Sprintf("revision %d is not in force here", order.SourceRevision))
	return nil
}

func (r *Report) parkedOrMissing(source pipelines.Source, c connectors.Change, changes []store.ChangeRow, why string) {
	f := Finding{Class: Missing, System: source.System, Key: c.Key, Detail: why}
	for _, row := range changes {
		switch {
		case row.Version != c.Version && c.Broken == nil:
		case row.Bucket == string(pipelines.DeadLetter):
			f.Class, f.Detail = Parked, row.Reason
		case row.Bucket == string(pipelines.Waiting):
			f.Class, f.Detail = InFlight, "taken in, not yet decided"
		}
	}
	r.find(f)
}

// books checks what only we can get wrong: the audit chain, and the numbers of papers.
func (r *Report) books(ctx context.Context, s *store.Store) error {
	broken, err := s.VerifyAudit(ctx)
	if err != nil {
		return err
	}
	r.Checked++
	if broken != 0 {
		r.find(Finding{Class: Broken, System: "tradewire", Key: fmt.Sprint(broken), Detail: fmt.Sprintf("the audit log was altered at event %d", broken)})
	}
	gaps, err := s.SeriesGaps(ctx)
	if err != nil {
		return err
	}
	r.Checked++
	for _, gap := range gaps {
		r.find(Finding{Class: Broken, System: "tradewire", Key: gap, Detail: "a paper's number series does not match the papers that were issued"})
	}
	altered, err := s.AlteredPapers(ctx)
	if err != nil {
		return err
	}
	r.Checked++
	for _, name := range altered {
		r.find(Finding{Class: Broken, System: "tradewire", Key: name, Detail: "the kept file differs from the hash that was recorded when it was drawn"})
	}
	return nil
}
