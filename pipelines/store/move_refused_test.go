package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
)

// does runs a statement in the database.
func (h *movingHouse) does(statement string, args ...any) {
	h.t.Helper()
	_, err := h.into.DB.Exec(statement, args...)
	require.NoError(h.t, err)
}

// interrupted moves until a table is copied, and no further.
func (h *movingHouse) interrupted(table string) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	defer cancel()
	_, err := h.move(ctx, func(s MoveStep) {
		if s.Doing == "copying" && s.Table == table {
			cancel()
		}
	})
	require.ErrorIs(h.t, err, context.Canceled)
}

func TestADatabaseThatIsNotEmptyIsRefusedUnlessItHoldsAPartOfThisMove(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(h *movingHouse)
		want    error
	}{
		"somebody else's tables": {func(h *movingHouse) { h.does(`CREATE TABLE customers (id INT)`) }, errForeign},
		"a store":                {func(h *movingHouse) { h.opened() }, errTaken},
		"a move of another file": {func(h *movingHouse) {
			h.interrupted("change")
			h.path = filepath.Join(h.t.TempDir(), "other.db")
			s, err := Open(h.t.Context(), h.from())
			require.NoError(h.t, err)
			require.NoError(h.t, s.Publish(h.t.Context(), "changes", Outgoing{UUID: "one"}))
			require.NoError(h.t, s.Close())
		}, errOtherMove},
		"a move of this file before it was run again": {func(h *movingHouse) {
			h.interrupted("change")
			h.write(`UPDATE progress SET generation = generation + 1`)
		}, errOtherMove},
	} {
		t.Run(name, func(t *testing.T) {
			h := newMovingHouse(t)
			h.write(`INSERT INTO progress (grp, topic, part, off, generation) VALUES ('decision', 'changes', 0, 1, 1)`)
			c.prepare(h)
			_, err := PlanMove(t.Context(), h.from(), h.to(), nil)
			require.ErrorIs(t, err, c.want)
			_, err = RunMove(t.Context(), h.from(), h.to(), nil)
			require.ErrorIs(t, err, c.want)
			require.NoFileExists(t, noteBeside(h.path))
		})
	}
}

func TestADatabaseInWhichOnlyTheFirstTableWasMadeIsEmpty(t *testing.T) {
	h := newMovingHouse(t)
	h.does(versionTable)
	_, err := h.move(t.Context(), nil)
	require.NoError(t, err)
}

func TestAFileThatAnInstanceWorksOnIsNotMoved(t *testing.T) {
	h := newMovingHouse(t)
	release, err := Lock(h.path)
	require.NoError(t, err)
	defer func() { require.NoError(t, release()) }()
	_, err = PlanMove(t.Context(), h.from(), h.to(), nil)
	require.NoError(t, err, "one may look")
	_, err = RunMove(t.Context(), h.from(), h.to(), nil)
	require.ErrorIs(t, err, ErrInUse)
	state, _, err := h.target().moveState(t.Context())
	require.NoError(t, err)
	require.Equal(t, MoveBegins, state)
}

func TestWhatIsWrittenIntoTheFileDuringAMoveStopsIt(t *testing.T) {
	h := newMovingHouse(t)
	h.fill(3, 5)
	told := false
	_, err := h.move(t.Context(), func(s MoveStep) {
		if s.Doing == "comparing" && !told {
			told = true
			h.write(`INSERT INTO series (name, last) VALUES ('late', 1)`)
		}
	})
	require.ErrorIs(t, err, errWritten)
	require.NoFileExists(t, noteBeside(h.path))
	_, err = Open(t.Context(), h.to())
	require.ErrorIs(t, err, errMoving)
}

