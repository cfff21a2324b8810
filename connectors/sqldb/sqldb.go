// Package sqldb reaches SQL databases: an ERP whose tables already exist. It reads any SELECT, and writes a header with
// its rows in one transaction that remembers, in a table of ours beside theirs, what has been written.
//
// SQLite and MySQL are known; every difference between them is in dialect.go and the files named after it.
package sqldb

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/config"
	"tradewire/connectors"
)

// settings are a connection's entry in tradewire.yaml.
type settings struct {
	DSN      config.Text    `yaml:"dsn" required:"true"` // sqlite:PATH or mysql:DSN
	Password *config.Secret `yaml:"password"`
	TimeZone config.Text    `yaml:"time_zone"`            // of the times in the database; by default the company's
	Init     []config.Text  `yaml:"init"`                 // statements for every new session, after ours
	SQLMode  config.Text    `yaml:"sql_mode"`             // of a MySQL server's sessions; by default a strict one
	Prefix   config.Text    `yaml:"prefix"`               // what stands in place of {prefix} in the names of tables
	Timeout  time.Duration  `yaml:"timeout" default:"5s"` // how long to wait for a connection or a lock
	Sessions int            `yaml:"sessions" default:"3" min:"2" max:"4"`
	TLS      *encryption    `yaml:"tls"`
	Insecure bool           `yaml:"insecure"` // a connection that leaves this machine unencrypted is meant
}

// Shape is what may be written of a database.
var Shape = config.Shape{Settings: settings{}, Read: reading{}, Write: writing{}}

// Connection is one database. It opens nothing before its first use and is safe for use by many goroutines.
type Connection struct {
	env     connectors.Env
	dialect dialect
	timeout time.Duration
	prefix  string
	at      config.Pos
	zoned   bool // it is said where the clock of its times stands

	mu     sync.Mutex
	reader *sqlx.DB
	writer *sqlx.DB
	others []*sqlx.DB

	sinks   []*sink
	sources []*source
}

// Driver makes connections to SQL databases.
func Driver(env connectors.Env, section config.Section) (connectors.Connection, config.Faults) {
	var s settings
	if faults := section.Decode(&s); len(faults) > 0 {
		return nil, faults
	}
	if env.Now == nil {
		env.Now = time.Now
	}
	var faults config.Faults
	if s.TimeZone.Value != "" {
		zone, err := time.LoadLocation(s.TimeZone.Value)
		if err != nil {
			faults = append(faults, s.TimeZone.Pos.Fault("bad-time-zone", fmt.Sprintf("%q is not a time zone", s.TimeZone), "write a name like Asia/Hong_Kong"))
		}
		env.Zone = zone
	}
	if env.Zone == nil {
		env.Zone = time.UTC
	}
	if s.Timeout <= 0 || s.Timeout > time.Hour {
		faults = append(faults, section.Pos().Fault("bad-timeout", fmt.Sprintf("a timeout of %s", s.Timeout), "write a duration between 1ms and 1h, such as 5s"))
	}
	check := checker{prefix: prefixOf(&faults, s.Prefix)}
	for i := range s.Init {
		s.Init[i] = check.expand(s.Init[i])
	}
	speaks, dsnFaults := dialectOf(env, s)
	if faults = append(append(faults, check.faults...), dsnFaults...); len(faults) > 0 {
		return nil, faults
	}
	return &Connection{env: env, dialect: speaks, timeout: s.Timeout, prefix: check.prefix, at: section.Pos(), zoned: s.TimeZone.Value != ""}, nil
}

// Close ends all sessions. It may be called again.
func (c *Connection) Close() error {
	c.mu.Lock()
	sinks := slices.Clone(c.sinks)
	c.mu.Unlock()
	var errs []error
	for _, s := range sinks {
		errs = append(errs, s.Close()) // else it would keep its session
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, pool := range append(c.others, c.reader, c.writer) {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	c.reader, c.writer, c.others = nil, nil, nil
	return errors.Join(errs...)
}

// pool is the sessions for reading or the one for writing, made at first use.
func (c *Connection) pool(write bool) *sqlx.DB {
	c.mu.Lock()
	defer c.mu.Unlock()
	pool := &c.reader
	if write {
		pool = &c.writer
	}
	if *pool == nil {
		*pool = c.open(write)
		(*pool).SetMaxOpenConns(c.dialect.sessions(write))
	}
	return *pool
}

func (c *Connection) open(write bool) *sqlx.DB {
	pool := sqlx.NewDb(sql.OpenDB(c.dialect.connector(write)), c.dialect.name())
	pool.SetConnMaxIdleTime(idle / 2) // sooner than the server ends a session that says nothing
	pool.SetConnMaxLifetime(3 * time.Minute)
	return pool
}

// another is a pool of sessions for writing beside the shared one; it ends with the Connection at the latest.
func (c *Connection) another() *sqlx.DB {
	pool := c.open(true)
	pool.SetConnMaxLifetime(0)
	pool.SetConnMaxIdleTime(0)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.others = append(c.others, pool)
	return pool
}

// idle is how long a server keeps a session that says nothing: a paused process must not keep others from its rows.
const idle = 40 * time.Second

// dialectOf reads the scheme of the DSN.
func dialectOf(env connectors.Env, s settings) (dialect, config.Faults) {
	scheme, rest, _ := strings.Cut(s.DSN.Value, ":")
	switch {
	case scheme == "sqlite" && rest != "" && !strings.HasPrefix(rest, ":memory:"):
		if s.SQLMode.Value != "" {
			return nil, config.Faults{s.SQLMode.Pos.Fault("needless-mode", "SQLite has no sql_mode", "leave it out")}
		}
		return newSQLite(env, rest, s), nil
	case scheme == "mysql" && rest != "":
		return newMySQL(env, rest, s)
	}
	return nil, config.Faults{s.DSN.Pos.Fault("bad-dsn", "the dsn names no database that is known", "write sqlite:PATH or mysql:USER@tcp(HOST:3306)/DATABASE")}
}
