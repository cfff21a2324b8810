package render

import (
	"slices"

	"tradewire/mapping/document"
)

// orderHeld tells who, why, how much, and what to do about it.
func (t *letter) orderHeld(n *document.Notice) {
	t.line(mark(n) + t.say("held.headline", n.Order, t.because(n.Holds)))
	t.line("")
	t.who(n)
	t.fact("total", shown(n.Total))
	t.fact("at", stamp(n.At))
	t.align()

	t.head("why")
	for _, h := range n.Holds {
		t.item(t.reason(h.Reason), t.detail(h))
	}
	t.head("arithmetic")
	t.credit(n)
	t.alignFigures()
	t.rates(n.Credit)

	t.head("next")
	for _, remedy := range t.remedies(n.Holds) {
		t.item(remedy, "")
	}
	if then := t.then(n.Holds); then != "" {
		t.item(then, "")
	}
	t.releasing(n)
}

// then is what lets an order go once what holds it is settled. Of one that a person holds its remedy says it.
func (s speaker) then(holds []document.Hold) string {
	switch {
	case document.PassByThemselves(holds):
		return s.say("next.by_itself")
	case slices.ContainsFunc(holds, func(h document.Hold) bool { return h.Reason == document.Forced }):
		return ""
	}
	return s.say("next.sent_again")
}

// creditWatch tells how near an account stands to its limit.
func (t *letter) creditWatch(n *document.Notice) {
	t.line(mark(n) + t.watchHeadline(n))
	t.line("")
	t.who(n)
	t.fact("level", t.level(n.Level))
	t.fact("at", stamp(n.At))
	t.align()

	t.stands(n)
	advice := "next.watch"
	switch n.Level {
	case document.LevelOver:
		advice = "next.over"
	case document.LevelNotice:
		advice = "next.near"
	}
	t.item(t.say(advice), "")
}

func (s speaker) watchHeadline(n *document.Notice) string {
	used, known := usedPercent(n)
	switch {
	case n.Level == document.LevelOver && n.Limit != nil:
		return s.say("over.headline", n.Account, n.Exposure.Total().Sub(*n.Limit).String())
	case known:
		return s.say("watch.headline", n.Account, used)
	}
	return s.say("near.headline", n.Account)
}

func (s speaker) level(l document.CreditLevel) string {
	switch l {
	case document.LevelOver:
		return s.say("level.over")
	case document.LevelWatch:
		return s.say("level.watch")
	case document.LevelNotice:
		return s.say("level.near")
	}
	return string(l)
}

// because names every reason once.
func (s speaker) because(holds []document.Hold) string {
	var said []string
	seen := map[document.HoldReason]bool{}
	for _, h := range holds {
		if !seen[h.Reason] {
			said = append(said, s.reason(h.Reason))
		}
		seen[h.Reason] = true
	}
	return s.listed(said)
}

func (s speaker) remedies(holds []document.Hold) (said []string) {
	seen := map[document.HoldReason]bool{}
	for _, h := range holds {
		if _, known := remedies[h.Reason]; known && !seen[h.Reason] {
			said = append(said, s.say(remedyKey(h.Reason)))
		}
		seen[h.Reason] = true
	}
	return said
}

// usedPercent is how much of the limit is used, to a tenth. Of no limit, and of zero, there is no share.
func usedPercent(n *document.Notice) (string, bool) {
	if n.Limit == nil || n.Limit.Sign() <= 0 {
		return "", false
	}
	return n.Exposure.Total().Amount.Mul(document.D("100")).Div(n.Limit.Amount, 1).String(), true
}

func shown(m document.Money) string {
	if m.Currency == "" {
		return ""
	}
	return m.String()
}

// detail is the arithmetic of a hold in the reader's language, where it was given in it.
func (s speaker) detail(h document.Hold) string {
	if s == chinese && h.LocalDetail != "" {
		return h.LocalDetail
	}
	return h.Detail
}

func (t *letter) who(n *document.Notice) {
	t.fact("customer", customerNames(n))
	t.fact("account", n.Account)
	t.fact("order", n.Order)
	t.fact("customer_po", n.CustomerPO)
}

// credit is the arithmetic of a held order: what stands already, what comes on top, what is allowed.
func (t *letter) credit(n *document.Notice) {
	if n.Credit == nil {
		t.exposure(n.Exposure)
		t.fact("exposure", n.Exposure.Total().String())
		t.limit(n)
		return
	}
	c := n.Credit
	t.exposure(c.Before)
	t.fact("before", c.Before.Total().String())
	if c.Rate.Sign() <= 0 {
		t.fact("demand", t.say("rate.missing"))
		t.limitAlone(n)
		return
	}
	if n.Total.Currency == c.Demand.Currency {
		t.fact("demand", c.Demand.String())
	} else {
		t.facts = append(t.facts, [2]string{t.say("demand.converted", c.Rate.String()), c.Demand.String()})
	}
	if c.Ahead.Sign() > 0 {
		t.fact("ahead", c.Ahead.String())
	}
	t.fact("after", c.Before.Total().Add(c.Demand).Sub(c.Ahead).String())
	t.limitAlone(n)
	if c.Secured {
		t.fact("measured", t.say("measured.not"))
		return
	}
	if c.Excess.Sign() > 0 {
		t.fact("excess", c.Excess.String())
	} else {
		t.fact("left", document.Money{Amount: c.Excess.Amount.Neg(), Currency: c.Excess.Currency}.String())
	}
	t.group(c.Group)
}

// rates are the records of the dated rates that a decision used.
func (t *letter) rates(c *document.CreditDecision) {
	if c == nil {
		return
	}
	for _, r := range c.Rates {
		of := "rate.used"
		if document.PairOf(r.From, r.To) != c.Pair {
			of = "rate.signed"
		}
		t.item(t.say(of), t.say("rate.record", string(r.From), r.Rate.String(), string(r.To), r.On.String(), r.ID))
	}
}

func (t *letter) exposure(e document.Exposure) {
	t.fact("open_orders", e.OpenOrders.String())
	t.fact("shipped", e.ShippedNotInvoiced.String())
	t.fact("invoiced", e.InvoicedNotPosted.String())
	t.fact("receivables", e.Receivables.String())
	t.fact("special", e.Special.String())
	t.fact("unapplied", e.Unapplied.String())
	if !e.Members.IsZero() {
		t.fact("members", e.Members.String())
	}
}

// limitAlone is the limit. None and zero are two things, and neither is credit without end.
func (t *letter) limitAlone(n *document.Notice) {
	if n.Limit == nil {
		t.fact("limit", t.say("limit.none"))
		return
	}
	t.fact("limit", n.Limit.String())
}

// limit is the limit with what of it is used.
func (t *letter) limit(n *document.Notice) {
	t.limitAlone(n)
	if n.Limit == nil {
		return
	}
	if used, known := usedPercent(n); known {
		t.fact("used", used+" %")
	}
	left := n.Limit.Sub(n.Exposure.Total())
	if left.Sign() < 0 {
		t.fact("excess", document.Money{Amount: left.Amount.Neg(), Currency: left.Currency}.String())
		return
	}
	t.fact("left", left.String())
}
