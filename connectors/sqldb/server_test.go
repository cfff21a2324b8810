package sqldb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
)

// as is the entry of tradewire.yaml for another user, with more settings.
func (e *erp) as(t testing.TB, user, password, more string) string {
	t.Helper()
	if password == "" {
		return fmt.Sprintf("{dsn: 'mysql:%s@tcp(%s)/%s', timeout: %s%s}", user, e.server.Config.Addr, e.server.Name, patience(), more)
	}
	path := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(path, []byte(password), 0o600))
	return fmt.Sprintf("{dsn: 'mysql:%s@tcp(%s)/%s', password: 'file:%s', timeout: %s%s}", user, e.server.Config.Addr, e.server.Name, path, patience(), more)
}

// writes tries to write an order through a connection.
func writes(t testing.TB, settings, dir string, entries ...connectors.Entry) error {
	t.Helper()
	s, faults := connect(t, settings, dir).Sink("erp_order", section(t, orders))
	require.Empty(t, faults)
	_, err := s.Write(ctxOf(t), entries)
	return err
}

func TestAServerThatCannotBeUsedSaysWhy(t *testing.T) {
	onlyMySQL(t, "a file has no users and no certificates")
	signed := newAuthority(t)
	server := services.NewMySQLServer(t, append(signed.server(t, "erp.example"), "--max-allowed-packet=1M",
		"--innodb-flush-log-at-trx-commit=2", "--log-bin=changes", "--sync-binlog=0", "--default-time-zone=+08:00")...)
	e := onServer(t, server.Database(t))
	e.do(t, erpSchema)
	e.do(t, "CREATE USER clerk@'%' IDENTIFIED BY 'right'; GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON "+e.server.Name+".* TO clerk@'%'")
	t.Run("what is wrong with it is found", func(t *testing.T) { findsWhatIsWrong(t, e) })
	a := order("A", 2)

	t.Run("the password is wrong", func(t *testing.T) {
		blamed(t, writes(t, e.as(t, "clerk", "wrong", ""), e.dir, a), connectors.Misconfigured, "look at the user in the dsn and at the password: clerk at 127.0.0.1:")
	})
	t.Run("the rights are missing", func(t *testing.T) {
		e.do(t, "CREATE USER guest@'%' IDENTIFIED BY 'right'; GRANT SELECT ON "+e.server.Name+".* TO guest@'%'")
		blamed(t, writes(t, e.as(t, "guest", "right", ""), e.dir, a), connectors.Misconfigured, "give the user of this connection the rights it needs", "command denied")
	})
	t.Run("the database is another", func(t *testing.T) {
		settings := strings.Replace(e.as(t, "root", "", ""), e.server.Name, "elsewhere", 1)
		blamed(t, writes(t, settings, e.dir, a), connectors.Misconfigured, "Unknown database 'elsewhere'")
	})
	t.Run("the certificate is of another authority", func(t *testing.T) {
		other := newAuthority(t)
		blamed(t, writes(t, e.as(t, "clerk", "right", ", tls: {ca: '"+other.file()+"', server_name: erp.example}"), e.dir, a), connectors.Misconfigured,
			"the server's certificate is not signed by the authority under tls.ca")
	})
	t.Run("the certificate is of another name", func(t *testing.T) {
		blamed(t, writes(t, e.as(t, "clerk", "right", ", tls: {ca: '"+signed.file()+"'}"), e.dir, a), connectors.Misconfigured, "write tls: {server_name: NAME}")
	})
	t.Run("the authority's file is missing", func(t *testing.T) {
		blamed(t, writes(t, e.as(t, "clerk", "right", ", tls: {ca: nowhere.pem}"), e.dir, a), connectors.Misconfigured, "tls.ca names at test.yaml:1:", "nowhere.pem")
	})
	t.Run("the server does not encrypt", func(t *testing.T) {
		plain := newERP(t)
		blamed(t, writes(t, plain.as(t, plain.server.Config.User, plain.server.Secret, ", tls: {ca: '"+signed.file()+"'}"), e.dir, a), connectors.Misconfigured, "the server does not encrypt")
	})
	t.Run("it is read-only for a while", func(t *testing.T) {
		e.do(t, "SET GLOBAL read_only = 1")
		s, _ := connect(t, e.as(t, "clerk", "right", ""), e.dir).Sink("erp_order", section(t, orders))
		_, err := s.Write(ctxOf(t), []connectors.Entry{a})
		blamed(t, err, connectors.Unavailable, "Error 1290", "the server is read-only now: it may be failing over")
		e.do(t, "SET GLOBAL read_only = 0")
		require.Equal(t, connectors.Applied, put(t, s, a)[0].State)
		e.do(t, "SET GLOBAL read_only = 1")
		_, err = s.Write(ctxOf(t), []connectors.Entry{order("A", 3)})
		blamed(t, err, connectors.Unavailable, "Error 1290", "the server is read-only now")
		e.do(t, "SET GLOBAL read_only = 0")
		require.Equal(t, connectors.Applied, put(t, s, order("A", 3))[0].State)
	})
	t.Run("its sessions are read-only for a while", func(t *testing.T) {
		e.do(t, "SET GLOBAL tx_read_only = 1") // of sessions that begin now
		s, _ := connect(t, e.as(t, "clerk", "right", ""), e.dir).Sink("erp_order", section(t, orders))
		_, err := s.Write(ctxOf(t), []connectors.Entry{order("A", 4)})
		blamed(t, err, connectors.Unavailable, "Error 1792", "the server is read-only now")
		e.do(t, "SET GLOBAL tx_read_only = 0")
		require.Equal(t, connectors.Applied, put(t, s, order("A", 4))[0].State, "on another session")
	})
	t.Run("its sessions begin with another character set", func(t *testing.T) {
		e.do(t, "SET GLOBAL init_connect = 'SET NAMES latin1'")
		defer e.do(t, "SET GLOBAL init_connect = ''")
		require.NoError(t, writes(t, e.as(t, "clerk", "right", ""), e.dir, order("第", 1)))
		require.Equal(t, "第1版", e.text(t, "SELECT RMK FROM SOHD WHERE EXT_REF = '第'"), "it is what others read that counts")
	})
	t.Run("a record is longer than it takes", func(t *testing.T) {
		e.do(t, "ALTER TABLE SOHD MODIFY RMK LONGTEXT")
		long := order("L", 1)
		long.Record["RMK"] = strings.Repeat("long ", 1<<18)
		blamed(t, writes(t, e.as(t, "clerk", "right", ""), e.dir, long), connectors.Refused, "longer than the server takes", "max_allowed_packet")
	})
	t.Run("a batch is longer than it takes and every record is not", func(t *testing.T) {
		var many []connectors.Entry
		for i := range 30 {
			one := order(fmt.Sprintf("M%d", i), 1)
			one.Record["RMK"] = strings.Repeat("长", 25_000)
			many = append(many, one)
		}
		require.NoError(t, writes(t, e.as(t, "clerk", "right", ""), e.dir, many...))
		for i := range many {
			many[i].Revision = 2
			many[i].Record["RMK"] = strings.Repeat("短", 24_000) + fmt.Sprint(i)
		}
		require.NoError(t, writes(t, e.as(t, "clerk", "right", ""), e.dir, many...))
		require.Equal(t, "30", e.text(t, "SELECT COUNT(*) FROM SOHD WHERE RMK LIKE '短%'"))
	})
	t.Run("all is well and encrypted", func(t *testing.T) {
		settings := e.as(t, "clerk", "right", ", tls: {ca: '"+signed.file()+"', server_name: erp.example}")
		e.do(t, "ALTER USER clerk@'%' REQUIRE SSL")
		require.NoError(t, writes(t, settings, e.dir, order("S", 1)))
		blamed(t, writes(t, e.as(t, "clerk", "right", ""), e.dir, order("S", 2)), connectors.Misconfigured)
	})
	t.Run("it is gone and comes back", func(t *testing.T) {
		s, _ := connect(t, e.as(t, "root", "", ""), e.dir).Sink("erp_order", section(t, orders))
		put(t, s, order("G", 1))
		server.Kill()
		_, err := s.Write(ctxOf(t), []connectors.Entry{order("G", 2)})
		blamed(t, err, connectors.Unavailable, e.named)
		require.NoError(t, server.Start())
		require.Equal(t, connectors.Applied, put(t, s, order("G", 2))[0].State)
		require.Equal(t, "1 2", e.text(t, "SELECT COUNT(*), MAX(EXT_REV) FROM SOHD WHERE EXT_REF = 'G'"))
	})
	t.Run("its tables are read-only for a while", func(t *testing.T) {
		s, _ := connect(t, e.as(t, "root", "", ""), e.dir).Sink("erp_order", section(t, orders))
		put(t, s, order("R", 1))
		server.Stop()
		require.NoError(t, server.Start("--innodb-read-only"))
		_, err := s.Write(ctxOf(t), []connectors.Entry{order("R", 2)})
		blamed(t, err, connectors.Unavailable, "Error 1036", "the server is read-only now")
		server.Stop()
		require.NoError(t, server.Start())
		require.Equal(t, connectors.Applied, put(t, s, order("R", 2))[0].State)
	})
	t.Run("it hangs", func(t *testing.T) {
		s, _ := connect(t, e.as(t, "root", "", ""), e.dir).Sink("erp_order", section(t, orders))
		put(t, s, order("H", 1))
		require.NoError(t, server.Pause())
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { _, err := s.Write(ctx, []connectors.Entry{order("H", 2)}); done <- err }()
		cancel()
		blamed(t, <-done, connectors.Unavailable)
		require.NoError(t, server.Continue())
		require.Equal(t, connectors.Applied, put(t, s, order("H", 2))[0].State)
	})
}

