package sqldb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

// planned plans one entry.
func planned(t *testing.T, d connectors.Draft, e connectors.Entry) connectors.Preview {
	t.Helper()
	p, err := d.Plan(ctxOf(t), []connectors.Entry{e})
	require.NoError(t, err)
	require.NoError(t, p[0].Err)
	return p[0]
}

// refusal is why a plan says that an entry would not be written.
func refusal(t *testing.T, d connectors.Draft, e connectors.Entry) error {
	t.Helper()
	p, err := d.Plan(ctxOf(t), []connectors.Entry{e})
	if err != nil {
		return err
	}
	return p[0].Err
}

// cells are the changes of a preview in words.
func cellsOf(p connectors.Preview) string {
	var words []string
	for _, r := range p.Rows {
		word := fmt.Sprintf("%s %s %s:", r.Does, r.Table, r.Key)
		for _, c := range r.Cells {
			word += fmt.Sprintf(" %s %v>%v", c.Field, c.Was, c.Is)
		}
		words = append(words, word)
	}
	return strings.Join(words, "; ")
}

func TestAPlanSaysWhatWouldBeWrittenAndLeavesNothing(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("A", 1))
	before := e.held(t)
	draft := s.(connectors.Planner).Draft(nil)
	p := planned(t, draft, order("O'Neill", 1))
	require.Equal(t, connectors.Result{State: connectors.Applied, Reference: "SO000042"}, p.Result)
	require.Equal(t, connectors.Insert, p.Does)
	require.Contains(t, cellsOf(p), "insert SOHD SO000042:")
	all := strings.Join(p.Steps, "\n")
	for _, words := range []string{"UPDATE `CNTR` AS t\n   SET `NXT_NO` = 43\n WHERE t.`CNT_CD` = 'SO'", "INSERT INTO `SOHD`", "'O''Neill'", "'第1版'", "INSERT INTO `SOLN`", "'SO000042', "} {
		require.Contains(t, all, words)
	}
	p = planned(t, draft, order("P", 1))
	require.Equal(t, "SO000043", p.Reference, "the number before is the first one's")
	require.Contains(t, strings.Join(p.Steps, "\n"), "SET `NXT_NO` = 44")
	p = planned(t, draft, order("O'Neill", 2))
	require.Equal(t, "SO000042", p.Reference, "planned again it has the number that it had")
	require.Contains(t, cellsOf(p), "第2版", "and is planned whole")
	p = planned(t, draft, order("A", 1))
	require.Empty(t, p.Steps)
	require.Equal(t, connectors.Unchanged, p.State)
	require.Equal(t, connectors.Nothing, p.Does)
	require.Equal(t, before, e.held(t))
	require.Equal(t, "SO 42", e.text(t, "SELECT * FROM CNTR WHERE CNT_CD = 'SO'"))
	require.Equal(t, "SO000042", put(t, s, order("B", 1))[0].Reference)
}

func TestAPlanShowsOldAndNew(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("A", 1))
	later := order("A", 2)
	lines := later.Record["lines"].([]any)
	lines[0].(connectors.Record)["QTY"] = num("777")
	later.Record["lines"] = lines[:1]
	p := planned(t, s.(connectors.Planner).Draft(nil), later)
	require.Equal(t, connectors.Update, p.Does)
	said := cellsOf(p)
	require.Contains(t, said, "update SOHD SO000041: EXT_REV 1>2 NET_AMT 12.11>12.12 RMK 第1版>第2版")
	require.Regexp(t, `update SOLN 1: QTY \S+>777`, said)
	require.Contains(t, said, "delete SOLN 2:")

	later.Expect = p.Mark()
	e.do(t, "UPDATE SOLN SET QTY = 3 WHERE SO_NO = 'SO000041' AND LN_NO = 1")
	_, err := s.Write(ctxOf(t), []connectors.Entry{later})
	blamed(t, err, connectors.Conflict, "SOHD of A does not stand as it did when it was planned: it would update SOHD SO000041.EXT_REV", "SOLN 1.QTY 3")
	require.Equal(t, "第1版", e.text(t, "SELECT RMK FROM SOHD"), "nothing of it is written")
	later.Expect = planned(t, s.(connectors.Planner).Draft(nil), later).Mark()
	require.Equal(t, connectors.Applied, put(t, s, later)[0].State)
	require.Equal(t, "777", strings.TrimSuffix(e.text(t, "SELECT QTY FROM SOLN"), ".000"))
}

