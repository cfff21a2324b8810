package sqldb_test

import (
	"context"
	"database/sql"
	_ "embed"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
	"tradewire/connectors/sqldb"
)

//go:embed testdata/erp.sql
var erpSchema string

// orders is how the target of the example configuration writes.
const orders = `
table: SOHD
key: SO_NO
reference: EXT_REF
number: {counter: CNTR, column: NXT_NO, where: {CNT_CD: SO}, mask: "SO{000000}"}
keep: [CRT_DT]
rows:
  lines: {table: SOLN, parent: {SO_NO: SO_NO}, key: LN_NO}
`

// erp is a database of a company, and a session of its own to look into it.
type erp struct {
	dir     string
	path    string             // of the file, on SQLite
	server  *services.Database // on MySQL
	db      *sql.DB
	silence time.Duration // how long a server may be silent; by default as configured
	dsn     string        // the entry of tradewire.yaml that leads to it
	named   string        // what a fault calls it
}

func newERP(t testing.TB, schema ...string) *erp {
	t.Helper()
	e := newDatabase(t)
	for _, part := range schema {
		e.do(t, part)
	}
	return e
}

func (e *erp) do(t testing.TB, statement string, args ...any) {
	t.Helper()
	if onMySQL() {
		statement = words.Replace(statement)
	}
	_, err := e.db.Exec(statement, args...)
	require.NoError(t, err, statement)
}

// text is the answer to a query: cells separated by spaces, rows by " | ".
func (e *erp) text(t testing.TB, query string, args ...any) string {
	t.Helper()
	rows, err := e.db.Query(query, args...)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var all []string
	for rows.Next() {
		cells, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		require.NoError(t, rows.Scan(into...))
		words := make([]string, len(cells))
		for i, cell := range cells {
			words[i] = cell.String
		}
		all = append(all, strings.Join(words, " "))
	}
	require.NoError(t, rows.Err())
	return strings.Join(all, " | ")
}

// lock keeps everyone else out of the tables.
func (e *erp) lock(t testing.TB) (release func()) {
	t.Helper()
	begin, end := e.lockAll(t)
	session, err := e.db.Conn(context.Background())
	require.NoError(t, err)
	_, err = session.ExecContext(context.Background(), begin)
	require.NoError(t, err)
	done := false
	release = func() {
		if !done {
			done = true
			_, _ = session.ExecContext(context.Background(), end)
			_ = session.Close()
		}
	}
	t.Cleanup(release)
	return release
}

func section(t testing.TB, text string) config.Section {
	t.Helper()
	s, err := config.Parse("test.yaml", []byte(text))
	require.NoError(t, err)
	return s
}

var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

func connect(t testing.TB, settings string, dir string) *sqldb.Connection {
	t.Helper()
	hongKong, err := time.LoadLocation("Asia/Hong_Kong")
	require.NoError(t, err)
	env := connectors.Env{Name: "erp", Dir: dir, Zone: hongKong, Now: func() time.Time { return noon }}
	c, faults := sqldb.Driver(env, section(t, settings))
	require.Empty(t, faults)
	t.Cleanup(func() { _ = c.Close() })
	return c.(*sqldb.Connection)
}

func (e *erp) connect(t testing.TB) *sqldb.Connection {
	t.Helper()
	return connect(t, "{"+e.dsn+", timeout: "+patience()+"}", e.dir)
}

func (e *erp) sink(t testing.TB, write string) connectors.Sink {
	t.Helper()
	s, faults := e.connect(t).Sink("erp_order", section(t, write))
	require.Empty(t, faults)
	return s
}

func (e *erp) source(t testing.TB, read string) connectors.Source {
	t.Helper()
	s, faults := e.connect(t).Source("despatch", section(t, read))
	require.Empty(t, faults)
	return s
}

func num(n string) connectors.Number { return connectors.Number(n) }

func ctxOf(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func blamed(t testing.TB, err error, kind connectors.Kind, says ...string) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, kind, connectors.KindOf(err), "%v", err)
	for _, words := range says {
		require.Contains(t, err.Error(), words)
	}
}
