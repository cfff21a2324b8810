package render

import (
	"strconv"

	"tradewire/mapping/document"
)

// ageingOf is what the calendar has changed, or nothing that is known.
func ageingOf(n *document.Notice) document.Ageing {
	if n.Ageing == nil {
		return document.Ageing{}
	}
	return *n.Ageing
}

// overdue tells how late the oldest open item of an account is.
func (t *letter) overdue(n *document.Notice) {
	a := ageingOf(n)
	days := strconv.Itoa(a.Late)
	headline := "overdue.headline"
	if a.Late == 1 {
		headline = "overdue_one.headline"
	}
	t.line(mark(n) + t.say(headline, n.Account, days, a.Bucket))
	t.line("")
	t.who(n)
	t.fact("oldest_due", a.OldestDue.String())
	t.fact("days_late", days)
	t.fact("days_allowed", strconv.Itoa(a.Allowed))
	t.fact("at", stamp(n.At))
	t.align()
	t.stands(n)
	t.item(t.say("next.overdue"), "")
	if a.Holds {
		t.item(t.say("next.overdue.holds"), "")
	}
}

// expiring warns of the end of a limit, or tells that it has ended.
func (t *letter) expiring(n *document.Notice) {
	a := ageingOf(n)
	t.line(mark(n) + t.endHeadline(n.Account, a))
	t.line("")
	t.who(n)
	t.fact("limit_to", a.LimitTo.String())
	t.fact("at", stamp(n.At))
	t.align()
	t.stands(n)
	advice := "next.expiring"
	switch {
	case a.Holds:
		advice = "next.expired"
	case a.Left < 0:
		advice = "next.expired.covered"
	}
	t.item(t.say(advice), "")
}

func (s speaker) endHeadline(account string, a document.Ageing) string {
	last := a.LimitTo.String()
	switch {
	case a.LimitTo.IsZero():
		return s.say("ending.headline", account)
	case a.Left < 0:
		return s.say("ended.headline", account, last)
	case a.Left == 0:
		return s.say("ends_today.headline", account, last)
	case a.Left == 1:
		return s.say("ends_tomorrow.headline", account, last)
	}
	return s.say("ends.headline", account, last, strconv.Itoa(a.Left))
}

// stands is what an account owes or may come to owe, and what finance can do comes after it.
func (t *letter) stands(n *document.Notice) {
	t.head("arithmetic")
	t.exposure(n.Exposure)
	t.fact("exposure", n.Exposure.Total().String())
	if ageingOf(n).Left < 0 { // of a limit that has ended nothing is left
		t.limitAlone(n)
	} else {
		t.limit(n)
	}
	t.alignFigures()
	t.head("next")
}

// stale tells since when the receivables have not been read.
func (t *letter) stale(n *document.Notice) {
	a := ageingOf(n)
	t.line(mark(n) + t.staleHeadline(n, a))
	t.line("")
	t.who(n)
	t.fact("read_at", stamp(a.AsOf))
	t.fact("holds_at", stamp(a.HoldsAt))
	t.fact("at", stamp(n.At))
	t.align()
	t.head("next")
	t.item(t.say("next.stale"), "")
	if a.Holds {
		t.item(t.say("next.stale.holds"), "")
	}
}

func (s speaker) staleHeadline(n *document.Notice, a document.Ageing) string {
	switch {
	case a.AsOf.IsZero():
		return s.say("unread.headline")
	case n.Account != "":
		return s.say("stale_one.headline", n.Account, stamp(a.AsOf))
	}
	return s.say("stale.headline", stamp(a.AsOf))
}

// releasing says who must release a held order, and how it is done; nothing where nobody can.
func (t *letter) releasing(n *document.Notice) {
	if n.Credit == nil || len(n.Credit.ReleaseNeeds) == 0 {
		return
	}
	var names []string
	for _, role := range n.Credit.ReleaseNeeds {
		names = append(names, t.known(roles, role))
	}
	key := "next.release"
	if len(names) > 1 {
		key = "next.release.each"
	}
	t.item(t.say(key, t.listed(names)), "tradewire credit release "+shellWord(n.Order)+" --as USER --reason \"...\"")
}
