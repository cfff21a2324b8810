package sqldb_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/connectors"
)

// Invoices that get an id once, and are changed and settled without a trace.
const invoices = `
CREATE TABLE TRX (ID INTEGER PRIMARY KEY AUTOINCREMENT, NO INTEGER NOT NULL, NOTE VARCHAR(20) NOT NULL DEFAULT '', SETTLED INTEGER NOT NULL DEFAULT 0);
CREATE TABLE MOVES (NO INTEGER NOT NULL, QTY INTEGER NOT NULL);
INSERT INTO TRX (NO) VALUES (101), (102), (103), (104);
INSERT INTO MOVES VALUES (102, 5);`

const readInvoices = `
select: SELECT ID, NO, NOTE, SETTLED FROM TRX
key: NO
detect: id
column: ID
open: SETTLED = 0
rows: {moves: {select: 'SELECT NO, QTY FROM MOVES', parent: {NO: NO}}}
`

// swept reads until nothing waits: what each record was last, and where reading stands.
func swept(t testing.TB, s connectors.Source, pos connectors.Position, max int) (map[string]string, connectors.Position) {
	t.Helper()
	last := map[string]string{}
	for range 100 {
		batch := read(t, s, pos, max)
		require.LessOrEqual(t, len(batch.Changes), max)
		for _, c := range batch.Changes {
			last[c.Key] = fmt.Sprintf("%v %v %v", c.Record["NOTE"], c.Record["SETTLED"], c.Record["moves"])
			if c.Gone {
				last[c.Key] = "gone"
			}
		}
		if pos = batch.Next; !batch.More {
			return last, pos
		}
	}
	t.Fatal("there is always more")
	return nil, ""
}

func TestOpenRecordsAreReadAgainAndOnceMoreWhenTheyClose(t *testing.T) {
	e := newERP(t, invoices)
	e.do(t, "UPDATE TRX SET SETTLED = 1 WHERE NO = 104")
	s := e.source(t, readInvoices)
	last, pos := swept(t, s, "", 3)
	require.Len(t, last, 4, "at first everything is new, the settled ones too")

	e.do(t, "UPDATE TRX SET NOTE = 'TRK-1' WHERE NO = 101")
	e.do(t, "INSERT INTO MOVES VALUES (102, 7)")
	e.do(t, "UPDATE TRX SET NOTE = 'paid', SETTLED = 1 WHERE NO = 103")
	e.do(t, "UPDATE TRX SET NOTE = 'nobody looks' WHERE NO = 104")
	e.do(t, "INSERT INTO TRX (NO) VALUES (105)")
	last, pos = swept(t, e.source(t, readInvoices), pos, 2)
	require.Contains(t, last["101"], "TRK-1 0")
	require.Contains(t, last["102"], "QTY:7", "the rows that belong to it as well")
	require.Contains(t, last["103"], "paid 1", "how it was closed is seen")
	require.Contains(t, last, "105")
	require.NotContains(t, last, "104", "what was closed is not read again")

	e.do(t, "UPDATE TRX SET SETTLED = 0 WHERE NO = 104")
	e.do(t, "DELETE FROM TRX WHERE NO = 102")
	last, pos = swept(t, s, pos, 2)
	require.NotContains(t, last, "103", "it was seen closed")
	require.Contains(t, last["104"], "nobody looks 0", "it was opened again")
	require.Equal(t, "gone", last["102"])

	e.do(t, "UPDATE TRX SET SETTLED = 1")
	last, pos = swept(t, s, pos, 2)
	require.Len(t, last, 3)
	last, _ = swept(t, s, pos, 2)
	require.Empty(t, last, "nothing is open")
}

