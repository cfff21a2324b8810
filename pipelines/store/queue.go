package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// The queue is one table for all topics. Its offsets rise in commit order, because there is one writer, and a number
// that was pruned never comes back.
const queueTables = `
CREATE TABLE queue (
	off          {auto_number},
	topic        VARCHAR(190) NOT NULL,
	part         BIGINT       NOT NULL,
	business_key VARCHAR(190) NOT NULL,
	uuid         VARCHAR(190) NOT NULL,
	payload      {bytes}      NOT NULL,
	metadata     {bytes}      NOT NULL,
	at           VARCHAR(40)  NOT NULL
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

// enqueue adds messages to a topic within a transaction: they are there for others when, and only when, it commits.
func (s *Store) enqueue(ctx context.Context, tx *sqlx.Tx, topic string, messages ...Outgoing) error {
	at := stamp(s.now())
	for len(messages) > 0 {
		n := min(len(messages), rowsAtOnce)
		if err := s.enqueueRows(ctx, tx, topic, at, messages[:n]); err != nil {
			return fmt.Errorf("queue %d messages on %s: %w", n, topic, err)
		}
		messages = messages[n:]
	}
	return nil
}

func (s *Store) enqueueRows(ctx context.Context, tx *sqlx.Tx, topic, at string, messages []Outgoing) error {
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
		values = append(values, topic, 0, m.Key, m.UUID, m.Payload, metadata, at)
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
	return s.share(ctx, true, func(ctx context.Context, tx *sqlx.Tx) error {
		return s.enqueue(ctx, tx, topic, messages...)
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
		return nil, fmt.Errorf("read queue %s: %w", topic, explain(err))
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
	return messages, rows.Err()
}

// Lag is how many messages of a topic a group has not passed yet.
func (s *Store) Lag(ctx context.Context, group, topic string) (int64, error) {
	at, err := s.Progress(ctx, group, topic, 0)
	if err != nil {
		return 0, err
	}
	var lag int64
	err = s.read.GetContext(ctx, &lag, `
		SELECT COUNT(*)
		FROM queue
		WHERE topic = ? AND part = 0 AND off > ?`, topic, at.From)
	if err != nil {
		return 0, fmt.Errorf("count what waits for %s on %s: %w", group, topic, explain(err))
	}
	return lag, nil
}

// Prune deletes at most max messages that every group of their topic has passed, and says how many. A topic without a
// group is left alone: its first group will read it from the beginning.
func (s *Store) Prune(ctx context.Context, max int) (int64, error) {
	var pruned int64
	err := s.share(ctx, false, func(ctx context.Context, tx *sqlx.Tx) error {
		result, err := tx.ExecContext(ctx, `
			DELETE FROM queue
			WHERE off IN (
				SELECT queue.off
				FROM queue
				JOIN (SELECT topic, part, MIN(off) AS passed FROM progress GROUP BY topic, part) AS groups
					ON groups.topic = queue.topic AND groups.part = queue.part
				WHERE queue.off <= groups.passed
				ORDER BY queue.off
				LIMIT ?)`, max)
		if err != nil {
			return err
		}
		pruned, err = result.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("prune the queue: %w", err)
	}
	return pruned, nil
}
