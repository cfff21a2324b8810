package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// errandsAtOnce bounds how many small writes share one transaction.
const errandsAtOnce = 256

var errReadOnly = errors.New("the store is open for reading only")
var errClosed = errors.New("the store is closed")

// transact runs do in one transaction on the one writing connection. Any error or panic in it rolls everything back;
// after the commit those who wait for Changed are woken. Within do nothing may use s.read or s.write: the transaction
// holds the only writing connection, and a reader would not see what it has written.
func (s *Store) transact(ctx context.Context, do func(tx *sqlx.Tx) error) error {
	if err := s.commit(ctx, do); err != nil {
		return err
	}
	s.wake()
	return nil
}

func (s *Store) commit(ctx context.Context, do func(tx *sqlx.Tx) error) error {
	if s.write == nil {
		return errReadOnly
	}
	tx, err := s.write.BeginTxx(ctx, nil) // BEGIN IMMEDIATE: the lock is taken before the first read
	if err != nil {
		return fmt.Errorf("begin in the store: %w", explain(err))
	}
	done := false
	defer func() {
		if !done { // an error, or a panic on its way up
			_ = tx.Rollback()
		}
	}()
	if err := do(tx); err != nil {
		return explain(err)
	}
	if err := tx.Commit(); err != nil {
		// A COMMIT that was refused leaves SQLite inside the transaction while database/sql thinks it is over.
		_, _ = s.write.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
		done = true
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
			err = ctx.Err() // ctx ended first, and the transaction was rolled back for it
		}
		return fmt.Errorf("commit in the store: %w", explain(err))
	}
	done = true
	return nil
}

// Changed is closed by the next commit. Fetch it before you look, then wait on it: what is committed between the two
// is not missed.
func (s *Store) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

func (s *Store) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// An errand is a small write that many goroutines make at the same time. Errands share a transaction, because what
// costs is the disk's answer to COMMIT, not the row. An errand may be run twice, the first time rolled back.
type errand struct {
	do   func(ctx context.Context, tx *sqlx.Tx) error
	news bool // somebody may wait for this
	done chan error
}

// share runs do in a transaction together with others that come at the same time, and returns after the commit. When
// ctx ends the errand has not been run or its outcome is waited for: it is never left open.
func (s *Store) share(ctx context.Context, news bool, do func(ctx context.Context, tx *sqlx.Tx) error) error {
	if s.write == nil {
		return errReadOnly
	}
	e := &errand{do: do, news: news, done: make(chan error, 1)}
	select {
	case <-s.closing:
		return errClosed
	default:
	}
	select {
	case s.errands <- e:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return errClosed
	}
	select {
	case err := <-e.done:
		return err
	case <-s.settled: // the errand may have slipped in after the last round
		select {
		case err := <-e.done:
			return err
		default:
			return errClosed
		}
	}
}

func (s *Store) runErrands() {
	defer close(s.settled)
	for {
		select {
		case e := <-s.errands:
			s.runTogether(s.waitingErrands(e))
		case <-s.closing:
			for batch := s.waitingErrands(); len(batch) > 0; batch = s.waitingErrands() {
				s.runTogether(batch)
			}
			return
		}
	}
}

// waitingErrands adds what waits now to the errands at hand, never waiting for more.
func (s *Store) waitingErrands(batch ...*errand) []*errand {
	for len(batch) < errandsAtOnce {
		select {
		case e := <-s.errands:
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

// runTogether runs the errands in one transaction. When one of them fails each is run on its own, so that a bad one
// fails alone. When the COMMIT fails none is run again: it may have happened.
func (s *Store) runTogether(batch []*errand) {
	ctx, news, bad := context.Background(), false, false
	err := s.commit(ctx, func(tx *sqlx.Tx) error {
		for _, e := range batch {
			news = news || e.news
			if err := e.do(ctx, tx); err != nil {
				bad = true
				return err
			}
		}
		return nil
	})
	if bad && len(batch) > 1 {
		for _, e := range batch {
			s.runTogether([]*errand{e})
		}
		return
	}
	if err == nil && news {
		s.wake()
	}
	for _, e := range batch {
		e.done <- err
	}
}
