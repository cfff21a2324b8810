// Package store is everything Tradewire remembers: what was taken in, what was decided, what must go out and what
// became of it. It is the only place with SQL of our own. One file of SQLite, or one database of MySQL, holds the store
// and the queue, so that a decision and the messages that tell of it are one transaction.
package store

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/jmoiron/sqlx"
)

// Options say which store to open.
type Options struct {
	Path     string                 // the SQLite file; it is created when missing, its folder is not
	MySQL    string                 // instead of a file: the DSN of a database of MySQL or MariaDB; an empty one is refused while a file is left at Path
	Password func() (string, error) // for MySQL; asked for every session; nil: none
	TLS      *tls.Config            // for MySQL; nil: plain
	Now      func() time.Time       // the clock; time.Now when nil
	ReadOnly bool                   // for looking only: nothing is created, migrated or written

	Partitions int           // queues of a topic, decided side by side; 1 when 0
	Instance   string        // who this process is among those that share the store; a name of its own when empty
	Lease      time.Duration // how long what this process holds is kept for it when it is not heard of; LeaseTime when 0

	patience time.Duration // how long to wait for another program's lock; ten seconds when zero
	again    time.Duration // how long what another process committed may go unseen; lookAgain when 0
}

// Store is an open store. It is safe for use by many goroutines.
type Store struct {
	write      *sqlx.DB // of SQLite one writing connection; nil when the store is open for reading only
	read       *reading // a pool beside it, which of SQLite can only read
	now        func() time.Time
	dialect    dialect
	partitions int

	bodies *recent // documents that were read or decided lately
	leases leases  // what this process holds

	errands chan *errand  // small writes that share a transaction
	closing chan struct{} // closed by Close
	settled chan struct{} // closed when the last errand was run
	once    sync.Once
	aside   sync.WaitGroup // what runs beside the errands until Close

	mu      sync.Mutex
	changed chan struct{}          // closed by the next commit; nil while nobody waits for it
	seats   map[seat]chan struct{} // who reads for which group; see Seat
}

// Open opens the store, creates its tables when they are missing and brings them up to date. A ReadOnly store is
// never created nor changed.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", o.place(), err)
	}
	return s, nil
}

func open(ctx context.Context, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.patience == 0 {
		o.patience = 10 * time.Second
	}
	s := &Store{
		now: o.Now, dialect: sqliteDialect, partitions: max(1, o.Partitions), seats: map[seat]chan struct{}{},
		bodies:  &recent{most: mostBodies},
		errands: make(chan *errand, errandsAtOnce), closing: make(chan struct{}), settled: make(chan struct{}),
	}
	o.Lease = cmp.Or(o.Lease, LeaseTime)
	s.leases.begin(o)
	if err := notMoved(o); err != nil {
		return nil, err
	}
	connect := s.connectSQLite
	if o.MySQL != "" {
		s.dialect, connect = mysqlDialect, s.connectMySQL
	}
	if err := connect(ctx, o); err != nil {
		return nil, errors.Join(s.explain(err), s.disconnect())
	}
	go s.runErrands()
	if s.dialect.shared {
		s.aside.Go(func() { s.keepWaking(cmp.Or(o.again, lookAgain)) })
	}
	if s.write != nil {
		s.aside.Go(s.keepLeases)
	}
	return s, nil
}

// Close lets go of what this process holds, waits for small writes that were handed in and closes the database.
func (s *Store) Close() error {
	s.once.Do(func() { close(s.closing) })
	<-s.settled
	s.aside.Wait()
	return s.disconnect()
}

func (s *Store) disconnect() error {
	var faults []error
	if s.read != nil {
		faults = append(faults, s.read.Close())
	}
	if s.write != nil && (s.read == nil || s.write != s.read.DB) { // the writer last: it takes the write-ahead log in
		faults = append(faults, s.write.Close())
	}
	if s.dialect.shared {
		return nil // what a session says when it is left, a dead one above all, loses nothing: the server keeps what was committed
	}
	return errors.Join(faults...)
}

// reading is a pool whose faults are in words.
type reading struct {
	*sqlx.DB
	explain func(error) error
}

// GetContext reads one row.
func (r *reading) GetContext(ctx context.Context, into any, query string, args ...any) error {
	return r.explain(r.DB.GetContext(ctx, into, query, args...))
}

// SelectContext reads rows.
func (r *reading) SelectContext(ctx context.Context, into any, query string, args ...any) error {
	return r.explain(r.DB.SelectContext(ctx, into, query, args...))
}

// QueryxContext reads rows one by one.
func (r *reading) QueryxContext(ctx context.Context, query string, args ...any) (*sqlx.Rows, error) {
	rows, err := r.DB.QueryxContext(ctx, query, args...)
	return rows, r.explain(err)
}

// Shared says that other processes may work on the store at the same moment.
func (s *Store) Shared() bool { return s.dialect.shared }

// ErrInUse says that another process works on the store.
var ErrInUse = errors.New("another tradewire is running on this store")

// Lock makes this process the only one that works on the store in the file at path, until release. The operating system
// lets go of it when the process dies, however it dies.
func Lock(path string) (release func() error, err error) {
	lock := flock.New(path + ".lock")
	taken, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock store %s: %w (may this user write in its folder?)", path, err)
	}
	if !taken {
		return nil, fmt.Errorf("lock store %s: %w (stop it first, or give this one a store.path of its own)", path, ErrInUse)
	}
	return lock.Unlock, nil
}

// fault is a fault of the database in words for the person who has to do something about it.
type fault struct {
	sentence string
	err      error
	away     bool // it passes by itself or by what others do: work goes on when the database answers again
}

func (f *fault) Error() string { return f.sentence + ": " + f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// Away says that the store's database does not answer, or takes nothing, for now. Nothing is lost by it.
func Away(err error) bool {
	fault, ok := errors.AsType[*fault](err)
	return ok && fault.away
}

// explain puts the database's faults into words; other errors stay as they are.
func (s *Store) explain(err error) error {
	if err == nil {
		return nil
	}
	if _, said := errors.AsType[*fault](err); said {
		return err
	}
	return s.dialect.explain(err)
}
