package sqldb_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

// put writes entries that must all be taken, and says what became of them.
func put(t testing.TB, s connectors.Sink, entries ...connectors.Entry) []connectors.Result {
	t.Helper()
	results, err := s.Write(ctxOf(t), entries)
	require.NoError(t, err)
	for _, r := range results {
		require.NoError(t, r.Err)
	}
	return results
}

func TestNewOrdersAreNumberedByTheCounterOfTheERP(t *testing.T) {
	e := newERP(t, erpSchema)
	results := put(t, e.sink(t, orders), order("A", 1), order("B", 1))
	require.Equal(t, []connectors.Result{{State: connectors.Applied, Reference: "SO000041"}, {State: connectors.Applied, Reference: "SO000042"}}, results)
	require.Equal(t, "PO 7 | SO 43", e.text(t, "SELECT * FROM CNTR ORDER BY 1"))
	require.Equal(t, "SO000041 1 100234 1 | SO000041 2 100235 0.125 | SO000042 1 100234 1 | SO000042 2 100235 0.125",
		e.text(t, "SELECT SO_NO, LN_NO, IT_NO, QTY FROM SOLN ORDER BY 1, 2"))
	require.Equal(t, "erp_order sales_order A 1 SO000041 1 2026-11-21T04:00:00Z",
		e.text(t, "SELECT target, kind, `key`, revision, reference, epoch, written_at FROM tradewire_effect WHERE `key` = 'A'"))
}

func TestOneKeyTwiceInOneBatchIsOneOrder(t *testing.T) {
	e := newERP(t, erpSchema)
	results := put(t, e.sink(t, orders), order("A", 1), order("A", 1), order("A", 2), order("A", 1))
	states := []connectors.State{connectors.Applied, connectors.Unchanged, connectors.Applied, connectors.Superseded}
	for i, want := range states {
		require.Equal(t, connectors.Result{State: want, Reference: "SO000041"}, results[i], "entry %d", i)
	}
	require.Equal(t, "SO000041 A 2", e.text(t, "SELECT SO_NO, EXT_REF, EXT_REV FROM SOHD"))
}

func TestACorrectedMappingIsWrittenAtTheSameRevision(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("A", 1))
	corrected := order("A", 1)
	corrected.Record["CU_NO"] = "K0099"
	require.Equal(t, connectors.Applied, put(t, s, corrected)[0].State)
	require.Equal(t, "K0099", e.text(t, "SELECT CU_NO FROM SOHD"))
}

func TestAChangeBringsTheLinesToTheListAndTouchesNothingElse(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("A", 1), order("B", 1))
	e.do(t, "UPDATE SOLN SET SHP_QTY = 0.5 WHERE SO_NO = 'SO000041'") // the ERP's own column
	change := order("A", 2)
	change.Record["CRT_DT"] = num("20991231")
	change.Record["lines"] = []any{
		connectors.Record{"LN_NO": num("3"), "IT_NO": "100236", "QTY": num("7")},
		connectors.Record{"LN_NO": num("1"), "IT_NO": "100234", "QTY": num("9.5")},
	}
	put(t, s, change)
	require.Equal(t, "1 100234 9.5 0.5 | 3 100236 7 0", e.text(t, "SELECT LN_NO, IT_NO, QTY, SHP_QTY FROM SOLN WHERE SO_NO = 'SO000041' ORDER BY 1"))
	require.Equal(t, "20261121", e.text(t, "SELECT CRT_DT FROM SOHD WHERE EXT_REF = 'A'"), "a kept column is written once")
	require.Equal(t, "2", e.text(t, "SELECT COUNT(*) FROM SOLN WHERE SO_NO = 'SO000042'"), "another order's lines stay")
}