// Whoever makes the number: the plan foresees it, and what is written then is what was planned.
func TestWhatIsWrittenIsWhatWasPlanned(t *testing.T) {
	for numbering, number := range map[string]string{
		"by the database":         "key: ID\nreference: EXT\nnumber: {auto: true}",
		"by the database, unseen": "key: ID\nnumber: {auto: true}",
		"by the highest":          "key: ID\nreference: EXT\nnumber: {max: true}",
		"and another column":      "key: ID\nreference: EXT\nnumber: {auto: true}\nnumbers: {NAME: {key: true, mask: 'SO{0000}'}}",
	} {
		t.Run(numbering, func(t *testing.T) {
			e := newERP(t, "CREATE TABLE H (ID INTEGER PRIMARY KEY "+each("AUTOINCREMENT", "AUTO_INCREMENT")+", EXT VARCHAR(40) UNIQUE, NAME VARCHAR(40))", "INSERT INTO H VALUES (7, 'theirs', 'x')")
			s := e.sink(t, "table: H\n"+number)
			draft := s.(connectors.Planner).Draft(nil)
			entries := make([]connectors.Entry, 3)
			var foreseen, came, names []string
			for i := range entries {
				entries[i] = entry(string(rune('A'+i)), 1, connectors.Record{})
				if !strings.Contains(number, "NAME") {
					entries[i].Record["NAME"] = "n"
				}
				p := planned(t, draft, entries[i])
				for _, c := range p.Rows[0].Cells {
					if c.Field == "NAME" {
						names = append(names, fmt.Sprint(c.Is))
					}
				}
				entries[i].Expect, foreseen = p.Mark(), append(foreseen, p.Reference)
			}
			require.Equal(t, []string{"8", "9", "10"}, foreseen)
			for _, r := range put(t, s, entries...) {
				came = append(came, r.Reference)
			}
			require.Equal(t, foreseen, came)
			if strings.Contains(number, "NAME") {
				require.Equal(t, "A SO0008 | B SO0009 | C SO0010", e.text(t, "SELECT EXT, NAME FROM H WHERE ID > 7 ORDER BY ID"))
				require.Equal(t, "SO0008 SO0009 SO0010", strings.Join(names, " "))
			}
		})
	}
}

// Numberings of one counter, of one target or of several, are planned as they are given out: a block for each, in the order of keys.
func TestNumberingsThatShareACounterArePlannedAsTheyAreGiven(t *testing.T) {
	const table = "CREATE TABLE %s (ID INTEGER PRIMARY KEY, SEQ INTEGER, EXT VARCHAR(40) UNIQUE, NAME VARCHAR(40) NOT NULL)"
	e := newERP(t, fmt.Sprintf(table, "H"), fmt.Sprintf(table, "G"), "CREATE TABLE C (CD VARCHAR(9) PRIMARY KEY, NXT INTEGER)", "INSERT INTO C VALUES ('S', 1)")
	counter := "{counter: C, column: NXT, where: {CD: S}}"
	write := "{table: %s, key: ID, reference: EXT, number: " + counter + ", numbers: {SEQ: " + counter + "}}"
	c := e.connect(t)
	sinkOf := func(table string) connectors.Sink {
		s, faults := c.Sink(table, section(t, fmt.Sprintf(write, table)))
		require.Empty(t, faults)
		return s
	}
	s, other := sinkOf("H"), sinkOf("G")
	name := func(key string, v any) connectors.Entry { return entry(key, 1, connectors.Record{"NAME": v}) }
	entries := []connectors.Entry{name("C", "c"), name("A", "a"), name("BAD", nil), name("B", "b")}
	draft := s.(connectors.Planner).Draft(nil)
	previews, err := draft.Plan(ctxOf(t), entries)
	require.NoError(t, err)
	blamed(t, previews[2].Err, connectors.Refused, "H.NAME must be filled")
	beside := other.(connectors.Planner).Draft([]connectors.Draft{draft})
	later, err := beside.Plan(ctxOf(t), []connectors.Entry{name("D", "d")})
	require.NoError(t, err)
	good := []connectors.Entry{entries[0], entries[1], entries[3]}
	for i, p := range []connectors.Preview{previews[0], previews[1], previews[3]} {
		good[i].Expect = p.Mark()
	}
	last := name("D", "d")
	last.Expect = later[0].Mark()
	put(t, s, good...)
	put(t, other, last)
	require.Equal(t, "A 1 4 | B 2 5 | C 3 6", e.text(t, "SELECT EXT, ID, SEQ FROM H ORDER BY EXT"))
	require.Equal(t, "D 7 8", e.text(t, "SELECT EXT, ID, SEQ FROM G"))
}