func TestAFileThatIsNotThereOrIsNoStoreIsNamed(t *testing.T) {
	h := newMovingHouse(t)
	for name, want := range map[string]string{"none.db": "there is no such file", "text.db": "not a database", "theirs.db": "belongs to something else"} {
		h.path = filepath.Join(t.TempDir(), name)
		switch name {
		case "text.db":
			require.NoError(t, os.WriteFile(h.path, []byte(strings.Repeat("order;customer;amount\n", 100)), 0o600))
		case "theirs.db":
			theirs, err := sql.Open("sqlite", h.path)
			require.NoError(t, err)
			_, err = theirs.Exec(`CREATE TABLE customers (id INTEGER)`)
			require.NoError(t, err)
			require.NoError(t, theirs.Close())
		}
		_, err := RunMove(t.Context(), h.from(), h.to(), nil)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, h.path)
		_, err = PlanMove(t.Context(), h.from(), h.to(), nil)
		require.ErrorContains(t, err, want)
	}
	require.NoFileExists(t, filepath.Join(filepath.Dir(h.path), "none.db.lock"))
}

func TestAServerThatDoesNotAnswerIsAway(t *testing.T) {
	h := newMovingHouse(t)
	_, err := RunMove(t.Context(), h.from(), Options{MySQL: "root@tcp(127.0.0.1:1)/tradewire"}, nil)
	require.True(t, Away(err), "%v", err)
	require.ErrorContains(t, err, "tradewire at 127.0.0.1:1")
}

func TestAMovedFileIsOnlyReadUntilItsNoteIsDeleted(t *testing.T) {
	h := newMovingHouse(t)
	_, err := h.move(t.Context(), nil)
	require.NoError(t, err)
	_, err = Open(t.Context(), h.from())
	require.ErrorContains(t, err, "this store was moved into "+h.into.Name+" at ")
	require.ErrorContains(t, err, noteBeside(h.path))
	look, err := Open(t.Context(), Options{Path: h.path, ReadOnly: true})
	require.NoError(t, err)
	require.NoError(t, look.Close())
	other := services.NewDatabase(t)
	_, err = RunMove(t.Context(), h.from(), Options{MySQL: other.DSN}, nil)
	require.ErrorContains(t, err, "this store was moved into "+h.into.Name+" at ", "nor is it moved twice")

	require.NoError(t, os.Remove(noteBeside(h.path)))
	s, err := Open(t.Context(), h.from())
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func TestAMoveThatWasKilledBetweenItsNoteAndItsEndEnds(t *testing.T) {
	h := newMovingHouse(t)
	h.interrupted("audit")
	require.NoError(t, os.WriteFile(noteBeside(h.path), []byte("somewhere"), 0o600))
	moved, err := h.move(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, MoveGoesOn, moved.State)
	h.opened()
}

func TestADifferenceIsNamedByItsTableAndKey(t *testing.T) {
	for name, c := range map[string]struct{ do, want string }{
		"a changed value": {"UPDATE head SET revision = 8 WHERE doc_key = 'O2'", `table head: the row with the key "sales_order" "O2" has 8 in the column revision, and the file has 2`},
		"a missing row":   {"DELETE FROM head WHERE doc_key = 'O2'", `the row with the key "sales_order" "O2" is missing`},
		"the last row":    {"DELETE FROM head WHERE doc_key = 'O4'", `the row with the key "sales_order" "O4" is missing`},
		"one row more":    {"INSERT INTO head SELECT kind, 'O2b', revision, hash, origin, decided_at FROM head WHERE doc_key = 'O2'", `"sales_order" "O2b" is in the database alone`},
		"one at the end":  {"INSERT INTO head SELECT kind, 'O5', revision, hash, origin, decided_at FROM head WHERE doc_key = 'O2'", `"sales_order" "O5" is in the database alone`},
		"nothing":         {"UPDATE credit_account SET ceiling = NULL", `table credit_account: the row with the key "A" has NULL in the column ceiling, and the file has 0`},
		"a space more":    {"UPDATE head SET hash = 'h ' WHERE doc_key = 'O3'", `has "h " in the column hash, and the file has "h"`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newMovingHouse(t)
			for i := 1; i <= 4; i++ {
				h.write(`INSERT INTO head (kind, doc_key, revision, hash, origin, decided_at) VALUES ('sales_order', ?, ?, 'h', 0, '')`, fmt.Sprint("O", i), i)
			}
			h.write(`INSERT INTO credit_account (account, version, reserved, other, ceiling) VALUES ('A', 1, 1, 1, 0)`)
			done := false
			_, err := h.move(t.Context(), func(s MoveStep) {
				if s.Doing == "comparing" && !done {
					done = true
					h.does(c.do)
				}
			})
			require.ErrorIs(t, err, ErrDiffers)
			require.ErrorContains(t, err, c.want)
			require.NoFileExists(t, noteBeside(h.path))
		})
	}
}