// Invoices are made, changed and closed while pages are read. In the end each is known as it was when it closed, or as it is.
func TestWhateverHappensBetweenPagesTheLastOfAnOpenRecordIsSeen(t *testing.T) {
	e := newERP(t, invoices)
	s := e.source(t, readInvoices)
	rapid.Check(t, func(r *rapid.T) {
		in := tb{t, r}
		e.do(in, "DELETE FROM TRX")
		is, open, known, no := map[string]string{}, []string{}, map[string]string{}, 100
		max := rapid.IntRange(1, 3).Draw(r, "max")
		pos := connectors.Position("")
		page := func() bool {
			batch := read(in, s, pos, max)
			for _, c := range batch.Changes {
				known[c.Key] = fmt.Sprint(c.Record["NOTE"])
			}
			pos = batch.Next
			return batch.More
		}
		for i := range rapid.IntRange(1, 25).Draw(r, "steps") {
			note := fmt.Sprint(i)
			switch step := rapid.IntRange(0, 3).Draw(r, "step"); {
			case step == 0:
				no++
				key := fmt.Sprint(no)
				e.do(in, "INSERT INTO TRX (NO, NOTE) VALUES (?, ?)", no, note)
				is[key], open = note, append(open, key)
			case step == 1:
				page()
			case len(open) > 0:
				key := rapid.SampledFrom(open).Draw(r, "invoice")
				e.do(in, "UPDATE TRX SET NOTE = ?, SETTLED = ? WHERE NO = ?", note, step-2, key)
				is[key] = note
				if step == 3 {
					open = slices.DeleteFunc(open, func(k string) bool { return k == key })
				}
			}
		}
		for range 2 { // the end of the sweep at hand, and one more
			for page() {
			}
		}
		if len(is) > 0 && !maps.Equal(is, known) {
			r.Fatalf("they are %v, and known as %v", is, known)
		}
	})
}

func TestAKeyOfSeveralColumnsIsReadAgain(t *testing.T) {
	e := newERP(t, "CREATE TABLE L (ID INTEGER PRIMARY KEY AUTOINCREMENT, CO VARCHAR(9), NO INTEGER, DONE INTEGER)", "INSERT INTO L (CO, NO, DONE) VALUES ('a/b', 1, 0), ('a', 2, 0), ('a', 3, 1)")
	s := e.source(t, "{select: SELECT * FROM L, key: [CO, NO], detect: id, column: ID, open: DONE = 0 OR (CO = 'x')}")
	_, pos := swept(t, s, "", 1)
	e.do(t, "UPDATE L SET DONE = 2 WHERE NO = 1")
	last, _ := swept(t, s, pos, 1)
	require.Equal(t, []string{"a%2Fb/1", "a/2"}, slices.Sorted(maps.Keys(last)))
}

func TestAConditionOfOpenRecordsThatCannotBeReadSaysWhatToMend(t *testing.T) {
	e := newERP(t, invoices)
	s := e.source(t, "{select: 'SELECT ID, NO FROM TRX', key: NO, detect: id, column: ID, open: SETTLED = 0}")
	_, err := s.Read(ctxOf(t), "", 10)
	blamed(t, err, connectors.Misconfigured, "SETTLED")
	blamed(t, s.(connectors.Prober).Probe(ctxOf(t)), connectors.Misconfigured, "SETTLED")
	require.NoError(t, e.source(t, readInvoices).(connectors.Prober).Probe(ctxOf(t)))
	_, err = e.source(t, "{select: SELECT * FROM TRX, key: [NO, ID], detect: id, column: ID, open: SETTLED = 0}").Read(ctxOf(t), `{"again":0,"at":4,"key":["103",3],"open":["101"],"sweeping":false}`, 10)
	blamed(t, err, connectors.Misconfigured, "start this source again")
}

func TestTakingTheConditionAwayStopsReadingAgain(t *testing.T) {
	e := newERP(t, invoices)
	_, pos := swept(t, e.source(t, readInvoices), "", 2)
	require.Contains(t, string(pos), `"open":["101","102","103","104"]`)
	s := e.source(t, "{select: SELECT * FROM TRX, key: NO, detect: id, column: ID}")
	batch := read(t, s, pos, 2)
	require.Empty(t, batch.Changes)
	require.NotContains(t, string(batch.Next), "open")
}
