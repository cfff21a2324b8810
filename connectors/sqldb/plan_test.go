package sqldb_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

func TestAPlanSaysWhatWouldBeWrittenAndLeavesNothing(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, order("A", 1))
	before := e.held(t)
	steps, results, err := s.(connectors.Planner).Plan(ctxOf(t), []connectors.Entry{order("O'Neill", 1)})
	require.NoError(t, err)
	require.Equal(t, connectors.Result{State: connectors.Applied, Reference: "SO000042"}, results[0])
	all := strings.Join(steps, "\n")
	for _, words := range []string{"UPDATE `CNTR` AS t\n   SET `NXT_NO` = 43\n WHERE t.`CNT_CD` = 'SO'", "INSERT INTO `SOHD`", "'O''Neill'", "'第1版'", "INSERT INTO `SOLN`", "'SO000042', "} {
		require.Contains(t, all, words)
	}
	require.Equal(t, before, e.held(t))
	require.Equal(t, "SO 42", e.text(t, "SELECT * FROM CNTR WHERE CNT_CD = 'SO'"))
	require.Equal(t, "SO000042", put(t, s, order("B", 1))[0].Reference)

	steps, results, err = s.(connectors.Planner).Plan(ctxOf(t), []connectors.Entry{order("A", 1)})
	require.NoError(t, err)
	require.Empty(t, steps)
	require.Equal(t, connectors.Unchanged, results[0].State)
	bad := order("C", 1)
	bad.Record["lines"].([]any)[1].(connectors.Record)["QTY"] = num("0")
	_, _, err = s.(connectors.Planner).Plan(ctxOf(t), []connectors.Entry{bad})
	blamed(t, err, connectors.Refused, "erp: plan erp_order: ")
}

func TestAPlanBeforeTheFirstWriteMakesNoTable(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	_, results, err := s.(connectors.Planner).Plan(ctxOf(t), []connectors.Entry{order("A", 1)})
	if onMySQL() {
		blamed(t, err, connectors.Misconfigured, "the effect table tradewire_effect is not there yet", "CREATE TABLE")
	} else {
		require.NoError(t, err)
		require.Equal(t, "SO000041", results[0].Reference)
	}
	require.NotContains(t, e.tables(t), "tradewire")
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
		strings.ReplaceAll("bad L.NOTES must be filled (TYPE(80) NOT NULL, no default), and nothing fills it -> write NOTES: into the mapping, or fill it by where:, numbers: or lookups:", "TYPE", each("VARCHAR", "varchar")),
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
