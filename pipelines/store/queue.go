package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// The queue is one table for all topics and their partitions. In each partition the offsets rise in commit order, see post,
// and a number that was pruned never comes back.
const queueTables = `
CREATE TABLE queue (
	off          {auto_number},
	topic        {name}  NOT NULL,
	part         BIGINT  NOT NULL,
	business_key {key}   NOT NULL,
	uuid         {key}   NOT NULL,
	payload      {bytes} NOT NULL,
	metadata     {bytes} NOT NULL,
	at           {stamp} NOT NULL
);
CREATE INDEX queue_by_topic ON queue (topic, part, off);
`

// rowsAtOnce bounds how many rows one INSERT names.
const rowsAtOnce = 100

// Outgoing is a message on its way into the queue. It carries ids and small facts, not bodies.
type Outgoing struct {
	UUID     string            // the message's own id; may be empty
	Key      string            // the business key: messages of one key are read in the order they were committed
	Payload  []byte            //
	Metadata map[string]string //
}

// Queued is a message as it lies in the queue.
type Queued struct {
	Outgoing
	Topic     string
	Partition int
	Offset    int64
	At        time.Time
}

// posted is a message that a transaction queues at its end.
type posted struct {
	Outgoing
	topic string
	part  int
	at    string
}

// enqueue adds messages to a topic within a transaction: they are there for others when, and only when, it commits.
func (s *Store) enqueue(tx *txn, topic string, messages ...Outgoing) {
	at := stamp(s.now())
	for _, m := range messages {
		tx.outbox = append(tx.outbox, posted{m, topic, s.partitionOf(m.Key), at})
	}
}

