package sim

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// desk is a clerk without a computer who does by hand what the world is made for: takes in what the CRM tells, holds
// what has no credit, and keys the rest into the ERP. He counts where every change came to stand.
type desk struct {
	t       *testing.T
	w       *World
	clients map[string]*client
	items   map[string]item
	heads   map[string]*head
	held    map[string]bool // orders that were held at any time
	buckets map[string]int
	after   string
	next    int
}

type head struct {
	order    Order
	content  string
	held     bool
	cancel   bool
	so       string
	reserved int64
}

func newDesk(t *testing.T, w *World) *desk {
	d := &desk{t: t, w: w, clients: map[string]*client{}, items: map[string]item{}, heads: map[string]*head{}, held: map[string]bool{}, buckets: map[string]int{}}
	for _, c := range w.story.clients {
		d.clients[c.ID] = c
	}
	for _, i := range w.story.items {
		d.items[i.Code] = i
	}
	return d
}

var currencies = map[string]string{"HKD": "HKD", "HK$": "HKD", "USD": "USD", "US$": "USD", "CNY": "CNY", "RMB": "CNY", "CNH": "CNY"}

// take decides one change.
func (d *desk) take(body []byte) {
	var o Order
	if err := json.Unmarshal(body, &o); err != nil || !utf8.Valid(body) || !d.sound(o) {
		d.buckets["dead_letter"]++
		return
	}
	plain := o
	plain.Revision, plain.Owner, plain.UpdatedAt = 0, "", ""
	content := string(encode(plain))
	h := d.heads[o.ID]
	switch {
	case h == nil:
		h = &head{}
		d.heads[o.ID] = h
	case o.Revision < h.order.Revision:
		d.buckets["superseded"]++
		return
	case o.Revision == h.order.Revision:
		d.buckets["duplicate"]++
		return
	case content == h.content:
		h.order = o
		d.buckets["unchanged"]++
		return
	}
	h.order, h.content = o, content
	d.decide(h)
	switch {
	case h.cancel:
		d.buckets["cancelled"]++
	case h.held:
		d.buckets["held"]++
	default:
		d.buckets["released"]++
	}
}

func (d *desk) sound(o Order) bool {
	if currencies[o.Currency] == "" {
		return false
	}
	total, _ := parse(o.Total, 2)
	var net int64
	for _, l := range o.Lines {
		q, _ := parse(string(l.Qty), 3)
		p, _ := parse(l.Price, 4)
		if d.items[l.SKU].No == "" || q == 0 {
			return false
		}
		net += amountOf(q, p)
	}
	return net+taxOf(net, o.TaxPercent) == total
}

// decide judges the credit of an order and writes it where it was or will be released.
func (d *desk) decide(h *head) {
	o := h.order
	c := d.clients[o.Customer]
	h.reserved, h.held = 0, false
	h.cancel = o.Status == "cancelled"
	total, _ := parse(o.Total, 2)
	demand := convert(total, currencies[o.Currency], c.account.Currency)
	if !h.cancel {
		h.held = !d.credit(c, o, demand)
		d.held[o.ID] = d.held[o.ID] || h.held
		if !h.held {
			h.reserved = demand
		}
	}
	if h.so == "" && (h.held || h.cancel) {
		return
	}
	d.write(h, c)
}

func (d *desk) credit(c *client, o Order, demand int64) bool {
	var state int
	var limit sql.NullString
	require.NoError(d.t, d.w.erp.QueryRow(`SELECT CU_STS, CAST(CR_LMT AS TEXT) FROM CUSM WHERE CU_NO = ?`, c.ERPCode).Scan(&state, &limit))
	var customer Customer
	e, _ := d.w.record("customer", c.ID)
	require.NoError(d.t, json.Unmarshal(e.body, &customer))
	if state == 9 || customer.OnHold || termDays(o.Terms) > map[string]int{"A": 60, "B": 30}[c.Class] {
		return false
	}
	if state == 7 {
		return true
	}
	var open, oldest int64
	rows, err := d.w.erp.Query(`SELECT CAST(OPN_AMT AS TEXT), DUE_DT FROM ARIT WHERE CU_NO = ? AND OPN_AMT <> 0`, c.ERPCode)
	require.NoError(d.t, err)
	defer rows.Close()
	for rows.Next() {
		var text string
		var due int64
		require.NoError(d.t, rows.Scan(&text, &due))
		amount, err := parse(text, 2)
		require.NoError(d.t, err)
		open += amount
		if oldest == 0 || due < oldest {
			oldest = due
		}
	}
	if !limit.Valid || oldest > 0 && dayOf(int(oldest)).Before(d.w.Now().AddDate(0, 0, -31)) {
		return false
	}
	for _, other := range d.heads { // what was shipped is counted twice here: the desk errs on the strict side
		if d.clients[other.order.Customer].account == c.account {
			open += other.reserved
		}
	}
	most, err := parse(limit.String, 2)
	require.NoError(d.t, err)
	return open+demand <= most
}

