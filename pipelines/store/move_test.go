package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
)

// movingHouse is a file with a store and an empty database that it moves into.
type movingHouse struct {
	t    *testing.T
	path string
	file *sql.DB // a look at the file that is not ours, and a hand in it
	into *services.Database
}

// newMovingHouse makes both. The tests of a move run once: they need both engines at the same time.
func newMovingHouse(t *testing.T) *movingHouse {
	t.Helper()
	services.Only(t, services.MySQL, "it is moved from a file into a server, whichever engine is on")
	h := &movingHouse{t: t, path: filepath.Join(t.TempDir(), "store.db"), into: services.NewDatabase(t)}
	s, err := Open(t.Context(), h.from())
	require.NoError(t, err)
	require.NoError(t, s.Close())
	h.file, err = sql.Open("sqlite", h.path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.file.Close()) })
	return h
}

func (h *movingHouse) from() Options { return Options{Path: h.path} }

func (h *movingHouse) to() Options { return Options{MySQL: h.into.DSN} }

// opened is the store that has moved.
func (h *movingHouse) opened() *Store {
	h.t.Helper()
	s, err := Open(h.t.Context(), h.to())
	require.NoError(h.t, err)
	h.t.Cleanup(func() { require.NoError(h.t, s.Close()) })
	return s
}

// target looks at the database as a move does.
func (h *movingHouse) target() *Store {
	h.t.Helper()
	s, err := reachTarget(h.t.Context(), h.to())
	require.NoError(h.t, err)
	h.t.Cleanup(func() { require.NoError(h.t, s.disconnect()) })
	return s
}

// write does something to the file.
func (h *movingHouse) write(statement string, args ...any) {
	h.t.Helper()
	_, err := h.file.Exec(statement, args...)
	require.NoError(h.t, err)
}

// move moves in small bites.
func (h *movingHouse) move(ctx context.Context, tell func(MoveStep)) (Move, error) {
	m, err := newMover(ctx, h.from(), h.to(), tell)
	require.NoError(h.t, err)
	defer m.close()
	m.rowsAtOnce = 3
	moved, err := m.run(ctx)
	return moved, m.about(ctx, err)
}

// fill puts rows into every table: texts of all sorts, numbers of all sizes, nothing where that is allowed.
func (h *movingHouse) fill(seed uint64, rows int) {
	h.t.Helper()
	chance := rand.New(rand.NewPCG(seed, 1)) // #nosec G404
	tx, err := h.file.Begin()
	require.NoError(h.t, err)
	defer func() { require.NoError(h.t, tx.Commit()) }()
	for _, table := range moveTables(migrations()) {
		for range rows {
			values := make([]any, len(table.columns))
			for i, c := range table.columns {
				values[i] = anyValue(chance, table, c)
			}
			_, err := tx.Exec(fmt.Sprintf(`INSERT OR IGNORE INTO "%s" (%s) VALUES (%s)`, table.name, quoted(table.names()),
				strings.Repeat(", ?", len(values))[2:]), values...)
			require.NoError(h.t, err, table.name)
		}
	}
}

