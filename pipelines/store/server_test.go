package store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
)

// clerk is a user who may do everything in the database and nothing beyond it.
func clerk(t *testing.T, d *services.Database) Options {
	t.Helper()
	_, err := d.DB.ExecContext(t.Context(), "CREATE USER clerk@'%' IDENTIFIED BY 'right'; GRANT ALL ON "+d.Name+".* TO clerk@'%'")
	require.NoError(t, err)
	return Options{MySQL: fmt.Sprintf("clerk@tcp(%s)/%s", d.Config.Addr, d.Name), Password: func() (string, error) { return "right", nil }}
}

// sessionOf is the number of the session on which the store would write now.
func sessionOf(t *testing.T, s *Store) (id int64) {
	t.Helper()
	require.NoError(t, s.write.GetContext(t.Context(), &id, `SELECT CONNECTION_ID()`))
	return id
}

// The driver made a broken connection of this answer, and the store said that its server cannot be reached.
func TestAServerThatTakesNoWritesIsToldOfAndItsSessionsAreGivenUp(t *testing.T) {
	services.Only(t, services.MySQL, "a file has no server that could be failing over")
	d := services.NewMySQLServer(t).Database(t)
	s, err := Open(t.Context(), clerk(t, d))
	require.NoError(t, err)
	defer s.Close()
	do := func(statement string) {
		t.Helper()
		_, err := d.DB.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	publish := func() error { return s.Publish(t.Context(), "changes", Outgoing{UUID: "one"}) }
	for range 2 { // it comes back, and may do so again
		before := sessionOf(t, s)
		do("SET GLOBAL read_only = 1")
		err = publish()
		require.ErrorContains(t, err, "the store's server takes no writes now (it may be failing over; let store.dsn name the one that does)")
		require.True(t, Away(err), "work goes on when it takes writes again")
		require.True(t, numbered(err, 1290), "%v", err)
		require.NotEqual(t, before, sessionOf(t, s), "the next session may be that of another server")
		do("SET GLOBAL read_only = 0")
		require.NoError(t, publish())
	}

	in, out := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() { // the server changes its mind in the midst of a transaction
		first := true
		ended <- s.commit(context.Background(), func(tx *txn) error {
			_, err := tx.ExecContext(context.Background(), `INSERT INTO series (name, last) VALUES ('PL', 1)`+s.dialect.upsert("name", "last = last + 1"))
			if first {
				first = false
				close(in)
				<-out
			}
			return err
		})
	}()
	<-in
	changing := make(chan error, 1)
	go func() { _, err := d.DB.Exec("SET GLOBAL read_only = 1"); changing <- err }() // it may wait for what is under way
	require.Eventually(t, func() bool {
		var on int
		return d.DB.QueryRow("SELECT @@GLOBAL.read_only").Scan(&on) == nil && on == 1
	}, 10*time.Second, 10*time.Millisecond)
	close(out)
	require.ErrorContains(t, <-ended, "the store's server takes no writes now")
	require.NoError(t, <-changing)
	do("SET GLOBAL read_only = 0")
	var last int
	require.NoError(t, d.DB.QueryRow("SELECT COUNT(*) FROM series").Scan(&last))
	require.Zero(t, last, "what was not committed stands nowhere")
}

func TestWhatAServerAnswersIsPutIntoWordsAndMostOfItPasses(t *testing.T) {
	for _, c := range []struct {
		numbers []uint16
		says    string
		away    bool // work goes on when it has passed
		again   bool // everything was undone, and it is tried again at once
	}{
		{[]uint16{1036, 1290, 1792, 1836}, "takes no writes now", true, true},
		{[]uint16{1317}, "ended a statement", true, true},                   // KILL QUERY
		{[]uint16{1969, 3024}, "ended a statement", true, false},            // it took too long, and would again
		{[]uint16{4031, 1927, 2006, 2013}, "ended the session", true, true}, // 4031: MySQL 8, for silence
		{[]uint16{1053}, "ended the session", true, false},
		{[]uint16{1205, 1213, 1020}, "held the same rows", true, true},
		{[]uint16{1044, 1045, 1142, 1698}, "refuses this user", true, false},
		{[]uint16{1406}, "longer than its column", false, false},
		{[]uint16{1064}, "", false, false},
	} {
		for _, number := range c.numbers {
			answer := &mysql.MySQLError{Number: number, Message: "as it says"}
			err := fmt.Errorf("do something: %w", explainMySQL(answer))
			require.ErrorContains(t, err, c.says, number)
			require.Equal(t, c.away, Away(err), number)
			require.Equal(t, c.again, passesMySQL(answer), number)
		}
	}
}

// KILL QUERY, which operators and watchdogs say against what waits for long, ended the whole instance.
func TestAStatementThatSomebodyEndsIsSaidAgain(t *testing.T) {
	all := instances(t, 2, Options{})
	_, err := all[0].write.ExecContext(t.Context(), `INSERT INTO series (name, last) VALUES ('PL', 1)`)
	require.NoError(t, err)
	other, err := all[1].write.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = other.Rollback() }()
	_, err = other.Exec(`UPDATE series SET last = last + 1 WHERE name = 'PL'`)
	require.NoError(t, err)
	var tried atomic.Int64
	done := make(chan error, 1)
	go func() {
		done <- all[0].transact(context.Background(), func(tx *txn) error {
			tried.Add(1)
			_, err := tx.ExecContext(context.Background(), `UPDATE series SET last = last + 10 WHERE name = 'PL'`)
			return err
		})
	}()
	require.Eventually(t, func() bool {
		var waits int64
		if tried.Load() < 3 && all[1].write.Get(&waits, `SELECT id FROM information_schema.processlist WHERE info LIKE 'UPDATE series SET last = last + 10%' AND time_ms > 20`) == nil {
			all[1].write.MustExec(fmt.Sprintf("KILL QUERY %d", waits))
		}
		return tried.Load() == 3
	}, 10*time.Second, 20*time.Millisecond, "it waits for the row, and is said again each time")
	require.NoError(t, other.Commit())
	require.NoError(t, <-done)
	var last int
	require.NoError(t, all[0].read.Get(&last, `SELECT last FROM series WHERE name = 'PL'`))
	require.Equal(t, 12, last, "each of the two once")
}