// partitionOf is the queue of a business key. One key has one, so that its messages are read in their order.
func (s *Store) partitionOf(key string) int {
	if s.partitions == 1 {
		return 0
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return int(h.Sum32() % uint32(s.partitions)) // #nosec G115 -- a small positive number
}

// post writes what a transaction queues, as the last it does: where several write at once, each queue is held from here to
// the COMMIT, so that its offsets rise in commit order and a reader that goes by them misses none. The queues are taken in
// one order, so that no two transactions wait for each other.
func (s *Store) post(ctx context.Context, tx *txn) error {
	if len(tx.outbox) == 0 {
		return nil
	}
	slices.SortStableFunc(tx.outbox, func(a, b posted) int {
		return cmp.Or(strings.Compare(a.topic, b.topic), cmp.Compare(a.part, b.part))
	})
	if s.dialect.shared {
		if err := s.holdQueues(ctx, tx); err != nil {
			return err
		}
	}
	for rows := range slices.Chunk(tx.outbox, rowsAtOnce) {
		if err := postRows(ctx, tx, rows); err != nil {
			return fmt.Errorf("queue %d messages: %w", len(rows), err)
		}
	}
	tx.outbox = nil
	return nil
}

// holdQueues lets nobody else add to the queues until the transaction ends.
func (s *Store) holdQueues(ctx context.Context, tx *txn) error {
	var values []any
	for i, m := range tx.outbox {
		if i == 0 || m.topic != tx.outbox[i-1].topic || m.part != tx.outbox[i-1].part {
			values = append(values, m.topic, m.part)
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO gate (topic, part) VALUES `+strings.Repeat(", (?, ?)", len(values)/2)[2:]+
		s.dialect.upsert("topic, part"), values...)
	if err != nil {
		return fmt.Errorf("hold the queue: %w", err)
	}
	return nil
}

func postRows(ctx context.Context, tx *txn, messages []posted) error {
	values := make([]any, 0, 7*len(messages))
	for _, m := range messages {
		metadata := []byte{}
		if len(m.Metadata) > 0 {
			var err error
			if metadata, err = json.Marshal(m.Metadata); err != nil {
				return err
			}
		}
		if m.Payload == nil {
			m.Payload = []byte{}
		}
		values = append(values, m.topic, m.part, m.Key, m.UUID, m.Payload, metadata, m.at)
	}
	rows := strings.Repeat(", (?, ?, ?, ?, ?, ?, ?)", len(messages))[2:]
	_, err := tx.ExecContext(ctx,
		`INSERT INTO queue (topic, part, business_key, uuid, payload, metadata, at) VALUES `+rows, values...)
	return err
}

// Publish adds messages to a topic and returns after they are durable, all of them or none. Publications at the same
// moment share a transaction.
func (s *Store) Publish(ctx context.Context, topic string, messages ...Outgoing) error {
	if len(messages) == 0 {
		return nil
	}
	return s.share(ctx, true, func(ctx context.Context, tx *txn) error {
		s.enqueue(tx, topic, messages...)
		return nil
	})
}

// Queue reads at most max messages of a topic that come after an offset, in order.
func (s *Store) Queue(ctx context.Context, topic string, partition int, after int64, max int) ([]Queued, error) {
	rows, err := s.read.QueryxContext(ctx, `
		SELECT off, business_key, uuid, payload, metadata, at
		FROM queue
		WHERE topic = ? AND part = ? AND off > ?
		ORDER BY off
		LIMIT ?`, topic, partition, after, max)
	if err != nil {
		return nil, fmt.Errorf("read queue %s: %w", topic, s.explain(err))
	}
	defer rows.Close()
	var messages []Queued
	for rows.Next() {
		m := Queued{Topic: topic, Partition: partition}
		var metadata []byte
		var at string
		if err := rows.Scan(&m.Offset, &m.Key, &m.UUID, &m.Payload, &metadata, &at); err != nil {
			return nil, fmt.Errorf("read queue %s: %w", topic, err)
		}
		if len(metadata) > 0 {
			if err := json.Unmarshal(metadata, &m.Metadata); err != nil {
				return nil, fmt.Errorf("read queue %s at %d: %w", topic, m.Offset, err)
			}
		}
		m.At = parseStamp(at)
		messages = append(messages, m)
	}
	return messages, s.explain(rows.Err()) // what comes in the midst of the rows is in words, too
}

// Lag is how many messages of a topic a group has not passed yet.
func (s *Store) Lag(ctx context.Context, group, topic string) (int64, error) {
	partitions, err := s.Partitions(ctx, topic)
	if err != nil {
		return 0, err
	}
	var lag int64
	for part := range partitions {
		at, err := s.Progress(ctx, group, topic, part)
		if err != nil {
			return 0, err
		}
		var n int64
		err = s.read.GetContext(ctx, &n, `
		SELECT COUNT(*)
		FROM queue
		WHERE topic = ? AND part = ? AND off > ?`, topic, part, at.From)
		if err != nil {
			return 0, fmt.Errorf("count what waits for %s on %s: %w", group, topic, s.explain(err))
		}
		lag += n
	}
	return lag, nil
}

// Partitions are the queues of a topic: those that are asked for, and those in which messages lie from when there were more.
func (s *Store) Partitions(ctx context.Context, topic string) (int, error) {
	var last sql.NullInt64
	err := s.read.GetContext(ctx, &last, `SELECT MAX(part) FROM queue WHERE topic = ?`, topic)
	if err != nil {
		return 0, fmt.Errorf("count the queues of %s: %w", topic, s.explain(err))
	}
	return max(s.partitions, int(last.Int64)+1), nil
}

// Prune deletes at most max messages that every group of their topic has passed, and says how many. A topic without a
// group is left alone: its first group will read it from the beginning.
func (s *Store) Prune(ctx context.Context, max int) (int64, error) {
	var pruned int64
	err := s.share(ctx, false, func(ctx context.Context, tx *txn) (err error) {
		pruned, err = prune(ctx, tx, max)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("prune the queue: %w", err)
	}
	return pruned, nil
}

func prune(ctx context.Context, tx *txn, max int) (int64, error) {
	var passed []int64
	err := tx.SelectContext(ctx, &passed, `
		SELECT queue.off
		FROM queue
		JOIN (SELECT topic, part, MIN(off) AS passed FROM progress GROUP BY topic, part) AS least
			ON least.topic = queue.topic AND least.part = queue.part
		WHERE queue.off <= least.passed
		ORDER BY queue.off
		LIMIT ?`, max)
	if err != nil {
		return 0, err
	}
	var pruned int64
	err = inChunks(passed, func(part []int64) error {
		query, args, err := sqlx.In(`DELETE FROM queue WHERE off IN (?)`, part)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		pruned += n
		return err
	})
	return pruned, err
}
