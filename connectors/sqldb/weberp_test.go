package sqldb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

// The tables of webERP, as facts: orders without a number of their own making, numbers in a row of systypes, lines from 0 under a key
// of two columns, a branch that only the ERP knows, days of zeros, and despatches that are rows of type 10 among others.
const webERP = `
CREATE TABLE systypes (typeid SMALLINT PRIMARY KEY, typename VARCHAR(50) NOT NULL, typeno INTEGER NOT NULL);
CREATE TABLE custbranch (branchcode VARCHAR(10) NOT NULL, debtorno VARCHAR(10) NOT NULL, salesman VARCHAR(4) NOT NULL, defaultlocation VARCHAR(5) NOT NULL, defaultshipvia INTEGER NOT NULL, PRIMARY KEY (branchcode, debtorno));
CREATE TABLE salesorders (orderno INTEGER NOT NULL PRIMARY KEY, debtorno VARCHAR(10) NOT NULL, branchcode VARCHAR(10) NOT NULL, customerref VARCHAR(50) NOT NULL DEFAULT '',
  comments VARCHAR(255), orddate DATE NOT NULL, shipvia INTEGER NOT NULL DEFAULT 0, fromstkloc VARCHAR(5) NOT NULL, deladd1 VARCHAR(40) NOT NULL DEFAULT '', deliverydate DATE NOT NULL, quotation INTEGER NOT NULL DEFAULT 0, salesperson VARCHAR(4) NOT NULL);
CREATE TABLE salesorderdetails (orderlineno INTEGER NOT NULL, orderno INTEGER NOT NULL, stkcode VARCHAR(20) NOT NULL, qtyinvoiced DOUBLE NOT NULL DEFAULT 0, unitprice DOUBLE NOT NULL, quantity DOUBLE NOT NULL,
  discountpercent DOUBLE NOT NULL DEFAULT 0, actualdispatchdate DATETIME NOT NULL, completed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (orderlineno, orderno));
CREATE TABLE debtortrans (id INTEGER PRIMARY KEY AUTOINCREMENT, transno INTEGER NOT NULL, type SMALLINT NOT NULL, order_ INTEGER NOT NULL, consignment VARCHAR(20) NOT NULL DEFAULT '', trandate DATETIME NOT NULL);
CREATE TABLE stockmoves (stkmoveno INTEGER PRIMARY KEY AUTOINCREMENT, type SMALLINT NOT NULL, transno INTEGER NOT NULL, stockid VARCHAR(20) NOT NULL, qty DOUBLE NOT NULL);
INSERT INTO systypes VALUES (10, 'Sales Invoice', 6), (30, 'Sales Order', 11);
INSERT INTO custbranch VALUES ('ANGRY', 'ANGRY', 'ERI', 'TOR', 1), ('NORTH', 'ANGRY', 'ERI', 'TOR', 1), ('DUMB', 'DUMBLE', 'PHO', 'MEL', 8);
INSERT INTO salesorders (orderno, debtorno, branchcode, customerref, orddate, fromstkloc, deliverydate, salesperson) VALUES (11, 'DUMBLE', 'DUMB', 'by hand', '2026-03-01', 'MEL', '2026-03-09', 'PHO');`

const intoWebERP = `
table: salesorders
key: orderno
reference: customerref
number: {counter: systypes, column: typeno, where: {typeid: 30}, holds: last}
numbers: {comments: {key: true, mask: "from CRM, order {0}"}}
lookups:
  branch:
    select: >-
      SELECT debtorno, MIN(branchcode) AS branchcode, MIN(salesman) AS salesman, MIN(defaultlocation) AS loc, MIN(defaultshipvia) AS via
      FROM custbranch GROUP BY debtorno
    by: {debtorno: debtorno}
    take: {branchcode: branchcode, salesperson: salesman, fromstkloc: loc, shipvia: via}
rows:
  lines: {table: salesorderdetails, parent: {orderno: orderno}, key: orderlineno, keep: [actualdispatchdate]}
`

