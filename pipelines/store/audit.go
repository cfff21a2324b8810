package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"tradewire/mapping/document"
)

// The audit log is append-only, and every event carries the hash of the one before: what was changed or taken out
// later shows. (Invariant 12.) Every queue of the decision and every target has a chain of its own: who adds to it has the
// queue or the target alone, so that two that work at once do not wait for each other.

// auditTail is the end of a chain within one transaction.
type auditTail struct {
	chain string
	hash  string
	read  bool
}

// add appends one event.
func (a *auditTail) add(ctx context.Context, tx *txn, action string, ref document.Ref, revision int64, detail string, now time.Time) error {
	if !a.read {
		err := tx.GetContext(ctx, &a.hash, `SELECT hash FROM audit WHERE chain = ? ORDER BY seq DESC LIMIT 1`, a.chain)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		a.read = true
	}
	e := Event{At: stamp(now), Action: action, Kind: string(ref.Kind), Key: ref.Key, Revision: revision, Detail: legible(detail), Prev: a.hash}
	a.hash = e.seal()
	tx.insert(`
INSERT INTO audit (chain, at, action, kind, doc_key, revision, detail, prev, hash)`, "",
		a.chain, e.At, e.Action, e.Kind, e.Key, e.Revision, e.Detail, e.Prev, a.hash)
	return nil
}

func (d *Desk) note(action string, ref document.Ref, revision int64, detail string) error {
	return d.tail.add(d.ctx, d.tx, action, ref, revision, detail, d.now)
}

// Event is one line of the audit log.
type Event struct {
	Seq      int64  `db:"seq"`
	At       string `db:"at"`
	Action   string `db:"action"`
	Kind     string `db:"kind"`
	Key      string `db:"doc_key"`
	Revision int64  `db:"revision"`
	Detail   string `db:"detail"`
	Prev     string `db:"prev"`
	Hash     string `db:"hash"`
}

func (e Event) seal() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %d %q %q", e.At, e.Action, e.Kind, e.Key, e.Revision, e.Detail, e.Prev))
	return hex.EncodeToString(sum[:])
}

// VerifyAudit walks every chain and answers the number of the first event that does not fit; 0 when all do.
func (s *Store) VerifyAudit(ctx context.Context) (broken int64, err error) {
	var chains []string
	if err := s.read.SelectContext(ctx, &chains, `SELECT DISTINCT chain FROM audit ORDER BY chain`); err != nil {
		return 0, fmt.Errorf("read the audit log: %w", err)
	}
	for _, chain := range chains {
		if broken, err := s.verifyChain(ctx, chain); err != nil || broken != 0 {
			return broken, err
		}
	}
	return 0, nil
}

func (s *Store) verifyChain(ctx context.Context, chain string) (broken int64, err error) {
	rows, err := s.read.QueryxContext(ctx, `
SELECT seq, at, action, kind, doc_key, revision, detail, prev, hash FROM audit WHERE chain = ? ORDER BY seq`, chain)
	if err != nil {
		return 0, fmt.Errorf("read the audit log: %w", err)
	}
	defer rows.Close()
	prev := ""
	for rows.Next() {
		var e Event
		if err := rows.StructScan(&e); err != nil {
			return 0, err
		}
		if e.Prev != prev || e.seal() != e.Hash {
			return e.Seq, nil
		}
		prev = e.Hash
	}
	return 0, s.explain(rows.Err())
}
