package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

// Ours is the system whose changes are documents already: what people say through Tradewire, and what its clock says.
const Ours = "tradewire"

// SetAlarm notes when a document wants to be looked at again; the zero time takes the note away.
func (d *Desk) SetAlarm(ref document.Ref, pipeline string, at time.Time) error {
	if at.IsZero() {
		_, err := d.tx.ExecContext(d.ctx, `DELETE FROM alarm WHERE kind = ? AND doc_key = ?`, ref.Kind, ref.Key)
		return err
	}
	return d.store.setAlarm(d.ctx, d.tx, ref, pipeline, at)
}

func (s *Store) setAlarm(ctx context.Context, tx *txn, ref document.Ref, pipeline string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
INSERT INTO alarm (kind, doc_key, pipeline, at)
VALUES (?, ?, ?, ?)`+s.dialect.upsert("kind, doc_key", "pipeline", "at"), ref.Kind, ref.Key, pipeline, stamp(at))
	return err
}

// NextAlarm is when the next document wants to be looked at again; zero when none does.
func (s *Store) NextAlarm(ctx context.Context) (time.Time, error) {
	var at sql.NullString
	err := s.read.GetContext(ctx, &at, `SELECT MIN(at) FROM alarm`)
	return parseStamp(at.String), err
}

// Ring takes in an alarm for every document whose time has come, at most max, and says how many. The note goes in the same
// transaction: an alarm is rung once, by the instance that has the lease. (Invariant 1.)
func (s *Store) Ring(ctx context.Context, lease Lease, max int) (rung int, err error) {
	// Looked first: a transaction that writes nothing wakes everybody all the same, and whoever rings among them.
	if next, err := s.NextAlarm(ctx); err != nil || next.IsZero() || next.After(s.now()) {
		return 0, err
	}
	err = s.transact(ctx, func(tx *txn) error {
		if err := s.under(ctx, tx, lease); err != nil {
			return err
		}
		var due []alarmRow
		err := tx.SelectContext(ctx, &due, `
SELECT kind, doc_key, pipeline, at
  FROM alarm
 WHERE at <= ?
 ORDER BY at, kind, doc_key
 LIMIT ?`, stamp(s.now()), max)
		if err != nil {
			return err
		}
		rung = len(due)
		for _, a := range due {
			if err := s.ring(ctx, tx, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("ring what is due: %w", err)
	}
	return rung, nil
}

type alarmRow struct {
	Kind     document.Kind `db:"kind"`
	Key      string        `db:"doc_key"`
	Pipeline string        `db:"pipeline"`
	At       string        `db:"at"`
}

func (s *Store) ring(ctx context.Context, tx *txn, a alarmRow) error {
	alarm := &document.Alarm{Of: document.Ref{Kind: a.Kind, Key: a.Key}, At: parseStamp(a.At)}
	c, err := Said(alarm, alarm.At)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM alarm WHERE kind = ? AND doc_key = ?`, a.Kind, a.Key); err != nil {
		return err
	}
	lane, err := s.lane(ctx, tx, a.Key)
	if err != nil {
		return err
	}
	t := newTaking(s, tx, Origin{Pipeline: a.Pipeline, Source: "clock", System: Ours, Kind: alarm.Kind()})
	t.arrive(arrival{change: c, hash: c.Record.Hash(), body: c.Record.Canonical(), lane: lane, bucket: "waiting"})
	return t.write(ctx)
}

// Said is a document of ours as a change that is taken in like any other's: what a person answers, an alarm.
func Said(d document.Document, at time.Time) (connectors.Change, error) {
	body, err := document.Marshal(d)
	if err != nil {
		return connectors.Change{}, fmt.Errorf("write %s: %w", document.RefOf(d), err)
	}
	record, err := connectors.ParseRecord(body, connectors.DefaultLimits)
	return connectors.Change{Kind: string(d.Kind()), Key: d.Key(), Record: record, At: at}, err
}
