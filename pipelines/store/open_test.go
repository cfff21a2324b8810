package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
)

func newStore(t *testing.T) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "store.db"))
}

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), at(t, path))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestWhatWasStoredIsThereAfterReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "100% of it? yes #1.db")
	s, err := Open(t.Context(), at(t, path))
	require.NoError(t, err)
	require.NoError(t, s.Publish(t.Context(), "changes", Outgoing{UUID: "one"}))
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "closing twice is no fault")

	if services.Engine() == services.SQLite {
		require.FileExists(t, path)
	}
	messages, err := openAt(t, path).Queue(t.Context(), "changes", 0, 0, 10)
	require.NoError(t, err)
	require.Len(t, messages, 1)
}

func TestEveryConnectionHasTheSettingsThatPowerLossAsksFor(t *testing.T) {
	onFilesOnly(t)
	s := newStore(t)
	for setting, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		require.NoError(t, s.write.Get(&got, "PRAGMA "+setting))
		assert.Equal(t, want, got, setting)
	}
	_, err := s.read.Exec(`DELETE FROM queue`)
	require.Error(t, err, "the pool beside the writer only reads")
}

func TestAStoreThatCannotBeOpenedSaysWhyInOneSentence(t *testing.T) {
	for name, c := range map[string]struct {
		prepare  func(t *testing.T, path string)
		file     bool // only a file can be like that
		readOnly bool
		want     string
	}{
		"a folder in its place": {
			file:    true,
			prepare: func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o700)) },
			want:    "this is a folder, not a file",
		},
		"no folder around it": {
			file:    true,
			prepare: func(t *testing.T, path string) { require.NoError(t, os.Remove(filepath.Dir(path))) },
			want:    "does not exist (create it",
		},
		"a file that is no database": {
			file: true,
			prepare: func(t *testing.T, path string) {
				require.NoError(t, os.WriteFile(path, []byte("order;customer;amount\n1001;Wing Lee;50,000\n"), 0o600))
			},
			want: "this file is not a database",
		},
		"somebody else's database": {
			prepare: func(t *testing.T, path string) { run(t, path, `CREATE TABLE customers (id INTEGER)`) },
			want:    "this database belongs to something else",
		},
		"somebody else's database, to look at": {
			prepare:  func(t *testing.T, path string) { run(t, path, `CREATE TABLE customers (id INTEGER)`) },
			readOnly: true,
			want:     "this database belongs to something else",
		},
		"a lock of another program": {
			file:    true,
			prepare: func(t *testing.T, path string) { hold(t, path) },
			want:    "another program holds the store's file",
		},
		"a newer version's tables": {
			prepare: func(t *testing.T, path string) {
				migrated(t, path)
				run(t, path, `INSERT INTO schema_version (version, name, at) VALUES (99999, 'later', '')`)
			},
			want: "this store was made by a newer version of tradewire",
		},
		"an older version's tables, to look at": {
			prepare: func(t *testing.T, path string) {
				migrated(t, path)
				run(t, path, `DELETE FROM schema_version WHERE version = 2`)
			},
			readOnly: true,
			want:     "this store was made by an older version of tradewire",
		},
		"nothing to look at": {
			prepare:  func(*testing.T, string) {},
			readOnly: true,
			want:     "there is no store yet",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.file {
				onFilesOnly(t)
			}
			path := filepath.Join(t.TempDir(), "house", "store.db")
			require.NoError(t, os.Mkdir(filepath.Dir(path), 0o700))
			c.prepare(t, path)
			o := at(t, path)
			o.ReadOnly, o.patience = c.readOnly, 50*time.Millisecond
			_, err := Open(t.Context(), o)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, o.place())
		})
	}
}

func TestAStoreForLookingOnlySeesWhatTheWriterCommitsAndWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	writer := openAt(t, path)
	o := at(t, path)
	o.ReadOnly = true
	look, err := Open(t.Context(), o)
	require.NoError(t, err)
	defer look.Close()

	require.NoError(t, writer.Publish(t.Context(), "changes", Outgoing{UUID: "one"}))
	lag, err := look.Lag(t.Context(), "decision", "changes")
	require.NoError(t, err)
	require.EqualValues(t, 1, lag)
	require.ErrorIs(t, look.Publish(t.Context(), "changes", Outgoing{}), errReadOnly)
	require.ErrorIs(t, look.transact(t.Context(), nil), errReadOnly)
}

func TestManyThatOpenANewStoreAtOnceAllFindItReady(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			s, err := Open(context.Background(), at(t, path))
			if assert.NoError(t, err) {
				assert.NoError(t, s.Close())
			}
		})
	}
	all.Wait()
}

func TestOnlyOneInstanceHoldsTheLock(t *testing.T) {
	onFilesOnly(t)
	path := filepath.Join(t.TempDir(), "store.db")
	release, err := Lock(path)
	require.NoError(t, err)
	_, err = Lock(path)
	require.ErrorIs(t, err, ErrInUse)
	require.ErrorContains(t, err, "another tradewire is running on this store")

	require.NoError(t, release())
	release, err = Lock(path)
	require.NoError(t, err)
	require.NoError(t, release())
}

func migrated(t *testing.T, path string) {
	s, err := Open(t.Context(), at(t, path))
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func run(t *testing.T, path, statement string) {
	if services.Engine() == services.MySQL {
		_, err := services.DatabaseAt(t, path).DB.Exec(statement)
		require.NoError(t, err)
		return
	}
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.Exec(statement)
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

// hold keeps the file locked until the test ends.
func hold(t *testing.T, path string) {
	db, err := sql.Open("sqlite", path+"?_txlock=exclusive")
	require.NoError(t, err)
	tx, err := db.Begin()
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, tx.Rollback())
		require.NoError(t, db.Close())
	})
}
