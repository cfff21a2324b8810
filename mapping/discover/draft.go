package discover

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// Draft is the files of a first configuration: what could be decided, with its reasons, and all else marked so that `tradewire
// lint` names it with its line.
func (j *Judgement) Draft(connection string) map[string]string {
	d := &draft{Judgement: j, connection: connection, files: map[string]string{}}
	d.master()
	d.despatches()
	return d.files
}

// draft is a draft under way.
type draft struct {
	*Judgement
	connection string
	files      map[string]string
}

// called is what the draft calls the source, target and mapping of a document.
func (d *draft) called(kind document.Kind) string {
	if kind == document.KindSalesOrder {
		return d.connection + "_order" // as the starter set calls it: other mappings ask for the number that it gave
	}
	return d.connection + "_" + string(kind)
}

// mark is an undecided value.
func mark(write string, thought []Candidate) string {
	if len(thought) > 0 {
		write += "; thought of: " + names(thought)
	}
	return "'undecided: write " + strings.ReplaceAll(write, "'", "''") + "'"
}

// bare are expressions that need no quotes in YAML.
var bare = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*(\([A-Za-z0-9_."][A-Za-z0-9_.", ()]*\))?$`)

func expression(s string) string {
	if bare.MatchString(s) && !word.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// decode writes the mapping of one document; list is the field that holds a list, with the name of the rows.
func (d *draft) decode(kind document.Kind, list, as string) []Coverage {
	fields := d.Against(kind)
	var top, inside strings.Builder
	units := map[string]string{}
	for _, f := range fields {
		indent, into := "  ", &top
		path := f.Field
		if rest, ok := strings.CutPrefix(path, list+"."); list != "" && ok {
			indent, into, path = "      ", &inside, rest
		}
		value := expression(f.Value)
		why := fmt.Sprintf("%d %%: %s", f.Sure, f.Why)
		if f.Value == "" {
			value, why = mark(f.Write, f.Candidates), f.Why
		} else if f.Column == "" {
			why = f.Why
		}
		fmt.Fprintf(into, "%s%s: %s   # %s\n", indent, path, value, why)
		if strings.Contains(f.Value, `code("unit"`) {
			for unit, code := range d.study.unitsIn(f.column.of) {
				units[unit] = code
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# A draft by tradewire discover: %s of the connection %s. Each line says how sure it is, and why; read them all.\n", kind, d.connection)
	fmt.Fprintf(&b, "decode: %s\n", kind)
	if of := d.field(fields, "order"); of != nil && of.column != nil && of.column.Nullable && of.Value == of.column.named() {
		fmt.Fprintf(&b, "when: %s != nil   # what belongs to no order of ours is set aside\n", of.Value)
	}
	b.WriteString("\n")
	if len(units) > 0 {
		b.WriteString("codes:\n  unit:   # what a sample showed; a unit that is not listed sets a record aside\n    values: {")
		var entries []string
		for unit, code := range units {
			entries = append(entries, plain(unit)+": "+code)
		}
		slices.Sort(entries)
		b.WriteString(strings.Join(entries, ", ") + "}\n\n")
	}
	b.WriteString("fields:\n" + top.String())
	if list != "" {
		fmt.Fprintf(&b, "  %s:\n    each: %s\n", list, list)
		if as != "" {
			fmt.Fprintf(&b, "    as: %s\n", as)
		}
		b.WriteString("    fields:\n" + inside.String())
	}
	d.files["mappings/"+d.called(kind)+".yaml"] = b.String()
	return fields
}

// unitsIn are the units of the first column of a table that has units.
func (s *study) unitsIn(t *table) map[string]string {
	if u := t.find(func(u *column) bool { return u.text() && u.said["unit"] && !u.said.any("price", "weight", "qty") }); u != nil {
		return s.units(u)
	}
	return nil
}

// used are the columns of a table that fields are made of or might be made of.
func (s *study) used(t *table, fields []Coverage, more ...*column) (list []*column) {
	add := func(c *column) {
		if c != nil && c.of == t && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	for _, c := range more {
		add(c)
	}
	for _, f := range fields {
		add(f.column)
		for _, c := range f.Candidates {
			add(s.columnOf(t, c.Name))
		}
		for _, c := range t.columns {
			if c.named() != "" && slices.Contains(identifiers.FindAllString(f.Value+" "+f.Write, -1), c.Name) && f.Table == t.Name {
				add(c)
			}
		}
	}
	return list
}

var identifiers = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_]*`)

