package render

import "tradewire/mapping/document"

// releaseExpiring tells until when a release holds, what it covers, who gave it and why.
func (t *letter) releaseExpiring(n *document.Notice) {
	last := n.Consent.Ends()
	if last.IsZero() {
		t.line(mark(n) + t.say("expiring.soon", t.orderOf(n)))
	} else {
		t.line(mark(n) + t.say("expiring.headline", t.orderOf(n), last.String()))
	}
	t.line("")
	t.who(n)
	t.fact("total", shown(n.Total))
	t.fact("expiring.open", shown(openOf(n.Credit)))
	t.fact("sent", stamp(n.At))
	t.align()

	if n.Consent != nil && len(n.Consent.Approvals) > 0 {
		t.head("expiring.signed")
		for _, a := range n.Consent.Approvals {
			t.item(t.say("expiring.approval", a.By, shown(a.Amount), a.Until.String()), a.Reason)
		}
	}
	t.head("next")
	t.item(t.say("expiring.ship"), "")
	t.item(t.say("expiring.again"), "")
	t.item(t.say("expiring.then"), "")
}

// openOf is what of an order has not left; of one that reserves nothing yet, what it came to when it was judged.
func openOf(c *document.CreditDecision) document.Money {
	switch {
	case c == nil:
		return document.Money{}
	case c.Deferred:
		return c.Demand
	}
	return c.Reserved
}
