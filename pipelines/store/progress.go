package store

import (
	"context"
	"errors"
	"fmt"
)

// How far each group has come in each topic. off is the last offset it has passed; generation rises with every new
// owner of the row.
const progressTables = `
CREATE TABLE progress (
	grp        {name} NOT NULL,
	topic      {name} NOT NULL,
	part       BIGINT NOT NULL,
	off        BIGINT NOT NULL,
	generation BIGINT NOT NULL,
	PRIMARY KEY (grp, topic, part)
);
`

// ErrNotOwner says that another instance reads this topic for the group now: roll back and drop the batch.
var ErrNotOwner = errors.New("another instance owns this part of the queue")

// Progress is an owner's word on how far a group has come in a topic: it has passed From, and now all up to To.
type Progress struct {
	Group      string
	Topic      string
	Partition  int
	From, To   int64 // offsets, both passed
	Generation int64 // of the owner that says so
}

// Join makes the group known to a topic, so that nothing it has not read is pruned. It reads from the beginning.
func (s *Store) Join(ctx context.Context, group, topic string, partition int) error {
	return s.share(ctx, false, func(ctx context.Context, tx *txn) error {
		return s.join(ctx, tx, group, topic, partition)
	})
}

func (s *Store) join(ctx context.Context, tx *txn, group, topic string, partition int) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO progress (grp, topic, part, off, generation)
		VALUES (?, ?, ?, 0, 0)`+s.dialect.upsert("grp, topic, part"), group, topic, partition)
	if err != nil {
		return fmt.Errorf("join %s as %s: %w", topic, group, err)
	}
	return nil
}

// Claim makes the caller the owner of a group's progress and says where it stands. The generation rises first: from
// here on no former owner can move anything.
func (s *Store) Claim(ctx context.Context, group, topic string, partition int) (Progress, error) {
	p := Progress{Group: group, Topic: topic, Partition: partition}
	err := s.share(ctx, false, func(ctx context.Context, tx *txn) error {
		return s.claim(ctx, tx, &p)
	})
	return p, err
}

func (s *Store) claim(ctx context.Context, tx *txn, p *Progress) error {
	if err := s.join(ctx, tx, p.Group, p.Topic, p.Partition); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE progress
		SET generation = generation + 1
		WHERE grp = ? AND topic = ? AND part = ?`, p.Group, p.Topic, p.Partition)
	if err != nil {
		return fmt.Errorf("claim %s for %s: %w", p.Topic, p.Group, err)
	}
	var stands struct {
		Off        int64 `db:"off"`
		Generation int64 `db:"generation"`
	}
	err = tx.GetContext(ctx, &stands, `
		SELECT off, generation
		FROM progress
		WHERE grp = ? AND topic = ? AND part = ?`+s.dialect.forUpdate, p.Group, p.Topic, p.Partition)
	if err != nil {
		return fmt.Errorf("claim %s for %s: %w", p.Topic, p.Group, err)
	}
	p.From, p.To, p.Generation = stands.Off, stands.Off, stands.Generation
	return nil
}

// Progress is where a group stands in a topic, and the generation of its owner. A group that never joined stands at
// the beginning in generation 0.
func (s *Store) Progress(ctx context.Context, group, topic string, partition int) (Progress, error) {
	p := Progress{Group: group, Topic: topic, Partition: partition}
	err := s.read.QueryRowxContext(ctx, `
		SELECT COALESCE(MAX(off), 0), COALESCE(MAX(generation), 0)
		FROM progress
		WHERE grp = ? AND topic = ? AND part = ?`, group, topic, partition).Scan(&p.From, &p.Generation)
	if err != nil {
		return p, fmt.Errorf("look how far %s is on %s: %w", group, topic, s.explain(err))
	}
	p.To = p.From
	return p, nil
}

// Advance moves the progress in a transaction of its own, shared with others at the same moment. It returns ErrNotOwner
// when another instance has taken over.
func (s *Store) Advance(ctx context.Context, p Progress) error {
	return s.share(ctx, false, func(ctx context.Context, tx *txn) error { return s.advance(ctx, tx, p) })
}

// advance moves the progress within a transaction. No row moved means that another instance owns the progress, or that
// these messages were concluded before: whatever the transaction did must not be done, and is rolled back.
func (s *Store) advance(ctx context.Context, tx *txn, p Progress) error {
	result, err := tx.ExecContext(ctx, `
		UPDATE progress
		SET off = ?
		WHERE grp = ? AND topic = ? AND part = ? AND off = ? AND generation = ?`,
		p.To, p.Group, p.Topic, p.Partition, p.From, p.Generation)
	if err != nil {
		return fmt.Errorf("move %s on %s: %w", p.Group, p.Topic, err)
	}
	if moved, err := result.RowsAffected(); err != nil || moved == 1 {
		return err
	}
	return fmt.Errorf("move %s on %s from %d to %d: %w", p.Group, p.Topic, p.From, p.To, ErrNotOwner)
}

// seat is the place of the one reader of a group on a topic in this process.
type seat struct {
	group, topic string
	partition    int
}

// Seat waits until nobody else reads the topic's partition for the group, in this process or another, and takes the place
// until leave. Readers of one group stand by for each other here instead of taking the progress from one another.
func (s *Store) Seat(ctx context.Context, group, topic string, partition int) (leave func(), err error) {
	s.mu.Lock()
	key := seat{group, topic, partition}
	place := s.seats[key]
	if place == nil {
		place = make(chan struct{}, 1)
		s.seats[key] = place
	}
	s.mu.Unlock()
	select {
	case place <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !s.dialect.shared {
		return func() { <-place }, nil
	}
	lease, err := s.Await(ctx, fmt.Sprintf("queue %s %s %d", group, topic, partition))
	if err != nil {
		<-place
		return nil, err
	}
	return func() {
		defer func() { <-place }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.leases.lasts)
		defer cancel()
		_ = s.Release(ctx, lease) // else it ends by itself
	}, nil
}
