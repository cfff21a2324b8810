package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

// TopicChanges carries what was taken in to the decision.
const TopicChanges = "changes"

// Origin says through which door changes come in.
type Origin struct {
	Pipeline string
	Source   string
	System   string        // whose records these are: two sources of one system share what has been seen
	Kind     document.Kind // what the records become
	Lane     string        // the record's field whose value shares a queue; empty: the record's key

	Lease     Lease // under which the source is read; the zero lease where it calls us
	MayVanish int   // percent of a set that may be missing from the next one before a person must look
}

// Taken counts what one Take did.
type Taken struct {
	New       int // wait for a decision now
	Duplicate int // the same message again
	Broken    int // dead letters at once
	Same      int // asked for and shown as it was seen last: no news, not counted as read

	Waiting []int64 // the ids of those that wait for a decision now
}

// Position is how far a source has been read.
func (s *Store) Position(ctx context.Context, source string) (connectors.Position, error) {
	var p string
	err := s.read.GetContext(ctx, &p, `SELECT position FROM source_position WHERE source = ?`, source)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return connectors.Position(p), err
}

// Take takes changes in, durably, before anyone acknowledges them. With a batch, the position moves in the same
// transaction: a crash here reads twice, never skips. (Invariant 1.)
func (s *Store) Take(ctx context.Context, from Origin, changes []connectors.Change, batch *connectors.Batch) (Taken, error) {
	var taken Taken
	changes = slices.Clone(changes)
	for i, c := range changes {
		changes[i] = fitting(c)
	}
	err := s.transact(ctx, func(tx *txn) error {
		taken = Taken{}
		if err := s.under(ctx, tx, from.Lease); err != nil {
			return err
		}
		t := taking{store: s, tx: tx, from: from, now: s.now(), taken: &taken, polled: batch != nil}
		if err := t.beginSet(ctx, batch); err != nil {
			return err
		}
		if err := t.look(ctx, changes); err != nil {
			return err
		}
		for _, c := range changes {
			if err := t.take(ctx, c); err != nil {
				return err
			}
		}
		if batch == nil {
			return nil
		}
		if batch.Set != "" && batch.End {
			if err := t.endSet(ctx); err != nil {
				return err
			}
		}
		return t.move(ctx, batch)
	})
	if err != nil {
		return Taken{}, fmt.Errorf("take %s: %w", from.Source, err)
	}
	return taken, nil
}

// taking is one transaction of Take.
type taking struct {
	store *Store
	tx    *txn
	from  Origin
	now   time.Time
	set   set

	polled bool // we asked for it: what we have seen already is not a message sent again
	seen   map[string]seenRow
	lanes  map[string]string // the credit accounts behind what the records name
	taken  *Taken
}

type seenRow struct {
	Key     string `db:"record_key"`
	Version string `db:"version"`
	Hash    string `db:"hash"`
	here    bool   // shown by the page at hand
}

// look reads the last seen image of every record in question at once.
func (t *taking) look(ctx context.Context, changes []connectors.Change) error {
	t.seen = make(map[string]seenRow, len(changes))
	keys, named := make([]string, 0, len(changes)), make([]string, 0, len(changes))
	for _, c := range changes {
		keys, named = append(keys, KeyOf(c)), append(named, t.named(c))
		if c.Broken != nil {
			keys = append(keys, unreadable(c))
		}
	}
	var err error
	if t.lanes, err = t.store.lanes(ctx, t.tx, named); err != nil {
		return err
	}
	if err := t.hold(ctx, keys); err != nil {
		return err
	}
	return inChunks(keys, func(part []string) error {
		query, args, err := sqlx.In(`
SELECT record_key, version, hash
  FROM seen
 WHERE "system" = ? AND kind = ? AND record_key IN (?) AND hash <> ''`, t.from.System, t.from.Kind, part)
		if err != nil {
			return err
		}
		var rows []seenRow
		if err := t.tx.SelectContext(ctx, &rows, query, args...); err != nil {
			return err
		}
		for _, r := range rows {
			t.seen[r.Key] = r
		}
		return nil
	})
}

// hold keeps other instances from taking in the same records before this transaction ends: the same message, sent to two of them
// at once, is one. A record that was never seen has a row with no image until then; the keys are taken in one order.
func (t *taking) hold(ctx context.Context, keys []string) error {
	if !t.store.dialect.shared {
		return nil
	}
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	return inChunks(keys, func(part []string) error {
		values := make([]any, 0, 3*len(part))
		for _, key := range part {
			values = append(values, t.from.System, t.from.Kind, key)
		}
		_, err := t.tx.ExecContext(ctx, `
INSERT INTO seen ("system", kind, record_key, version, hash, set_source, set_no)
VALUES `+strings.Repeat(", (?, ?, ?, '', '', '', 0)", len(part))[2:]+t.store.dialect.upsert(`"system", kind, record_key`), values...)
		return err
	})
}

