package discover

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// form is what kind of value fills a field.
type form int

const (
	asText form = iota
	asID
	asDay
	asNumber
	asWhole
	asMoney
	asQuantity
	asUnit
	asCurrency
	asJudged // a column says it, in values that only people know
)

// wish is one field of a document and what a column that fills it would be called.
type wish struct {
	path    string
	need    bool // the document cannot be without
	role    Role
	want    [][]sense // the best first
	not     []sense
	as      form
	key     string // of another table's rows: the column by which the role's table names them, "customer", "item", "order"; "own": its own key
	assumed bool   // that the own key is meant
	short   bool   // two letters of ISO 3166-1
	empty   string // the expression where nothing fills it; none: it stays undecided
	say     string // what to write, for people
}

// Coverage is what would fill one field of a document.
type Coverage struct {
	Field      string      `json:"field"`
	Required   bool        `json:"required,omitempty"`
	Table      string      `json:"table,omitempty"`
	Column     string      `json:"column,omitempty"`
	Sure       int         `json:"sure"`
	Value      string      `json:"value,omitempty"` // the expression; empty: undecided
	Why        string      `json:"why"`
	Write      string      `json:"write,omitempty"`      // of what is undecided: what to write
	Candidates []Candidate `json:"candidates,omitempty"` // columns that were thought of

	column *column
	wish   wish
}

// Documents are the kinds that a schema can be held against.
func Documents() []document.Kind {
	return []document.Kind{document.KindSalesOrder, document.KindParty, document.KindItem, document.KindCreditAccount, document.KindReceivables, document.KindShipment}
}

