// Package store is everything Tradewire remembers: what was taken in, what was decided, what must go out and what
// became of it. It is the only place with SQL of our own. One file of SQLite holds the store and the queue, so that a
// decision and the messages that tell of it are one transaction.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/jmoiron/sqlx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Options say which store to open.
type Options struct {
	Path     string           // the SQLite file; it is created when missing, its folder is not
	Now      func() time.Time // the clock; time.Now when nil
	ReadOnly bool             // for looking only: nothing is created, migrated or written

	patience time.Duration // how long to wait for another program's lock; ten seconds when zero
}

// Store is an open store. It is safe for use by many goroutines.
type Store struct {
	write, read *sqlx.DB // one writing connection, and a pool beside it that can only read
	now         func() time.Time
	dialect     dialect

	bodies bodies // documents that were read lately

	errands chan *errand  // small writes that share a transaction
	closing chan struct{} // closed by Close
	settled chan struct{} // closed when the last errand was run
	once    sync.Once

	mu      sync.Mutex
	changed chan struct{}          // closed by the next commit; nil while nobody waits for it
	seats   map[seat]chan struct{} // who reads for which group; see Seat
}

// Open opens the store, creates the file when it is missing and brings its tables up to date. A ReadOnly store is
// never created nor changed.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", o.Path, explain(err))
	}
	return s, nil
}

func open(ctx context.Context, o Options) (*Store, error) {
	if err := usable(o); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.patience == 0 {
		o.patience = 10 * time.Second
	}
	s := &Store{
		now: o.Now, dialect: sqliteDialect, seats: map[seat]chan struct{}{},
		errands: make(chan *errand, errandsAtOnce), closing: make(chan struct{}), settled: make(chan struct{}),
	}
	if err := s.connectAtLast(ctx, o); err != nil {
		return nil, errors.Join(err, s.disconnect())
	}
	go s.runErrands()
	return s, nil
}

// connectAtLast connects, again and again while another program is just creating the file: to turn the write-ahead log
// on SQLite wants the file alone, and does not wait for it.
func (s *Store) connectAtLast(ctx context.Context, o Options) error {
	for began := time.Now(); ; {
		err := s.connect(ctx, o)
		if err == nil || !busy(err) || time.Since(began) > o.patience {
			return err
		}
		if err := s.disconnect(); err != nil {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func busy(err error) bool {
	fault, ok := errors.AsType[*sqlite.Error](err)
	return ok && fault.Code()&0xff == sqlite3.SQLITE_BUSY
}

// connect opens the writer first: it creates the file and turns the write-ahead log on, which a reader cannot.
func (s *Store) connect(ctx context.Context, o Options) (err error) {
	registerOnce()
	if !o.ReadOnly {
		// FULL: with NORMAL a power loss takes acknowledged commits with it.
		s.write, err = sqlx.ConnectContext(ctx, driverName, dsn(o,
			"_journal_mode", "WAL", "_synchronous", "FULL", "_foreign_keys", "on", "_txlock", "immediate"))
		if err != nil {
			return err
		}
		s.write.SetMaxOpenConns(1)
		if err := s.migrate(ctx, migrations()); err != nil {
			return err
		}
	}
	s.read, err = sqlx.ConnectContext(ctx, driverName, dsn(o, "mode", "ro", "_query_only", "on", "_foreign_keys", "on"))
	if err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	s.read.SetMaxIdleConns(4)
	return s.upToDate(ctx, migrations())
}

// Close waits for small writes that were handed in and closes the file.
func (s *Store) Close() error {
	s.once.Do(func() { close(s.closing) })
	<-s.settled
	return s.disconnect()
}

func (s *Store) disconnect() error {
	var faults []error
	for _, db := range []*sqlx.DB{s.read, s.write} { // the writer last: it takes the write-ahead log in
		if db != nil {
			faults = append(faults, db.Close())
		}
	}
	return errors.Join(faults...)
}

// ErrInUse says that another process works on the store.
var ErrInUse = errors.New("another tradewire is running on this store")

// Lock makes this process the only one that works on the store at path, until release. The operating system lets go
// of it when the process dies, however it dies.
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

// usable says early, and in words, what SQLite would only say as "unable to open database file".
func usable(o Options) error {
	info, err := os.Stat(o.Path)
	switch {
	case o.Path == "":
		return errors.New("no file is named (set store.path)")
	case err == nil && info.IsDir():
		return errors.New("this is a folder, not a file (let store.path name a file in it)")
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	case o.ReadOnly:
		return errors.New("there is no store yet (it is created by the first run)")
	}
	if _, err := os.Stat(filepath.Dir(o.Path)); err != nil {
		return fmt.Errorf("its folder %s does not exist (create it, or correct store.path)", filepath.Dir(o.Path))
	}
	return nil
}

// dsn names the file and how to open it. busy_timeout is applied by the driver before everything else, so that the
// settings after it wait for a lock and do not fail at once.
func dsn(o Options, settings ...string) string {
	q := url.Values{"_busy_timeout": {fmt.Sprint(o.patience.Milliseconds())}, "_dqs": {"0"}}
	for i := 0; i < len(settings); i += 2 {
		q.Set(settings[i], settings[i+1])
	}
	return "file:" + (&url.URL{Path: o.Path}).EscapedPath() + "?" + q.Encode()
}

// fault is SQLite's fault in words for the person who has to do something about it.
type fault struct {
	sentence string
	err      error
}

func (f *fault) Error() string { return f.sentence + ": " + f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// explain puts SQLite's faults into words; other errors stay as they are.
func explain(err error) error {
	if _, said := errors.AsType[*fault](err); said {
		return err
	}
	raw, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch raw.Code() & 0xff { // the upper bits are details
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &fault{"another program holds the store's file (close it, or wait for its backup to end)", err}
	case sqlite3.SQLITE_NOTADB:
		return &fault{"this file is not a database (correct store.path; it was not touched)", err}
	case sqlite3.SQLITE_CORRUPT:
		return &fault{"the store's file is damaged (stop, keep a copy, restore the last backup)", err}
	case sqlite3.SQLITE_FULL:
		return &fault{"the disk of the store is full (nothing was lost; make room)", err}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return &fault{"this user may not write the store's file or folder (correct their rights)", err}
	}
	return err
}