func TestTheSecondERPTakesAnOrderAndShowsItsDespatches(t *testing.T) {
	e := newERP(t, webERP)
	mode := ""
	if onMySQL() {
		mode = ", sql_mode: 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'"
	}
	c := connect(t, "{"+e.dsn+", timeout: "+patience()+mode+"}", e.dir)
	s, faults := c.Sink("erp_order", section(t, intoWebERP))
	require.Empty(t, faults)
	line := func(no, item, qty string) any {
		return connectors.Record{"orderlineno": num(no), "stkcode": item, "unitprice": num("14.35"), "quantity": num(qty), "discountpercent": num("0.05"), "actualdispatchdate": "0000-00-00 00:00:00"}
	}
	record := func(lines ...any) connectors.Record {
		return connectors.Record{"debtorno": "ANGRY", "orddate": "2026-03-02", "deliverydate": "2026-03-20", "deladd1": "Hafenstr. 4", "lines": lines}
	}
	require.Equal(t, "12", put(t, s, entry("CRM-7", 1, record(line("0", "BREAD", "2.5"), line("1", "DVD", "1"))))[0].Reference)
	require.Equal(t, "12 ANGRY ANGRY ERI TOR 1 from CRM, order 12", e.text(t, "SELECT orderno, debtorno, branchcode, salesperson, fromstkloc, shipvia, comments FROM salesorders WHERE customerref = 'CRM-7'"))
	require.Equal(t, "12", e.text(t, "SELECT typeno FROM systypes WHERE typeid = 30"))

	// The ERP invoices two of 2.5, in its own way; a later revision leaves alone what it counts.
	e.do(t, "UPDATE salesorderdetails SET qtyinvoiced = 2, actualdispatchdate = '2026-03-05 00:00:00' WHERE orderno = 12 AND orderlineno = 0")
	e.do(t, "INSERT INTO debtortrans (transno, type, order_, consignment, trandate) VALUES (7, 10, 12, 'TRK-9', '2026-03-05'), (3, 12, 0, '', '2026-03-06')")
	e.do(t, "INSERT INTO stockmoves (type, transno, stockid, qty) VALUES (10, 7, 'BREAD', -2), (17, 7, 'BREAD', 40)")
	put(t, s, entry("CRM-7", 2, record(line("0", "BREAD", "3"), line("1", "DVD", "1"))))
	require.Equal(t, "0 3 2 0.05 2026-03-05 | 1 1 0 0.05 0000-00-00", e.text(t, "SELECT orderlineno, quantity, qtyinvoiced, discountpercent, SUBSTR(actualdispatchdate, 1, 10) FROM salesorderdetails WHERE orderno = 12 ORDER BY 1"))

	source, faults := c.Source("despatch", section(t, `
select: >-
  SELECT t.id, t.transno, t.trandate, t.consignment, o.orderno, o.customerref, o.debtorno FROM debtortrans t JOIN salesorders o ON o.orderno = t.order_ WHERE t.type = 10
key: transno
detect: id
column: t.id
rows:
  lines:
    select: >-
      SELECT m.transno, m.stkmoveno, d.orderlineno, -m.qty AS qty FROM stockmoves m
      JOIN debtortrans t ON t.transno = m.transno AND t.type = m.type JOIN salesorderdetails d ON d.orderno = t.order_ AND d.stkcode = m.stockid WHERE m.type = 10
    parent: {transno: transno}
    order: stkmoveno
`))
	require.Empty(t, faults)
	batch := read(t, source, "", 10)
	require.Len(t, batch.Changes, 1)
	require.Equal(t, "CRM-7", batch.Changes[0].Record["customerref"])
	require.Equal(t, []any{connectors.Record{"transno": num("7"), "stkmoveno": num("1"), "orderlineno": num("0"), "qty": num("2")}}, batch.Changes[0].Record["lines"], "of its type alone, without its sign")
}
