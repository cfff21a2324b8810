package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

// Work is one change that waits for its decision.
type Work struct {
	ID       int64         `db:"id"`
	Pipeline string        `db:"pipeline"`
	Source   string        `db:"source"`
	System   string        `db:"system"`
	Kind     document.Kind `db:"kind"`
	Key      string        `db:"record_key"`
	Body     []byte        `db:"body"` // the record's canonical form
	Gone     bool          `db:"gone"`
	Bucket   string        `db:"bucket"`
	Changed  string        `db:"changed_at"`
	Taken    string        `db:"taken_at"`
}

// ChangedAt is when the change was made by its source's clock, or when it was taken in where the source does not say, UTC.
func (w Work) ChangedAt() time.Time {
	if w.Changed == "" {
		return parseStamp(w.Taken)
	}
	return parseStamp(w.Changed)
}

// Work reads the changes with these ids, in the order of the ids.
func (s *Store) Work(ctx context.Context, ids []int64) ([]Work, error) {
	var work []Work
	err := inChunks(ids, func(part []int64) error {
		query, args, err := sqlx.In(`
SELECT id, pipeline, source, "system", kind, record_key, body, gone, bucket, changed_at, taken_at
  FROM "change"
 WHERE id IN (?)
 ORDER BY id`, part)
		if err != nil {
			return err
		}
		var rows []Work
		err = s.read.SelectContext(ctx, &rows, query, args...)
		work = append(work, rows...)
		return err
	})
	return work, err
}

// ErrChanged says that another instance decided on the same documents meanwhile: decide again.
var ErrChanged = errors.New("another instance decided on the same documents meanwhile")

// ErrNoRoom says that the ledger of a credit account has no room for what was decided, whatever it was decided from. It may have
// when the account is read again.
var ErrNoRoom = errors.New("the ledger has no room for it")

// ErrUnfit says that a document cannot be kept as it was decided. It is the fault of its change, and of no other.
var ErrUnfit = errors.New("it cannot be kept as it was decided")

// Desk is what lies on the table during one decision: the documents that it needs, and what comes of it. Everything is
// written in one transaction, or nothing.
type Desk struct {
	ctx   context.Context
	tx    *txn
	store *Store
	now   time.Time
	heads map[document.Ref]*head
	tail  auditTail

	works   map[int64]Work         // the changes at hand
	history map[record][]earlier   // what else is known of their records; nil: not read yet
	awaited map[string]bool        // what dead letters wait for; nil: not read yet
	filed   map[int64]filing       // where changes stand now
	rooms   map[string]*room       // of credit accounts, by account
	due     []*dueNow              // deliveries that are made due
	last    map[addressee]*dueNow  // the latest of each document at a target
	undue   map[addressee]struct{} // documents of which nothing earlier is to be delivered any more
}

// Conclude decides in one transaction: the bus position moves, the heads move, and what must go out becomes due, or
// none of it does. A claim with another owner moves nothing. (Invariants 1 and 3.)
func (s *Store) Conclude(ctx context.Context, claim Progress, decide func(*Desk) error) error {
	return s.transact(ctx, func(tx *txn) error {
		if err := s.advance(ctx, tx, claim); err != nil {
			return err
		}
		desk := &Desk{ctx: ctx, tx: tx, store: s, now: s.now(), heads: map[document.Ref]*head{},
			tail: auditTail{chain: fmt.Sprintf("decision %s %d", claim.Topic, claim.Partition)}}
		desk.clear()
		if err := decide(desk); err != nil {
			return err
		}
		return desk.Write()
	})
}

// Write writes what was decided so far: each row once, and many at a time. Conclude does it at its end; whoever must know of
// which change a row was, that does not fit, has it done after each.
func (d *Desk) Write() error {
	for _, write := range []func() error{d.writeRooms, d.moveHeads, d.writeDue, d.writeFiled, func() error { return d.tx.write(d.ctx) }} {
		if err := write(); err != nil {
			return d.judged(err)
		}
	}
	d.clear()
	return nil
}

// clear forgets what was written.
func (d *Desk) clear() {
	d.filed, d.rooms = map[int64]filing{}, map[string]*room{}
	d.due, d.last, d.undue = nil, map[addressee]*dueNow{}, map[addressee]struct{}{}
}

// judged is what a fault of a row means. One that stands there already was made by another instance, since the documents were
// read.
func (d *Desk) judged(err error) error {
	switch {
	case d.store.dialect.taken(err):
		return fmt.Errorf("%w: %w", ErrChanged, err)
	case d.store.dialect.unfit(err):
		return fmt.Errorf("%w: %w", ErrUnfit, d.store.explain(err))
	}
	return err
}

// Now is the instant of this decision, UTC; the same for all of a batch.
func (d *Desk) Now() time.Time { return d.now }

// Outcome reads what a delivery answered.
func (w Work) Outcome() (*document.Outcome, error) {
	r, err := connectors.ParseRecord(w.Body, connectors.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("read outcome: %w", err)
	}
	var revision int64
	if n, ok := r["revision"].(connectors.Number); ok {
		_, _ = fmt.Sscan(string(n), &revision) // what is no whole number is no revision: zero
	}
	target, _ := r["target"].(string)
	kind, _ := r["kind"].(string)
	key, _ := r["key"].(string)
	reference, _ := r["reference"].(string)
	return &document.Outcome{Target: target, Of: document.Ref{Kind: document.Kind(kind), Key: key}, Revision: revision, Reference: reference}, nil
}

// ReadAt is when the least recently read of these sources was read to its end, UTC; zero when one never was.
func (d *Desk) ReadAt(sources []string) (time.Time, error) { return readAt(d.ctx, d.tx, sources) }

// ReadAt is the same for whoever only looks.
func (s *Store) ReadAt(ctx context.Context, sources []string) (time.Time, error) {
	return readAt(ctx, s.read, sources)
}

func readAt(ctx context.Context, from interface {
	SelectContext(ctx context.Context, into any, query string, args ...any) error
}, sources []string) (time.Time, error) {
	if len(sources) == 0 {
		return time.Time{}, nil
	}
	query, args, err := sqlx.In(`SELECT moved_at FROM source_position WHERE source IN (?) ORDER BY moved_at`, sources)
	if err != nil {
		return time.Time{}, err
	}
	var moved []string
	if err := from.SelectContext(ctx, &moved, query, args...); err != nil {
		return time.Time{}, err
	}
	if len(moved) < len(sources) {
		return time.Time{}, nil
	}
	return parseStamp(moved[0]), nil
}
