package render

import (
	"slices"

	"tradewire/mapping/document"
)

// orderTable shows of every line, or of every item, what concerns the department.
func (t *letter) orderTable(n *document.Notice) {
	news := newsOf(n)
	if len(news.Lines) == 0 {
		return
	}
	t.head(byLineOrItem(news, "lines", "items"))
	t.table(slices.Concat(t.which(news, news.Lines), t.concerning(n, news), t.goods(news.Lines))...)
}

func byLineOrItem(news *document.News, lines, items string) string {
	if news.ByItem {
		return items
	}
	return lines
}

// concerning are the columns that News.Shows asks for. Quantities are shown when it asks for nothing of a line: a table
// without figures would tell nobody anything.
func (t *letter) concerning(n *document.Notice, news *document.News) (columns []textColumn) {
	for _, field := range []string{document.FieldQuantity, document.FieldRequired, document.FieldPromised, document.FieldPrice} {
		if !slices.Contains(news.Shows, field) {
			continue
		}
		switch field {
		case document.FieldQuantity:
			columns = append(columns, t.quantities(news)...)
		case document.FieldRequired:
			columns = append(columns, t.column("required_on", news.Lines, false, func(l document.NoticeLine) string {
				return firstDay(l.RequiredOn, news.RequestedOn)
			}))
		case document.FieldPromised:
			columns = append(columns, t.column("promised_on", news.Lines, false, func(l document.NoticeLine) string {
				return firstDay(l.PromisedOn, news.PromisedOn, l.RequiredOn, news.RequestedOn)
			}))
		case document.FieldPrice:
			columns = append(columns, t.prices(n, news))
		}
	}
	if len(columns) == 0 {
		return t.quantities(news)
	}
	return columns
}

// column is one fact of every line.
func (t *letter) column(head string, lines []document.NoticeLine, figures bool, cell func(document.NoticeLine) string) textColumn {
	c := textColumn{head: t.say(head), figures: figures}
	for _, l := range lines {
		c.cells = append(c.cells, cell(l))
	}
	return c
}

// which are the columns that name a line, or an item.
func (t *letter) which(news *document.News, lines []document.NoticeLine) []textColumn {
	item := t.column("item", lines, false, func(l document.NoticeLine) string { return l.Item })
	if news.ByItem {
		return []textColumn{item}
	}
	return []textColumn{t.column("line", lines, true, func(l document.NoticeLine) string { return ordinal(l.No) }), item}
}

// goods is the name of what it is. It stands last, because it may be long.
func (t *letter) goods(lines []document.NoticeLine) []textColumn {
	return []textColumn{t.column("goods", lines, false, func(l document.NoticeLine) string { return t.either(l.Name, l.LocalName) })}
}

// quantities are how much of each, and by item how much more or less than before.
func (t *letter) quantities(news *document.News) []textColumn {
	columns := []textColumn{t.column("quantity", news.Lines, true, func(l document.NoticeLine) string { return printed(number(l.Quantity.Value)) })}
	if news.ByItem {
		columns = append(columns, t.column("change", news.Lines, true, func(l document.NoticeLine) string { return signed(l.Change.Value) }))
	}
	return append(columns, t.units(news.Lines))
}

func (t *letter) units(lines []document.NoticeLine) textColumn {
	return t.column("unit", lines, false, func(l document.NoticeLine) string { return t.unit(unitOf(l)) })
}

// prices are per unit. Their currency is that of the order's total.
func (t *letter) prices(n *document.Notice, news *document.News) textColumn {
	c := t.column("price", news.Lines, true, func(l document.NoticeLine) string { return printed(price(l.Price, n.Total.Currency)) })
	if n.Total.Currency != "" {
		c.head += " " + string(n.Total.Currency)
	}
	return c
}

// progress is what has been begun, made and shipped, of the lines of which anything has.
func (t *letter) progress(n *document.Notice, head string) {
	news := newsOf(n)
	begun := slices.DeleteFunc(slices.Clone(news.Lines), func(l document.NoticeLine) bool { return !begun(l) })
	if len(begun) == 0 {
		return
	}
	amount := func(key string, of func(document.NoticeLine) document.Quantity) textColumn {
		return t.column(key, begun, true, func(l document.NoticeLine) string { return above(of(l).Value) })
	}
	t.head(head)
	t.table(slices.Concat(t.which(news, begun), []textColumn{
		amount("started", func(l document.NoticeLine) document.Quantity { return l.Started }),
		amount("made", func(l document.NoticeLine) document.Quantity { return l.Made }),
		amount("shipped.quantity", func(l document.NoticeLine) document.Quantity { return l.Shipped }),
		t.units(begun),
	}, t.goods(begun))...)
}

func begun(l document.NoticeLine) bool {
	return l.Started.Value.Sign() > 0 || l.Made.Value.Sign() > 0 || l.Shipped.Value.Sign() > 0
}

// unitOf is the unit of a line, by whichever of its quantities has one.
func unitOf(l document.NoticeLine) string {
	for _, q := range []document.Quantity{l.Quantity, l.Change, l.Started, l.Made, l.Shipped} {
		if q.Unit != "" {
			return q.Unit
		}
	}
	return ""
}

// unit is the printed name of a unit; a code that is not known stands for itself.
func (s speaker) unit(code string) string {
	if w, known := units[code]; known {
		return s.pick(w)
	}
	return code
}

// above is a number above zero, and nothing otherwise.
func above(d document.Decimal) string {
	if d.Sign() <= 0 {
		return ""
	}
	return printed(number(d))
}

// signed is a difference: +20, -30, and nothing where there is none.
func signed(d document.Decimal) string {
	switch {
	case d.Sign() > 0:
		return "+" + printed(number(d))
	case d.Sign() < 0:
		return printed(number(d))
	}
	return ""
}

func ordinal(no int) string {
	if no <= 0 {
		return ""
	}
	return printed(count(int64(no)))
}

// printed is a figure as papers print it.
func printed(f figure) string { return f.said(tongue{}) }