func (t *taking) take(ctx context.Context, c connectors.Change) error {
	if c.Broken != nil {
		return t.takeBroken(ctx, c)
	}
	hash := "gone"
	if !c.Gone {
		hash = c.Record.Hash()
	}
	last, known := t.seen[c.Key]
	if known && last.Hash == hash && (c.Version == "" || t.polled && c.Version == last.Version) {
		t.taken.Same++
		if t.set.source == "" {
			return nil
		}
		return t.remember(ctx, c, hash) // the set shows it
	}
	duplicate, err := t.isDuplicate(ctx, c, hash)
	if err != nil {
		return err
	}
	if duplicate {
		t.taken.Duplicate++
		_, err := t.insert(ctx, c, hash, nil, "duplicate", "the same message was taken in before")
		return err
	}
	id, err := t.insert(ctx, c, hash, c.Record.Canonical(), "waiting", "")
	if err != nil {
		return err
	}
	t.taken.New++
	t.taken.Waiting = append(t.taken.Waiting, id)
	if err := t.remember(ctx, c, hash); err != nil {
		return err
	}
	t.store.tell(t.tx, id, t.lane(c))
	return nil
}

// takeBroken keeps a record that could not be read: it stops nothing else and is never lost.
func (t *taking) takeBroken(ctx context.Context, c connectors.Change) error {
	hash := rawHash(c.Broken.Raw)
	c.Key = KeyOf(c)
	image := c
	if t.seen[c.Key].here {
		image.Key = unreadable(c) // a record that stands there twice: the first is the one that is compared
	}
	if c.Version == "" && c.Message == "" && t.seen[image.Key].Hash == hash {
		t.taken.Same++
		return t.remember(ctx, image, hash)
	}
	duplicate, err := t.isDuplicate(ctx, c, hash)
	if err != nil {
		return err
	}
	if duplicate {
		t.taken.Duplicate++
		_, err := t.insert(ctx, c, hash, nil, "duplicate", "the same unreadable record was taken in before")
		return err
	}
	id, err := t.insert(ctx, c, hash, c.Broken.Raw, "dead_letter", c.Broken.Reason)
	if err != nil {
		return err
	}
	t.taken.Broken++
	// It is there, though it cannot be read: a set that shows it has not lost it.
	if err := t.remember(ctx, image, hash); err != nil {
		return err
	}
	return letter(ctx, t.tx, Letter{
		Stage: "intake", Place: t.from.Source, Kind: string(t.from.Kind), Key: c.Key, Change: id,
		Reason: c.Broken.Reason, Attempts: 1, Record: c.Broken.Raw, At: t.now,
	})
}

// KeyOf is the key under which a change is taken in: its own, or one made of its bytes when none could be read.
func KeyOf(c connectors.Change) string {
	if c.Key == "" && c.Broken != nil {
		return unreadable(c)
	}
	return c.Key
}

func unreadable(c connectors.Change) string { return "unreadable-" + rawHash(c.Broken.Raw)[:12] }

func rawHash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// isDuplicate says whether the same message, or the same version with the same content, was taken in before. One
// version with two contents is not a duplicate: the decision refuses it and says so. A source without versions is
// compared with the last image alone: what was true before may be true again.
func (t *taking) isDuplicate(ctx context.Context, c connectors.Change, hash string) (bool, error) {
	if c.Message != "" {
		var before string
		err := t.tx.GetContext(ctx, &before, `
SELECT hash FROM "change" WHERE source = ? AND message = ? ORDER BY id LIMIT 1`, t.from.Source, c.Message)
		switch {
		case err == nil && before == hash:
			return true, nil
		case err == nil:
			return false, &connectors.Error{Kind: connectors.Conflict, System: t.from.System, Op: "take message " + c.Message,
				Err: errors.New("this message id was used before with another body"), Hint: "the sender must use a new id for every message"}
		case !errors.Is(err, sql.ErrNoRows):
			return false, err
		}
	}
	if c.Version == "" {
		return t.seen[c.Key].Hash == hash, nil
	}
	var n int
	err := t.tx.GetContext(ctx, &n, `
SELECT COUNT(*)
  FROM "change"
 WHERE "system" = ? AND kind = ? AND record_key = ? AND version = ? AND hash = ?`,
		t.from.System, t.from.Kind, c.Key, c.Version, hash)
	return n > 0, err
}

