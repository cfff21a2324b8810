package sim

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// answersOf reads all answers that lie in the folder, by file and in its order.
func answersOf(t *testing.T, w *World) (rows []map[string]string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(w.dir, answersDir, "*.csv"))
	require.NoError(t, err)
	for _, file := range files {
		f, err := os.Open(file)
		require.NoError(t, err)
		sheet, err := csv.NewReader(f).ReadAll()
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Equal(t, []string{"id", "order", "shipment", "department", "revision", "by", "objects", "reason", "proposed_on", "at"}, sheet[0])
		for _, values := range sheet[1:] {
			row := map[string]string{"file": strings.TrimSuffix(filepath.Base(file), ".csv")}
			for n, value := range values {
				row[sheet[0][n]] = value
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// keyInMany keys in released orders X000, X001 ...
func keyInMany(t *testing.T, w *World, count int) {
	t.Helper()
	var orders []keyed
	for n := range count {
		orders = append(orders, keyed{so: fmt.Sprintf("S%03d", n), ref: fmt.Sprintf("X%03d", n), account: accountOf(w, "domestic").No, state: 1, quantities: []string{"1000"}})
	}
	keyInAll(t, w, orders)
}

func TestTheDepartmentsAnswerMostOrdersAtOnceObjectToSomeAndForgetSome(t *testing.T) {
	w := newWorld(t, Options{Seed: 1, Orders: 20})
	step(t, w)
	keyInMany(t, w, 300)
	live(t, w)
	counts, seen := map[string]int{}, map[string]bool{}
	for _, row := range answersOf(t, w) {
		require.False(t, seen[row["id"]], "%s is answered once", row["id"])
		seen[row["id"]] = true
		at, err := time.Parse(time.RFC3339, row["at"])
		require.NoError(t, err)
		require.NotEmpty(t, row["by"])
		if row["department"] == "shipping" {
			require.Equal(t, []string{"no", "", "", ""}, []string{row["objects"], row["reason"], row["proposed_on"], row["revision"]})
			counts["shipping"]++
			continue
		}
		require.Equal(t, row["order"]+"/1/"+row["department"], row["id"])
		require.Equal(t, []string{"1", ""}, []string{row["revision"], row["shipment"]})
		require.True(t, at.After(w.story.now(1)), "nobody answers what was not there")
		counts[row["department"]]++
		if row["file"] == "answers-0002" {
			counts["at once"]++
		}
		if row["objects"] == "yes" {
			counts["objects"]++
			require.NotEmpty(t, row["reason"])
			day, err := time.Parse(time.DateOnly, row["proposed_on"])
			require.NoError(t, err)
			require.True(t, day.After(dayOf(20260330)), "what is proposed is later than what was wanted")
		}
	}
	t.Log(counts)
	require.InDelta(t, 600*94/100, counts["planning"]+counts["purchasing"], 25)
	require.InDelta(t, 600*6/100, counts["objects"], 20)
	require.InDelta(t, 600*94*80/10000, counts["at once"], 40)
	late := countOf(t, w, `SELECT COUNT(*) FROM DNHD WHERE SHP_DT >= 20260315`) // the story ends before all are answered
	require.GreaterOrEqual(t, counts["shipping"], countOf(t, w, `SELECT COUNT(*) FROM DNHD`)-late)
	require.Greater(t, counts["shipping"], 200)
}

func TestNobodyAnswersForWhatIsNotReleasedOrNotKnownOutside(t *testing.T) {
	w := newWorld(t, Options{Seed: 1, Orders: 20})
	account := accountOf(w, "domestic").No
	for n := range 10 {
		keyIn(t, w, fmt.Sprintf("H%d", n), fmt.Sprintf("H%d", n), account, 5, "7")
		keyIn(t, w, fmt.Sprintf("C%d", n), fmt.Sprintf("C%d", n), account, 9, "7")
		keyIn(t, w, fmt.Sprintf("L%d", n), fmt.Sprintf("L%d", n), account, 1, "7")
	}
	_, err := w.erp.Exec(`UPDATE SOHD SET EXT_REF = NULL WHERE SO_STS = 1`)
	require.NoError(t, err)
	live(t, w)
	require.Positive(t, countOf(t, w, `SELECT COUNT(*) FROM DNHD`))
	require.Empty(t, answersOf(t, w))
}

func TestANewRevisionIsAnsweredAnewAndTheOldOneNoMore(t *testing.T) {
	w := newWorld(t, Options{Seed: 1, Orders: 20})
	keyInMany(t, w, 60)
	step(t, w) // most have answered, the others have it before them
	_, err := w.erp.Exec(`UPDATE SOHD SET EXT_REV = 3`)
	require.NoError(t, err)
	live(t, w)
	revisions := map[string]int{}
	for _, row := range answersOf(t, w) {
		if row["department"] == "shipping" {
			continue
		}
		revisions[row["revision"]]++
		if row["revision"] == "1" {
			require.Equal(t, "answers-0001", row["file"], "who has the newer paper answers that one")
		}
	}
	require.Greater(t, revisions["1"], 60)
	require.Greater(t, revisions["3"], 100)
	require.Len(t, revisions, 2)
}

func TestTheDepartmentsGoOnWhereTheWorldStopped(t *testing.T) {
	whole := newWorld(t, Options{Seed: 3, Orders: 20})
	keyInMany(t, whole, 40)
	live(t, whole)

	dir := t.TempDir()
	w, err := New(Options{Dir: dir, Seed: 3, Orders: 20, ERP: emptyERP(t)})
	require.NoError(t, err)
	keyInMany(t, w, 40)
	for w.Done() < steps {
		step(t, w)
		require.NoError(t, w.Close())
		w, err = Open(dir, w.place)
		require.NoError(t, err)
	}
	defer w.Close()
	require.NotEmpty(t, answersOf(t, w))
	require.Equal(t, digest(t, whole), digest(t, w))
}

func TestAnswersOfAStepThatWasCutOffAreGivenAgainAsTheyWere(t *testing.T) {
	w := newWorld(t, Options{Seed: 3, Orders: 20})
	keyInMany(t, w, 40)
	step(t, w)
	_, err := w.state.Exec(`UPDATE world SET answers = 0`) // the power went before it was noted that they were dropped
	require.NoError(t, err)
	w.office = nil
	live(t, w)
	first, again := map[string]map[string]string{}, 0
	for _, row := range answersOf(t, w) {
		delete(row, "file")
		if before := first[row["id"]]; before != nil {
			require.Equal(t, before, row)
			again++
		}
		first[row["id"]] = row
	}
	require.Greater(t, again, 40)
}
