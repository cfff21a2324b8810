package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Letter is a dead letter: something that was refused, with all that a person needs to mend it.
type Letter struct {
	ID       int64
	Stage    string // intake, decision or delivery
	Place    string // the source or target
	Kind     string
	Key      string
	Change   int64 // 0 for a delivery
	Delivery int64 // 0 for a change
	Reason   string
	Attempts int
	Record   []byte // as it came, or as it was to go out
	Mapping  string // the version of the mapping that was used
	WaitsFor string // tried again by itself when this document arrives: "party C0012"
	State    string // open, retried, superseded, discarded
	At       time.Time

	waitsSeen int64 // the revision of that document that was there, and was not enough
}

func letter(ctx context.Context, tx *txn, l Letter) error {
	_, err := tx.ExecContext(ctx, `
INSERT INTO dead_letter (stage, place, kind, doc_key, change_id, delivery, reason, attempts, record, mapping, waits_for, waits_seen, state, at, closed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, '')`,
		l.Stage, l.Place, l.Kind, l.Key, l.Change, l.Delivery, legible(l.Reason), l.Attempts, l.Record, l.Mapping, l.WaitsFor, l.waitsSeen, stamp(l.At))
	return err
}

// legible is what another system said, whatever it was written in.
func legible(said string) string { return strings.ToValidUTF8(said, "\uFFFD") }

func closeLetters(ctx context.Context, tx *txn, change int64, state string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `
UPDATE dead_letter SET state = ?, closed_at = ? WHERE change_id = ? AND state = 'open'`, state, stamp(now), change)
	return err
}

// redecide puts a change back into the queue.
func redecide(ctx context.Context, s *Store, tx *txn, change int64, now time.Time) error {
	lane, err := laneOfChange(ctx, tx, change)
	if err != nil {
		return err
	}
	result, err := tx.ExecContext(ctx, `UPDATE "change" SET bucket = 'waiting', reason = '' WHERE id = ? AND bucket = 'dead_letter'`, change)
	if err != nil {
		return err
	}
	refused, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if refused > 0 { // else another instance has sent it back already, or it is answered
		s.tell(tx, change, lane)
	}
	return closeLetters(ctx, tx, change, "retried", now)
}

// laneOfChange is what shares a queue with a change.
func laneOfChange(ctx context.Context, tx *txn, change int64) (lane string, err error) {
	err = tx.GetContext(ctx, &lane, `SELECT lane FROM "change" WHERE id = ?`, change)
	return lane, err
}

type letterRow struct {
	ID       int64  `db:"id"`
	Stage    string `db:"stage"`
	Place    string `db:"place"`
	Kind     string `db:"kind"`
	Key      string `db:"doc_key"`
	Change   int64  `db:"change_id"`
	Delivery int64  `db:"delivery"`
	Reason   string `db:"reason"`
	Attempts int    `db:"attempts"`
	Record   []byte `db:"record"`
	Mapping  string `db:"mapping"`
	WaitsFor string `db:"waits_for"`
	State    string `db:"state"`
	At       string `db:"at"`
}

func (r letterRow) letter() Letter {
	return Letter{ID: r.ID, Stage: r.Stage, Place: r.Place, Kind: r.Kind, Key: r.Key, Change: r.Change, Delivery: r.Delivery, Reason: r.Reason,
		Attempts: r.Attempts, Record: r.Record, Mapping: r.Mapping, WaitsFor: r.WaitsFor, State: r.State, At: parseStamp(r.At)}
}

const letterColumns = `id, stage, place, kind, doc_key, change_id, delivery, reason, attempts, record, mapping, waits_for, state, at`

// Letters are the open dead letters, oldest first.
func (s *Store) Letters(ctx context.Context) ([]Letter, error) {
	var rows []letterRow
	err := s.read.SelectContext(ctx, &rows, `SELECT `+letterColumns+` FROM dead_letter WHERE state = 'open' ORDER BY id`)
	letters := make([]Letter, len(rows))
	for i, r := range rows {
		letters[i] = r.letter()
	}
	return letters, err
}

// ErrNoLetter says that there is no open dead letter with that number.
var ErrNoLetter = errors.New("there is no open dead letter with that number")