// write keys an order into the ERP.
func (d *desk) write(h *head, c *client) {
	o := h.order
	state := 1
	switch {
	case h.cancel:
		state = 9
	case h.held:
		state = 5
	}
	err := inTx(context.Background(), d.w.erp, func(tx *sql.Tx) error {
		if h.so != "" {
			if _, err := tx.Exec(`UPDATE SOHD SET SO_STS = ? WHERE SO_NO = ?`, state, h.so); err != nil {
				return err
			}
			for _, l := range o.Lines {
				if _, err := tx.Exec(`UPDATE SOLN SET QTY = ? WHERE SO_NO = ? AND LN_NO = ?`, string(l.Qty), h.so, l.No); err != nil {
					return err
				}
			}
			return nil
		}
		d.next++
		h.so = fmt.Sprintf("SO%06d", d.next)
		day := strings.ReplaceAll(o.OrderedOn, "-", "")
		_, err := tx.Exec(`
INSERT INTO SOHD (SO_NO, CU_NO, EXT_REF, CRM_NO, EXT_REV, PO_NO, ORD_DT, REQ_DT, CUR_CD, PAY_TRM, NET_AMT, TAX_AMT, TOT_AMT, SO_STS, RMK, CRT_DT)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, h.so, c.ERPCode, o.ID, o.Number, o.Revision, o.CustomerPO, day, day, currencies[o.Currency], o.Terms, o.Total, o.TaxPercent, o.Total, state, o.Remarks, day)
		if err != nil {
			return err
		}
		for _, l := range o.Lines {
			i := d.items[l.SKU]
			if _, err := tx.Exec(`INSERT INTO SOLN (SO_NO, LN_NO, IT_NO, QTY, UOM, UPRC, LN_AMT, REQ_DT) VALUES (?, ?, ?, ?, ?, ?, 0, ?)`, h.so, l.No, i.No, string(l.Qty), i.Unit, l.Price, day); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(d.t, err)
}

// work follows the world to its end: hears what is called, asks for pages after every step.
func (d *desk) work() {
	d.w.Break(Calm)
	calls := 0
	e := newEar(d.t, func(int) int { return 200 })
	d.w.HooksTo(e.URL)
	for more := true; more; {
		var err error
		more, err = d.w.Step(context.Background())
		require.NoError(d.t, err)
		for ; calls < len(e.heard); calls++ {
			body := strings.TrimSuffix(strings.TrimPrefix(string(e.heard[calls].body), `{"type":"order.updated","data":`), "}")
			d.take([]byte(body))
		}
		for more := true; more; {
			var page []entry
			after, err := parseCursor(d.after)
			require.NoError(d.t, err)
			var next int64
			page, next, more = d.w.shelves["order"].page(after, 100)
			for _, one := range page {
				d.take(one.body)
			}
			d.after = cursor(next)
		}
	}
}

func TestEverySeedFillsEveryBucket(t *testing.T) {
	for seed := uint64(1); seed <= 20; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, newWorld(t, Options{Seed: seed}))
			d.work()
			d.requireAllBuckets()
			held := 0
			for _, was := range d.held {
				if was {
					held++
				}
			}
			t.Logf("%v, held at any time: %d", d.buckets, held)
			require.GreaterOrEqual(t, held, 10, "5 to 10 of a hundred are held")
			require.LessOrEqual(t, held, 20, "5 to 10 of a hundred are held")
		})
	}
}

func (d *desk) requireAllBuckets() {
	for _, bucket := range []string{"released", "held", "cancelled", "superseded", "duplicate", "unchanged", "dead_letter"} {
		require.Positive(d.t, d.buckets[bucket], "%s: %v", bucket, d.buckets)
	}
}

func TestWorldsOfEverySizeFillEveryBucket(t *testing.T) {
	for _, orders := range []int{20, 21, 50, 99, 1000} {
		t.Run(fmt.Sprintf("%d orders", orders), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, newWorld(t, Options{Seed: 1, Orders: orders}))
			d.work()
			d.requireAllBuckets()
			t.Log(d.buckets)
		})
	}
}
