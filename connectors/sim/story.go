package sim

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	steps     = 30 // two a day, whatever the number of orders
	lastOrder = 20 // no new orders after this step: the rest of the story ships, bills and pays
	edition   = 3  // of the story: a world that was begun under another edition cannot be continued
)

// hongKong is the zone of all systems of this world.
var hongKong = time.FixedZone("HKT", 8*3600)

// story is everything that will happen by itself: who the customers are, what they order and change their minds
// about, and which webhooks go astray. It follows from the options alone. What the ERP's clerks do is not in it,
// as that depends on the orders that reach the ERP.
type story struct {
	opt      Options
	items    []item
	clients  []*client
	accounts []*account
	channels map[string]string // the way of sale of an account
	tales    []*tale
	works    map[string]works    // how orders are made, by their id; most are made as chance has it
	changes  [steps + 1][]change // by step; step 0 is what is there at the beginning
	notes    [steps + 1][]note   // what the ERP's people change by hand
}

// client is a customer with the account that answers for it.
type client struct {
	Customer
	account *account
	terms   string
}

// change is one new state of one record of the CRM.
type change struct {
	kind     string // order or customer
	id       string
	revision int64
	at       time.Time
	body     []byte
	fault    string // why the record must not reach the ERP, empty when it may
	fate     fate
}

// note is one row that people in the ERP change by hand.
type note struct {
	account string
	state   int    // the new state, 0: stays
	limit   *int64 // the new limit, nil: stays
	pays    bool   // every open item that is overdue now is paid
}

// tell works the whole story out.
func tell(opt Options) *story {
	s := &story{opt: opt, items: makeItems(opt.Seed), channels: map[string]string{}, works: map[string]works{}}
	s.castRoles()
	s.writeTales()
	s.openReceivables()
	s.setLimits()
	s.writeNotes()
	s.publish()
	return s
}

// now is the instant of a step: ten in the morning and four in the afternoon, from the first day on.
func (s *story) now(step int) time.Time {
	first := s.opt.Start.In(hongKong)
	day := time.Date(first.Year(), first.Month(), first.Day(), 10, 0, 0, 0, hongKong)
	if day.Before(first.Add(time.Hour)) {
		day = day.AddDate(0, 0, 1)
	}
	if step == 0 {
		return first
	}
	return day.AddDate(0, 0, (step-1)/2).Add(time.Duration((step-1)%2) * 6 * time.Hour)
}

// day is the day of a step, so many days later.
func (s *story) day(step, later int) string {
	return s.now(step).AddDate(0, 0, later).Format(time.DateOnly)
}

// troubles are the parts that accounts play, the more telling ones first: a small world has only these.
var troubles = []struct {
	role  role
	cured bool
}{
	{zeroLimit, false}, {overAll, false}, {stopped, false}, {overSecond, false}, {overdue, false}, {nullLimit, false},
	{overAll, true}, {stopped, true}, {overdue, true}, {crmHold, true}, {overAmended, false}, {overSecond, false}, {noCheck, false}, {noCheck, false},
}

// castRoles makes the customers, lets some share an account, and deals out the parts.
func (s *story) castRoles() {
	customers, accounts := makeCustomers(s.opt.Seed)
	shared := map[int]int{103: 100, 104: 101, 105: 102} // same channel, so the same currency
	for i, c := range customers {
		a := accounts[i]
		terms := a.Terms
		if with, ok := shared[i]; ok {
			a = accounts[with]
			c.ERPCode = a.No
		} else {
			s.accounts = append(s.accounts, a)
			s.channels[a.No] = a.Channel
		}
		s.clients = append(s.clients, &client{Customer: *c, account: a, terms: terms})
	}
	r := line(s.opt.Seed, "roles")
	deck := r.Perm(100) // those who share an account are all healthy
	for n, trouble := range troubles {
		c := s.clients[deck[n]]
		c.account.Role, c.account.Cured = trouble.role, trouble.cured
		c.OnHold = trouble.role == crmHold
		switch trouble.role {
		case stopped:
			c.account.State = 9
		case noCheck:
			c.account.State = 7
		}
	}
}

// openReceivables gives a third of the accounts unpaid documents from before. Only those who play the overdue part owe
// for longer than 30 days.
func (s *story) openReceivables() {
	for n, a := range s.accounts {
		r := line(s.opt.Seed, "receivables/"+a.No)
		owes := r.IntN(3) == 0
		base := map[string]int64{"A": 240_000_00, "B": 90_000_00, "C": 22_000_00}[a.Class]
		owe := func(due int) {
			amount := convert(base*between(r, 40, 160)/100, "HKD", a.Currency)
			a.Open = append(a.Open, openItem{No: fmt.Sprintf("OB%03d%d", n+1, len(a.Open)+1), Due: due, Amount: amount})
		}
		switch {
		case a.Role == overdue:
			owe(-int(between(r, 38, 70)))
		case a.Role == zeroLimit || a.Role == nullLimit:
		case owes:
			for range between(r, 1, 3) {
				owe(int(between(r, -12, 45)))
			}
		}
	}
}

