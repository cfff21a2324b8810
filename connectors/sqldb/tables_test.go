package sqldb_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

// What the tables of real ERPs ask for: one table for several sorts of transactions, rows beside the header, a second number,
// a salesman that only the ERP knows.

// entry is a document with a record.
func entry(key string, revision int64, record connectors.Record) connectors.Entry {
	return connectors.Entry{Target: "erp_order", Kind: "sales_order", Key: key, Revision: revision, Epoch: 1, Op: connectors.Put, Record: record}
}

// In one table the numbers of orders and of invoices are the same; only the type tells them apart.
const transactions = `
CREATE TABLE TRANS (TYP INTEGER NOT NULL, NR INTEGER NOT NULL, REF VARCHAR(40), MEMO VARCHAR(80), PRIMARY KEY (TYP, NR));
CREATE TABLE REFS (ID INTEGER NOT NULL, TYP INTEGER NOT NULL, REFERENCE VARCHAR(40) NOT NULL, PRIMARY KEY (ID, TYP));
INSERT INTO TRANS VALUES (10, 500, 'A', 'an invoice'), (30, 7, NULL, 'keyed in');
INSERT INTO REFS VALUES (8, 10, 'of an invoice'), (7, 30, 'R7');`

const typed = `
table: TRANS
where: {TYP: 30}
key: NR
reference: REF
number: {max: true}
rows:
  refs: {table: REFS, where: {TYP: 30}, parent: {ID: NR}}
`

func TestRowsOfAnotherTypeInTheSameTableAreNotOurs(t *testing.T) {
	e := newERP(t, transactions)
	s := e.sink(t, typed)
	record := func(memo string) connectors.Record {
		return connectors.Record{"MEMO": memo, "refs": connectors.Record{"REFERENCE": memo}}
	}
	require.Equal(t, "8", put(t, s, entry("A", 1, record("one")))[0].Reference, "one above the highest of its type, though an invoice has the same reference")
	require.Equal(t, "9", put(t, s, entry("B", 1, record("two")))[0].Reference)
	require.Equal(t, connectors.Applied, put(t, s, entry("A", 2, record("one again")))[0].State)
	require.Equal(t, "10 500 A an invoice | 30 7  keyed in | 30 8 A one again | 30 9 B two", e.text(t, "SELECT * FROM TRANS ORDER BY 1, 2"))
	require.Equal(t, "7 30 R7 | 8 10 of an invoice | 8 30 one again | 9 30 two", e.text(t, "SELECT * FROM REFS ORDER BY 1, 2"))

	list, next, err := s.(connectors.Lister).List(ctxOf(t), "", 10)
	require.NoError(t, err)
	require.Empty(t, next)
	require.Len(t, list, 3, "the invoice is not listed, nor a row of its without a header")
	require.Equal(t, connectors.Standing{Key: "A", Reference: "8", Record: connectors.Record{"MEMO": "one again",
		"refs": []any{connectors.Record{"REFERENCE": "one again"}}}}, list[1])

	removal := entry("A", 3, nil)
	removal.Op = connectors.Remove
	put(t, s, removal)
	require.Equal(t, "7 30 R7 | 8 10 of an invoice | 9 30 two", e.text(t, "SELECT * FROM REFS ORDER BY 1, 2"))
	require.NoError(t, s.(connectors.Prober).Probe(ctxOf(t)))

	named := entry("C", 1, connectors.Record{"TYP": num("30")})
	results, err := s.Write(ctxOf(t), []connectors.Entry{named, entry("D", 1, connectors.Record{"refs": connectors.Record{"TYP": num("30"), "REFERENCE": "x"}})})
	require.NoError(t, err)
	blamed(t, results[0].Err, connectors.Refused, "TRANS.TYP is what where: says", "leave it out of the mapping")
	blamed(t, results[1].Err, connectors.Refused, "REFS.TYP is what where: says")
}

func TestATypeMakesAReferenceUniqueForAGuard(t *testing.T) {
	e := newERP(t, transactions, "ALTER TABLE TRANS ADD REV INTEGER", "CREATE UNIQUE INDEX EXT ON TRANS (TYP, REF)")
	s := e.sink(t, "{table: TRANS, where: {TYP: 30}, key: NR, reference: REF, number: {max: true}, guard: reference, revision: REV}")
	put(t, s, entry("A", 1, connectors.Record{"MEMO": "one"}))
	require.Equal(t, connectors.Unchanged, put(t, s, entry("A", 1, connectors.Record{"MEMO": "one"}))[0].State)
	require.Equal(t, "8 one 1", e.text(t, "SELECT NR, MEMO, REV FROM TRANS WHERE TYP = 30 AND REF = 'A'"))
}

