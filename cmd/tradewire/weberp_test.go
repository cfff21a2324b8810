package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// forNordlicht is one revision of an order, of cable and plugs.
func forNordlicht(id string, revision, cables int, more ...any) scenarioStep {
	lines := append([]any{
		map[string]any{"no": 1, "sku": "CAB-3x1.5", "qty": cables, "price": "12.5", "description": "3 cores <soft>"},
		map[string]any{"no": 2, "sku": "PLUG-16A", "qty": 200, "price": "0.35"}}, more...)
	return scenarioStep{Orders: []map[string]any{{"id": id, "revision": revision, "customer": "NORD", "customer_po": "R&D " + id,
		"incoterm": "FOB", "place": "Yantian", "remarks": "小心 😀", "lines": lines}}}
}

func forLee(id string, more map[string]any) scenarioStep {
	order := map[string]any{"id": id, "revision": 1, "customer": "LEE", "currency": "CNY", "lines": []any{map[string]any{"no": 1, "sku": "PLUG-16A", "qty": 1000, "price": "0.4"}}}
	for k, v := range more {
		order[k] = v
	}
	return scenarioStep{Orders: []map[string]any{order}}
}

// invoiced does what webERP does when a clerk confirms a despatch of all that is ordered: it counts, moves stock, and debits the customer.
func (w *workshop) invoiced(transno, orderno int, via int) {
	w.t.Helper()
	w.exec("UPDATE systypes SET typeno = typeno + 1 WHERE typeid = 10")
	w.exec(fmt.Sprintf(`INSERT INTO debtortrans (transno, type, debtorno, branchcode, trandate, inputdate, order_, rate, ovamount, shipvia)
		SELECT %d, 10, o.debtorno, o.branchcode, '2026-03-09', '2026-03-09 10:00:00', o.orderno, 1, SUM(d.quantity * d.unitprice), %d
		FROM salesorders o JOIN salesorderdetails d ON d.orderno = o.orderno WHERE o.orderno = %d GROUP BY o.orderno`, transno, via, orderno))
	w.exec(fmt.Sprintf(`INSERT INTO stockmoves (stockid, type, transno, loccode, trandate, userid, debtorno, branchcode, reference, qty)
		SELECT d.stkcode, 10, %d, o.fromstkloc, '2026-03-09', 'kim', o.debtorno, o.branchcode, o.orderno, -d.quantity
		FROM salesorders o JOIN salesorderdetails d ON d.orderno = o.orderno WHERE o.orderno = %d AND d.quantity > 0 ORDER BY d.orderlineno`, transno, orderno))
	w.exec(fmt.Sprintf(`UPDATE salesorderdetails SET qtyinvoiced = quantity, completed = 1, actualdispatchdate = '2026-03-09' WHERE orderno = %d`, orderno))
}

// received does what webERP does with a receipt that pays an invoice of the same customer.
func (w *workshop) received(transno, invoice int, amount string) {
	w.t.Helper()
	w.exec(fmt.Sprintf(`INSERT INTO debtortrans (transno, type, debtorno, trandate, inputdate, rate, ovamount, alloc, settled)
		SELECT %d, 12, debtorno, '2026-03-03', '2026-03-03 09:00:00', 1, -%s, -%s, 1 FROM debtortrans WHERE type = 10 AND transno = %d`, transno, amount, amount, invoice))
	w.exec(fmt.Sprintf(`UPDATE debtortrans SET alloc = alloc + %s, settled = ovamount + ovgst + ovfreight + ovdiscount - alloc < 0.005 WHERE type = 10 AND transno = %d`, amount, invoice))
}

