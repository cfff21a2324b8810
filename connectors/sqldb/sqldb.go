// Package sqldb reaches SQL databases: an ERP whose tables already exist. It reads any SELECT, and writes a header with
// its rows in one transaction that remembers, in a table of ours beside theirs, what has been written.
//
// SQLite and MySQL are known; every difference between them is in dialect.go and the files named after it.
package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
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
	Init     []config.Text  `yaml:"init"`                 // statements for every new session
	Timeout  time.Duration  `yaml:"timeout" default:"5s"` // how long to wait for a connection or a lock
	Sessions int            `yaml:"sessions" default:"3" min:"2" max:"4"`
	TLS      *encryption    `yaml:"tls"`
	Insecure bool           `yaml:"insecure"` // a connection that leaves this machine unencrypted is meant
}

// Connection is one database. It opens nothing before its first use and is safe for use by many goroutines.
type Connection struct {
	env     connectors.Env
	dialect dialect
	timeout time.Duration

	mu     sync.Mutex
	reader *sqlx.DB
	writer *sqlx.DB
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
	speaks, dsnFaults := dialectOf(env, s)
	if faults = append(faults, dsnFaults...); len(faults) > 0 {
		return nil, faults
	}
	return &Connection{env: env, dialect: speaks, timeout: s.Timeout}, nil
}

// Close ends all sessions. It may be called again.
func (c *Connection) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, pool := range []*sqlx.DB{c.reader, c.writer} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	c.reader, c.writer = nil, nil
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
		*pool = sqlx.NewDb(sql.OpenDB(c.dialect.connector(write)), c.dialect.name())
		(*pool).SetMaxOpenConns(c.dialect.sessions(write))
		(*pool).SetConnMaxIdleTime(time.Minute)
		(*pool).SetConnMaxLifetime(3 * time.Minute)
	}
	return *pool
}

// look runs work in one read transaction: everything it reads is of one instant.
func (c *Connection) look(ctx context.Context, op string, work func(*sqlx.Tx) error) error {
	return c.attempt(ctx, op, func() error {
		tx, err := c.pool(false).BeginTxx(ctx, c.dialect.transaction(false))
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // nothing was written
		return work(tx)
	})
}

// transact runs work in one write transaction and commits it. Any error rolls the whole transaction back, and an
// error that asks for it is tried again from BEGIN.
func (c *Connection) transact(ctx context.Context, op string, work func(*sqlx.Tx) error) error {
	return c.attempt(ctx, op, func() error {
		session, err := c.pool(true).Connx(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = session.Close() }()
		return c.transaction(ctx, session, work)
	})
}

// transaction is one try of transact on one session.
func (c *Connection) transaction(ctx context.Context, session *sqlx.Conn, work func(*sqlx.Tx) error) error {
	tx, forget, err := c.begin(ctx, session)
	if err != nil {
		return err
	}
	defer forget()
	if err = work(tx); err == nil {
		err = ctx.Err()
	}
	if err != nil {
		// After some errors only the statement is undone: the transaction is always rolled back by us. (Invariant 4)
		err = errors.Join(err, ignoreDone(tx.Rollback()))
		if c.dialect.judge(err).elsewhere {
			giveUp(session)
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		_, _ = session.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // a refused COMMIT may leave it open
		if c.dialect.lost(err) {
			giveUp(session)
			return &connectors.Error{Kind: connectors.Unknown, Hint: "the commit was sent and its answer is lost; writing the same entries again is safe", Err: err}
		}
		return err
	}
	return nil
}

// begin begins a transaction that outlives ctx, so that no COMMIT is ever cut off half-way; BEGIN itself and the statements
// in it do not.
func (c *Connection) begin(ctx context.Context, session *sqlx.Conn) (tx *sqlx.Tx, forget func(), err error) {
	lasting, forget := context.WithCancel(context.WithoutCancel(ctx))
	ended := context.AfterFunc(ctx, forget)
	tx, err = session.BeginTxx(lasting, c.dialect.transaction(true))
	if !ended() && err == nil {
		_ = tx.Rollback()
		err = ctx.Err()
	}
	if err != nil {
		forget()
		return nil, nil, err
	}
	return tx, forget, nil
}

// giveUp ends a session, so that the next one is a new one: perhaps of another server.
func giveUp(session *sqlx.Conn) {
	_ = session.Raw(func(any) error { return driver.ErrBadConn })
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// attempt tries until it works, the error is not one that passes by itself, or the tries are used up.
func (c *Connection) attempt(ctx context.Context, op string, try func() error) error {
	started := time.Now()
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return c.blame(op, err)
		}
		err := try()
		if err == nil {
			return nil
		}
		if _, known := errors.AsType[*connectors.Error](err); !known && ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
		_, raced := errors.AsType[*race](err)
		if !raced && !c.dialect.judge(err).passes || n >= c.dialect.tries() || time.Since(started) > 2*c.timeout {
			return c.blame(op, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(n) * 5 * time.Millisecond):
		}
	}
}

// race is an error that means: another writer was faster, look again from BEGIN.
type race struct{ err error }

func (r *race) Error() string { return r.err.Error() }
func (r *race) Unwrap() error { return r.err }

// raced marks err as a race when a unique key stands there already.
func (c *Connection) raced(err error) error {
	if err != nil && c.dialect.taken(err) {
		return &race{err}
	}
	return err
}

// blame makes a fault of this system out of err.
func (c *Connection) blame(op string, err error) error {
	if known, ok := errors.AsType[*connectors.Error](err); ok {
		said := *known
		said.System, said.Op = c.env.Name, op
		return &said
	}
	said := connectors.Error{System: c.env.Name, Op: op, Err: err}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		said.Kind, said.Hint = connectors.Unavailable, "the call was ended before the database answered; nothing was written"
		return &said
	}
	v := c.dialect.judge(err)
	said.Kind, said.Hint = v.kind, v.hint
	return &said
}

// dialectOf reads the scheme of the DSN.
func dialectOf(env connectors.Env, s settings) (dialect, config.Faults) {
	scheme, rest, _ := strings.Cut(s.DSN.Value, ":")
	switch {
	case scheme == "sqlite" && rest != "" && !strings.HasPrefix(rest, ":memory:"):
		return newSQLite(env, rest, s), nil
	case scheme == "mysql" && rest != "":
		return newMySQL(env, rest, s)
	}
	return nil, config.Faults{s.DSN.Pos.Fault("bad-dsn", "the dsn names no database that is known", "write sqlite:PATH or mysql:USER@tcp(HOST:3306)/DATABASE")}
}