var wishes = map[document.Kind][]wish{
	document.KindParty: {
		{path: "id", need: true, role: Customers, key: "own", as: asID, say: "the column by which orders name the customer"},
		{path: "account", need: true, role: Customers, key: "own", assumed: true, as: asID, say: "the number of the account that answers for the customer: mostly its own"},
		{path: "name", role: Customers, want: [][]sense{{"name", "customer"}, {"name"}}, not: []sense{"contact", "local", "branch", "user"}, empty: `""`},
		{path: "local_name", role: Customers, want: [][]sense{{"name", "local"}}, empty: `""`},
		{path: "address", role: Customers, want: [][]sense{{"address"}}, not: []sense{"local", "email"}, empty: `""`},
		{path: "country", role: Customers, want: [][]sense{{"country", "id"}, {"country"}}, short: true, empty: `""`, say: "the two letters of ISO 3166-1, from a column or by a code list"},
		{path: "channel", role: Customers, as: asJudged, say: `"domestic", "direct_export" or "transfer_factory", or an expression that gives one of them`},
		{path: "class", role: Customers, as: asJudged, say: `"A", "B" or "C", or an expression that gives one of them: policies/credit.yaml says how long each may take to pay`},
		{path: "stopped", role: Customers, want: [][]sense{{"hold"}, {"status"}}, as: asJudged, empty: "false", say: "what means that the customer gets no new orders"},
		{path: "contact", role: Customers, want: [][]sense{{"contact", "name"}, {"contact"}}, empty: `""`},
		{path: "phone", role: Customers, want: [][]sense{{"phone"}}, empty: `""`},
		{path: "email", role: Customers, want: [][]sense{{"email"}}, empty: `""`},
	},
	document.KindCreditAccount: {
		{path: "id", need: true, role: Customers, key: "own", as: asID, say: "the customer's number"},
		{path: "limit", need: true, role: Customers, want: [][]sense{{"credit", "limit"}, {"limit"}}, not: []sense{"date", "payment"}, as: asMoney, say: "money(COLUMN, CURRENCY); nil: no limit has been set, which is no credit"},
		{path: "currency", need: true, role: Customers, want: [][]sense{{"currency"}}, as: asCurrency, say: `the column with the three letters, or a fixed text such as "HKD"`},
		{path: "name", role: Customers, want: [][]sense{{"name", "customer"}, {"name"}}, not: []sense{"contact", "local", "branch", "user"}, empty: `""`},
		{path: "no_check", role: Customers, as: asJudged, empty: "false"},
		{path: "stopped", role: Customers, want: [][]sense{{"hold"}, {"status"}}, as: asJudged, empty: "false", say: "what means that the account gets no credit"},
	},
	document.KindItem: {
		{path: "id", need: true, role: Items, key: "own", as: asID, say: "the column by which order lines name the item"},
		{path: "unit", need: true, role: Items, want: [][]sense{{"unit"}}, not: []sense{"price", "cost", "weight", "qty"}, as: asUnit, say: `code("unit", COLUMN) with the list below codes:, or "C62" where all is counted in pieces`},
		{path: "name", role: Items, want: [][]sense{{"name"}, {"text"}}, not: []sense{"local", "class"}, empty: `""`},
		{path: "local_name", role: Items, want: [][]sense{{"name", "local"}}, empty: `""`},
		{path: "hs_code", role: Items, want: [][]sense{{"tariff"}}, empty: `""`},
		{path: "origin", role: Items, want: [][]sense{{"origin"}, {"country"}}, short: true, empty: `""`, say: "the two letters of ISO 3166-1, from a column or by a code list"},
		{path: "per_carton", role: Items, want: [][]sense{{"pack", "qty"}}, as: asNumber, empty: "0"},
		{path: "net_unit_kg", role: Items, want: [][]sense{{"netweight"}, {"net", "weight"}, {"weight"}}, not: []sense{"grossweight", "total", "tare", "unit"}, as: asNumber, empty: "0"},
		{path: "gross_full_kg", role: Items, want: [][]sense{{"grossweight", "pack"}, {"grossweight"}}, not: []sense{"netweight"}, as: asNumber, empty: "0"},
		{path: "tare_kg", role: Items, want: [][]sense{{"tare"}}, as: asNumber, empty: "0"},
		{path: "length_cm", role: Items, want: [][]sense{{"length"}}, as: asNumber, empty: "0"},
		{path: "width_cm", role: Items, want: [][]sense{{"width"}}, not: []sense{"grossweight", "netweight", "weight"}, as: asNumber, empty: "0"},
		{path: "height_cm", role: Items, want: [][]sense{{"height"}}, as: asNumber, empty: "0"},
	},
	document.KindReceivables: {
		{path: "account", need: true, role: Customers, key: "own", as: asID, say: "the customer's number"},
		{path: "items.number", need: true, role: Receivables, want: [][]sense{{"document", "id"}, {"invoice", "id"}, {"trans", "id"}, {"id", "receivable"}}, key: "human", not: []sense{"customer", "class", "ship", "order", "external", "date", "settled"}, as: asID, say: "the number of the invoice or credit note"},
		{path: "items.due", need: true, role: Receivables, want: [][]sense{{"due", "date"}, {"due"}}, as: asDay, say: "the day on which it is due; compute it from the day of the invoice where no column has it, in the SELECT"},
		{path: "items.open", need: true, role: Receivables, want: [][]sense{{"open"}}, not: []sense{"date"}, as: asMoney, say: "money(COLUMN, CURRENCY) of what is still to be paid, tax included; compute it in the SELECT from the amount and what was paid or allotted; a credit note is negative"},
		{path: "items.shipment", role: Receivables, want: [][]sense{{"ship", "id"}, {"ship"}}, not: []sense{"carrier", "date", "tracking"}, as: asID, say: "the despatch that it bills, by the key that the despatches are read by, or '\"\"' where nothing bills despatches: goods that are billed and not named here count twice against the limit"},
	},
	document.KindShipment: {
		{path: "id", need: true, role: Shipments, key: "own", as: asID, say: "the number of the despatch"},
		{path: "order", need: true, role: Shipments, key: "reference", as: asID, say: "the column with our key of the order, which a JOIN with the orders brings"},
		{path: "on", need: true, role: Shipments, want: [][]sense{{"ship", "date"}, {"shipped"}, {"date"}}, not: []sense{"created", "updated", "required", "due"}, as: asDay, say: "the day on which the goods left"},
		{path: "lines.no", need: true, role: ShipmentLines, want: [][]sense{{"line", "id"}, {"line"}}, not: []sense{"order", "parent"}, as: asWhole, say: "integer(COLUMN): the number of the line"},
		{path: "lines.order_line", need: true, role: ShipmentLines, want: [][]sense{{"order", "line"}, {"line", "parent"}}, as: asWhole, say: "integer(COLUMN): the number of the order's line"},
		{path: "lines.quantity", need: true, role: ShipmentLines, want: [][]sense{{"qty"}}, not: []sense{"price"}, as: asQuantity, say: `quantity(COLUMN, code("unit", UNIT))`},
		{path: "carrier", role: Shipments, want: [][]sense{{"carrier"}}, not: []sense{"tracking"}, empty: `""`},
		{path: "tracking", role: Shipments, want: [][]sense{{"tracking"}}, empty: `""`},
		{path: "vehicle", role: Shipments, want: [][]sense{{"vehicle"}}, empty: `""`},
	},
	document.KindSalesOrder: {
		{path: "id", need: true, role: Orders, key: "reference", as: asID, say: "the column that holds the order's key in the CRM"},
		{path: "number", need: true, role: Orders, key: "human", as: asID, say: "the number that people use"},
		{path: "source_revision", need: true, role: Orders, want: [][]sense{{"revision", "external"}, {"revision"}}, as: asWhole, say: "integer(COLUMN): a number that rises with every change"},
		{path: "request", need: true, role: Orders, as: asJudged, want: [][]sense{{"status"}}, say: `"confirm" or "cancel", mostly code("request", COLUMN)`},
		{path: "customer", need: true, role: Orders, key: "customer", as: asID, say: "the column that names the customer"},
		{path: "currency", need: true, role: Orders, want: [][]sense{{"currency", "id"}, {"currency"}}, not: []sense{"rate", "tax", "total", "amount"}, as: asCurrency, say: `the column with the three letters, or a fixed text such as "HKD"`},
		{path: "ordered_on", need: true, role: Orders, want: [][]sense{{"order", "date"}, {"ordered", "date"}, {"document", "date"}, {"created", "date"}, {"date"}}, not: []sense{"required", "promised", "ship", "shipped", "updated", "due"}, as: asDay, say: "the day of the order"},
		{path: "lines.no", need: true, role: OrderLines, want: [][]sense{{"line", "id"}, {"line", "order"}, {"line"}}, not: []sense{"parent", "po"}, as: asWhole, say: "integer(COLUMN): the number of the line"},
		{path: "lines.item", need: true, role: OrderLines, key: "item", as: asID, say: "the column that names the item"},
		{path: "lines.quantity", need: true, role: OrderLines, want: [][]sense{{"qty"}}, not: []sense{"price", "shipped", "ship", "invoiced", "open"}, as: asQuantity, say: `quantity(COLUMN, code("unit", UNIT))`},
		{path: "lines.price", need: true, role: OrderLines, want: [][]sense{{"price", "unitword"}, {"price", "unit"}, {"price"}}, not: []sense{"amount", "total", "cost"}, as: asNumber, say: "the price of one unit without tax"},
		{path: "customer_po", role: Orders, want: [][]sense{{"po"}, {"customer", "reference"}, {"customer", "id", "order"}}, empty: `""`},
		{path: "requested_on", role: Orders, want: [][]sense{{"required", "date"}, {"ship", "date"}, {"required"}}, not: []sense{"shipped", "updated", "created"}, as: asDay, empty: "nil"},
		{path: "promised_on", role: Orders, want: [][]sense{{"promised", "date"}, {"promised"}}, as: asDay, empty: "nil"},
		{path: "terms", role: Orders, want: [][]sense{{"terms", "payment"}, {"terms"}}, not: []sense{"incoterm"}, empty: `""`},
		{path: "incoterm", role: Orders, want: [][]sense{{"incoterm"}}, empty: `""`},
		{path: "tax_percent", role: Orders, want: [][]sense{{"tax", "percent"}, {"tax", "rate"}}, as: asNumber, empty: "0"},
		{path: "declared_total", role: Orders, want: [][]sense{{"total", "amount"}, {"total"}}, not: []sense{"tax", "net"}, as: asMoney, empty: "nil"},
		{path: "remarks", role: Orders, want: [][]sense{{"remark"}}, empty: `""`},
		{path: "lines.description", role: OrderLines, want: [][]sense{{"text"}, {"name"}}, empty: `""`},
		{path: "lines.requested_on", role: OrderLines, want: [][]sense{{"required", "date"}, {"due", "item"}, {"ship", "date"}, {"required"}}, not: []sense{"shipped"}, as: asDay, empty: "nil"},
	},
}