// Some ERPs count the rows of orders in a counter of their own, beside that of the orders.
func TestRowsAreNumberedByACounter(t *testing.T) {
	e := newERP(t, "CREATE TABLE H (ID INTEGER PRIMARY KEY, EXT VARCHAR(40) UNIQUE)", "CREATE TABLE L (FK INTEGER NOT NULL, NO INTEGER NOT NULL, RID INTEGER NOT NULL UNIQUE, QTY INTEGER NOT NULL, PRIMARY KEY (FK, NO))",
		"CREATE TABLE C (CD VARCHAR(9) PRIMARY KEY, NXT INTEGER)", "INSERT INTO C VALUES ('S', 1), ('L', 1000)")
	s := e.sink(t, "{table: H, key: ID, reference: EXT, number: {counter: C, column: NXT, where: {CD: S}}, rows: {lines: {table: L, parent: {FK: ID}, key: NO, numbers: {RID: {counter: C, column: NXT, where: {CD: L}}}}}}")
	version := func(key string, n int64, lines ...string) connectors.Entry {
		var list []any
		for i, qty := range lines {
			if qty != "" {
				list = append(list, connectors.Record{"NO": num(fmt.Sprint(i + 1)), "QTY": num(qty)})
			}
		}
		return entry(key, n, connectors.Record{"lines": list})
	}
	p := planned(t, s.(connectors.Planner).Draft(nil), version("A", 1, "5", "6"))
	require.Contains(t, strings.Join(p.Steps, "\n"), "1001")
	a, b := version("A", 1, "5", "6"), version("B", 1, "7")
	a.Expect = p.Mark()
	put(t, s, b, a)
	put(t, s, version("A", 2, "5", "", "9"))
	put(t, s, version("A", 2, "5", "", "9"))
	require.Equal(t, "A 1 1000 5 | A 3 1003 9 | B 1 1002 7", e.text(t, "SELECT EXT, NO, RID, QTY FROM L JOIN H ON ID = FK ORDER BY EXT, NO"))
	require.Equal(t, "1004", e.text(t, "SELECT NXT FROM C WHERE CD = 'L'"))
}

func TestAPlanRefusesCharactersThatAColumnDoesNotHave(t *testing.T) {
	onlyMySQL(t, "a file has one character set")
	e := newERP(t, "CREATE TABLE H (ID INT AUTO_INCREMENT PRIMARY KEY, EXT VARCHAR(40) UNIQUE, NAME VARCHAR(40) CHARACTER SET gbk, LATIN VARCHAR(40) CHARACTER SET latin1)")
	draft := e.sink(t, "{table: H, key: ID, reference: EXT, number: {auto: true}}").(connectors.Planner).Draft(nil)
	planned(t, draft, entry("A", 1, connectors.Record{"NAME": "电源线 5 m", "LATIN": "Größe 7"}))
	blamed(t, refusal(t, draft, entry("B", 1, connectors.Record{"NAME": "Größe 7 ß"})), connectors.Refused, "H.NAME is gbk, which does not have all characters of \"Größe 7 ß\"")
	blamed(t, refusal(t, draft, entry("C", 1, connectors.Record{"LATIN": "电源线"})), connectors.Refused, "H.LATIN is latin1")
}

func TestAPlanSaysThatTheTargetHasSeenALaterLease(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	later := order("A", 1)
	later.Epoch = 9
	put(t, s, later)
	fresh := order("B", 1)
	fresh.Epoch = 1
	_, err := s.(connectors.Planner).Draft(nil).Plan(ctxOf(t), []connectors.Entry{fresh})
	blamed(t, err, connectors.Conflict, "under lease 1, and the database has seen 9")
}

func TestADayStandsAsItsMidnightInAColumnOfDaysAndTimes(t *testing.T) {
	e := newERP(t, "CREATE TABLE H (ID INTEGER PRIMARY KEY "+each("AUTOINCREMENT", "AUTO_INCREMENT")+", EXT VARCHAR(40) UNIQUE, DAY "+each("TEXT", "DATETIME(3)")+")")
	s := e.sink(t, "{table: H, key: ID, reference: EXT, number: {auto: true}}")
	put(t, s, entry("A", 1, connectors.Record{"DAY": "2026-11-30"}))
	require.Contains(t, e.text(t, "SELECT DAY FROM H"), "2026-11-30")
	p := planned(t, s.(connectors.Planner).Draft(nil), entry("A", 2, connectors.Record{"DAY": "2026-11-30"}))
	require.Empty(t, p.Rows, "and is not another value")
	if onMySQL() {
		e.do(t, "UPDATE H SET DAY = '2026-11-30 08:00:00'")
		p = planned(t, s.(connectors.Planner).Draft(nil), entry("A", 3, connectors.Record{"DAY": "2026-11-30"}))
		require.Len(t, p.Rows, 1, "another hour is")
	}
}