func TestARowBesideTheHeaderNeedsNoKeyOfItsOwn(t *testing.T) {
	e := newERP(t, "CREATE TABLE H (ID INTEGER PRIMARY KEY AUTOINCREMENT, REF VARCHAR(40)); CREATE TABLE X (FK INTEGER NOT NULL, URGENT INTEGER, NOTE VARCHAR(40))")
	s := e.sink(t, "{table: H, key: ID, reference: REF, number: {auto: true}, rows: {extra: {table: X, parent: {FK: ID}}}}")
	with := func(note string) connectors.Record {
		return connectors.Record{"extra": connectors.Record{"URGENT": num("1"), "NOTE": note}}
	}
	put(t, s, entry("A", 1, with("first")), entry("B", 1, with("other")))
	put(t, s, entry("A", 2, with("second")))
	require.Equal(t, "A second | B other", e.text(t, "SELECT H.REF, X.NOTE FROM H JOIN X ON X.FK = H.ID ORDER BY 1"))
	put(t, s, entry("A", 3, connectors.Record{"extra": []any{}}))
	require.Equal(t, "B other", e.text(t, "SELECT H.REF, X.NOTE FROM H JOIN X ON X.FK = H.ID"))

	results, err := s.Write(ctxOf(t), []connectors.Entry{entry("C", 1, connectors.Record{"extra": []any{connectors.Record{"NOTE": "a"}, connectors.Record{"NOTE": "b"}}})})
	require.NoError(t, err)
	blamed(t, results[0].Err, connectors.Refused, "extra has more than one row", "write key:")
	e.do(t, "INSERT INTO X SELECT FK, 0, 'theirs' FROM X")
	_, err = s.Write(ctxOf(t), []connectors.Entry{entry("B", 2, with("again"))})
	blamed(t, err, connectors.Conflict, "X has more than one row under")
}

const withLines = `
CREATE TABLE H (NO VARCHAR(20) PRIMARY KEY);
CREATE TABLE L (NO VARCHAR(20) NOT NULL, ITEM VARCHAR(20) NOT NULL, PO VARCHAR(20) NOT NULL, QTY DOUBLE NOT NULL, SENT DOUBLE NOT NULL, PRIMARY KEY (NO, ITEM, PO));`

func lineOf(item, po, qty string) connectors.Record {
	return connectors.Record{"ITEM": item, "PO": po, "QTY": num(qty), "SENT": num("0")}
}

func TestWhatTheERPCountsInALineIsWrittenOnce(t *testing.T) {
	e := newERP(t, withLines)
	s := e.sink(t, "{table: H, key: NO, rows: {lines: {table: L, parent: {NO: NO}, key: [ITEM, PO], keep: [SENT]}}}")
	record := func(lines ...any) connectors.Record { return connectors.Record{"NO": "H1", "lines": lines} }
	put(t, s, entry("A", 1, record(lineOf("X", "1", "5"), lineOf("X", "2", "6"), lineOf("Y", "1", "7"))))
	e.do(t, "UPDATE L SET SENT = 4 WHERE ITEM = 'X'")
	put(t, s, entry("A", 2, record(lineOf("X", "1", "5.5"), lineOf("X", "2", "6"))))
	require.Equal(t, "X 1 5.5 4 | X 2 6 4", e.text(t, "SELECT ITEM, PO, QTY, SENT FROM L ORDER BY 1, 2"), "two columns tell lines apart; what was sent stays")
	require.Equal(t, []string{"lines.SENT"}, s.(connectors.Keeper).Keeps())

	results, err := s.Write(ctxOf(t), []connectors.Entry{entry("B", 1, connectors.Record{"NO": "H2", "lines": []any{lineOf("X", "1", "1"), lineOf("X", "1", "2")}})})
	require.NoError(t, err)
	blamed(t, results[0].Err, connectors.Refused, "lines has two rows with ITEM/PO X/1")
}