// selects is a SELECT of columns.
func selects(t *table, columns []*column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = ticked(c.Name)
	}
	return "SELECT " + strings.Join(names, ", ") + " FROM " + ticked(t.Name)
}

// ticked is a name in SQL, in backticks where it could be anything else.
func ticked(name string) string {
	if plainName.MatchString(name) && !inSQL.MatchString(name) {
		return name
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

var inSQL = regexp.MustCompile(`^(?i:order|group|key|index|table|select|from|where|rank|desc|asc|limit|condition|references|option|primary|values|user|rows|row|default|check|column|to|by|on|in|as|is|or|and|not|null|range|system|function|trigger|usage|change|read|write|lines|match|status|type)$`)

// detect says how changes are found: by a time that the database itself sets with each change, or by comparing everything.
func detect(t *table) (lines string) {
	if c := t.find(func(c *column) bool { return c.Touched }); c != nil {
		return fmt.Sprintf("      detect: timestamp          # the database sets %[1]s with each change of a row\n      column: %[1]s\n      overlap: 10m               # a transaction that lasted longer than its neighbours is not missed\n", c.Name)
	}
	more := ""
	if c := t.find(func(c *column) bool { return c.said["updated"] && c.dated() }); c != nil {
		more = fmt.Sprintf("; detect: timestamp with column: %s is quicker, if the ERP sets that with every change", c.Name)
	}
	return "      detect: snapshot           # the whole is read and compared" + more + "\n"
}

// master drafts the pipeline of customers, accounts, items and receivables, and the target of orders.
func (d *draft) master() {
	s := d.study
	var b, targets strings.Builder
	customers, items := s.held[Customers], s.held[Items]
	if customers != nil {
		party, account := d.decode(document.KindParty, "", ""), d.decode(document.KindCreditAccount, "", "")
		d.source(&b, document.KindParty, customers, party)
		d.source(&b, document.KindCreditAccount, customers, account)
	}
	if receivables := s.held[Receivables]; receivables != nil && customers != nil {
		fields := d.decode(document.KindReceivables, "items", "customer")
		d.receivables(&b, customers, receivables, fields)
	}
	if items != nil {
		d.source(&b, document.KindItem, items, d.decode(document.KindItem, "", ""))
	}
	if s.held[Orders] != nil && s.held[OrderLines] != nil {
		d.orders(&targets)
	}
	if b.Len()+targets.Len() == 0 {
		return
	}
	var all strings.Builder
	fmt.Fprintf(&all, "# A draft by tradewire discover, of the connection %s. Read it line by line; lint names what is undecided.\n", d.connection)
	for _, p := range d.Proposals {
		switch {
		case p.Table != "":
			fmt.Fprintf(&all, "#   %s: %s, %d %%\n", p.Role, p.Table, p.Sure)
		case len(p.Candidates) > 0:
			fmt.Fprintf(&all, "#   %s: undecided; thought of: %s\n", p.Role, names(p.Candidates))
		default:
			fmt.Fprintf(&all, "#   %s: undecided; no table looks like it\n", p.Role)
		}
	}
	fmt.Fprintf(&all, "pipeline: %s_master_data\nsteps: [credit]\n", d.connection)
	if b.Len() > 0 {
		all.WriteString("\nsources:\n" + b.String())
	}
	if targets.Len() > 0 {
		all.WriteString("\ntargets:\n" + targets.String())
	}
	d.files["pipelines/"+d.connection+"_master_data.yaml"] = all.String()
}

// source drafts a source of one table.
func (d *draft) source(b *strings.Builder, kind document.Kind, t *table, fields []Coverage) {
	name := d.called(kind)
	key := fields[0].column
	lane, keyed := key.nameOr(mark("the column that names the record", nil)), key.nameOr(mark("the column that tells the rows apart", nil))
	fmt.Fprintf(b, "  - name: %s\n    connection: %s\n    mapping: %s\n    every: 5m\n    lane: %s\n    read:\n      select: %s\n      key: %s\n%s",
		name, d.connection, name, lane, expression(selects(t, d.study.used(t, fields, key))), keyed, detect(t))
}

func (c *column) nameOr(other string) string {
	if c == nil {
		return other
	}
	return plain(c.Name)
}

func (d *draft) receivables(b *strings.Builder, customers, receivables *table, fields []Coverage) {
	name := d.called(document.KindReceivables)
	key := fields[0].column
	currency := customers.find(func(c *column) bool { return c.text() && c.said["currency"] && !c.said.any("rate", "amount") })
	parent := mark("{THEIRS: OURS}: the column with the customer, and the customers' own", nil)
	var from *column
	if l := d.study.linkOf(receivables, customers); l != nil {
		from = l.from
		parent = fmt.Sprintf("{%s: %s}", plain(l.from.Name), plain(l.at.Name))
	}
	amounts := receivables.among(func(c *column) bool { return isOpen(c) || isAmount(c) || c.said.any("paid", "settled") })
	more := append([]*column{from}, amounts...)
	filter := ""
	if open := d.field(fields, "items.open"); open != nil && open.column != nil {
		filter = " WHERE " + ticked(open.column.Name) + " <> 0"
	}
	fmt.Fprintf(b, "  - name: %s\n    connection: %s\n    mapping: %[1]s\n    every: 5m\n    lane: %[3]s\n    read:\n      select: %[4]s\n      key: %[3]s\n", name, d.connection, key.nameOr(mark("the customer's key", nil)), expression(selects(customers, d.study.used(customers, fields[:1], key, currency))))
	fmt.Fprintf(b, "      rows:\n        items:\n          select: %s\n          parent: %s\n      detect: snapshot           # what is owed is one consistent picture\n", expression(selects(receivables, d.study.used(receivables, fields, more...))+filter), parent)
}

func (*draft) field(fields []Coverage, path string) *Coverage {
	i := slices.IndexFunc(fields, func(f Coverage) bool { return f.Field == path })
	if i < 0 {
		return nil
	}
	return &fields[i]
}

// despatches drafts the pipeline of shipments.
func (d *draft) despatches() {
	s := d.study
	ship, lines := s.held[Shipments], s.held[ShipmentLines]
	if ship == nil || lines == nil {
		return
	}
	fields := d.decode(document.KindShipment, "lines", "")
	name := d.called(document.KindShipment)
	key := d.field(fields, "id").column
	var columns []string
	for _, c := range s.used(ship, fields, key) {
		columns = append(columns, "s."+ticked(c.Name))
	}
	from := ticked(ship.Name) + " s"
	lane := key.nameOr(mark("the column of the customer", nil))
	if c := ship.find(func(c *column) bool { return c.refers(s, Customers) }); c != nil {
		lane = plain(c.Name)
		if !slices.Contains(columns, "s."+ticked(c.Name)) {
			columns = append(columns, "s."+ticked(c.Name))
		}
	}
	if l := s.linkOf(ship, s.held[Orders]); l != nil {
		from += fmt.Sprintf(" JOIN %s o ON o.%s = s.%s", ticked(l.to.Name), ticked(l.at.Name), ticked(l.from.Name))
		if order := d.field(fields, "order"); order.column != nil {
			columns = append(columns, "o."+ticked(order.column.Name))
		}
		if c := l.to.find(func(c *column) bool { return c.refers(s, Customers) }); c != nil && !slices.Contains(columns, "s."+ticked(c.Name)) {
			lane = plain(c.Name)
			columns = append(columns, "o."+ticked(c.Name))
		}
	}
	parent := mark("{THEIRS: OURS}: the column with the despatch, and the despatches' own", nil)
	var child *column
	if l := s.linkOf(lines, ship); l != nil {
		child, parent = l.from, fmt.Sprintf("{%s: %s}", plain(l.from.Name), plain(l.at.Name))
	}
	unit := lines.find(func(u *column) bool { return u.text() && u.said["unit"] })
	var b strings.Builder
	fmt.Fprintf(&b, "# A draft by tradewire discover: what the ERP has sent out.\npipeline: %s_despatches\nsteps: [shipping, invoicing, credit]\n\nsources:\n", d.connection)
	fmt.Fprintf(&b, "  - name: %s\n    connection: %s\n    mapping: %[1]s\n    every: 30s\n    lane: %[3]s\n    read:\n      select: %[4]s\n      key: %[5]s\n", name, d.connection, lane, expression("SELECT "+strings.Join(columns, ", ")+" FROM "+from), key.nameOr(mark("the column that tells the rows apart", nil)))
	fmt.Fprintf(&b, "      rows:\n        lines:\n          select: %s\n          parent: %s\n      detect: snapshot           # if rows are never changed afterwards, detect: id is quicker\n", expression(selects(lines, s.used(lines, fields, child, unit))), parent)
	d.files["pipelines/"+d.connection+"_despatches.yaml"] = b.String()
}