// refusing is a session that takes a BEGIN and no end of it.
type refusing struct{ driverSession }

func (refusing) IsValid() bool                                                { return true }
func (refusing) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) { return refusing{}, nil }
func (refusing) Commit() error                                                { return &mysql.MySQLError{Number: 1317} }
func (refusing) Rollback() error                                              { return &mysql.MySQLError{Number: 1317} }

// A COMMIT that is ended before the server has looked at it leaves the transaction open: the BEGIN of the next one commits it.
func TestASessionWhoseTransactionDidNotEndWellIsGivenUp(t *testing.T) {
	for name, end := range map[string]func(driver.Tx) error{"commit": driver.Tx.Commit, "rollback": driver.Tx.Rollback} {
		s := &session{driverSession: refusing{}, of: &sessions{}}
		require.True(t, s.IsValid())
		tx, err := s.BeginTx(t.Context(), driver.TxOptions{})
		require.NoError(t, err)
		require.Error(t, end(tx))
		require.False(t, s.IsValid(), name)
	}
}

// trusting are settings that trust one authority.
func trusting(t *testing.T, ca []byte, name string) *tls.Config {
	t.Helper()
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(ca))
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool, ServerName: name}
}

func TestAStoreIsReachedEncryptedAndByTheAuthorityThatIsNamedAlone(t *testing.T) {
	services.Only(t, services.MySQL, "a file is not reached over a network")
	server, ca := services.NewSecureMySQL(t)
	d := server.Database(t)
	o := clerk(t, d)
	_, err := d.DB.ExecContext(t.Context(), "ALTER USER clerk@'%' REQUIRE SSL")
	require.NoError(t, err)

	o.TLS = trusting(t, ca, "127.0.0.1")
	s, err := Open(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, s.Publish(t.Context(), "changes", Outgoing{UUID: "one"}))
	var name, cipher string
	require.NoError(t, s.write.QueryRowx(`SHOW SESSION STATUS LIKE 'Ssl_cipher'`).Scan(&name, &cipher))
	require.NotEmpty(t, cipher)
	require.NoError(t, s.Close())

	stranger := httptest.NewTLSServer(nil)
	defer stranger.Close()
	another := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: stranger.Certificate().Raw})
	plain := services.NewMySQLServer(t).Database(t)
	for name, c := range map[string]struct {
		tls  *tls.Config
		dsn  string
		says string
	}{
		"another authority":      {trusting(t, another, "127.0.0.1"), "", "the certificate of the store's server is not the expected one (correct store.tls)"},
		"another name":           {trusting(t, ca, "db.example.com"), "", "the certificate of the store's server is not the expected one (correct store.tls)"},
		"no encryption there":    {trusting(t, ca, "127.0.0.1"), fmt.Sprintf("root@tcp(%s)/%s", plain.Config.Addr, plain.Name), "the store's server does not encrypt"},
		"none here and it wants": {nil, "", "the store's server refuses this user"},
	} {
		t.Run(name, func(t *testing.T) {
			o := o
			o.TLS = c.tls
			if c.dsn != "" {
				o.MySQL, o.Password = c.dsn, nil
			}
			_, err := Open(t.Context(), o)
			require.ErrorContains(t, err, c.says)
			_, err = Examine(t.Context(), o)
			require.Equal(t, connectors.Misconfigured, connectors.KindOf(err), "%v", err)
		})
	}
}

