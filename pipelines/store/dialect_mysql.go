package store

import (
	"cmp"
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
)

// mysqlDialect is that of MySQL 8 and MariaDB 10.5 and later.
var mysqlDialect = dialect{
	shared: true,
	types: map[string]string{
		"auto_number": "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY", "auto_key": "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY",
		"bytes": "LONGBLOB", "name": "VARCHAR(120)", "key": "VARCHAR(255)", "text": "MEDIUMTEXT", "stamp": "VARCHAR(40)", "int": "BIGINT",
	},
	forUpdate: " FOR UPDATE",
	conflict:  "ON DUPLICATE KEY UPDATE", // every table of ours that is written so has one key: it cannot hit another row
	incoming:  "VALUES(%s)",
	tables:    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()`,
	clock:     `CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)`,
	through:   func(index string) string { return " FORCE INDEX (" + index + ")" },
	atOnce:    func(rows int) int { return min(rows, 500) },
	amend: func(table, brought, sets, where string) string {
		return "UPDATE " + brought + " STRAIGHT_JOIN " + table + " ON " + where + " SET " + qualified(table, sets) // what is brought is few
	},
	numbered:   numberedMySQL,
	explain:    explainMySQL,
	passes:     passesMySQL,
	taken:      func(err error) bool { return numbered(err, 1062) },
	unfit:      func(err error) bool { return numbered(err, 1264, 1366, 1406) },
	made:       func(err error) bool { return numbered(err, 1050, 1060, 1061) },
	undefined:  func(err error) bool { return numbered(err, 1146) },
	unanswered: func(err error) bool { _, answered := errors.AsType[*mysql.MySQLError](err); return !answered },
}

// qualified names the table of the columns that are set: what is brought has columns of the same names.
func qualified(table, sets string) string {
	return assigned.ReplaceAllString(sets, "${1}"+table+".${2} =")
}

var assigned = regexp.MustCompile(`(^|, )([\w"]+) =`)

// numberedMySQL: the rows of an INSERT that says how many it brings have numbers in a row, from the one that it says, in steps
// that servers of a cluster choose so that each has its own.
func numberedMySQL(ctx context.Context, tx *txn, said int64, rows int) (first, step int64, err error) {
	if said == 0 || rows == 1 {
		return said, 1, nil
	}
	return said, step, tx.GetContext(ctx, &step, `SELECT @@auto_increment_increment`)
}

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

func (s *Store) connectMySQL(ctx context.Context, o Options) error {
	if err := s.reachMySQL(ctx, o); err != nil {
		return err
	}
	if !o.ReadOnly {
		s.write = s.read.DB
		if err := s.tableOptions(ctx); err != nil {
			return err
		}
		if err := s.forgotten(ctx, o); err != nil {
			return err
		}
		if err := s.alone(ctx, func() error { return s.migrate(ctx, migrations()) }); err != nil {
			return err
		}
	}
	return s.upToDate(ctx, migrations())
}

// reachMySQL connects, and looks at nothing.
func (s *Store) reachMySQL(ctx context.Context, o Options) error {
	cfg, err := mysqlConfig(o)
	if err != nil {
		return err
	}
	db := sqlx.NewDb(sql.OpenDB(&sessions{cfg: cfg, password: o.Password, begin: inEverySession(cmp.Or(o.Lease, LeaseTime))}), "mysql")
	db.SetMaxOpenConns(sessionsAtOnce)
	db.SetMaxIdleConns(sessionsAtOnce)
	db.SetConnMaxIdleTime(cmp.Or(o.Lease, LeaseTime) / 2) // before the server ends it
	s.read = &reading{db, s.explain}
	return db.PingContext(ctx)
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
	cfg.MaxAllowedPacket = 0 // ask the server: an oversized row must not look like a broken connection
	cfg.RejectReadOnly = true
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
	session, err := connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	for _, statement := range c.begin {
		if _, err := session.(driver.ExecerContext).ExecContext(ctx, statement, nil); err != nil {
			_ = session.Close()
			return nil, err
		}
	}
	return session, nil
}

// tableOptions chooses the order of texts in which only equal texts are equal: not in the case, not in spaces at their end.
func (s *Store) tableOptions(ctx context.Context) error {
	var known []string
	err := s.read.SelectContext(ctx, &known, `
SELECT collation_name
  FROM information_schema.collations
 WHERE collation_name IN ('utf8mb4_0900_bin', 'utf8mb4_nopad_bin')`)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		return errors.New("the server is too old: use MySQL 8 or MariaDB 10.5 or later")
	}
	s.dialect.table = " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=" + slices.Min(known)
	return nil
}

// alone lets one process change the tables at a time: here CREATE TABLE cannot be undone with the rest.
func (s *Store) alone(ctx context.Context, change func() error) error {
	session, err := s.write.Connx(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	// It is silent while the tables change, and must not be ended for that; afterwards it is thrown away.
	if _, err := session.ExecContext(ctx, `SET SESSION wait_timeout = 28800`); err != nil {
		return err
	}
	defer func() { _ = session.Raw(func(any) error { return driver.ErrBadConn }) }()
	var got sql.NullInt64
	const lock = `CONCAT('tradewire migrate ', LEFT(DATABASE(), 40))`
	if err := session.GetContext(ctx, &got, `SELECT GET_LOCK(`+lock+`, 60)`); err != nil {
		return err
	}
	if got.Int64 != 1 {
		return errors.New("another tradewire has been changing the tables for a minute (wait for it, or stop it)")
	}
	defer func() { _, _ = session.ExecContext(context.WithoutCancel(ctx), `DO RELEASE_LOCK(`+lock+`)`) }()
	return change()
}

func numbered(err error, numbers ...uint16) bool {
	raw, ok := errors.AsType[*mysql.MySQLError](err)
	return ok && slices.Contains(numbers, raw.Number)
}

// passesMySQL: a deadlock, a lock that was waited for too long, a row that changed since the snapshot, a lost connection.
func passesMySQL(err error) bool {
	return numbered(err, 1020, 1205, 1213) || lostSession(err)
}

func lostSession(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || numbered(err, 1927, 2006, 2013)
}

func explainMySQL(err error) error {
	if fault := explainAnswer(err); fault != nil {
		return fault
	}
	_, network := errors.AsType[net.Error](err)
	if _, certificate := errors.AsType[*tls.CertificateVerificationError](err); certificate {
		return &fault{"the certificate of the store's server is not the expected one (correct store.tls)", err, true}
	}
	if network || lostSession(err) {
		return &fault{"the store's database server cannot be reached (see whether it runs; correct store.dsn)", err, true}
	}
	return err
}

// explainAnswer puts what the server answered into words.
func explainAnswer(err error) error {
	if errors.Is(err, mysql.ErrPktTooLarge) || numbered(err, 1153) {
		return &fault{"a document is longer than the store's server takes (raise max_allowed_packet)", err, false}
	}
	raw, ok := errors.AsType[*mysql.MySQLError](err)
	if !ok {
		return nil
	}
	for _, known := range []struct {
		numbers  []uint16
		away     bool
		sentence string
	}{
		{[]uint16{1044, 1045, 1142, 1227, 1370, 1698}, true, "the store's server refuses this user (correct the user, store.password or their rights)"},
		{[]uint16{1049}, false, "the store's database does not exist (create it: CREATE DATABASE ... CHARACTER SET utf8mb4)"},
		{[]uint16{1290, 1792, 1836}, true, "the store's server takes no writes now (it may be failing over; let store.dsn name the one that does)"},
		{[]uint16{1040, 1203, 1226}, true, "the store's server takes no more sessions (raise max_connections, or stop what holds them)"},
		{[]uint16{1053, 1927, 2006, 2013, 1158, 1159, 1160, 1161}, true, "the store's database server ended the session (it may be stopping)"},
		{[]uint16{1021, 1114, 3675}, true, "the disk of the store's server is full (nothing was lost; make room)"},
		{[]uint16{1205, 1213, 1020}, true, "others held the same rows of the store for too long (see what else works on it)"},
		{[]uint16{1406}, false, "a text is longer than its column in the store (shorten the key or the name)"},
	} {
		if slices.Contains(known.numbers, raw.Number) {
			return &fault{known.sentence, err, known.away}
		}
	}
	return nil
}

// Server is what a DSN of MySQL says.
type Server struct {
	Address  string // host:port, or the path of a socket
	Local    bool   // a socket: the bytes leave no machine
	Database string
	Password bool // it holds a password
}

// ParseServer reads a DSN of MySQL.
func ParseServer(dsn string) (Server, error) {
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		return Server{}, err
	}
	if cfg.DBName == "" {
		return Server{}, errors.New("no database is named")
	}
	return Server{Address: cfg.Addr, Local: cfg.Net == "unix", Database: cfg.DBName, Password: cfg.Passwd != ""}, nil
}

// place is where the store lies, in words and without a secret.
func (o Options) place() string {
	if o.MySQL == "" {
		return o.Path
	}
	if server, err := ParseServer(o.MySQL); err == nil {
		return fmt.Sprintf("%s at %s", server.Database, server.Address)
	}
	return strings.TrimSpace(o.MySQL[strings.LastIndex(o.MySQL, "@")+1:])
}