func TestAnOrderGoesThroughWebERPByConfigurationAlone(t *testing.T) {
	w := beside(t, "weberp")
	require.Contains(t, w.mustRun("lint"), "no fault")
	theirs := []string{"SELECT * FROM salesorders WHERE internalcomment IS NULL ORDER BY orderno", "SELECT * FROM salesorderdetails WHERE orderno < 42 ORDER BY orderno, orderlineno",
		"SELECT * FROM debtorsmaster", "SELECT * FROM custbranch", "SELECT * FROM systypes WHERE typeid <> 30"}
	keyed := func() (all []string) {
		for _, query := range theirs {
			all = append(all, w.query(query)...)
		}
		return all
	}
	before := keyed()

	// An order gets the number after the last one of its counter, the first open branch, and lines from 0.
	w.inbox(1, forNordlicht("O1", 1, 100))
	w.mustRun("run", "--until-idle")
	const header = `SELECT orderno, debtorno, branchcode, ordertype, customerref, comments, orddate, deliverydate, confirmeddate, quotation, quotedate,
		shipvia, fromstkloc, salesperson, deliverto, deladd1, deladd3, deladd6 FROM salesorders WHERE internalcomment = '%s'`
	w.wants(fmt.Sprintf(header, "O1"), "42|NORD|HAM|WS|R&amp;D O1|小心 ?|2026-03-02|2026-03-20|2026-03-02|0|0000-00-00|2|KTN|KIM|Nordlicht Hamburg|Hafenstr. 4|Hamburg|Germany")
	const lines = "SELECT orderlineno, stkcode, quantity, unitprice, discountpercent, qtyinvoiced, completed, actualdispatchdate, itemdue, poline, narrative FROM salesorderdetails WHERE orderno = %d ORDER BY 1"
	w.wants(fmt.Sprintf(lines, 42),
		"0|CAB-3x1.5|100|12.5|0|0|0|0000-00-00 00:00:00|2026-03-20|1|3 cores &lt;soft&gt;", "1|PLUG-16A|200|0.35|0|0|0|0000-00-00 00:00:00|2026-03-20|2|")
	w.wants("SELECT typeno FROM systypes WHERE typeid = 30", "42")
	require.Equal(t, before, keyed(), "what people keyed in is as it was")
	doctor := w.mustRun("doctor")
	require.NotContains(t, doctor, "which the mapping fills")
	require.Contains(t, doctor, "0 bad")
	require.Contains(t, doctor, "its tables take what the mapping makes")

	// People set right where it goes. The customer orders a third line, takes it back, and wants more cable.
	w.exec("UPDATE salesorders SET deladd2 = 'Tor 3', shipvia = 1 WHERE orderno = 42")
	const amended = "SELECT d.orderlineno, d.stkcode, d.quantity, o.deladd2, o.shipvia FROM salesorderdetails d JOIN salesorders o ON o.orderno = d.orderno WHERE o.internalcomment = 'O1' ORDER BY 1"
	w.inbox(2, forNordlicht("O1", 2, 100, map[string]any{"no": 3, "sku": "PLUG-16A", "qty": 10, "price": "0.3"}))
	w.mustRun("run", "--until-idle")
	w.wants(amended, "0|CAB-3x1.5|100|Tor 3|1", "1|PLUG-16A|200|Tor 3|1", "2|PLUG-16A|10|Tor 3|1")
	w.inbox(3, forNordlicht("O1", 3, 120))
	w.mustRun("run", "--until-idle")
	w.wants(amended, "0|CAB-3x1.5|120|Tor 3|1", "1|PLUG-16A|200|Tor 3|1")

	// 1,000.20 less 100.10 are owed, 1,570.00 are reserved: the next order of 3,070.00 goes beyond 5,000.10.
	w.inbox(4, forNordlicht("O2", 1, 240))
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.files("alerts/"), "exposure HKD 2,470.10 + this order HKD 3,070.00 = HKD 5,540.10, limit HKD 5,000.10")
	w.wants("SELECT COUNT(*) FROM salesorders WHERE internalcomment = 'O2'", "0")

	// A receipt pays the open invoice. The order is sent again, and let go.
	w.received(5, 6, "1000.2")
	w.inbox(5, forNordlicht("O2", 2, 240))
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.mustRun("trace", "O2"), "exposure HKD 1,469.90 + this order HKD 3,070.00 against a limit of HKD 5,000.10")
	w.wants("SELECT orderno FROM salesorders WHERE internalcomment = 'O2'", "43")

	// It is cancelled: nothing is ordered any more, and its lines are done.
	w.inbox(6, scenarioStep{Orders: []map[string]any{{"id": "O2", "revision": 3, "customer": "NORD", "status": "cancelled", "lines": []any{}}}})
	w.mustRun("run", "--until-idle")
	w.wants("SELECT orderlineno, stkcode, quantity, completed FROM salesorderdetails WHERE orderno = 43 ORDER BY 1", "0|CAB-3x1.5|0|1", "1|PLUG-16A|0|1")

	// Despatched: a debit with its movements, and no consignment note yet. What others counted is not written over.
	w.invoiced(7, 42, 2)
	w.mustRun("run", "--until-idle")
	papers := w.papers()
	for _, paper := range []string{"packing_list-PL", "commercial_invoice-CI", "order_confirmation-OC"} {
		require.True(t, slices.Contains(papers, paper), "%s in %v", paper, papers)
	}
	w.wants("SELECT orderlineno, qtyinvoiced, completed, actualdispatchdate FROM salesorderdetails WHERE orderno = 42 ORDER BY 1", "0|120|1|2026-03-09 00:00:00", "1|200|1|2026-03-09 00:00:00")
	require.Contains(t, w.files("status/O1"), `"carrier":"Sea & Rail Forwarding","date":"2026-03-09","number":"7","tracking":""`)

	// The note is typed in later, and nothing in webERP says so: open invoices are read again.
	w.exec("UPDATE debtortrans SET consignment = 'HLCU1234567' WHERE type = 10 AND transno = 7")
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.files("status/O1"), `"tracking":"HLCU1234567"`)
	require.Contains(t, w.mustRun("trace", "O1"), "packing_list PL-2026-00001 revision 2 for shipment 7", "papers that it stands on are made anew")

	// The invoice took the place of its shipment, and is paid: what is owed counted once, and is a credit note now.
	w.received(6, 7, "1570")
	w.inbox(7, forNordlicht("O3", 1, 10))
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.mustRun("trace", "O3"), "exposure HKD -100.10 + this order HKD 195.00")
	w.mustRun("reconcile")
	rows := w.query("SELECT * FROM salesorders")
	w.mustRun("run", "--until-idle")
	require.Equal(t, rows, w.query("SELECT * FROM salesorders"), "a second run changes nothing")
	require.Equal(t, "40|100", w.query("SELECT orderno, quantity FROM salesorderdetails WHERE orderno < 41")[0])
}

