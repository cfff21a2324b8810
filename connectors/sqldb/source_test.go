package sqldb_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/sqldb"
)

const despatches = `
CREATE TABLE SOHD (SO_NO TEXT PRIMARY KEY, EXT_REF TEXT, CU_NO TEXT);
CREATE TABLE DNHD (DN_ID INTEGER PRIMARY KEY, DN_NO TEXT, SO_NO TEXT, CARR TEXT, SHP_DT DATE, UPD DATETIME(3));
CREATE TABLE DNLN (DN_NO TEXT, LN_NO INTEGER, QTY REAL);
INSERT INTO SOHD VALUES ('S1', 'ORD-1', 'K1'), ('S2', NULL, 'K2');
INSERT INTO DNHD VALUES (1, 'D1', 'S1', 'SF', '2026-11-20', '2026-11-20 09:00:00.000'), (2, 'D2', 'S1', NULL, '2026-11-21', '2026-11-21 09:00:00.250'), (5, 'D3', 'S2', 'SF', 20261121, NULL);
INSERT INTO DNLN VALUES ('D1', 2, 1.5), ('D1', 1, 12.125), ('D3', 1, 100);`

const readDespatches = `
select: >-
  SELECT d.DN_ID, d.DN_NO, d.SHP_DT, d.CARR, d.UPD, h.EXT_REF, h.CU_NO
  FROM DNHD d JOIN SOHD h ON h.SO_NO = d.SO_NO
key: DN_NO
detect: id
column: d.DN_ID
at: UPD
rows:
  lines:
    select: SELECT l.DN_NO, l.LN_NO, l.QTY FROM DNLN l
    parent: {DN_NO: DN_NO}
    order: LN_NO
`

func read(t testing.TB, s connectors.Source, pos connectors.Position, max int) connectors.Batch {
	t.Helper()
	batch, err := s.Read(ctxOf(t), pos, max)
	require.NoError(t, err)
	return batch
}

func TestADespatchIsReadWithItsLines(t *testing.T) {
	e := newERP(t, despatches)
	s := e.source(t, readDespatches)
	batch := read(t, s, "", 2)
	require.True(t, batch.More)
	require.JSONEq(t, `{"DN_ID":1,"DN_NO":"D1","SHP_DT":"2026-11-20","CARR":"SF","UPD":"2026-11-20 09:00:00.000","EXT_REF":"ORD-1","CU_NO":"K1",
		"lines":[{"DN_NO":"D1","LN_NO":1,"QTY":12.125},{"DN_NO":"D1","LN_NO":2,"QTY":1.5}]}`, string(batch.Changes[0].Record.Canonical()), "times stay the text that they are")
	require.Equal(t, []any{}, batch.Changes[1].Record["lines"])
	require.Equal(t, time.Date(2026, 11, 21, 1, 0, 0, 250e6, time.UTC), batch.Changes[1].At, "09:00 in Hong Kong")
	e.saysItIs(t, batch.AsOf)
	rest := read(t, s, batch.Next, 2)
	require.False(t, rest.More)
	require.Len(t, rest.Changes, 1)
	require.Equal(t, each[any](num("20261121"), "2026-11-21"), rest.Changes[0].Record["SHP_DT"])
	require.True(t, rest.Changes[0].At.IsZero())
	require.Empty(t, read(t, s, rest.Next, 2).Changes)
}