func TestAServerIsAskedToBeStrictWhateverItsDefault(t *testing.T) {
	onlyMySQL(t, "SQLite has no modes")
	e := newERP(t, erpSchema)
	long := order("A", 1)
	long.Record["CU_NO"] = "longer than ten"
	blamed(t, writes(t, "{"+e.dsn+"}", e.dir, long), connectors.Refused, "Data too long for column 'CU_NO'")
	loose := writes(t, "{"+e.dsn+", init: [\"SET sql_mode = ''\"]}", e.dir, long)
	blamed(t, loose, connectors.Refused, `CU_NO was written as "longer than ten" and stands as "longer tha"`)
	for _, text := range []string{"0.125", "1234567890123.00"} {
		odd := order("B", 1)
		odd.Record["NET_AMT"] = num(text)
		require.Equal(t, connectors.Refused, connectors.KindOf(writes(t, "{"+e.dsn+"}", e.dir, odd)), text)
	}
	e.do(t, "ALTER TABLE SOHD MODIFY RMK VARCHAR(40) CHARACTER SET latin1")
	blamed(t, writes(t, "{"+e.dsn+"}", e.dir, order("C", 1)), connectors.Refused, "RMK")
}

func TestAColumnOfAnotherCharacterSetHoldsWhatWasMeant(t *testing.T) {
	onlyMySQL(t, "SQLite has one character set")
	for charset, bytes := range map[string]string{"gbk": "B5DA31B0E6", "utf8": "E7ACAC31E78988", "utf8mb4": "E7ACAC31E78988"} {
		t.Run(charset, func(t *testing.T) {
			e := newERP(t, erpSchema, "ALTER TABLE SOHD MODIFY RMK TEXT CHARACTER SET "+charset)
			put(t, e.sink(t, orders), order("A", 1))
			require.Equal(t, bytes, e.text(t, "SELECT HEX(RMK) FROM SOHD"))
		})
	}
}

