package sqldb_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

// guardedBy is how the target writes without a table of ours.
func guardedBy(guard string) string {
	return strings.TrimSpace(orders) + "\nguard: " + guard + "\nrevision: EXT_REV\n"
}

// unique is what guard: reference asks of the ERP.
const unique = "CREATE UNIQUE INDEX EXT ON SOHD (EXT_REF)"

// unrevised leaves our revision out of the record: it is filled in.
func unrevised(e connectors.Entry) connectors.Entry {
	e.Record = maps.Clone(e.Record)
	delete(e.Record, "EXT_REV")
	return e
}

// plain is an order for a target that fills our revision in.
func plain(key string, revision int64) connectors.Entry { return unrevised(order(key, revision)) }

func TestWithoutATableOfOursTheHeaderSaysWhichRevisionItShows(t *testing.T) {
	for _, guard := range []string{"reference", "lock"} {
		e := newERP(t, erpSchema, unique)
		s := e.sink(t, guardedBy(guard))
		require.Equal(t, connectors.Result{State: connectors.Applied, Reference: "SO000041"}, put(t, s, plain("A", 2))[0])
		require.Equal(t, connectors.Result{State: connectors.Unchanged, Reference: "SO000041"}, put(t, s, plain("A", 2))[0])
		require.Equal(t, connectors.Result{State: connectors.Superseded, Reference: "SO000041"}, put(t, s, plain("A", 1))[0])
		corrected := plain("A", 2)
		corrected.Record["CU_NO"] = "K0099"
		require.Equal(t, connectors.Applied, put(t, s, corrected)[0].State, "a corrected mapping is written at the same revision")
		require.Equal(t, "SO000041 A K0099 2", e.text(t, "SELECT SO_NO, EXT_REF, CU_NO, EXT_REV FROM SOHD"))
		require.NotContains(t, e.tables(t), "tradewire")

		wrong := order("B", 1)
		wrong.Record["EXT_REV"] = num("7")
		removal := plain("A", 3)
		removal.Op, removal.Record = connectors.Remove, nil
		results, err := s.Write(ctxOf(t), []connectors.Entry{wrong, removal, plain("C", 1)})
		require.NoError(t, err)
		blamed(t, results[0].Err, connectors.Refused, "SOHD.EXT_REV holds our revision", "leave it out of the mapping")
		blamed(t, results[1].Err, connectors.Refused, "nothing would remember that the record was taken away")
		require.NoError(t, results[2].Err)
	}
}

func TestAGuardThatTheTablesDoNotGiveIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	for _, wrong := range []struct{ name, guard, schema, says string }{
		{"the reference repeats", "reference", "", "SOHD.EXT_REF is not unique, and guard: reference rests on it"},
		{"the reference is unique for some rows only", "reference", each("CREATE UNIQUE INDEX EXT ON SOHD (EXT_REF) WHERE CRT_DT > 0", "CREATE UNIQUE INDEX EXT ON SOHD (EXT_REF(3))"), "SOHD.EXT_REF is not unique"},
		{"the reference is unique together with another column", "reference", "CREATE UNIQUE INDEX EXT ON SOHD (CU_NO, EXT_REF)", "SOHD.EXT_REF is unique only together with others, [CU_NO EXT_REF]: a row found by it may be another's"},
		{"the reference is unique together with another column", "lock", "CREATE UNIQUE INDEX EXT ON SOHD (CU_NO, EXT_REF)", "use guard: effect"},
		{"the key repeats", "lock", each("DROP TABLE SOHD; CREATE TABLE SOHD (SO_NO TEXT, EXT_REF TEXT UNIQUE, CU_NO TEXT, EXT_REV INTEGER, NET_AMT REAL, RMK TEXT, CRT_DT INTEGER)", "ALTER TABLE SOHD DROP PRIMARY KEY"), "SOHD.SO_NO is not unique"},
	} {
		t.Run(wrong.name+" for "+wrong.guard, func(t *testing.T) {
			e := newERP(t, erpSchema)
			if wrong.schema != "" {
				e.do(t, wrong.schema)
			}
			s := e.sink(t, guardedBy(wrong.guard))
			_, err := s.Write(ctxOf(t), []connectors.Entry{plain("A", 1)})
			blamed(t, err, connectors.Misconfigured, wrong.says)
			blamed(t, s.(connectors.Prober).Probe(ctxOf(t)), connectors.Misconfigured, wrong.says)
			require.Empty(t, e.held(t))
		})
	}
}

