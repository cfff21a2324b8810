// Package connectors is the contract with every system outside: a CRM, an ERP database, a folder, a mail server.
//
// A connector reaches and does nothing else. It holds no cursor, knows no business rule and remembers nothing
// between two calls: where reading stands and what was written is remembered by pipelines/store.
package connectors

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"tradewire/config"
)

// Position says how far a source has been read, in the source's own words. The empty Position is the beginning.
type Position string

// A Source is read by position. Reading twice from the same position shows the same changes or newer ones of the
// same records; nothing is skipped. A Source is safe for use by one goroutine at a time.
type Source interface {
	// Read returns at most max changes after pos. It returns an *Error for every fault of the other system.
	Read(ctx context.Context, pos Position, max int) (Batch, error)
	Close() error
}

// Batch is one page of a Source. An empty page still moves: Next is always the position to read from next.
type Batch struct {
	Changes []Change
	Next    Position
	More    bool      // another page waits now
	AsOf    time.Time // the instant the other system speaks of, UTC; zero when it does not say
	Set     string    // not empty: the page belongs to a whole snapshot of that name, swapped in at its End
	End     bool      // the last page of the Set
}

// Change is one record of another system, as that system words it.
type Change struct {
	Kind    string    // what the source calls it in configuration: order, customer, despatch
	Key     string    // the record's key in its own system
	Version string    // the source's own version, empty when it has none
	Record  Record    // empty when Gone or Broken
	Gone    bool      // the record has been removed
	At      time.Time // when it changed, by the source's clock, UTC; zero when it does not say
	Message string    // the transport's own message id (webhook-id), empty when it has none
	Broken  *Broken   // not nil: the record could not be read; it becomes a dead letter and stops nothing else
}

// Broken is a record that was received and could not be read.
type Broken struct {
	Raw    []byte // the record as it came
	Reason string // what is wrong with it, for people
}

// A Fetcher reads single records by key: what a wake-up webhook needs.
type Fetcher interface {
	Fetch(ctx context.Context, kind string, keys []string) ([]Change, error)
}

// A Ranger is a Source that can be walked by key from one end to the other, a page at a time, however much it holds and however
// it tells what changes: what a backfill needs.
type Ranger interface {
	// Range returns at most max records behind the position, in the order of their keys, as Read would show them. The empty
	// position is the beginning; a position of Range is none of Read. A record that is there all the time is shown; More is false
	// on the last page. A page with a Set belongs to that snapshot and never ends it.
	Range(ctx context.Context, after Position, max int) (Batch, error)
}

// A Marker is a Source that can say where reading stands when everything that is there now has been read.
type Marker interface {
	// Mark returns the position from which Read shows what changes from now on; the empty one where it has none.
	Mark(ctx context.Context) (Position, error)
}

// A Counter is a Source that can say how many records it shows.
type Counter interface {
	Count(ctx context.Context) (int64, error)
}

// A Receiver is called by the other system. It runs until ctx ends.
type Receiver interface {
	// Receive hands over what arrives. take returns after the changes are durable; only then may the Receiver
	// acknowledge them to the sender. take returns an *Error of Kind Refused for what must not be sent again.
	Receive(ctx context.Context, take func(context.Context, []Change) error) error
	Close() error
}

// A Sink writes entries. The same Entry written twice changes nothing the second time.
type Sink interface {
	// Write returns one Result per entry. A plain error means that nothing is known of any entry; an *Error says
	// what happens next. An atomic sink writes all entries or none.
	Write(ctx context.Context, entries []Entry) ([]Result, error)
	Close() error
}

// Op says what an Entry asks for.
type Op string

const (
	Put    Op = "put"    // bring the record to this state, creating it where it is missing
	Remove Op = "remove" // take the record away
)

// Entry is one record on its way out, in the other system's words.
type Entry struct {
	Target      string // the target's name in configuration
	Kind        string // the kind of our document
	Key         string // our document's key
	Revision    int64  // our revision: it rises with every decision
	Epoch       int64  // generation of the lease under which the entry is written; a lower one than the target has seen is refused
	Op          Op
	Record      Record
	Attachments []Attachment
	Expect      string // the Mark of its Preview: it is written as previewed, or refused as a Conflict; empty: nothing is expected
}