func TestARolledBackBatchLeavesNothingAndNoGap(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	bad := order("B", 1)
	bad.Record["lines"].([]any)[1].(connectors.Record)["QTY"] = num("0") // the second line breaks a rule of theirs
	_, err := s.Write(ctxOf(t), []connectors.Entry{order("A", 1), bad})
	blamed(t, err, connectors.Refused, "erp: write erp_order: ", each("CHECK", "SOLN.QTY"))
	for _, table := range []string{"SOHD", "SOLN", "tradewire_effect"} {
		require.Equal(t, "0", e.text(t, "SELECT COUNT(*) FROM "+table))
	}
	require.Equal(t, "41", e.text(t, "SELECT NXT_NO FROM CNTR WHERE CNT_CD = 'SO'"))
	require.Equal(t, "SO000041", put(t, s, order("A", 1))[0].Reference)
}

func TestACallThatEndsMidWayLeavesNothing(t *testing.T) {
	t.Parallel()
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("A", 1))
	// A trigger that takes for ever: the call is under way when its context ends.
	e.do(t, slow("SOLN"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := s.Write(ctx, []connectors.Entry{order("B", 1)})
	blamed(t, err, connectors.Unavailable)
	e.do(t, "DROP TRIGGER slow")
	require.Equal(t, "SO000041", e.text(t, "SELECT SO_NO FROM SOHD"))
	require.Equal(t, "SO000042", put(t, s, order("B", 1))[0].Reference)
}

func TestADatabaseThatAltersAValueIsRefused(t *testing.T) {
	for _, way := range []struct{ name, schema, says string }{
		{"rounds an amount", alters("SOHD", "SO_NO = NEW.SO_NO", "NET_AMT", "ROUND(NET_AMT)"), "SOHD SO000041: NET_AMT was written as 12.11 and stands as 12"},
		{"cuts a text", alters("SOHD", "SO_NO = NEW.SO_NO", "RMK", "SUBSTR(RMK, 1, 2)"), `RMK was written as "第1版" and stands as "第1"`},
		{"rounds a line", alters("SOLN", "SO_NO = NEW.SO_NO AND LN_NO = NEW.LN_NO", "QTY", "ROUND(QTY, 2)"),
			"SOLN SO000041 LN_NO 2: QTY was written as 0.125 and stands as 0.1"},
		{"takes another order's reference", alters("SOHD", "SO_NO = NEW.SO_NO", "EXT_REF", "UPPER(EXT_REF)"), `EXT_REF was written as "a" and stands as "A"`},
	} {
		t.Run(way.name, func(t *testing.T) {
			e := newERP(t, erpSchema, way.schema)
			_, err := e.sink(t, orders).Write(ctxOf(t), []connectors.Entry{order("a", 1)})
			blamed(t, err, connectors.Refused, way.says)
			require.Equal(t, "0", e.text(t, "SELECT COUNT(*) FROM SOHD"))
		})
	}
}

func TestALineThatADatabaseDropsIsMissed(t *testing.T) {
	onlySQLite(t, "a trigger of MySQL may not delete from its own table")
	e := newERP(t, erpSchema, "CREATE TRIGGER drops AFTER INSERT ON SOLN BEGIN DELETE FROM SOLN WHERE LN_NO = 2; END")
	_, err := e.sink(t, orders).Write(ctxOf(t), []connectors.Entry{order("a", 1)})
	blamed(t, err, connectors.Refused, "2 rows were written and 1 stand")
	require.Equal(t, "0", e.text(t, "SELECT COUNT(*) FROM SOHD"))
}

func TestACodeWithLeadingZerosDoesNotBecomeANumber(t *testing.T) {
	e := newERP(t, erpSchema)
	coded := order("A", 1)
	coded.Record["EXT_REV"] = "0012" // into an INTEGER column
	_, err := e.sink(t, orders).Write(ctxOf(t), []connectors.Entry{coded})
	blamed(t, err, connectors.Refused, `EXT_REV was written as "0012" and stands as 12`)
}

func TestAnOrderDeletedByHandIsAConflictAndNotMadeAgain(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("A", 1), order("B", 1))
	e.do(t, "DELETE FROM SOHD WHERE EXT_REF = 'A'")
	results, err := s.Write(ctxOf(t), []connectors.Entry{order("A", 2), order("B", 2)})
	require.NoError(t, err)
	blamed(t, results[0].Err, connectors.Conflict, "SO000041, written as revision 1, is no longer in the database", "deleted")
	require.NoError(t, results[1].Err, "the other order is written")
	require.Equal(t, "B 2", e.text(t, "SELECT EXT_REF, EXT_REV FROM SOHD"))
	blamed(t, must(s.Write(ctxOf(t), []connectors.Entry{order("A", 2)}))[0].Err, connectors.Conflict)
}

