// Package discover judges a schema that nobody here has seen: which table holds the customers, the orders and their lines, the
// items, the receivables and the shipments, and which column says what. It reaches nothing: the same Schema always gets the same
// judgement, with its reasons and with how sure it is, and where it is not sure it says so and shows what it might be.
package discover

import (
	"fmt"
	"math"
	"slices"

	"tradewire/connectors"
)

// Role is what a table may be.
type Role string

const (
	Customers     Role = "customers"
	Orders        Role = "orders"
	OrderLines    Role = "order_lines"
	Items         Role = "items"
	Receivables   Role = "receivables"
	Shipments     Role = "shipments"
	ShipmentLines Role = "shipment_lines"
)

// Roles are all of them, in the order in which people read of them.
var Roles = []Role{Customers, Items, Orders, OrderLines, Shipments, ShipmentLines, Receivables}

// Threshold is how sure one must be, in percent, that something is proposed rather than left undecided.
const Threshold = 60

// Candidate is a table or column that something may be.
type Candidate struct {
	Name    string   `json:"name"`
	Sure    int      `json:"sure"` // percent
	Reasons []string `json:"reasons,omitempty"`
}

// Proposal is what one role is held by.
type Proposal struct {
	Role       Role        `json:"role"`
	Table      string      `json:"table,omitempty"` // empty: undecided
	Sure       int         `json:"sure"`
	Reasons    []string    `json:"reasons,omitempty"`
	Candidates []Candidate `json:"candidates,omitempty"` // the others, the likeliest first
}

// Judgement is what a schema seems to be.
type Judgement struct {
	Proposals []Proposal
	study     *study
}

// Judge looks at every table for every role. Samples are rows of tables by the table's name; they may be missing.
func Judge(s connectors.Schema, samples map[string][]connectors.Record) *Judgement {
	st := newStudy(s, samples)
	j := &Judgement{study: st}
	for _, role := range []Role{Customers, Items, Orders, OrderLines, Shipments, ShipmentLines, Receivables} {
		p := st.propose(role)
		st.held[role] = st.byName[p.Table]
		j.Proposals = append(j.Proposals, p)
	}
	slices.SortStableFunc(j.Proposals, func(a, b Proposal) int { return slices.Index(Roles, a.Role) - slices.Index(Roles, b.Role) })
	return j
}

// Of is the proposal for a role.
func (j *Judgement) Of(role Role) Proposal {
	i := slices.IndexFunc(j.Proposals, func(p Proposal) bool { return p.Role == role })
	return j.Proposals[i]
}

// Likely are the tables that any role may be held by: what is worth a sample.
func (j *Judgement) Likely() (tables []string) {
	for _, p := range j.Proposals {
		if p.Table != "" {
			tables = append(tables, p.Table)
		}
		for _, c := range p.Candidates {
			tables = append(tables, c.Name)
		}
	}
	slices.Sort(tables)
	return slices.Compact(tables)
}

// propose ranks all tables for one role.
func (s *study) propose(role Role) Proposal {
	p := Proposal{Role: role}
	var list []Candidate
	for _, t := range s.tables {
		if c := s.weigh(role, t); c.Sure >= 10 {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b Candidate) int { return b.Sure - a.Sure })
	if len(list) == 0 {
		return p
	}
	best := list[0]
	if len(list) > 1 && best.Sure-list[1].Sure < 15 {
		less := (15 - (best.Sure - list[1].Sure)) * 3 / 2
		best.Sure -= less
		best.Reasons = append(best.Reasons, fmt.Sprintf("but %s is almost as likely", list[1].Name))
	}
	p.Sure = max(0, best.Sure)
	if best.Sure < Threshold {
		p.Candidates = list[:min(3, len(list))]
		p.Candidates[0].Sure = min(p.Candidates[0].Sure, Threshold-1)
		return p
	}
	p.Table, p.Reasons = best.Name, best.Reasons
	p.Candidates = list[1:min(3, len(list))]
	return p
}

