package pipelines_test

import (
	"os"
	"testing"

	"tradewire/connectors/connectortest/services"
	"tradewire/pipelines/store"
)

// Every test runs on SQLite and on MySQL.
func TestMain(m *testing.M) { os.Exit(services.OnBothEngines(m)) }

// storeAt is the store at a path, or in the database that stands for the path.
func storeAt(t testing.TB, path string) store.Options {
	t.Helper()
	if services.Engine() == services.MySQL {
		return store.Options{MySQL: services.DatabaseAt(t, path).DSN}
	}
	return store.Options{Path: path}
}