func must(results []connectors.Result, err error) []connectors.Result {
	if err != nil {
		panic(err)
	}
	return results
}

func TestARowThatWasGivenToAnotherDocumentIsAConflict(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("A", 1))
	e.do(t, "UPDATE SOHD SET EXT_REF = 'Z'")
	results, err := s.Write(ctxOf(t), []connectors.Entry{order("A", 2)})
	require.NoError(t, err)
	blamed(t, results[0].Err, connectors.Conflict, `carries the reference "Z"`)
}

func TestAnOrderOfAnEarlierInstallationIsAdopted(t *testing.T) {
	e := newERP(t, erpSchema)
	e.do(t, "INSERT INTO SOHD VALUES ('SO000007', 'A', 'K0001', 1, 5, '', 20200101)")
	e.do(t, "INSERT INTO SOLN VALUES ('SO000007', 9, 'X', 1, 0)")
	result := put(t, e.sink(t, orders), order("A", 3))[0]
	require.Equal(t, connectors.Result{State: connectors.Applied, Reference: "SO000007"}, result)
	require.Equal(t, "SO000007 K0012 3 20200101", e.text(t, "SELECT SO_NO, CU_NO, EXT_REV, CRT_DT FROM SOHD"))
	require.Equal(t, "1 | 2", e.text(t, "SELECT LN_NO FROM SOLN"))
	require.Equal(t, "41", e.text(t, "SELECT NXT_NO FROM CNTR WHERE CNT_CD = 'SO'"), "no number is taken")

	e.do(t, "INSERT INTO SOHD VALUES ('SO000008', 'B', '', 1, 5, '', 0), ('SO000009', 'B', '', 1, 5, '', 0)")
	results, err := e.sink(t, orders).Write(ctxOf(t), []connectors.Entry{order("B", 1)})
	require.NoError(t, err)
	blamed(t, results[0].Err, connectors.Conflict, "2 rows of SOHD stand for B")
}

func TestALostLeaseWritesNothing(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	successor := order("A", 2)
	successor.Epoch = 8
	put(t, s, successor)
	zombie, other := order("A", 3), order("B", 1)
	zombie.Epoch, other.Epoch = 7, 7
	_, err := s.Write(ctxOf(t), []connectors.Entry{other, zombie})
	blamed(t, err, connectors.Conflict, "lease 7", "seen 8")
	require.Equal(t, "A 2", e.text(t, "SELECT EXT_REF, EXT_REV FROM SOHD"))
}

func TestARemovedOrderTakesItsLinesAlongAndMayComeBack(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("A", 1), order("B", 1))
	gone := connectors.Entry{Target: "erp_order", Kind: "sales_order", Key: "A", Revision: 2, Epoch: 1, Op: connectors.Remove}
	require.Equal(t, connectors.Result{State: connectors.Applied, Reference: "SO000041"}, put(t, s, gone)[0])
	require.Equal(t, "SO000042 2", e.text(t, "SELECT SO_NO, COUNT(*) FROM SOLN GROUP BY 1"))
	require.Equal(t, connectors.Superseded, put(t, s, order("A", 1))[0].State, "what was late stays out")
	require.Equal(t, "SO000043", put(t, s, order("A", 3))[0].Reference)
}

