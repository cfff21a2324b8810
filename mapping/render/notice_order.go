package render

import (
	"strings"

	"tradewire/mapping/document"
)

// orderReleased shows a new order whole.
func (t *letter) orderReleased(n *document.Notice) {
	news := newsOf(n)
	required, several := earliest(news)
	said := t.say("released.headline", t.orderOf(n))
	switch {
	case several:
		said = t.say("released.headline.from", t.orderOf(n), required.String())
	case !required.IsZero():
		said = t.say("released.headline.on", t.orderOf(n), required.String())
	}
	t.headline(n, said)
	t.orderFacts(n)
	t.termsOfOrder(n)
	t.fact("sent", stamp(n.At))
	t.align()
	t.requirements(n)
	t.orderTable(n)
	t.answer(n)
}

// orderChanged tells what is different, then what is too late to change, then how the order stands now.
func (t *letter) orderChanged(n *document.Notice) {
	t.headline(n, t.changedHeadline(n))
	t.orderFacts(n)
	t.fact("sent", stamp(n.At))
	t.align()
	t.changes(n)
	t.progress(n, "progress")
	t.overmade(n)
	t.requirements(n)
	t.head("order.now")
	t.termsOfOrder(n)
	t.align()
	t.orderTable(n)
	t.answer(n)
}

// newsOf is the news of a notice, empty where there is none.
func newsOf(n *document.Notice) *document.News {
	if n.News == nil {
		return &document.News{}
	}
	return n.News
}

// whose says whom a notice is for, and of which customer it speaks.
func (t *letter) whose(n *document.Notice) {
	t.fact("for", t.reader(n))
	t.fact("customer", customerNames(n))
	t.fact("class", n.Class)
	t.fact("customer_po", n.CustomerPO)
}

// orderFacts are whom it is for, and which order of which customer it is about.
func (t *letter) orderFacts(n *document.Notice) {
	news := newsOf(n)
	t.whose(n)
	t.fact("order", t.revised(n, news.Revision, news.Before))
	t.fact("shipment", shipmentOf(n))
}

// reader is the department, and who of it.
func (s speaker) reader(n *document.Notice) string {
	w, known := departments[n.To]
	to := sentence(s.department(n.To))
	switch {
	case n.Recipient == "" || known && (strings.EqualFold(n.Recipient, w.en) || n.Recipient == w.zh):
		return to
	case to == "" || n.To == "manager":
		return n.Recipient
	}
	return s.say("reader.of", to, n.Recipient)
}

// revised is the order's number with the revision that is meant.
func (s speaker) revised(n *document.Notice, revision, before int64) string {
	switch {
	case revision == 0:
		return s.orderOf(n)
	case before > 0 && before != revision:
		return s.say("order.revision.before", s.orderOf(n), printed(count(revision)), printed(count(before)))
	}
	return s.say("order.revision", s.orderOf(n), printed(count(revision)))
}

func shipmentOf(n *document.Notice) string {
	switch {
	case n.Shipment != nil:
		return n.Shipment.ID
	case n.Duty != nil:
		return n.Duty.Shipment
	}
	return ""
}

// termsOfOrder are the days and terms of the order as a whole.
func (t *letter) termsOfOrder(n *document.Notice) {
	news := newsOf(n)
	t.fact("channel", t.channel(news.Channel))
	t.fact("ordered_on", news.OrderedOn.String())
	t.fact("required_on", news.RequestedOn.String())
	t.fact("promised_on", firstDay(news.PromisedOn, news.RequestedOn))
	t.fact("incoterm", withYear(news.Incoterm))
}

// withYear names the year of the Incoterms, whose meaning changes with it.
func withYear(term string) string {
	if term = flat(term); term == "" {
		return ""
	}
	return term + " (Incoterms 2020)"
}

// requirements are told always: that there are none is news too.
func (t *letter) requirements(n *document.Notice) {
	if n.News == nil {
		return
	}
	t.head("requirements")
	said := flatLines(n.News.Remarks)
	if said == "" {
		said = t.say("requirements.none")
	}
	t.item(said, "")
}

// earliest is the first day on which something is required, and whether there are later ones.
func earliest(news *document.News) (first document.Date, several bool) {
	first = news.RequestedOn
	for i, l := range news.Lines {
		day := l.RequiredOn
		if day.IsZero() {
			day = news.RequestedOn
		}
		if i > 0 && day != first {
			several = true
		}
		if i == 0 || day.Before(first) {
			first = day
		}
	}
	return first, several && !first.IsZero()
}

func firstDay(days ...document.Date) string {
	for _, day := range days {
		if !day.IsZero() {
			return day.String()
		}
	}
	return ""
}