// cut ends all sessions of a database but that which says so.
func cut(t *testing.T, d *services.Database) {
	t.Helper()
	rows, err := d.DB.QueryContext(t.Context(), "SELECT id FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()", d.Name)
	require.NoError(t, err)
	var ids []int64
	for rows.Next() {
		var id int64
		require.NoError(t, rows.Scan(&id))
		ids = append(ids, id)
	}
	require.NoError(t, rows.Err())
	for _, id := range ids {
		_, _ = d.DB.ExecContext(t.Context(), fmt.Sprintf("KILL %d", id)) // it may have ended meanwhile
	}
}

func TestAStoreWhosePasswordIsChangedSaysSoAndGoesOnWhenItIsMended(t *testing.T) {
	services.Only(t, services.MySQL, "a file has no password")
	d := services.NewMySQLServer(t).Database(t)
	o := clerk(t, d)
	var password atomic.Value
	password.Store("right")
	o.Password = func() (string, error) { return password.Load().(string), nil }
	s, err := Open(t.Context(), o)
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.Publish(t.Context(), "changes", Outgoing{UUID: "one"}))

	_, err = d.DB.ExecContext(t.Context(), "ALTER USER clerk@'%' IDENTIFIED BY 'another'")
	require.NoError(t, err)
	cut(t, d)
	for range 2 {
		err = s.Publish(t.Context(), "changes", Outgoing{UUID: "two"})
		require.ErrorContains(t, err, "the store's server refuses this user (correct the user, store.password or their rights)")
		require.True(t, Away(err), "work goes on when it is mended")
		_, err = s.Queue(t.Context(), "changes", 0, 0, 10)
		require.ErrorContains(t, err, "store.password")
	}
	password.Store("another") // it is asked for every session: the file that it stands in was written anew
	require.NoError(t, s.Publish(t.Context(), "changes", Outgoing{UUID: "two"}))
	require.Equal(t, []string{"one", "two"}, uuids(t, s, "changes"))
}
