package discover

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// word is what YAML takes for something else than a text.
var word = regexp.MustCompile(`^(?i:true|false|yes|no|on|off|y|n|null|nil)$`)

// reserved are words of the language of expressions, which as names of columns must be written otherwise.
var reserved = regexp.MustCompile(`^(?i:true|false|nil|null|in|not|and|or|let|if|else|matches|contains|record)$`)

// named is a column as expressions name it.
func (c *column) named() string {
	if plainName.MatchString(c.Name) && !reserved.MatchString(c.Name) {
		return c.Name
	}
	return fmt.Sprintf("record[%q]", c.Name)
}

// express writes the expression that makes a field's value of a column. It is empty where something is missing for that; then
// what to write says more.
func (s *study) express(w wish, f *Coverage) string {
	c := f.column
	name := c.named()
	switch w.as {
	case asID:
		if !c.text() {
			return "text(" + name + ")"
		}
		return name
	case asText:
		if w.path == "address" {
			return c.of.wholeAddress(c)
		}
		if c.number() {
			return s.orNil(c, "text("+name+")", `""`)
		}
		if c.Nullable {
			return name + ` ?? ""`
		}
		return name
	case asDay:
		if c.zeroDay() && (!w.need || w.path == "items.due") { // receipts and credit notes are not due
			return c.dayOf(name) + " ?? nil"
		}
		if w.need {
			return c.dayOf(name)
		}
		return s.orNil(c, c.dayOf(name), "nil")
	case asNumber:
		if w.need {
			return "decimal(" + name + ")"
		}
		return s.orNil(c, "decimal("+name+")", "0")
	case asWhole:
		return "integer(" + name + ")"
	case asCurrency:
		return name
	case asMoney:
		currency := s.currencyFor(f)
		if currency == "" {
			f.Write = fmt.Sprintf(`money(%s, "HKD") with the currency that it is in: no column was found for it`, name)
			return ""
		}
		return s.orNil(c, "money("+name+", "+currency+")", "nil")
	case asUnit:
		if s.units(c) == nil {
			f.Write = fmt.Sprintf(`code("unit", %s), and above fields: codes: {unit: {values: {PCS: C62, M: MTR}}} with all units that stand there`, name)
			return ""
		}
		return `code("unit", ` + name + `)`
	case asQuantity:
		unit := c.of.find(func(u *column) bool { return u.text() && u.said["unit"] && !u.said.any("price", "weight", "qty") })
		switch {
		case unit == nil:
			f.Write = fmt.Sprintf(`quantity(%s, "C62") if all is counted in pieces: no column says the unit`, name)
			return ""
		case s.units(unit) == nil:
			f.Write = fmt.Sprintf(`quantity(%s, code("unit", %s)), and above fields: codes: {unit: {values: {PCS: C62, M: MTR}}} with all units that stand there`, name, unit.named())
			return ""
		}
		return fmt.Sprintf(`quantity(%s, code("unit", %s))`, name, unit.named())
	case asJudged:
		f.Write = w.say + ", such as " + name + " == 9"
		return ""
	}
	return ""
}

// orNil guards an expression where the column may be null.
func (*study) orNil(c *column, expression, otherwise string) string {
	if !c.Nullable {
		return expression
	}
	return fmt.Sprintf("%s == nil ? %s : %s", c.named(), otherwise, expression)
}

// wholeAddress joins all columns that are parts of an address.
func (t *table) wholeAddress(first *column) string {
	parts := t.among(func(c *column) bool {
		return c.text() && c.said.any("address", "city") && !c.said.any("email", "ship", "local", "id") || c == first
	})
	if len(parts) == 1 {
		if first.Nullable {
			return first.named() + ` ?? ""`
		}
		return first.named()
	}
	names := make([]string, len(parts))
	for i, c := range parts {
		names[i] = c.named()
	}
	return "join(filter([" + strings.Join(names, ", ") + `], # != nil), ", ")`
}

// width is how many characters a text column holds; 0: it is not said.
func (c *column) width() (n int) {
	if i := strings.IndexByte(c.Type, '('); i >= 0 {
		_, _ = fmt.Sscanf(c.Type[i:], "(%d", &n)
	}
	return n
}

// zeroDay says that 0000-00-00 stands in a column, or in a new row where nothing is said.
func (c *column) zeroDay() bool {
	const zero = "0000-00-00"
	return c.Default != nil && strings.Contains(*c.Default, zero) || slices.ContainsFunc(c.values(), func(v string) bool { return strings.HasPrefix(v, zero) })
}

func (c *column) dayOf(name string) string {
	switch {
	case c.whole():
		return "date(" + name + `, "YYYYMMDD")`
	case c.text() && every(c.values(), packedDay):
		return "date(" + name + `, "YYYYMMDD")`
	case strings.HasPrefix(c.kind(), "date") && c.kind() != "date", strings.HasPrefix(c.kind(), "timestamp"):
		return "date(cut(" + name + ", 10))"
	}
	return "date(" + name + ")"
}

// currencyFor is the expression of the currency that belongs to an amount: of its own table, or of the customer.
func (s *study) currencyFor(f *Coverage) string {
	is := func(c *column) bool {
		return c.text() && c.said["currency"] && !c.said.any("rate", "amount", "total", "tax") && (len(c.values()) == 0 || every(c.values(), threeLetter))
	}
	if c := f.column.of.find(is); c != nil {
		return c.named()
	}
	if customers := s.held[Customers]; customers != nil && f.column.of == s.held[Receivables] {
		if c := customers.find(is); c != nil {
			if c.named() != c.Name {
				return fmt.Sprintf("customer[%q]", c.Name)
			}
			return "customer." + c.Name
		}
	}
	return ""
}

// recommendation20 are units as ERPs write them, and their codes of UN/ECE Recommendation 20.
var recommendation20 = map[string]string{
	"PCS": "C62", "PC": "C62", "PCE": "C62", "EA": "C62", "EACH": "C62", "ST": "C62", "STK": "C62", "STCK": "C62", "UN": "C62", "PIECE": "C62", "U": "C62", "CAI": "C62", "CÁI": "C62", "个": "C62", "件": "C62", "只": "C62", "支": "C62",
	"M": "MTR", "MTR": "MTR", "METER": "MTR", "METRE": "MTR", "米": "MTR", "SET": "SET", "SETS": "SET", "BO": "SET", "套": "SET", "KG": "KGM", "KGS": "KGM", "公斤": "KGM", "G": "GRM", "L": "LTR", "PR": "PR", "PAIR": "PR", "对": "PR",
	"双": "PR", "M2": "MTK", "M3": "MTQ", "ROL": "NRL", "ROLL": "NRL", "卷": "NRL", "BOX": "XBX", "箱": "XBX",
}

// units are the codes of all units of a column that a sample shows; nil when there is none, or one that is not known.
func (s *study) units(c *column) map[string]string {
	values := c.values()
	if len(values) == 0 {
		return nil
	}
	list := map[string]string{}
	for _, v := range values {
		code := recommendation20[strings.ToUpper(strings.Trim(v, ". "))]
		if code == "" {
			return nil
		}
		list[v] = code
	}
	return list
}