func TestWhatTheDatabaseWouldNotTakeIsNamedBeforeAnythingIsCopied(t *testing.T) {
	h := newMovingHouse(t)
	long := strings.Repeat("字", 256)
	h.write(`INSERT INTO source_position (source, position, moved_at, set_no, set_open) VALUES (?, '', '', 0, 0)`, long[:3*121])
	h.write(`INSERT INTO source_position (source, position, moved_at, set_no, set_open) VALUES (?, '', '', 0, 0)`, long[:3*120])
	h.write(`INSERT INTO head (kind, doc_key, revision, hash, origin, decided_at) VALUES ('sales_order', ?, 1, '', 0, '')`, long)
	h.write(`INSERT INTO head (kind, doc_key, revision, hash, origin, decided_at) VALUES ('sales_order', ?, 1, '', 0, '')`, long[:3*255])
	h.write(`INSERT INTO series (name, last) VALUES ('spaces', 1), (?, 1)`, "x"+strings.Repeat(" ", 255))
	h.write(`INSERT INTO delivery (id, target, kind, doc_key, revision, state, due_at, attempts, hash, reference, reason, moved_at)
		VALUES (0, 'erp', 'k', 'd', 1, '', '', 0, '', ?, '', '')`, "\xff\xfe")
	want := []Unfit{
		{"source_position", fmt.Sprintf("%.80q", long[:3*121]), "source", "is 121 characters long, and 120 go in"},
		{"head", `"sales_order" ` + fmt.Sprintf("%.80q", long), "doc_key", "is 256 characters long, and 255 go in"},
		{"series", fmt.Sprintf("%.80q", "x"+strings.Repeat(" ", 255)), "name", "is 256 characters long, and 255 go in"},
		{"delivery", "0", "reference", "is not a text in UTF-8"},
		{"delivery", "0", "id", "is a number below 1"},
	}
	plan, err := PlanMove(t.Context(), h.from(), h.to(), nil)
	require.NoError(t, err)
	require.ElementsMatch(t, want, plan.Unfit)
	moved, err := RunMove(t.Context(), h.from(), h.to(), nil)
	require.ErrorIs(t, err, ErrDoesNotFit)
	require.Equal(t, plan.Unfit, moved.Unfit)
	state, _, err := h.target().moveState(t.Context())
	require.NoError(t, err)
	require.Equal(t, MoveBegins, state, "nothing was made")
}

func TestRowsAreAsLargeAsTheServerTakesAndNoLarger(t *testing.T) {
	h := newMovingHouse(t)
	const most = 1 << 20
	h.into = services.NewMySQLServer(t, fmt.Sprintf("--max-allowed-packet=%d", most)).Database(t)
	// Quotes double on their way, and a statement that does not fit for them is sent in another form.
	insert := func(name string, size int) {
		h.write(`INSERT INTO paper (doc_key, revision, name, media_type, hash, body, drawn_at) VALUES ('d', 1, ?, '', '', ?, '')`, name, []byte(strings.Repeat("'", size)))
	}
	for i := range 5 {
		insert(fmt.Sprint(i), 300<<10)
	}
	insert("large", most-roomAround-8-len("dlarge"))
	plan, err := PlanMove(t.Context(), h.from(), h.to(), nil)
	require.NoError(t, err)
	require.Empty(t, plan.Unfit)
	insert("too large", most-roomAround-10)
	plan, err = PlanMove(t.Context(), h.from(), h.to(), nil)
	require.NoError(t, err)
	require.Len(t, plan.Unfit, 1)
	require.Equal(t, `"d" 1 "too large"`, plan.Unfit[0].Key)
	require.Contains(t, plan.Unfit[0].Why, "raise max_allowed_packet")
	h.write(`DELETE FROM paper WHERE name = 'too large'`)
	_, err = RunMove(t.Context(), h.from(), h.to(), nil)
	require.NoError(t, err)
}