func TestTimesOfAServerAreThoseOfTheConfiguredZone(t *testing.T) {
	onlyMySQL(t, "SQLite keeps texts")
	e := newERP(t, "CREATE TABLE T (K VARCHAR(9) PRIMARY KEY, AT TIMESTAMP(3) NULL)", "SET time_zone = '+00:00'; INSERT INTO T VALUES ('A', '2026-11-21 01:00:00.250')")
	changes := read(t, e.source(t, "{select: SELECT * FROM T, key: K, detect: timestamp, at: AT}"), "", 1).Changes
	require.Equal(t, "2026-11-21 09:00:00.250", changes[0].Record["AT"])
	require.Equal(t, "2026-11-21T01:00:00.25Z", changes[0].At.Format("2006-01-02T15:04:05.999Z07:00"))
}

func TestAnErrorThatPassesIsTriedAgainFromTheBeginning(t *testing.T) {
	onlyMySQL(t, "a file has one writer")
	for _, trouble := range []struct {
		name string
		make func(t *testing.T, e *erp, other *session, waits string)
	}{
		{"a deadlock", func(t *testing.T, e *erp, other *session, waits string) {
			other.do(t, "UPDATE CNTR SET NXT_NO = NXT_NO + 1 WHERE CNT_CD = 'SO'") // we hold the counter, they hold a line: one must give way
		}},
		{"a session that is killed", func(t *testing.T, e *erp, other *session, waits string) {
			e.do(t, "KILL "+waits)
		}},
	} {
		t.Run(trouble.name, func(t *testing.T) {
			e := newERP(t, erpSchema, "CREATE TABLE HEAVY (N INT PRIMARY KEY)")
			s, faults := connect(t, "{"+e.dsn+", timeout: 5s}", e.dir).Sink("erp_order", section(t, orders))
			require.Empty(t, faults)
			put(t, s, order("first", 1))
			other := e.session(t)
			other.do(t, "BEGIN")
			other.do(t, "INSERT INTO HEAVY SELECT SEQ FROM seq_1_to_1000") // who has written most is not the one who gives way
			other.do(t, "INSERT INTO SOLN VALUES ('SO000042', 2, 'X', 1, 0)")
			done := make(chan error, 1)
			go func() { _, err := s.Write(context.Background(), []connectors.Entry{order("A", 1)}); done <- err }()
			trouble.make(t, e, other, e.waiting(t, done))
			other.do(t, "ROLLBACK")
			require.NoError(t, <-done)
			require.Equal(t, "SO000042 A 1 2", e.text(t, "SELECT h.SO_NO, EXT_REF, EXT_REV, COUNT(*) FROM SOHD h JOIN SOLN l ON l.SO_NO = h.SO_NO WHERE EXT_REF = 'A' GROUP BY 1, 2, 3"))
		})
	}
}