// Attachment is a file that goes with an Entry: a paper, a picture.
type Attachment struct {
	Name      string // a plain file name without folders
	MediaType string
	Body      []byte
}

// State is what became of an Entry.
type State string

const (
	Applied    State = "applied"    // written now
	Unchanged  State = "unchanged"  // was there already, the same
	Superseded State = "superseded" // a later revision was there already
)

// Result is what became of one Entry.
type Result struct {
	State     State
	Reference string // the other system's own key: its order number; empty when it gives none
	Err       error  // not nil: this entry was not written; an *Error
}

// A Lister shows what a target holds of ours, page by page, for reconciliation: the records that Write made,
// with the columns that Write names, and records that look like ours and are not.
type Lister interface {
	// List returns at most max standings after the position, and the position of the next page; an empty
	// position means that there is no more.
	List(ctx context.Context, after Position, max int) ([]Standing, Position, error)
}

// Standing is one record as it stands in a target now.
type Standing struct {
	Key       string // our document's key, empty when the record carries none
	Reference string // the other system's own key
	Record    Record // in the same shape as Entry.Record
}

// A Keeper names the fields that it writes when a record is made and never again: what stands there later is not drift.
type Keeper interface {
	Keeps() []string
}

// A Prober says whether the other system can be reached and used, and changes nothing.
type Prober interface {
	Probe(ctx context.Context) error
}

// Level says how much a Finding matters.
type Level string

const (
	OK   Level = "ok"
	Warn Level = "warn" // it works, and something may surprise
	Bad  Level = "bad"  // a promise does not hold, or writing will be refused
)

// Finding is one thing seen on a look at another system before it is relied on.
type Finding struct {
	Level  Level
	About  string // the connection, a target or a source
	What   string // what is so
	Change string // what to change, as far as possible in words that can be typed; empty only when nothing

	Code string     // of what the configuration could say otherwise: short and stable, as in config.Fault
	Pos  config.Pos // of the same: where it is written
}

// An Examiner looks at what the other system promises, and changes nothing. It answers with an error only when it cannot
// look at all. A Connection that is one looks at its sources and targets as well.
type Examiner interface {
	Examine(ctx context.Context) ([]Finding, error)
}

// A Grader says by which letter its target is kept from writing twice: A an effect row of ours in the same transaction, B a
// unique name or reference there, C a lock and a look. A Sink that is none is D: nothing there tells for certain.
type Grader interface {
	Grade() string
}

// A Fencer is a Sink that can see to it, before anything is written under a lease, that nothing is written under an earlier one
// any more: whoever stood still while his lease went to another finds the door closed.
type Fencer interface {
	Fence(ctx context.Context, epoch int64) error
}

// A Preparer is a Source that needs something in the other system before it can be read, such as triggers that write a log.
type Preparer interface {
	// Preparation is what an administrator of that system must run, as text to be read; empty where nothing is needed.
	Preparation() string
}

// Field is one field of the records that a mapping makes, or reads.
type Field struct {
	Name   string
	Rows   bool       // it is a record, or a list of records
	Inside []Field    // of those
	Pos    config.Pos // where the mapping names it

	// Of what is made:
	Most     int  // the characters that it has at most; 0: that is not known
	Decimals int  // the decimals that its number can have; 0: none, or that is not known
	Prose    bool // people write it, in whichever script
	Own      bool // no other document has the same, nor another row of the same document
	Literal  any  // its value where that is written out

	// Of what is read:
	Missing bool // a record may be without it
	Null    bool // null may stand in it
}

// A Matcher is a Source or a Sink that knows from the configuration alone whether a mapping finds, or makes, what it needs, and
// nothing that it does not know.
type Matcher interface {
	Match(fields []Field) config.Faults
}

// A Foreseer is a Source or a Sink that tells from how the tables of its system are made what will go wrong with the fields that a
// mapping reads or makes. It reaches nothing, and claims nothing that cannot be told from there.
type Foreseer interface {
	Foresee(tables Schema, fields []Field) config.Faults
}