func TestASnapshotIsReadWholeAndSorted(t *testing.T) {
	e := newERP(t, "CREATE TABLE CUSM (CU_NO TEXT, LMT DECIMAL(14,2))", "CREATE TABLE ARIT (CU TEXT, DOC TEXT, OPN DECIMAL(14,2))",
		"INSERT INTO CUSM VALUES ('K2', 50000.25), ('K1', NULL), ('K3', 10.15)", "INSERT INTO ARIT VALUES ('K1', 'I2', 5.05), ('K1', 'I1', -3.25), ('K3', 'I3', 0.11)")
	s := e.source(t, `{select: SELECT * FROM CUSM, key: CU_NO, detect: snapshot, rows: {items: {select: 'SELECT CU, DOC, OPN FROM ARIT', parent: {CU: CU_NO}, order: DOC DESC}}}`)
	first := read(t, s, "", 1)
	require.Equal(t, "despatch", first.Set)
	require.True(t, first.End)
	require.False(t, first.More)
	e.saysItIs(t, first.AsOf)
	var records []string
	for _, c := range first.Changes {
		records = append(records, string(c.Record.Canonical()))
	}
	require.Equal(t, []string{
		`{"CU_NO":"K1","LMT":null,"items":[{"CU":"K1","DOC":"I2","OPN":5.05},{"CU":"K1","DOC":"I1","OPN":-3.25}]}`,
		`{"CU_NO":"K2","LMT":50000.25,"items":[]}`,
		`{"CU_NO":"K3","LMT":10.15,"items":[{"CU":"K3","DOC":"I3","OPN":0.11}]}`,
	}, records)
	require.Equal(t, first.Changes, read(t, s, first.Next, 1).Changes, "the position of a snapshot reads the whole set again")
	e.do(t, "DELETE FROM CUSM")
	empty := read(t, s, first.Next, 1)
	require.Empty(t, empty.Changes)
	require.True(t, empty.End, "an empty set is a set")
}

func TestARowThatCannotBeReadStopsNoOther(t *testing.T) {
	e := newERP(t, "CREATE TABLE T (ID INTEGER PRIMARY KEY, K TEXT, NAME BLOB)", "CREATE TABLE L (K TEXT, NOTE BLOB)",
		"INSERT INTO T VALUES (1, 'K1', 'good'), (2, 'K2', CAST(x'd6d0ff' AS TEXT)), (3, NULL, 'no key'), (4, 'K4', 'bad line'), (5, 'K5', x'c3a4')",
		"INSERT INTO L VALUES ('K4', x'fffe'), ('K1', 'fine')")
	for _, detect := range []string{"id, column: ID", "snapshot"} {
		s := e.source(t, "{select: SELECT * FROM T, key: K, rows: {notes: {select: SELECT * FROM L, parent: {K: K}}}, detect: "+detect+"}")
		batch := read(t, s, "", 10)
		byID := map[string]connectors.Change{}
		for _, c := range batch.Changes {
			if c.Broken == nil {
				byID[c.Key] = c
			} else {
				byID[c.Broken.Reason] = c
				require.NotEmpty(t, c.Broken.Raw)
				require.Nil(t, c.Record)
			}
		}
		require.Len(t, byID, 5)
		require.Equal(t, "good", byID["K1"].Record["NAME"])
		require.Equal(t, "ä", byID["K5"].Record["NAME"], "a blob that is text is text")
		require.Equal(t, "K2", byID["column NAME holds bytes that are not UTF-8 text"].Key)
		require.Contains(t, byID, "the key K is empty")
		require.Equal(t, "K4", byID["notes: column NOTE holds bytes that are not UTF-8 text"].Key)
	}
}

func TestAKeyThatStandsTwiceInASetIsBroken(t *testing.T) {
	e := newERP(t, "CREATE TABLE T (K TEXT)", "INSERT INTO T VALUES ('A'), ('B'), ('A')")
	batch := read(t, e.source(t, "{select: SELECT K FROM T, key: K, detect: snapshot}"), "", 1)
	require.Len(t, batch.Changes, 3)
	require.Nil(t, batch.Changes[0].Broken)
	require.Contains(t, batch.Changes[1].Broken.Reason, "more than once")
}

