package sim

import (
	"fmt"
	"math/rand/v2"
)

// tale is the life of one order: who orders, and every version that the CRM will know of it.
type tale struct {
	index    int // from 0, in the order of arrival
	client   *client
	versions []version
}

// version is one revision of an order.
type version struct {
	step      int
	revision  int64
	cancelled bool
	owner     string // the clerk in the CRM: nothing that anyone else needs to know
	deal      deal
	fate      fate // of its webhook
}

// fate is what becomes of the webhook of a version. The zero fate is one call, at once.
type fate struct {
	never  bool // lost
	late   int  // so many steps later
	again  int  // sent once more with the same id: 1 at once, 2 a step later
	behind bool // after the other calls of its step
}

func (t *tale) id() string { return fmt.Sprintf("CO-%06d", t.index+1) }

func (t *tale) first() *version { return &t.versions[0] }
func (t *tale) last() *version  { return &t.versions[len(t.versions)-1] }

// arrival spreads the orders evenly over the first steps.
func (s *story) arrival(index int) int { return 1 + index*lastOrder/s.opt.Orders }

// writeTales deals out what happens to the orders. Everything that a run must show is planted, so that no seed goes
// without; the rest is chance.
func (s *story) writeTales() {
	n := s.opt.Orders
	deck := line(s.opt.Seed, "deck").Perm(n)
	// take draws the next order that arrives between two steps.
	take := func(from, to int) (int, bool) {
		for k, index := range deck {
			if at := s.arrival(index); at >= from && at <= to {
				deck = append(deck[:k], deck[k+1:]...)
				return index, true
			}
		}
		return 0, false
	}
	s.tales = make([]*tale, n)
	s.plantHeld(max(2, n*75/1000), take)
	s.plantBad(max(1, n/200), take)
	s.plantAmended(max(2, n*8/100), take)
	s.plantCancelled(max(1, n*4/100), take)
	s.plantUnchanged(max(1, n*2/100), take)
	for k := 0; len(deck) > 0; k++ {
		index, _ := take(1, lastOrder)
		t := s.begin(index, nil)
		s.chanceFate(t)
		if k == 0 {
			t.first().fate = fate{again: 1} // a duplicate in every world
		}
	}
	for _, t := range s.tales {
		s.count(t)
	}
}

type takeFunc func(from, to int) (index int, ok bool)

// plantHeld gives orders to those who have no credit for them.
func (s *story) plantHeld(count int, take takeFunc) {
	var parts []*client
	for _, trouble := range troubles {
		for _, c := range s.clients {
			if c.account.Role == trouble.role && c.account.Cured == trouble.cured && trouble.role != noCheck && !contains(parts, c) {
				parts = append(parts, c)
			}
		}
	}
	long := 0
	for k := range count {
		if k%5 == 4 { // terms longer than the class may have, on a healthy customer
			if index, ok := take(1, lastOrder); ok {
				t := s.begin(index, nil)
				t.first().deal.terms = tooLong[t.client.Class][long%2]
				long++
			}
			continue
		}
		c := parts[(k-k/5)%len(parts)]
		switch c.account.Role {
		case overSecond:
			if s.first(c.account) == 0 {
				if index, ok := take(1, 5); ok {
					s.begin(index, c)
				}
			}
			if index, ok := take(8, lastOrder); ok {
				s.begin(index, c)
			}
		case overAmended:
			if s.first(c.account) != 0 {
				continue
			}
			if index, ok := take(1, lastOrder); ok {
				t := s.begin(index, c)
				v := t.next(2)
				v.deal.scale(140)
			}
		default:
			if index, ok := take(1, lastOrder); ok {
				s.begin(index, c)
			}
		}
	}
}

// tooLong are terms that a class may not have.
var tooLong = map[string][]string{"A": {"NET90", "NET75"}, "B": {"NET60", "NET45"}, "C": {"NET30", "NET60"}}

func contains(all []*client, c *client) bool {
	for _, one := range all {
		if one == c {
			return true
		}
	}
	return false
}

// plantBad writes orders that must not reach the ERP. One with a wrong sum is mended later.
func (s *story) plantBad(each int, take takeFunc) {
	for k := range each {
		for _, f := range []fault{unknownItem, wrongSum, brokenText, unknownCurrency, noQuantity} {
			index, ok := take(1, lastOrder)
			if !ok {
				return
			}
			t := s.begin(index, nil)
			t.first().deal.fault = f
			if f == brokenText {
				t.first().deal.remarks = "加急, 客户 " + brokenMark + " 要求"
			}
			if f == noQuantity {
				t.first().deal.lines[0].quantity = 0
			}
			if f == wrongSum && k%2 == 0 {
				t.next(4).deal.fault = sound
			}
		}
	}
}

// plantAmended changes orders once or twice.
func (s *story) plantAmended(count int, take takeFunc) {
	for k := range count {
		index, ok := take(1, lastOrder)
		if !ok {
			return
		}
		t := s.begin(index, nil)
		r := line(s.opt.Seed, fmt.Sprintf("amended/%d", index))
		s.chanceFate(t)
		switch {
		case k == 0: // the first word arrives after the second: superseded in every world
			t.first().fate = fate{late: 2}
			t.next(1).deal.amend(r, k)
		case k%10 == 1: // both in one step, and told in the wrong order
			t.first().fate = fate{behind: true}
			t.next(0).deal.amend(r, k)
		case k%10 == 5: // long after, when it is in production and a part may have been shipped
			t.next(6).deal.postpone(r)
			s.works[t.id()] = works{reported: true}
		default:
			t.next(int(between(r, 1, 2))).deal.amend(r, k)
		}
		if k > 0 && chance(r, 30) {
			t.next(int(between(r, 0, 2))).deal.amend(r, k+1)
		}
	}
}