// setLimits gives every account a limit that makes its part come true: the healthy have room for all they will order,
// some of them near enough to be watched.
func (s *story) setLimits() {
	for _, a := range s.accounts {
		r := line(s.opt.Seed, "limit/"+a.No)
		var owed int64
		for _, o := range a.Open {
			owed += o.Amount
		}
		room := between(r, 150, 320)
		switch d := r.IntN(100); {
		case d < 10:
			room = between(r, 104, 109) // watched
		case d < 24:
			room = between(r, 113, 123) // noticed
		}
		base := convert(map[string]int64{"A": 800_000_00, "B": 250_000_00, "C": 50_000_00}[a.Class], "HKD", a.Currency)
		limit := max(owed+a.Demand, base/3) * room / 100
		limit = (limit + 999_99) / 1000_00 * 1000_00
		switch a.Role {
		case nullLimit:
			a.Limit = nil
			continue
		case zeroLimit:
			limit = 0
		case noCheck:
			limit = base / 10
		case overAll:
			limit = owed + s.smallest(a)*6/10
		case overSecond:
			limit = owed + s.first(a) + s.smallest(a)*3/10
		case overAmended:
			limit = owed + s.first(a)*105/100
		}
		a.Limit = &limit
	}
}

// writeNotes is what people in the ERP do by hand while the story runs: they stop and free accounts, raise and lower
// limits, and book a late payment.
func (s *story) writeNotes() {
	write := func(step int, n note) { s.notes[step] = append(s.notes[step], n) }
	for _, a := range s.accounts {
		if !a.Cured {
			continue
		}
		switch a.Role {
		case stopped:
			write(14, noteState(a, 1))
		case overdue:
			write(15, notePaid(a))
		case overAll:
			var owed int64
			for _, o := range a.Open {
				owed += o.Amount
			}
			write(13, noteLimit(a, (owed+a.Demand)*130/100/1000_00*1000_00+1000_00))
		}
	}
	r := line(s.opt.Seed, "notes")
	healthies := slices.DeleteFunc(slices.Clone(s.accounts), func(a *account) bool { return a.Role != healthy })
	r.Shuffle(len(healthies), func(i, j int) { healthies[i], healthies[j] = healthies[j], healthies[i] })
	write(7, noteState(healthies[0], 9)) // stopped for a while
	write(12, noteState(healthies[0], 1))
	for n, a := range healthies[1:6] {
		write(4+4*n, noteLimit(a, *a.Limit*between(r, 110, 140)/100/1000_00*1000_00+1000_00))
	}
}

func noteState(a *account, state int) note   { return note{account: a.No, state: state} }
func noteLimit(a *account, limit int64) note { return note{account: a.No, limit: &limit} }
func notePaid(a *account) note               { return note{account: a.No, pays: true} }

// publish puts the changes of the CRM into their order.
func (s *story) publish() {
	for _, c := range s.clients {
		c.UpdatedAt = s.opt.Start.In(hongKong).AddDate(0, 0, -30).Format(time.RFC3339)
		s.changes[0] = append(s.changes[0], change{kind: "customer", id: c.ID, revision: 1, at: s.opt.Start.AddDate(0, 0, -30), body: encode(c.Customer)})
	}
	s.publishCustomers()
	type draft struct {
		*tale
		*version
	}
	var drafts [steps + 1][]draft
	for _, t := range s.tales {
		for n := range t.versions {
			drafts[t.versions[n].step] = append(drafts[t.versions[n].step], draft{t, &t.versions[n]})
		}
	}
	for step, all := range drafts {
		slices.SortStableFunc(all, func(a, b draft) int { return cmp.Compare(a.revision, b.revision) })
		for n, d := range all {
			at := s.now(step).Add(-time.Hour + time.Duration(n+1)*time.Hour/time.Duration(len(all)+1)).Truncate(time.Second)
			s.changes[step] = append(s.changes[step], change{
				kind: "order", id: d.id(), revision: d.revision, at: at, body: d.deal.body(s, d.tale, d.version, at), fault: d.deal.fault.reason(), fate: d.fate,
			})
		}
	}
}

// publishCustomers changes a few customers during the story: holds that come and go, a new contact.
func (s *story) publishCustomers() {
	r := line(s.opt.Seed, "customer changes")
	update := func(step int, c *client, edit func(*Customer)) {
		edit(&c.Customer)
		c.Revision++
		at := s.now(step).Add(-90 * time.Minute)
		if at.Before(s.opt.Start) {
			at = s.opt.Start
		}
		c.UpdatedAt = at.In(hongKong).Format(time.RFC3339)
		s.changes[step] = append(s.changes[step], change{kind: "customer", id: c.ID, revision: c.Revision, at: at, body: encode(c.Customer)})
	}
	moods := slices.DeleteFunc(slices.Clone(s.clients), func(c *client) bool { return c.account.Role != healthy })
	r.Shuffle(len(moods), func(i, j int) { moods[i], moods[j] = moods[j], moods[i] })
	update(6, moods[1], func(c *Customer) { c.Contact = contactOf(c, r) })
	update(9, moods[0], func(c *Customer) { c.OnHold = true })
	update(11, moods[2], func(c *Customer) { c.Contact = contactOf(c, r) })
	update(13, moods[0], func(c *Customer) { c.OnHold = false })
	update(17, moods[3], func(c *Customer) { c.Phone += " ext. 8" })
	for _, c := range s.clients {
		if c.account.Role == crmHold && c.account.Cured {
			update(18, c, func(c *Customer) { c.OnHold = false })
		}
	}
}

func contactOf(c *Customer, r *rand.Rand) string {
	if c.Channel == "export" {
		return pick(r, contacts)
	}
	return pick(r, surnames) + pick(r, givens)
}
