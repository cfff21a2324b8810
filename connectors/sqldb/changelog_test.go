package sqldb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

type preparer interface{ Preparation() string }

const readLog = "{select: SELECT * FROM CHG, key: K, detect: log, log: CHANGES, watch: {CHG: K}}"

const readOrders = `
select: SELECT SO_NO, CU_NO FROM SOHD
key: SO_NO
detect: log
watch: {SOHD: SO_NO, SOLN: SO_NO}
rows:
  lines: {select: SELECT * FROM SOLN, parent: {SO_NO: SO_NO}, order: LN_NO}
`

// logged is a database whose orders are watched, and a source that reads them.
func logged(t testing.TB) (*erp, connectors.Source) {
	t.Helper()
	e := newERP(t, erpSchema, "INSERT INTO SOHD VALUES ('S1', 'A', 'K1', 1, 5, '', 0)")
	s := e.source(t, readOrders)
	e.do(t, s.(preparer).Preparation())
	return e, s
}

// told are the changes of a page in short: a key, and ! when it is gone.
func told(b connectors.Batch) string {
	var words []string
	for _, c := range b.Changes {
		if c.Gone {
			words = append(words, c.Key+"!")
			continue
		}
		words = append(words, fmt.Sprintf("%s:%d", c.Key, len(c.Record["lines"].([]any))))
	}
	return strings.Join(words, " ")
}

func TestAChangeOfAnyWatchedTableIsAChangeOfTheRecord(t *testing.T) {
	e, s := logged(t)
	page := read(t, s, "", 10)
	require.Equal(t, "S1:0", told(page), "what was there already is in the log from the start")
	next := func() string { page = read(t, s, page.Next, 10); return told(page) }
	require.Empty(t, next())
	e.do(t, "INSERT INTO SOLN VALUES ('S1', 1, 'X', 1, 0)")
	require.Equal(t, "S1:1", next())
	e.do(t, "UPDATE SOLN SET QTY = 2; UPDATE SOHD SET CU_NO = 'K2'; UPDATE SOHD SET CU_NO = 'K3'")
	require.Equal(t, "S1:1", next(), "three changes of one record are one")
	require.Equal(t, "K3", page.Changes[0].Record["CU_NO"])
	e.do(t, "UPDATE SOHD SET SO_NO = 'S2'")
	require.ElementsMatch(t, []string{"S1!", "S2:0"}, strings.Fields(next()), "a key that changes is one that goes and one that comes")
	e.do(t, "DELETE FROM SOLN; DELETE FROM SOHD")
	require.ElementsMatch(t, []string{"S1!", "S2!"}, strings.Fields(next()))
	require.Empty(t, next())
	require.Equal(t, "0", e.text(t, "SELECT COUNT(*) FROM tradewire_log_despatch"))
}

func TestWhatWasReadAndNotKeptIsReadAgain(t *testing.T) {
	e, s := logged(t)
	for i := range 4 {
		e.do(t, "INSERT INTO SOHD VALUES (?, NULL, 'K1', 1, 5, '', 0)", fmt.Sprintf("N%d", i))
	}
	left := func() string { return e.text(t, "SELECT COUNT(*) FROM tradewire_log_despatch") }
	first := read(t, s, "", 2)
	require.Equal(t, "S1:0 N0:0", told(first))
	require.True(t, first.More)
	require.Equal(t, "S1:0 N0:0", told(read(t, e.source(t, readOrders), "", 2)), "we stopped before the page was kept")
	require.Equal(t, "5", left(), "nothing is deleted before the next page is asked for")
	second := read(t, s, first.Next, 2)
	require.Equal(t, "N1:0 N2:0", told(second))
	require.Equal(t, "3", left())
	require.Equal(t, "N1:0 N2:0", told(read(t, e.source(t, readOrders), first.Next, 2)))
	last := read(t, s, second.Next, 2)
	require.Equal(t, "N3:0", told(last))
	require.False(t, last.More)
	require.Empty(t, told(read(t, s, last.Next, 2)))
	require.Equal(t, "0", left())
}

func TestWhoPeeksLeavesTheLogAsItIs(t *testing.T) {
	e, s := logged(t)
	for i := range 4 {
		e.do(t, "INSERT INTO SOHD VALUES (?, NULL, 'K1', 1, 5, '', 0)", fmt.Sprintf("N%d", i))
	}
	left := func() string { return e.text(t, "SELECT COUNT(*) FROM tradewire_log_despatch") }
	kept := read(t, s, "", 2)
	require.Equal(t, "S1:0 N0:0", told(kept))
	page, seen := kept, ""
	for more := true; more; more = page.More {
		var err error
		page, err = s.(connectors.Peeker).Peek(ctxOf(t), page.Next, 1)
		require.NoError(t, err)
		seen += told(page) + " "
	}
	require.Equal(t, "N1:0 N2:0 N3:0 ", seen)
	require.Equal(t, "5", left(), "not even those of the page that was kept are deleted")
	require.Equal(t, "N1:0 N2:0 N3:0", told(read(t, s, kept.Next, 10)))
	require.Empty(t, told(read(t, s, page.Next, 10)), "whoever keeps what was seen goes on after it")
	require.Equal(t, "0", left())
}

