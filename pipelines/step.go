// Package pipelines decides and remembers: intake takes changes in, decision turns them into documents, delivery
// brings documents to their targets, and the supervisor keeps the three running.
package pipelines

import (
	"fmt"
	"time"

	"tradewire/mapping/document"
)

// A Step is one thing the company does with a document. It answers with documents and does nothing else: no clock, no
// database, no network. What it answers is stored, and what a target takes of it is sent, by others.
type Step interface {
	// Needs names the documents that Decide will ask the Memory for. It is called again with what was found, until it
	// names nothing new: first the customer, then the customer's credit account.
	Needs(m Memory, d document.Document) []document.Ref

	// Decide answers with the documents that are now true: d itself as decided, and others that changed with it. A
	// document of a kind that is not the step's business is answered as it came. Documents out of the Memory are
	// never changed; a step works on a document.Copy.
	//
	// An error sets this one change aside: a *SetAside where it stands, a *Missing until the document it waits for
	// arrives, any other error as a dead letter with its reason.
	Decide(m Memory, d document.Document) ([]document.Document, error)
}

// Memory is what a step may know: the documents it named in Needs as they stand now, the time, and number series.
type Memory interface {
	// Head is the document as it was last decided, nil when there is none. Documents that were decided earlier in
	// the same batch are seen.
	Head(ref document.Ref) document.Document
	// Now is the instant of the decision, UTC.
	Now() time.Time
	// Today is the day of the decision in the company's time zone.
	Today() document.Date
	// Zone is the company's time zone.
	Zone() *time.Location
	// ChangedAt is when the change that is decided was made, by its source's clock; when it was taken in, where the source
	// does not say. UTC.
	ChangedAt() time.Time
	// AsOf is when the least recently read source of a kind was read to its end, UTC: a set that was found unchanged
	// is as fresh as one that changed. Zero when one was never read, or when there is none.
	AsOf(kind document.Kind) time.Time
	// Number takes the next number of a gap-free series and formats it by its mask: "PL-{YYYY}-{00000}". Each year
	// of a mask that names the year is a series of its own. Call it last: nothing may fail after it.
	Number(mask string) string
}

// Head is m.Head for a known type; nil when there is no such document.
func Head[D document.Document](m Memory, kind document.Kind, key string) D {
	d, _ := m.Head(document.Ref{Kind: kind, Key: key}).(D)
	return d
}

// SaidAt is when something was said: when it says itself, but never later than now; the time of its change otherwise.
func SaidAt(m Memory, at time.Time) time.Time {
	if at.IsZero() {
		at = m.ChangedAt()
	}
	if at.After(m.Now()) {
		at = m.Now()
	}
	return at.UTC()
}

// Bucket is where a change stands. Every change that was taken in stands in exactly one.
type Bucket string

const (
	Waiting    Bucket = "waiting"     // taken in, not yet decided
	Released   Bucket = "released"    // an order that went on to the ERP
	Held       Bucket = "held"        // an order that credit holds
	Cancelled  Bucket = "cancelled"   // an order that was cancelled
	Applied    Bucket = "applied"     // any other document that is in force
	Unchanged  Bucket = "unchanged"   // says nothing new
	Superseded Bucket = "superseded"  // a later revision is in force
	Duplicate  Bucket = "duplicate"   // the same message again
	DeadLetter Bucket = "dead_letter" // refused, with its reason; waits for a person
)

// SetAside says that a change needs no decision: Unchanged, Superseded or Duplicate.
type SetAside struct {
	Bucket Bucket
	Reason string
	// Documents are true all the same: a head that now knows a later revision of its source, though that revision says
	// nothing new. What the head comes from stays what it was.
	Documents []document.Document
}

func (s *SetAside) Error() string { return fmt.Sprintf("%s: %s", s.Bucket, s.Reason) }

// Noted is an error beside which documents are true all the same: an account that knows that its receivables could not be taken. What
// becomes of the change is said by Err.
type Noted struct {
	Err       error
	Documents []document.Document
}

func (n *Noted) Error() string { return n.Err.Error() }

func (n *Noted) Unwrap() error { return n.Err }

// Missing says that a change cannot be decided before another document is known. It stands as a dead letter that is
// tried again by itself when that document arrives.
type Missing struct {
	Ref  document.Ref
	Hint string // what to try
}

func (m *Missing) Error() string { return fmt.Sprintf("there is no %s (%s)", m.Ref, m.Hint) }