// weigh adds up what speaks for and against a table in a role. Independent signs are combined as chances are: two signs of a half
// each make three quarters, and no number of them makes certainty.
func (s *study) weigh(role Role, t *table) Candidate {
	w := &scale{doubt: 1, factor: 1}
	rules[role](s, t, w)
	if t.View {
		w.against(0.6, "it is a view")
	}
	if s.filled && t.Rows == 0 {
		w.against(0.8, "it is empty")
	}
	w.no(t.said.any("old"), 0.25, "its name speaks of a log, a copy or history")
	w.no(t.said.any("extra", "relation"), 0.3, "its name speaks of extra fields or links")
	return Candidate{Name: t.Name, Sure: int(math.Round(97 * (1 - w.doubt) * w.factor)), Reasons: w.reasons}
}

// scale is the weighing of one table.
type scale struct {
	doubt, factor float64
	reasons       []string
}

// sign speaks for the table when it holds.
func (w *scale) sign(holds bool, weight float64, says string) bool {
	if holds {
		w.doubt *= 1 - weight
		w.reasons = append(w.reasons, says)
	}
	return holds
}

func (w *scale) against(factor float64, says string) {
	w.factor *= factor
	w.reasons = append(w.reasons, "but "+says)
}

// no speaks against the table when it holds.
func (w *scale) no(holds bool, factor float64, says string) {
	if holds {
		w.against(factor, says)
	}
}

// has finds a column and says it: "has a column that looks like a customer number (CU_NO)".
func (w *scale) has(t *table, weight float64, looks string, find func(c *column) bool) *column {
	c := t.find(find)
	if c != nil {
		w.sign(true, weight, "has a column that looks like "+looks+" ("+c.Name+")")
	}
	return c
}

// rules are what speaks for each role.
var rules = map[Role]func(*study, *table, *scale){
	Customers: customers, Items: items, Orders: orders, OrderLines: orderLines, Receivables: receivables, Shipments: shipments, ShipmentLines: shipmentLines,
}

func customers(s *study, t *table, w *scale) {
	plain := t.said["customer"] && !t.said.any("order", "item", "invoice", "line", "payment", "ship", "class", "trans", "contact", "user", "receivable", "address", "branch", "limit", "credit")
	w.sign(plain, 0.55, "its name speaks of customers")
	if k := t.keyed("customer"); k != nil {
		w.sign(true, 0.4, "its rows are told apart by what looks like a customer number ("+k.Name+")")
	}
	w.has(t, 0.45, "a credit limit", isLimit)
	named := t.find(func(c *column) bool { return c.said["name"] && c.text() })
	if named != nil {
		w.sign(true, 0.1, "has names ("+named.Name+")")
		own := t.find(func(c *column) bool { return c.said.all("customer", "name") && c.text() })
		w.sign(own != nil, 0.2, "among them customers' ("+name(own)+")")
	}
	n := len(t.among(func(c *column) bool { return c.said.any("address", "city", "phone", "email", "contact") }))
	w.sign(n >= 2, 0.25, fmt.Sprintf("has %d columns for an address or a contact", n))
	pointing := s.pointing(t)
	w.sign(len(pointing) == 1, 0.15, one(pointing)+" points at it")
	w.sign(len(pointing) > 1, 0.35, fmt.Sprintf("%d tables point at it", len(pointing)))
	w.no(t.said["supplier"], 0.1, "its name speaks of suppliers")
	w.no(!plain && t.said.any("order", "item", "invoice", "line", "payment", "ship", "stock", "purchase"), 0.2, "its name speaks of something else")
	w.no(!plain && t.said.any("class", "trans", "contact", "user", "address", "branch", "receivable", "counter", "rate"), 0.4, "its name speaks of what belongs to customers")
	w.no(t.find(isQuantity) != nil, 0.5, "it has a quantity ("+name(t.find(isQuantity))+")")
	w.no(named == nil, 0.5, "it has no names")
	w.no(!plain && t.keyed("customer") == nil && t.find(isLimit) == nil, 0.3, "nothing in it speaks of customers")
	w.no(t.said.any("credit", "limit"), 0.4, "its name speaks of credit")
}

