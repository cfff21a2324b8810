package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
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
	held map[string]kept
}

// kept is a lease with when it was last known to be ours, by a clock that nobody moves.
type kept struct {
	Lease
	known time.Time
}

func (l *leases) begin(o Options) {
	l.holder, l.lasts, l.held = o.Instance, o.Lease, map[string]kept{}
	if l.holder == "" {
		host, _ := os.Hostname()
		l.holder = fmt.Sprintf("%.60s-%d-%s", host, os.Getpid(), rand.Text()[:8])
	}
}

// of is a lease that this process holds. One that was not renewed for as long as it lasts is not believed any more: this process
// may have stood still.
func (l *leases) of(name string) (Lease, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k, held := l.held[name]
	return k.Lease, held && time.Since(k.known) < l.lasts
}

// keep notes that a lease was ours when it was asked for.
func (l *leases) keep(lease Lease, asked time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held[lease.Name] = kept{lease, asked}
}

// refresh notes that a lease was still ours, unless it was given back meanwhile.
func (l *leases) refresh(lease Lease, asked time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[lease.Name].Lease == lease {
		l.held[lease.Name] = kept{lease, asked}
	}
}

func (l *leases) drop(lease Lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[lease.Name].Lease == lease {
		delete(l.held, lease.Name)
	}
}

// all are the leases that this process took, believed or not.
func (l *leases) all() []Lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Lease, 0, len(l.held))
	for _, k := range l.held {
		all = append(all, k.Lease)
	}
	return all
}

// Hold takes a lease, or says that this process holds it already. held is false while another process has it.
func (s *Store) Hold(ctx context.Context, name string) (lease Lease, held bool, err error) {
	if lease, held := s.leases.of(name); held {
		return lease, true, nil
	}
	if others, err := s.othersHold(ctx, name); err != nil || others {
		return Lease{}, false, err
	}
	asked := time.Now()
	err = s.commit(ctx, func(tx *txn) (err error) {
		lease, held, err = s.hold(ctx, tx, name)
		return err
	})
	if err != nil {
		return Lease{}, false, fmt.Errorf("take the lease %s: %w", name, err)
	}
	if held {
		s.leases.keep(lease, asked)
	}
	return lease, held, nil
}

// othersHold looks without locking: who stands by for long must not stand in the holder's way.
func (s *Store) othersHold(ctx context.Context, name string) (bool, error) {
	if !s.dialect.shared {
		return false, nil
	}
	var n int
	err := s.read.GetContext(ctx, &n, `SELECT COUNT(*) FROM lease WHERE name = ? AND holder <> ? AND until_at >= `+s.dialect.clock, name, s.leases.holder)
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

// hold takes the lease where it is free, or where this process has it without knowing: the answer may have been lost when it was
// taken or given back. The clock is the database's: those of two machines may differ.
func (s *Store) hold(ctx context.Context, tx *txn, name string) (lease Lease, held bool, err error) {
	if _, err := tx.ExecContext(ctx, `INSERT INTO lease (name, epoch, holder, until_at) VALUES (?, 0, '', 0)`+s.dialect.upsert("name"), name); err != nil {
		return lease, false, err
	}
	free := ` AND (holder = ? OR until_at < ` + s.dialect.clock + `)`
	if !s.dialect.shared {
		free = ` AND ? <> ''` // whoever else held it is gone: this process is alone
	}
	result, err := tx.ExecContext(ctx, `
UPDATE lease
   SET epoch = epoch + 1, holder = ?, until_at = `+s.dialect.clock+` + ?
 WHERE name = ?`+free, s.leases.holder, s.leases.lasts.Milliseconds(), name, s.leases.holder)
	if err != nil {
		return lease, false, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return lease, false, err
	}
	lease.Name = name
	err = tx.GetContext(ctx, &lease.Epoch, `SELECT epoch FROM lease WHERE name = ?`, name)
	return lease, true, err
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
			s.renew()
		case <-s.closing:
			<-s.settled
			_ = s.giveAllBack() // else they end by themselves
			return
		}
	}
}

// renew renews every lease alone: one that is being worked under keeps no other waiting.
func (s *Store) renew() {
	if !s.dialect.shared {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.leases.lasts/3)
	defer cancel()
	var all sync.WaitGroup
	for _, lease := range s.leases.all() {
		all.Go(func() { s.renewOne(ctx, lease) })
	}
	all.Wait()
}

// renewOne renews a lease, and forgets one that is another's now. A server that does not answer is asked again.
func (s *Store) renewOne(ctx context.Context, lease Lease) {
	asked, ours := time.Now(), int64(0)
	err := s.commit(ctx, func(tx *txn) error {
		result, err := tx.ExecContext(ctx, `
UPDATE lease
   SET until_at = `+s.dialect.clock+` + ?
 WHERE name = ? AND epoch = ? AND holder = ? AND until_at > 0`, s.leases.lasts.Milliseconds(), lease.Name, lease.Epoch, s.leases.holder)
		if err == nil {
			ours, err = result.RowsAffected()
		}
		return err
	})
	switch {
	case err != nil:
	case ours == 1:
		s.leases.refresh(lease, asked)
	default:
		s.leases.drop(lease)
	}
}

func (s *Store) giveAllBack() error {
	if len(s.leases.all()) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.leases.lasts)
	defer cancel()
	return s.commit(ctx, func(tx *txn) error {
		_, err := tx.ExecContext(ctx, `UPDATE lease SET until_at = 0 WHERE holder = ?`, s.leases.holder)
		return err
	})
}