func (t *taking) insert(ctx context.Context, c connectors.Change, hash string, body []byte, bucket, reason string) (int64, error) {
	result, err := t.tx.ExecContext(ctx, `
INSERT INTO "change" (pipeline, source, "system", kind, record_key, version, message, hash, body, gone, changed_at, taken_at, lane, bucket, reason)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.from.Pipeline, t.from.Source, t.from.System, t.from.Kind, c.Key, c.Version, c.Message, hash, body, c.Gone,
		stamp(c.At), stamp(t.now), t.lane(c), bucket, reason)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// lane is what shares a queue with the change. A wrong lane is slow, never wrong.
func (t *taking) lane(c connectors.Change) string {
	named := t.named(c)
	if account := t.lanes[named]; account != "" {
		return account
	}
	return named
}

// named is what the record names as its lane.
func (t *taking) named(c connectors.Change) string {
	switch v := c.Record[t.from.Lane].(type) {
	case string:
		return shortened(v)
	case connectors.Number:
		return shortened(string(v))
	}
	return c.Key
}

func (t *taking) remember(ctx context.Context, c connectors.Change, hash string) error {
	t.seen[c.Key] = seenRow{c.Key, c.Version, hash, true}
	_, err := t.tx.ExecContext(ctx, `
INSERT INTO seen ("system", kind, record_key, version, hash, set_source, set_no)
VALUES (?, ?, ?, ?, ?, ?, ?)`+t.store.dialect.upsert(`"system", kind, record_key`, "version", "hash", "set_source", "set_no"),
		t.from.System, t.from.Kind, c.Key, c.Version, hash, t.set.source, t.set.no)
	return err
}

// move moves the position. The source has been read to its end, and is fresh, when no more waits.
func (t *taking) move(ctx context.Context, batch *connectors.Batch) error {
	readAt := t.now
	if batch.More {
		readAt = time.Time{}
	}
	_, err := t.tx.ExecContext(ctx, `
INSERT INTO source_position (source, position, moved_at, set_no, set_open)
VALUES (?, ?, ?, ?, ?)`+t.store.dialect.upsert("source", "position", "moved_at = CASE {moved_at} WHEN '' THEN source_position.moved_at ELSE {moved_at} END",
		"set_no", "set_open"),
		t.from.Source, string(batch.Next), stamp(readAt), t.set.no, t.set.source != "" && !batch.End)
	return err
}

// TakeOutcome takes in what a target answered, in the transaction in which the delivery is settled.
func takeOutcome(ctx context.Context, s *Store, tx *txn, pipeline, lane string, o *document.Outcome) error {
	record := connectors.Record{
		"target": o.Target, "kind": string(o.Of.Kind), "key": o.Of.Key,
		"revision": connectors.Number(fmt.Sprint(o.Revision)), "reference": o.Reference,
	}
	lane, err := s.lane(ctx, tx, lane)
	if err != nil {
		return err
	}
	t := taking{store: s, tx: tx, now: o.At, taken: &Taken{}, seen: map[string]seenRow{},
		from: Origin{Pipeline: pipeline, Source: "delivery", System: o.Target, Kind: document.KindOutcome}}
	c := connectors.Change{Key: o.Of.Key, Version: fmt.Sprint(o.Revision), Record: record, At: o.At}
	id, err := t.insert(ctx, c, record.Hash(), record.Canonical(), "waiting", "")
	if err != nil {
		return err
	}
	s.tell(tx, id, lane)
	return nil
}

const stampLayout = "2006-01-02T15:04:05.000000Z"

// stamp writes t so that texts sort as instants do; no instant is empty.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(stampLayout)
}

func parseStamp(s string) time.Time {
	t, _ := time.Parse(stampLayout, s) // empty is no instant
	return t
}

// inChunks keeps an IN list within what both databases take.
func inChunks[T any](all []T, do func(part []T) error) error {
	const most = 500
	for len(all) > 0 {
		n := min(most, len(all))
		if err := do(all[:n]); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// tell puts a change into the decision's queue.
func (s *Store) tell(tx *txn, change int64, lane string) {
	id := strconv.FormatInt(change, 10)
	s.enqueue(tx, TopicChanges, Outgoing{UUID: id, Key: lane, Payload: []byte(id)})
}
