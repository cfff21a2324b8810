package sim

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// stateSchema is the CRM's own database. The journal is the truth: every state that any record ever had, in order.
const stateSchema = `
CREATE TABLE world (
  edition INTEGER NOT NULL,
  seed    TEXT    NOT NULL,
  orders  INTEGER NOT NULL,
  start   TEXT    NOT NULL,
  step    INTEGER NOT NULL,
  clock   TEXT    NOT NULL,
  answers INTEGER NOT NULL DEFAULT 0 -- the last step of which people's answers were dropped
);
CREATE TABLE journal (
  seq      INTEGER PRIMARY KEY,
  kind     TEXT    NOT NULL,
  id       TEXT    NOT NULL,
  revision INTEGER NOT NULL,
  at       TEXT    NOT NULL,
  fault    TEXT    NOT NULL,
  body     BLOB    NOT NULL
);
CREATE INDEX journal_by_id ON journal (kind, id, seq);
CREATE TABLE hooks (
  id     TEXT    NOT NULL, -- the webhook-id; the same for all copies
  copy   INTEGER NOT NULL,
  seq    INTEGER NOT NULL, -- the line of the journal that it tells of
  due    INTEGER NOT NULL, -- the step
  place  INTEGER NOT NULL, -- within the step
  tries  INTEGER NOT NULL DEFAULT 0,
  answer INTEGER,          -- the last HTTP status; 0: no answer
  done   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (id, copy)
);
CREATE INDEX hooks_due ON hooks (done, due, place);
CREATE TABLE told (
  no   INTEGER PRIMARY KEY,
  id   TEXT NOT NULL,
  at   TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE requests (
  no   INTEGER PRIMARY KEY,
  key  TEXT NOT NULL UNIQUE,
  at   TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE standing (
  id   TEXT PRIMARY KEY, -- of the customer
  at   TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE voyages (
  dn_no TEXT PRIMARY KEY,
  step  INTEGER NOT NULL
);
CREATE TABLE papers (
  ord      TEXT    NOT NULL,
  id       INTEGER NOT NULL, -- of the despatch; 0: the order itself
  revision INTEGER NOT NULL, -- of the order
  despatch TEXT    NOT NULL,
  step     INTEGER NOT NULL, -- in which people found it
  PRIMARY KEY (ord, id)
) WITHOUT ROWID;`

// openDB opens one of the world's databases: one connection that waits for others, short transactions. The CRM's
// journal is synced before anyone is answered; the ERP's own clerks may lose their last minute in a power cut.
func openDB(path, synchronous string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(20000)&_pragma=journal_mode(WAL)&_pragma=synchronous("+synchronous+")&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// inTx runs one transaction: all of it or nothing.
func inTx(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	return transact(ctx, db, nil, do)
}

func transact(ctx context.Context, db *sql.DB, begin *sql.TxOptions, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, begin)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// found makes a database with its tables and first rows. It appears whole or not at all.
func found(path, synchronous, schema string, fill func(*sql.Tx) error) error {
	if err := os.Remove(path + ".new"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := openDB(path+".new", synchronous)
	if err != nil {
		return err
	}
	err = inTx(context.Background(), db, func(tx *sql.Tx) error {
		if _, err := tx.Exec(schema); err != nil {
			return err
		}
		return fill(tx)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return os.Rename(path+".new", path) // closing has folded the write-ahead log into the file
}

// foundState writes the CRM as it is when the story begins: customers and no orders.
func foundState(dir string, s *story) error {
	return found(filepath.Join(dir, stateFile), "FULL", stateSchema, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO world (edition, seed, orders, start, step, clock) VALUES (?, ?, ?, ?, 0, ?)`,
			edition, fmt.Sprint(s.opt.Seed), s.opt.Orders, stamp(s.opt.Start), stamp(s.opt.Start))
		if err != nil {
			return err
		}
		_, err = journal(tx, s.opt.Seed, 0, s.changes[0])
		return err
	})
}

// load reads where the world stands, and tells the story again from its options.
func (w *World) load() error {
	var (
		ed                 int
		seed, start, clock string
		opt                = Options{Dir: w.dir, ERP: w.place}
	)
	err := w.state.QueryRow(`SELECT edition, seed, orders, start, step, clock FROM world`).Scan(&ed, &seed, &opt.Orders, &start, &w.step, &clock)
	if err != nil {
		return fmt.Errorf("read %s: %w", stateFile, err)
	}
	if ed != edition {
		return fmt.Errorf("this world was begun under edition %d of the story, this program tells edition %d (make a new one)", ed, edition)
	}
	if _, err := fmt.Sscan(seed, &opt.Seed); err != nil {
		return fmt.Errorf("read seed %q: %w", seed, err)
	}
	if opt.Start, err = time.Parse(time.RFC3339Nano, start); err != nil {
		return err
	}
	if w.clock, err = time.Parse(time.RFC3339Nano, clock); err != nil {
		return err
	}
	if w.story == nil {
		w.story = tell(opt)
	}
	w.shelves = map[string]*shelf{"order": newShelf(), "customer": newShelf()}
	if err := w.loadStanding(); err != nil {
		return err
	}
	rows, err := w.state.Query(`SELECT seq, kind, id, body FROM journal ORDER BY seq`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e entry
		var kind string
		if err := rows.Scan(&e.seq, &kind, &e.id, &e.body); err != nil {
			return err
		}
		w.shelves[kind].add(e)
	}
	return rows.Err()
}

// journal appends changes and the webhooks that they call for, and answers with the lines written.
func journal(tx *sql.Tx, seed uint64, step int, changes []change) ([]entry, error) {
	var seq int64
	if err := tx.QueryRow(`SELECT COALESCE(MAX(seq), 0) FROM journal`).Scan(&seq); err != nil {
		return nil, err
	}
	write, err := tx.Prepare(`INSERT INTO journal (seq, kind, id, revision, at, fault, body) VALUES (?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return nil, err
	}
	defer write.Close()
	owe, err := tx.Prepare(`INSERT INTO hooks (id, copy, seq, due, place) VALUES (?, ?, ?, ?, ?)`)
	if err != nil {
		return nil, err
	}
	defer owe.Close()
	entries := make([]entry, 0, len(changes))
	for n, c := range changes {
		seq++
		if _, err := write.Exec(seq, c.kind, c.id, c.revision, stamp(c.at), c.fault, c.body); err != nil {
			return nil, err
		}
		entries = append(entries, entry{seq: seq, id: c.id, body: c.body})
		for k, call := range calls(c, step, n) {
			if _, err := owe.Exec(hookID(seed, c), k+1, seq, call.due, call.place); err != nil {
				return nil, err
			}
		}
	}
	return entries, nil
}
