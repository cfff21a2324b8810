package pipelines

import (
	"context"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines/bus"
)

// House is an installation put together: what is read, what decides, what is written. cmd builds it from the
// configuration; it reaches nothing by itself.
type House struct {
	Zone      *time.Location // the company's
	Clock     Clock
	Window    int           // messages on their way to the decision at once
	Bus       bus.Transport // nil: the queue of the store
	Pipelines map[string][]Step
	Sources   []Source
	Targets   []Target
	Line      Line // of held orders
	InStep    bool // Settle decides what one delivery has brought before the next: the same is done in the same order every time
}

// Line is how held orders that wait for room in their account stand behind each other.
type Line struct {
	Place func(o *document.SalesOrder) int // a lower one goes first; nil: the first that was held goes first
	Skip  bool                             // an order that does not fit does not stop those behind it
}

func (l Line) place(o *document.SalesOrder) int {
	if l.Place == nil {
		return 0
	}
	return l.Place(o)
}

// Clock tells the time, and waits. Real time is one; the simulated world has its own.
type Clock interface {
	Now() time.Time
	// WaitUntil returns at t, or with ctx's error. It may return early when wake closes.
	WaitUntil(ctx context.Context, t time.Time, wake <-chan struct{}) error
}

// Source is one way in.
type Source struct {
	Name     string
	Pipeline string
	System   string // whose records these are
	Lane     string // the record's field whose value shares a queue
	Makes    document.Kind
	Mapping  Decoder
	Every    time.Duration
	Page     int
	Vanish   int                 // percent of a snapshot that may be gone at once before a person must look
	Reads    connectors.Source   // nil for a source that calls us
	Receives connectors.Receiver // nil for a source that is read
}

// Target is one way out. Every document of the kind that it takes, from whichever pipeline, is due there.
type Target struct {
	Name     string
	Pipeline string
	Takes    document.Kind
	When     Predicate // nil: always
	Mapping  Encoder   // nil: only what is drawn goes out
	Formats  []string  // in which the document is drawn; none: nothing is attached
	Draw     Drawer
	Writes   connectors.Sink
	Alone    bool // nobody else writes there: a record that nothing here knows is drift
	Batch    int
	Attempts int           // refused or unknown that often: dead letter
	Backoff  time.Duration // doubled with every attempt, at most an hour
}

// Readers name the sources that are read for documents of a kind.
func (h *House) Readers(kind document.Kind) (names []string) {
	for _, s := range h.Sources {
		if s.Makes == kind && s.Reads != nil {
			names = append(names, s.Name)
		}
	}
	return names
}

// Decoder turns a record into documents.
type Decoder interface {
	Decode(r connectors.Record) ([]document.Document, error)
	Version() string
}

// Encoder turns a document into a record.
type Encoder interface {
	Encode(d document.Document) (connectors.Record, error)
	Version() string
}

// A reader knows which fields of a document it depends on. An Encoder or Predicate that is none may depend on any.
type reader interface{ Reads(field string) bool }

// echoes says that a change is this target's own answer, and nothing that the target is told depends on it: it is not told again
// what it has just told us.
func (t Target) echoes(answer *document.Outcome) bool {
	if answer == nil || answer.Target != t.Name || len(t.Formats) > 0 {
		return false
	}
	const answered = "refs" // what an outcome moves in a document
	for _, part := range []any{t.Mapping, t.When} {
		if known, ok := part.(reader); part != nil && (!ok || known.Reads(answered)) {
			return false
		}
	}
	return true
}

// Predicate says whether a target wants a document.
type Predicate interface {
	Holds(d document.Document) (bool, error)
}

// Drawer draws a document in one format: a paper as pdf, a notice as text.
type Drawer func(d document.Document, format string) (connectors.Attachment, error)

// lookAgain bounds a wait, so that what another process wrote is seen too.
const lookAgain = time.Minute

// backOff is base doubled with every failure, at most an hour.
func backOff(base time.Duration, failures int) time.Duration {
	wait := base
	for range failures {
		if wait *= 2; wait >= time.Hour {
			return time.Hour
		}
	}
	return wait
}