func TestKeysOfSeveralColumnsNeverLookAlike(t *testing.T) {
	e := newERP(t, "CREATE TABLE T (CO TEXT, NO TEXT, V TEXT)", "INSERT INTO T VALUES ('a/b', 'c', 'first'), ('a', 'b/c', 'second')")
	for _, key := range []string{"[CO, NO]", "CO/NO"} {
		s := e.source(t, "{select: SELECT * FROM T, key: "+key+", detect: snapshot}")
		keys := []string{}
		for _, c := range read(t, s, "", 1).Changes {
			keys = append(keys, c.Key)
		}
		require.Equal(t, []string{"a%2Fb/c", "a/b%2Fc"}, keys)
		changes, err := s.(connectors.Fetcher).Fetch(ctxOf(t), "t", append(keys, "nothing"))
		require.NoError(t, err)
		require.Equal(t, "first", changes[0].Record["V"])
		require.Equal(t, "second", changes[1].Record["V"])
		require.True(t, changes[2].Gone)
	}
}

func TestAnOverlapFindsWhatWasCommittedLate(t *testing.T) {
	for _, way := range []struct{ name, column, read, early, middle, late string }{
		{"text", "TEXT", "timestamp, overlap: 5m", "'2026-11-21 09:58:00'", "'2026-11-21 10:00:00'", "'2026-11-21 09:56:00'"},
		{"text with a fraction", "TEXT", "timestamp, overlap: 5m", "'2026-11-21T09:58:00.500Z'", "'2026-11-21T10:00:00.250Z'", "'2026-11-21T09:56:00.125Z'"},
		{"declared as a time", "DATETIME", "timestamp, overlap: 5m", "'2026-11-21 09:58:00'", "'2026-11-21 10:00:00'", "'2026-11-21 09:56:00'"},
		{"seconds", "INTEGER", "timestamp, overlap: 5m", "1795255080", "1795255200", "1795254960"},
		{"digits", "BIGINT", "timestamp, overlap: 5m", "20261121095800", "20261121100000", "20261121095600"},
		{"ids", "INTEGER", "id, overlap: 4", "8", "10", "7"},
	} {
		t.Run(way.name, func(t *testing.T) {
			e := newERP(t, "CREATE TABLE T (K TEXT, AT "+way.column+")", "INSERT INTO T VALUES ('early', "+way.early+"), ('middle', "+way.middle+"), ('never', NULL)")
			s := e.source(t, "{select: SELECT * FROM T, key: K, column: AT, detect: "+way.read+"}")
			seen := map[string]bool{}
			pos := connectors.Position("")
			sweep := func() {
				for {
					batch := read(t, s, pos, 1)
					for _, c := range batch.Changes {
						seen[c.Key] = true
					}
					if pos = batch.Next; !batch.More {
						return
					}
				}
			}
			sweep()
			require.Equal(t, map[string]bool{"early": true, "middle": true}, seen)
			e.do(t, "INSERT INTO T VALUES ('late', "+way.late+")")
			sweep()
			require.True(t, seen["late"], "it was committed after a later one had been read")
		})
	}
}

// When clocks are set back the hour from one to two comes twice, and what changes in it the second time stands below what has
// been read.
func TestAnHourThatComesTwiceIsReadTwice(t *testing.T) {
	e := newERP(t, "CREATE TABLE T (K VARCHAR(9) PRIMARY KEY, AT "+each("TEXT", "TIMESTAMP NULL")+")")
	now := time.Date(2026, 11, 1, 5, 40, 0, 0, time.UTC) // 01:40 in New York, summer time
	env := connectors.Env{Name: "erp", Dir: e.dir, Now: func() time.Time { return now }}
	source := func() connectors.Source {
		c, faults := sqldb.Driver(env, section(t, "{"+e.dsn+", time_zone: America/New_York}"))
		require.Empty(t, faults)
		t.Cleanup(func() { _ = c.Close() })
		s, faults := c.(connectors.Readable).Source("t", section(t, "{select: SELECT * FROM T, key: K, at: AT, detect: timestamp}"))
		require.Empty(t, faults)
		return s
	}
	e.do(t, each("", "SET time_zone = '-04:00'; ")+"INSERT INTO T VALUES ('first', '2026-11-01 01:30:00')")
	page := read(t, source(), "", 10)
	require.Len(t, page.Changes, 1)
	now = now.Add(40 * time.Minute) // 01:20 once more
	e.do(t, each("", "SET time_zone = '-05:00'; ")+"INSERT INTO T VALUES ('second', '2026-11-01 01:10:00')")
	page = read(t, source(), page.Next, 10)
	require.Contains(t, fmt.Sprint(page.Changes), "second")
}

