package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

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
	ID        int64         `db:"id"`
	Kind      document.Kind `db:"kind"`
	Key       string        `db:"doc_key"`
	Revision  int64         `db:"revision"`
	Attempts  int           `db:"attempts"`
	State     string        `db:"state"`
	Hash      string        `db:"hash"`
	Reference string        `db:"reference"`
}

func (r deliveryRow) ref() document.Ref { return document.Ref{Kind: r.Kind, Key: r.Key} }

// DueNow are the deliveries to a target whose time has come, the longest due first. Of one document there is one at most.
func (s *Store) DueNow(ctx context.Context, target string, max int) ([]Delivery, error) {
	due, err := s.dueNow(ctx, target, max)
	if err != nil {
		return nil, fmt.Errorf("read what is due at %s: %w", target, err)
	}
	return due, nil
}

func (s *Store) dueNow(ctx context.Context, target string, max int) ([]Delivery, error) {
	var rows []deliveryRow
	err := s.read.SelectContext(ctx, &rows, `
SELECT id, kind, doc_key, revision, attempts, state, hash, reference
  FROM delivery
 WHERE target = ? AND state = 'waiting' AND due_at <= ?
 ORDER BY due_at, id
 LIMIT ?`, target, stamp(s.now()), max)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	documents, err := s.revisionsOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	later := slices.DeleteFunc(slices.Clone(rows), func(r deliveryRow) bool { return r.Revision == 1 }) // before the first there is none
	before, err := s.deliveredBefore(ctx, target, later)
	if err != nil {
		return nil, err
	}
	due := make([]Delivery, len(rows))
	for i, r := range rows {
		last := before[r.ref()]
		due[i] = Delivery{ID: r.ID, Target: target, Ref: r.ref(), Revision: r.Revision, Attempts: r.Attempts, Document: documents[r.ref()],
			LastHash: last.Hash, LastRef: last.Reference}
	}
	return due, nil
}

// byKind are the keys of the rows, for one SELECT a kind.
func byKind(rows []deliveryRow) map[document.Kind][]string {
	keys := map[document.Kind][]string{}
	for _, r := range rows {
		keys[r.Kind] = append(keys[r.Kind], r.Key)
	}
	return keys
}