// Against says for each field of a document which column would fill it, the fields first that the document cannot be without.
func (j *Judgement) Against(kind document.Kind) []Coverage {
	var list []Coverage
	for _, w := range wishes[kind] {
		list = append(list, j.study.fill(w))
	}
	slices.SortStableFunc(list, func(a, b Coverage) int {
		if a.Required == b.Required {
			return 0
		}
		if a.Required {
			return -1
		}
		return 1
	})
	return list
}

// fill looks for the column of one field, and writes the expression where it is sure enough.
func (s *study) fill(w wish) Coverage {
	f := Coverage{Field: w.path, Required: w.need, Write: w.say, wish: w}
	t := s.held[w.role]
	if t == nil {
		f.Why = fmt.Sprintf("no table of %s was found", strings.ReplaceAll(string(w.role), "_", " "))
		return f
	}
	f.Table = t.Name
	list := s.choose(t, w)
	f.Candidates = list[:min(4, len(list))]
	if len(list) > 0 && list[0].Sure >= Threshold {
		best := list[0]
		f.Column, f.Sure, f.Why, f.column = best.Name, best.Sure, best.Reasons[0], s.columnOf(t, best.Name)
		f.Candidates = list[1:min(4, len(list))]
		f.Value = s.express(w, &f)
		if f.Value != "" {
			f.Write = ""
		}
		return f
	}
	if len(list) == 0 && w.empty != "" {
		f.Value, f.Write, f.Sure, f.Why = w.empty, "", 50, "no column looks like it"
		return f
	}
	if f.Write == "" {
		f.Write = "the column that has it, or " + otherwise(w)
	}
	f.Why = "no column looks like it"
	if len(list) > 0 {
		f.Sure, f.Why = list[0].Sure, "not sure enough: "+names(list)
	}
	if w.as == asJudged && len(list) == 0 {
		f.Why = "no schema says it"
	}
	return f
}

