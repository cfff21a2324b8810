package sqldb

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"tradewire/config"
	"tradewire/connectors"
)

func mysqlOf(t *testing.T, dsn string) *mysqlDialect {
	t.Helper()
	d, faults := newMySQL(connectors.Env{Name: "erp", Zone: time.UTC, Now: time.Now}, dsn, settings{DSN: config.Text{Value: dsn}, Timeout: 5 * time.Second})
	require.Empty(t, faults)
	return d.(*mysqlDialect)
}

func TestAServersErrorSaysWhatHappensNext(t *testing.T) {
	d := mysqlOf(t, "user@tcp(127.0.0.1:3306)/erp")
	for _, c := range []struct {
		number uint16
		kind   connectors.Kind
		passes bool
	}{
		{1020, connectors.Unavailable, true}, {1205, connectors.Unavailable, true}, {1213, connectors.Unavailable, true},
		{1290, connectors.Unavailable, true}, {1792, connectors.Unavailable, true}, {1836, connectors.Unavailable, true}, {1036, connectors.Unavailable, true},
		{1062, connectors.Refused, false}, {1264, connectors.Refused, false}, {1406, connectors.Refused, false},
		{1054, connectors.Misconfigured, false}, {1146, connectors.Misconfigured, false}, {1045, connectors.Misconfigured, false},
		{9999, connectors.Unknown, false},
	} {
		err := error(&mysql.MySQLError{Number: c.number, Message: "said"})
		v := d.judge(fmt.Errorf("insert: %w", err))
		require.Equal(t, c.kind, v.kind, "error %d", c.number)
		require.Equal(t, c.passes, v.passes, "error %d", c.number)
		require.NotEmpty(t, v.hint, "error %d", c.number)
		require.False(t, d.lost(err), "an answer came")
	}
	require.True(t, d.taken(&mysql.MySQLError{Number: 1062}))
	require.Equal(t, connectors.Unavailable, d.judge(mysql.ErrInvalidConn).kind)
	require.Equal(t, connectors.Refused, d.judge(mysql.ErrPktTooLarge).kind)
	require.True(t, d.lost(mysql.ErrInvalidConn), "a COMMIT without an answer may have happened")
}

func TestAServerIsAskedToRefuseWhatDoesNotFit(t *testing.T) {
	cfg := mysqlOf(t, "user@tcp(127.0.0.1:3306)/erp?clientFoundRows=true&parseTime=true").config
	require.Contains(t, cfg.Params["sql_mode"], "STRICT_ALL_TABLES")
	require.Equal(t, "5", cfg.Params["innodb_lock_wait_timeout"])
	require.Equal(t, "5", cfg.Params["lock_wait_timeout"])
	require.Equal(t, "40", cfg.Params["wait_timeout"], "a paused process gives its locks back")
	require.True(t, cfg.InterpolateParams)
	require.False(t, cfg.ClientFoundRows)
	require.False(t, cfg.ParseTime)
	require.Zero(t, cfg.MaxAllowedPacket)
	own := mysqlOf(t, "user@tcp(127.0.0.1:3306)/erp?sql_mode=''").config
	require.Equal(t, "''", own.Params["sql_mode"], "an ERP that needs its own mode has it")
}

func TestValuesOfAServerStayExact(t *testing.T) {
	d := mysqlOf(t, "user@tcp(127.0.0.1:3306)/erp")
	for _, c := range []struct {
		in       any
		declared string
		want     any
	}{
		{[]byte("12345678901234567890.10"), "DECIMAL", connectors.Number("12345678901234567890.10")},
		{[]byte("2026-11-21 10:00:00"), "DATETIME", "2026-11-21 10:00:00"},
		{[]byte("珠江"), "VARCHAR", "珠江"},
		{[]byte{1}, "BIT", connectors.Number("1")},
		{uint64(1<<63 + 1), "UNSIGNED BIGINT", connectors.Number("9223372036854775809")},
		{float32(12.1), "FLOAT", connectors.Number("12.1")},
		{1e21, "DOUBLE", connectors.Number("1000000000000000000000")},
		{nil, "DECIMAL", nil},
	} {
		got, err := d.value(c.in, c.declared)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
	_, err := d.value([]byte{0xff}, "BLOB")
	require.Error(t, err)
}

func TestALostCommitIsUnknownAndARefusedOneIsNot(t *testing.T) {
	c := &Connection{env: connectors.Env{Name: "erp"}, dialect: mysqlOf(t, "user@tcp(127.0.0.1:3306)/erp")}
	err := c.blame("write", errors.Join(&connectors.Error{Kind: connectors.Unknown, Err: mysql.ErrInvalidConn}))
	require.Equal(t, connectors.Unknown, connectors.KindOf(err))
	require.Contains(t, err.Error(), "erp: write: ")
}

func TestWhatStandsIsComparedExactly(t *testing.T) {
	n := func(s string) any { return connectors.Number(s) }
	for _, c := range []struct {
		written, stands any
		same            bool
	}{
		{n("12.50"), n("12.5"), true}, {n("12.50"), "12.50", true}, {n("12.50"), n("12.49"), false}, {n("1"), "one", false},
		{"12", n("12"), true}, {"012", n("12"), false}, {"0.5", n("0.5"), true}, {"+1", n("1"), false}, {"a ", "a", false},
		{nil, nil, true}, {nil, "", false}, {"", nil, false}, {n("0"), nil, false},
		{true, n("1"), true}, {true, n("0"), false}, {false, false, true}, {n("1"), true, true},
		{n("9007199254740993"), n("9007199254740992"), false}, {n("1e2"), n("100"), true},
	} {
		require.Equal(t, c.same, same(c.written, c.stands), "%v and %v", c.written, c.stands)
	}
}