// revisionsOf are the documents that are to be delivered, as they were decided.
func (s *Store) revisionsOf(ctx context.Context, rows []deliveryRow) (map[document.Ref]document.Document, error) {
	documents := make(map[document.Ref]document.Document, len(rows))
	wanted := make(map[document.Ref]int64, len(rows))
	for _, r := range rows {
		wanted[r.ref()] = r.Revision
	}
	for kind, keys := range byKind(rows) {
		err := inChunks(keys, func(part []string) error {
			// The hash first: most of the bodies are at hand.
			query := `SELECT kind, doc_key, revision, hash FROM revision WHERE kind = ? AND (doc_key, revision) IN (` +
				s.dialect.pairs + strings.Repeat(", (?, ?)", len(part))[2:] + `)`
			args := append([]any{kind}, pairsOf(kind, part, wanted)...)
			var revisions []head
			if err := s.read.SelectContext(ctx, &revisions, query, args...); err != nil {
				return err
			}
			found, err := s.documents(ctx, s.read, revisions)
			maps.Copy(documents, found)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return documents, nil
}

func pairsOf(kind document.Kind, keys []string, revisions map[document.Ref]int64) []any {
	pairs := make([]any, 0, 2*len(keys))
	for _, key := range keys {
		pairs = append(pairs, key, revisions[document.Ref{Kind: kind, Key: key}])
	}
	return pairs
}

// deliveredBefore is, of each document, the delivery that the target took last. Its hash is empty where another came between:
// that one may have arrived unheard.
func (s *Store) deliveredBefore(ctx context.Context, target string, rows []deliveryRow) (map[document.Ref]deliveryRow, error) {
	upTo := make(map[document.Ref]int64, len(rows))
	for _, r := range rows {
		upTo[r.ref()] = r.ID
	}
	before := map[document.Ref]deliveryRow{}
	for kind, keys := range byKind(rows) {
		err := inChunks(keys, func(part []string) error {
			query, args, err := sqlx.In(`
SELECT id, kind, doc_key, revision, attempts, state, hash, reference
  FROM delivery`+s.dialect.through("target")+`
 WHERE target = ? AND kind = ? AND doc_key IN (?)`, target, kind, part)
			if err != nil {
				return err
			}
			var history []deliveryRow
			if err := s.read.SelectContext(ctx, &history, query, args...); err != nil {
				return err
			}
			slices.SortFunc(history, func(a, b deliveryRow) int { return cmp.Compare(a.ID, b.ID) })
			for _, h := range history {
				last := before[h.ref()]
				switch {
				case h.ID >= upTo[h.ref()]:
					continue
				case h.State == "applied" || h.State == "unchanged":
					last = h
				default:
					last.Hash = ""
				}
				before[h.ref()] = last
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return before, nil
}

// StillDue are, of deliveries that were read a while ago, those that may be written now: the lease is ours, and no later revision
// has come between. It is asked as late as can be; a target with a guard of its own closes what is left open.
func (s *Store) StillDue(ctx context.Context, lease Lease, due []Delivery) (still []Delivery, err error) {
	err = s.commit(ctx, func(tx *txn) error {
		still = nil
		if err := s.under(ctx, tx, lease); err != nil {
			return err
		}
		ids := make([]int64, len(due))
		for i, d := range due {
			ids[i] = d.ID
		}
		waiting := map[int64]bool{}
		err := inChunks(ids, func(part []int64) error {
			query, args, err := sqlx.In(`SELECT id FROM delivery WHERE id IN (?) AND state = 'waiting'`, part)
			if err != nil {
				return err
			}
			var found []int64
			err = tx.SelectContext(ctx, &found, query, args...)
			for _, id := range found {
				waiting[id] = true
			}
			return err
		})
		for _, d := range due {
			if waiting[d.ID] {
				still = append(still, d)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look what is still due at %s: %w", due[0].Target, err)
	}
	return still, nil
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

	attempts int // that were spent
}

// Settle records what became of deliveries to one target, under its lease: who lost it settles nothing. A reference that is
// new is taken in as an outcome, in the same transaction.
func (s *Store) Settle(ctx context.Context, lease Lease, pipeline string, settled []Settlement) error {
	if len(settled) == 0 {
		return nil
	}
	now := s.now()
	err := s.transact(ctx, func(tx *txn) error {
		if err := s.under(ctx, tx, lease); err != nil {
			return err
		}
		tail := auditTail{chain: "delivery " + settled[0].Delivery.Target}
		moved, err := settle(ctx, tx, settled, now)
		if err != nil {
			return err
		}
		var outcomes []outcome
		for _, one := range moved {
			if err := one.conclude(ctx, tx, &tail, now); err != nil {
				return err
			}
			if one.numbered() {
				outcomes = append(outcomes, outcome{&document.Outcome{Target: one.Delivery.Target, Of: one.Delivery.Ref, Revision: one.Delivery.Revision,
					Reference: one.Reference, At: now}, laneOf(one.Delivery.Document)})
			}
		}
		return s.takeOutcomes(ctx, tx, pipeline, outcomes)
	})
	if err != nil {
		return fmt.Errorf("settle deliveries to %s: %w", settled[0].Delivery.Target, err)
	}
	return nil
}

var settleDeliveries = amendment{table: "delivery", keys: []string{"id"},
	sets: []string{"state", "hash", "reference", "reason", "due_at", "attempts", "moved_at"}}

// settle moves the deliveries, and answers those that moved. One that was superseded while it was under way stays so, unless it
// is known to have arrived.
func settle(ctx context.Context, tx *txn, settled []Settlement, now time.Time) (moved []Settlement, err error) {
	var arrived [][]any
	for _, one := range settled {
		d, attempts := one.Delivery, one.Delivery.Attempts
		if one.Spent {
			attempts++
		}
		if one.Reference == "" {
			one.Reference = d.LastRef
		}
		one.attempts = attempts
		row := []any{d.ID, one.State, one.Hash, legible(one.Reference), legible(one.Reason), stamp(one.Due), attempts, stamp(now)}
		if one.arrived() {
			arrived = append(arrived, row)
			moved = append(moved, one)
			continue
		}
		still := settleDeliveries
		still.guard = "delivery.state = 'waiting'"
		n, err := tx.amend(ctx, still, [][]any{row})
		if err != nil {
			return nil, err
		}
		if n > 0 {
			moved = append(moved, one)
		}
	}
	_, err = tx.amend(ctx, settleDeliveries, arrived)
	return moved, err
}

// arrived says that the target has it.
func (one Settlement) arrived() bool { return one.State == "applied" || one.State == "unchanged" }

// told says that the target was told now, and not only found to have it. Unchanged may also be the answer to the second writing
// of what a crash kept us from settling: it is as good as the first, and its reference is news. (Invariant 2.)
func (one Settlement) told() bool {
	return one.arrived() && (one.State != "unchanged" || one.Hash != one.Delivery.LastHash)
}

// numbered says that the target has given an order a number that is news; only an order keeps its numbers in other systems.
func (one Settlement) numbered() bool {
	_, order := one.Delivery.Document.(*document.SalesOrder)
	return order && one.told() && one.Reference != "" && one.Reference != one.Delivery.LastRef
}

// conclude writes down what became of a delivery that has moved.
func (one Settlement) conclude(ctx context.Context, tx *txn, tail *auditTail, now time.Time) error {
	d := one.Delivery
	switch {
	case one.State == "dead":
		return letter(ctx, tx, Letter{Stage: "delivery", Place: d.Target, Kind: string(d.Ref.Kind), Key: d.Ref.Key,
			Delivery: d.ID, Reason: one.Reason, Attempts: one.attempts, Record: one.Record, Mapping: one.Mapping, At: now})
	case one.told():
		return tail.add(ctx, tx, "delivered to "+d.Target, d.Ref, d.Revision, one.Hash+" "+one.Reference, now)
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
func (s *Store) redeliver(ctx context.Context, tx *txn, l Letter) error {
	_, err := tx.ExecContext(ctx, `
UPDATE delivery
   SET state = 'waiting', due_at = moved_at, attempts = 0, reason = ''
 WHERE id = ? AND state = 'dead'`, l.Delivery)
	return err
}

// NextDue is when the next waiting delivery to a target is due, and why it was refused before, if it was; zero when nothing
// waits.
func (s *Store) NextDue(ctx context.Context, target string) (at time.Time, reason string, err error) {
	var next struct {
		Due    string `db:"due_at"`
		Reason string `db:"reason"`
	}
	err = s.read.GetContext(ctx, &next, `
SELECT due_at, reason
  FROM delivery
 WHERE target = ? AND state = 'waiting'
 ORDER BY due_at, id
 LIMIT 1`, target)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, "", nil
	}
	return parseStamp(next.Due), next.Reason, err
}
