package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jmoiron/sqlx"
)

// errandsAtOnce bounds how many small writes share one transaction.
const errandsAtOnce = 256

var errReadOnly = errors.New("the store is open for reading only")
var errClosed = errors.New("the store is closed")

// ErrMeanwhile says that another instance has written the same rows since they were looked for: once more, from the beginning.
var ErrMeanwhile = errors.New("another instance wrote the same rows at the same moment")

// txn is one transaction. Within it nothing may use s.read or s.write: of SQLite the transaction holds the only writing
// connection, and a reader would not see what it has written.
//
// After its first fault it says nothing more to the database: a deadlock has ended the transaction there, and what would be
// said next would stand at once and for good.
type txn struct {
	raw      *sqlx.Tx
	dialect  *dialect
	fault    error
	gathered []*inserts // rows that are written before its end
	outbox   []posted   // messages that are queued at its end
}

// faulted remembers the first fault. That no row was found is none.
func (tx *txn) faulted(err error) error {
	if err != nil && tx.fault == nil && !errors.Is(err, sql.ErrNoRows) {
		tx.fault = err
	}
	return err
}

// ExecContext runs a statement.
func (tx *txn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if tx.fault != nil {
		return nil, tx.fault
	}
	result, err := tx.raw.ExecContext(ctx, query, args...)
	return result, tx.faulted(err)
}

// GetContext reads one row.
func (tx *txn) GetContext(ctx context.Context, into any, query string, args ...any) error {
	if tx.fault != nil {
		return tx.fault
	}
	return tx.faulted(tx.raw.GetContext(ctx, into, query, args...))
}

// SelectContext reads rows.
func (tx *txn) SelectContext(ctx context.Context, into any, query string, args ...any) error {
	if tx.fault != nil {
		return tx.fault
	}
	return tx.faulted(tx.raw.SelectContext(ctx, into, query, args...))
}

// transact runs do in one transaction. Any error or panic in it rolls everything back; after the commit those who wait for
// Changed are woken. do may be run again, after what it did was undone.
func (s *Store) transact(ctx context.Context, do func(tx *txn) error) error {
	if err := s.commit(ctx, do); err != nil {
		return err
	}
	s.wake()
	return nil
}

// mostTries bounds how often a transaction is tried that stood in the way of another.
const mostTries = 10

func (s *Store) commit(ctx context.Context, do func(tx *txn) error) error {
	if s.write == nil {
		return errReadOnly
	}
	for try := 1; ; try++ {
		again, err := s.commitOnce(ctx, do)
		if err == nil || !again || try == mostTries || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(rand.Int64N(int64(try) * int64(4*time.Millisecond)))): // #nosec G404 -- so that two do not meet again
		}
	}
}

// commitOnce tries once. again is true when everything was undone and it may work the next time. (Invariant 4.)
func (s *Store) commitOnce(ctx context.Context, do func(tx *txn) error) (again bool, err error) {
	raw, err := s.write.BeginTxx(ctx, nil) // of SQLite BEGIN IMMEDIATE: the lock is taken before the first read
	if err != nil {
		return s.dialect.passes(err), fmt.Errorf("begin in the store: %w", s.explain(err))
	}
	tx, done := &txn{raw: raw, dialect: &s.dialect}, false
	defer func() {
		if !done { // an error, or a panic on its way up; after some errors the database undoes only the statement
			_ = raw.Rollback()
		}
	}()
	if err = do(tx); err == nil {
		err = tx.write(ctx)
	}
	if err == nil {
		err = s.post(ctx, tx)
	}
	if err == nil {
		err = tx.fault // whoever met it went on all the same: what was done is not whole
	}
	if err != nil {
		return s.dialect.passes(err) || errors.Is(err, ErrMeanwhile), s.explain(err)
	}
	if err := raw.Commit(); err != nil {
		done = true
		return s.notCommitted(ctx, err)
	}
	done = true
	return false, nil
}

// notCommitted clears up after a COMMIT that did not answer well.
func (s *Store) notCommitted(ctx context.Context, err error) (again bool, _ error) {
	if !s.dialect.shared {
		// A COMMIT that was refused leaves SQLite inside the transaction while database/sql thinks it is over.
		_, _ = s.write.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
	}
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		err = ctx.Err() // ctx ended first, and the transaction was rolled back for it
	}
	again = s.dialect.passes(err) && !s.dialect.unanswered(err) // whether it happened must be known before it is done again
	return again, fmt.Errorf("commit in the store: %w", s.explain(err))
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

// keepWaking has those who wait for Changed look again now and then, for what other processes commit.
func (s *Store) keepWaking(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.wake()
		case <-s.closing:
			return
		}
	}
}

// lookAgain is how long what another process committed may go unseen.
const lookAgain = 500 * time.Millisecond

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
	do   func(ctx context.Context, tx *txn) error
	news bool // somebody may wait for this
	done chan error
}

// share runs do in a transaction together with others that come at the same time, and returns after the commit. When
// ctx ends the errand has not been run or its outcome is waited for: it is never left open.
func (s *Store) share(ctx context.Context, news bool, do func(ctx context.Context, tx *txn) error) error {
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
	err := s.commit(ctx, func(tx *txn) error {
		bad = false // what failed before was undone, and may pass now
		for _, e := range batch {
			news = news || e.news
			if err := e.do(ctx, tx); err != nil {
				bad = true
				return err
			}
		}
		return nil
	})
	if err != nil && bad && len(batch) > 1 {
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