func TestTimesOfOneSecondAreAllSeenAcrossPages(t *testing.T) {
	e := newERP(t, "CREATE TABLE T (K TEXT, AT TEXT)")
	s := e.source(t, "{select: SELECT * FROM T, key: K, at: AT, detect: timestamp}")
	rapid.Check(t, func(r *rapid.T) {
		in := tb{t, r}
		e.do(in, "DELETE FROM T")
		seconds := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 12).Draw(r, "seconds")
		max := rapid.IntRange(1, 4).Draw(r, "max")
		for i, second := range seconds {
			e.do(in, "INSERT INTO T VALUES (?, ?)", fmt.Sprintf("K%02d", i), fmt.Sprintf("2026-11-21 10:00:%02d", second))
		}
		seen := map[string]bool{}
		pos := connectors.Position("")
		for more := true; more; {
			batch := read(in, s, pos, max)
			for _, c := range batch.Changes {
				if seen[c.Key] {
					r.Fatalf("%s is seen twice in one sweep", c.Key)
				}
				seen[c.Key] = true
			}
			pos, more = batch.Next, batch.More
		}
		if len(seen) != len(seconds) {
			r.Fatalf("%d of %d rows are seen", len(seen), len(seconds))
		}
	})
}

func TestASourceThatIsMisconfiguredSaysWhatToMend(t *testing.T) {
	e := newERP(t, despatches)
	for _, wrong := range []struct{ name, read, says string }{
		{"no such table", "{select: SELECT * FROM NONE, key: K, detect: snapshot}", "no table NONE"},
		{"no such column", "{select: SELECT NOPE FROM DNHD, key: NOPE, detect: snapshot}", "no column NOPE"},
		{"the key is not shown", "{select: SELECT DN_ID FROM DNHD, key: DN_NO, detect: snapshot}", "shows no column DN_NO"},
		{"the column is not shown", "{select: SELECT DN_NO FROM DNHD, key: DN_NO, detect: id, column: d.DN_ID}", "name it in the SELECT"},
		{"the parent is not shown", "{select: SELECT DN_NO FROM DNHD, key: DN_NO, detect: snapshot, rows: {l: {select: SELECT LN_NO FROM DNLN, parent: {DN_NO: DN_NO}}}}", "no column t.DN_NO"},
		{"a time that is none", "{select: SELECT * FROM DNHD, key: DN_NO, detect: timestamp, at: DN_NO, overlap: 1m}", "the overlap cannot be taken"},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			s := e.source(t, wrong.read)
			batch, err := s.Read(ctxOf(t), "", 10)
			if err == nil {
				_, err = s.Read(ctxOf(t), batch.Next, 10)
			}
			blamed(t, err, connectors.Misconfigured, wrong.says)
		})
	}
	_, err := e.source(t, readDespatches).Read(ctxOf(t), "2026-11-21T04:00:00Z", 1)
	blamed(t, err, connectors.Misconfigured, "start this source again")
}

func TestAReaderNeverWritesAndNeverWaitsForAWriterInWAL(t *testing.T) {
	onlySQLite(t, "WAL is a way in which a file is written")
	e := newERP(t, despatches, "PRAGMA journal_mode = WAL")
	s := e.source(t, readDespatches)
	e.lock(t)
	require.Len(t, read(t, s, "", 10).Changes, 3)
	require.Equal(t, "wal", e.text(t, "PRAGMA journal_mode"))
}

func TestAReaderNeverWaitsForAWriterOfAServer(t *testing.T) {
	onlyMySQL(t, "a writer of SQLite holds the whole file")
	e := newERP(t, despatches)
	writer, err := e.db.Begin()
	require.NoError(t, err)
	defer func() { _ = writer.Rollback() }()
	_, err = writer.Exec("UPDATE DNHD SET CARR = 'half-way'")
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprint(read(t, e.source(t, readDespatches), "", 10).Changes), "half-way")
}

