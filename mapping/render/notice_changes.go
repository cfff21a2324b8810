package render

import (
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// changedHeadline names what has changed; of the state it says what it is now.
func (s speaker) changedHeadline(n *document.Notice) string {
	var said []string
	for _, c := range newsOf(n).Changes {
		what := within(s.field(c.Field))
		if c.Field == document.FieldState {
			what = s.turned(c)
		}
		if !slices.Contains(said, what) {
			said = append(said, what)
		}
	}
	if len(said) == 0 {
		return s.say("changed.headline", s.orderOf(n))
	}
	return s.say("changed.headline.of", s.orderOf(n), s.listed(said))
}

// turned is what an order has become.
func (s speaker) turned(c document.FieldChange) string {
	switch {
	case c.Is != string(document.OrderReleased):
	case c.Was == string(document.OrderHeld):
		return s.say("state.again")
	case c.Was == string(document.CancelRequestedNotice):
		return s.say("state.goes_on")
	}
	return s.state(c.Is)
}

// changes are old and new of every field.
func (t *letter) changes(n *document.Notice) {
	news := newsOf(n)
	if len(news.Changes) == 0 {
		return
	}
	t.head("changes")
	for _, c := range news.Changes {
		t.labelled(t.changed(c), t.oldAndNew(n, c))
	}
	t.align()
}

// changed is the field with its line.
func (s speaker) changed(c document.FieldChange) string {
	label := s.field(c.Field)
	switch {
	case c.Line > 0 && c.Item != "" && c.Field != document.FieldItem:
		return s.say("field.of.line.item", label, ordinal(c.Line), c.Item)
	case c.Line > 0:
		return s.say("field.of.line", label, ordinal(c.Line))
	case c.Item != "":
		return s.say("field.of.item", label, c.Item)
	}
	return label
}

func (s speaker) oldAndNew(n *document.Notice, c document.FieldChange) string {
	was, is := s.value(n, c, c.Was), s.value(n, c, c.Is)
	difference := s.difference(c)
	switch {
	case was == "":
		return s.say("change.added", is) + difference
	case is == "":
		return s.say("change.removed", was) + difference
	}
	return was + " -> " + is + difference
}

// value is one side of a change, in words.
func (s speaker) value(n *document.Notice, c document.FieldChange, plain string) string {
	if plain = flatLines(plain); plain == "" {
		return ""
	}
	switch c.Field {
	case document.FieldState:
		return s.state(plain)
	case document.FieldTerms:
		return s.terms(plain)
	case document.FieldQuantity:
		if d, err := document.ParseDecimal(plain); err == nil {
			return strings.TrimSpace(printed(number(d)) + " " + s.unit(c.Unit))
		}
	case document.FieldPrice:
		if d, err := document.ParseDecimal(plain); err == nil {
			currency := document.Currency(either(c.Unit, string(n.Total.Currency)))
			return string(currency) + " " + printed(price(d, currency))
		}
	}
	return plain
}

// difference is by how much a quantity or a day has moved, in brackets.
func (s speaker) difference(c document.FieldChange) string {
	said := ""
	switch c.Field {
	case document.FieldQuantity:
		said = quantityMoved(c)
	case document.FieldRequired, document.FieldPromised:
		said = s.dayMoved(c)
	}
	if said == "" {
		return ""
	}
	return s.say("in.brackets", said)
}

// quantityMoved counts what is not there as nothing.
func quantityMoved(c document.FieldChange) string {
	was, errWas := document.ParseDecimal(orZero(c.Was))
	is, errIs := document.ParseDecimal(orZero(c.Is))
	if errWas != nil || errIs != nil {
		return ""
	}
	return signed(is.Sub(was))
}

func orZero(plain string) string {
	if plain == "" {
		return "0"
	}
	return plain
}

func (s speaker) dayMoved(c document.FieldChange) string {
	was, errWas := document.ParseDate(c.Was)
	is, errIs := document.ParseDate(c.Is)
	if errWas != nil || errIs != nil {
		return ""
	}
	return s.daysApart(is.Sub(was))
}

func (s speaker) daysApart(days int) string {
	switch {
	case days == 1:
		return s.say("day.later")
	case days > 1:
		return s.say("days.later", printed(count(int64(days))))
	case days == -1:
		return s.say("day.earlier")
	case days < 0:
		return s.say("days.earlier", printed(count(int64(-days))))
	}
	return ""
}

// overmade warns of what is made already, or about to be, beyond what is ordered now.
func (t *letter) overmade(n *document.Notice) {
	for _, l := range newsOf(n).Lines {
		under, ordered := l.Started, l.Quantity
		if l.Made.Value.Greater(under.Value) {
			under = l.Made
		}
		if over := under.Value.Sub(ordered.Value); over.Sign() > 0 {
			t.item(t.say("overmade", t.lineOf(l), printed(number(over)), t.unit(unitOf(l))), "")
		}
	}
}

// lineOf names a line within a sentence.
func (s speaker) lineOf(l document.NoticeLine) string {
	if l.No > 0 {
		return s.say("line.of", ordinal(l.No), l.Item)
	}
	return l.Item
}
