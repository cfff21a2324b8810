package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// desk is a clerk without a computer who does by hand what the world is made for: takes in what the CRM tells and
// holds what has no credit. He counts where every change came to stand. He knows of no shipment and no payment, so
// he errs on the strict side.
type desk struct {
	t        *testing.T
	story    *story
	clients  map[string]*client
	accounts map[string]*account
	items    map[string]item
	onHold   map[string]bool
	heads    map[string]*head
	held     map[string]bool // orders that were held at any time
	buckets  map[string]int
	reserved map[*account]int64
	now      time.Time
}

type head struct {
	order    Order
	content  string
	held     bool
	cancel   bool
	reserved int64
}

func newDesk(t *testing.T, seed uint64, orders int) *desk {
	d := &desk{
		t: t, story: tell(Options{Seed: seed, Orders: orders, Start: time.Date(2026, time.March, 2, 8, 0, 0, 0, hongKong)}), clients: map[string]*client{}, accounts: map[string]*account{}, items: map[string]item{}, onHold: map[string]bool{},
		heads: map[string]*head{}, held: map[string]bool{}, buckets: map[string]int{}, reserved: map[*account]int64{},
	}
	for _, c := range d.story.clients {
		d.clients[c.ID] = c
	}
	for _, a := range d.story.accounts {
		d.accounts[a.No] = a
	}
	for _, i := range d.story.items {
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

// decide judges the credit of an order.
func (d *desk) decide(h *head) {
	c := d.clients[h.order.Customer]
	d.reserved[c.account] -= h.reserved
	h.reserved, h.held, h.cancel = 0, false, h.order.Status == "cancelled"
	if h.cancel {
		return
	}
	total, err := parse(h.order.Total, moneyPlaces)
	require.NoError(d.t, err)
	demand := convert(total, currencies[h.order.Currency], c.account.Currency)
	if h.held = !d.credit(c, h.order, demand); h.held {
		d.held[h.order.ID] = true
		return
	}
	h.reserved = demand
	d.reserved[c.account] += demand
}

func (d *desk) credit(c *client, o Order, demand int64) bool {
	a := c.account
	if a.State == 9 || d.onHold[c.ID] || termDays(o.Terms) > map[string]int{"A": 60, "B": 30}[c.Class] {
		return false
	}
	if a.State == 7 {
		return true
	}
	open := d.reserved[a]
	for _, item := range a.Open {
		open += item.Amount
		if d.story.now(1).AddDate(0, 0, item.Due+31).Before(d.now) {
			return false
		}
	}
	return a.Limit != nil && open+demand <= *a.Limit
}

// work follows the story to its end: notes what people in the ERP change, hears what is called, asks for a page after
// every step.
func (d *desk) work() {
	type ring struct {
		call
		body []byte
	}
	var rings []ring
	orders, after := newShelf(), int64(0)
	for step := range steps + 2 {
		d.now = d.story.now(min(step, steps))
		if step <= steps {
			d.note(d.story.notes[step])
			for place, c := range d.story.changes[step] {
				if c.kind == "customer" {
					var customer Customer
					require.NoError(d.t, json.Unmarshal(c.body, &customer))
					d.onHold[c.id] = customer.OnHold
					continue
				}
				orders.add(entry{seq: int64(len(orders.entries)) + 1, id: c.id, body: c.body})
				for _, call := range calls(c, step, place) {
					rings = append(rings, ring{call, c.body})
				}
			}
		}
		slices.SortStableFunc(rings, func(a, b ring) int {
			return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.place, b.place))
		})
		for len(rings) > 0 && rings[0].due <= step {
			d.take(rings[0].body)
			rings = rings[1:]
		}
		page, next, more := orders.page(after, 1_000_000)
		require.False(d.t, more)
		for _, e := range page {
			d.take(e.body)
		}
		after = next
	}
	require.Empty(d.t, rings)
}

func (d *desk) note(notes []note) {
	for _, n := range notes {
		a := d.accounts[n.account]
		switch {
		case n.state != 0:
			a.State = n.state
		case n.limit != nil:
			a.Limit = n.limit
		case n.pays:
			a.Open = slices.DeleteFunc(a.Open, func(o openItem) bool { return o.Due < 0 })
		}
	}
}

func TestEverySeedFillsEveryBucket(t *testing.T) {
	for seed := uint64(1); seed <= 20; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			d := newDesk(t, seed, 200)
			d.work()
			d.requireAllBuckets()
			t.Logf("%v, held at any time: %d", d.buckets, len(d.held))
			require.GreaterOrEqual(t, len(d.held), 10, "5 to 10 of a hundred are held")
			require.LessOrEqual(t, len(d.held), 20, "5 to 10 of a hundred are held")
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
			d := newDesk(t, 1, orders)
			d.work()
			d.requireAllBuckets()
			t.Log(d.buckets)
		})
	}
}