// An entry takes its number before its transaction commits: it appears below one that has been read already.
func TestAnEntryThatCommitsLateWithALowerNumberIsSeen(t *testing.T) {
	for _, way := range []struct {
		name, read string
		seen       bool
	}{
		{"read and delete", readOrders, true},
		{"only higher numbers, which loses it", "{select: 'SELECT seq, key_1 AS SO_NO FROM tradewire_log_despatch', key: SO_NO, detect: id, column: seq}", false},
	} {
		t.Run(way.name, func(t *testing.T) {
			e, _ := logged(t)
			e.do(t, "INSERT INTO SOHD VALUES ('S2', 'B', 'K2', 1, 5, '', 0)")
			s := e.source(t, way.read)
			page := read(t, s, "", 10)
			commit := e.late(t, "S1")
			e.do(t, "UPDATE SOHD SET CU_NO = 'K9' WHERE SO_NO = 'S2'")
			var keys []string
			for range 3 {
				page = read(t, s, page.Next, 10)
				for _, c := range page.Changes {
					keys = append(keys, c.Key)
				}
				commit()
			}
			require.Contains(t, keys, "S2")
			require.Equal(t, way.seen, slices.Contains(keys, "S1"), "%v", keys)
		})
	}
}

func TestNumbersThatAServerGivesOutOnceMoreAreNotDeletedUnread(t *testing.T) {
	e, s := logged(t)
	page := read(t, s, "", 10)
	seq := e.text(t, "SELECT MAX(seq) FROM tradewire_log_despatch")
	later := "9000000000000000" // long after the page was read
	e.do(t, "DELETE FROM tradewire_log_despatch")
	e.do(t, "INSERT INTO tradewire_log_despatch VALUES ("+seq+", "+later+", 'S9')")
	require.Equal(t, "S9!", told(read(t, s, page.Next, 10)))
}

func TestTheKeyOfALogMayHaveSeveralColumnsAndBeNumbers(t *testing.T) {
	e := newERP(t, "CREATE TABLE H (CO VARCHAR(4), NO INTEGER, V VARCHAR(9), PRIMARY KEY (CO, NO)); INSERT INTO H VALUES ('A/B', 12, 'x')")
	s := e.source(t, "{select: SELECT * FROM H, key: [CO, NO], detect: log, watch: {H: CO/NO}}")
	e.do(t, s.(preparer).Preparation())
	e.do(t, "INSERT INTO H VALUES ('C', 7, 'y')")
	page := read(t, s, "", 10)
	require.Equal(t, "A%2FB/12", page.Changes[0].Key)
	require.Equal(t, "y", page.Changes[1].Record["V"])
	e.do(t, "DELETE FROM H WHERE NO = 7")
	page = read(t, s, page.Next, 10)
	require.Equal(t, "C/7", page.Changes[0].Key)
	require.True(t, page.Changes[0].Gone)
}

func TestAPositionOfAnotherKindIsNotTakenForOneOfALog(t *testing.T) {
	_, s := logged(t)
	for _, pos := range []connectors.Position{"2026", `{"at":5,"key":["a"],"sweeping":false}`, `{"taken":"5-1","until":3}`, `{"taken":"1-999999999","until":3}`, `{"taken":7,"until":3}`} {
		_, err := s.Read(ctxOf(t), pos, 10)
		blamed(t, err, connectors.Misconfigured, "erp: read despatch: ", "start this source again from the beginning")
	}
}

func TestALogThatIsNotThereYetSaysWhatIsToBeDone(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.source(t, readOrders)
	_, err := s.Read(ctxOf(t), "", 10)
	blamed(t, err, connectors.Misconfigured, "there is no change log tradewire_log_despatch", "have its SQL run")
	blamed(t, s.(connectors.Prober).Probe(ctxOf(t)), connectors.Misconfigured, "there is no change log")
	e.do(t, s.(preparer).Preparation())
	require.NoError(t, s.(connectors.Prober).Probe(ctxOf(t)))
}

func TestASourceWithoutALogNeedsNoPreparation(t *testing.T) {
	e := newERP(t)
	require.Empty(t, e.source(t, readDespatches).(preparer).Preparation())
}
