package sim

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newWorld makes a world with its ERP in the database that the tests run on now.
func newWorld(t *testing.T, opt Options) *World {
	t.Helper()
	if opt.ERP.Place == "" {
		opt.ERP = emptyERP(t)
	}
	return makeWorld(t, opt)
}

func makeWorld(t *testing.T, opt Options) *World {
	t.Helper()
	if opt.Dir == "" {
		opt.Dir = t.TempDir()
	}
	w, err := New(opt)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// live lets the world live to its end.
func live(t *testing.T, w *World) {
	t.Helper()
	for range steps + maxTries + 1 {
		more, err := w.Step(context.Background())
		require.NoError(t, err)
		if !more {
			return
		}
	}
	t.Fatal("the story does not end")
}

// digest is a hash of everything that the world holds: both databases by their rows, and the files.
func digest(t *testing.T, w *World) string {
	t.Helper()
	h := sha256.New()
	for _, query := range []string{
		`SELECT * FROM world`, `SELECT * FROM journal ORDER BY seq`, `SELECT * FROM hooks ORDER BY id, copy`, `SELECT * FROM voyages ORDER BY dn_no`,
		`SELECT * FROM papers ORDER BY ord, id`, `SELECT * FROM requests ORDER BY no`,
	} {
		fmt.Fprint(h, dump(t, w, query, false))
	}
	for _, table := range []string{"CUSM", "ITMM", "SOHD", "SOLN", "PRRP", "DNHD", "DNLN", "ARIT", "CNTR"} {
		fmt.Fprint(h, dump(t, w, `SELECT * FROM `+table+` ORDER BY 1, 2`, true))
	}
	files, err := filepath.Glob(filepath.Join(w.dir, "*", "*.csv"))
	require.NoError(t, err)
	for _, file := range append(files, filepath.Join(w.dir, tokenFile), filepath.Join(w.dir, secretFile)) {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		fmt.Fprintln(h, filepath.Base(file), string(body))
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// asShown is a value without what depends on the database: how it hands text over, and how many zeros end a decimal.
func asShown(value any, declared string) any {
	switch v := value.(type) {
	case []byte:
		value = string(v)
	case float64:
		value = strconv.FormatFloat(v, 'f', -1, 64)
	}
	if text, ok := value.(string); ok && strings.HasPrefix(declared, "DECIMAL") && strings.Contains(text, ".") {
		return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return value
}

func dump(t *testing.T, w *World, query string, erp bool) string {
	t.Helper()
	db := w.state
	if erp {
		db = w.erp.DB
	}
	rows, err := db.Query(query)
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	require.NoError(t, err)
	var out strings.Builder
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(t, rows.Scan(into...))
		for i, c := range columns {
			values[i] = asShown(values[i], c.DatabaseTypeName())
		}
		fmt.Fprintln(&out, values...)
	}
	require.NoError(t, rows.Err())
	return out.String()
}

func TestTheSameSeedMakesTheSameWorldAndAnotherSeedAnother(t *testing.T) {
	end := func(seed uint64) string {
		w := newWorld(t, Options{Seed: seed, Orders: 40})
		live(t, w)
		return digest(t, w)
	}
	first := end(7)
	require.Equal(t, first, end(7))
	require.NotEqual(t, first, end(8))
}

func TestAReopenedWorldGoesOnWhereItStopped(t *testing.T) {
	whole := newWorld(t, Options{Seed: 3, Orders: 20})
	live(t, whole)

	dir := t.TempDir()
	w, err := New(Options{Dir: dir, Seed: 3, Orders: 20, ERP: emptyERP(t)})
	require.NoError(t, err)
	for more := true; more; {
		more, err = w.Step(context.Background())
		require.NoError(t, err)
		if w.Done()%7 == 0 {
			clock := w.Now()
			require.NoError(t, w.Close())
			w, err = Open(dir, w.place)
			require.NoError(t, err)
			require.True(t, clock.Equal(w.Now()), "the clock goes on")
		}
	}
	defer w.Close()
	require.Equal(t, digest(t, whole), digest(t, w))
}

func TestAStepThatWasCutOffBeforeTheERPIsTakenUpAgain(t *testing.T) {
	whole := newWorld(t, Options{Seed: 4, Orders: 20})
	live(t, whole)

	w := newWorld(t, Options{Seed: 4, Orders: 20})
	require.NoError(t, w.liveCRM(context.Background(), 1)) // and then the power goes
	live(t, w)
	require.Equal(t, digest(t, whole), digest(t, w))
}

func TestAWorldIsNotMadeOverAnother(t *testing.T) {
	w := newWorld(t, Options{Orders: 20})
	_, err := New(Options{Dir: w.dir, Orders: 20})
	require.ErrorContains(t, err, "there is one")
	_, err = Open(t.TempDir(), ERP{})
	require.ErrorContains(t, err, "make one first")
	_, err = New(Options{Dir: t.TempDir(), Orders: 5})
	require.ErrorContains(t, err, "too few")
}

func TestTheClockNeverGoesBack(t *testing.T) {
	w := newWorld(t, Options{Orders: 20})
	start := w.Now()
	require.NoError(t, w.AdvanceTo(start.Add(-time.Hour)))
	require.Equal(t, start, w.Now())
	require.NoError(t, w.AdvanceTo(start.Add(72*time.Hour)))
	_, err := w.Step(context.Background())
	require.NoError(t, err)
	require.Equal(t, start.Add(72*time.Hour), w.Now())
}

func BenchmarkAWorldOfFiveThousandOrders(b *testing.B) {
	for b.Loop() {
		w, err := New(Options{Dir: b.TempDir(), Seed: 1, Orders: 5000})
		require.NoError(b, err)
		for more := true; more; {
			more, err = w.Step(context.Background())
			require.NoError(b, err)
		}
		require.NoError(b, w.Close())
	}
}

func TestTheTruthIsTheLatestRevisionOfEveryOrder(t *testing.T) {
	w := newWorld(t, Options{Seed: 11})
	live(t, w)
	truth, err := w.Truth()
	require.NoError(t, err)
	require.Len(t, truth, 200)
	faults, revisions, cancelled := map[string]int{}, map[int64]int{}, 0
	for n, o := range truth {
		require.Equal(t, fmt.Sprintf("CO-%06d", n+1), o.ID)
		require.Equal(t, w.story.tales[n].last().revision, o.Revision)
		faults[o.Fault]++
		revisions[o.Revision]++
		if o.Status == "cancelled" {
			cancelled++
		}
	}
	require.Equal(t, map[string]int{"": 196, "unknown item": 1, "broken encoding": 1, "unknown currency": 1, "no quantity": 1}, faults, "the wrong sum was mended")
	require.Equal(t, 8, cancelled)
	require.Greater(t, revisions[2], 20)
	require.Positive(t, revisions[3])

	other, err := Open(w.dir, w.place) // another program may look as well
	require.NoError(t, err)
	defer other.Close()
	again, err := other.Truth()
	require.NoError(t, err)
	require.Equal(t, truth, again)
}