func otherwise(w wish) string {
	if w.empty != "" {
		return w.empty
	}
	return "an expression"
}

func names(list []Candidate) string {
	words := make([]string, min(4, len(list)))
	for i := range words {
		words[i] = fmt.Sprintf("%s (%d %%)", list[i].Name, list[i].Sure)
	}
	return strings.Join(words, ", ")
}

// columnOf finds a column of the table, or, for what a JOIN brings, of the orders.
func (s *study) columnOf(t *table, name string) *column {
	if c := t.column(name); c != nil {
		return c
	}
	if orders := s.held[Orders]; orders != nil {
		return orders.column(strings.TrimPrefix(name, orders.Name+"."))
	}
	return nil
}

// choose ranks the columns of a table for a field.
func (s *study) choose(t *table, w wish) []Candidate {
	var list []Candidate
	add := func(c *column, sure int, why string) {
		if c != nil && sure > 0 && !slices.ContainsFunc(list, func(have Candidate) bool { return have.Name == c.Name }) {
			list = append(list, Candidate{c.Name, sure, []string{why}})
		}
	}
	switch w.key {
	case "own":
		c, why, sure := s.ownKey(t, w)
		if w.path == "account" && w.assumed && c != nil {
			why, sure = "its own number, as long as every customer pays for itself", 70
		}
		add(c, sure, why)
	case "human":
		c, why, sure := s.humanKey(t, w)
		add(c, sure, why)
	case "customer":
		for _, c := range t.columns {
			if c.refers(s, Customers) {
				add(c, 88, "it names a customer")
			}
		}
	case "item":
		for _, c := range t.columns {
			if c.refers(s, Items) {
				add(c, 88, "it names an item")
			}
		}
	case "reference":
		return s.reference(w)
	}
	if len(list) > 0 && len(w.want) == 0 {
		return list
	}
	if w.path == "items.open" && t.find(func(c *column) bool { return c.decimal() && c.said["open"] }) == nil {
		for _, c := range t.among(func(c *column) bool { return isAmount(c) || isOpen(c) }) {
			add(c, 25, "it may be a part of what is open")
		}
		return list // it must be computed
	}
	var more []Candidate
	for _, c := range t.columns {
		if sure, why := c.suits(t, w); sure >= 20 {
			more = append(more, Candidate{c.Name, sure, []string{why}})
		}
	}
	slices.SortStableFunc(more, func(a, b Candidate) int { return b.Sure - a.Sure })
	if len(more) > 1 && more[0].Sure == more[1].Sure && w.as != asText {
		more[0].Sure -= 15
		more[0].Reasons[0] += ", but so does " + more[1].Name
	}
	if len(w.want) > 0 && len(list) > 0 && len(more) > 0 && more[0].Sure > Threshold {
		list, more = more, list // a column that is called so is better than the key
	}
	for _, c := range more {
		add(t.column(c.Name), c.Sure, c.Reasons[0])
	}
	return list
}

