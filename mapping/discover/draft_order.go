package discover

import (
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// orders drafts the target that writes orders, and its mapping: the columns first that a new row needs.
func (d *draft) orders(b *strings.Builder) {
	s := d.study
	head, lines := s.held[Orders], s.held[OrderLines]
	name := d.called(document.KindSalesOrder)
	fields := d.Against(document.KindSalesOrder)
	key, link := head.key(), s.linkOf(lines, head)
	written := &writing{draft: d, fields: fields, summed: map[string]bool{}}
	var own *column
	switch {
	case link != nil && link.at != nil:
		own = link.at
	case len(key) == 1:
		own = key[0]
	}
	reference := d.field(fields, "id").column
	fmt.Fprintf(b, "  - name: %s\n    connection: %s\n    takes: sales_order\n    when: was_released\n    mapping: %[1]s\n    write:\n      table: %[3]s\n      key: %[4]s\n", name, d.connection, plain(head.Name), own.nameOr(mark("the header's own key", nil)))
	var parents, always []string
	filled := []*column{own, reference}
	if link != nil {
		parents = append(parents, fmt.Sprintf("%s: %s", plain(link.from.Name), own.nameOr("")))
		for _, c := range link.with {
			write := "what stands in it in all orders, and in nothing else"
			if seen := c.values(); len(seen) > 0 {
				write += "; its rows have " + strings.Join(seen[:min(5, len(seen))], ", ")
			}
			always = append(always, fmt.Sprintf("%s: %s", plain(c.Name), mark(write, nil)))
			parents = append(parents, fmt.Sprintf("%s: %[1]s", plain(c.Name)))
			filled = append(filled, c)
		}
	}
	if len(always) > 0 {
		fmt.Fprintf(b, "      where: {%s}\n", strings.Join(always, ", "))
	}
	fmt.Fprintf(b, "      reference: %s\n", reference.nameOr(mark("a column, not needed otherwise, that keeps our number of the order, so that it is found again; or take the line out", d.field(fields, "id").Candidates)))
	if own != nil && own.Auto {
		b.WriteString("      number: {auto: true}       # the database makes it\n")
	} else {
		fmt.Fprintf(b, "      number: %s\n", mark("who gives the number: {counter: TABLE, column: COLUMN, where: {COLUMN: VALUE}}, {max: true} or {auto: true}", s.counters()))
	}
	parent, child := mark("{THEIRS: OURS}", nil), (*column)(nil)
	if link != nil {
		child, parent = link.from, "{"+strings.Join(parents, ", ")+"}"
	}
	tell := lines.within(link)
	if tell == nil {
		tell = d.field(fields, "lines.no").column
	}
	if tell == nil {
		tell = d.field(fields, "lines.item").column
	}
	fmt.Fprintf(b, "      rows:\n        lines:\n          table: %s\n          parent: %s\n          key: %s\n", plain(lines.Name), parent, tell.nameOr(mark("what tells the lines of one order apart", nil)))

	written.columns(head, "", "  ", filled...)
	body := written.body()
	hang := []*column{child}
	if link != nil {
		for _, c := range link.with {
			hang = append(hang, lines.column(c.Name))
		}
	}
	written.numbering = tell
	written.columns(lines, "lines.", "      ", hang...)
	d.files["mappings/"+name+".yaml"] = fmt.Sprintf("# A draft by tradewire discover: one order as %s and %s keep it. To the left stands their column, to the right our word.\n"+
		"# A column that is not named is never touched.\nencode: sales_order\n\nfields:\n%s  lines:\n    each: lines\n    fields:\n%s", head.Name, lines.Name, body, written.body())
}

// within is the column that tells the rows of one header apart: a key of the table is made of it and of what names the header. Nil
// where no key says so.
func (t *table) within(l *link) *column {
	if l == nil {
		return nil
	}
	parents := []string{l.from.Name}
	for _, c := range l.with {
		parents = append(parents, c.Name)
	}
	for _, key := range append([][]string{t.Primary}, t.Uniques...) {
		rest := slices.DeleteFunc(slices.Clone(key), func(name string) bool {
			return slices.ContainsFunc(parents, func(p string) bool { return strings.EqualFold(p, name) })
		})
		if len(rest) == 1 && len(key) == len(parents)+1 {
			return t.column(rest[0])
		}
	}
	return nil
}

// counters are tables that look as if they counted.
func (s *study) counters() (list []Candidate) {
	for _, t := range s.tables {
		if t.said["counter"] {
			list = append(list, Candidate{Name: t.Name, Sure: 50})
		}
	}
	return list
}

// writing is the columns of a mapping that encodes.
type writing struct {
	draft  *draft
	fields []Coverage
	summed map[string]bool // our sums that a column has

	numbering *column // of the lines: what tells those of one order apart
	text      strings.Builder
}

func (w *writing) body() string {
	defer w.text.Reset()
	return w.text.String()
}

// columns writes those that a new row needs, then those that could be decided; the rest is named in a comment.
func (w *writing) columns(t *table, prefix, indent string, without ...*column) {
	var left []string
	for _, must := range []bool{true, false} {
		for _, c := range t.columns {
			if c.Must() != must || slices.Contains(without, c) || c.Auto || c.Touched {
				continue
			}
			value, why := w.value(t, c, prefix)
			switch {
			case value != "":
				fmt.Fprintf(&w.text, "%s%s: %s   # %s\n", indent, plain(c.Name), value, why)
			case w.demanded(t, c) != "":
				fmt.Fprintf(&w.text, "%s%s: %s   # it has a default, which must be a key there\n", indent, plain(c.Name), mark("which row of "+w.demanded(t, c)+" it names ("+c.Type+"): the database refuses one that is not there", nil))
			case must:
				fmt.Fprintf(&w.text, "%s%s: %s   # NOT NULL without a default\n", indent, plain(c.Name), mark("what a new row has in it ("+c.Type+")", nil))
			default:
				left = append(left, c.Name)
			}
		}
	}
	if len(left) > 0 {
		fmt.Fprintf(&w.text, "%s# not written: %s\n", indent, strings.Join(left, ", "))
	}
}

// demanded is the table in which the database looks for the value of a column that is never null; empty where it looks in none.
func (w *writing) demanded(t *table, c *column) string {
	for _, l := range t.links {
		if l.from == c && l.declared && !c.Nullable {
			return l.to.Name
		}
	}
	return ""
}

// sums are what only the ERP's own columns have, and our words for them.
var sums = []struct {
	want []sense
	not  []sense
	word string
	line bool
}{
	{[]sense{"tax"}, []sense{"rate", "percent", "id"}, "tax.amount", false},
	{[]sense{"net"}, []sense{"tax"}, "net.amount", false},
	{[]sense{"amount"}, []sense{"tax", "net", "open", "discount", "paid", "price"}, "amount.amount", true},
	{[]sense{"net", "total"}, []sense{"tax"}, "amount.amount", true},
	{[]sense{"total"}, []sense{"tax", "net"}, "total.amount", false},
}

// value is our expression for a column, with the reason; it may be a mark.
func (w *writing) value(t *table, c *column, prefix string) (value, why string) {
	for _, f := range w.fields {
		if f.column != c || strings.HasPrefix(f.Field, "lines.") != (prefix != "") || f.Field == "declared_total" {
			continue
		}
		why := fmt.Sprintf("%d %%: %s", f.Sure, f.Why)
		if f.Field == "request" {
			break // our state, below
		}
		if v := c.takes(strings.TrimPrefix(f.Field, prefix), prefix != ""); v != "" {
			return expression(v), why
		}
		return mark("what of "+f.Field+" this column is given ("+c.Type+")", nil), why
	}
	for _, sum := range sums {
		if c.said.any("shipped", "ship", "invoiced", "invoice", "open", "paid") || w.summed[prefix+sum.word] {
			continue // the ERP counts these up itself, or the word is given already
		}
		if c.decimal() && sum.line == (prefix != "") && c.said.all(sum.want...) && !c.said.any(sum.not...) {
			w.summed[prefix+sum.word] = true
			return sum.word, "80 %: its name says " + words(sum.want)
		}
	}
	switch {
	case c == w.numbering && c.whole():
		return "no", "90 %: with the order it is a key"
	case c.said["revision"] && c.whole() && prefix == "":
		return "source_revision", "75 %: its name says revision"
	case c.said.all("external", "id") && c.text() && prefix == "":
		return "number", "70 %: its name says external and number"
	case c.said["status"] && prefix == "" && !c.said["invoiced"]:
		return mark(`code("state", state), and above fields: codes: {state: {values: {released: "1", held: "2", partially_shipped: "1", shipped: "3", short_closed: "3", cancelled: "9"}}} with its own values (`+c.Type+")", nil), "85 %: its name says status"
	case c.said["unit"] && c.text() && prefix != "":
		return mark(`code("unit", quantity.unit), and above fields: codes: {unit: {values: {C62: PCS, MTR: M}}} with its own values`, nil), "85 %: its name says unit"
	}
	return "", ""
}

// takes is our word for a field in the type of the column that takes it; empty where that cannot be said.
func (c *column) takes(field string, line bool) string {
	switch field {
	case "customer":
		if c.whole() {
			return "integer(party.account)"
		}
		return "party.account"
	case "item":
		if c.whole() {
			return "integer(item)"
		}
		return "item"
	case "remarks", "description", "customer_po":
		if n := c.width(); n > 0 && c.text() {
			return fmt.Sprintf("cut(%s, %d)", field, n) // what is free text may lose its end; a number may not
		}
		return field
	case "number", "terms", "incoterm":
		if !c.text() {
			return ""
		}
		return field
	case "currency":
		return "currency"
	case "source_revision", "no":
		return field
	case "quantity":
		return "quantity.value"
	case "price", "tax_percent":
		return field
	case "ordered_on", "requested_on", "promised_on":
		day := field
		if field == "promised_on" && !c.Nullable {
			day = "promised_on ?? requested_on" // an order is promised when it is asked for, if nothing else is said
		}
		written := "text(" + day + ")"
		switch {
		case c.whole():
			written = "integer(text(" + day + `, "YYYYMMDD"))`
		case c.text() && every(c.values(), packedDay):
			written = "text(" + day + `, "YYYYMMDD")`
		}
		if c.Nullable && (field == "promised_on" || line) {
			return field + " == nil ? nil : " + written
		}
		return written
	}
	return ""
}
