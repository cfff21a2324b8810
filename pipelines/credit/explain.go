package credit

import (
	"fmt"
	"strings"

	"tradewire/mapping/document"
)

// Standing is how an account stands on a day, before any order.
type Standing struct{ Decision }

// Stands judges an account as a decision on an order would.
func (p Policy) Stands(a *document.CreditAccount, on document.Date) Standing {
	f := Facts{AsOf: on, Account: accountFacts(a), Exposure: a.Exposure, Booked: true}
	p.members(&f, a)
	j := &judging{policy: p, facts: f}
	j.account()
	return Standing{j.Decision}
}

// Explain tells the last credit decision of an order as it was made, from what was kept of it: nothing is decided again.
func Explain(o *document.SalesOrder) []Line {
	c := o.Credit
	if c == nil {
		return []Line{say("credit was not checked yet")}
	}
	e := c.Before
	j := &judging{Decision: Decision{Exposure: e.Total()}}
	j.exposure(e)
	lines := append(j.Explanation(),
		say("account %s, limit %s; the order is %s", c.Account, c.Limit, o.Total))
	sum := e.Total().Add(c.Demand).Sub(c.Ahead)
	lines = append(lines, ratesUsed(c)...)
	if c.Pair == "" && !c.Rate.Equal(document.D("1")) && c.Rate.Sign() > 0 {
		lines = append(lines, say("it counts at a rate of %s", c.Rate))
	}
	switch {
	case c.Rate.Sign() <= 0:
	case c.Secured:
		lines = append(lines, say("order: paid before delivery (PREPAY), and its goods do not leave unpaid: nothing is at risk"))
	case c.Ahead.Sign() > 0:
		lines = append(lines, paidAhead(c, sum)...)
	case c.Deferred:
		lines = append(lines, say("limit: its open part is %s; the order ships on %s, beyond the horizon: it is measured against the limit when it comes within it", c.Demand, o.PlannedShip))
	case c.Excess.Sign() > 0:
		lines = append(lines, say("exposure %s + its open part %s = %s, limit %s: %s beyond it", e.Total(), c.Demand, sum, c.Limit, c.Excess))
	default:
		lines = append(lines, say("exposure %s + its open part %s = %s, limit %s: %s is left", e.Total(), c.Demand, sum, c.Limit, c.Limit.Sub(sum)))
	}
	lines = append(lines, explainGroup(c)...)
	for _, h := range o.Holds {
		local := h.LocalDetail
		if local == "" {
			local = h.Detail
		}
		lines = append(lines, Line{"held, " + string(h.Reason) + ": " + h.Detail, "暂停，" + string(h.Reason) + "：" + local})
	}
	lines = append(lines, consented(o)...)
	switch {
	case c.SignOff != "" && c.SignOffAmount != nil:
		lines = append(lines, say("sign-off: %s: %s signs", *c.SignOffAmount, c.SignOff))
	case c.SignOff != "":
		lines = append(lines, say("sign-off: its amount is not known: %s signs", c.SignOff))
	}
	lines = append(lines, suspected(o)...)
	if o.Held() {
		return append(lines, say("decision: held, for %s", spelled(Decision{Holds: o.Holds}.Reasons())))
	}
	lines = append(lines, Line{fmt.Sprintf("the order is %s; %s are reserved for what is not shipped", o.State, c.Reserved),
		fmt.Sprintf("订单%s；未出货部分已预留 %s", localState(o.State), c.Reserved)})
	if !o.Next().IsZero() {
		lines = append(lines, say("its credit is looked at again on %s", c.RecheckOn))
	}
	return lines
}

// consented tells what people said of an order, and whose signature is missing.
func consented(o *document.SalesOrder) (lines []Line) {
	needs := o.Credit.ReleaseNeeds
	if o.Consent == nil || o.Consent.Forced == nil && len(o.Consent.Approvals) == 0 && o.Consent.Rejected == nil {
		switch {
		case len(needs) == 0:
		case Decision{Holds: o.Holds}.OverLimit():
			lines = append(lines, say("over the limit: its release needs %s, each another person", strings.Join(needs, ", ")))
		default:
			lines = append(lines, missing(o))
		}
		return lines
	}
	for _, a := range o.Consent.Approvals {
		lines = append(lines, say("approved by %s (%s) on %s: up to %s, until %s: %s", a.By, strings.Join(a.Roles, ", "), document.DateOf(a.At), a.Amount, a.Until, a.Reason))
		if a.Override {
			lines = append(lines, say("%s signed in an emergency, in which the segregation of duties does not bind", a.By))
		}
	}
	switch r := o.Consent.Rejected; {
	case r != nil:
		lines = append(lines, say("rejected by %s on %s: %s", r.By, document.DateOf(r.At), r.Reason))
	case o.Held() && len(needs) > 0:
		lines = append(lines, missing(o))
	case o.Consent.Stands:
		lines = append(lines, say("released by people: all whose signature it needs have signed"))
	}
	return lines
}

func missing(o *document.SalesOrder) Line {
	return say("its release needs %s, each another person; missing: %s", strings.Join(o.Credit.ReleaseNeeds, ", "), strings.Join(Missing(o), ", "))
}

// Missing are the roles whose signature a held order waits for.
func Missing(o *document.SalesOrder) []string {
	if o.Credit == nil || !o.Held() {
		return nil
	}
	var signed [][]string
	if o.Consent != nil {
		for _, a := range o.Consent.Approvals {
			if signedFor(a, o.Holds) {
				signed = append(signed, a.Roles)
			}
		}
	}
	return assigned(o.Credit.ReleaseNeeds, signed)
}

// Headline is which order is explained: its revision as the CRM counts, and its state.
func Headline(o *document.SalesOrder) Line {
	return Line{fmt.Sprintf("order %s, the CRM's revision %d: %s", o.Number, o.SourceRevision, o.State),
		fmt.Sprintf("订单 %s，CRM版本 %d：%s", o.Number, o.SourceRevision, localState(o.State))}
}

// localState is a state of an order in Chinese.
func localState(s document.OrderState) string {
	switch s {
	case document.OrderReleased:
		return "已放行"
	case document.OrderHeld:
		return "已暂停"
	case document.OrderPartiallyShipped:
		return "部分出货"
	case document.OrderShipped:
		return "已出货"
	case document.OrderShortClosed:
		return "余量已取消"
	case document.OrderCancelled:
		return "已取消"
	}
	return string(s)
}