func TestRowsThatPeopleAddMayStay(t *testing.T) {
	e := newERP(t, withLines)
	s := e.sink(t, "{table: H, key: NO, rows: {lines: {table: L, parent: {NO: NO}, key: [ITEM, PO], stay: true}}}")
	record := func(lines ...any) connectors.Record { return connectors.Record{"NO": "H1", "lines": lines} }
	put(t, s, entry("A", 1, record(lineOf("X", "1", "5"))))
	e.do(t, "INSERT INTO L VALUES ('H1', 'FREIGHT', '', 1, 0)")
	put(t, s, entry("A", 2, record(lineOf("X", "1", "6"), lineOf("Y", "1", "7"))))
	put(t, s, entry("A", 3, record(lineOf("X", "1", "8"))))
	require.Equal(t, "FREIGHT 1 | X 8 | Y 7", e.text(t, "SELECT ITEM, QTY FROM L ORDER BY 1"))
	require.Equal(t, []string{"lines"}, s.(connectors.Keeper).Keeps(), "who compares cannot tell which rows are ours")
}

func TestASecondColumnIsNumberedBesideTheKey(t *testing.T) {
	for _, way := range []struct{ name, schema, write, want string }{
		{"a name above the highest of its month, beside an id of the database",
			"CREATE TABLE H (ID INTEGER PRIMARY KEY AUTOINCREMENT, EXT VARCHAR(40), REF VARCHAR(30) NOT NULL UNIQUE); INSERT INTO H VALUES (4, 'x', 'SO2611-0008'), (5, 'y', 'SO2610-0070')",
			"{table: H, key: ID, reference: EXT, number: {auto: true}, numbers: {REF: {max: true, mask: 'SO{YY}{MM}-{0000}'}}}",
			"6 SO2611-0009 | 7 SO2611-0010"},
		{"a name that shows the id of the database",
			"CREATE TABLE H (ID INTEGER PRIMARY KEY AUTOINCREMENT, EXT VARCHAR(40), REF VARCHAR(30) NOT NULL UNIQUE); INSERT INTO H VALUES (4, 'x', '')",
			"{table: H, key: ID, reference: EXT, number: {auto: true}, numbers: {REF: {key: true, mask: '(PROV{0})'}}}",
			"5 (PROV5) | 6 (PROV6)"},
		{"the number of a counter, once more behind a mask",
			"CREATE TABLE H (NO INTEGER PRIMARY KEY, EXT VARCHAR(40), REF VARCHAR(30) NOT NULL); CREATE TABLE C (T INTEGER, N INTEGER); INSERT INTO C VALUES (30, 11), (10, 900)",
			"{table: H, key: NO, reference: EXT, number: {counter: C, column: N, where: {T: 30}}, numbers: {REF: {key: true, mask: '{000}/{YYYY}'}}}",
			"11 011/2026 | 12 012/2026"},
		{"a counter of this year, made when the year's first order comes",
			"CREATE TABLE H (NO VARCHAR(30) PRIMARY KEY, EXT VARCHAR(40)); CREATE TABLE S (NAME VARCHAR(40) PRIMARY KEY, CURRENT INTEGER)",
			"{table: H, key: NO, reference: EXT, number: {counter: S, column: CURRENT, where: {NAME: 'SO-{YYYY}-'}, holds: last, begin: 1, mask: 'SO-{YYYY}-{00000}'}}",
			"SO-2026-00001 | SO-2026-00002"},
	} {
		t.Run(way.name, func(t *testing.T) {
			e := newERP(t, way.schema)
			s := e.sink(t, way.write)
			put(t, s, entry("K1", 1, connectors.Record{}))
			put(t, s, entry("K2", 1, connectors.Record{}), entry("K1", 2, connectors.Record{}))
			stands := e.text(t, "SELECT * FROM H WHERE EXT LIKE 'K%' ORDER BY EXT")
			require.Equal(t, way.want, strings.NewReplacer(" K1", "", " K2", "").Replace(stands))
			require.NoError(t, s.(connectors.Prober).Probe(ctxOf(t)))
		})
	}
}

func TestTwoWhoBeginACounterAtOnceCountOn(t *testing.T) {
	t.Parallel()
	e := newERP(t, "CREATE TABLE H (NO INTEGER PRIMARY KEY, EXT VARCHAR(40)); CREATE TABLE S (NAME VARCHAR(40) PRIMARY KEY, CURRENT INTEGER)")
	var wait sync.WaitGroup
	for i := range 4 {
		s := e.sink(t, "{table: H, key: NO, reference: EXT, number: {counter: S, column: CURRENT, where: {NAME: 'SO-{YY}'}, begin: 1}}")
		wait.Go(func() {
			for n := range 5 {
				for {
					results, err := s.Write(ctxOf(t), []connectors.Entry{entry(fmt.Sprintf("K%d-%d", i, n), 1, connectors.Record{})})
					if connectors.KindOf(err) == connectors.Unavailable {
						continue
					}
					if err != nil || results[0].Err != nil {
						t.Errorf("%v %v", err, results)
					}
					break
				}
			}
		})
	}
	wait.Wait()
	require.Equal(t, "20 1 20", e.text(t, "SELECT COUNT(*), MIN(NO), MAX(NO) FROM H"))
	require.Equal(t, "SO-26 21", e.text(t, "SELECT * FROM S"))
}

