package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
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
	Backfill  *Step // not nil: the page belongs to the source's backfill, which moves in place of the source
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
	changes = slices.Clone(changes)
	for i, c := range changes {
		changes[i] = fitting(c)
	}
	for {
		taken, err := s.takeAll(ctx, from, changes, batch)
		if err == nil {
			return taken, nil
		}
		if !s.dialect.tooLong(err) || !setLongestAside(changes) {
			return Taken{}, fmt.Errorf("take %s: %w", from.Source, err)
		}
		if batch == nil { // whoever sends it is told, and keeps it
			return Taken{}, &connectors.Error{Kind: connectors.Refused, System: from.System, Op: "take " + from.Source, Err: err}
		}
	}
}

// takeAll takes changes in, in one transaction.
func (s *Store) takeAll(ctx context.Context, from Origin, changes []connectors.Change, batch *connectors.Batch) (taken Taken, err error) {
	err = s.transact(ctx, func(tx *txn) error {
		taken = Taken{}
		if err := s.under(ctx, tx, from.Lease); err != nil {
			return err
		}
		t := newTaking(s, tx, from)
		t.taken, t.polled = &taken, batch != nil
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
		if batch != nil && batch.Set != "" && batch.End {
			if err := t.endSet(ctx); err != nil {
				return err
			}
		}
		if err := t.write(ctx); err != nil || batch == nil {
			return err
		}
		if from.Backfill != nil {
			return t.moveBackfill(ctx, batch)
		}
		if err := t.freshen(ctx, batch); err != nil {
			return err
		}
		return t.move(ctx, batch)
	})
	return taken, err
}

// taking is one transaction of Take.
type taking struct {
	store *Store
	tx    *txn
	from  Origin
	now   time.Time
	set   set

	polled   bool // we asked for it: what we have seen already is not a message sent again
	seen     map[string]seenRow
	versions map[version]bool  // which were taken in before, of records that were seen
	messages map[string]string // the hash of what came under a message's id
	lanes    map[string]string // the credit accounts behind what the records name
	arrivals []arrival
	taken    *Taken
}

func newTaking(s *Store, tx *txn, from Origin) *taking {
	return &taking{store: s, tx: tx, from: from, now: s.now(), taken: &Taken{}, seen: map[string]seenRow{},
		versions: map[version]bool{}, messages: map[string]string{}}
}

// seenRow is the last image of a record.
type seenRow struct {
	Key     string `db:"record_key"`
	Version string `db:"version"`
	Hash    string `db:"hash"`
	there   bool   // the row stands in the database, or may stand there
	here    bool   // shown by the page at hand
}

// version is one version of a record with its content.
type version struct{ key, version, hash string }

// arrival is a change that is taken in now.
type arrival struct {
	change connectors.Change
	hash   string
	body   []byte
	lane   string
	bucket string
	reason string
	letter *Letter // of one that could not be read
}

