package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Move is a store on its way from its file into a database: what there is to move, or what was moved.
type Move struct {
	State  MoveState
	Tables []MovedTable
	Unfit  []Unfit // what the database would not take, at most a hundred; nothing is moved while there is any
	Broken int64   // after a move: the first event of the audit log that does not fit, as in the file; 0: all fit
}

// MovedTable is the part of a table that moves.
type MovedTable struct {
	Name  string
	Rows  int64
	Bytes int64  // of its values
	Hash  string // of all rows in the order of their key
}

// Unfit is a value that the file has and the database would not take.
type Unfit struct {
	Table, Key, Column string
	Why                string
}

// MoveStep is what a move is doing now.
type MoveStep struct {
	Doing string // reading, copying, comparing
	Table string
	Rows  int64 // of the table, so far
	Of    int64 // rows that the table has; 0 while that is not known
}

// mover moves a store.
type mover struct {
	from *moveSource
	into *Store
	path string // of the file
	to   string // the database, for people
	tell func(MoveStep)
	rows map[string]int64 // of each table of the file, once they were counted

	rowsAtOnce  int   // in one INSERT
	bytesAtOnce int64 // in one INSERT, unless one row is larger
	packet      int64 // the most that the server takes at once
}

// PlanMove says what RunMove would do. It changes nothing, and may be asked while an instance runs on the file.
func PlanMove(ctx context.Context, from, into Options, tell func(MoveStep)) (Move, error) {
	m, err := newMover(ctx, from, into, tell)
	if err != nil {
		return Move{}, m.about(ctx, err)
	}
	defer m.close()
	plan, _, err := m.plan(ctx)
	return plan, m.about(ctx, err)
}

// RunMove moves the store of a file into a database: it copies every table, compares both sides as they are read, and only
// then lets the database be opened. Interrupted at any point it goes on when it is called again. The file is only read, by
// nobody else meanwhile; at the end a note beside it keeps it from being written. Unfit values stop it before anything is
// copied, and are in the Move.
func RunMove(ctx context.Context, from, into Options, tell func(MoveStep)) (Move, error) {
	m, err := newMover(ctx, from, into, tell)
	if err != nil {
		return Move{}, m.about(ctx, err)
	}
	defer m.close()
	moved, err := m.run(ctx)
	return moved, m.about(ctx, err)
}

func newMover(ctx context.Context, from, into Options, tell func(MoveStep)) (m *mover, err error) {
	for _, o := range []*Options{&from, &into} {
		if o.Now == nil {
			o.Now = time.Now
		}
		if o.patience == 0 {
			o.patience = 10 * time.Second
		}
	}
	m = &mover{path: from.Path, to: into.place(), tell: tell, rows: map[string]int64{}, rowsAtOnce: 500, bytesAtOnce: 1 << 20}
	if m.tell == nil {
		m.tell = func(MoveStep) {}
	}
	if m.from, err = openSource(ctx, from); err != nil {
		return m, err
	}
	if m.into, err = reachTarget(ctx, into); err == nil {
		err = m.into.read.GetContext(ctx, &m.packet, `SELECT @@max_allowed_packet`)
	}
	if err != nil {
		m.close()
	}
	return m, err
}

func (m *mover) close() {
	if m.from != nil {
		m.from.close()
	}
	if m.into != nil {
		_ = m.into.disconnect()
	}
}

// about says of an error what it was about, and of one that came of the end of ctx that it did.
func (m *mover) about(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, said := errors.AsType[*fault](err); !said {
		err = explainMySQL(explainSQLite(err))
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return fmt.Errorf("move the store %s into %s: %w", m.path, m.to, err)
}

// plan reads the whole file and says what there is to move. The mark names this very move: what is in the file, and so where
// it came from and how far it has come.
func (m *mover) plan(ctx context.Context) (plan Move, mark string, err error) {
	state, found, err := m.into.moveState(ctx)
	if err != nil {
		return plan, "", err
	}
	plan.State = state
	place, gone, err := goneTo(m.path)
	switch {
	case err != nil:
		return plan, "", err
	case state == MoveIsDone && gone && strings.HasPrefix(place, m.to+" on "):
		return plan, "", nil
	case state == MoveIsDone:
		return plan, "", errTaken
	case state == MoveBegins && gone:
		return plan, "", notMoved(Options{Path: m.path})
	}
	if err := m.from.begin(ctx); err != nil {
		return plan, "", err
	}
	if plan.Tables, plan.Unfit, err = m.survey(ctx); err != nil {
		return plan, "", err
	}
	mark = markOf(plan.Tables)
	if state == MoveGoesOn && found != mark {
		return plan, "", errOtherMove
	}
	return plan, mark, nil
}

func markOf(tables []MovedTable) string {
	sum := sha256.New()
	for _, t := range tables {
		fmt.Fprintf(sum, "%s %d %s\n", t.Name, t.Rows, t.Hash)
	}
	return "move of " + hex.EncodeToString(sum.Sum(nil))
}

// ErrDoesNotFit says that the file has values that the database would not take.
var ErrDoesNotFit = errors.New("some values of the file do not fit into the database, and nothing was copied (correct them where they come from, or ask for help with this list)")

var errWritten = errors.New("another program has written into the file meanwhile (stop it; drop the database, create it anew and begin again)")

func (m *mover) run(ctx context.Context) (moved Move, err error) {
	release, err := Lock(m.path)
	if err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, release()) }()
	moved, mark, err := m.plan(ctx)
	switch {
	case err != nil || moved.State == MoveIsDone:
		return moved, err
	case len(moved.Unfit) > 0:
		return moved, ErrDoesNotFit
	}
	if err := m.into.found(ctx, mark, m.from.steps); err != nil {
		return moved, err
	}
	for _, t := range m.from.tables {
		if err := m.copy(ctx, t); err != nil {
			return moved, err
		}
	}
	if moved.Tables, err = m.compare(ctx); err != nil {
		return moved, err
	}
	if moved.Broken, err = m.into.VerifyAudit(ctx); err != nil {
		return moved, err
	}
	return moved, m.end(ctx)
}

// end closes the file and then opens the database: at no moment both may be written.
func (m *mover) end(ctx context.Context) error {
	written, err := m.from.changed(ctx)
	if err != nil {
		return err
	}
	if written {
		return errWritten
	}
	note := fmt.Sprintf("%s on %s\n", m.to, m.into.now().UTC().Format(time.DateTime+" UTC"))
	if err := os.WriteFile(noteBeside(m.path), []byte(note), 0o600); err != nil {
		return err
	}
	return m.into.endMove(ctx)
}
