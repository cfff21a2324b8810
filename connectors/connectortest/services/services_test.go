package services

import (
	"os"
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

func TestWhatIsRequiredIsListed(t *testing.T) {
	for listed, want := range map[string][2]bool{"": {false, false}, "1": {true, false}, "mysql": {true, false}, "mysql, kafka": {true, true}, "kafka": {false, true}} {
		t.Setenv(envRequire, listed)
		require.Equal(t, want, [2]bool{required("mysql"), required("kafka")}, "%q", listed)
	}
}