// Letter is one dead letter, open or closed.
func (s *Store) Letter(ctx context.Context, id int64) (Letter, error) {
	var r letterRow
	err := s.read.GetContext(ctx, &r, `SELECT `+letterColumns+` FROM dead_letter WHERE id = ?`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Letter{}, fmt.Errorf("dead letter %d: %w", id, ErrNoLetter)
	}
	return r.letter(), err
}

// Retry sends a dead letter back to where it failed: to the decision, or to its target.
func (s *Store) Retry(ctx context.Context, id int64) error {
	return s.onLetter(ctx, id, func(tx *txn, l Letter) error {
		if l.Delivery == 0 {
			if l.Stage == "intake" {
				return errors.New("this record could not be read and cannot be decided: mend it at its source, which will send it again")
			}
			return redecide(ctx, s, tx, l.Change, s.now())
		}
		return s.redeliver(ctx, tx, l)
	}, "retried")
}

// Discard closes a dead letter for good. Its change stays counted where it stands.
func (s *Store) Discard(ctx context.Context, id int64) error {
	return s.onLetter(ctx, id, func(*txn, Letter) error { return nil }, "discarded")
}

func (s *Store) onLetter(ctx context.Context, id int64, do func(*txn, Letter) error, state string) error {
	err := s.transact(ctx, func(tx *txn) error {
		var r letterRow
		err := tx.GetContext(ctx, &r, `SELECT `+letterColumns+` FROM dead_letter WHERE id = ? AND state = 'open'`+s.dialect.forUpdate, id)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoLetter
		}
		if err != nil {
			return err
		}
		if err := do(tx, r.letter()); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE dead_letter SET state = ?, closed_at = ? WHERE id = ?`, state, stamp(s.now()), id)
		return err
	})
	if err != nil {
		return fmt.Errorf("dead letter %d: %w", id, err)
	}
	return nil
}

// WakeWaiting sends back to be decided what waits for a document that has come since. Where several instances decide, one may
// set a change aside in the moment in which another puts what it waits for: neither sees the other. It looks at most at max
// letters, and says how many it woke.
func (s *Store) WakeWaiting(ctx context.Context, max int) (woken int, err error) {
	due, err := s.overdue(ctx, max)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	err = s.transact(ctx, func(tx *txn) error {
		woken = 0
		for _, letter := range due {
			var change int64
			err := tx.GetContext(ctx, &change, `SELECT change_id FROM dead_letter WHERE id = ? AND state = 'open'`+s.dialect.forUpdate, letter)
			if errors.Is(err, sql.ErrNoRows) {
				continue // another instance was faster
			}
			if err != nil {
				return err
			}
			woken++
			if err := redecide(ctx, s, tx, change, s.now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("wake what waits for documents that have come: %w", err)
	}
	return woken, nil
}

// overdue are the letters that wait for a document of which there is a later revision than the one that was not enough.
func (s *Store) overdue(ctx context.Context, max int) (due []int64, err error) {
	for after := int64(0); ; {
		var waiting []struct {
			ID   int64  `db:"id"`
			For  string `db:"waits_for"`
			Seen int64  `db:"waits_seen"`
		}
		err := s.read.SelectContext(ctx, &waiting, `
SELECT id, waits_for, waits_seen
  FROM dead_letter
 WHERE state = 'open' AND waits_for > '' AND id > ?
 ORDER BY id
 LIMIT 500`, after)
		if err != nil {
			return nil, fmt.Errorf("look what waits for documents that have come: %w", err)
		}
		for _, w := range waiting {
			kind, key, _ := strings.Cut(w.For, " ")
			var stands int64
			if err := s.read.GetContext(ctx, &stands, `SELECT COALESCE(MAX(revision), 0) FROM head WHERE kind = ? AND doc_key = ?`, kind, key); err != nil {
				return nil, fmt.Errorf("look what waits for documents that have come: %w", err)
			}
			if stands > w.Seen {
				due = append(due, w.ID)
			}
			if after = w.ID; len(due) == max {
				return due, nil
			}
		}
		if len(waiting) < 500 {
			return due, nil
		}
	}
}
