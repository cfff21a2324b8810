package sim

import (
	"fmt"
	"time"
)

// works is how the story has an order made.
type works struct {
	reported bool // production reports it, and begins early
	slow     bool // it is not made before the story ends
}

// produce reports how far production of an order has come: once when it begins, once before each despatch. Only some
// of the shops report; what they have made is never less than what is shipped.
func (c *clerk) produce() error {
	if err := c.readReports(); err != nil {
		return err
	}
	for _, o := range c.open {
		if !c.story.works[o.ref].reported && c.throw(100, "reported", o.ref) >= 33 {
			continue
		}
		c.report(o)
	}
	return insert(c.tx, `PRRP (SO_NO, LN_NO, STA_QTY, MAD_QTY, UOM, RPT_DT)`, c.reports)
}

// readReports notes on the open orders what was reported of them last.
func (c *clerk) readReports() error {
	rows, err := c.tx.Query(`SELECT SO_NO, LN_NO, CAST(MAX(STA_QTY) AS CHAR), CAST(MAX(MAD_QTY) AS CHAR) FROM PRRP GROUP BY SO_NO, LN_NO`)
	if err != nil {
		return err
	}
	defer rows.Close()
	type place struct {
		order string
		line  int
	}
	lines := map[place]*openLine{}
	for _, o := range c.open {
		for n := range o.lines {
			lines[place{o.no, o.lines[n].no}] = &o.lines[n]
		}
	}
	for rows.Next() {
		var at place
		var started, made string
		if err := rows.Scan(&at.order, &at.line, &started, &made); err != nil {
			return err
		}
		l := lines[at]
		if l == nil {
			continue
		}
		if l.started, err = parse(started, quantityPlaces); err != nil {
			return err
		}
		if l.made, err = parse(made, quantityPlaces); err != nil {
			return err
		}
	}
	return rows.Err()
}

// report notes what there is to report of an order in this step. What leaves with the next step is off the machines
// in this one; an amendment in between is made up for before the goods leave.
func (c *clerk) report(o *openOrder) {
	begun := false
	for _, l := range o.lines {
		begun = begun || l.started > 0
	}
	leaves := c.leaves(o, c.today)
	switch {
	case begun:
		leaves = leaves || c.leaves(o, c.story.now(c.step+1))
	case c.today.Before(c.begins(o)):
		return
	default:
		c.begin(o)
	}
	if !leaves {
		return
	}
	for n, quantity := range c.takes(o) {
		l := &o.lines[n]
		if gone := l.ordered - l.open; l.made < gone+quantity {
			c.note(o, l, max(l.started, l.ordered), gone+quantity)
		}
	}
}

// begins is when production of an order begins: on the next day, some in the afternoon.
func (c *clerk) begins(o *openOrder) time.Time {
	hour := 10
	if !c.story.works[o.ref].reported && c.throw(2, "begins", o.ref) == 1 {
		hour = 16
	}
	return dayOf(o.ordered).AddDate(0, 0, 1).Add(time.Duration(hour) * time.Hour)
}

// begin reports that an order is on the machines: some lines whole, some with their first half.
func (c *clerk) begin(o *openOrder) {
	for n := range o.lines {
		l := &o.lines[n]
		started := l.ordered
		if c.throw(100, "begins whole", o.ref, fmt.Sprint(l.no)) < 40 {
			started = half(l.ordered)
		}
		c.note(o, l, started, l.made)
	}
}

// note appends a report of one line.
func (c *clerk) note(o *openOrder, l *openLine, started, made int64) {
	l.started, l.made = started, made
	c.reports = append(c.reports, []any{o.no, l.no, plain(started, quantityPlaces), plain(made, quantityPlaces), l.unit, dayNumber(c.today)})
}
