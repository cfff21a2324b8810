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
		{"dsn: 'mysql:user@tcp(erp.example:3306)/erp'", "test.yaml:1:6 plain-connection the connection to erp.example:3306 is not encrypted"},
		{"dsn: 'mysql:user@tcp(10.0.0.7:3306)/erp'", "write tls: {ca: FILE} with the authority that signed the server's certificate, or insecure: true"},
		{"dsn: 'mysql:user@tcp(erp.example:3306)/erp?tls=skip-verify'", "plain-connection"},
		{"dsn: 'mysql:user@tcp(erp.example:3306)/erp?tls=preferred'", "plain-connection"},
		{"dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp?time_zone=%27UTC%27'", "write time_zone: NAME beside the dsn"},
		{"dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp?loc=Asia%2FTokyo'", "write time_zone: NAME beside the dsn"},
		{"dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp?charset=latin1'", "test.yaml:1:6 bad-charset charset=latin1 lets the server take what we write for other characters, and show it to us alone as it was -> leave it out"},
		{"dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp?charset=utf8'", "bad-charset"},
		{"dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp?charset=utf8mb4,gbk'", "bad-charset"},
		{"dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp?collation=gbk_chinese_ci'", "bad-charset"},
		{"dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp?timeout=1s&Character_Set_Client=%27latin1%27'", "bad-charset Character_Set_Client='latin1'"},
		{"dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp?collation_connection=latin1_bin'", "bad-charset"},
		{"{dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp', init: [SET NAMES gbk]}", "test.yaml:1:52 bad-charset SET NAMES gbk lets the server take"},
		{"{dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp', init: [\"SET sql_mode = '', character_set_client = latin1\"]}", "bad-charset"},
		{"{dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp', init: [set character set utf8mb4]}", "bad-charset"},
		{"{dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp', sessions: 1}", "sessions"},
		{"{dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp', sessions: 5}", "sessions"},
		{"{dsn: sqlite:erp.db, time_zone: Asia/Nowhere, timeout: 0s}", "bad-time-zone"},
		{"{dsn: sqlite:erp.db, time_zone: Asia/Nowhere, timeout: 0s}", "bad-timeout"},
	} {
		_, said := driver(t, wrong.settings)
		require.Contains(t, said, wrong.says, wrong.settings)
		require.NotContains(t, said, "pass@", "a password is never printed")
	}
}

func TestAConnectionThatStaysOrIsEncryptedOrIsMeantToBePlainIsTaken(t *testing.T) {
	for _, settings := range []string{
		"dsn: 'mysql:user@tcp(localhost:3306)/erp'", "dsn: 'mysql:user@tcp([::1]:3306)/erp'", "dsn: 'mysql:user@unix(/run/mysqld.sock)/erp'",
		"{dsn: 'mysql:user@tcp(erp.example:3306)/erp', insecure: true}", "dsn: 'mysql:user@tcp(erp.example:3306)/erp?tls=true'",
		"{dsn: 'mysql:user@tcp(erp.example:3306)/erp', tls: {ca: ca.pem}, sessions: 2}",
	} {
		_, said := driver(t, settings)
		require.Empty(t, said, settings)
	}
}

func TestADSNMayNameTheCharacterSetThatItWouldHaveAnyway(t *testing.T) {
	for _, settings := range []string{
		"dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp?charset=utf8mb4'", "dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp?collation=utf8mb4_unicode_ci&charset=UTF8MB4'",
		"{dsn: 'mysql:user@tcp(127.0.0.1:3306)/erp', init: [\"SET NAMES 'utf8mb4' COLLATE utf8mb4_bin\", SET sql_mode = '']}",
	} {
		_, said := driver(t, settings)
		require.Empty(t, said, settings)
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
