package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strings"
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
}

// Work reads the changes with these ids, in the order of the ids.
func (s *Store) Work(ctx context.Context, ids []int64) ([]Work, error) {
	var work []Work
	err := inChunks(ids, func(part []int64) error {
		query, args, err := sqlx.In(`
SELECT id, pipeline, source, system, kind, record_key, body, gone, bucket
  FROM change
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

// ErrUnfit says that a document cannot be kept as it was decided. It is the fault of its change, and of no other.
var ErrUnfit = errors.New("it cannot be kept as it was decided")

// Desk is what lies on the table during one decision: the documents that it needs, and what comes of it. Everything is
// written in one transaction, or nothing.
type Desk struct {
	ctx   context.Context
	tx    *sqlx.Tx
	store *Store
	now   time.Time
	heads map[document.Ref]*head
	tail  auditTail
}

type head struct {
	Kind     document.Kind `db:"kind"`
	DocKey   string        `db:"doc_key"`
	Revision int64         `db:"revision"`
	Hash     string        `db:"hash"`
	Origin   int64         `db:"origin"`

	document document.Document
	seen     int64 // the revision that the database holds; 0: none
}

// Conclude decides in one transaction: the bus position moves, the heads move, and what must go out becomes due, or
// none of it does. A claim with another owner moves nothing. (Invariants 1 and 3.)
func (s *Store) Conclude(ctx context.Context, claim Progress, decide func(*Desk) error) error {
	return s.transact(ctx, func(tx *sqlx.Tx) error {
		if err := s.advance(ctx, tx, claim); err != nil {
			return err
		}
		desk := &Desk{ctx: ctx, tx: tx, store: s, now: s.now(), heads: map[document.Ref]*head{}}
		if err := decide(desk); err != nil {
			return err
		}
		return desk.moveHeads()
	})
}

// Now is the instant of this decision, UTC; the same for all of a batch.
func (d *Desk) Now() time.Time { return d.now }

// Load puts documents on the desk, in key order and at once. What is there already is not read again.
func (d *Desk) Load(refs []document.Ref) error {
	byKind := map[document.Kind][]string{}
	for _, ref := range refs {
		if _, here := d.heads[ref]; !here {
			d.heads[ref] = &head{Kind: ref.Kind, DocKey: ref.Key}
			byKind[ref.Kind] = append(byKind[ref.Kind], ref.Key)
		}
	}
	for _, kind := range document.Kinds() {
		keys := byKind[kind]
		sort.Strings(keys)
		if err := inChunks(keys, func(part []string) error { return d.loadKind(kind, part) }); err != nil {
			return fmt.Errorf("read %s: %w", kind, err)
		}
	}
	return nil
}

func (d *Desk) loadKind(kind document.Kind, keys []string) error {
	query, args, err := sqlx.In(`
SELECT kind, doc_key, revision, hash, origin
  FROM head
 WHERE kind = ? AND doc_key IN (?)
 ORDER BY doc_key`, kind, keys)
	if err != nil {
		return err
	}
	var rows []head
	if err := d.tx.SelectContext(d.ctx, &rows, query, args...); err != nil {
		return err
	}
	for i := range rows {
		h := &rows[i]
		if h.document, err = d.body(h); err != nil {
			return err
		}
		h.seen = h.Revision
		d.heads[document.Ref{Kind: h.Kind, Key: h.DocKey}] = h
	}
	return nil
}

// body is the document of a head. A revision never changes, so that one that was read before is not read again.
func (d *Desk) body(h *head) (document.Document, error) {
	id := revisionID{h.Kind, h.DocKey, h.Revision, h.Hash}
	if known := d.store.bodies.get(id); known != nil {
		return known, nil
	}
	return d.store.readBody(d.ctx, d.tx, id)
}

// readBody reads a revision and keeps it.
func (s *Store) readBody(ctx context.Context, from sqlx.QueryerContext, id revisionID) (document.Document, error) {
	var body []byte
	err := sqlx.GetContext(ctx, from, &body, `
SELECT body FROM revision WHERE kind = ? AND doc_key = ? AND revision = ?`, id.kind, id.key, id.revision)
	if err != nil {
		return nil, err
	}
	doc, err := document.Unmarshal(id.kind, body)
	if err == nil {
		s.bodies.put(id, doc)
	}
	return doc, err
}

// Head is the document as it stands, nil when there is none or it was not loaded.
func (d *Desk) Head(ref document.Ref) document.Document {
	if h := d.heads[ref]; h != nil {
		return h.document
	}
	return nil
}

// Loaded says whether the document was looked for.
func (d *Desk) Loaded(ref document.Ref) bool { return d.heads[ref] != nil }

// Number takes the next number of a gap-free series. {YYYY} is the year of today, zeros in braces the width. A rolled
// back decision gives its numbers back.
func (d *Desk) Number(mask string, today document.Date) (string, error) {
	name := strings.ReplaceAll(mask, "{YYYY}", fmt.Sprintf("%04d", today.Year))
	if _, err := d.tx.ExecContext(d.ctx, `
INSERT INTO series (name, last)
VALUES (?, 1)
    ON CONFLICT (name) DO UPDATE SET last = last + 1`, name); err != nil {
		return "", err
	}
	var n int64
	if err := d.tx.GetContext(d.ctx, &n, `SELECT last FROM series WHERE name = ?`, name); err != nil {
		return "", err
	}
	return formatNumber(name, n), nil
}

// formatNumber puts a number into its mask: zeros in braces give the width.
func formatNumber(mask string, n int64) string {
	from, to := strings.Index(mask, "{0"), strings.LastIndex(mask, "0}")
	if from < 0 || to < from {
		return mask + fmt.Sprint(n)
	}
	return mask[:from] + fmt.Sprintf("%0*d", to-from, n) + mask[to+2:]
}

// Put makes d the new head of its kind and key and answers its revision. A document equal to its head moves nothing:
// moved is false. origin is true when the change speaks of this very document, and not only touches it.
func (d *Desk) Put(doc document.Document, change int64, origin bool) (revision int64, moved bool, err error) {
	ref := document.RefOf(doc)
	if err := d.Load([]document.Ref{ref}); err != nil {
		return 0, false, err
	}
	body, err := document.Marshal(doc)
	if err != nil {
		return 0, false, fmt.Errorf("write %s: %w: %w", ref, ErrUnfit, err)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	h := d.heads[ref]
	if h.Revision > 0 && h.Hash == hash {
		if origin && h.Origin != change {
			err = d.answerLetters(change)
		}
		return h.Revision, false, err
	}
	if account, ok := doc.(*document.CreditAccount); ok {
		before, _ := h.document.(*document.CreditAccount)
		if err := d.reserve(before, account); err != nil {
			return 0, false, err
		}
	}
	h.Revision, h.Hash, h.document = h.Revision+1, hash, doc
	if origin && h.Origin != change {
		if err := d.supersede(h.Origin, change); err != nil {
			return 0, false, err
		}
		h.Origin = change
	}
	d.store.bodies.put(revisionID{ref.Kind, ref.Key, h.Revision, hash}, doc)
	_, err = d.tx.ExecContext(d.ctx, `
INSERT INTO revision (kind, doc_key, revision, body, hash, change_id, decided_at)
VALUES (?, ?, ?, ?, ?, ?, ?)`, ref.Kind, ref.Key, h.Revision, body, hash, change, stamp(d.now))
	if err != nil {
		return 0, false, err
	}
	if err := d.note("decided", ref, h.Revision, hash); err != nil {
		return 0, false, err
	}
	return h.Revision, true, d.wake(ref)
}

// Origin is the change that the document's content comes from; 0 when there is none.
func (d *Desk) Origin(ref document.Ref) int64 {
	if h := d.heads[ref]; h != nil {
		return h.Origin
	}
	return 0
}

// moveHeads writes each head once, guarded by the revision that was read. (Invariant 3.)
func (d *Desk) moveHeads() error {
	refs := make([]document.Ref, 0, len(d.heads))
	for ref, h := range d.heads {
		if h.Revision != h.seen {
			refs = append(refs, ref)
		}
	}
	sort.Slice(refs, func(i, j int) bool {
		if refs[i].Kind != refs[j].Kind {
			return refs[i].Kind < refs[j].Kind
		}
		return refs[i].Key < refs[j].Key
	})
	for _, ref := range refs {
		if err := d.moveHead(ref, d.heads[ref]); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) moveHead(ref document.Ref, h *head) error {
	if h.seen == 0 {
		_, err := d.tx.ExecContext(d.ctx, `
INSERT INTO head (kind, doc_key, revision, hash, origin, decided_at)
VALUES (?, ?, ?, ?, ?, ?)`, ref.Kind, ref.Key, h.Revision, h.Hash, h.Origin, stamp(d.now))
		return err
	}
	result, err := d.tx.ExecContext(d.ctx, `
UPDATE head
   SET revision = ?, hash = ?, origin = ?, decided_at = ?
 WHERE kind = ? AND doc_key = ? AND revision = ?`,
		h.Revision, h.Hash, h.Origin, stamp(d.now), ref.Kind, ref.Key, h.seen)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, ErrChanged)
	}
	return nil
}

// File says where a change stands now, and why.
func (d *Desk) File(change int64, bucket, reason string) error {
	_, err := d.tx.ExecContext(d.ctx, `UPDATE change SET bucket = ?, reason = ? WHERE id = ?`, bucket, reason, change)
	return err
}

// supersede moves the change that a document came from aside for the one that it comes from now, and with it the dead
// letters of the same record that came before.
func (d *Desk) supersede(before, now int64) error {
	if before != 0 {
		if err := d.File(before, "superseded", "a later revision is in force"); err != nil {
			return err
		}
	}
	return d.answerLetters(now)
}

// answerLetters closes the dead letters of a record that came before the change: what they say is no longer so.
func (d *Desk) answerLetters(now int64) error {
	var w Work
	err := d.tx.GetContext(d.ctx, &w, `
SELECT id, pipeline, source, system, kind, record_key, gone, bucket FROM change WHERE id = ?`, now)
	if err != nil {
		return err
	}
	var older []int64
	err = d.tx.SelectContext(d.ctx, &older, `
SELECT id
  FROM change
 WHERE kind = ? AND record_key = ? AND system = ? AND bucket = 'dead_letter' AND id < ?`,
		w.Kind, w.Key, w.System, now)
	if err != nil {
		return err
	}
	for _, id := range older {
		if err := d.File(id, "superseded", "a later revision is in force"); err != nil {
			return err
		}
		if err := closeLetters(d.ctx, d.tx, id, "superseded", d.now); err != nil {
			return err
		}
	}
	return nil
}

// Refuse makes a dead letter of a change. waitsFor, when not empty, is the document at whose arrival it is tried again.
func (d *Desk) Refuse(w Work, reason, mapping string, waitsFor *document.Ref) error {
	if err := d.File(w.ID, "dead_letter", reason); err != nil {
		return err
	}
	l := Letter{Stage: "decision", Place: w.Source, Kind: string(w.Kind), Key: w.Key, Change: w.ID,
		Reason: reason, Attempts: 1, Record: w.Body, Mapping: mapping, At: d.now}
	if waitsFor != nil {
		l.WaitsFor = waitsFor.String()
	}
	if err := letter(d.ctx, d.tx, l); err != nil {
		return err
	}
	return d.note("refused", document.Ref{Kind: w.Kind, Key: w.Key}, 0, reason)
}

// wake sends everything that waited for a document back to be decided: it has come, or it may hold now what was missing
// in it.
func (d *Desk) wake(ref document.Ref) error {
	var ids []int64
	err := d.tx.SelectContext(d.ctx, &ids, `
SELECT change_id FROM dead_letter WHERE state = 'open' AND waits_for = ? ORDER BY id`, ref.String())
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := redecide(d.ctx, d.store, d.tx, id, d.now); err != nil {
			return err
		}
	}
	return nil
}

// Due makes a revision due at a target. What waited there of the same document is superseded: full states only.
func (d *Desk) Due(target string, ref document.Ref, revision int64) error {
	if err := d.NotDue(target, ref); err != nil {
		return err
	}
	_, err := d.tx.ExecContext(d.ctx, `
INSERT INTO delivery (target, kind, doc_key, revision, state, due_at, attempts, hash, reference, reason, moved_at)
VALUES (?, ?, ?, ?, 'waiting', ?, 0, '', '', '', ?)`, target, ref.Kind, ref.Key, revision, stamp(d.now), stamp(d.now))
	return err
}

// NotDue supersedes what waits at a target of a document, and what was refused there: written after a later revision is
// in force it would be a step back. (Invariant 3.)
func (d *Desk) NotDue(target string, ref document.Ref) error {
	result, err := d.tx.ExecContext(d.ctx, `
UPDATE delivery
   SET state = 'superseded', reason = 'a later revision is in force', moved_at = ?
 WHERE target = ? AND kind = ? AND doc_key = ? AND state IN ('waiting', 'dead')`, stamp(d.now), target, ref.Kind, ref.Key)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	_, err = d.tx.ExecContext(d.ctx, `
UPDATE dead_letter
   SET state = 'superseded', closed_at = ?
 WHERE state = 'open' AND delivery <> 0 AND place = ? AND kind = ? AND doc_key = ?`, stamp(d.now), target, ref.Kind, ref.Key)
	return err
}

// Outcome reads what a delivery answered.
func (w Work) Outcome() (*document.Outcome, error) {
	r, err := connectors.ParseRecord(w.Body, connectors.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("read outcome: %w", err)
	}
	var revision int64
	if n, ok := r["revision"].(connectors.Number); ok {
		fmt.Sscan(string(n), &revision)
	}
	target, _ := r["target"].(string)
	kind, _ := r["kind"].(string)
	key, _ := r["key"].(string)
	reference, _ := r["reference"].(string)
	return &document.Outcome{Target: target, Of: document.Ref{Kind: document.Kind(kind), Key: key}, Revision: revision, Reference: reference}, nil
}

// Mark begins a part of the decision that BackToMark can undo: number series only, before anything was put.
func (d *Desk) Mark() error {
	_, err := d.tx.ExecContext(d.ctx, `SAVEPOINT mark`)
	return err
}

// BackToMark undoes what the database was told since the last Mark.
func (d *Desk) BackToMark() error {
	_, err := d.tx.ExecContext(d.ctx, `ROLLBACK TO mark`)
	return err
}

// ReadAt is when the least recently read of these sources was read to its end, UTC; zero when one never was.
func (d *Desk) ReadAt(sources []string) (time.Time, error) {
	if len(sources) == 0 {
		return time.Time{}, nil
	}
	query, args, err := sqlx.In(`SELECT moved_at FROM source_position WHERE source IN (?) ORDER BY moved_at`, sources)
	if err != nil {
		return time.Time{}, err
	}
	var moved []string
	if err := d.tx.SelectContext(d.ctx, &moved, query, args...); err != nil {
		return time.Time{}, err
	}
	if len(moved) < len(sources) {
		return time.Time{}, nil
	}
	return parseStamp(moved[0]), nil
}