func items(s *study, t *table, w *scale) {
	speaks := t.said["item"] || t.said["stock"] && t.said["master"]
	other := t.said.any("order", "line", "customer", "invoice", "ship", "trans", "warehouse", "class", "price", "supplier", "purchase", "payment") && !(t.said["master"] && t.said["item"])
	w.sign(speaks && !other, 0.55, "its name speaks of items")
	if k := t.keyed("item", "stock"); k != nil {
		w.sign(true, 0.4, "its rows are told apart by what looks like an item number ("+k.Name+")")
	}
	w.has(t, 0.15, "a name or a description", func(c *column) bool { return c.text() && c.said.any("name", "text") })
	w.has(t, 0.2, "a unit of measure", func(c *column) bool { return c.text() && c.said["unit"] && !c.said.any("price", "weight") })
	w.has(t, 0.15, "a price or a cost", func(c *column) bool { return c.said.any("price", "cost") && c.number() })
	w.has(t, 0.2, "a weight, a carton or a customs number", func(c *column) bool { return c.said.any("weight", "netweight", "tariff", "pack") })
	lines := slices.DeleteFunc(s.pointing(t), func(p *table) bool { return p.find(isQuantity) == nil })
	w.sign(len(lines) == 1, 0.25, one(lines)+", which has quantities, points at it")
	w.sign(len(lines) > 1, 0.4, fmt.Sprintf("%d tables with quantities point at it", len(lines)))
	w.no(other, 0.25, "its name speaks of something else")
	w.no(t.find(func(c *column) bool { return c.refers(s, Customers) }) != nil, 0.35, "it names a customer")
	w.no(len(t.key()) != 1, 0.4, "no single column tells its rows apart")
}

func orders(s *study, t *table, w *scale) {
	speaks := t.said["order"] && !t.said.any("line", "purchase", "supplier", "quote", "invoice", "ship")
	w.sign(speaks, 0.5, "its name speaks of orders")
	customer := t.find(func(c *column) bool { return c.refers(s, Customers) })
	if customer != nil {
		w.sign(true, 0.3, "names a customer ("+customer.Name+")")
	}
	if k := t.keyed("order"); k != nil && !t.said["line"] {
		w.sign(true, 0.25, "its rows are told apart by what looks like an order number ("+k.Name+")")
	}
	ordered := func(c *column) bool { return c.day() && c.said["date"] && c.said.any("order", "ordered") }
	if t.find(ordered) == nil {
		ordered = func(c *column) bool {
			return c.day() && c.said["date"] && !c.said.any("created", "updated", "ship", "due", "paid")
		}
	}
	w.has(t, 0.2, "the day of an order", ordered)
	w.has(t, 0.1, "a day that is asked for", func(c *column) bool { return c.day() && c.said.any("required", "promised", "ship") && c.said["date"] })
	w.has(t, 0.1, "a status", func(c *column) bool { return c.said["status"] })
	if lines := s.linesOf(t); lines != nil {
		w.sign(true, 0.45, lines.Name+", which has quantities and items, hangs on it")
	}
	w.no(t.said.any("purchase", "supplier"), 0.1, "its name speaks of purchasing")
	w.no(t.said["quote"], 0.3, "its name speaks of quotations")
	w.no(t.said["line"], 0.2, "its name speaks of lines")
	w.no(t.said.any("invoice", "payment", "ship", "receivable", "production"), 0.3, "its name speaks of something else")
	w.no(!speaks && t.said.any("customer", "item", "stock", "user", "warehouse"), 0.3, "its name speaks of something else")
	w.no(t == s.held[Customers] || t == s.held[Items], 0.3, "it has the customers or the items")
	w.no(customer == nil, 0.3, "it names no customer")
	w.no(t.find(isQuantity) != nil && t.find(func(c *column) bool { return c.refers(s, Items) }) != nil, 0.3, "it has quantities and items itself, as lines have")
	w.no(!speaks && t.find(isDue) != nil, 0.5, "it has a day on which something is due, as invoices have")
}

