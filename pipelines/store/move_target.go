package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// movingHere is the version that stands in schema_version from before the first table until a move has ended. No program
// opens such a store: this one says why, and an older one takes it for a newer one's.
const movingHere = 0

var errMoving = errors.New("a move into this database was begun and has not ended (let it end, or finish it: tradewire migrate --yes)")
var errTaken = errors.New("this database holds a store already, and a move needs an empty one (let store.dsn name another; if this one was made by mistake, drop it and create it anew)")
var errOtherMove = errors.New("a move was begun into this database from another file, or from this one before it was run again (drop the database, create it anew and begin again)")

// refused says why a store that has seen these steps is not opened: a move into it has not ended, or it has a step that
// this program does not know.
func refused(seen []int, steps []migration) error {
	if slices.Contains(seen, movingHere) {
		return errMoving
	}
	if newer(seen, steps) {
		return errNewer
	}
	return nil
}

// reachTarget connects to the database that a store moves into. Nothing is made there.
func reachTarget(ctx context.Context, o Options) (*Store, error) {
	s := &Store{now: o.Now, dialect: mysqlDialect}
	err := s.reachMySQL(ctx, o)
	if err == nil {
		s.write = s.read.DB
		err = s.tableOptions(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.disconnect())
	}
	return s, nil
}

// MoveState is how far a move has come.
type MoveState string

// A move begins in an empty database, goes on where it was interrupted, or was made before.
const (
	MoveBegins MoveState = "begins"
	MoveGoesOn MoveState = "goes on"
	MoveIsDone MoveState = "is done"
)

// moveState says how far a move has come in this database, and the mark of one that goes on. What belongs to something else
// is refused.
func (s *Store) moveState(ctx context.Context) (state MoveState, mark string, err error) {
	var tables []string
	if err := s.read.SelectContext(ctx, &tables, s.dialect.tables); err != nil || len(tables) == 0 {
		return MoveBegins, "", err
	}
	if !slices.Contains(tables, "schema_version") {
		return "", "", errForeign
	}
	seen, err := s.versions(ctx, s.read.DB)
	switch {
	case err != nil:
		return "", "", err
	case len(seen) == 0 && len(tables) == 1:
		return MoveBegins, "", nil // interrupted before the mark was set
	case !slices.Contains(seen, movingHere):
		return MoveIsDone, "", nil
	}
	return MoveGoesOn, mark, s.read.GetContext(ctx, &mark, `SELECT name FROM schema_version WHERE version = ?`, movingHere)
}

// found marks the database as one that a store moves into, before anything else is made there, and makes the tables. An
// instance that starts at the same moment was here first, and the database is not empty, or waits and is refused.
func (s *Store) found(ctx context.Context, mark string, steps []migration) error {
	if err := s.alone(ctx, func() error { return s.mark(ctx, mark) }); err != nil {
		return err
	}
	for _, step := range steps {
		if err := s.commit(ctx, func(tx *txn) error { return s.take(ctx, tx, step) }); err != nil {
			return fmt.Errorf("make the tables of step %d (%s): %w", step.version, step.name, err)
		}
	}
	return nil
}

func (s *Store) mark(ctx context.Context, mark string) error {
	state, found, err := s.moveState(ctx)
	switch {
	case err != nil:
		return err
	case state == MoveIsDone:
		return errTaken
	case state == MoveGoesOn && found != mark:
		return errOtherMove
	case state == MoveGoesOn:
		return nil
	}
	return s.commit(ctx, func(tx *txn) error {
		if err := s.beginVersions(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO schema_version (version, name, at) VALUES (?, ?, ?)`, movingHere, mark, stamp(s.now()))
		return err
	})
}

// endMove lets others open the store.
func (s *Store) endMove(ctx context.Context) error {
	return s.commit(ctx, func(tx *txn) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM schema_version WHERE version = ?`, movingHere)
		return err
	})
}

// last is the row with the highest key that a table has here, nil when it is empty, and how many there are.
func (s *Store) last(ctx context.Context, t moveTable) (row moveRow, rows int64, err error) {
	r, err := t.read(ctx, s.read, t.lastIn())
	if err != nil {
		return nil, 0, err
	}
	defer r.close()
	if there, err := r.next(); err != nil || !there {
		return nil, 0, err
	}
	return r.row, rows, s.read.GetContext(ctx, &rows, fmt.Sprintf(`SELECT COUNT(*) FROM "%s"`, t.name))
}

// insert adds rows.
func (s *Store) insert(ctx context.Context, t moveTable, rows []moveRow) error {
	values := make([]any, 0, len(rows)*len(t.columns))
	for _, row := range rows {
		for i := range row {
			values = append(values, row[i].value(t.columns[i].word))
		}
	}
	one := ", (" + strings.Repeat(", ?", len(t.columns))[2:] + ")"
	_, err := s.write.ExecContext(ctx, fmt.Sprintf(`INSERT INTO "%s" (%s) VALUES %s`, t.name, quoted(t.names()),
		strings.Repeat(one, len(rows))[2:]), values...)
	if err != nil {
		return fmt.Errorf("write %d rows into table %s after key %s: %w", len(rows), t.name, t.keyOf(rows[0]), err)
	}
	return nil
}
