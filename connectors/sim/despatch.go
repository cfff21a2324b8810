package sim

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// load is what leaves in one step: the despatches, their lines, and the orders that they are of.
type load struct {
	heads, lines [][]any
	orders       []any
}

// ship despatches released orders whose day has come, in whole or in part.
func (c *clerk) ship() error {
	var next, last int64
	if err := c.tx.QueryRow(`SELECT NXT_NO FROM CNTR WHERE CNT_CD = 'DN'` + c.locked).Scan(&next); err != nil {
		return err
	}
	if err := c.tx.QueryRow(`SELECT COALESCE(MAX(DN_ID), 0) FROM DNHD`).Scan(&last); err != nil {
		return err
	}
	var l load
	for _, o := range c.open {
		if c.leaves(o, c.today) {
			c.despatch(&l, o, next+int64(len(l.heads)))
		}
	}
	if len(l.heads) == 0 {
		return nil
	}
	if err := insert(c.tx, `DNHD (DN_NO, SO_NO, SHP_DT, CARR, TRK_NO, PLT_NO)`, l.heads); err != nil {
		return err
	}
	if err := insert(c.tx, `DNLN (DN_NO, LN_NO, SO_LN, QTY, UOM)`, l.lines); err != nil {
		return err
	}
	if err := c.bookShipped(l.orders, last); err != nil {
		return err
	}
	_, err := c.tx.Exec(`UPDATE CNTR SET NXT_NO = ? WHERE CNT_CD = 'DN'`, next+int64(len(l.heads)))
	return err
}

// bookShipped adds to the lines of orders what the despatches after the last one of before took of them.
func (c *clerk) bookShipped(orders []any, last int64) error {
	for some := range slices.Chunk(orders, rowsAtOnce) {
		// #nosec G202 -- what is joined are question marks
		_, err := c.tx.Exec(`
UPDATE SOLN
SET SHP_QTY = ROUND(SHP_QTY + COALESCE((
  SELECT SUM(n.QTY)
  FROM DNHD d
  JOIN DNLN n ON n.DN_NO = d.DN_NO
  WHERE d.SO_NO = SOLN.SO_NO AND n.SO_LN = SOLN.LN_NO AND d.DN_ID > ?), 0), 3)
WHERE SO_NO IN (`+marks(len(some))+`)`, append([]any{last}, some...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// leaves says whether the goods have left by then: two to five days after the order, the rest of a part a day or two
// after it. Some orders are not made before the story ends.
func (c *clerk) leaves(o *openOrder, by time.Time) bool {
	if o.despatches > 0 {
		return !by.Before(dayOf(o.last).AddDate(0, 0, 1+c.throw(2, "rest", o.ref, strconv.Itoa(o.despatches))))
	}
	wait := 2 + c.throw(4, "ready", o.ref)
	if c.story.works[o.ref].slow || c.throw(100, "slow", o.ref) < 15 {
		wait += 20
	}
	return !by.Before(dayOf(o.ordered).AddDate(0, 0, wait))
}

// takes is what the next despatch takes of each line: everything that is open, or about half of it.
func (c *clerk) takes(o *openOrder) []int64 {
	part := o.despatches < 2 && c.throw(100, "part", o.ref, strconv.Itoa(o.despatches)) < 30
	quantities := make([]int64, len(o.lines))
	for n, l := range o.lines {
		quantities[n] = l.open
		if part {
			quantities[n] = half(l.open)
		}
	}
	return quantities
}

// half is about half of a quantity in whole units, at least one.
func half(quantity int64) int64 { return max(quantity/2/1000*1000, min(quantity, 1000)) }

// despatch loads one despatch of an order.
func (c *clerk) despatch(l *load, o *openOrder, no int64) {
	dn := fmt.Sprintf("D%06d", no)
	carrier, tracking, plate := c.transport(o)
	l.heads = append(l.heads, []any{dn, o.no, dayNumber(c.today), carrier, tracking, plate})
	l.orders = append(l.orders, o.no)
	quantities := c.takes(o)
	for n, line := range o.lines {
		l.lines = append(l.lines, []any{dn, n + 1, line.no, plain(quantities[n], quantityPlaces), line.unit})
	}
}

// transport is who carries a despatch: a lorry of the house inland, a haulier to the port for export, who may have
// no number of his own yet.
func (c *clerk) transport(o *openOrder) (carrier string, tracking, plate any) {
	number := c.throw(90_000, "plate", o.ref, strconv.Itoa(o.despatches)) + 10_000
	if c.story.channels[o.account] == "export" {
		return []string{"Lantau Haulage", "Delta Container Lines"}[number%2], nil, nil
	}
	plate = fmt.Sprintf("粤S·%05d", number)
	if number%3 == 0 {
		return "鹭程物流", fmt.Sprintf("LC%08d", number*97), plate
	}
	return "自送", nil, plate
}
