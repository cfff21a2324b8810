package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"time"
)

// LeaseTime is how long what a process holds is kept for it when it is not heard of.
const LeaseTime = 15 * time.Second

// Lease is the right to do alone what its name says: read a source, write to a target. It is held until it is released, or
// until its holder has not been heard of for a while and another takes it. Every new holder has a higher epoch, and whatever
// is written under a lower one is refused: by the store, and by the targets, who are told it. (Invariant 2.)
type Lease struct {
	Name  string
	Epoch int64
}

// leases are what this process holds.
type leases struct {
	holder string
	lasts  time.Duration

	mu   sync.Mutex
	held map[string]Lease
}

func (l *leases) begin(o Options) {
	l.holder, l.lasts, l.held = o.Instance, o.Lease, map[string]Lease{}
	if l.holder == "" {
		host, _ := os.Hostname()
		l.holder = fmt.Sprintf("%.60s-%d-%s", host, os.Getpid(), rand.Text()[:8])
	}
}

func (l *leases) of(name string) (Lease, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lease, held := l.held[name]
	return lease, held
}

func (l *leases) keep(lease Lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held[lease.Name] = lease
}

func (l *leases) drop(lease Lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[lease.Name] == lease {
		delete(l.held, lease.Name)
	}
}

func (l *leases) names() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.held))
}

// Hold takes a lease, or says that this process holds it already. held is false while another process has it.
func (s *Store) Hold(ctx context.Context, name string) (lease Lease, held bool, err error) {
	if lease, held := s.leases.of(name); held {
		return lease, true, nil
	}
	if others, err := s.othersHold(ctx, name); err != nil || others {
		return Lease{}, false, err
	}
	err = s.share(ctx, false, func(ctx context.Context, tx *txn) (err error) {
		lease, held, err = s.hold(ctx, tx, name)
		return err
	})
	if err != nil {
		return Lease{}, false, fmt.Errorf("take the lease %s: %w", name, err)
	}
	if held {
		s.leases.keep(lease)
	}
	return lease, held, nil
}

// othersHold looks without locking: who stands by for long must not stand in the holder's way.
func (s *Store) othersHold(ctx context.Context, name string) (bool, error) {
	if !s.dialect.shared {
		return false, nil
	}
	var n int
	err := s.read.GetContext(ctx, &n, `SELECT COUNT(*) FROM lease WHERE name = ? AND until_at >= `+s.dialect.clock, name)
	if err != nil {
		return false, fmt.Errorf("look who has the lease %s: %w", name, s.explain(err))
	}
	return n > 0, nil
}

// Attended says whether another process works on a store that several share.
func (s *Store) Attended(ctx context.Context) (bool, error) {
	if !s.dialect.shared {
		return false, nil
	}
	var n int
	err := s.read.GetContext(ctx, &n, `SELECT COUNT(*) FROM lease WHERE holder <> ? AND until_at >= `+s.dialect.clock, s.leases.holder)
	if err != nil {
		return false, fmt.Errorf("look who works on the store: %w", s.explain(err))
	}
	return n > 0, nil
}

// hold takes the lease where it is free. The clock is the database's: those of two machines may differ.
func (s *Store) hold(ctx context.Context, tx *txn, name string) (lease Lease, held bool, err error) {
	if _, err := tx.ExecContext(ctx, `INSERT INTO lease (name, epoch, holder, until_at) VALUES (?, 0, '', 0)`+s.dialect.upsert("name"), name); err != nil {
		return lease, false, err
	}
	free := ` AND until_at < ` + s.dialect.clock
	if !s.dialect.shared {
		free = "" // whoever else held it is gone: this process is alone
	}
	result, err := tx.ExecContext(ctx, `
UPDATE lease
   SET epoch = epoch + 1, holder = ?, until_at = `+s.dialect.clock+` + ?
 WHERE name = ?`+free, s.leases.holder, s.leases.lasts.Milliseconds(), name)
	if err != nil {
		return lease, false, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return lease, false, err
	}
	lease.Name = name
	return lease, true, tx.GetContext(ctx, &lease.Epoch, `SELECT epoch FROM lease WHERE name = ?`, name)
}

// Await takes a lease as soon as it is free.
func (s *Store) Await(ctx context.Context, name string) (Lease, error) {
	for {
		lease, held, err := s.Hold(ctx, name)
		if err != nil || held {
			return lease, err
		}
		select {
		case <-time.After(s.leases.lasts / 5):
		case <-ctx.Done():
			return Lease{}, ctx.Err()
		case <-s.closing:
			return Lease{}, errClosed
		}
	}
}

// under makes sure, within a transaction, that a lease is still ours; nobody takes it before the transaction ends. The zero
// lease is that of who needs none.
func (s *Store) under(ctx context.Context, tx *txn, lease Lease) error {
	if lease.Name == "" {
		return nil
	}
	var epoch int64
	err := tx.GetContext(ctx, &epoch, `SELECT epoch FROM lease WHERE name = ?`+s.dialect.forUpdate, lease.Name)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if epoch != lease.Epoch {
		s.leases.drop(lease)
		return fmt.Errorf("%s under epoch %d, now %d: %w", lease.Name, lease.Epoch, epoch, ErrNotOwner)
	}
	return nil
}

// Release gives a lease back, so that another can take it at once.
func (s *Store) Release(ctx context.Context, lease Lease) error {
	s.leases.drop(lease)
	return s.share(ctx, false, func(ctx context.Context, tx *txn) error {
		_, err := tx.ExecContext(ctx, `UPDATE lease SET until_at = 0 WHERE name = ? AND epoch = ?`, lease.Name, lease.Epoch)
		return err
	})
}

// keepLeases says now and then that this process is alive, and at the end gives back what it holds.
func (s *Store) keepLeases() {
	tick := time.NewTicker(s.leases.lasts / 3)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = s.renew() // a server that does not answer now is asked again; what was lost meanwhile shows in under
		case <-s.closing:
			<-s.settled
			_ = s.giveAllBack() // else they end by themselves
			return
		}
	}
}

func (s *Store) renew() error {
	if !s.dialect.shared || len(s.leases.names()) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.leases.lasts)
	defer cancel()
	return s.commit(ctx, func(tx *txn) error {
		_, err := tx.ExecContext(ctx, `UPDATE lease SET until_at = `+s.dialect.clock+` + ? WHERE holder = ? AND until_at > 0`,
			s.leases.lasts.Milliseconds(), s.leases.holder)
		return err
	})
}

func (s *Store) giveAllBack() error {
	if len(s.leases.names()) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.leases.lasts)
	defer cancel()
	return s.commit(ctx, func(tx *txn) error {
		_, err := tx.ExecContext(ctx, `UPDATE lease SET until_at = 0 WHERE holder = ?`, s.leases.holder)
		return err
	})
}