func TestTwoWhoTakeTheNextNumberAtOnceTakeDifferentOnes(t *testing.T) {
	t.Parallel()
	e := newERP(t, "CREATE TABLE H (ID INTEGER PRIMARY KEY AUTOINCREMENT, EXT VARCHAR(40) UNIQUE, REF VARCHAR(30) NOT NULL, E INTEGER NOT NULL, UNIQUE (REF, E)); INSERT INTO H (REF, E) VALUES ('SO2611-0900', 2)")
	write := "{table: H, where: {E: 1}, key: ID, reference: EXT, number: {auto: true}, numbers: {REF: {max: true, mask: 'SO{YY}{MM}-{0000}'}}}"
	var wait sync.WaitGroup
	for i := range 4 {
		s := e.sink(t, write)
		wait.Go(func() {
			for n := range 5 {
				for {
					results, err := s.Write(ctxOf(t), []connectors.Entry{entry(fmt.Sprintf("K%d-%d", i, n), 1, connectors.Record{})})
					if kind := connectors.KindOf(err); err != nil && (kind == connectors.Unavailable || kind == connectors.Conflict || kind == connectors.Refused && strings.Contains(err.Error(), "Duplicate")) {
						continue // tried often enough for once: the next call takes the next
					}
					if err != nil || results[0].Err != nil {
						t.Errorf("%v %v", err, results)
					}
					break
				}
			}
		})
	}
	wait.Wait()
	require.Equal(t, "20 20 SO2611-0001 SO2611-0020", e.text(t, "SELECT COUNT(*), COUNT(DISTINCT REF), MIN(REF), MAX(REF) FROM H WHERE E = 1"), "without a gap")
}

func TestANumberThatTwoMayTakeIsFound(t *testing.T) {
	for schema, level := range map[string]connectors.Level{"UNIQUE (REF, E)": connectors.OK, "UNIQUE (ID, REF)": connectors.Bad} {
		e := newERP(t, "CREATE TABLE H (ID INTEGER PRIMARY KEY AUTOINCREMENT, EXT VARCHAR(40) UNIQUE, REF VARCHAR(30) NOT NULL, E INTEGER NOT NULL, "+schema+")")
		c := e.connect(t)
		_, faults := c.Sink("t", section(t, "{table: H, where: {E: 1}, key: ID, reference: EXT, number: {auto: true}, numbers: {REF: {max: true}}}"))
		require.Empty(t, faults)
		found, err := c.Examine(ctxOf(t))
		require.NoError(t, err)
		said := connectors.OK
		for _, f := range found {
			if strings.Contains(f.What, "two writers may give the same") {
				said = f.Level
				require.Contains(t, f.Change, "ADD UNIQUE (E, REF)")
			}
		}
		require.Equal(t, level, said, schema)
	}
}

const customers = `
CREATE TABLE CUST (NO VARCHAR(10) PRIMARY KEY, BRANCH VARCHAR(10), AGENT VARCHAR(10));
CREATE TABLE ITEM (ID INTEGER PRIMARY KEY AUTOINCREMENT, CODE VARCHAR(20) UNIQUE);
CREATE TABLE VIA (ID INTEGER PRIMARY KEY, NAME VARCHAR(20));
CREATE TABLE H (ID INTEGER PRIMARY KEY AUTOINCREMENT, EXT VARCHAR(40), CUST VARCHAR(10), BRANCH VARCHAR(10), AGENT VARCHAR(10), VIA INTEGER);
CREATE TABLE L (FK INTEGER, NO INTEGER, ITEM_ID INTEGER, PRIMARY KEY (FK, NO));
INSERT INTO CUST VALUES ('K1', 'MAIN', 'LI'), ('K2', 'EAST', NULL), ('012', 'ZERO', 'WU');
INSERT INTO ITEM (CODE) VALUES ('cable'), ('plug');
INSERT INTO VIA VALUES (1, 'DHL'), (2, 'SF'), (3, 'SF');`

