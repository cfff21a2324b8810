package distribution

import (
	"slices"

	"tradewire/mapping/document"
)

// compare names what differs between two states of an order but for its state, days and quantities first.
func compare(before, now document.Told) (changes []document.FieldChange) {
	add := func(field, was, is string) {
		if was != is {
			changes = append(changes, document.FieldChange{Field: field, Was: was, Is: is})
		}
	}
	add(document.FieldRequired, before.RequestedOn.String(), now.RequestedOn.String())
	if before.PromisedOn != before.RequestedOn || now.PromisedOn != now.RequestedOn { // a promise of its own
		add(document.FieldPromised, before.PromisedOn.String(), now.PromisedOn.String())
	}
	add(document.FieldRemarks, before.Remarks, now.Remarks)
	add(document.FieldIncoterm, before.Incoterm, now.Incoterm)
	add(document.FieldCustomerPO, before.CustomerPO, now.CustomerPO)
	add(document.FieldTerms, before.Terms, now.Terms)
	for _, line := range now.Lines {
		changes = append(changes, compareLine(before, now, lineOf(before.Lines, line.No), line)...)
	}
	for _, line := range before.Lines {
		if lineOf(now.Lines, line.No) == nil {
			changes = append(changes, document.FieldChange{Field: document.FieldQuantity, Line: line.No, Item: line.Item,
				Unit: line.Quantity.Unit, Was: line.Quantity.Value.String()})
		}
	}
	fields := document.Fields()
	slices.SortStableFunc(changes, func(a, b document.FieldChange) int {
		return slices.Index(fields, a.Field) - slices.Index(fields, b.Field)
	})
	return changes
}

func lineOf(lines []document.NoticeLine, no int) *document.NoticeLine {
	for i := range lines {
		if lines[i].No == no {
			return &lines[i]
		}
	}
	return nil
}

// compareLine names what differs in one line; of a line that is new, its quantity. A day that moved with that of the whole
// order is told once, there.
func compareLine(before, now document.Told, was *document.NoticeLine, is document.NoticeLine) (changes []document.FieldChange) {
	add := func(field, unit, old, new string) {
		if old != new {
			changes = append(changes, document.FieldChange{Field: field, Line: is.No, Item: is.Item, Unit: unit, Was: old, Is: new})
		}
	}
	if was == nil {
		add(document.FieldQuantity, is.Quantity.Unit, "", is.Quantity.Value.String())
		return changes
	}
	if was.RequiredOn != before.RequestedOn || is.RequiredOn != now.RequestedOn {
		add(document.FieldRequired, "", was.RequiredOn.String(), is.RequiredOn.String())
	}
	ownPromise := was.PromisedOn != was.RequiredOn || is.PromisedOn != is.RequiredOn
	if ownPromise && (was.PromisedOn != before.PromisedOn || is.PromisedOn != now.PromisedOn) {
		add(document.FieldPromised, "", was.PromisedOn.String(), is.PromisedOn.String())
	}
	if was.Item == is.Item && was.Quantity.Unit == is.Quantity.Unit {
		add(document.FieldQuantity, is.Quantity.Unit, was.Quantity.Value.String(), is.Quantity.Value.String())
	} else { // one thing goes and another comes: their quantities have no difference
		changes = append(changes, document.FieldChange{Field: document.FieldQuantity, Line: is.No, Item: was.Item, Unit: was.Quantity.Unit, Was: was.Quantity.Value.String()})
		add(document.FieldQuantity, is.Quantity.Unit, "", is.Quantity.Value.String())
	}
	add(document.FieldItem, "", was.Item, is.Item)
	if was.Item == is.Item {
		add(document.FieldItem, "", was.Wording, is.Wording)
	}
	add(document.FieldPrice, string(now.Currency), was.Price.String(), is.Price.String())
	return changes
}

// news is what one department reads: its own fields of every line, with what is made and shipped already.
func (s *Step) news(name string, o *document.SalesOrder, before, now document.Told, changes []document.FieldChange) *document.News {
	department := s.policy.Departments[name]
	n := &document.News{Revision: now.Revision, Before: before.Revision, Channel: o.Party.Channel, OrderedOn: o.OrderedOn,
		RequestedOn: now.RequestedOn, PromisedOn: now.PromisedOn, Incoterm: now.Incoterm, Remarks: now.Remarks,
		Changes: changes, ByItem: department.ByItem, Shows: department.Concerns}
	for _, line := range now.Lines {
		if l, ok := o.Line(line.No); ok {
			line.Started, line.Made, line.Shipped = l.Started, l.Made, l.Shipped
		}
		line.Change = change(lineOf(before.Lines, line.No), line, now.State == document.OrderCancelled)
		n.Lines = append(n.Lines, line)
	}
	for _, line := range before.Lines {
		if is := lineOf(now.Lines, line.No); is == nil || is.Item != line.Item {
			line.Quantity, line.Change = none(line.Quantity), none(line.Quantity).Sub(line.Quantity)
			n.Lines = append(n.Lines, line)
		}
	}
	if n.ByItem {
		n.Lines = byItem(n.Lines)
	}
	return n
}

func none(q document.Quantity) document.Quantity { return document.Quantity{Unit: q.Unit} }

// change is how a line's quantity moved. Of a cancelled order it is what nobody needs any more: all that was neither begun
// nor shipped.
func change(was *document.NoticeLine, is document.NoticeLine, cancelled bool) document.Quantity {
	if cancelled {
		used := is.Shipped.Value
		for _, q := range []document.Quantity{is.Started, is.Made} {
			if q.Value.Greater(used) {
				used = q.Value
			}
		}
		return document.Quantity{Value: used.Sub(is.Quantity.Value), Unit: is.Quantity.Unit}
	}
	if was == nil || was.Item != is.Item || was.Quantity.Unit != is.Quantity.Unit {
		return is.Quantity
	}
	return is.Quantity.Sub(was.Quantity)
}

// byItem adds the lines of one item up. Its day is the earliest.
func byItem(lines []document.NoticeLine) (sums []document.NoticeLine) {
	at := make(map[[2]string]int)
	for _, line := range lines {
		key := [2]string{line.Item, line.Quantity.Unit}
		i, seen := at[key]
		if !seen {
			at[key] = len(sums)
			sums = append(sums, line)
			continue
		}
		sum := &sums[i]
		sum.No = 0
		sum.Quantity, sum.Change = sum.Quantity.Add(line.Quantity), sum.Change.Add(line.Change)
		sum.Started, sum.Made, sum.Shipped = sum.Started.Add(line.Started), sum.Made.Add(line.Made), sum.Shipped.Add(line.Shipped)
		if line.RequiredOn.Before(sum.RequiredOn) {
			sum.RequiredOn = line.RequiredOn
		}
		if line.PromisedOn.Before(sum.PromisedOn) {
			sum.PromisedOn = line.PromisedOn
		}
	}
	return sums
}