func TestAUniqueKeyThatIsDroppedWhileRunningIsMissed(t *testing.T) {
	t.Parallel()
	onlyMySQL(t, "SQLite does not say when a table was changed; its file is written by one at a time")
	e := newERP(t, erpSchema, unique)
	s := e.sink(t, guardedBy("reference"))
	put(t, s, plain("A", 1))
	soon(t, "another second has come, by which servers date their tables", func() bool {
		return e.text(t, "SELECT NOW() > create_time + INTERVAL 1 SECOND FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'SOHD'") == "1"
	})
	e.do(t, "DROP INDEX EXT ON SOHD")
	_, err := s.Write(ctxOf(t), []connectors.Entry{plain("B", 1)})
	blamed(t, err, connectors.Misconfigured, "SOHD.EXT_REF is not unique")
	require.Equal(t, map[string][]int64{"A": {1}}, e.held(t))
}

// Nothing we write may land on a row that another unique key of the table gives to someone else.
func TestARowThatAnotherUniqueKeyGivesToAStrangerIsNeverTouched(t *testing.T) {
	for _, guard := range guards {
		e := newERP(t, erpSchema, "CREATE UNIQUE INDEX ONE ON SOHD (CRT_DT)")
		if guard.schema != "" {
			e.do(t, guard.schema)
		}
		e.do(t, "INSERT INTO SOHD VALUES ('MANUAL', NULL, 'K1', NULL, 5, 'theirs', 20261121)")
		_, err := e.sink(t, guard.write).Write(ctxOf(t), []connectors.Entry{entryOf(guard.write, "A", 1, 1)})
		blamed(t, err, connectors.Refused)
		require.Equal(t, "MANUAL  K1  5.00 theirs 20261121", strings.Replace(e.text(t, "SELECT * FROM SOHD"), " 5 ", " 5.00 ", 1))
	}
}

func TestAReferenceThatDiffersByCaseAloneIsAnotherDocuments(t *testing.T) {
	for _, guard := range guards {
		e := newERP(t, erpSchema)
		if guard.schema != "" {
			e.do(t, guard.schema)
		}
		s := e.sink(t, guard.write)
		put(t, s, entryOf(guard.write, "ab-1", 1, 1))
		results, err := s.Write(ctxOf(t), []connectors.Entry{entryOf(guard.write, "AB-1", 1, 1), entryOf(guard.write, "C", 1, 1)})
		require.NoError(t, err)
		if onMySQL() {
			blamed(t, results[0].Err, connectors.Conflict, `carries the reference "ab-1", which the database takes for "AB-1"`)
		} else {
			require.NoError(t, results[0].Err)
		}
		require.NoError(t, results[1].Err)
		require.Equal(t, []int64{1}, e.held(t)["ab-1"], guard.name)
	}
}

func TestEveryTargetHasAGrade(t *testing.T) {
	e := newERP(t, erpSchema)
	for i, guard := range guards {
		require.Equal(t, []string{"A", "B", "C"}[i], e.sink(t, guard.write).(interface{ Grade() string }).Grade())
	}
}

func TestTheEffectTableMayLieInASchemaOfItsOwn(t *testing.T) {
	onlyMySQL(t, "a file has one schema")
	ours := newERP(t)
	e := newERP(t, erpSchema)
	s := e.sink(t, strings.TrimSpace(orders)+"\neffect: "+ours.server.Name+".tradewire_effect\n")
	require.NoError(t, s.(connectors.Prober).Probe(ctxOf(t)))
	put(t, s, order("A", 1))
	require.Equal(t, "CNTR | SOHD | SOLN", e.tables(t), "theirs is untouched")
	require.Equal(t, "A 1 SO000041", ours.text(t, "SELECT `key`, revision, reference FROM tradewire_effect WHERE kind <> ''"))
	bad := order("B", 1)
	bad.Record["NET_AMT"] = num("-1")
	_, err := s.Write(ctxOf(t), []connectors.Entry{order("A", 2), bad})
	blamed(t, err, connectors.Refused)
	require.Equal(t, "1", ours.text(t, "SELECT revision FROM tradewire_effect WHERE kind <> ''"), "it is one transaction")
}

// sinkOf is a target of the ERP under a name.
func (e *erp) sinkOf(t testing.TB, name string) connectors.Sink {
	t.Helper()
	s, faults := e.connect(t).Sink(name, section(t, orders))
	require.Empty(t, faults)
	return s
}

func TestALongNameOfATargetFitsTheEffectTable(t *testing.T) {
	e := newERP(t, erpSchema)
	long := strings.Repeat("单", 119)
	for _, name := range []string{long + "a", long + "b"} {
		entry := order(name[len(long):], 1)
		entry.Target = name
		put(t, e.sinkOf(t, name), entry)
		require.Equal(t, connectors.Unchanged, put(t, e.sinkOf(t, name), entry)[0].State)
	}
	_, faults := e.connect(t).Sink(long+"ab", section(t, orders))
	require.Contains(t, faults.Error(), "test.yaml:2:1 long-name the name of the target has 121 letters, and the effect table holds 120 -> give it a shorter name")
}