func TestARecordThatCannotBeWrittenStopsOnlyItself(t *testing.T) {
	for _, bad := range []struct {
		name   string
		change func(r connectors.Record)
		says   string
	}{
		{"a line without its number", func(r connectors.Record) { delete(r["lines"].([]any)[0].(connectors.Record), "LN_NO") }, "has no LN_NO"},
		{"two lines of one number", func(r connectors.Record) { r["lines"].([]any)[1].(connectors.Record)["LN_NO"] = num("1.0") }, "two rows with LN_NO 1"},
		{"lines that are no list", func(r connectors.Record) { r["lines"] = "none" }, "no list of rows"},
		{"a record in a column", func(r connectors.Record) { r["CU_NO"] = connectors.Record{} }, "holds one value"},
		{"a name that is none", func(r connectors.Record) { r["CU_NO`; DROP TABLE SOHD; --"] = "x" }, "is not the name"},
		{"a number of its own", func(r connectors.Record) { r["SO_NO"] = "SO000001" }, "the number is made here"},
		{"an absurd number", func(r connectors.Record) { r["NET_AMT"] = num("1e999999999") }, "not a number"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			e := newERP(t, erpSchema)
			poison := order("A", 1)
			bad.change(poison.Record)
			results, err := e.sink(t, orders).Write(ctxOf(t), []connectors.Entry{poison, order("B", 1)})
			require.NoError(t, err)
			blamed(t, results[0].Err, connectors.Refused, bad.says)
			require.NoError(t, results[1].Err)
			require.Equal(t, "SO000041 B", e.text(t, "SELECT SO_NO, EXT_REF FROM SOHD"))
		})
	}
}

func TestWhatIsMisconfiguredSaysWhatToMend(t *testing.T) {
	for _, wrong := range []struct{ name, schema, says string }{
		{"the table is missing", "DROP TABLE SOHD", "no table SOHD"},
		{"a column is missing", "ALTER TABLE SOHD DROP COLUMN RMK", "no column RMK"},
		{"a column of the lines is missing", "ALTER TABLE SOLN RENAME COLUMN IT_NO TO ITEM", "no column IT_NO"},
		{"the counter's row is missing", "DELETE FROM CNTR WHERE CNT_CD = 'SO'", "the counter CNTR has 0 rows where CNT_CD is SO"},
		{"the counter does not count", each("", "ALTER TABLE CNTR MODIFY NXT_NO VARCHAR(10);") + "UPDATE CNTR SET NXT_NO = 'many'", "no whole number"},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			e := newERP(t, erpSchema, wrong.schema)
			_, err := e.sink(t, orders).Write(ctxOf(t), []connectors.Entry{order("A", 1)})
			blamed(t, err, connectors.Misconfigured, wrong.says)
		})
	}
}

func TestAProbeSeesWhatIsMissing(t *testing.T) {
	t.Parallel()
	e := newERP(t, erpSchema)
	prober := e.sink(t, orders).(connectors.Prober)
	require.NoError(t, prober.Probe(ctxOf(t)))
	require.Equal(t, "CNTR | SOHD | SOLN", e.tables(t), "a probe changes nothing")
	for _, column := range []struct{ table, name string }{{"SOHD", "EXT_REF"}, {"SOHD", "CRT_DT"}, {"SOLN", "SO_NO"}, {"CNTR", "NXT_NO"}} {
		rename := "ALTER TABLE " + column.table + " RENAME COLUMN "
		e.do(t, rename+column.name+" TO OTHER")
		blamed(t, prober.Probe(ctxOf(t)), connectors.Misconfigured, column.name)
		e.do(t, rename+"OTHER TO "+column.name)
	}
	release := e.lock(t)
	blamed(t, prober.Probe(ctxOf(t)), connectors.Unavailable, "locked")
	release()
	require.NoError(t, prober.Probe(ctxOf(t)))
}

func TestALockedDatabaseIsUnavailableSoonAndSaysWho(t *testing.T) {
	t.Parallel()
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("A", 1))
	e.lock(t)
	start := time.Now()
	_, err := s.Write(ctxOf(t), []connectors.Entry{order("B", 1)})
	blamed(t, err, connectors.Unavailable, "another program holds", "locked", e.named)
	require.Less(t, time.Since(start), 3*time.Second)
}

