package store

import (
	"os"
	"testing"
	"time"

	"tradewire/connectors/connectortest/services"
)

// Every test of the store runs on SQLite and on MySQL.
func TestMain(m *testing.M) { os.Exit(services.OnBothEngines(m)) }

// at is the store at a path, or the database that stands for the path.
func at(t testing.TB, path string) Options {
	t.Helper()
	if services.Engine() == services.MySQL {
		return Options{MySQL: services.DatabaseAt(t, path).DSN, again: time.Hour}
	}
	return Options{Path: path}
}

// onFilesOnly ends a test that is about a file.
func onFilesOnly(t *testing.T) {
	t.Helper()
	services.Only(t, services.SQLite, "it is about a file")
}
