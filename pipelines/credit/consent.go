package credit

import (
	"slices"
	"strings"
	"time"

	"tradewire/mapping/document"
)

// end takes out of what people said of an order what does not cover it any more, where it puts so much at risk in an account, what has
// left counted in. It says whether a release ended with that: then the order is judged anew, whatever was reserved for it.
func end(o *document.SalesOrder, whole document.Money, account string, today document.Date) (ended bool) {
	c := o.Consent
	if c == nil {
		return false
	}
	var kept []document.Approval
	var why Line
	for _, a := range c.Approvals {
		switch {
		case today.After(a.Until):
			why = say("the release by %s was valid until %s", a.By, a.Until)
		case a.Account != account || a.Terms != o.Terms:
			why = say("the release by %s is for account %s and terms %s; the order is for account %s and terms %s", a.By, a.Account, a.Terms, account, o.Terms)
		case a.Amount.Currency != whole.Currency || whole.Cmp(a.Amount) > 0:
			why = say("the release by %s covers up to %s, and the order puts %s at risk", a.By, a.Amount, whole)
		default:
			kept = append(kept, a)
		}
	}
	if len(kept) == len(c.Approvals) {
		return false
	}
	c.Approvals = kept
	return withdraw(c, why)
}

// withdraw voids a release that stood.
func withdraw(c *document.Consent, why Line) bool {
	if !c.Stands {
		return false
	}
	c.Approvals, c.Stands, c.Warned, c.Void, c.LocalVoid = nil, false, false, why.English, why.Chinese
	return true
}

// agree adds to a verdict what people said of the order: a forced hold, and that a release has ended. Where those who must have signed
// for all that holds it, nothing holds it. It says whether a release that stood does not cover what holds the order now.
func (p Policy) agree(o *document.SalesOrder, v *Verdict) (withdrawn bool) {
	c := o.Consent
	if c == nil {
		return false
	}
	if c.Forced != nil {
		l := say("held by %s: %s", c.Forced.By, c.Forced.Reason)
		v.Holds = append(v.Holds, document.Hold{Reason: document.Forced, Detail: l.English, LocalDetail: l.Chinese})
	}
	if v.Pass() {
		c.Void, c.LocalVoid = "", ""
		return false
	}
	if p.lifts(o, v) {
		v.Holds, v.Lifted = nil, true
		c.Stands, c.Forced, c.Void, c.LocalVoid = true, nil, "", ""
		return false
	}
	if withdraw(c, say("the release by %s does not cover what holds the order now: %s", strings.Join(signers(c), ", "), spelled(Decision{Holds: v.Holds}.Reasons()))) {
		return true
	}
	if c.Void != "" {
		v.Holds = append(v.Holds, document.Hold{Reason: document.ReleaseExpired, Detail: c.Void, LocalDetail: c.LocalVoid})
	}
	return false
}

// lifts says whether those who signed are all who must sign for what holds an order, each another person.
func (p Policy) lifts(o *document.SalesOrder, v *Verdict) bool {
	roles, never := p.needsOf(v.Holds, overridden(o.Consent))
	return never == "" && len(o.Consent.Approvals) > 0 && len(assigned(roles, p.signed(o, v))) == 0
}

// signed are the roles of each signature that counts: of a person who still has a role, did not enter the order, signed for all that
// holds it, and lets pass what it is over the limit by.
func (p Policy) signed(o *document.SalesOrder, v *Verdict) (roles [][]string) {
	for _, a := range o.Consent.Approvals {
		key, who, known := p.person(a.By)
		if !known || entered(key, who, o.CreatedBy) || !a.Override && p.bound(key, who, releases) != "" || !signedFor(a, v.Holds) {
			continue
		}
		if _, ok := p.lets(who, v.excesses(v.Credit.Demand.Zero())); ok {
			roles = append(roles, who.Roles)
		}
	}
	return roles
}

// signedFor says whether a signature was given for all of some holds.
func signedFor(a document.Approval, holds []document.Hold) bool {
	for _, h := range holds {
		if h.Reason != document.ReleaseExpired && !slices.Contains(a.For, family(h.Reason)) {
			return false
		}
	}
	return true
}

// family is the reason for which people sign: too little credit is one, for whatever cause.
func family(r document.HoldReason) document.HoldReason {
	if r == document.NoLimit || r == document.LimitExpired {
		return document.LimitExceeded
	}
	return r
}

// families are the reasons of holds for which people sign, each once.
func families(holds []document.Hold) (reasons []document.HoldReason) {
	for _, h := range holds {
		if r := family(h.Reason); r != document.ReleaseExpired && !slices.Contains(reasons, r) {
			reasons = append(reasons, r)
		}
	}
	return reasons
}

func signers(c *document.Consent) (names []string) {
	for _, a := range c.Approvals {
		names = append(names, a.By)
	}
	return names
}

func (v Verdict) overLimit() bool { return Decision{Holds: v.Holds}.OverLimit() }

// whole is what the order puts at risk, with what has left of it.
func (v Verdict) whole() document.Money { return v.Credit.Demand.Add(v.Credit.Shipped) }

// Ready says whether nothing holds an order any more but a person. How old the receivables are is left out: a release asks for that.
// Its account may have a group; nil else.
func (p Policy) Ready(o *document.SalesOrder, a, group *document.CreditAccount, now time.Time, today document.Date) bool {
	if o.Consent == nil || o.Consent.Forced == nil || o.Party == nil {
		return false
	}
	demand, _ := p.demand(o, nil, a)
	if group != nil {
		demand.Group = p.groupFacts(group, a, demand, nil)
	}
	return !slices.ContainsFunc(p.Judge(a, demand, now, today).Holds, func(h document.Hold) bool { return h.Reason != document.ARStale })
}
