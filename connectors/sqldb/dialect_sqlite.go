package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tradewire/config"
	"tradewire/connectors"
)

// busySlice is how long SQLite itself waits for a lock. It cannot be interrupted while it waits, so the slice is short and
// the transaction is tried again until the connection's timeout is used up.
const busySlice = 250 * time.Millisecond

type sqliteDialect struct {
	path    string
	init    []config.Text
	timeout time.Duration
	readers int
}

func newSQLite(env connectors.Env, path string, s settings) dialect {
	if !filepath.IsAbs(path) {
		path = filepath.Join(env.Dir, path)
	}
	return &sqliteDialect{path: path, init: s.Init, timeout: s.Timeout, readers: s.Sessions}
}

func (*sqliteDialect) name() string    { return "sqlite" }
func (d *sqliteDialect) place() string { return d.path }

// connector opens the file; it never makes one, as a database that appears out of a misspelt path looks like an empty ERP.
func (d *sqliteDialect) connector(write bool) driver.Connector {
	slice := min(busySlice, d.timeout).Milliseconds()
	query := fmt.Sprintf("mode=rw&_pragma=busy_timeout(%d)", slice) // before anything else
	if write {
		query += "&_txlock=immediate&_pragma=synchronous(FULL)"
	} else {
		query += "&_pragma=query_only(1)" // and mode=rw, so that what a crash left in the journal can be rolled back
	}
	dsn := (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(d.path), RawQuery: query}).String()
	return &opener{init: d.init, driver: &sqlite.Driver{}, open: func(context.Context) (driver.Conn, error) {
		connector, err := sqlite.NewConnector(dsn)
		if err != nil {
			return nil, err
		}
		return connector.Connect(context.Background())
	}}
}

func (d *sqliteDialect) sessions(write bool) int {
	if write {
		return 1
	}
	return d.readers
}

func (*sqliteDialect) transaction(bool) *sql.TxOptions { return nil }
func (*sqliteDialect) preset() string                  { return "" }
func (*sqliteDialect) keeps(string) (int, keeping)     { return 0, unknownKeeping } // whatever is declared, a number stays as it is
func (*sqliteDialect) singles() string                 { return "" }

func (*sqliteDialect) mode(context.Context, sqlx.QueryerContext) string { return "" }

// numbers knows that a whole number as the primary key is the row's own number.
func (*sqliteDialect) numbers(c Column) bool { return strings.EqualFold(c.Type, "INTEGER") }

func (d *sqliteDialect) tries() int           { return max(1, int(d.timeout/busySlice)) }
func (*sqliteDialect) locking() string        { return "" } // BEGIN IMMEDIATE has locked the file
func (*sqliteDialect) counts() bool           { return true }
func (*sqliteDialect) undoesSchema() bool     { return true }
func (*sqliteDialect) clock() string          { return "" }
func (*sqliteDialect) lists() bool            { return true }
func (*sqliteDialect) fold(key string) string { return key }

// plain takes the declared type away from a column: the driver makes times of texts in columns declared DATE, and what
// stood there can then not be told.
func (*sqliteDialect) plain(column string) string { return "+" + column }

func (*sqliteDialect) value(v any, _ string) (any, error) { return value(v) }

func (*sqliteDialect) effectTable(table string) string {
	return `CREATE TABLE IF NOT EXISTS ` + table + ` (
  target     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  ` + "`key`" + `      TEXT NOT NULL,
  revision   INTEGER NOT NULL,
  hash       TEXT NOT NULL,
  reference  TEXT NOT NULL,
  epoch      INTEGER NOT NULL,
  written_at TEXT NOT NULL,
  PRIMARY KEY (target, kind, ` + "`key`" + `)
) WITHOUT ROWID`
}

func (*sqliteDialect) lost(err error) bool {
	e, ok := as[*sqlite.Error](err)
	if !ok {
		return true
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_FULL:
		return false
	}
	return true
}

func (*sqliteDialect) taken(err error) bool {
	e, ok := as[*sqlite.Error](err)
	return ok && (e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE)
}

func (*sqliteDialect) missing(err error) bool {
	return err != nil && strings.Contains(err.Error(), "no such table")
}

func (*sqliteDialect) misfit(err error) bool {
	e, ok := as[*sqlite.Error](err)
	return ok && (e.Code() == sqlite3.SQLITE_ERROR || e.Code() == sqlite3.SQLITE_CONSTRAINT_NOTNULL)
}

func (d *sqliteDialect) judge(err error) verdict {
	e, ok := as[*sqlite.Error](err)
	if !ok {
		return verdict{kind: connectors.Unavailable, hint: "look at the database file " + d.path}
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return verdict{kind: connectors.Unavailable, hint: "another program holds the database locked: " + d.path, passes: true}
	case sqlite3.SQLITE_SCHEMA:
		return verdict{kind: connectors.Unavailable, hint: "the tables are being changed", passes: true}
	case sqlite3.SQLITE_CANTOPEN:
		return verdict{kind: connectors.Unavailable, hint: "see whether the file is there and may be opened: " + d.path}
	case sqlite3.SQLITE_FULL:
		return verdict{kind: connectors.Unavailable, hint: "make room on the disk of " + d.path}
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT:
		return verdict{kind: connectors.Unavailable, hint: "look at the disk of " + d.path}
	case sqlite3.SQLITE_CORRUPT:
		return verdict{kind: connectors.Unavailable, hint: "the database is damaged: restore " + d.path}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return verdict{kind: connectors.Misconfigured, hint: "give this program the right to write to " + d.path}
	case sqlite3.SQLITE_NOTADB:
		return verdict{kind: connectors.Misconfigured, hint: "this is no SQLite database: " + d.path}
	case sqlite3.SQLITE_CONSTRAINT:
		return verdict{kind: connectors.Refused, hint: "the database's own rules forbid this record: mend it or the mapping"}
	case sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE:
		return verdict{kind: connectors.Refused, hint: "a value does not fit its column: mend the record or the mapping"}
	case sqlite3.SQLITE_ERROR:
		return verdict{kind: connectors.Misconfigured, hint: misnamed(e.Error())}
	}
	return verdict{kind: connectors.Unknown, hint: "look up this error of SQLite"}
}

// misnamed makes a hint of SQLite's own sentence.
func misnamed(said string) string {
	for _, known := range []struct{ says, hint string }{
		{"no such table: ", "the database has no table %s: mend the configuration or the database"},
		{"no such column: ", "there is no column %s: mend the configuration, or name it in the SELECT"},
		{"has no column named ", "the table has no column %s: mend the mapping or the database"},
	} {
		if _, after, ok := strings.Cut(said, known.says); ok {
			name, _, _ := strings.Cut(after, " (")
			return fmt.Sprintf(known.hint, name)
		}
	}
	return "mend the SQL in the configuration"
}