// letters are such as are easily lost or put into another order: of two, three and four bytes, of two cases, with a space at
// the end, and those that SQL writes in another way.
var letters = []string{"a", "A", "b", " ", "\x00", "'", `\`, `"`, "\n", "?", "é", "中", "～", "\uffff", "😀", "𠮷", "0"}

func anyValue(chance *rand.Rand, t moveTable, c moveColumn) any {
	isKey := slices.Contains(t.key, c.name)
	switch {
	case !c.must && chance.IntN(4) == 0 && !isKey:
		return nil
	case t.numbers && isKey:
		return 1 + chance.Int64N(1<<40)
	case c.word == "int" && chance.IntN(2) == 0:
		return chance.Int64() - chance.Int64()
	case c.word == "int":
		return chance.Int64N(3)
	case c.word == "bytes":
		raw := make([]byte, chance.IntN(40))
		for i := range raw {
			raw[i] = byte(chance.Uint32())
		}
		return raw
	}
	var text strings.Builder
	for range chance.IntN(8) {
		text.WriteString(letters[chance.IntN(len(letters))])
	}
	return text.String()
}

// sums are the hashes of the file and of what SQLite has written ahead beside it.
func (h *movingHouse) sums() (sums []string) {
	h.t.Helper()
	for _, name := range []string{h.path, h.path + "-wal"} {
		body, err := os.ReadFile(name)
		if !os.IsNotExist(err) {
			require.NoError(h.t, err)
		}
		sums = append(sums, fmt.Sprintf("%x", sha256.Sum256(body)))
	}
	return sums
}

func TestAMoveCarriesEveryTableAndColumnThatTheMigrationsMake(t *testing.T) {
	s := newStore(t)
	var there []string
	require.NoError(t, s.read.Select(&there, s.dialect.tables))
	there = slices.DeleteFunc(there, func(name string) bool { return strings.HasPrefix(name, "sqlite_") })
	// A table that a later migration makes stands here when somebody has thought of what a move does with it.
	moved := []string{"source_position", "seen", "change", "head", "revision", "series", "delivery", "pause", "lease", "dead_letter",
		"paper", "credit_account", "audit", "alarm", "queue", "progress", "backfill", "held", "rated"}
	require.ElementsMatch(t, append([]string{"schema_version", "gate"}, moved...), there)

	var carried []string
	for _, table := range moveTables(migrations()) {
		carried = append(carried, table.name)
		columns, key := columnsOf(t, s, table.name)
		require.ElementsMatch(t, append(slices.Clone(staysOf[table.name]), table.names()...), columns, table.name)
		require.Equal(t, key, table.key, table.name)
	}
	require.ElementsMatch(t, moved, carried)
}

// columnsOf are the columns of a table and those of its key as the database tells them.
func columnsOf(t *testing.T, s *Store, table string) (columns, key []string) {
	t.Helper()
	all, keys := `SELECT name FROM pragma_table_info(?)`, `SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk`
	if s.dialect.shared {
		all = `SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?`
		keys = `SELECT column_name FROM information_schema.key_column_usage
			WHERE table_schema = DATABASE() AND table_name = ? AND constraint_name = 'PRIMARY' ORDER BY ordinal_position`
	}
	require.NoError(t, s.read.Select(&columns, all, table))
	require.NoError(t, s.read.Select(&key, keys, table))
	return columns, key
}

func TestAMoveBringsEveryValueOverAndLeavesTheFileAsItWas(t *testing.T) {
	h := newMovingHouse(t)
	h.fill(1, 200)
	before := h.sums()
	plan, err := PlanMove(t.Context(), h.from(), h.to(), nil)
	require.NoError(t, err)
	require.Equal(t, MoveBegins, plan.State)
	require.Empty(t, plan.Unfit)
	empty, _, err := h.target().moveState(t.Context())
	require.NoError(t, err)
	require.Equal(t, MoveBegins, empty, "a plan makes nothing")

	moved, err := RunMove(t.Context(), h.from(), h.to(), nil)
	require.NoError(t, err)
	require.Equal(t, plan.Tables, moved.Tables, "what was read on both sides is what was planned")
	require.Equal(t, before, h.sums())
	require.NotZero(t, moved.Broken, "the audit log of the file was made up, and this is said")
	for _, table := range moved.Tables {
		require.NotEmpty(t, table.Hash)
		var there int64
		require.NoError(t, h.into.DB.QueryRow("SELECT COUNT(*) FROM `"+table.Name+"`").Scan(&there))
		require.Equal(t, table.Rows, there, table.Name)
	}
	h.opened()

	again, err := RunMove(t.Context(), h.from(), h.to(), nil)
	require.NoError(t, err)
	require.Equal(t, MoveIsDone, again.State, "a second one has nothing to do")
}

func TestAMoveThatEndsAnywhereGoesOnAndEndsTheSame(t *testing.T) {
	h := newMovingHouse(t)
	h.fill(2, 20)
	before := h.sums()
	plan, err := PlanMove(t.Context(), h.from(), h.to(), nil)
	require.NoError(t, err)
	steps := 0
	for end := 1; ; end += 9 {
		ctx, cancel := context.WithCancel(t.Context())
		steps = 0
		moved, err := h.move(ctx, func(s MoveStep) {
			if s.Doing != "reading" {
				if steps++; steps == end {
					cancel()
				}
			}
		})
		cancel()
		if err == nil {
			require.Equal(t, plan.Tables, moved.Tables)
			require.Greater(t, end, 100, "it was ended in many places")
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		for _, o := range []Options{h.to(), {MySQL: h.into.DSN, ReadOnly: true}} {
			_, err = Open(t.Context(), o)
			require.ErrorIs(t, err, errMoving, "half a store is not opened")
		}
	}
	require.Equal(t, before, h.sums())
}

func TestTheLastWordsOfAKilledMoveMayComeTrueLate(t *testing.T) {
	h := newMovingHouse(t)
	for i := range 9 {
		h.write(`INSERT INTO series (name, last) VALUES (?, ?)`, fmt.Sprint("S", i), i)
	}
	_, err := h.move(t.Context(), func(s MoveStep) {
		if s.Doing == "copying" && s.Table == "series" && s.Rows == 3 {
			_, err := h.into.DB.Exec(`INSERT INTO series (name, last) VALUES ('S0', 0), ('S1', 1), ('S2', 2), ('S3', 3)`)
			require.NoError(t, err)
		}
	})
	require.NoError(t, err)
}

func TestWhatWasPassedStaysBehindAndNumbersGoOnAboveTheLast(t *testing.T) {
	h := newMovingHouse(t)
	for off := 1; off <= 40; off++ {
		h.write(`INSERT INTO queue (off, topic, part, business_key, uuid, payload, metadata, at) VALUES (?, ?, 0, 'K', ?, x'31', x'', '')`,
			off, []string{"changes", "news"}[off%2], fmt.Sprint(off))
	}
	h.write(`DELETE FROM queue WHERE off > 30`)
	h.write(`INSERT INTO progress (grp, topic, part, off, generation) VALUES ('decision', 'changes', 0, 24, 7), ('audit', 'changes', 0, 20, 2)`)
	h.write(`INSERT INTO audit (seq, chain, at, action, kind, doc_key, revision, detail, prev, hash) VALUES (90, '', '', '', '', '', 0, '', '', '')`)
	h.write(`DELETE FROM audit`)
	_, err := h.move(t.Context(), nil)
	require.NoError(t, err)

	s := h.opened()
	var offsets []int64
	require.NoError(t, s.read.Select(&offsets, `SELECT off FROM queue WHERE topic = 'changes' ORDER BY off`))
	require.Equal(t, []int64{22, 24, 26, 28, 30}, offsets, "what every group has passed is no news")
	require.NoError(t, s.read.Select(&offsets, `SELECT off FROM queue WHERE topic = 'news'`))
	require.Len(t, offsets, 15, "nobody has read that topic yet")
	at, err := s.Progress(t.Context(), "decision", "changes", 0)
	require.NoError(t, err)
	require.Equal(t, []int64{24, 7}, []int64{at.From, at.Generation})
	require.NoError(t, s.Publish(t.Context(), "changes", Outgoing{UUID: "new"}))
	news, err := s.Queue(t.Context(), "changes", 0, 30, 10)
	require.NoError(t, err)
	require.Len(t, news, 1)
	require.EqualValues(t, 41, news[0].Offset, "a number that was pruned never comes back")
	result, err := s.write.Exec(`INSERT INTO audit (chain, at, action, kind, doc_key, revision, detail, prev, hash) VALUES ('', '', '', '', '', 0, '', '', '')`)
	require.NoError(t, err)
	next, err := result.LastInsertId()
	require.NoError(t, err)
	require.EqualValues(t, 91, next)
}

func TestALeaseComesOverAsOneThatNobodyHolds(t *testing.T) {
	h := newMovingHouse(t)
	s, err := Open(t.Context(), h.from())
	require.NoError(t, err)
	for range 3 {
		lease, held, err := s.Hold(t.Context(), "target erp")
		require.NoError(t, err)
		require.True(t, held)
		s.leases.drop(lease)
	}
	h.write(`UPDATE lease SET until_at = 9000000000000`) // it was killed while it held it
	require.NoError(t, s.disconnect())
	_, err = h.move(t.Context(), nil)
	require.NoError(t, err)
	lease, held, err := h.opened().Hold(t.Context(), "target erp")
	require.NoError(t, err)
	require.True(t, held)
	require.EqualValues(t, 4, lease.Epoch, "what the target has seen under three is refused under less")
}

func TestAFileOfAnOlderVersionIsMovedAndThenBroughtUpToDate(t *testing.T) {
	h := newMovingHouse(t)
	require.NoError(t, os.Remove(h.path))
	db, err := sqlx.Connect(driverName, fileDSN(h.from()))
	require.NoError(t, err)
	old := &Store{write: db, read: &reading{db, explainSQLite}, dialect: sqliteDialect, now: time.Now}
	require.NoError(t, old.migrate(t.Context(), slices.DeleteFunc(migrations(), func(m migration) bool { return m.version > 15 })))
	require.NoError(t, old.disconnect())
	file, err := sql.Open("sqlite", h.path)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.Exec(`INSERT INTO paper (doc_key, revision, name, media_type, hash, body, drawn_at) VALUES ('d', 1, 'n', 'application/pdf', 'h', x'25', '')`)
	require.NoError(t, err)

	_, err = h.move(t.Context(), nil)
	require.NoError(t, err)
	moved := h.opened()
	var format string
	require.NoError(t, moved.read.Get(&format, `SELECT format FROM paper`))
	require.Equal(t, "pdf", format, "the steps that the file has not seen are taken in the database")
}

func TestTheOrderOfKeysIsTheSameOnBothSides(t *testing.T) {
	h := newMovingHouse(t)
	for i, a := range letters {
		for j, b := range letters {
			h.write(`INSERT INTO alarm (kind, doc_key, pipeline, at) VALUES (?, ?, ?, '')`, a, a+b+a, fmt.Sprint(i, " ", j))
			h.write(`INSERT INTO alarm (kind, doc_key, pipeline, at) VALUES (?, ?, ?, '')`, a, b, fmt.Sprint(i, " ", j))
		}
	}
	_, err := h.move(t.Context(), nil)
	require.NoError(t, err)
}