func orderLines(s *study, t *table, w *scale) {
	s.lines(t, w, s.held[Orders], "orders", "order", t.said["order"] && !t.said.any("purchase", "supplier", "quote"))
	w.has(t, 0.25, "a price", func(c *column) bool { return c.number() && c.said["price"] })
	item := t.find(func(c *column) bool { return c.refers(s, Items) })
	if item != nil {
		w.sign(true, 0.3, "names an item ("+item.Name+")")
	}
	w.no(item == nil, 0.5, "it names no item")
	w.no(t.said.any("purchase", "supplier"), 0.1, "its name speaks of purchasing")
	w.no(t.said.any("ship", "invoice", "production", "payment") && !t.said["order"], 0.25, "its name speaks of something else")
}

func shipmentLines(s *study, t *table, w *scale) {
	s.lines(t, w, s.held[Shipments], "shipments", "ship", t.said["ship"])
	w.has(t, 0.2, "the line of an order", func(c *column) bool { return c.said.all("order", "line") || c.said.all("parent", "line") })
	w.no(t.said.any("purchase", "supplier"), 0.1, "its name speaks of purchasing")
	w.no(t == s.held[OrderLines], 0.2, "it has the lines of orders")
	w.no(!t.said["ship"] && s.held[Shipments] == nil, 0.3, "no table of shipments was found")
}

// lines is what lines of anything have in common.
func (s *study) lines(t *table, w *scale, header *table, called string, entity sense, speaks bool) {
	w.sign(speaks && t.said["line"], 0.4, "its name speaks of lines of "+called)
	hangs := header != nil && t != header && s.links(t, header)
	if hangs {
		w.sign(true, 0.45, "hangs on "+header.Name+" ("+s.linkOf(t, header).from.Name+")")
		at := slices.IndexFunc(t.key(), func(c *column) bool { return c == s.linkOf(t, header).from })
		w.sign(at >= 0 && len(t.key()) > 1, 0.15, "its key begins with that of its header")
		w.sign(s.filled && header.Rows > 100 && t.Rows >= header.Rows, 0.1, "has at least as many rows")
	}
	quantity := t.find(isQuantity)
	if quantity != nil {
		w.sign(true, 0.3, "has a quantity ("+quantity.Name+")")
	}
	w.no(quantity == nil, 0.25, "it has no quantity")
	w.no(header != nil && !hangs, 0.35, "it does not hang on "+header.name())
	w.no(t == header, 0.1, "it is the header")
	w.no(header == nil && t.find(func(c *column) bool { return c.said[entity] && c.said.any("id", "parent") }) == nil, 0.3, "nothing in it names a header")
}

func shipments(s *study, t *table, w *scale) {
	speaks := t.said["ship"] && !t.said.any("line", "method", "class", "supplier", "purchase", "carrier", "address", "invoice")
	w.sign(speaks, 0.5, "its name speaks of shipments")
	if k := t.keyed("ship"); k != nil && !t.said["line"] {
		w.sign(true, 0.25, "its rows are told apart by what looks like a despatch number ("+k.Name+")")
	}
	day := w.has(t, 0.25, "the day of a despatch", func(c *column) bool {
		return c.day() && c.said["ship"] && c.said.any("date", "shipped") && !c.said.any("required")
	})
	w.has(t, 0.25, "a carrier or a tracking number", func(c *column) bool { return c.said.any("tracking", "vehicle", "carrier") })
	order := s.held[Orders]
	if order != nil && t != order && s.links(t, order) {
		w.sign(true, 0.25, "names an order ("+s.linkOf(t, order).from.Name+")")
	}
	if lines := s.linesOf(t); lines != nil && t != order {
		w.sign(true, 0.3, lines.Name+", which has quantities, hangs on it")
	}
	w.has(t, 0.1, "a customer number", func(c *column) bool { return c.refers(s, Customers) })
	w.no(t.said["line"], 0.2, "its name speaks of lines")
	w.no(t.said.any("method", "class", "carrier"), 0.2, "its name speaks of ways to ship")
	w.no(t.said.any("supplier", "purchase"), 0.15, "its name speaks of purchasing")
	w.no(t == order, 0.45, "it has the orders")
	w.no(!speaks && t.said.any("order", "invoice", "receivable", "payment", "customer", "item", "stock"), 0.35, "its name speaks of something else")
	w.no(day == nil && t.find(func(c *column) bool { return c.day() && c.said["date"] }) == nil, 0.4, "it has no day")
}

