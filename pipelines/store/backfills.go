package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tradewire/connectors"
)

// Backfill is the initial load of one source, as it stands: everything that the source holds, page by page. Whoever reads the
// source carries it on, after a crash from where it stood: it moves in the transactions that take its pages in.
type Backfill struct {
	Source   string
	State    BackfillState
	Way      BackfillWay
	Position connectors.Position
	Pages    int    // that were taken in
	Chunk    int    // records of a page
	Rate     string // 200/m; empty: as fast as it goes
	Hours    string // 19:00-07:00; empty: at any time
	Total    int64  // records there were at its beginning; below zero: the source cannot tell
	News     int64  // records taken in that were not known as they are
	Same     int64  // known before as they are
	Broken   int64  // could not be read: dead letters
	Reserves bool   // the source is not read otherwise before the end: it has no position from which only news come
	Since    time.Time
	Moved    time.Time // the last page
	Due      time.Time // not before, for the rate
	Ended    time.Time
}

// Shown is how many records have been read.
func (b Backfill) Shown() int64 { return b.News + b.Same + b.Broken }

// BackfillState says whether a backfill goes on.
type BackfillState string

const (
	BackfillOpen     BackfillState = "open"
	BackfillPaused   BackfillState = "paused" // by a person, until it is begun again
	BackfillFinished BackfillState = "finished"
)

// BackfillWay is how the source is gone through.
type BackfillWay string

const (
	ByKey  BackfillWay = "key"  // the source can be walked by key
	ByPage BackfillWay = "page" // it is read as always, from the beginning, under a position of the backfill's own
)

// Step is one page of a backfill.
type Step struct {
	Pages int       // that were taken in before: who finds another number has been overtaken
	Due   time.Time // when the next page may be read
}

// ErrOvertaken says that a backfill was paused, begun again or carried on by another while its page was read. The page was not
// taken in.
var ErrOvertaken = errors.New("the backfill was paused, or carried on by another")

// moveBackfill moves the backfill in place of the source. (Invariant 1: here, with the changes.)
func (t *taking) moveBackfill(ctx context.Context, batch *connectors.Batch) error {
	step, state, ended := t.from.Backfill, BackfillOpen, time.Time{}
	if !batch.More {
		state, ended = BackfillFinished, t.now
	}
	result, err := t.tx.ExecContext(ctx, `
UPDATE backfill
   SET state = ?, position = ?, pages = pages + 1, news = news + ?, same = same + ?, broken = broken + ?, moved_at = ?, due_at = ?, ended_at = ?
 WHERE source = ? AND state = ? AND pages = ?`,
		state, string(batch.Next), t.taken.New, t.taken.Same+t.taken.Duplicate, t.taken.Broken, stamp(t.now), stamp(step.Due), stamp(ended),
		t.from.Source, BackfillOpen, step.Pages)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, ErrOvertaken)
	}
	if state != BackfillFinished {
		return nil
	}
	var b backfillRow
	if err := t.tx.GetContext(ctx, &b, `SELECT `+backfillColumns+` FROM backfill WHERE source = ?`, t.from.Source); err != nil {
		return err
	}
	if b.Way == ByPage && b.Reserves {
		return t.move(ctx, batch) // it was read as the source is: that goes on from here
	}
	return nil
}

const backfillColumns = `source, state, way, position, pages, chunk, rate, hours, total, news, same, broken, reserves, since, moved_at, due_at, ended_at`

type backfillRow struct {
	Source   string        `db:"source"`
	State    BackfillState `db:"state"`
	Way      BackfillWay   `db:"way"`
	Position string        `db:"position"`
	Pages    int           `db:"pages"`
	Chunk    int           `db:"chunk"`
	Rate     string        `db:"rate"`
	Hours    string        `db:"hours"`
	Total    int64         `db:"total"`
	News     int64         `db:"news"`
	Same     int64         `db:"same"`
	Broken   int64         `db:"broken"`
	Reserves bool          `db:"reserves"`
	Since    string        `db:"since"`
	Moved    string        `db:"moved_at"`
	Due      string        `db:"due_at"`
	Ended    string        `db:"ended_at"`
}

func (r backfillRow) backfill() Backfill {
	return Backfill{r.Source, r.State, r.Way, connectors.Position(r.Position), r.Pages, r.Chunk, r.Rate, r.Hours, r.Total, r.News, r.Same,
		r.Broken, r.Reserves, parseStamp(r.Since), parseStamp(r.Moved), parseStamp(r.Due), parseStamp(r.Ended)}
}