// ownKey is the column by which the others name the rows of a table.
func (s *study) ownKey(t *table, w wish) (c *column, why string, sure int) {
	for _, from := range []Role{Orders, OrderLines, ShipmentLines} {
		other := s.held[from]
		if other == nil || other == t {
			continue
		}
		if l := s.linkOf(other, t); l != nil && l.at != nil {
			return l.at, fmt.Sprintf("rows of %s name it so (%s)", other.Name, l.from.Name), 90
		}
	}
	if k := t.keyed(t.things...); k != nil {
		return k, "it tells the rows apart", 85
	}
	if keys := t.keys(); len(keys) > 0 {
		return keys[0], "it tells the rows apart", 75
	}
	return nil, "", 0
}

// humanKey is the number by which people name the rows of a table: where the key is made by the database, another one that is
// unique, perhaps together with a company or the like.
func (s *study) humanKey(t *table, w wish) (c *column, why string, sure int) {
	c, why, sure = s.ownKey(t, w)
	if c == nil || !c.Auto || len(c.things) > 0 {
		return c, why, sure
	}
	for _, key := range t.Uniques {
		if k := t.column(key[0]); k != nil && k.said["id"] && !k.said.any("external", "customer") {
			return k, "it is unique and made by people or by the ERP", 80
		}
	}
	if k := t.find(func(k *column) bool { return k.text() && k.generic() && k.Must() }); k != nil {
		return k, "every row has one, and it is a text", 70
	}
	return c, why, min(sure, 65)
}

// reference is the column of the orders that holds the order's key in another system.
func (s *study) reference(w wish) []Candidate {
	orders := s.held[Orders]
	if orders == nil {
		return nil
	}
	qualified := ""
	if w.role != Orders {
		if s.linkOf(s.held[w.role], orders) == nil {
			return nil // nothing leads to the order
		}
		qualified = orders.Name + "."
	}
	want := wish{want: [][]sense{{"external", "id"}, {"external", "reference"}, {"external"}, {"customer", "reference"}, {"reference"}}, not: []sense{"revision", "updated", "date", "customer", "payment"}, as: asText}
	var list []Candidate
	for _, c := range orders.columns {
		if sure, why := c.suits(orders, want); sure >= 20 && c.text() && !c.Primary {
			list = append(list, Candidate{qualified + c.Name, sure - 10, []string{why}})
		}
	}
	slices.SortStableFunc(list, func(a, b Candidate) int { return b.Sure - a.Sure })
	return list
}