func receivables(s *study, t *table, w *scale) {
	direct := t.said["receivable"] && !t.said["supplier"]
	w.sign(direct, 0.5, "its name speaks of receivables")
	bills := !direct && (t.said["invoice"] || t.said.all("customer", "trans") || len(t.among(func(c *column) bool { return c.said["invoice"] })) > 1 && t.find(isDue) != nil)
	w.sign(bills && !t.said.any("line", "supplier", "purchase"), 0.35, "its words speak of what customers are billed")
	customer := t.find(func(c *column) bool { return c.refers(s, Customers) })
	if customer != nil {
		w.sign(true, 0.3, "names a customer ("+customer.Name+")")
	}
	w.has(t, 0.3, "the day on which something is due", isDue)
	open := w.has(t, 0.35, "what is still open or was allotted", isOpen)
	amount := w.has(t, 0.2, "an amount", func(c *column) bool { return c != open && isAmount(c) })
	w.has(t, 0.1, "the number of a document", func(c *column) bool { return c.said["id"] && c.said.any("document", "invoice", "trans") })
	w.no(open == nil, 0.85, "nothing says what is still open: it must be computed from what was paid")
	w.no(t.find(isDue) == nil, 0.85, "nothing says when it is due")
	w.no(amount == nil && open == nil, 0.2, "it has no amount")
	w.no(customer == nil, 0.3, "it names no customer")
	w.no(t == s.held[Customers] || t == s.held[Orders], 0.2, "it has the customers or the orders")
	w.no(t.said.any("supplier", "payable", "purchase"), 0.1, "its name speaks of suppliers")
	w.no(t.said["line"], 0.25, "its name speaks of lines")
	w.no(t.said["payment"] && !direct, 0.3, "its name speaks of payments")
	w.no(!direct && !bills && t.said.any("order", "ship", "item", "quote"), 0.25, "its name speaks of something else")
	w.no(t.find(isQuantity) != nil, 0.4, "it has a quantity")
}

func isLimit(c *column) bool {
	return c.number() && c.said["limit"] && (c.said["credit"] || !c.said["date"]) && !c.said["payment"]
}
func isQuantity(c *column) bool {
	return c.number() && c.said["qty"] && !c.said.any("price", "amount", "unitword", "pack")
}
func isOpen(c *column) bool {
	return c.decimal() && c.said.any("open", "allotted") && !c.said["credit"]
}
func isAmount(c *column) bool {
	return c.decimal() && c.said.any("amount", "total") && !c.said.any("rate", "percent")
}
func isDue(c *column) bool {
	return c.day() && c.said["due"] && (c.said["date"] || !c.number()) && !c.said["ordered"]
}

// one is the name of the first table.
func one(tables []*table) string {
	if len(tables) == 0 {
		return ""
	}
	return tables[0].Name
}

// name is the column's name, none for none.
func name(c *column) string {
	if c == nil {
		return ""
	}
	return c.Name
}

// name is the table's name, none for none.
func (t *table) name() string {
	if t == nil {
		return ""
	}
	return t.Name
}
