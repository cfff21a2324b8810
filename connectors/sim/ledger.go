package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// bill is a despatch that is to be posted among the receivables.
type bill struct {
	despatch, account, currency, own, terms string
	shipped                                 int
	taxed                                   bool
	net                                     int64 // what its goods come to without tax
}

// post puts despatches among the receivables, a day or two after they left.
func (c *clerk) post() error {
	bills, err := c.unposted()
	if err != nil {
		return err
	}
	var posted [][]any
	for _, b := range bills {
		if c.today.Before(dayOf(b.shipped).AddDate(0, 0, 1+c.throw(2, "post", b.despatch))) {
			continue
		}
		amount := b.net
		if b.taxed {
			amount += taxOf(b.net, 13)
		}
		open := fixed(convert(amount, b.currency, b.own), moneyPlaces)
		due := dayNumber(dayOf(b.shipped).AddDate(0, 0, termDays(b.terms)))
		posted = append(posted, []any{"AR" + strings.TrimPrefix(b.despatch, "D"), b.account, b.despatch, dayNumber(c.today), due, open, open})
	}
	return insert(c.tx, `ARIT (DOC_NO, CU_NO, DN_NO, DOC_DT, DUE_DT, DOC_AMT, OPN_AMT)`, posted)
}

// unposted are the despatches that are not among the receivables, in the order in which they left.
func (c *clerk) unposted() ([]*bill, error) {
	rows, err := c.tx.Query(`
SELECT d.DN_NO, h.CU_NO, h.CUR_CD, COALESCE(m.CUR_CD, h.CUR_CD), h.PAY_TRM, d.SHP_DT, h.TAX_AMT > 0, CAST(n.QTY AS CHAR), COALESCE(CAST(l.UPRC AS CHAR), '0')
FROM DNHD d
JOIN SOHD h ON h.SO_NO = d.SO_NO
JOIN DNLN n ON n.DN_NO = d.DN_NO
LEFT JOIN SOLN l ON l.SO_NO = d.SO_NO AND l.LN_NO = n.SO_LN
LEFT JOIN CUSM m ON m.CU_NO = h.CU_NO
WHERE d.SHP_DT < ? AND NOT EXISTS (SELECT 1 FROM ARIT a WHERE a.DN_NO = d.DN_NO)
ORDER BY d.DN_ID, n.LN_NO`, dayNumber(c.today))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var bills []*bill
	for rows.Next() {
		var b bill
		var quantity, price string
		if err := rows.Scan(&b.despatch, &b.account, &b.currency, &b.own, &b.terms, &b.shipped, &b.taxed, &quantity, &price); err != nil {
			return nil, err
		}
		if len(bills) == 0 || bills[len(bills)-1].despatch != b.despatch {
			bills = append(bills, &b)
		}
		amount, err := lineAmount(quantity, price)
		if err != nil {
			return nil, fmt.Errorf("post %s: %w", b.despatch, err)
		}
		bills[len(bills)-1].net += amount
	}
	return bills, rows.Err()
}

func lineAmount(quantity, price string) (int64, error) {
	q, err := parse(quantity, quantityPlaces)
	if err != nil {
		return 0, err
	}
	p, err := parse(price, pricePlaces)
	return amountOf(q, p), err
}

// collect books what customers pay: most of them some days after the posting, some not within the story.
func (c *clerk) collect() error {
	rows, err := c.tx.Query(`SELECT DOC_NO, DOC_DT, DN_NO IS NULL, DUE_DT FROM ARIT WHERE OPN_AMT <> 0 ORDER BY DOC_NO`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var paid []any // numbers of documents
	for rows.Next() {
		var no string
		var posted, due int
		var opening bool
		if err := rows.Scan(&no, &posted, &opening, &due); err != nil {
			return err
		}
		if c.pays(no, posted, due, opening) {
			paid = append(paid, no)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for some := range slices.Chunk(paid, rowsAtOnce) {
		// #nosec G202 -- what is joined are question marks
		if _, err := c.tx.Exec(`UPDATE ARIT SET OPN_AMT = 0 WHERE DOC_NO IN (`+marks(len(some))+`)`, some...); err != nil {
			return err
		}
	}
	return nil
}

// pays says whether a document is paid today. Documents from before the story are paid about their due day; those
// that are long overdue wait for a person.
func (c *clerk) pays(no string, posted, due int, opening bool) bool {
	patience := c.throw(6, "pays", no)
	if !opening {
		return c.throw(100, "pays ever", no) < 70 && !c.today.Before(dayOf(posted).AddDate(0, 0, 1+patience))
	}
	if dayOf(due).Before(c.story.now(1).AddDate(0, 0, -30)) {
		return false
	}
	return !c.today.Before(dayOf(due).AddDate(0, 0, patience)) && !c.today.Before(c.story.now(1).AddDate(0, 0, 1+c.throw(10, "pays late", no)))
}

// termDays is how many days of credit payment terms give: NET30 gives 30, all others none.
func termDays(terms string) int {
	days, err := strconv.Atoi(strings.TrimPrefix(terms, "NET"))
	if err != nil || !strings.HasPrefix(terms, "NET") {
		return 0
	}
	return days
}
