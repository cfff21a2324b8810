package render

import (
	"strconv"
	"strings"

	"tradewire/mapping/document"
)

// limitProposed tells how far a proposed credit limit has come, who said what of it, and who acts next by which command.
func (t *letter) limitProposed(n *document.Notice) {
	p := n.Proposal
	if p == nil {
		t.anyNotice(n)
		return
	}
	t.headline(n, t.say("limit.headline", strconv.Itoa(p.Number), n.Account, p.Amount.String(), t.known(proposalStates, string(p.State))))
	t.who(n)
	t.fact("limit.proposed", p.Amount.String())
	t.fact("limit.before", t.limitBefore(n))
	t.fact("exposure", n.Exposure.Total().String())
	if p.Temporary {
		t.fact("limit.from", p.From.String())
	}
	t.fact("limit.until", p.Until.String())
	if p.Open() {
		t.fact("limit.lapses", p.LastDay.String())
	}
	t.align()

	t.head("limit.said")
	for _, s := range p.Steps {
		t.item(t.say("limit.step", houseTime(n, s.At), t.known(limitActs, string(s.Act)), s.By, strings.Join(s.Roles, ", ")), s.Reason)
	}
	if p.State != document.ProposalApproved && !p.Open() {
		return
	}
	t.head("limit.next")
	t.limitNext(p)
}

func (t *letter) limitNext(p *document.LimitProposal) {
	verb := "agree"
	switch p.State {
	case document.ProposalApproved:
		t.item(t.say("limit.approved"), "")
		return
	case document.ProposalAgreed:
		verb = "approve"
	}
	t.item(t.say("limit.missing", strings.Join(p.Missing, ", ")), "")
	t.item("tradewire credit limit "+verb+" "+shellWord(p.Key())+" --as "+t.say("limit.you"), "")
}

func (t *letter) limitBefore(n *document.Notice) string {
	if n.Limit == nil {
		return t.say("limit.none")
	}
	return n.Limit.String()
}

// overrideUsed tells who released an order in an emergency, what held it, and why they did.
func (t *letter) overrideUsed(n *document.Notice) {
	t.line(mark(n) + t.say("override.headline", t.orderOf(n)))
	t.line("")
	t.who(n)
	t.fact("total", shown(n.Total))
	t.fact("sent", stamp(n.At))
	t.align()
	t.head("override.why")
	for _, h := range n.Holds {
		t.item(t.reason(h.Reason), t.detail(h))
	}
	if n.Consent == nil {
		return
	}
	t.head("override.signed")
	for _, a := range n.Consent.Approvals {
		key := "override.unbound"
		if a.Override {
			key = "override.bound"
		}
		t.item(t.say(key, a.By, strings.Join(a.Roles, ", ")), a.Reason)
	}
}
