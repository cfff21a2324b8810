package sim

import (
	"fmt"
	"strconv"
	"time"
)

// ship despatches released orders whose day has come, in whole or in part.
func (c *clerk) ship() error {
	var next int
	if err := c.tx.QueryRow(`SELECT NXT_NO FROM CNTR WHERE CNT_CD = 'DN'`).Scan(&next); err != nil {
		return err
	}
	for _, o := range c.open {
		if !c.leaves(o, c.today) {
			continue
		}
		if err := c.despatch(o, next); err != nil {
			return fmt.Errorf("ship %s: %w", o.no, err)
		}
		next++
	}
	return c.do(`UPDATE CNTR SET NXT_NO = ? WHERE CNT_CD = 'DN'`, next)
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

// despatch writes one despatch of an order.
func (c *clerk) despatch(o *openOrder, no int) error {
	dn := fmt.Sprintf("D%06d", no)
	carrier, tracking, plate := c.transport(o)
	err := c.do(`INSERT INTO DNHD (DN_NO, SO_NO, SHP_DT, CARR, TRK_NO, PLT_NO) VALUES (?, ?, ?, ?, ?, ?)`,
		dn, o.no, dayNumber(c.today), carrier, tracking, plate)
	if err != nil {
		return err
	}
	quantities := c.takes(o)
	for n, l := range o.lines {
		quantity := quantities[n]
		err := c.do(`INSERT INTO DNLN (DN_NO, LN_NO, SO_LN, QTY, UOM) VALUES (?, ?, ?, ?, ?)`, dn, n+1, l.no, plain(quantity, quantityPlaces), l.unit)
		if err != nil {
			return err
		}
		err = c.do(`UPDATE SOLN SET SHP_QTY = ROUND(SHP_QTY + ?, 3) WHERE SO_NO = ? AND LN_NO = ?`, plain(quantity, quantityPlaces), o.no, l.no)
		if err != nil {
			return err
		}
	}
	return nil
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