// suits says how well a column's name and type fit a field.
func (c *column) suits(t *table, w wish) (sure int, why string) {
	if c.said.any(w.not...) {
		return 0, ""
	}
	for rank, wanted := range w.want {
		if !c.said.all(wanted...) {
			continue
		}
		extra := 0
		for said := range c.said {
			if !slices.Contains(wanted, said) && !t.said[said] && !slices.Contains([]sense{"id", "date", "name", "amount", "text", "cm", "parent", "latin"}, said) {
				extra++
			}
		}
		sure = 92 - 7*rank - 7*extra
		why = "its name says " + words(wanted)
		if slices.ContainsFunc(wanted, func(s sense) bool { return c.comment[s] }) {
			sure, why = sure-6, "its comment says "+words(wanted)
		}
		mark, note := c.fits(w.as)
		if w.short && !c.said["id"] && (c.width() == 0 || c.width() > 3) && !every(c.values(), shortCode) {
			mark, note = mark-35, note+", but it is wide enough for whole names, and two letters are needed"
		}
		if w.path == "lines.order_line" && c.said["parent"] {
			mark, note = mark-40, note+", but it seems to name the row of the order's line, and the line's number is needed"
		}
		return max(0, min(95, sure+mark)), why + note
	}
	return 0, ""
}

// words are senses as people say them.
func words(list []sense) string {
	said := map[sense]string{"id": "number", "qty": "quantity", "ship": "despatch", "po": "purchase order", "unitword": "each", "text": "description", "tariff": "customs number", "pack": "carton", "netweight": "net weight", "grossweight": "gross weight", "required": "asked for", "hold": "hold"}
	plain := make([]string, len(list))
	for i, s := range list {
		if plain[i] = said[s]; plain[i] == "" {
			plain[i] = string(s)
		}
	}
	return strings.Join(plain, " and ")
}

var (
	packedDay   = regexp.MustCompile(`^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$`)
	isoDay      = regexp.MustCompile(`^\d{4}-\d\d-\d\d`)
	shortCode   = regexp.MustCompile(`^[A-Z]{2}$`)
	threeLetter = regexp.MustCompile(`^[A-Z]{3}$`)
)

// fits says how far a column's type, and what stands in it where samples were allowed, speak for or against a form.
func (c *column) fits(as form) (mark int, note string) {
	values := c.values()
	switch as {
	case asText, asID, asUnit, asJudged:
		if c.decimal() || c.dated() && as != asJudged {
			return -40, ""
		}
		if as == asText && c.whole() {
			return -35, ", but it is a number"
		}
	case asCurrency:
		if !c.text() {
			return -40, ""
		}
		if len(values) > 0 && !every(values, threeLetter) {
			return -35, ", but its values are no three capital letters"
		}
		if len(values) > 0 {
			return 5, "; its values are three capital letters"
		}
	case asDay:
		switch {
		case c.dated():
			return 3, ""
		case c.whole() && len(values) == 0:
			return -10, ", and it is a number"
		case every(values, packedDay):
			return 3, "; its values look like 20260302"
		case c.text() && len(values) == 0:
			return -15, ", and it is a text"
		case c.text() && every(values, isoDay):
			return 0, "; its values look like 2026-03-02"
		default:
			return -40, ", but its values are no days that are known"
		}
	case asNumber, asMoney, asQuantity:
		switch {
		case c.decimal():
			return 3, ""
		case c.whole():
			return -5, ""
		default:
			return -45, ", but it is no number"
		}
	case asWhole:
		if !c.whole() {
			return -25, ", but it is no whole number"
		}
	}
	return 0, ""
}

func every(values []string, like *regexp.Regexp) bool {
	return len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return !like.MatchString(v) })
}

// values are what stands in a column by the sample, without null, zero and empty texts, each once.
func (c *column) values() (list []string) {
	for _, r := range c.of.sample {
		v := strings.TrimSpace(fmt.Sprint(r[c.Name]))
		if r[c.Name] != nil && v != "" && v != "0" && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}