func TestAnEffectTableThatIsTooNarrowForTheNameIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	onlyMySQL(t, "texts of SQLite have no length")
	e := newERP(t, erpSchema)
	put(t, e.sinkOf(t, "erp_order"), order("A", 1))
	e.do(t, "ALTER TABLE tradewire_effect MODIFY target VARCHAR(64) NOT NULL") // as an earlier version made it
	put(t, e.sinkOf(t, strings.Repeat("x", 64)), order("A", 2))
	s := e.sinkOf(t, strings.Repeat("x", 65))
	entry := order("B", 1)
	entry.Target = strings.Repeat("x", 65)
	_, err := s.Write(ctxOf(t), []connectors.Entry{entry})
	says := "tradewire_effect.target holds 64 letters, and the name of this target has 65"
	blamed(t, err, connectors.Misconfigured, says, "ALTER TABLE `tradewire_effect` MODIFY target VARCHAR(120) NOT NULL")
	blamed(t, s.(connectors.Prober).Probe(ctxOf(t)), connectors.Misconfigured, says)
	_, typed, _ := strings.Cut(err.Error(), "have it widened: ")
	e.do(t, strings.TrimSuffix(typed, ")"))
	put(t, s, entry)
}

func TestALockOfAnotherUserNeedsTheRightToEndItsSession(t *testing.T) {
	onlyMySQL(t, "a file has no users")
	e := newERP(t, erpSchema)
	for _, user := range []string{"one", "two"} {
		name := "u_" + user + "_" + e.server.Name
		e.do(t, "CREATE USER "+name+"@'%'; GRANT SELECT, INSERT, UPDATE, DELETE ON "+e.server.Name+".* TO "+name+"@'%'")
		t.Cleanup(func() { _, _ = e.db.Exec("DROP USER " + name + "@'%'") })
	}
	sink := func(user string) connectors.Sink {
		s, faults := connect(t, e.as(t, "u_"+user+"_"+e.server.Name, "", ""), e.dir).Sink("erp_order", section(t, guardedBy("lock")))
		require.Empty(t, faults)
		return s
	}
	one := sink("one")
	put(t, one, plain("A", 1))
	require.NoError(t, one.(connectors.Prober).Probe(ctxOf(t)), "its own sessions everyone may end")
	_, err := sink("two").Write(ctxOf(t), []connectors.Entry{plain("A", 2)})
	blamed(t, err, connectors.Misconfigured, "let all instances use the same database user")
	put(t, sink("one"), plain("A", 2))
}

// A server compares a text with a number as binary fractions: 12, 012 and 12x would be one order.
func TestAKeyThatIsKeptAsTextIsComparedAsText(t *testing.T) {
	e := newERP(t, "CREATE TABLE H (NO INTEGER PRIMARY KEY, REF VARCHAR(20), A VARCHAR(20)); CREATE TABLE L (NO VARCHAR(10), LN VARCHAR(4), Q INTEGER, PRIMARY KEY (NO, LN))")
	e.do(t, "INSERT INTO L VALUES ('012', '1', 5), ('12x', '1', 5)")
	e.do(t, "CREATE TABLE C (N INTEGER); INSERT INTO C VALUES (12)")
	s := e.sink(t, "{table: H, key: NO, reference: REF, number: {counter: C, column: N}, rows: {lines: {table: L, parent: {NO: NO}, key: LN}}}")
	for revision := range int64(3) {
		entry := simple("doc")
		entry.Revision = revision + 1
		entry.Record["A"] = num(fmt.Sprint(revision))
		entry.Record["lines"] = []any{connectors.Record{"LN": num(fmt.Sprint(revision + 1)), "Q": num("7")}, connectors.Record{"LN": "9", "Q": num(fmt.Sprint(revision))}}
		require.Equal(t, "12", put(t, s, entry)[0].Reference)
	}
	require.Equal(t, "012 1 5 | 12 3 7 | 12 9 2 | 12x 1 5", e.text(t, "SELECT * FROM L ORDER BY 1, 2"))
	source := e.source(t, "{select: SELECT N AS NO FROM C WHERE N = 13, key: NO, detect: snapshot, rows: {l: {select: 'SELECT * FROM L', parent: {NO: NO}}}}")
	e.do(t, "INSERT INTO L VALUES ('13', '1', 1), ('013', '1', 1), ('13x', '1', 1)")
	changes, err := source.(connectors.Fetcher).Fetch(ctxOf(t), "", []string{"13"})
	require.NoError(t, err)
	require.Len(t, changes[0].Record["l"], 1)
}