func TestWhoWebERPHoldsIsHeldAndWhoItWatchesIsNot(t *testing.T) {
	w := beside(t, "weberp")
	w.inbox(1, scenarioStep{Orders: []map[string]any{{"id": "O1", "revision": 1, "customer": "OLDS", "terms": "PREPAY", "lines": []any{map[string]any{"no": 1, "sku": "PLUG-16A", "qty": 10, "price": "0.4"}}}}})
	w.inbox(2, forLee("O2", nil))
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.files("status/O1"), "STOPPED")
	w.wants("SELECT o.internalcomment, o.orderno, c.name FROM salesorders o JOIN debtorsmaster c ON c.debtorno = o.debtorno WHERE o.internalcomment IS NOT NULL", "O2|42|东莞示例电器厂")

	// Its counter stands higher after something failed in webERP: a number is never given twice.
	w.exec("UPDATE systypes SET typeno = 47 WHERE typeid = 30")
	w.exec("UPDATE debtorsmaster SET holdreason = 0 WHERE debtorno = 'OLDS'")
	w.inbox(3, scenarioStep{Orders: []map[string]any{{"id": "O1", "revision": 2, "customer": "OLDS", "terms": "PREPAY", "lines": []any{map[string]any{"no": 1, "sku": "PLUG-16A", "qty": 10, "price": "0.4"}}}}})
	w.mustRun("run", "--until-idle")
	w.wants("SELECT orderno, branchcode FROM salesorders WHERE internalcomment = 'O1'", "48|OLDS")

	// Inside China a despatch is delivered with a note.
	w.invoiced(7, 42, 1)
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.papers(), "delivery_note-DN")
	w.mustRun("reconcile")
}

// webERP's stock movements name no line: of an order that goes as a whole they are counted to its lines in their order.
func TestAnItemOnTwoLinesIsDespatchedFromBoth(t *testing.T) {
	w := beside(t, "weberp")
	w.inbox(1, forLee("O1", map[string]any{"lines": []any{map[string]any{"no": 1, "sku": "PLUG-16A", "qty": 100, "price": "0.4"},
		map[string]any{"no": 2, "sku": "CAB-3x1.5", "qty": 10, "price": "1"}, map[string]any{"no": 3, "sku": "PLUG-16A", "qty": 300, "price": "0.3"}}}))
	w.mustRun("run", "--until-idle")
	w.invoiced(7, 42, 1)
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.mustRun("trace", "O1"), "line 1: 100 C62; line 2: 10 C62; line 3: 300 C62")

	w.inbox(2, forLee("O2", map[string]any{"lines": []any{map[string]any{"no": 1, "sku": "PLUG-16A", "qty": 100, "price": "0.4"}, map[string]any{"no": 2, "sku": "PLUG-16A", "qty": 300, "price": "0.3"}}}))
	w.mustRun("run", "--until-idle")
	w.exec("UPDATE salesorderdetails SET quantity = 0 WHERE orderno = 43 AND orderlineno = 0")
	w.invoiced(8, 43, 1)
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.mustRun("deadletters"), "line 1: 300 C62 despatched, 100 C62 open", "a despatch of the second alone is not guessed at")
}

func TestAnOrderThatWebERPCannotHoldIsRefusedByName(t *testing.T) {
	w := beside(t, "weberp")
	w.inbox(1, forLee("O1", map[string]any{"currency": "HKD"}))
	w.inbox(2, forLee("O2", map[string]any{"customer_po": strings.Repeat("&", 12)}))
	w.inbox(3, forLee("O3", nil))
	out, errOut, _ := w.tradewire("run", "--until-idle", "--wait", "2h")
	letters := out + errOut + w.mustRun("deadletters")
	require.Regexp(t, `look-up customer finds nothing where[^"]*currcode is "HKD" and debtorno is "LEE"`, letters, "its orders have the customer's currency")
	require.Contains(t, letters, "has 60 characters, and 50 fit")
	w.wants("SELECT internalcomment FROM salesorders WHERE internalcomment IS NOT NULL", "O3")
}
