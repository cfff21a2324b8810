package sqldb_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/sqldb"
)

func driver(t *testing.T, settings string) (connectors.Connection, string) {
	t.Helper()
	c, faults := sqldb.Driver(connectors.Env{Name: "erp", Dir: t.TempDir(), Now: time.Now}, section(t, settings))
	return c, faults.Error()
}

func TestSettingsThatAreWrongAreAllReportedWithTheirPlace(t *testing.T) {
	for _, wrong := range []struct{ settings, says string }{
		{"{}", "dsn"},
		{"dsn: postgres://x", "test.yaml:1:6 bad-dsn"},
		{"dsn: 'sqlite:'", "bad-dsn"},
		{"dsn: 'sqlite::memory:'", "bad-dsn"},
		{"dsn: 'mysql:nonsense@@'", "bad-dsn"},
		{"dsn: 'mysql:user:pass@tcp(127.0.0.1:3306)/erp'", "plain-secret"},
		{"{dsn: sqlite:erp.db, time_zone: Asia/Nowhere, timeout: 0s}", "bad-time-zone"},
		{"{dsn: sqlite:erp.db, time_zone: Asia/Nowhere, timeout: 0s}", "bad-timeout"},
	} {
		_, said := driver(t, wrong.settings)
		require.Contains(t, said, wrong.says, wrong.settings)
		require.NotContains(t, said, "pass@", "a password is never printed")
	}
}

func TestMakingAConnectionReachesNothing(t *testing.T) {
	for _, settings := range []string{"dsn: sqlite:nowhere/erp.db", "dsn: 'mysql:user@tcp(127.0.0.1:1)/erp'"} {
		c, said := driver(t, settings)
		require.Empty(t, said)
		_, faults := c.(connectors.Writable).Sink("erp_order", section(t, orders))
		require.Empty(t, faults)
		_, faults = c.(connectors.Readable).Source("despatch", section(t, readDespatches))
		require.Empty(t, faults)
		require.NoError(t, c.Close())
		require.NoError(t, c.Close())
	}
}

func TestAServerThatIsNotThereIsUnavailable(t *testing.T) {
	c, said := driver(t, "{dsn: 'mysql:user@tcp(127.0.0.1:1)/erp', timeout: 250ms}")
	require.Empty(t, said)
	s, _ := c.(connectors.Writable).Sink("erp_order", section(t, orders))
	_, err := s.Write(ctxOf(t), []connectors.Entry{order("A", 1)})
	blamed(t, err, connectors.Unavailable, "127.0.0.1:1")
}

// Every file of testdata/wrong is a read or write section with one mistake; its first line says what must be reported.
func TestSectionsThatAreWrongSayWhatToWrite(t *testing.T) {
	files, err := filepath.Glob("testdata/wrong/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			says, _, _ := strings.Cut(strings.TrimPrefix(string(data), "# "), "\n")
			c, said := driver(t, "dsn: sqlite:erp.db")
			require.Empty(t, said)
			if strings.HasPrefix(filepath.Base(file), "read_") {
				_, faults := c.(connectors.Readable).Source("s", section(t, string(data)))
				require.Len(t, faults, 1)
				require.Contains(t, faults.Error(), says)
				return
			}
			_, faults := c.(connectors.Writable).Sink("s", section(t, string(data)))
			require.Len(t, faults, 1)
			require.Contains(t, faults.Error(), says)
		})
	}
}