func TestAPlanThatComesTwiceKeepsWhatTheRunWouldKeep(t *testing.T) {
	e := newERP(t, "CREATE TABLE H (ID INTEGER PRIMARY KEY "+each("AUTOINCREMENT", "AUTO_INCREMENT")+", EXT VARCHAR(40) UNIQUE, SO VARCHAR(40), NAME VARCHAR(40))",
		"CREATE TABLE L (FK INTEGER NOT NULL, NO INTEGER NOT NULL, NOTE VARCHAR(80), PRIMARY KEY (FK, NO))")
	s := e.sink(t, "{table: H, key: ID, reference: EXT, number: {auto: true}, keep: [SO], rows: {lines: {table: L, parent: {FK: ID}, key: NO, stay: true, keep: [NOTE]}}}")
	version := func(n int64, so string, lines ...any) connectors.Entry {
		return entry("A", n, connectors.Record{"SO": so, "NAME": so, "lines": lines})
	}
	l := func(no, note string) any { return connectors.Record{"NO": num(no), "NOTE": note} }
	draft := s.(connectors.Planner).Draft(nil)
	first := planned(t, draft, version(1, "none", l("1", "a"), l("2", "b")))
	second := cellsOf(planned(t, draft, version(2, "SO1", l("1", "c"))))
	require.Contains(t, second, "NAME <nil>>SO1 SO <nil>>none")
	require.Contains(t, second, "NOTE <nil>>a")
	require.Contains(t, second, "insert L 2: NO <nil>>2 NOTE <nil>>b")
	put(t, s, version(1, "none", l("1", "a"), l("2", "b")))
	put(t, s, version(2, "SO1", l("1", "c")))
	require.Equal(t, "none SO1", e.text(t, "SELECT SO, NAME FROM H"))
	require.Equal(t, "1 a | 2 b", e.text(t, "SELECT NO, NOTE FROM L ORDER BY NO"))
	require.NotEmpty(t, first.Rows)
}

func TestAPlanBeforeTheFirstWriteMakesNoTable(t *testing.T) {
	e := newERP(t, erpSchema)
	p := planned(t, e.sink(t, orders).(connectors.Planner).Draft(nil), order("A", 1))
	require.Equal(t, "SO000041", p.Reference)
	require.NotContains(t, e.tables(t), "tradewire")
}

func TestAPlanNeedsNoRightButToRead(t *testing.T) {
	onlyMySQL(t, "a file has no users")
	e := newERP(t, erpSchema)
	e.do(t, "CREATE USER planner@'%' IDENTIFIED BY 'right'; GRANT SELECT ON "+e.server.Name+".* TO planner@'%'")
	s, faults := connect(t, e.as(t, "planner", "right", ""), e.dir).Sink("erp_order", section(t, orders))
	require.Empty(t, faults)
	require.Equal(t, "SO000041", planned(t, s.(connectors.Planner).Draft(nil), order("A", 1)).Reference)
	_, err := s.Write(ctxOf(t), []connectors.Entry{order("A", 1)})
	blamed(t, err, connectors.Misconfigured)
}

func TestAPlanRefusesWhatTheTablesDoNotTake(t *testing.T) {
	e := newERP(t, "CREATE TABLE H (ID INTEGER PRIMARY KEY "+each("AUTOINCREMENT", "AUTO_INCREMENT")+", EXT VARCHAR(40) UNIQUE, NAME VARCHAR(4) NOT NULL)")
	draft := e.sink(t, "{table: H, key: ID, reference: EXT, number: {auto: true}}").(connectors.Planner).Draft(nil)
	blamed(t, refusal(t, draft, entry("A", 1, connectors.Record{"NAME": nil})), connectors.Refused, "H.NAME must be filled and is NULL")
	blamed(t, refusal(t, draft, entry("A", 1, connectors.Record{"NAMES": "x"})), connectors.Misconfigured, "H has no column NAMES")
	err := refusal(t, draft, entry("A", 1, connectors.Record{"NAME": "abcde"}))
	if onMySQL() {
		blamed(t, err, connectors.Refused, "H.NAME holds 4 characters and would get 5")
	} else {
		require.NoError(t, err)
	}
}

