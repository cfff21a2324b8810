package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
)

// sessionsAtOnce bounds how many transactions of one process are under way.
const sessionsAtOnce = 8

// inEverySession is said when a session begins. ANSI_QUOTES lets both databases take the same SQL; strict, so that what does
// not fit is refused and never cut. An instance that is stopped in the midst of a transaction holds rows that the others need:
// the server ends a session that has been silent for as long as a lease lasts, and who waits for its rows waits longer.
func inEverySession(lease time.Duration) []string {
	silent := int(math.Ceil(lease.Seconds()))
	return []string{
		`SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ANSI_QUOTES,PIPES_AS_CONCAT'`,
		`SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED`,
		`SET SESSION time_zone = '+00:00'`, // its clock must not jump with the daylight of the server's zone
		fmt.Sprintf(`SET SESSION wait_timeout = %d, net_write_timeout = %[1]d, innodb_lock_wait_timeout = %d`, silent, 2*silent+5),
	}
}

// mysqlConfig is how the store speaks with its server, whatever the DSN says about it.
func mysqlConfig(o Options) (*mysql.Config, error) {
	cfg, err := mysql.ParseDSN(o.MySQL)
	if err != nil {
		return nil, fmt.Errorf("%w (write store.dsn as mysql:USER@tcp(HOST:3306)/DATABASE)", err)
	}
	if cfg.DBName == "" {
		return nil, errors.New("no database is named (write store.dsn as mysql:USER@tcp(HOST:3306)/DATABASE)")
	}
	cfg.Loc, cfg.ParseTime = time.UTC, false
	cfg.ClientFoundRows = true // a guarded UPDATE counts the rows that it found, as SQLite does
	cfg.InterpolateParams = true
	cfg.MaxAllowedPacket = 0   // ask the server: an oversized row must not look like a broken connection
	cfg.RejectReadOnly = false // the driver would make a broken connection of it: see sessions.explain
	cfg.MultiStatements = false
	cfg.Timeout = 5 * time.Second
	cfg.ReadTimeout, cfg.WriteTimeout = 2*o.Lease+time.Minute, time.Minute // longer than a lock is waited for
	cfg.TLS = o.TLS
	cfg.Logger = quiet{}
	return cfg, nil
}

// quiet: what the driver would print is in the error that it answers with.
type quiet struct{}

func (quiet) Print(...any) {}

// sessions opens sessions, each with the settings that the store counts on.
type sessions struct {
	cfg      *mysql.Config
	password func() (string, error)
	begin    []string
	era      atomic.Int64 // sessions of an earlier one are given up
}

// explain puts a fault into words. A server that takes no writes may be failing over: the sessions with it are given up, since the
// next ones may be with another.
func (c *sessions) explain(err error) error {
	if numbered(err, takesNoWrites...) {
		c.era.Add(1)
	}
	return explainMySQL(err)
}

// session is used for as long as its era lasts, and until the end of a transaction on it fails: that may still be open, and the
// next BEGIN would commit it.
type session struct {
	driverSession
	of       *sessions
	era      int64
	doubtful bool
}

// driverSession is what database/sql finds in a session of the driver.
type driverSession interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// IsValid is asked before the session is kept for the next who needs one.
func (c *session) IsValid() bool {
	return !c.doubtful && c.era == c.of.era.Load() && c.driverSession.IsValid()
}

// BeginTx begins a transaction.
func (c *session) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.driverSession.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return &sessionTx{tx, c}, nil
}

// sessionTx is a transaction whose end is watched.
type sessionTx struct {
	driver.Tx
	session *session
}

// Commit commits.
func (tx *sessionTx) Commit() error { return tx.ended(tx.Tx.Commit()) }

// Rollback undoes everything.
func (tx *sessionTx) Rollback() error { return tx.ended(tx.Tx.Rollback()) }

func (tx *sessionTx) ended(err error) error {
	tx.session.doubtful = tx.session.doubtful || err != nil
	return err
}

// ResetSession is called before a session that was kept is used.
func (c *session) ResetSession(ctx context.Context) error {
	if c.era != c.of.era.Load() {
		return driver.ErrBadConn
	}
	return c.driverSession.ResetSession(ctx)
}

func (c *sessions) Driver() driver.Driver { return mysql.MySQLDriver{} }

func (c *sessions) Connect(ctx context.Context) (driver.Conn, error) {
	cfg := c.cfg.Clone()
	if c.password != nil {
		password, err := c.password()
		if err != nil {
			return nil, err
		}
		cfg.Passwd = password
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	era := c.era.Load()
	raw, err := connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	begun, ok := raw.(driverSession)
	if !ok {
		return nil, errors.Join(errors.New("this version of the driver is not known to the store"), raw.Close())
	}
	for _, statement := range c.begin {
		if _, err := begun.ExecContext(ctx, statement, nil); err != nil {
			_ = begun.Close()
			return nil, err
		}
	}
	return &session{driverSession: begun, of: c, era: era}, nil
}
