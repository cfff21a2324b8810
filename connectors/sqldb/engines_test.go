package sqldb_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"tradewire/connectors/connectortest/services"
)

// Every test runs on SQLite and, the same body, on MySQL. This file holds all that differs between them for a test: how a
// database is made, a few words of SQL, and the triggers.

func TestMain(m *testing.M) { os.Exit(services.OnBothEngines(m)) }

func onMySQL() bool { return services.Engine() == services.MySQL }

// onlySQLite skips a test on MySQL, and says why it is about SQLite alone.
func onlySQLite(t *testing.T, why string) {
	t.Helper()
	services.Only(t, services.SQLite, why)
}

// onlyMySQL skips a test on SQLite, and says why it is about MySQL alone.
func onlyMySQL(t *testing.T, why string) {
	t.Helper()
	services.Only(t, services.MySQL, why)
}

// each is the first on SQLite and the second on MySQL.
func each[T any](sqlite, mysql T) T {
	if onMySQL() {
		return mysql
	}
	return sqlite
}

// words are what the two call differently; the tests speak SQLite.
var words = strings.NewReplacer(
	"INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT AUTO_INCREMENT PRIMARY KEY",
	"INSERT OR REPLACE", "REPLACE",
	"TEXT PRIMARY KEY", "VARCHAR(80) PRIMARY KEY",
	"TEXT UNIQUE", "VARCHAR(80) UNIQUE",
	"CAST(x'd6d0ff' AS TEXT)", "x'd6d0ff'", // text that is none cannot be put into a column of text there
)

// patience is how long a test's connection waits for a lock: as short as a server can.
func patience() string { return each("250ms", "900ms") }

// newDatabase makes an empty ERP, and a session of its own to look into it.
func newDatabase(t testing.TB) *erp {
	t.Helper()
	if onMySQL() {
		return onServer(t, services.NewDatabase(t))
	}
	e := &erp{dir: t.TempDir()}
	e.path = filepath.Join(e.dir, "erp.db")
	e.dsn, e.named = "dsn: sqlite:erp.db", "erp.db"
	var err error
	e.db, err = sql.Open("sqlite", "file:"+e.path+"?_pragma=busy_timeout(2000)&_pragma=synchronous(OFF)")
	require.NoError(t, err)
	t.Cleanup(func() { _ = e.db.Close() })
	return e
}

// onServer is an ERP in a database of a server.
func onServer(t testing.TB, d *services.Database) *erp {
	t.Helper()
	e := &erp{dir: t.TempDir(), db: d.DB, server: d, named: d.Config.Addr}
	e.dsn = e.through(t, d.Config.Addr)
	return e
}

// through is the connection's entry for the same database at another address.
func (e *erp) through(t testing.TB, addr string) string {
	t.Helper()
	config := e.server.Config.Clone()
	config.Addr, config.Passwd, config.ReadTimeout = addr, "", e.silence
	dsn := fmt.Sprintf("dsn: '%s'", "mysql:"+config.FormatDSN())
	if e.server.Secret == "" {
		return dsn
	}
	require.NoError(t, os.WriteFile(filepath.Join(e.dir, "password"), []byte(e.server.Secret), 0o600))
	return dsn + ", insecure: true, password: 'file:" + filepath.Join(e.dir, "password") + "'"
}

// tables are the names of all tables.
func (e *erp) tables(t testing.TB) string {
	t.Helper()
	return e.text(t, each("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1",
		"SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1"))
}

// saysItIs checks the instant that a batch speaks of: SQLite has our clock, a server has its own.
func (e *erp) saysItIs(t testing.TB, asOf time.Time) {
	t.Helper()
	if !onMySQL() {
		require.Equal(t, noon, asOf)
		return
	}
	require.WithinDuration(t, time.Now(), asOf, time.Minute)
	require.Equal(t, time.UTC, asOf.Location())
}

// lockAll is the statements of a session that keeps everyone else out, and those that end it.
func (e *erp) lockAll(t testing.TB) (begin, end string) {
	t.Helper()
	if !onMySQL() {
		return "BEGIN EXCLUSIVE", "ROLLBACK"
	}
	tables := strings.Split(e.tables(t), " | ")
	return "LOCK TABLES " + strings.Join(tables, " WRITE, ") + " WRITE", "UNLOCK TABLES"
}

// alters is a trigger that makes another value of a column whenever a row is made.
func alters(table, key, column, becomes string) string {
	if onMySQL() { // a trigger of MySQL may not write to its own table
		return fmt.Sprintf("CREATE TRIGGER alters BEFORE INSERT ON %s FOR EACH ROW SET NEW.%s = %s", table, column, strings.ReplaceAll(becomes, column, "NEW."+column))
	}
	return fmt.Sprintf("CREATE TRIGGER alters AFTER INSERT ON %s BEGIN UPDATE %s SET %s = %s WHERE %s; END", table, table, column, becomes, key)
}

// slow is a trigger that takes longer than anyone waits.
func slow(table string) string {
	return each(`CREATE TRIGGER slow AFTER INSERT ON `+table+` BEGIN
		UPDATE CNTR SET NXT_NO = NXT_NO + 0 * (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT COUNT(*) FROM n);
		END`, "CREATE TRIGGER slow AFTER INSERT ON "+table+" FOR EACH ROW DO SLEEP(1)")
}

// session is a session of another program.
type session struct{ conn *sql.Conn }

func (e *erp) session(t testing.TB) *session {
	t.Helper()
	conn, err := e.db.Conn(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() {
		_, _ = conn.ExecContext(context.Background(), "ROLLBACK")
		_ = conn.Close()
	})
	return &session{conn}
}

func (s *session) do(t testing.TB, statement string) {
	t.Helper()
	_, err := s.conn.ExecContext(context.Background(), statement)
	require.NoError(t, err, statement)
}

// waiting is the session that waits for a lock of another, once there is one.
func (e *erp) waiting(t testing.TB, done <-chan error) (id string) {
	t.Helper()
	soon(t, "a session waits for a lock", func() bool {
		time.Sleep(110 * time.Millisecond) // the server shows the same picture again to those who ask sooner
		select {
		case err := <-done:
			t.Fatalf("the write did not wait: %v", err)
		default:
		}
		id = e.text(t, "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE 'INSERT INTO `SOLN`%'")
		return id != ""
	})
	return id
}

// late changes an order in a transaction that has not committed when others have, and commits it when told to. SQLite has
// one writer at a time; there the log is given such an entry by hand.
func (e *erp) late(t testing.TB, order string) (commit func()) {
	t.Helper()
	done := false
	if onMySQL() {
		other := e.session(t)
		other.do(t, "BEGIN")
		other.do(t, "UPDATE SOHD SET CU_NO = 'late' WHERE SO_NO = '"+order+"'")
		return func() {
			if !done {
				other.do(t, "COMMIT")
			}
			done = true
		}
	}
	e.do(t, "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'tradewire_log_despatch'")
	return func() {
		if !done {
			e.do(t, "INSERT INTO tradewire_log_despatch VALUES ((SELECT seq - 1 FROM sqlite_sequence WHERE name = 'tradewire_log_despatch'), 1, '"+order+"')")
		}
		done = true
	}
}
