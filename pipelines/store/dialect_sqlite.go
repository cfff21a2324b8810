package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteDialect needs no locking read: a transaction begins with the one lock there is.
var sqliteDialect = dialect{
	types: map[string]string{
		"auto_number": "INTEGER PRIMARY KEY AUTOINCREMENT", "auto_key": "INTEGER PRIMARY KEY AUTOINCREMENT",
		"bytes": "BLOB", "name": "TEXT", "key": "TEXT", "text": "TEXT", "stamp": "TEXT", "int": "INTEGER",
	},
	conflict: "ON CONFLICT (%s) DO UPDATE SET",
	incoming: "excluded.%s",
	pairs:    "VALUES ",
	tables:   `SELECT name FROM sqlite_master WHERE type = 'table'`,
	clock:    `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
	through:  func(string) string { return "" },
	atOnce:   powerOfTwo, // the same few texts, which stay prepared
	amend: func(table, brought, sets, where string) string {
		return "UPDATE " + table + " SET " + sets + " FROM " + brought + " WHERE " + where
	},
	numbered: func(_ context.Context, _ *txn, said int64, rows int) (first, step int64, err error) {
		return said - int64(rows) + 1, 1, nil // it says the last; there is one writer
	},
	explain: explainSQLite,
	passes:  func(error) bool { return false }, // there is one writer, and it waits for other programs by itself
	taken: func(err error) bool {
		raw, ok := errors.AsType[*sqlite.Error](err)
		return ok && (raw.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || raw.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE)
	},
	tooLong:    func(error) bool { return false },
	unfit:      func(error) bool { return false }, // every column takes every length
	made:       func(error) bool { return false }, // a migration is undone as a whole
	undefined:  func(err error) bool { return strings.Contains(err.Error(), "no such table") },
	unanswered: func(error) bool { return false },
}

// powerOfTwo is the largest power of two that is not more, and not more than SQLite likes in one statement.
func powerOfTwo(rows int) int {
	n := 64
	for n > rows {
		n /= 2
	}
	return n
}

// connectSQLite connects, again and again while another program is just creating the file: to turn the write-ahead log
// on SQLite wants the file alone, and does not wait for it.
func (s *Store) connectSQLite(ctx context.Context, o Options) error {
	if err := usable(o); err != nil {
		return err
	}
	for began := time.Now(); ; {
		err := s.connectFile(ctx, o)
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

// connectFile opens the writer first: it creates the file and turns the write-ahead log on, which a reader cannot.
func (s *Store) connectFile(ctx context.Context, o Options) (err error) {
	registerOnce()
	if !o.ReadOnly {
		// It holds customers and prices: nobody else may read it. SQLite gives what lies beside it the same rights.
		if made, err := os.OpenFile(o.Path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err == nil { // what is wrong, SQLite says
			if err := made.Close(); err != nil {
				return err
			}
		}
		// FULL: with NORMAL a power loss takes acknowledged commits with it.
		s.write, err = sqlx.ConnectContext(ctx, driverName, fileDSN(o,
			"_journal_mode", "WAL", "_synchronous", "FULL", "_foreign_keys", "on", "_txlock", "immediate"))
		if err != nil {
			return err
		}
		s.write.SetMaxOpenConns(1)
		if err := s.migrate(ctx, migrations()); err != nil {
			return err
		}
	}
	pool, err := sqlx.ConnectContext(ctx, driverName, fileDSN(o, "mode", "ro", "_query_only", "on", "_foreign_keys", "on"))
	if err != nil {
		return err
	}
	s.read = &reading{pool, s.explain}
	s.read.SetMaxOpenConns(4)
	s.read.SetMaxIdleConns(4)
	return s.upToDate(ctx, migrations())
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
		return errNone
	}
	if _, err := os.Stat(filepath.Dir(o.Path)); err != nil {
		return fmt.Errorf("its folder %s does not exist (create it, or correct store.path)", filepath.Dir(o.Path))
	}
	return nil
}

// fileDSN names the file and how to open it. busy_timeout is applied by the driver before everything else, so that the
// settings after it wait for a lock and do not fail at once.
func fileDSN(o Options, settings ...string) string {
	q := url.Values{"_busy_timeout": {fmt.Sprint(o.patience.Milliseconds())}, "_dqs": {"0"}}
	for i := 0; i < len(settings); i += 2 {
		q.Set(settings[i], settings[i+1])
	}
	return "file:" + (&url.URL{Path: o.Path}).EscapedPath() + "?" + q.Encode()
}

func explainSQLite(err error) error {
	raw, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch raw.Code() & 0xff { // the upper bits are details
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &fault{"another program holds the store's file (close it, or wait for its backup to end)", err, false}
	case sqlite3.SQLITE_NOTADB:
		return &fault{"this file is not a database (correct store.path; it was not touched)", err, false}
	case sqlite3.SQLITE_CORRUPT:
		return &fault{"the store's file is damaged (stop, keep a copy, restore the last backup)", err, false}
	case sqlite3.SQLITE_FULL:
		return &fault{"the disk of the store is full (nothing was lost; make room)", err, false}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return &fault{"this user may not write the store's file or folder (correct their rights)", err, false}
	}
	return err
}