// Under snapshot isolation, which newer servers begin with, a row that another has changed since is not locked but refused.
func TestARowThatChangedSinceItsPictureWasTakenIsLookedAtAgain(t *testing.T) {
	onlyMySQL(t, "a file has one writer")
	e := newERP(t, erpSchema)
	if e.text(t, "SHOW VARIABLES LIKE 'innodb_snapshot_isolation'") == "" {
		t.Skip("this server has no snapshot isolation")
	}
	p := newProxy(t, e.server.Config.Addr)
	s := e.target(t, "erp_order", orders, p.addr, ", init: [SET innodb_snapshot_isolation = 1, SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ]")
	put(t, s, order("first", 1))
	p.taken()
	held := p.hold("SELECT t.`NXT_NO`")
	done := writing(s, order("A", 1))
	reached(t, held)
	e.do(t, "UPDATE CNTR SET NXT_NO = 50 WHERE CNT_CD = 'SO'")
	p.letGo()
	require.NoError(t, <-done)
	require.Contains(t, heads(p.taken()), "ROLLBACK", "it was refused with error 1020")
	require.Equal(t, "SO000050", e.text(t, "SELECT SO_NO FROM SOHD WHERE EXT_REF = 'A'"))
}

// After error 1205 the server has undone one statement, and would commit the rest.
func TestHalfAnOrderIsNeverLeftWhenALockIsNotGiven(t *testing.T) {
	t.Parallel()
	onlyMySQL(t, "a file is locked as a whole")
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("first", 1))
	other := e.session(t)
	other.do(t, "BEGIN")
	other.do(t, "INSERT INTO SOLN VALUES ('SO000042', 2, 'X', 1, 0)")
	_, err := s.Write(ctxOf(t), []connectors.Entry{order("A", 1)})
	blamed(t, err, connectors.Unavailable, "another program holds these rows locked", "1205")
	require.Equal(t, "first", e.text(t, "SELECT EXT_REF FROM SOHD"))
	require.Equal(t, "42", e.text(t, "SELECT NXT_NO FROM CNTR WHERE CNT_CD = 'SO'"))
	other.do(t, "ROLLBACK")
	require.Equal(t, "SO000042", put(t, s, order("A", 1))[0].Reference)
}

