package bus

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
	"tradewire/pipelines/store"
)

// Every test runs on SQLite and on MySQL.
func TestMain(m *testing.M) { os.Exit(services.OnBothEngines(m)) }

// storeAt is the store at a path, or in the database that stands for the path.
func storeAt(t testing.TB, path string) store.Options {
	t.Helper()
	if services.Engine() == services.MySQL {
		return store.Options{MySQL: services.DatabaseAt(t, path).DSN, Lease: time.Second}
	}
	return store.Options{Path: path}
}

// asleep has every process that works on the store taken for dead: it was not heard of for longer than its leases last.
func asleep(t *testing.T, path string) {
	t.Helper()
	if services.Engine() == services.MySQL {
		_, err := services.DatabaseAt(t, path).DB.Exec("UPDATE lease SET until_at = 0")
		require.NoError(t, err)
	}
}