func TestWhatTheTablesDoNotTakeIsSaidBeforeAnythingIsWritten(t *testing.T) {
	e := newERP(t, "CREATE TABLE H (ID INTEGER PRIMARY KEY AUTOINCREMENT, EXT VARCHAR(40), NAME VARCHAR(40) NOT NULL, AGENT VARCHAR(10) NOT NULL, PRINTED INTEGER NOT NULL DEFAULT 0)",
		"CREATE TABLE L (FK INTEGER NOT NULL, NO INTEGER NOT NULL, ITEM INTEGER NOT NULL, NOTES VARCHAR(80) NOT NULL, PRIMARY KEY (FK, NO))", "CREATE TABLE I (ID INTEGER, CODE VARCHAR(20))")
	write := `
table: H
key: ID
reference: EXT
number: {auto: true}
rows:
  lines: {table: L, parent: {FK: ID}, key: NO, aside: [code], lookups: {item: {select: 'SELECT ID, CODE FROM I', by: {CODE: code}, take: {ITEM: ID}}}}
  notes: {table: L, parent: {FK: ID}, key: NO, lookups: {}}
`
	fields := []connectors.Field{{Name: "NAME", Most: 60}, {Name: "AGNT"}, {Name: "extra", Rows: true},
		{Name: "lines", Rows: true, Inside: []connectors.Field{{Name: "NO"}, {Name: "code"}}}}
	found, err := e.sink(t, write).(connectors.Fitter).Fit(ctxOf(t), fields)
	require.NoError(t, err)
	var said []string
	for _, f := range found {
		said = append(said, string(f.Level)+" "+f.What+" -> "+f.Change)
	}
	want := []string{"warn H.NAME holds 40 characters, and the mapping lets 60 through -> cut it to 40: what is longer is refused"}
	if !onMySQL() {
		want = nil // a file keeps to no length
	}
	require.Equal(t, append(want,
		`bad H has no column AGNT, which the mapping fills -> did you mean "AGENT"?`,
		"bad the mapping makes extra with fields of its own, and no rows are called so -> name it under rows: with its table",
		strings.ReplaceAll("bad L.NOTES must be filled (TYPE(80) NOT NULL, no default), and nothing fills it -> write NOTES: into the mapping, or fill it by where:, lookups: or numbers:", "TYPE", each("VARCHAR", "varchar")),
		"warn the mapping makes no notes: the rows of L stay as they are -> write notes: into the mapping, or take it out of rows:",
	), said)
	good := []connectors.Field{{Name: "NAME", Most: 40}, {Name: "AGENT"}, {Name: "lines", Rows: true, Inside: []connectors.Field{{Name: "NO"}, {Name: "code"}, {Name: "NOTES"}}}}
	found, err = e.sink(t, strings.Replace(write, "  notes: {table: L, parent: {FK: ID}, key: NO, lookups: {}}\n", "", 1)).(connectors.Fitter).Fit(ctxOf(t), good)
	require.NoError(t, err)
	require.Equal(t, []connectors.Finding{{Level: connectors.OK, About: "erp_order", What: "its tables take what the mapping makes"}}, found)
}

func TestADefaultThatTheSessionRefusesIsSaid(t *testing.T) {
	onlyMySQL(t, "only a server has days of zeros as defaults")
	e := newERP(t)
	session := e.session(t)
	session.do(t, "SET SESSION sql_mode = ''")
	session.do(t, "CREATE TABLE H (ID INT AUTO_INCREMENT PRIMARY KEY, EXT VARCHAR(40), SENT DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00')")
	write := "{table: H, key: ID, reference: EXT, number: {auto: true}}"
	found, err := e.sink(t, write).(connectors.Fitter).Fit(ctxOf(t), nil)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Contains(t, found[0].What, "H.SENT has the default '0000-00-00 00:00:00', which the sql_mode of this connection refuses")
	s, faults := connect(t, "{"+e.dsn+", sql_mode: 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'}", e.dir).Sink("t", section(t, write))
	require.Empty(t, faults)
	found, err = s.(connectors.Fitter).Fit(ctxOf(t), nil)
	require.NoError(t, err)
	require.Equal(t, connectors.OK, found[0].Level)
	put(t, s, entry("A", 1, connectors.Record{}))
	require.Equal(t, "A 0000-00-00 00:00:00", e.text(t, "SELECT EXT, SENT FROM H"))
}