func TestTablesThatCannotBeUndoneAreNotWrittenTo(t *testing.T) {
	onlyMySQL(t, "SQLite undoes every table")
	for _, table := range []string{"SOHD", "SOLN", "CNTR", "tradewire_effect"} {
		t.Run(table, func(t *testing.T) {
			e := newERP(t, erpSchema)
			s := e.sink(t, orders)
			put(t, s, order("A", 1))
			e.do(t, "ALTER TABLE tradewire_effect MODIFY `key` VARCHAR(60) NOT NULL") // which MyISAM can index
			e.do(t, "ALTER TABLE "+table+" ENGINE = MyISAM")                          // while running
			for _, sink := range []connectors.Sink{s, e.sink(t, orders)} {
				_, err := sink.Write(ctxOf(t), []connectors.Entry{order("A", 2), order("B", 1)})
				blamed(t, err, connectors.Misconfigured, "the table "+table+" is kept by MyISAM", "ENGINE = InnoDB")
				require.Equal(t, "A 1", e.text(t, "SELECT EXT_REF, EXT_REV FROM SOHD"))
				blamed(t, sink.(connectors.Prober).Probe(ctxOf(t)), connectors.Misconfigured, "MyISAM")
			}
			e.do(t, "ALTER TABLE "+table+" ENGINE = InnoDB")
			put(t, s, order("A", 2))
		})
	}
}

func TestADatabaseThatIsChangedWhileRunningStopsTheTargetAndNoRecord(t *testing.T) {
	for _, change := range []struct{ name, does, undoes, says string }{
		{"a column is dropped", "ALTER TABLE SOHD DROP COLUMN RMK", "ALTER TABLE SOHD ADD COLUMN RMK TEXT", "SOHD.RMK is gone"},
		{"a column is renamed", "ALTER TABLE SOLN RENAME COLUMN IT_NO TO ITEM", "ALTER TABLE SOLN RENAME COLUMN ITEM TO IT_NO", "SOLN.ITEM came"},
		{"a column is shortened", each("", "ALTER TABLE SOHD MODIFY CU_NO VARCHAR(3) NOT NULL"), "ALTER TABLE SOHD MODIFY CU_NO VARCHAR(10) NOT NULL", "SOHD.CU_NO was varchar(10) NOT NULL and is varchar(3) NOT NULL"},
		{"a column must be filled", each("", "ALTER TABLE SOHD ADD COLUMN SITE VARCHAR(4) NOT NULL"), "ALTER TABLE SOHD DROP COLUMN SITE", "SOHD.SITE came, varchar(4) NOT NULL"},
		{"a column takes no NULL any more", each("", "ALTER TABLE SOHD MODIFY RMK VARCHAR(80) NOT NULL"), "ALTER TABLE SOHD MODIFY RMK TEXT", "SOHD.RMK was text and is varchar(80) NOT NULL"},
		{"a table is dropped", "ALTER TABLE SOLN RENAME TO SOLN2", "ALTER TABLE SOLN2 RENAME TO SOLN", "the table SOLN is gone"},
	} {
		if change.does == "" {
			continue // SQLite knows no lengths, and cannot change a column
		}
		t.Run(change.name, func(t *testing.T) {
			e := newERP(t, erpSchema)
			s := e.sink(t, orders)
			start := order("A", 1)
			start.Record["CU_NO"] = "K1"
			put(t, s, start)
			e.do(t, change.does)
			next := order("B", 1)
			if strings.Contains(change.name, "NULL") {
				next.Record["RMK"] = nil
			}
			for range 2 {
				_, err := s.Write(ctxOf(t), []connectors.Entry{next})
				blamed(t, err, connectors.Misconfigured, "the database was changed while running", change.says)
			}
			e.do(t, change.undoes)
			require.Equal(t, connectors.Applied, put(t, s, next)[0].State, "nothing is lost by it")
		})
	}
}