const lookingUp = `
table: H
key: ID
reference: EXT
number: {auto: true}
aside: [via]
lookups:
  customer:
    select: SELECT NO, BRANCH, AGENT FROM CUST
    by: {NO: CUST}
    take: {BRANCH: BRANCH, AGENT: AGENT}
  via:
    select: SELECT NAME, MIN(ID) AS ID FROM VIA GROUP BY NAME
    by: {NAME: via}
    take: {VIA: ID}
    missing: default
    default: {VIA: 1}
rows:
  lines:
    table: L
    parent: {FK: ID}
    key: NO
    aside: [code]
    lookups:
      item: {select: 'SELECT ID, CODE FROM ITEM', by: {CODE: code}, take: {ITEM_ID: ID}, missing: wait}
`

func orderFor(customer, via string, codes ...string) connectors.Record {
	lines := []any{}
	for i, code := range codes {
		lines = append(lines, connectors.Record{"NO": num(fmt.Sprint(i)), "code": code})
	}
	return connectors.Record{"CUST": customer, "via": via, "lines": lines}
}

func TestWhatOnlyTheERPKnowsIsLookedUpThere(t *testing.T) {
	e := newERP(t, customers)
	s := e.sink(t, lookingUp)
	put(t, s, entry("A", 1, orderFor("K1", "SF", "plug", "cable")), entry("B", 1, orderFor("K2", "by hand", "cable")), entry("C", 1, orderFor("012", "")))
	require.Equal(t, "A K1 MAIN LI 2 | B K2 EAST  1 | C 012 ZERO WU 1", e.text(t, "SELECT EXT, CUST, BRANCH, AGENT, VIA FROM H ORDER BY EXT"))
	require.Equal(t, "A 0 2 | A 1 1 | B 0 1", e.text(t, "SELECT H.EXT, L.NO, L.ITEM_ID FROM H JOIN L ON L.FK = H.ID ORDER BY 1, 2"))
	require.Equal(t, []string{"lines.code", "via"}, s.(connectors.Keeper).Keeps())
	require.NoError(t, s.(connectors.Prober).Probe(ctxOf(t)))

	results, err := s.Write(ctxOf(t), []connectors.Entry{
		entry("D", 1, orderFor("K9", "SF")), entry("E", 1, orderFor("K1", "SF", "cable", "lamp")), entry("A", 2, orderFor("K1", "DHL", "cable"))})
	require.NoError(t, err)
	blamed(t, results[0].Err, connectors.Refused, `H: look-up customer finds nothing where NO is "K9"`, "missing: default")
	blamed(t, results[1].Err, connectors.Refused, `L NO 1: look-up item finds nothing where CODE is "lamp"`)
	for i, waits := range []bool{false, true} {
		fault, _ := errors.AsType[*connectors.Error](results[i].Err)
		require.Equal(t, waits, fault.Waits)
	}
	require.NoError(t, results[2].Err, "one that is not found stops only itself")
	require.Equal(t, "A 1", e.text(t, "SELECT EXT, VIA FROM H WHERE EXT NOT IN ('B', 'C')"))

	e.do(t, "INSERT INTO ITEM (CODE) VALUES ('lamp')")
	put(t, s, entry("E", 1, orderFor("K1", "SF", "cable", "lamp")))
}

func TestALookUpThatDoesNotDecideIsRefused(t *testing.T) {
	e := newERP(t, customers)
	s := e.sink(t, strings.Replace(lookingUp, "SELECT NAME, MIN(ID) AS ID FROM VIA GROUP BY NAME", "SELECT NAME, ID FROM VIA", 1))
	results, err := s.Write(ctxOf(t), []connectors.Entry{entry("A", 1, orderFor("K1", "SF")), entry("B", 1, orderFor("K1", "DHL"))})
	require.NoError(t, err)
	blamed(t, results[0].Err, connectors.Refused, `look-up via finds 2 rows where NAME is "SF"`, "MIN(...)")
	require.NoError(t, results[1].Err)
	given := orderFor("K1", "DHL")
	given["BRANCH"] = "WEST"
	results, err = s.Write(ctxOf(t), []connectors.Entry{entry("C", 1, given)})
	require.NoError(t, err)
	blamed(t, results[0].Err, connectors.Refused, "BRANCH is given by the record, and looked up by customer")
	bad := e.sink(t, strings.Replace(lookingUp, "SELECT ID, CODE FROM ITEM", "SELECT ID FROM ITEM", 1))
	blamed(t, bad.(connectors.Prober).Probe(ctxOf(t)), connectors.Misconfigured, "CODE")
}

