package sim

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// clerk is the people at the ERP during one step. They work on what they find there, and what they do with an order
// hangs on the seed and the order's reference, never on when it was written.
type clerk struct {
	*dialect
	tx      *sql.Tx
	story   *story
	step    int
	today   time.Time
	open    []*openOrder // what is to be made and shipped
	reports [][]any      // of production, to be written
}

// liveERP lets the clerks work every step that they have not worked yet, each in one transaction.
func (w *World) liveERP(ctx context.Context, upTo int) error {
	for {
		done := false
		err := w.erp.inTx(ctx, func(tx *sql.Tx) error {
			var last int
			if err := tx.QueryRow(`SELECT NXT_NO FROM CNTR WHERE CNT_CD = 'DP'` + w.erp.locked).Scan(&last); err != nil {
				return err
			}
			if last >= upTo {
				done = true
				return nil
			}
			c := &clerk{dialect: w.erp.dialect, tx: tx, story: w.story, step: last + 1, today: w.story.now(last + 1)}
			for _, work := range []func() error{c.takeNotes, c.lookThrough, c.produce, c.ship, c.post, c.collect} {
				if err := work(); err != nil {
					return err
				}
			}
			_, err := tx.Exec(`UPDATE CNTR SET NXT_NO = ? WHERE CNT_CD = 'DP'`, c.step)
			return err
		})
		if err != nil || done {
			return err
		}
	}
}

// throw is a die from 0 below sides for what the words name.
func (c *clerk) throw(sides int, words ...string) int {
	return int(dice(c.story.opt.Seed, words...) % uint64(sides)) // #nosec G115 -- below sides
}

// takeNotes writes what people change by hand in this step.
func (c *clerk) takeNotes() error {
	for _, n := range c.story.notes[c.step] {
		var err error
		switch {
		case n.state != 0:
			_, err = c.tx.Exec(`UPDATE CUSM SET CU_STS = ? WHERE CU_NO = ?`, n.state, n.account)
		case n.limit != nil:
			_, err = c.tx.Exec(`UPDATE CUSM SET CR_LMT = ? WHERE CU_NO = ?`, fixed(*n.limit, moneyPlaces), n.account)
		case n.pays:
			err = payOverdue(c.tx, n.account, c.today)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// openOrder is a released order with lines that have not been shipped in full.
type openOrder struct {
	no, ref, account string
	ordered          int
	lines            []openLine
	despatches       int
	last             int // the day of the last despatch
}

type openLine struct {
	no            int
	ordered, open int64
	started, made int64 // as reported last
	unit          string
}

// lookThrough finds the orders that are open.
func (c *clerk) lookThrough() (err error) {
	c.open, err = c.openOrders()
	return err
}

// openOrders keeps the orders as they are until the step is over: nobody cancels what is just being loaded.
func (c *clerk) openOrders() ([]*openOrder, error) {
	// #nosec G202 -- what is joined is a word of the dialect
	rows, err := c.tx.Query(`
SELECT h.SO_NO, COALESCE(h.EXT_REF, h.SO_NO), h.CU_NO, h.ORD_DT, l.LN_NO, CAST(l.QTY AS CHAR), CAST(l.SHP_QTY AS CHAR), l.UOM
FROM SOHD h
JOIN SOLN l ON l.SO_NO = h.SO_NO
WHERE h.SO_STS = 1 AND h.ORD_DT < ? AND l.SHP_QTY < l.QTY
ORDER BY 2, 1, l.LN_NO`+c.locked, dayNumber(c.today))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var orders []*openOrder
	byNo := map[string]*openOrder{}
	for rows.Next() {
		var o openOrder
		var l openLine
		var ordered, shipped string
		if err := rows.Scan(&o.no, &o.ref, &o.account, &o.ordered, &l.no, &ordered, &shipped, &l.unit); err != nil {
			return nil, err
		}
		if l.ordered, l.open, err = openOf(ordered, shipped); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", o.no, l.no, err)
		}
		if byNo[o.no] == nil {
			byNo[o.no] = &o
			orders = append(orders, &o)
		}
		byNo[o.no].lines = append(byNo[o.no].lines, l)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return orders, c.countDespatches(byNo)
}

func (c *clerk) countDespatches(orders map[string]*openOrder) error {
	rows, err := c.tx.Query(`SELECT SO_NO, COUNT(*), MAX(SHP_DT) FROM DNHD GROUP BY SO_NO`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var no string
		var count, last int
		if err := rows.Scan(&no, &count, &last); err != nil {
			return err
		}
		if o := orders[no]; o != nil {
			o.despatches, o.last = count, last
		}
	}
	return rows.Err()
}

func openOf(ordered, shipped string) (whole, open int64, err error) {
	whole, err = parse(ordered, quantityPlaces)
	if err != nil {
		return 0, 0, err
	}
	gone, err := parse(shipped, quantityPlaces)
	return whole, whole - gone, err
}
