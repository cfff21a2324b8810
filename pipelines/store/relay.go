package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jmoiron/sqlx"

	"tradewire/mapping/document"
)

// Relay hands the oldest messages of the queue to publish, at most max, and deletes them after it has returned: a crash
// between publishes twice, never loses. What it reads it finds by being there, not by an offset: a transaction that commits
// late leaves its messages behind the others, and they are found all the same. The messages of one key are published in the
// order in which they were committed, by the instance that has the lease. more says that there may be others.
func (s *Store) Relay(ctx context.Context, lease Lease, max int, publish func([]Queued) error) (relayed int, more bool, err error) {
	messages, err := s.oldest(ctx, max)
	if err != nil || len(messages) == 0 {
		return 0, false, err
	}
	if err := publish(messages); err != nil {
		return 0, false, err
	}
	offsets := make([]int64, len(messages))
	for i, m := range messages {
		offsets[i] = m.Offset
	}
	err = s.commit(ctx, func(tx *txn) error {
		if err := s.under(ctx, tx, lease); err != nil {
			return err
		}
		return inChunks(offsets, func(part []int64) error {
			query, args, err := sqlx.In(`DELETE FROM queue WHERE off IN (?)`, part)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, query, args...)
			return err
		})
	})
	if err != nil {
		return 0, false, fmt.Errorf("delete what was published: %w", err)
	}
	return len(messages), len(messages) == max, nil
}

// oldest are the messages of all topics, as they were committed.
func (s *Store) oldest(ctx context.Context, max int) ([]Queued, error) {
	var rows []struct {
		Offset   int64  `db:"off"`
		Topic    string `db:"topic"`
		Part     int    `db:"part"`
		Key      string `db:"business_key"`
		UUID     string `db:"uuid"`
		Payload  []byte `db:"payload"`
		Metadata []byte `db:"metadata"`
		At       string `db:"at"`
	}
	err := s.read.SelectContext(ctx, &rows, `
SELECT off, topic, part, business_key, uuid, payload, metadata, at
  FROM queue
 ORDER BY off
 LIMIT ?`, max)
	if err != nil {
		return nil, fmt.Errorf("read what is to be published: %w", s.explain(err))
	}
	messages := make([]Queued, len(rows))
	for i, r := range rows {
		messages[i] = Queued{Outgoing: Outgoing{UUID: r.UUID, Key: r.Key, Payload: r.Payload}, Topic: r.Topic, Partition: r.Part, Offset: r.Offset, At: parseStamp(r.At)}
		if len(r.Metadata) > 0 {
			if err := json.Unmarshal(r.Metadata, &messages[i].Metadata); err != nil {
				return nil, fmt.Errorf("read message %d of the queue: %w", r.Offset, err)
			}
		}
	}
	return messages, nil
}

// Mark is how far the topics have come at a moment.
type Mark struct {
	Taken  int64 `db:"taken"`  // the last change that was taken in
	Oldest int64 `db:"oldest"` // of the messages that are to be published; 0: none is
	Newest int64 `db:"newest"`
	Passed int64 `db:"passed"` // rises with every message that a group has concluded, and stands still while nothing is
}

// Mark looks how far the topics have come.
func (s *Store) Mark(ctx context.Context) (m Mark, err error) {
	err = s.read.GetContext(ctx, &m, `
SELECT (SELECT COALESCE(MAX(id), 0) FROM "change") AS taken,
       (SELECT COALESCE(MIN(off), 0) FROM queue) AS oldest,
       (SELECT COALESCE(MAX(off), 0) FROM queue) AS newest,
       (SELECT COALESCE(SUM(off), 0) FROM progress) AS passed`)
	if err != nil {
		return m, fmt.Errorf("look how far the topics have come: %w", err)
	}
	return m, nil
}

// TellAgain queues changes that wait for their decision once more, of those behind one change and up to another the first max: their
// message may have been lost by a broker. One whose message comes all the same is decided once. last is the last one told.
func (s *Store) TellAgain(ctx context.Context, after, upTo int64, max int) (told int, last int64, err error) {
	query, args, err := sqlx.In(`
SELECT id, lane
  FROM "change"
 WHERE kind IN (?) AND bucket = 'waiting' AND id > ? AND id <= ?
 ORDER BY id
 LIMIT ?`, document.Kinds(), after, upTo, max)
	if err != nil {
		return 0, after, err
	}
	var rows []struct {
		ID   int64  `db:"id"`
		Lane string `db:"lane"`
	}
	if err := s.read.SelectContext(ctx, &rows, query, args...); err != nil {
		return 0, after, fmt.Errorf("read what waits for a decision: %w", err)
	}
	if len(rows) == 0 {
		return 0, after, nil
	}
	err = s.transact(ctx, func(tx *txn) error {
		for _, r := range rows {
			s.tell(tx, r.ID, r.Lane)
		}
		return nil
	})
	if err != nil {
		return 0, after, fmt.Errorf("tell again what waits for a decision: %w", err)
	}
	return len(rows), rows[len(rows)-1].ID, nil
}