// A Fitter is a Sink that can tell, before anything is written, whether it takes records with such fields.
type Fitter interface {
	Fit(ctx context.Context, fields []Field) ([]Finding, error)
}

// A Planner is a Sink that can show what Write would do. It reads, locks nothing and never writes.
type Planner interface {
	// Draft begins a plan beside others, with which it shares what all of them would use up.
	Draft(beside []Draft) Draft
}

// A Draft plans entries, those of one call as they would be written together. What one of them would use up, such as a number, no other
// gets; what is refused uses up nothing. As nothing is written, an entry that comes twice is planned from what stands there both
// times, and the later plan is the whole one.
type Draft interface {
	// Plan answers one Preview per entry. A refusal is in its Preview; an error is a fault of the target.
	Plan(ctx context.Context, entries []Entry) ([]Preview, error)
}

// Does says what a Preview or a RowChange does.
type Does string

// What can be done to a record or a row.
const (
	Insert  Does = "insert"
	Update  Does = "update"
	Delete  Does = "delete"
	Nothing Does = "nothing"
)

// Preview is what would become of an Entry. Its Result carries a refusal that can be told without writing.
type Preview struct {
	Result
	Does  Does
	Rows  []RowChange
	Steps []string // the statements, in the target's own language
}

// RowChange is what would become of one row.
type RowChange struct {
	Table string
	Key   string // tells the row apart, for people: the record's reference or the row's own key
	Does  Does
	Cells []CellChange // that change; of an insert all that are given; of a delete none
}

// CellChange is what would become of a value: as in a Record, nil is NULL.
type CellChange struct {
	Field   string
	Was, Is any
	Later   bool // only the database makes it what it is: it is foreseen, and not part of the Mark
}

// Mark is equal for previews that do the same to the same values.
func (p Preview) Mark() string {
	sum := sha256.Sum256(p.Canonical())
	return hex.EncodeToString(sum[:])
}

// Canonical is what a preview does, as JSON.
func (p Preview) Canonical() []byte {
	rows := make([]any, len(p.Rows))
	for i, r := range p.Rows {
		cells := []any{}
		for _, c := range r.Cells {
			if !c.Later {
				cells = append(cells, []any{c.Field, c.Was, c.Is})
			}
		}
		rows[i] = []any{r.Table, r.Key, string(r.Does), cells}
	}
	return Record{"does": string(p.Does), "rows": rows}.Canonical()
}

// A Peeker is a Source that leaves a trace where it is read. Peek answers as Read does and leaves none.
type Peeker interface {
	Peek(ctx context.Context, pos Position, max int) (Batch, error)
}

// An Echoer is a Sink that knows when what it writes is read again by a source of ours.
type Echoer interface {
	// ComesBack names the place through which it comes back, empty when it does not, and what to write instead. ofOneKind: the
	// source makes the kind of document that is written.
	ComesBack(by Source, ofOneKind bool) (place, fix string)
}

// Env is what a driver may know about the installation.
type Env struct {
	Name string           // the connection's name in configuration
	Dir  string           // the folder of tradewire.yaml: relative paths start here
	Zone *time.Location   // the company's time zone, for systems that keep local time
	Now  func() time.Time // the clock
}

// A Driver makes connections of one sort. It does no I/O: everything it makes reaches the other system at its first
// use, so that checking a configuration needs no system to be there. All faults are reported at once.
type Driver func(env Env, settings config.Section) (Connection, config.Faults)

// A Connection makes sources, sinks and receivers of one system; each is an extra talent below.
type Connection interface {
	Close() error
}

// Readable is a Connection that can be read. The Source may also be a Fetcher.
type Readable interface {
	Source(kind string, read config.Section) (Source, config.Faults)
}

// Writable is a Connection that can be written to. The Sink may also be a Lister and a Prober.
type Writable interface {
	Sink(target string, write config.Section) (Sink, config.Faults)
}

// Callable is a Connection that is called by the other system.
type Callable interface {
	Receiver(kind string, listen config.Section) (Receiver, config.Faults)
}