// Backfills are all there ever were, by source.
func (s *Store) Backfills(ctx context.Context) ([]Backfill, error) {
	var rows []backfillRow
	err := s.read.SelectContext(ctx, &rows, `SELECT `+backfillColumns+` FROM backfill ORDER BY source`)
	all := make([]Backfill, len(rows))
	for i, r := range rows {
		all[i] = r.backfill()
	}
	return all, err
}

// BackfillOf is the backfill of a source; there is false where there never was one.
func (s *Store) BackfillOf(ctx context.Context, source string) (b Backfill, there bool, err error) {
	var r backfillRow
	err = s.read.GetContext(ctx, &r, `SELECT `+backfillColumns+` FROM backfill WHERE source = ?`, source)
	if errors.Is(err, sql.ErrNoRows) {
		return b, false, nil
	}
	return r.backfill(), err == nil, err
}

// Reserved says that a source waits for the end of its backfill.
func (s *Store) Reserved(ctx context.Context, source string) (bool, error) {
	var n int
	err := s.read.GetContext(ctx, &n, `SELECT COUNT(*) FROM backfill WHERE source = ? AND reserves = 1 AND state <> ?`, source, BackfillFinished)
	return n > 0, err
}

// BeginBackfill notes a new backfill, or an earlier one of the source once more from the beginning. The mark is where the source
// stood before anything of the backfill was read: from there on it is read from now on, unless it has been read already. Without
// a mark the source is reserved until the end. (What changes meanwhile is news of the source, and not lost.)
func (s *Store) BeginBackfill(ctx context.Context, b Backfill, mark connectors.Position) error {
	err := s.transact(ctx, func(tx *txn) error {
		var stands int
		if err := tx.GetContext(ctx, &stands, `SELECT COUNT(*) FROM source_position WHERE source = ?`, b.Source); err != nil {
			return err
		}
		b.Reserves = stands == 0 && mark == ""
		if stands == 0 && mark != "" {
			if _, err := tx.ExecContext(ctx, `
INSERT INTO source_position (source, position, moved_at, set_no, set_open)
VALUES (?, ?, '', 0, 0)`, b.Source, string(mark)); err != nil {
				if s.dialect.taken(err) {
					err = fmt.Errorf("%w: %w", ErrMeanwhile, err)
				}
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `
INSERT INTO backfill (`+backfillColumns+`)
VALUES (?, ?, ?, '', 0, ?, ?, ?, ?, 0, 0, 0, ?, ?, '', '', '')`+s.dialect.upsert("source", "state", "way", "position", "pages", "chunk", "rate", "hours",
			"total", "news", "same", "broken", "reserves", "since", "moved_at", "due_at", "ended_at"),
			b.Source, BackfillOpen, b.Way, b.Chunk, b.Rate, b.Hours, b.Total, b.Reserves, stamp(s.now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("begin the backfill of %s: %w", b.Source, err)
	}
	return nil
}

// ResumeBackfill lets an unfinished backfill go on at this pace. It answers false where there is none.
func (s *Store) ResumeBackfill(ctx context.Context, b Backfill) (bool, error) {
	return s.turnBackfill(ctx, `
UPDATE backfill
   SET state = ?, chunk = ?, due_at = CASE rate WHEN ? THEN due_at ELSE '' END, rate = ?, hours = ?
 WHERE source = ? AND state <> ?`, BackfillOpen, b.Chunk, b.Rate, b.Rate, b.Hours, b.Source, BackfillFinished)
}

// PauseBackfill stops a backfill behind the page that is being taken in, until it is resumed. It answers false where none is open.
func (s *Store) PauseBackfill(ctx context.Context, source string) (bool, error) {
	return s.turnBackfill(ctx, `
UPDATE backfill
   SET state = ?
 WHERE source = ? AND state = ?`, BackfillPaused, source, BackfillOpen)
}

// AbandonBackfill forgets a backfill that is not finished. What it took in stays; its source is reserved no longer. It answers
// false where there is none.
func (s *Store) AbandonBackfill(ctx context.Context, source string) (bool, error) {
	return s.turnBackfill(ctx, `
DELETE FROM backfill
 WHERE source = ? AND state <> ?`, source, BackfillFinished)
}

func (s *Store) turnBackfill(ctx context.Context, update string, args ...any) (turned bool, err error) {
	err = s.transact(ctx, func(tx *txn) error {
		result, err := tx.ExecContext(ctx, update, args...)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		turned = n > 0
		return err
	})
	return turned, err
}
