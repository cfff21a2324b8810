package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
)

// A migration is one step of the tables, forward only. It is never edited once it has been released: a correction is
// a further step.
type migration struct {
	version int
	name    string
	sql     string // statements separated by ";\n"; words in braces stand for the dialect's types
}

// baseMigrations are the queue and its progress; the chapters of the store add theirs in chapterMigrations.
var baseMigrations = []migration{
	{1, "queue", queueTables},
	{2, "progress", progressTables},
}

const versionTable = `
CREATE TABLE IF NOT EXISTS schema_version (
	version BIGINT       NOT NULL PRIMARY KEY,
	name    VARCHAR(190) NOT NULL,
	at      VARCHAR(40)  NOT NULL
)`

func migrations() []migration {
	all := slices.Concat(baseMigrations, chapterMigrations, heldMigrations, ratedMigrations, accountAlarmMigrations)
	slices.SortFunc(all, func(a, b migration) int { return a.version - b.version })
	return all
}

var errNewer = errors.New("this store was made by a newer version of tradewire (run that version; a store is never taken back)")
var errOlder = errors.New("this store was made by an older version of tradewire (bring it up to date first: tradewire migrate --yes)")
var errNone = errors.New("there is no store yet (it is created by the first run)")
var errForeign = errors.New("this database belongs to something else (let store.path or store.dsn name one of its own; it was not touched)")

// Missing says that an error comes of there being no store yet.
func Missing(err error) bool { return errors.Is(err, errNone) }

// Outdated says that an error comes of a store that an older version has made.
func Outdated(err error) bool { return errors.Is(err, errOlder) }

// migrate runs the steps that the store has not seen, each in a transaction of its own. Two programs that start at the
// same moment wait for each other; the second finds the work done. Where a table cannot be unmade by ROLLBACK, a step that
// was interrupted is run again over what it had made.
func (s *Store) migrate(ctx context.Context, steps []migration) error {
	if err := s.ours(ctx); err != nil {
		return err
	}
	seen, err := s.versions(ctx, s.write)
	switch {
	case err != nil && s.dialect.undefined(err):
		err = s.commit(ctx, func(tx *txn) error { return s.beginVersions(ctx, tx) })
	case err == nil:
		err = refused(seen, steps)
	}
	if err != nil || len(seen) == len(steps) {
		return err // a user who may make no tables can work on one that has them all
	}
	for _, step := range steps {
		if err := s.commit(ctx, func(tx *txn) error { return s.take(ctx, tx, step) }); err != nil {
			return fmt.Errorf("migrate to %d (%s): %w", step.version, step.name, err)
		}
	}
	return nil
}

// ours refuses a database that has tables and none of ours: store.path may name the ERP's file by mistake.
func (s *Store) ours(ctx context.Context) error {
	var tables []string
	if err := s.write.SelectContext(ctx, &tables, s.dialect.tables); err != nil {
		return err
	}
	if len(tables) > 0 && !slices.Contains(tables, "schema_version") {
		return errForeign
	}
	return nil
}

// beginVersions makes the table of the steps that a store has seen.
func (s *Store) beginVersions(ctx context.Context, tx *txn) error {
	_, err := tx.ExecContext(ctx, versionTable+s.dialect.table)
	return err
}

// take runs one step unless the store has it.
func (s *Store) take(ctx context.Context, tx *txn, step migration) error {
	var seen int
	err := tx.GetContext(ctx, &seen, `SELECT COUNT(*) FROM schema_version WHERE version = ?`, step.version)
	if err != nil || seen > 0 {
		return err
	}
	for statement := range strings.SplitSeq(s.dialect.define(step.sql), ";\n") {
		statement = strings.TrimSpace(statement)
		if statement == "" {
			continue
		}
		if strings.HasPrefix(statement, "CREATE TABLE") {
			statement += s.dialect.table
		}
		if err := s.build(ctx, tx, statement); err != nil {
			return fmt.Errorf("%w in: %s", err, statement)
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO schema_version (version, name, at) VALUES (?, ?, ?)`,
		step.version, step.name, stamp(s.now()))
	return err
}

// build runs a statement of a step. That what it makes stands there already is no fault of the transaction: the step was
// interrupted, and goes on behind it.
func (s *Store) build(ctx context.Context, tx *txn, statement string) error {
	if _, err := tx.raw.ExecContext(ctx, statement); err != nil && !s.dialect.made(err) {
		return tx.faulted(err)
	}
	return nil
}

// upToDate says whether the store has exactly the steps this program knows.
func (s *Store) upToDate(ctx context.Context, steps []migration) error {
	seen, err := s.versions(ctx, s.read.DB)
	if err == nil {
		err = refused(seen, steps)
	}
	switch {
	case err != nil && s.dialect.undefined(err):
		return s.noneOrForeign(ctx)
	case err != nil:
		return err
	case len(seen) < len(steps):
		return errOlder
	}
	return nil
}

// noneOrForeign tells an empty database from somebody else's.
func (s *Store) noneOrForeign(ctx context.Context) error {
	var tables []string
	err := s.read.SelectContext(ctx, &tables, s.dialect.tables)
	if err == nil && len(tables) == 0 {
		return errNone
	}
	return errors.Join(err, errForeign)
}

func (s *Store) versions(ctx context.Context, db *sqlx.DB) ([]int, error) {
	var seen []int
	err := db.SelectContext(ctx, &seen, `SELECT version FROM schema_version`)
	return seen, err
}

// newer says whether the store has a step that this program does not know.
func newer(seen []int, steps []migration) bool {
	return slices.ContainsFunc(seen, func(version int) bool {
		return !slices.ContainsFunc(steps, func(m migration) bool { return m.version == version })
	})
}
