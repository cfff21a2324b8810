package store

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
)

// statementsOf are the statements of a step, each by itself.
func statementsOf(step migration) (list []string) {
	for statement := range strings.SplitSeq(step.sql, ";\n") {
		if strings.TrimSpace(statement) != "" {
			list = append(list, statement)
		}
	}
	return list
}

// untilThe is a step that ends after so many statements, as it does when its program is killed there.
func untilThe(step migration, statements []string) migration {
	step.sql = strings.Join(append(statements[:len(statements):len(statements)], "INSERT INTO killed_here VALUES (1)"), ";\n")
	return step
}

// described are the tables of a store as the database tells them, and the steps that it has seen.
func described(t *testing.T, s *Store) (schema []string) {
	t.Helper()
	if !s.dialect.shared {
		require.NoError(t, s.read.Select(&schema, `SELECT COALESCE(sql, '') FROM sqlite_master ORDER BY type, name`))
	} else {
		var tables []string
		require.NoError(t, s.read.Select(&tables, s.dialect.tables+` ORDER BY 1`))
		for _, table := range tables {
			var name, made string
			require.NoError(t, s.read.QueryRowx(`SHOW CREATE TABLE "`+table+`"`).Scan(&name, &made))
			schema = append(schema, made)
		}
	}
	var seen []string
	require.NoError(t, s.read.Select(&seen, `SELECT name FROM schema_version ORDER BY version`))
	return append(schema, seen...)
}

// tableless is a connection to a place in which nothing was made yet.
func tableless(t *testing.T, path string) *Store {
	t.Helper()
	o := at(t, path)
	if o.MySQL != "" {
		s, err := reachTarget(t.Context(), o)
		require.NoError(t, err)
		s.now = time.Now
		return s
	}
	registerOnce()
	db, err := sqlx.Connect(driverName, fileDSN(o, "_txlock", "immediate"))
	require.NoError(t, err)
	return &Store{write: db, read: &reading{db, explainSQLite}, dialect: sqliteDialect, now: time.Now}
}

// A server cannot undo CREATE TABLE and ALTER TABLE: what stood there already was remembered as a fault of the transaction, and
// neither the next start nor a move could ever finish the step.
func TestAMigrationThatIsInterruptedAfterAnyOfItsStatementsIsFinishedByTheNextStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := tableless(t, path)
	for i, step := range migrations() {
		statements := statementsOf(step)
		for k := range statements {
			err := s.migrate(t.Context(), append(migrations()[:i:i], untilThe(step, statements[:k+1])))
			require.ErrorContains(t, err, "killed_here", "step %d after %d of %d statements", step.version, k+1, len(statements))
		}
		require.NoError(t, s.migrate(t.Context(), migrations()[:i+1]), "step %d", step.version)
	}
	require.Equal(t, described(t, newStore(t)), described(t, s))
	require.NoError(t, s.disconnect())
	require.NoError(t, openAt(t, path).Publish(t.Context(), "changes", Outgoing{UUID: "one"}))
}

func TestAStoreThatStandsHalfwayInItsLastStepIsOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := tableless(t, path)
	all := migrations()
	last := all[len(all)-1]
	require.NoError(t, s.migrate(t.Context(), all[:len(all)-1]))
	require.Error(t, s.migrate(t.Context(), append(all[:len(all)-1:len(all)-1], untilThe(last, statementsOf(last)[:1]))))
	require.NoError(t, s.disconnect())
	require.Equal(t, described(t, newStore(t)), described(t, openAt(t, path)))
}

func TestAMoveThatIsInterruptedWhileItMakesTheTablesGoesOn(t *testing.T) {
	h := newMovingHouse(t)
	m, err := newMover(t.Context(), h.from(), h.to(), nil)
	require.NoError(t, err)
	_, mark, err := m.plan(t.Context())
	require.NoError(t, err)
	steps := m.from.steps
	last := steps[len(steps)-1]
	err = m.into.found(t.Context(), mark, append(steps[:len(steps)-1:len(steps)-1], untilThe(last, statementsOf(last)[:1])))
	require.ErrorContains(t, err, "killed_here")
	m.close()
	_, err = h.move(t.Context(), nil)
	require.NoError(t, err)
	h.opened()
}

func TestAStepThatFailsForAnotherReasonIsToldAndLeavesNoWordOfItself(t *testing.T) {
	s := newStore(t)
	bad := migration{99, "bad", "CREATE TABLE extra (id {int});\nINSERT INTO extra VALUES ('x', 'y')"}
	require.ErrorContains(t, s.migrate(t.Context(), append(migrations(), bad)), "in: INSERT INTO extra")
	seen, err := s.versions(t.Context(), s.write)
	require.NoError(t, err)
	require.NotContains(t, seen, 99)
	require.NoError(t, s.upToDate(t.Context(), migrations()))
}

// Every start said CREATE TABLE IF NOT EXISTS, which a server refuses whoever may not CREATE, though there is nothing to make.
func TestAUserWhoMayMakeNoTablesWorksOnAStoreThatHasThemAll(t *testing.T) {
	services.Only(t, services.MySQL, "a file has no users")
	server := services.NewMySQLServer(t)
	d := server.Database(t)
	do := func(statement string) {
		t.Helper()
		_, err := d.DB.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	do("CREATE USER clerk@'%' IDENTIFIED BY 'right'; GRANT SELECT, INSERT, UPDATE, DELETE ON " + d.Name + ".* TO clerk@'%'")
	as := func(user, password string) Options {
		return Options{MySQL: user + "@tcp(" + d.Config.Addr + ")/" + d.Name, Password: func() (string, error) { return password, nil }}
	}
	_, err := Open(t.Context(), as("clerk", "right"))
	require.ErrorContains(t, err, "the store's server refuses this user")
	_, changes := examined(t, as("clerk", "right"))
	says(t, changes, "bad: the user may not CREATE, ALTER, INDEX in "+d.Name, "GRANT CREATE, ALTER, INDEX")

	s, err := Open(t.Context(), as("root", ""))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, changes = examined(t, as("clerk", "right"))
	says(t, changes, "warn: the user may not CREATE, ALTER, INDEX in "+d.Name, "GRANT CREATE, ALTER, INDEX")
	s, err = Open(t.Context(), as("clerk", "right"))
	require.NoError(t, err, "doctor only warns of it")
	require.NoError(t, s.Publish(t.Context(), "changes", Outgoing{UUID: "one"}))
	require.NoError(t, s.Close())

	do(fmt.Sprintf("DELETE FROM schema_version WHERE version = %d", heldMigrations[0].version)) // it makes a table
	_, err = Open(t.Context(), as("clerk", "right"))
	require.ErrorContains(t, err, "the store's server refuses this user")
	_, changes = examined(t, as("clerk", "right"))
	says(t, changes, "bad: the user may not CREATE, ALTER, INDEX in "+d.Name, "GRANT CREATE, ALTER, INDEX")
	s, err = Open(t.Context(), as("root", ""))
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func TestAStoreWhoseFirstStartWasInterruptedCanBeExamined(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := tableless(t, path)
	require.NoError(t, s.migrate(t.Context(), migrations()[:3]))
	require.NoError(t, s.disconnect())
	_, changes := examined(t, at(t, path))
	says(t, changes, "warn: this store was made by an older version", "tradewire migrate --yes")
}