func TestStatementsUnderInitRunInEverySession(t *testing.T) {
	e := newERP(t, despatches)
	c := connect(t, "{"+e.dsn+", init: ["+each("PRAGMA case_sensitive_like = ON", "SET @first = 'D3'")+"]}", e.dir)
	s, faults := c.Source("d", section(t, "{select: SELECT DN_NO FROM DNHD WHERE DN_NO "+each("LIKE 'd%'", "< @first AND 'D4' < @first")+", key: DN_NO, detect: snapshot}"))
	require.Empty(t, faults)
	require.Empty(t, read(t, s, "", 1).Changes)
	c = connect(t, "{"+e.dsn+", init: [PRAGMATIC]}", e.dir)
	s, _ = c.Source("d", section(t, "{select: SELECT DN_NO FROM DNHD, key: DN_NO, detect: snapshot}"))
	_, err := s.Read(ctxOf(t), "", 1)
	blamed(t, err, connectors.Misconfigured, "mend the statement under init at test.yaml:1:")
}

// Every decimal of up to 15 digits comes back from every type of column as the number that was written, and text of any length.
func TestDecimalsAreExactThroughEveryColumn(t *testing.T) {
	e := newERP(t, "CREATE TABLE D (NO INTEGER PRIMARY KEY AUTOINCREMENT, REF TEXT, R REAL, T TEXT, "+
		each("N NUMERIC, D DECIMAL(14,2), F FLOAT, B)", "N DECIMAL(65,30), D DECIMAL(15,6), F DOUBLE, B VARCHAR(80))"))
	sink := e.sink(t, "{table: D, key: NO, reference: REF, number: {auto: true}}")
	source := e.source(t, "{select: SELECT * FROM D, key: REF, detect: id, column: NO}")
	columns := []string{"R", "N", "D", "F", "T", "B"}
	made := 0
	var pos connectors.Position
	rapid.Check(t, func(r *rapid.T) {
		in := tb{t, r}
		digits := rapid.StringMatching(`-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?`).Draw(r, "number")
		long := rapid.StringMatching(`-?[1-9][0-9]{0,30}\.[0-9]{1,30}`).Draw(r, "long number")
		made++
		entry := connectors.Entry{Target: "t", Kind: "k", Key: fmt.Sprint(made), Revision: 1, Op: connectors.Put, Record: connectors.Record{}}
		for _, column := range columns {
			entry.Record[column] = num(digits)
		}
		entry.Record["T"] = num(long)
		put(in, sink, entry) // reads it back itself
		batch := read(in, source, pos, 100)
		pos = batch.Next
		if len(batch.Changes) != 1 {
			r.Fatalf("%d changes, not the one that was written", len(batch.Changes))
		}
		got := batch.Changes[0].Record
		for _, column := range columns {
			if want := fmt.Sprint(entry.Record[column]); !equal(want, fmt.Sprint(got[column])) {
				r.Fatalf("%s of column %s came back as %v", want, column, got[column])
			}
		}
		if got["T"] != long {
			r.Fatalf("text %s came back as %v", long, got["T"])
		}
	})
}

func TestTheExampleConfigurationIsUnderstood(t *testing.T) {
	loaded, err := config.Load("../../config/demo/tradewire.yaml")
	require.NoError(t, err)
	c := connect(t, "{dsn: sqlite:erp.db}", t.TempDir())
	sources, sinks := 0, 0
	for _, pipeline := range loaded.Pipelines {
		for _, source := range pipeline.Sources {
			if source.Connection.Value == "erp" {
				_, faults := c.Source(source.Name.Value, source.Read)
				require.Empty(t, faults)
				sources++
			}
		}
		for _, target := range pipeline.Targets {
			if target.Connection.Value == "erp" {
				_, faults := c.Sink(target.Name.Value, target.Write)
				require.Empty(t, faults)
				sinks++
			}
		}
	}
	require.Equal(t, []int{5, 1}, []int{sources, sinks})
}
