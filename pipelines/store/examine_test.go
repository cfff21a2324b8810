package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/document"
)

// examined are the findings about a place, as lines, and what each that is not well says to change.
func examined(t *testing.T, o Options) (lines []string, changes map[string]string) {
	t.Helper()
	found, err := Examine(t.Context(), o)
	require.NoError(t, err)
	changes = map[string]string{}
	for _, f := range found {
		require.Equal(t, "store", f.About)
		require.Equal(t, f.Level == connectors.OK, f.Change == "", "%+v", f)
		line := fmt.Sprintf("%s: %s", f.Level, f.What)
		lines = append(lines, line)
		if f.Change != "" {
			changes[line] = f.Change
		}
	}
	return lines, changes
}

var aPaper = document.Ref{Kind: document.KindPaper, Key: "I1"}

// says wants a finding that begins so, and what it says to change.
func says(t *testing.T, changes map[string]string, begins, change string) {
	t.Helper()
	for line, said := range changes {
		if strings.HasPrefix(line, begins) {
			require.Contains(t, said, change, line)
			return
		}
	}
	t.Fatalf("nothing begins with %q: %v", begins, changes)
}

func TestASoundStoreIsFoundSoundAndIsNotTouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openAt(t, path)
	if services.Engine() == services.SQLite {
		require.NoError(t, os.Chmod(path, 0o600))
	}
	require.NoError(t, s.KeepPaper(t.Context(), aPaper, 1, []PaperFile{{Name: "I1.pdf", Format: "pdf", Body: []byte("%PDF")}}))
	before := tablesOf(t, s)
	lines, changes := examined(t, at(t, path))
	require.Empty(t, changes)
	require.Contains(t, lines, "ok: its tables are those of this version")
	require.Equal(t, before, tablesOf(t, s))
}

func tablesOf(t *testing.T, s *Store) (tables []string) {
	t.Helper()
	require.NoError(t, s.read.SelectContext(t.Context(), &tables, s.dialect.tables))
	return tables
}

func TestWhereThereIsNoStoreYetNoneIsMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	o := at(t, path)
	lines, changes := examined(t, o)
	require.Empty(t, changes)
	require.Contains(t, lines, "ok: there is no store yet: the first run makes it")
	o.ReadOnly = true
	_, err := Open(t.Context(), o)
	require.True(t, Missing(err), err)
	require.NoFileExists(t, path)
}

func TestWhatIsWrongWithAFileIsFound(t *testing.T) {
	onFilesOnly(t)
	for _, c := range []struct {
		name   string
		make   func(t *testing.T, path string)
		begins string
		change string
	}{
		{"anybody may write", func(t *testing.T, path string) { found(t, path, 0o666) }, "bad: everybody on this machine may write", "chmod 600 "},
		{"anybody may read", func(t *testing.T, path string) { found(t, path, 0o644) }, "warn: everybody on this machine may read", "chmod 600 "},
		{"no database", func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("no database ", 99)), 0o600))
		},
			"bad: this file is not a database", "correct store.path"},
		{"a folder in its place", func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o700)) }, "bad: this is a folder, not a file", "let store.path name a file in it"},
		{"no folder around it", func(t *testing.T, path string) { require.NoError(t, os.Remove(filepath.Dir(path))) }, "bad: its folder ", "create it, or correct store.path"},
		{"another's", func(t *testing.T, path string) { execIn(t, path, "CREATE TABLE SOHD (SO_NO TEXT)") }, "bad: this database belongs to something else", "name one of its own"},
		{"an older version's", func(t *testing.T, path string) {
			found(t, path, 0o600)
			execIn(t, path, "DELETE FROM schema_version WHERE version = (SELECT MAX(version) FROM schema_version)")
		}, "warn: this store was made by an older version", "tradewire migrate --yes"},
		{"a newer version's", func(t *testing.T, path string) {
			found(t, path, 0o600)
			execIn(t, path, "INSERT INTO schema_version VALUES (99999, 'later', '')")
		}, "bad: this store was made by a newer version", "run that version"},
		{"moved away", func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(noteBeside(path), []byte("tradewire at db:3306\n"), 0o600))
		}, "bad: this store was moved into", "let store.dsn name that database"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "x")
			require.NoError(t, os.Mkdir(folder, 0o700))
			path := filepath.Join(folder, "store.db")
			c.make(t, path)
			_, changes := examined(t, Options{Path: path})
			says(t, changes, c.begins, c.change)
		})
	}
}

// found makes a store whose file has these rights.
func found(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	s, err := Open(t.Context(), Options{Path: path})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, os.Chmod(path, mode))
}

func execIn(t *testing.T, path, statement string) {
	t.Helper()
	file, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = file.Exec(statement)
	require.NoError(t, err)
	require.NoError(t, file.Close())
}

