package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

// Delivery is one document on its way to one target.
type Delivery struct {
	ID       int64
	Target   string
	Ref      document.Ref
	Revision int64 // ours
	Attempts int
	Document document.Document
	LastHash string // of the record that the target took last for this document; empty: none yet, or one between may have arrived unheard
	LastRef  string // the target's own number for it
}

type deliveryRow struct {
	ID       int64          `db:"id"`
	Target   string         `db:"target"`
	Kind     document.Kind  `db:"kind"`
	Key      string         `db:"doc_key"`
	Revision int64          `db:"revision"`
	Attempts int            `db:"attempts"`
	Hash     string         `db:"hash"`
	LastHash sql.NullString `db:"last_hash"`
	LastRef  sql.NullString `db:"last_ref"`
}

// DueNow are the deliveries to a target whose time has come, in the order in which they were decided.
func (s *Store) DueNow(ctx context.Context, target string, max int) ([]Delivery, error) {
	var rows []deliveryRow
	err := s.read.SelectContext(ctx, &rows, `
SELECT d.id, d.target, d.kind, d.doc_key, d.revision, d.attempts, r.hash, l.reference AS last_ref,
       CASE WHEN EXISTS (
            SELECT 1
              FROM delivery b
             WHERE b.target = d.target AND b.kind = d.kind AND b.doc_key = d.doc_key AND b.id > l.id AND b.id < d.id)
            THEN '' ELSE l.hash END AS last_hash
  FROM delivery d
  JOIN revision r ON r.kind = d.kind AND r.doc_key = d.doc_key AND r.revision = d.revision
  LEFT JOIN delivery l ON l.id = (
       SELECT MAX(p.id)
         FROM delivery p
        WHERE p.target = d.target AND p.kind = d.kind AND p.doc_key = d.doc_key AND p.state IN ('applied', 'unchanged'))
 WHERE d.target = ? AND d.state = 'waiting' AND d.due_at <= ?
 ORDER BY d.id
 LIMIT ?`, target, stamp(s.now()), max)
	if err != nil {
		return nil, fmt.Errorf("read what is due at %s: %w", target, err)
	}
	due := make([]Delivery, len(rows))
	for i, r := range rows {
		id := revisionID{r.Kind, r.Key, r.Revision, r.Hash}
		doc := s.bodies.get(id)
		if doc == nil {
			if doc, err = s.readBody(ctx, s.read, id); err != nil {
				return nil, err
			}
		}
		due[i] = Delivery{r.ID, r.Target, document.Ref{Kind: r.Kind, Key: r.Key}, r.Revision, r.Attempts, doc, r.LastHash.String, r.LastRef.String}
	}
	return due, nil
}

// Settlement is what became of one delivery.
type Settlement struct {
	Delivery  Delivery
	State     string // applied, unchanged, superseded, waiting (again), dead
	Hash      string // of the record that was written
	Reference string
	Reason    string
	Due       time.Time // when it is tried again
	Record    []byte    // of a dead one: what was to go out
	Mapping   string
	Spent     bool // an attempt was spent
}