// look reads the last seen image of every record in question at once, and what is known of their versions and messages. Other
// instances that take in the same records wait until this transaction ends: the same message, sent to two of them at once, is
// one. Of a record that was never seen there is no row to wait for: the second finds it made when it writes, and begins again.
func (t *taking) look(ctx context.Context, changes []connectors.Change) error {
	keys, named := make([]string, 0, len(changes)), make([]string, 0, len(changes))
	customers := t.from.Kind == document.KindSalesOrder // an order that names none names itself
	for _, c := range changes {
		keys, named = append(keys, KeyOf(c)), append(named, t.named(c))
		customers = customers && t.named(c) != c.Key
		if c.Broken != nil {
			keys = append(keys, unreadable(c))
		}
	}
	var err error
	if t.lanes, err = t.store.lanes(ctx, t.tx, named, customers); err != nil {
		return err
	}
	slices.Sort(keys) // those of two instances are taken in one order
	keys = slices.Compact(keys)
	for _, key := range keys {
		t.seen[key] = seenRow{Key: key}
	}
	var known []string
	err = inChunks(keys, func(part []string) error {
		query, args, err := sqlx.In(`
SELECT record_key, version, hash
  FROM seen
 WHERE "system" = ? AND kind = ? AND record_key IN (?)
 ORDER BY record_key`+t.store.dialect.forUpdate, t.from.System, t.from.Kind, part)
		if err != nil {
			return err
		}
		var rows []seenRow
		if err := t.tx.SelectContext(ctx, &rows, query, args...); err != nil {
			return err
		}
		for _, r := range rows {
			r.there = true
			t.seen[r.Key] = r
			known = append(known, r.Key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return errors.Join(t.lookForVersions(ctx, changes, known), t.lookForMessages(ctx, changes))
}

// lookForVersions reads which versions of records that were seen were taken in before.
func (t *taking) lookForVersions(ctx context.Context, changes []connectors.Change, known []string) error {
	versions := map[string][]string{}
	for _, c := range changes {
		if key := KeyOf(c); c.Version != "" {
			versions[key] = append(versions[key], c.Version)
		}
	}
	return inChunks(known, func(part []string) error {
		var come []string
		for _, key := range part {
			come = append(come, versions[key]...)
		}
		if len(come) == 0 {
			return nil
		}
		query, args, err := sqlx.In(`
SELECT record_key, version, hash
  FROM "change"`+t.store.dialect.through("change_record")+`
 WHERE kind = ? AND record_key IN (?) AND "system" = ? AND version IN (?)`, t.from.Kind, part, t.from.System, come)
		if err != nil {
			return err
		}
		var rows []seenRow
		err = t.tx.SelectContext(ctx, &rows, query, args...)
		for _, r := range rows {
			t.versions[version{r.Key, r.Version, r.Hash}] = true
		}
		return err
	})
}

// lookForMessages reads what came before under the messages' ids.
func (t *taking) lookForMessages(ctx context.Context, changes []connectors.Change) error {
	var ids []string
	for _, c := range changes {
		if c.Message != "" {
			ids = append(ids, c.Message)
		}
	}
	return inChunks(ids, func(part []string) error {
		query, args, err := sqlx.In(`SELECT message, hash FROM "change" WHERE source = ? AND message IN (?) ORDER BY id DESC`, t.from.Source, part)
		if err != nil {
			return err
		}
		var rows []struct {
			Message string `db:"message"`
			Hash    string `db:"hash"`
		}
		err = t.tx.SelectContext(ctx, &rows, query, args...)
		for _, r := range rows {
			t.messages[r.Message] = r.Hash // the first counts: it comes last
		}
		return err
	})
}

func (t *taking) take(ctx context.Context, c connectors.Change) error {
	if c.Broken != nil {
		return t.takeBroken(c)
	}
	body, hash := c.Record.Canonical(), "gone"
	if !c.Gone {
		hash = rawHash(body)
	}
	last := t.seen[c.Key]
	if last.Hash == hash && (c.Version == "" || t.polled && c.Version == last.Version) {
		t.taken.Same++
		if t.set.source != "" {
			t.remember(c, hash) // the set shows it
		}
		return nil
	}
	duplicate, err := t.isDuplicate(c, hash)
	if err != nil {
		return err
	}
	if duplicate {
		t.taken.Duplicate++
		t.arrive(arrival{change: c, hash: hash, bucket: "duplicate", reason: "the same message was taken in before"})
		return nil
	}
	t.taken.New++
	t.arrive(arrival{change: c, hash: hash, body: body, bucket: "waiting"})
	t.remember(c, hash)
	return nil
}

// takeBroken keeps a record that could not be read: it stops nothing else and is never lost.
func (t *taking) takeBroken(c connectors.Change) error {
	hash := rawHash(c.Broken.Raw)
	c.Key = KeyOf(c)
	image := c
	if t.seen[c.Key].here {
		image.Key = unreadable(c) // a record that stands there twice: the first is the one that is compared
	}
	if c.Version == "" && c.Message == "" && t.seen[image.Key].Hash == hash {
		t.taken.Same++
		t.remember(image, hash)
		return nil
	}
	duplicate, err := t.isDuplicate(c, hash)
	if err != nil {
		return err
	}
	if duplicate {
		t.taken.Duplicate++
		t.arrive(arrival{change: c, hash: hash, bucket: "duplicate", reason: "the same unreadable record was taken in before"})
		return nil
	}
	t.taken.Broken++
	t.arrive(arrival{change: c, hash: hash, body: c.Broken.Raw, bucket: "dead_letter", reason: c.Broken.Reason,
		letter: &Letter{Stage: "intake", Place: t.from.Source, Kind: string(t.from.Kind), Key: c.Key,
			Reason: c.Broken.Reason, Attempts: 1, Record: c.Broken.Raw, At: t.now}})
	// It is there, though it cannot be read: a set that shows it has not lost it.
	t.remember(image, hash)
	return nil
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
func (t *taking) isDuplicate(c connectors.Change, hash string) (bool, error) {
	if before, came := t.messages[c.Message]; came && c.Message != "" {
		if before == hash {
			return true, nil
		}
		return false, &connectors.Error{Kind: connectors.Conflict, System: t.from.System, Op: "take message " + c.Message,
			Err: errors.New("this message id was used before with another body"), Hint: "the sender must use a new id for every message"}
	}
	if c.Version == "" {
		return t.seen[c.Key].Hash == hash, nil
	}
	return t.versions[version{c.Key, c.Version, hash}], nil
}

// arrive takes a change in. It is known from now on, and written with the others.
func (t *taking) arrive(a arrival) {
	if a.lane == "" {
		a.lane = t.lane(a.change)
	}
	if _, came := t.messages[a.change.Message]; !came && a.change.Message != "" {
		t.messages[a.change.Message] = a.hash
	}
	if a.change.Version != "" {
		t.versions[version{a.change.Key, a.change.Version, a.hash}] = true
	}
	t.arrivals = append(t.arrivals, a)
}

// write writes what has arrived, tells the decision of what waits for it, and keeps the letters of what could not be read.
func (t *taking) write(ctx context.Context) error {
	rows := make([][]any, len(t.arrivals))
	for i, a := range t.arrivals {
		c := a.change
		rows[i] = []any{t.from.Pipeline, t.from.Source, t.from.System, t.from.Kind, c.Key, c.Version, c.Message, a.hash, a.body, c.Gone,
			stamp(c.At), stamp(t.now), a.lane, a.bucket, a.reason}
	}
	ids, err := t.tx.insertNumbered(ctx, `
INSERT INTO "change" (pipeline, source, "system", kind, record_key, version, message, hash, body, gone, changed_at, taken_at, lane, bucket, reason)`, rows)
	if err != nil {
		return err
	}
	for i, a := range t.arrivals {
		switch {
		case a.letter != nil:
			a.letter.Change = ids[i]
			if err := letter(ctx, t.tx, *a.letter); err != nil {
				return err
			}
		case a.bucket == "waiting":
			t.taken.Waiting = append(t.taken.Waiting, ids[i])
			t.store.tell(t.tx, ids[i], a.lane)
		}
	}
	t.arrivals = nil
	return t.writeSeen(ctx)
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

// remember notes the image of a record that was seen now.
func (t *taking) remember(c connectors.Change, hash string) {
	last, looked := t.seen[c.Key]
	t.seen[c.Key] = seenRow{c.Key, c.Version, hash, last.there || !looked, true}
}

// writeSeen writes the images that were seen now. What is new is made and never written over: where another instance has made it
// meanwhile, both must look again.
func (t *taking) writeSeen(ctx context.Context) error {
	const into = `
INSERT INTO seen ("system", kind, record_key, version, hash, set_source, set_no)`
	var made, moved [][]any
	for _, key := range slices.Sorted(maps.Keys(t.seen)) {
		r := t.seen[key]
		if !r.here {
			continue
		}
		row := []any{t.from.System, t.from.Kind, r.Key, r.Version, r.Hash, t.set.source, t.set.no}
		if r.there {
			moved = append(moved, row)
		} else {
			made = append(made, row)
		}
		t.seen[key] = seenRow{r.Key, r.Version, r.Hash, true, true}
	}
	for part := range t.tx.dialect.portions(made) {
		if _, err := t.tx.insertRows(ctx, into, "", part); err != nil {
			if t.store.dialect.taken(err) {
				err = fmt.Errorf("%w: %w", ErrMeanwhile, err)
			}
			return err
		}
	}
	upsert := t.store.dialect.upsert(`"system", kind, record_key`, "version", "hash", "set_source", "set_no")
	for part := range t.tx.dialect.portions(moved) {
		if _, err := t.tx.insertRows(ctx, into, upsert, part); err != nil {
			return err
		}
	}
	return nil
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

// takeOutcomes takes in what a target answered, in the transaction in which the deliveries are settled.
func (s *Store) takeOutcomes(ctx context.Context, tx *txn, pipeline string, outcomes []outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	named := make([]string, len(outcomes))
	for i, o := range outcomes {
		named[i] = o.lane
	}
	lanes, err := s.lanes(ctx, tx, named, true)
	if err != nil {
		return err
	}
	t := newTaking(s, tx, Origin{Pipeline: pipeline, Source: "delivery", System: outcomes[0].Target, Kind: document.KindOutcome})
	for _, o := range outcomes {
		record := connectors.Record{
			"target": o.Target, "kind": string(o.Of.Kind), "key": o.Of.Key,
			"revision": connectors.Number(fmt.Sprint(o.Revision)), "reference": o.Reference,
		}
		body := record.Canonical()
		t.arrive(arrival{change: connectors.Change{Key: o.Of.Key, Version: fmt.Sprint(o.Revision), At: o.At},
			hash: rawHash(body), body: body, lane: cmp.Or(lanes[o.lane], o.lane), bucket: "waiting"})
	}
	return t.write(ctx)
}

// outcome is what a target answered, and what its document names as its lane.
type outcome struct {
	*document.Outcome
	lane string
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
