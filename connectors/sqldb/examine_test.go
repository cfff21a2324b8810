package sqldb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/sqldb"
)

// examined are the findings of a connection with a target and a source, as lines.
func examined(t testing.TB, settings, dir, write, read string) (all []string) {
	t.Helper()
	env := connectors.Env{Name: "erp", Dir: dir, Zone: time.UTC, Now: time.Now}
	made, faults := sqldb.Driver(env, section(t, settings))
	require.Empty(t, faults)
	t.Cleanup(func() { _ = made.Close() })
	c := made.(*sqldb.Connection)
	for _, faults := range []config.Faults{second(c.Sink("erp_order", section(t, write))), second(c.Source("despatch", section(t, read)))} {
		require.Empty(t, faults)
	}
	findings, err := c.Examine(ctxOf(t))
	require.NoError(t, err)
	for _, f := range findings {
		require.NotEmpty(t, f.What)
		require.Equal(t, f.Level == connectors.OK, f.Change == "", "%+v", f)
		all = append(all, fmt.Sprintf("%s %s: %s", f.Level, f.About, f.What))
	}
	return all
}

func worse(findings []string) (list []string) {
	for _, f := range findings {
		if !strings.HasPrefix(f, "ok ") {
			list = append(list, f)
		}
	}
	return list
}

const anOrder = "{select: SELECT * FROM SOHD, key: SO_NO, detect: snapshot}"

func TestASoundDatabaseIsFoundSound(t *testing.T) {
	e := newERP(t, erpSchema, unique, each("PRAGMA journal_mode = WAL", "SET time_zone = '+00:00'"))
	put(t, e.sink(t, orders), order("A", 1))
	before := e.text(t, "SELECT * FROM SOHD")
	all := examined(t, "{"+e.dsn+"}", e.dir, orders, anOrder)
	require.Empty(t, worse(all))
	require.Contains(t, all, "ok erp_order: grade A: guard: effect")
	require.Contains(t, strings.Join(all, "\n"), each("ok erp: SQLite 3.", "ok erp: MariaDB "))
	require.Contains(t, all, "ok despatch: it can be read")
	require.Equal(t, before, e.text(t, "SELECT * FROM SOHD"))
}

func TestWhatIsWrongWithTheTablesIsFound(t *testing.T) {
	for _, wrong := range []struct{ name, write, schema, says string }{
		{"no index", orders, "", "warn erp_order: no index leads to SOHD.EXT_REF"},
		{"a shared key", orders, "CREATE UNIQUE INDEX EXT ON SOHD (EXT_REF, CU_NO)", "warn erp_order: SOHD.EXT_REF is unique only together with others"},
		{"no table", orders, "DROP TABLE SOHD", "bad erp_order: there is no table SOHD"},
		{"no guard", guardedBy("reference"), "", "bad erp_order: "},
		{"no effect table", orders, "", "warn erp_order: the effect table tradewire_effect is not there yet"},
		{"no effect table that is wide enough", orders, each("", "CREATE TABLE tradewire_effect (target VARCHAR(8) PRIMARY KEY)"), "bad erp_order: tradewire_effect.target holds 8 letters, and the name of this target has 9"},
		{"a source that does not fit", orders, "ALTER TABLE SOHD RENAME COLUMN SO_NO TO NUMBER_", "bad despatch: "},
		{"no engine that undoes", orders, each("", "ALTER TABLE SOLN ENGINE = MyISAM"), "bad erp_order: the table SOLN is kept by MyISAM"},
		{"no Chinese", orders, each("", "ALTER TABLE SOHD MODIFY RMK TEXT CHARACTER SET latin1"), "warn erp_order: SOHD holds no Chinese in RMK, which are latin1"},
		{"no emoji", orders, each("", "ALTER TABLE SOHD MODIFY RMK TEXT CHARACTER SET utf8mb3"), "warn erp_order: SOHD holds no rare Chinese characters and no emoji in RMK, which are utf8"},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			if wrong.schema == "" && strings.HasPrefix(wrong.name, "no e") && wrong.name != "no effect table" || wrong.name == "no Chinese" {
				onlyMySQL(t, "a file has one engine and one character set")
			}
			e := newERP(t, erpSchema)
			if wrong.schema != "" {
				e.do(t, wrong.schema)
			}
			require.Contains(t, strings.Join(worse(examined(t, "{"+e.dsn+"}", e.dir, wrong.write, anOrder)), "\n"), wrong.says)
		})
	}
}

