package sim

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"time"

	"github.com/go-sql-driver/mysql"

	"tradewire/connectors"
)

// erpDB is the ERP's database as its own clerks reach it.
type erpDB struct {
	*sql.DB
	*dialect
}

// open opens the ERP of the world in a folder. A server is reached at the first use, so that one may look into a world
// whose ERP is away.
func (e ERP) open(dir string) (*erpDB, error) {
	if e.Place == "" {
		db, err := openDB(filepath.Join(dir, erpFile), "NORMAL")
		return &erpDB{db, sqliteDialect}, err
	}
	sessions, err := e.sessions()
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(sessions)
	db.SetMaxOpenConns(4)
	db.SetConnMaxIdleTime(time.Minute)
	db.SetConnMaxLifetime(3 * time.Minute)
	return &erpDB{db, mysqlDialect}, nil
}

// sessions begins sessions on a server in which a value that does not fit is an error and never cut, text is of any
// script and compared as it is, and every wait ends.
func (e ERP) sessions() (driver.Connector, error) {
	cfg, fault := e.read()
	if fault != nil {
		return nil, e.check()
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	cfg.Params["sql_mode"] = "'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
	if cfg.Params["innodb_lock_wait_timeout"] == "" {
		cfg.Params["innodb_lock_wait_timeout"] = "10"
	}
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = 10*time.Second, time.Minute, time.Minute
	cfg.InterpolateParams = true // half the round trips
	cfg.Logger = &mysql.NopLogger{}
	if err := cfg.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin"), mysql.BeforeConnect(e.enterPassword)); err != nil {
		return nil, err
	}
	return mysql.NewConnector(cfg)
}

func (e ERP) enterPassword(_ context.Context, cfg *mysql.Config) (err error) {
	if e.Password == nil {
		return nil
	}
	if cfg.Passwd, err = e.Password(); err != nil {
		return &connectors.Error{Kind: connectors.Misconfigured, System: theERP, Hint: "see whether the password is where it is said to be", Err: err}
	}
	return nil
}

// mostTries is how often a transaction is begun that others get in the way of.
const mostTries = 5

// inTx runs one transaction: all of it or nothing. After a fault that passes by itself, such as a deadlock, it is rolled
// back and begun again; on a server the numbers that count upwards have a gap then.
func (d *erpDB) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	for n := 1; ; n++ {
		err := transact(ctx, d.DB, d.begin, do)
		if err == nil || n == mostTries || !d.judge(err).passes {
			return d.blame(err)
		}
	}
}

// theERP is what the world's ERP is called in a fault of its server.
const theERP = "the world's erp"

// blame makes a fault of the server out of an error, with what to try. Errors that are not the server's stay as they are.
func (d *erpDB) blame(err error) error {
	if _, known := errors.AsType[*connectors.Error](err); known || err == nil {
		return err
	}
	v := d.judge(err)
	if v.kind == "" {
		return err
	}
	return &connectors.Error{Kind: v.kind, System: theERP, Hint: v.hint, Err: err}
}

// tables are the names of some tables that are there, in any database but a file.
func (d *erpDB) tables(ctx context.Context) (names []string, err error) {
	rows, err := d.QueryContext(ctx, `SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name LIMIT 3`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