func TestTablesMayHaveAPrefix(t *testing.T) {
	e := newERP(t, "CREATE TABLE llx_h (ID INTEGER PRIMARY KEY AUTOINCREMENT, EXT VARCHAR(40), `the note` VARCHAR(40)); CREATE TABLE llx_c (N INTEGER); CREATE TABLE llx_x (FK INTEGER)")
	c := connect(t, "{"+e.dsn+", prefix: llx_}", e.dir)
	s, faults := c.Sink("t", section(t, "{table: '{prefix}h', key: ID, reference: EXT, number: {counter: '{prefix}c', column: N, begin: 5}, rows: {x: {table: '{prefix}x', parent: {FK: ID}}}}"))
	require.Empty(t, faults)
	require.Equal(t, "5", put(t, s, entry("A", 1, connectors.Record{"the note": "quoted", "x": []any{connectors.Record{}}}))[0].Reference)
	source, faults := c.Source("s", section(t, "{select: 'SELECT ID, `the note` FROM {prefix}h', key: the note, detect: snapshot}"))
	require.Empty(t, faults)
	require.Equal(t, "quoted", read(t, source, "", 10).Changes[0].Key, "a name with a blank is a key like any other")

	bare := connect(t, "{"+e.dsn+"}", e.dir)
	_, faults = bare.Sink("t", section(t, "{table: '{prefix}h', key: ID}"))
	require.Equal(t, "test.yaml:1:9 missing-prefix the connection has no prefix -> write prefix: at the connection, and what the names of its tables begin with", faults.Error())
}

func TestAModeOfTheServerIsSetForEachConnection(t *testing.T) {
	onlyMySQL(t, "only a server has a sql_mode")
	e := newERP(t, "CREATE TABLE H (ID INT AUTO_INCREMENT PRIMARY KEY, EXT VARCHAR(40), D DATETIME NOT NULL DEFAULT '1970-01-01', N VARCHAR(3) NOT NULL)")
	write := "{table: H, key: ID, reference: EXT, number: {auto: true}}"
	zero := connectors.Record{"D": "0000-00-00 00:00:00", "N": "abc"}
	strict := e.sink(t, write)
	_, err := strict.Write(ctxOf(t), []connectors.Entry{entry("A", 1, zero)})
	blamed(t, err, connectors.Refused)

	c := connect(t, "{"+e.dsn+", sql_mode: none}", e.dir)
	s, faults := c.Sink("t", section(t, write))
	require.Empty(t, faults)
	put(t, s, entry("A", 1, zero), entry("B", 1, connectors.Record{"N": "x"}))
	require.Equal(t, "0000-00-00 00:00:00 abc", e.text(t, "SELECT D, N FROM H WHERE EXT = 'A'"))
	_, err = s.Write(ctxOf(t), []connectors.Entry{entry("C", 1, connectors.Record{"N": "abcd"})})
	blamed(t, err, connectors.Refused, `N was written as "abcd" and stands as "abc"`)
}

func TestSettingsOfTablesThatAreWrongSayWhatToWrite(t *testing.T) {
	for settings, says := range map[string]string{
		"{dsn: sqlite:erp.db, prefix: 'a`b'}":                                              "test.yaml:1:30 bad-prefix \"a`b\" cannot begin the name of a table",
		"{dsn: sqlite:erp.db, sql_mode: ANSI}":                                             "test.yaml:1:32 needless-mode",
		"{dsn: 'mysql:u@tcp(127.0.0.1:3306)/erp', sql_mode: \"ANSI'\"}":                    "test.yaml:1:52 bad-mode",
		"{dsn: 'mysql:u@tcp(127.0.0.1:3306)/erp?sql_mode=%27%27', sql_mode: none}":         "take it out of the dsn",
		"{dsn: 'mysql:u@tcp(127.0.0.1:3306)/erp', init: ['DELETE FROM {prefix}t']}":        "missing-prefix",
		"{dsn: 'mysql:u@tcp(127.0.0.1:3306)/erp', prefix: t_, init: ['UPDATE {prefix}t']}": "",
		"{dsn: 'mysql:u@tcp(127.0.0.1:3306)/erp', sql_mode: 'STRICT_ALL_TABLES, ANSI'}":    "",
	} {
		_, said := driver(t, settings)
		if says == "" {
			require.Empty(t, said, settings)
			continue
		}
		require.Contains(t, said, says, settings)
	}
}
