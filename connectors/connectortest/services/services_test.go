package services

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func TestADatabaseIsEmptyAndItsOwn(t *testing.T) {
	one, other := NewDatabase(t), NewDatabase(t)
	require.NotEqual(t, one.Name, other.Name)
	_, err := one.DB.Exec("CREATE TABLE T (K INT); INSERT INTO T VALUES (1)")
	require.NoError(t, err)
	var tables int
	require.NoError(t, other.DB.QueryRow("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()").Scan(&tables))
	require.Zero(t, tables)
}

func TestAServerThatWasKilledComesBackWithWhatItHadCommitted(t *testing.T) {
	s := NewMySQLServer(t)
	d := s.Database(t)
	_, err := d.DB.Exec("CREATE TABLE T (K INT); INSERT INTO T VALUES (7)")
	require.NoError(t, err)
	s.Kill()
	require.Error(t, d.DB.Ping())
	require.NoError(t, s.Start())
	var k int
	require.NoError(t, d.DB.QueryRow("SELECT K FROM T").Scan(&k))
	require.Equal(t, 7, k)
}

func TestAWordThatIsNoServiceIsRefused(t *testing.T) {
	for listed, unknown := range map[string]string{"mysql,kafak": "kafak", "postgres": "postgres", "mysql kafka": "mysql kafka", "2": "2",
		"": "", "1": "", " mysql , kafka,fuse,": ""} {
		t.Setenv(envRequire, listed)
		err := checkRequired()
		if unknown == "" {
			require.NoError(t, err, "%q", listed)
			continue
		}
		require.ErrorContains(t, err, fmt.Sprintf("%q", unknown), "%q", listed)
		require.ErrorContains(t, err, "mysql, kafka or fuse")
	}
}

// A hundred tests that need one server are one line with a count.
func TestWhatWasNotRunIsListedByItsReason(t *testing.T) {
	t.Setenv(envRequire, "")
	path := filepath.Join(t.TempDir(), "skipped")
	t.Setenv(envSkipped, path)
	for range 3 {
		t.Run("needs FUSE", func(t *testing.T) { Missing(t, Fuse, errors.New("there is no /dev/fuse")) })
	}
	NeedRealKafka(t, true, "it can stand in for it")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("a test, for want of fuse: there is no /dev/fuse\n", 3), string(text))
}

// A private broker is not the shared one that the environment names.
func TestWhatIsMissingForAPrivateBrokerIsSaidAsItIs(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "go.mod"), nil, 0o600))
	t.Chdir(folder)
	for named, says := range map[string]string{
		"":               "neither TRADEWIRE_TEST_KAFKA is set nor Kafka in .services (make services fetches it)",
		"127.0.0.1:9092": "the broker that TRADEWIRE_TEST_KAFKA names is shared, a test that needs one of its own has none: Kafka is not in .services (make services fetches it)",
		"fake":           "TRADEWIRE_TEST_KAFKA is fake",
	} {
		t.Setenv(envKafka, named)
		_, err := kafkaJars()
		require.EqualError(t, err, says)
	}
}

func TestWhatIsRequiredIsListed(t *testing.T) {
	for listed, want := range map[string][2]bool{"": {false, false}, "1": {true, false}, "mysql": {true, false}, "mysql, kafka": {true, true}, "kafka": {false, true}} {
		t.Setenv(envRequire, listed)
		require.Equal(t, want, [2]bool{required("mysql"), required("kafka")}, "%q", listed)
	}
}
