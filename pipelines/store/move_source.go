package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
)

// moveSource is the file that is moved. It is only read.
type moveSource struct {
	db     *sqlx.DB
	conn   *sqlx.Conn
	stood  int64       // rises when another program writes
	tx     *sqlx.Tx    // one picture of the whole file
	tables []moveTable //
	steps  []migration // that the file has seen: the database is made by the same ones, and brought up to date when it is opened
}

var errNoFile = errors.New("there is no such file (let store.path name the one that tradewire has run on)")

func openSource(ctx context.Context, o Options) (*moveSource, error) {
	o.ReadOnly = true
	if err := usable(o); errors.Is(err, errNone) {
		return nil, errNoFile
	} else if err != nil {
		return nil, err
	}
	registerOnce()
	db, err := sqlx.ConnectContext(ctx, driverName, fileDSN(o, "mode", "ro", "_query_only", "on"))
	if err != nil {
		return nil, err
	}
	return &moveSource{db: db}, nil
}

// begin takes the picture.
func (f *moveSource) begin(ctx context.Context) (err error) {
	if f.conn, err = f.db.Connx(ctx); err != nil {
		return err
	}
	if f.stood, err = f.stands(ctx); err != nil {
		return err
	}
	if f.tx, err = f.conn.BeginTxx(ctx, nil); err != nil {
		return err
	}
	var seen []int
	err = f.tx.SelectContext(ctx, &seen, `SELECT version FROM schema_version`)
	if err != nil && sqliteDialect.undefined(err) {
		return errForeign
	}
	if err != nil {
		return err
	}
	f.steps = slices.DeleteFunc(migrations(), func(m migration) bool { return !slices.Contains(seen, m.version) })
	f.tables = moveTables(f.steps)
	return refused(seen, migrations())
}

func (f *moveSource) stands(ctx context.Context) (version int64, err error) {
	return version, f.conn.GetContext(ctx, &version, `PRAGMA data_version`)
}

// changed ends the picture and says whether another program has written meanwhile.
func (f *moveSource) changed(ctx context.Context) (bool, error) {
	if err := f.tx.Rollback(); err != nil {
		return false, err
	}
	stands, err := f.stands(ctx)
	return stands != f.stood, err
}

func (f *moveSource) close() {
	if f.tx != nil {
		_ = f.tx.Rollback() // nothing was written
	}
	if f.conn != nil {
		_ = f.conn.Close()
	}
	_ = f.db.Close()
}

// read reads a table's rows, all or those behind one.
func (f *moveSource) read(ctx context.Context, t moveTable, behind moveRow) (*rowReader, error) {
	if behind == nil {
		return t.read(ctx, f.tx, t.in(t.only))
	}
	var key []any
	for _, at := range t.keyAt() {
		key = append(key, behind[at].value(t.columns[at].word))
	}
	return t.read(ctx, f.tx, t.in(t.only, t.behind()), key...)
}

// lastNumber is the highest that a table's key has ever had.
func (f *moveSource) lastNumber(ctx context.Context, t moveTable) (last int64, err error) {
	return last, f.tx.GetContext(ctx, &last, `SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = ?`, t.name)
}

// noteBeside is the file that says where a store has gone. The store's own file is not touched.
func noteBeside(path string) string { return path + ".moved" }

// goneTo is what the note says, and whether there is one.
func goneTo(path string) (place string, gone bool, err error) {
	note, err := os.ReadFile(noteBeside(path))
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	return strings.TrimSpace(string(note)), true, err
}

// notMoved refuses to write a file whose store lives elsewhere: two that go on from one point do everything twice.
func notMoved(o Options) error {
	place, gone, err := goneTo(o.Path)
	if o.MySQL != "" || o.ReadOnly || err != nil || !gone {
		return err
	}
	return fmt.Errorf("this store was moved into %s (let store.dsn name that database; to go back to the file and lose what was done since, delete %s)",
		place, noteBeside(o.Path))
}

// forgotten refuses to begin anew in an empty database beside a file that tradewire has run on: everything would be read and
// done a second time.
func (s *Store) forgotten(ctx context.Context, o Options) error {
	var tables []string
	if err := s.read.SelectContext(ctx, &tables, s.dialect.tables); err != nil || len(tables) > 0 {
		return err
	}
	if _, err := os.Stat(o.Path); err != nil {
		return nil
	}
	return fmt.Errorf("this database is empty, and the store in %s was not moved into it (tradewire migrate moves it; to begin anew instead, and do everything a second time, take the file away)", o.Path)
}