func TestAFileThatIsNotThereIsNotMade(t *testing.T) {
	onlySQLite(t, "a server's database is no file")
	dir := t.TempDir()
	c := connect(t, "{dsn: sqlite:erp.db}", dir)
	s, faults := c.Sink("erp_order", section(t, orders))
	require.Empty(t, faults)
	_, err := s.Write(ctxOf(t), []connectors.Entry{order("A", 1)})
	blamed(t, err, connectors.Unavailable, "see whether the file is there", dir)
	require.NoFileExists(t, dir+"/erp.db")
}

func TestTwoWritersAtOnceTakeTurns(t *testing.T) {
	t.Parallel()
	e := newERP(t, erpSchema)
	var wg sync.WaitGroup
	sinks := []connectors.Sink{e.sink(t, orders), e.sink(t, orders)} // two connections, as of two programs
	for i, s := range append(sinks, sinks...) {
		wg.Go(func() {
			for n := range 5 {
				var err error
				for range 20 { // a lock that is not given in time is Unavailable, and the pipeline comes back
					_, err = s.Write(context.Background(), []connectors.Entry{order(fmt.Sprintf("%d-%d", i, n), 1), order("shared", int64(n+1))})
					if connectors.KindOf(err) != connectors.Unavailable {
						break
					}
				}
				if err != nil {
					t.Errorf("writer %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, "21 21", e.text(t, "SELECT COUNT(*), COUNT(DISTINCT EXT_REF) FROM SOHD"))
	require.Equal(t, "SO000041 SO000061 62", e.text(t, "SELECT MIN(SO_NO), MAX(SO_NO), (SELECT NXT_NO FROM CNTR WHERE CNT_CD = 'SO') FROM SOHD"), "no gap and no number twice")
	require.Equal(t, "5", e.text(t, "SELECT EXT_REV FROM SOHD WHERE EXT_REF = 'shared'"))
}

func TestNumbersAreMadeInTheWayTheERPMakesThem(t *testing.T) {
	for _, way := range []struct{ name, schema, number, want string }{
		{"auto-increment", "CREATE TABLE H (NO INTEGER PRIMARY KEY AUTOINCREMENT, REF TEXT, A TEXT); INSERT INTO H VALUES (11, 'x', '')", "{auto: true}", "12 | 13"},
		{"one above the highest", "CREATE TABLE H (NO INTEGER PRIMARY KEY, REF TEXT, A TEXT); INSERT INTO H VALUES (9, 'x', '')", "{max: true}", "10 | 11"},
		{"the first", "CREATE TABLE H (NO TEXT PRIMARY KEY, REF TEXT, A TEXT)", "{max: true, mask: 'S_{000}'}", "S_001 | S_002"},
		{"past its mask", "CREATE TABLE H (NO TEXT PRIMARY KEY, REF TEXT, A TEXT); INSERT INTO H VALUES ('S-1000', 'x', ''), ('S-999', 'y', ''), ('SX', 'z', '')", "{max: true, mask: 'S-{000}'}", "S-1001 | S-1002"},
		{"by month", "CREATE TABLE H (NO TEXT PRIMARY KEY, REF TEXT, A TEXT); INSERT INTO H VALUES ('SO2610-0070', 'x', ''), ('SO2611-0004', 'y', '')", "{max: true, mask: 'SO{YY}{MM}-{0000}'}", "SO2611-0005 | SO2611-0006"},
		{"the last one given out", "CREATE TABLE H (NO INTEGER PRIMARY KEY, REF TEXT, A TEXT); CREATE TABLE C (T TEXT, N INTEGER); INSERT INTO C VALUES ('30', 70)", "{counter: C, column: N, where: {T: 30}, holds: last}", "71 | 72"},
	} {
		t.Run(way.name, func(t *testing.T) {
			e := newERP(t, way.schema)
			s := e.sink(t, "{table: H, key: NO, reference: REF, number: "+way.number+"}")
			results := put(t, s, simple("K1"), simple("K2"))
			require.Equal(t, way.want, results[0].Reference+" | "+results[1].Reference)
			require.Equal(t, way.want, e.text(t, "SELECT NO FROM H WHERE REF LIKE 'K%' ORDER BY REF"))
			require.Equal(t, results[0].Reference, put(t, s, simple("K1"))[0].Reference)
		})
	}
}

func simple(key string) connectors.Entry {
	return connectors.Entry{Target: "t", Kind: "k", Key: key, Revision: 1, Op: connectors.Put, Record: connectors.Record{"A": "ä"}}
}

func TestAKeyOfOurOwnNeedsNoNumber(t *testing.T) {
	e := newERP(t, "CREATE TABLE H (NO TEXT PRIMARY KEY, A TEXT); INSERT INTO H VALUES ('K1', 'theirs')")
	bare := e.sink(t, "{table: H, key: NO}")
	keyed := func(no string) connectors.Entry {
		entry := simple("doc-" + no)
		entry.Record["NO"] = no
		return entry
	}
	require.Equal(t, "K2", put(t, bare, keyed("K2"))[0].Reference)
	_, err := bare.Write(ctxOf(t), []connectors.Entry{keyed("K1")})
	blamed(t, err, connectors.Refused, each("UNIQUE", "Duplicate"))
	require.Equal(t, "theirs", e.text(t, "SELECT A FROM H WHERE NO = 'K1'"), "a stranger's row is never overwritten")
}

func TestAListShowsHeadersWithTheirLinesAndLinesWithoutHeader(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("A", 1), order("B", 1))
	e.do(t, "INSERT INTO SOHD VALUES ('MANUAL', NULL, 'K1', 0, 5, NULL, 0)")
	e.do(t, "INSERT INTO SOLN VALUES ('LOST', 2, 'X', 1.5, 0), ('LOST', 1, 'X', 1.5, 0), ('MORE', 1, 'Y', 1, 0)")
	for max := 1; max <= 6; max++ {
		var all []connectors.Standing
		pos := connectors.Position("")
		for range 20 {
			page, next, err := s.(connectors.Lister).List(ctxOf(t), pos, max)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page), max)
			all = append(all, page...)
			if pos = next; pos == "" {
				break
			}
		}
		require.Empty(t, pos, "the list ends")
		var shown []string
		for _, standing := range all {
			shown = append(shown, fmt.Sprintf("%s/%s", standing.Key, standing.Reference))
		}
		require.Equal(t, []string{"/MANUAL", "A/SO000041", "B/SO000042", "/LOST", "/MORE"}, shown, "pages of %d", max)
		require.JSONEq(t, `{"CU_NO":"K0012","EXT_REV":1,"NET_AMT":12.11,"RMK":"第1版","CRT_DT":20261121,"lines":[
			{"LN_NO":1,"IT_NO":"100234","QTY":1,"SHP_QTY":0},{"LN_NO":2,"IT_NO":"100235","QTY":0.125,"SHP_QTY":0}]}`, string(all[1].Record.Canonical()))
		require.JSONEq(t, `{"lines":[{"LN_NO":1,"IT_NO":"X","QTY":1.5,"SHP_QTY":0},{"LN_NO":2,"IT_NO":"X","QTY":1.5,"SHP_QTY":0}]}`, string(all[3].Record.Canonical()))
	}
}

func BenchmarkWrite100OrdersOf5Lines(b *testing.B) {
	e := newERP(b, erpSchema)
	s := e.sink(b, orders)
	round := 0
	for b.Loop() {
		round++
		batch := make([]connectors.Entry, 100)
		for i := range batch {
			batch[i] = order(fmt.Sprintf("%d-%d", round, i), 1)
			lines := make([]any, 5)
			for n := range lines {
				lines[n] = connectors.Record{"LN_NO": num(fmt.Sprint(n + 1)), "IT_NO": "100234", "QTY": num("1.5")}
			}
			batch[i].Record["lines"] = lines
		}
		if _, err := s.Write(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(100*round)/b.Elapsed().Seconds(), "orders/s")
}
