package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// Copy makes a copy of a store in a new file, as it stands at one moment, and may be asked while instances run on the store. It reads
// and locks nobody out.
func Copy(ctx context.Context, from Options, path string) error {
	from.ReadOnly = true
	s, err := Open(ctx, from)
	if err != nil {
		return err
	}
	defer s.Close()
	if from.MySQL == "" {
		err = copyFile(ctx, from, path)
	} else {
		err = s.copyInto(ctx, path)
	}
	if err == nil {
		err = tellAll(ctx, path)
	}
	if err != nil {
		return fmt.Errorf("copy the store %s into %s: %w", from.place(), path, s.explain(err))
	}
	return nil
}

// tellAll queues in a copy whatever waits for its decision, in the order in which it came: its messages may be with a broker.
func tellAll(ctx context.Context, path string) (err error) {
	s, err := Open(ctx, Options{Path: path})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if _, err := s.write.ExecContext(ctx, `DELETE FROM queue`); err != nil {
		return err
	}
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	const most = 1000
	for last, told := int64(0), most; told == most; {
		if told, last, err = s.TellAgain(ctx, last, now.Change, most); err != nil {
			return err
		}
	}
	return nil
}

// copyFile copies a file on a session of its own: to one that may only query SQLite refuses even this.
func copyFile(ctx context.Context, from Options, path string) error {
	if from.patience == 0 {
		from.patience = 10 * time.Second
	}
	db, err := sqlx.ConnectContext(ctx, driverName, fileDSN(from, "mode", "ro"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, path)
	return errors.Join(err, db.Close())
}

// copyInto copies the tables of a shared store, which a move carries the other way.
func (s *Store) copyInto(ctx context.Context, path string) (err error) {
	into, err := Open(ctx, Options{Path: path})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, into.Close()) }()
	picture, err := s.read.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = picture.Rollback() }() // nothing was written
	for _, t := range moveTables(migrations()) {
		if err := into.adopt(ctx, t, picture); err != nil {
			return err
		}
	}
	// Messages that everybody has passed were left behind: those to come are numbered after them all the same, or nobody would read them.
	_, err = into.write.ExecContext(ctx, `INSERT INTO sqlite_sequence (name, seq) SELECT 'queue', COALESCE(MAX(off), 0) FROM progress`)
	if err == nil {
		_, err = into.write.ExecContext(ctx, `DELETE FROM sqlite_sequence WHERE name = 'queue' AND seq < (SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'queue')`)
	}
	return err
}

// mostCopied bounds the values of one INSERT of a copy.
const mostCopied = 10_000

func (s *Store) adopt(ctx context.Context, t moveTable, from asks) error {
	r, err := t.read(ctx, from, t.in(t.only))
	if err != nil {
		return err
	}
	defer r.close()
	var rows []moveRow
	for {
		there, err := r.next()
		if err != nil {
			return err
		}
		if there {
			rows = append(rows, r.row.clone())
		}
		if len(rows) > 0 && (!there || (len(rows)+1)*len(t.columns) > mostCopied) {
			if err := s.insert(ctx, t, rows); err != nil {
				return err
			}
			rows = nil
		}
		if !there {
			return nil
		}
	}
}