func TestTheIndexThatIsProposedCanBeMade(t *testing.T) {
	for _, kind := range []string{"VARCHAR(80)", "BLOB", "LONGTEXT"} {
		e := newERP(t, erpSchema, "ALTER TABLE SOHD ADD COLUMN OURS "+kind)
		write := strings.Replace(orders, "reference: EXT_REF", "reference: OURS", 1)
		require.NotEqual(t, orders, write)
		c := e.connect(t)
		_, faults := c.Sink("erp_order", section(t, write))
		require.Empty(t, faults)
		findings, err := c.Examine(ctxOf(t))
		require.NoError(t, err)
		i := slices.IndexFunc(findings, func(f connectors.Finding) bool {
			return strings.HasPrefix(f.Change, "CREATE INDEX tradewire_reference")
		})
		require.GreaterOrEqual(t, i, 0, "%v", findings)
		e.do(t, findings[i].Change)
		require.Contains(t, strings.Join(examined(t, "{"+e.dsn+"}", e.dir, write, anOrder), "\n"), "ok erp_order: an index leads to SOHD.OURS")
	}
}

func TestWhatAGuardDoesNotPromiseIsSaid(t *testing.T) {
	e := newERP(t, erpSchema, unique)
	for _, guard := range guards {
		said := strings.Join(worse(examined(t, "{"+e.dsn+"}", e.dir, guard.write, anOrder)), "\n")
		const late = "warn erp_order: an instance that stood still for longer than its lease"
		require.Equal(t, guard.name != "effect", strings.Contains(said, late), said)
		require.Equal(t, guard.name == "lock" && onMySQL(), strings.Contains(said, "once the session of its successor has ended"), said)
	}
}

// findsWhatIsWrong looks at a server that promises little.
func findsWhatIsWrong(t *testing.T, e *erp) {
	e.do(t, "CREATE USER looker@'%' IDENTIFIED BY 'right'; GRANT SELECT, INSERT, UPDATE, CREATE ON "+e.server.Name+".* TO looker@'%'")
	put(t, e.sink(t, orders), order("A", 1))
	said := strings.Join(worse(examined(t, e.as(t, "looker", "right", `, init: ["SET sql_mode = ''"]`), e.dir, orders, anOrder)), "\n")
	for _, says := range []string{
		"bad erp: what the server says is committed may be gone after a power cut: innodb_flush_log_at_trx_commit is 2",
		"bad erp: what was committed last may be gone after a power cut, and from replicas and restored backups: sync_binlog is 0",
		`warn erp: sql_mode is "": the server cuts what does not fit`,
		"warn erp: a record may have 1048576 bytes only",
		"warn erp: the server's clock stands at +08:00 and this connection's at +00:00",
		"bad erp_order: DELETE on SOHD is not possible",
		"bad erp_order: DELETE on SOLN is not possible",
	} {
		require.Contains(t, said, says)
	}
	require.NotContains(t, said, "INSERT on")
	e.do(t, "SET GLOBAL read_only = 1")
	require.Contains(t, strings.Join(examined(t, e.as(t, "looker", "right", ""), e.dir, guardedBy("lock"), anOrder), "\n"), "bad erp: the server is read-only")
	e.do(t, "SET GLOBAL read_only = 0")
}

func second[A, B any](_ A, b B) B { return b }