func TestWhatIsWrongWithAServerIsFound(t *testing.T) {
	services.Only(t, services.MySQL, "a file has no server whose settings could be wrong")
	server := services.NewMySQLServer(t, "--innodb-flush-log-at-trx-commit=2", "--log-bin=changes", "--sync-binlog=0", "--binlog-format=STATEMENT",
		"--max-allowed-packet=2M", "--max-connections=20")
	d := server.Database(t)
	do := func(statement string) {
		t.Helper()
		_, err := d.DB.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	as := func(user, password string) Options {
		return Options{MySQL: fmt.Sprintf("%s@tcp(%s)/%s", user, d.Config.Addr, d.Name), Password: func() (string, error) { return password, nil },
			Now: func() time.Time { return time.Now().Add(-time.Minute) }}
	}
	do("CREATE USER reader@'%' IDENTIFIED BY 'right'; GRANT SELECT, INSERT, UPDATE, DELETE ON " + d.Name + ".* TO reader@'%'")

	_, changes := examined(t, as("reader", "right"))
	says(t, changes, "bad: what was taken in and acknowledged may be gone after a power cut", "SET GLOBAL innodb_flush_log_at_trx_commit = 1, and in the server's my.cnf")
	says(t, changes, "bad: what was committed last may be gone after a power cut", "SET GLOBAL sync_binlog = 1")
	says(t, changes, "bad: the server refuses what the store writes", "SET GLOBAL binlog_format = 'MIXED'")
	says(t, changes, "warn: the server takes 2 MiB at once", "SET GLOBAL max_allowed_packet = 67108864")
	says(t, changes, "warn: the server takes 20 sessions only", "SET GLOBAL max_connections = 151")
	says(t, changes, "warn: the server's clock and ours are 1m0s apart", "time server")
	says(t, changes, "bad: the user may not CREATE, ALTER, INDEX in "+d.Name, "GRANT CREATE, ALTER, INDEX ON `"+d.Name+"`.* TO 'reader'@'%'")
	var tables int
	require.NoError(t, d.DB.QueryRow("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = ?", d.Name).Scan(&tables))
	require.Zero(t, tables, "something was made")

	do("SET GLOBAL binlog_format = 'ROW'")
	s, err := Open(t.Context(), as("root", ""))
	require.NoError(t, err)
	require.NoError(t, s.KeepPaper(t.Context(), aPaper, 1, []PaperFile{{Name: "I1.pdf", Format: "pdf", Body: make([]byte, 3<<19)}}))
	require.NoError(t, s.Close())
	do("ALTER TABLE paper ENGINE = Aria; ALTER TABLE queue CONVERT TO CHARACTER SET latin1")
	_, changes = examined(t, as("reader", "right"))
	says(t, changes, "bad: its table paper is kept by Aria", "ALTER TABLE `paper` ENGINE = InnoDB")
	says(t, changes, "bad: its table queue compares texts by latin1_", "ALTER TABLE `queue` CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin")
	says(t, changes, "bad: the server takes 2 MiB at once (max_allowed_packet), and the largest paper has 1 MiB", "SET GLOBAL max_allowed_packet = 67108864")
	says(t, changes, "warn: the user may not CREATE, ALTER, INDEX in", "GRANT CREATE, ALTER, INDEX")
	do("SET GLOBAL read_only = 1")
	_, changes = examined(t, as("reader", "right"))
	says(t, changes, "bad: the server is read-only", "let store.dsn name the server that is written to")

	_, err = Examine(t.Context(), as("reader", "wrong"))
	require.Equal(t, connectors.Misconfigured, connectors.KindOf(err))
	require.ErrorContains(t, err, "correct the user, store.password or their rights")
	server.Kill()
	_, err = Examine(t.Context(), as("reader", "right"))
	require.Equal(t, connectors.Unavailable, connectors.KindOf(err))
	require.ErrorContains(t, err, "see whether it runs; correct store.dsn")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Examine(ended, as("reader", "right"))
	require.Error(t, err)
}

func TestWhatAUserMayDoIsReadFromItsGrants(t *testing.T) {
	for _, c := range []struct {
		lines string
		may   string
		roles bool
	}{
		{"GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION\nGRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION", "ALL PRIVILEGES", false},
		{"GRANT USAGE ON *.* TO `tw`@`%` IDENTIFIED BY PASSWORD '*AB'\nGRANT SELECT, INSERT ON `trade_wire`.* TO `tw`@`%`", "INSERT, SELECT, USAGE", false},
		{`GRANT SELECT ON ` + "`trade\\_wire`.* TO `tw`@`%`", "SELECT", false},
		{"GRANT SELECT ON `trade%`.* TO `tw`@`%`\nGRANT INSERT ON `erp`.* TO `tw`@`%`", "SELECT", false},
		{"GRANT SELECT ON `TRADE_WIRES`.* TO `tw`@`%`", "", false},
		{"GRANT SELECT (a, b), INSERT ON `trade_wire`.`queue` TO `tw`@`%`", "", true},
		{"GRANT `writer`@`%` TO `tw`@`%`", "", true},
		{"GRANT EXECUTE ON PROCEDURE `trade_wire`.`p` TO `tw`@`%`", "", false},
	} {
		may, roles := rights(strings.Split(c.lines, "\n"), "trade_wire")
		require.Equal(t, c.may, strings.Join(slices.Sorted(maps.Keys(may)), ", "), c.lines)
		require.Equal(t, c.roles, roles, c.lines)
	}
}

func TestServersThatAreTooOldForTheStoreAreNamed(t *testing.T) {
	for version, level := range map[string]connectors.Level{
		"10.11.6-MariaDB-0+deb12u1": connectors.OK, "10.5.0-MariaDB": connectors.OK, "5.5.5-10.4.32-MariaDB": connectors.Bad, "10.3.39-MariaDB": connectors.Bad,
		"8.0.36": connectors.OK, "8.4.0-log": connectors.OK, "5.7.44-log": connectors.Bad, "unheard of": connectors.Bad,
	} {
		x := &examination{}
		x.release(version)
		require.Equal(t, level, x.list[0].Level, version)
	}
}