// plantCancelled cancels orders: before anyone has heard of them, after their release, and late. Where something may
// have been made by then, production has begun.
func (s *story) plantCancelled(count int, take takeFunc) {
	for k := range count {
		index, ok := take(1, lastOrder)
		if !ok {
			return
		}
		t := s.begin(index, nil)
		var v *version
		switch k % 4 {
		case 0:
			v = t.next(2)
			s.works[t.id()] = works{reported: true, slow: true}
		case 1: // the cancellation is heard of first
			t.first().fate = fate{late: 1}
			v = t.next(0)
		case 2:
			t.first().fate = fate{never: true}
			v = t.next(0)
		case 3: // a part may have been shipped
			v = t.next(6)
			s.works[t.id()] = works{reported: true, slow: k%8 == 7}
		}
		v.cancelled = true
	}
}

// plantUnchanged raises a revision for nothing that matters to others.
func (s *story) plantUnchanged(count int, take takeFunc) {
	for k := range count {
		index, ok := take(1, lastOrder)
		if !ok {
			return
		}
		v := s.begin(index, nil).next(1 + k%5)
		v.owner = "kefu-" + fmt.Sprint(k%7+1)
	}
}

// begin writes the first version of an order, of a healthy customer when none is named.
func (s *story) begin(index int, c *client) *tale {
	r := line(s.opt.Seed, fmt.Sprintf("order/%d", index))
	for c == nil {
		candidate := pick(r, s.clients)
		weight := map[string]int{"A": 100, "B": 50, "C": 17}[candidate.Class]
		if (candidate.account.Role == healthy || candidate.account.Role == noCheck) && chance(r, weight) {
			c = candidate
		}
	}
	t := &tale{index: index, client: c}
	step := s.arrival(index)
	t.versions = []version{{step: step, revision: 1, owner: fmt.Sprintf("sales-%d", between(r, 1, 9)), deal: s.newDeal(r, c, step)}}
	if r := line(s.opt.Seed, fmt.Sprintf("promise/%d", index)); chance(r, 25) {
		t.first().deal.promised = int(between(r, 0, 6))
	}
	s.tales[index] = t
	return t
}

// next adds a version some steps after the last one, the same in all but its revision.
func (t *tale) next(later int) *version {
	v := *t.last()
	v.step += later
	v.revision++
	v.fate = fate{}
	v.deal.lines = append([]dealLine(nil), v.deal.lines...)
	t.versions = append(t.versions, v)
	return t.last()
}

// chanceFate lets some webhooks go astray.
func (s *story) chanceFate(t *tale) {
	r := line(s.opt.Seed, fmt.Sprintf("hook/%d", t.index))
	switch d := r.IntN(100); {
	case d < 3:
		t.first().fate = fate{never: true}
	case d < 7:
		t.first().fate = fate{late: int(between(r, 1, 2))}
	case d < 11:
		t.first().fate = fate{again: int(between(r, 1, 2))}
	case d < 14:
		t.first().fate = fate{behind: true}
	}
}

// count adds what the order may come to at most to the demand on its account.
func (s *story) count(t *tale) {
	var most int64
	for n := range t.versions {
		d := &t.versions[n].deal
		most = max(most, convert(d.total(), d.currency, t.client.account.Currency))
	}
	t.client.account.Demand += most
}

// first is what the first order on an account came to when it was placed, 0 when there is none; in its currency.
func (s *story) first(a *account) int64 {
	for _, t := range s.tales {
		if t != nil && t.client.account == a {
			return convert(t.first().deal.total(), t.first().deal.currency, a.Currency)
		}
	}
	return 0
}

// smallest is what the smallest order on an account comes to, in its currency.
func (s *story) smallest(a *account) int64 {
	var least int64
	for _, t := range s.tales {
		if t == nil || t.client.account != a {
			continue
		}
		for n := range t.versions {
			d := &t.versions[n].deal
			if total := convert(d.total(), d.currency, a.Currency); least == 0 || total < least {
				least = total
			}
		}
	}
	return max(least, 1000_00)
}

// amend changes what customers change: a quantity up or down, the day, a remark.
func (d *deal) amend(r *rand.Rand, sort int) {
	switch sort % 5 {
	case 0:
		d.scale(between(r, 110, 130))
	case 1, 4:
		d.scale(between(r, 50, 80))
	case 2:
		d.postpone(r)
	case 3:
		d.remarks = pick(r, []string{"Please pack on pallets.", "请提前通知送货。", "Ship with order of last week if possible."})
	}
}

// postpone moves the requested day.
func (d *deal) postpone(r *rand.Rand) { d.due += int(between(r, 3, 14)) }

// scale changes the quantity of the first line to so many percent, in whole units.
func (d *deal) scale(percent int64) {
	d.lines[0].quantity = max(d.lines[0].quantity*percent/100/1000*1000, 1000)
}