// Settle records what became of deliveries. A reference that is new is taken in as an outcome, in the same transaction.
func (s *Store) Settle(ctx context.Context, pipeline string, settled []Settlement) error {
	if len(settled) == 0 {
		return nil
	}
	now := s.now()
	err := s.transact(ctx, func(tx *sqlx.Tx) error {
		var tail auditTail
		for _, one := range settled {
			if err := s.settle(ctx, tx, &tail, pipeline, one, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle deliveries to %s: %w", settled[0].Delivery.Target, err)
	}
	return nil
}

func (s *Store) settle(ctx context.Context, tx *sqlx.Tx, tail *auditTail, pipeline string, one Settlement, now time.Time) error {
	d, attempts := one.Delivery, one.Delivery.Attempts
	if one.Spent {
		attempts++
	}
	if one.Reference == "" {
		one.Reference = d.LastRef
	}
	// A delivery that was superseded while it was under way stays so, unless it is known to have arrived.
	guard := ` AND state = 'waiting'`
	if one.State == "applied" || one.State == "unchanged" {
		guard = ""
	}
	result, err := tx.ExecContext(ctx, `
UPDATE delivery
   SET state = ?, hash = ?, reference = ?, reason = ?, due_at = ?, attempts = ?, moved_at = ?
 WHERE id = ?`+guard, one.State, one.Hash, one.Reference, one.Reason, stamp(one.Due), attempts, stamp(now), d.ID)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	switch one.State {
	case "dead":
		return letter(ctx, tx, Letter{Stage: "delivery", Place: d.Target, Kind: string(d.Ref.Kind), Key: d.Ref.Key,
			Delivery: d.ID, Reason: one.Reason, Attempts: attempts, Record: one.Record, Mapping: one.Mapping, At: now})
	case "applied", "unchanged":
		if one.State == "unchanged" && one.Hash == d.LastHash {
			return nil // it was not written again
		}
		// Unchanged may also be the answer to the second writing of what a crash kept us from settling: it is as good as
		// the first, and its reference is news. (Invariant 2.)
		if err := tail.add(ctx, tx, "delivered to "+d.Target, d.Ref, d.Revision, one.Hash+" "+one.Reference, now); err != nil {
			return err
		}
		if _, numbered := d.Document.(*document.SalesOrder); !numbered || one.Reference == "" || one.Reference == d.LastRef {
			return nil // only an order keeps its numbers in other systems
		}
		return takeOutcome(ctx, s, tx, pipeline, laneOf(d.Document), &document.Outcome{
			Target: d.Target, Of: d.Ref, Revision: d.Revision, Reference: one.Reference, At: now})
	}
	return nil
}

func laneOf(d document.Document) string {
	if order, ok := d.(*document.SalesOrder); ok {
		return order.Customer
	}
	return d.Key()
}

// redeliver makes a dead delivery due again, as of when it died: whoever asks may live by another clock than the targets.
// Of a document only the latest delivery can be dead: an older one would not be the truth. (Invariant 3.)
func (s *Store) redeliver(ctx context.Context, tx *sqlx.Tx, l Letter) error {
	_, err := tx.ExecContext(ctx, `
UPDATE delivery
   SET state = 'waiting', due_at = moved_at, attempts = 0, reason = ''
 WHERE id = ? AND state = 'dead'`, l.Delivery)
	return err
}

// NextDue is when the next waiting delivery to one of the targets is due; zero when nothing waits.
func (s *Store) NextDue(ctx context.Context, target string) (time.Time, error) {
	var due sql.NullString
	err := s.read.GetContext(ctx, &due, `SELECT MIN(due_at) FROM delivery WHERE target = ? AND state = 'waiting'`, target)
	return parseStamp(due.String), err
}

// Pause is a source or target that is left alone for a while.
type Pause struct {
	Place    string
	Until    time.Time
	Since    time.Time
	Failures int
	Kind     connectors.Kind
	Reason   string
}

type pauseRow struct {
	Place    string `db:"place"`
	Until    string `db:"until"`
	Since    string `db:"since"`
	Failures int    `db:"failures"`
	Kind     string `db:"kind"`
	Reason   string `db:"reason"`
}

// Pauses are the places that are paused or failing, by name.
func (s *Store) Pauses(ctx context.Context) (map[string]Pause, error) {
	var rows []pauseRow
	err := s.read.SelectContext(ctx, &rows, `SELECT place, until, since, failures, kind, reason FROM pause ORDER BY place`)
	pauses := make(map[string]Pause, len(rows))
	for _, r := range rows {
		pauses[r.Place] = Pause{r.Place, parseStamp(r.Until), parseStamp(r.Since), r.Failures, connectors.Kind(r.Kind), r.Reason}
	}
	return pauses, err
}

// Pause leaves a place alone until then. It costs no letter an attempt. (Invariant 4.)
func (s *Store) Pause(ctx context.Context, p Pause) error {
	return s.transact(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `
INSERT INTO pause (place, until, since, failures, kind, reason)
VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (place)
    DO UPDATE SET until = excluded.until, failures = excluded.failures, kind = excluded.kind, reason = excluded.reason`,
			p.Place, stamp(p.Until), stamp(p.Since), p.Failures, p.Kind, p.Reason)
		return err
	})
}

// Resume forgets a pause.
func (s *Store) Resume(ctx context.Context, place string) error {
	return s.transact(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM pause WHERE place = ?`, place)
		return err
	})
}

// NextEpoch raises the generation of a lease and answers it: entries that are written under it fence off older ones.
func (s *Store) NextEpoch(ctx context.Context, lease string) (epoch int64, err error) {
	err = s.transact(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `
INSERT INTO lease (name, epoch)
VALUES (?, 1)
    ON CONFLICT (name) DO UPDATE SET epoch = epoch + 1`, lease); err != nil {
			return err
		}
		return tx.GetContext(ctx, &epoch, `SELECT epoch FROM lease WHERE name = ?`, lease)
	})
	return epoch, err
}

// PaperFile is a drawn paper. Its bytes are kept and never drawn again. (Invariant 9.)
type PaperFile struct {
	Name      string `db:"name"`
	MediaType string `db:"media_type"`
	Hash      string `db:"hash"`
	Body      []byte `db:"body"`
}

// PaperFiles are the files that were drawn of a document's revision; none when it was not drawn yet.
func (s *Store) PaperFiles(ctx context.Context, ref document.Ref, revision int64) ([]PaperFile, error) {
	var files []PaperFile
	err := s.read.SelectContext(ctx, &files, `
SELECT name, media_type, hash, body FROM paper WHERE doc_key = ? AND revision = ? ORDER BY name`, ref.String(), revision)
	return files, err
}

// KeepPaper keeps what was drawn, before anyone sees it. A file that is kept already, by another target that drew it at
// the same moment, stays as it is.
func (s *Store) KeepPaper(ctx context.Context, ref document.Ref, revision int64, files []PaperFile) error {
	return s.transact(ctx, func(tx *sqlx.Tx) error {
		for _, f := range files {
			sum := sha256.Sum256(f.Body)
			if _, err := tx.ExecContext(ctx, s.dialect.insertMissing+` paper (doc_key, revision, name, media_type, hash, body, drawn_at)
VALUES (?, ?, ?, ?, ?, ?, ?)`, ref.String(), revision, f.Name, f.MediaType, hex.EncodeToString(sum[:]), f.Body, stamp(s.now())); err != nil {
				return err
			}
		}
		return nil
	})
}

// ErrNoDocument says that nothing is known under that key.
var ErrNoDocument = errors.New("nothing is known under that key")

// Document is a document as it stands now.
func (s *Store) Document(ctx context.Context, ref document.Ref) (document.Document, int64, error) {
	var r struct {
		Revision int64  `db:"revision"`
		Body     []byte `db:"body"`
	}
	err := s.read.GetContext(ctx, &r, `
SELECT h.revision, r.body
  FROM head h
  JOIN revision r ON r.kind = h.kind AND r.doc_key = h.doc_key AND r.revision = h.revision
 WHERE h.kind = ? AND h.doc_key = ?`, ref.Kind, ref.Key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, fmt.Errorf("%s: %w", ref, ErrNoDocument)
	}
	if err != nil {
		return nil, 0, err
	}
	d, err := document.Unmarshal(ref.Kind, r.Body)
	return d, r.Revision, err
}

// Each calls do for every document of a kind as it stands now, in key order.
func (s *Store) Each(ctx context.Context, kind document.Kind, do func(d document.Document, revision int64) error) error {
	after := ""
	for {
		var rows []struct {
			Key      string `db:"doc_key"`
			Revision int64  `db:"revision"`
			Body     []byte `db:"body"`
		}
		err := s.read.SelectContext(ctx, &rows, `
SELECT h.doc_key, h.revision, r.body
  FROM head h
  JOIN revision r ON r.kind = h.kind AND r.doc_key = h.doc_key AND r.revision = h.revision
 WHERE h.kind = ? AND h.doc_key > ?
 ORDER BY h.doc_key
 LIMIT 500`, kind, after)
		if err != nil {
			return fmt.Errorf("read every %s: %w", kind, err)
		}
		for _, r := range rows {
			d, err := document.Unmarshal(kind, r.Body)
			if err != nil {
				return err
			}
			if err := do(d, r.Revision); err != nil {
				return err
			}
			after = r.Key
		}
		if len(rows) < 500 {
			return nil
		}
	}
}
