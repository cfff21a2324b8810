package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

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
	forShare:  " LOCK IN SHARE MODE",
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
	unfit:      func(err error) bool { return numbered(err, 1264, 1366, 1406) || tooLongMySQL(err) },
	tooLong:    tooLongMySQL,
	made:       func(err error) bool { return numbered(err, 1050, 1060, 1061) },
	undefined:  func(err error) bool { return numbered(err, 1146) },
	unanswered: unansweredMySQL,
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
	err = tx.GetContext(ctx, &step, `SELECT @@auto_increment_increment`)
	return said, step, err
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
	all := &sessions{cfg: cfg, password: o.Password, begin: inEverySession(cmp.Or(o.Lease, LeaseTime))}
	s.dialect.explain = all.explain
	db := sqlx.NewDb(sql.OpenDB(all), "mysql")
	db.SetMaxOpenConns(sessionsAtOnce)
	db.SetMaxIdleConns(sessionsAtOnce)
	db.SetConnMaxIdleTime(cmp.Or(o.Lease, LeaseTime) / 2) // before the server ends it
	s.read = &reading{db, s.explain}
	return db.PingContext(ctx)
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
