package sqldb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

func TestWhatServersKeepInPeculiarColumnsIsReadAsItIs(t *testing.T) {
	onlyMySQL(t, "a file has none of these types")
	e := newERP(t)
	session := e.session(t)
	session.do(t, "SET SESSION sql_mode = ''")
	session.do(t, `CREATE TABLE P (ID INT PRIMARY KEY, BL BLOB, TX TEXT, DB DOUBLE, FL FLOAT, DC DECIMAL(20,8), BI BIT(1), TI TINYINT(1), EN ENUM('Y','N'), YR YEAR, DT DATE, TS DATETIME,
		CH CHAR(6), LA VARCHAR(20) CHARACTER SET latin1, GB VARCHAR(20) CHARACTER SET gbk, UB BIGINT UNSIGNED, ZF INT(6) ZEROFILL, TM TIME)`)
	session.do(t, `INSERT INTO P VALUES (1, '0012.50', '0.10', 1234567.89, 0.1, 12.5, b'1', 1, 'Y', 2026, '0000-00-00', '0000-00-00 00:00:00', 'ab', 'é', '珠江', 18446744073709551615, 42, '08:30:00'),
		(2, NULL, '1e3', 1e-7, 16777216, -0.00000001, b'0', 0, 'N', 0, '2026-02-28', '2026-02-28 23:59:59', '', '', '', 0, 0, NULL)`)
	batch := read(t, e.source(t, "{select: SELECT * FROM P, key: ID, detect: id}"), "", 10)
	require.Len(t, batch.Changes, 2)
	require.JSONEq(t, `{"ID":1,"BL":"0012.50","TX":"0.10","DB":1234567.89,"FL":0.1,"DC":12.50000000,"BI":1,"TI":1,"EN":"Y","YR":2026,"DT":"0000-00-00","TS":"0000-00-00 00:00:00",
		"CH":"ab","LA":"é","GB":"珠江","UB":18446744073709551615,"ZF":42,"TM":"08:30:00"}`, string(batch.Changes[0].Record.Canonical()))
	second := batch.Changes[1].Record
	require.Equal(t, []any{nil, "1e3", num("0.0000001"), num("16777216"), num("-0.00000001"), num("0"), nil},
		[]any{second["BL"], second["TX"], second["DB"], second["FL"], second["DC"], second["BI"], second["TM"]})
}

func TestAColumnOfSinglePrecisionShowsAllItsDigits(t *testing.T) {
	onlyMySQL(t, "only a server shows fewer digits than it holds")
	e := newERP(t, "CREATE TABLE H (ID INT AUTO_INCREMENT PRIMARY KEY, EXT VARCHAR(40), PRICE FLOAT)")
	s := e.sink(t, "{table: H, key: ID, reference: EXT, number: {auto: true}}")
	put(t, s, entry("A", 1, connectors.Record{"PRICE": num("4567.89")}), entry("B", 1, connectors.Record{"PRICE": num("16777216")}), entry("C", 1, connectors.Record{"PRICE": num("0.1")}))
	batch := read(t, e.source(t, "{select: 'SELECT EXT, PRICE FROM H', key: EXT, detect: snapshot}"), "", 10)
	require.Equal(t, []any{num("4567.89"), num("16777216"), num("0.1")}, []any{batch.Changes[0].Record["PRICE"], batch.Changes[1].Record["PRICE"], batch.Changes[2].Record["PRICE"]})
	_, err := s.Write(ctxOf(t), []connectors.Entry{entry("D", 1, connectors.Record{"PRICE": num("1234567.89")})})
	blamed(t, err, connectors.Refused, "PRICE was written as 1234567.89 and stands as 1234567.9")
}

func TestNamesAreThoseOfTheDatabase(t *testing.T) {
	e := newERP(t, "CREATE TABLE `Order Details` (`Order No.` INTEGER NOT NULL, `Unit Price (HKD)` DECIMAL(10,2), `Qty/Carton` INTEGER, `% Off` DECIMAL(5,2), PRIMARY KEY (`Order No.`))")
	s := e.sink(t, "{table: Order Details, key: Order No., rows: {}}")
	put(t, s, entry("A", 1, connectors.Record{"Order No.": num("7"), "Unit Price (HKD)": num("12.50"), "Qty/Carton": num("10")}))
	put(t, s, entry("A", 2, connectors.Record{"Order No.": num("7"), "Unit Price (HKD)": num("12.75"), "Qty/Carton": num("10")}))
	source := e.source(t, "{select: 'SELECT d.`Order No.`, d.`Unit Price (HKD)` AS price, d.`Qty/Carton` FROM `Order Details` d', key: [Order No.], detect: snapshot}")
	record := read(t, source, "", 10).Changes[0].Record
	require.Equal(t, "7 12.75 10", e.text(t, "SELECT `Order No.`, `Unit Price (HKD)`, `Qty/Carton` FROM `Order Details`"))
	require.Equal(t, num("10"), record["Qty/Carton"])
}

func TestAnAuditTableThatIsJoinedInSaysWhatHasChanged(t *testing.T) {
	e := newERP(t, "CREATE TABLE O (NO VARCHAR(10) PRIMARY KEY, STATE INTEGER); CREATE TABLE AUDIT (ID INTEGER PRIMARY KEY AUTOINCREMENT, NO VARCHAR(10))",
		"INSERT INTO O VALUES ('A', 1), ('B', 1); INSERT INTO AUDIT (NO) VALUES ('A'), ('B'), ('A')")
	s := e.source(t, "{select: 'SELECT a.ID, o.NO, o.STATE FROM AUDIT a JOIN O o ON o.NO = a.NO', key: NO, detect: id, column: ID}")
	keys := func(b connectors.Batch) (list []string) {
		for _, c := range b.Changes {
			list = append(list, c.Key+" "+string(c.Record["STATE"].(connectors.Number)))
		}
		return list
	}
	batch := read(t, s, "", 10)
	require.Equal(t, []string{"A 1", "B 1", "A 1"}, keys(batch))
	e.do(t, "UPDATE O SET STATE = 2 WHERE NO = 'B'")
	e.do(t, "INSERT INTO AUDIT (NO) VALUES ('B')")
	require.Equal(t, []string{"B 2"}, keys(read(t, s, batch.Next, 10)))
}
