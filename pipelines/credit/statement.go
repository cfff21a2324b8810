package credit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// statement does what a person decided about an order. What may not be done is kept with the reason, and changes nothing.
func (s *Step) statement(m pipelines.Memory, d *document.CreditRelease) ([]document.Document, error) {
	head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, d.Order)
	if head == nil {
		return nil, &pipelines.Missing{Ref: document.Ref{Kind: document.KindSalesOrder, Key: d.Order}, Hint: "what " + d.By + " decided waits for it"}
	}
	said := document.Copy(d)
	said.At, said.Refused = pipelines.SaidAt(m, d.At), ""
	answers, refused, err := s.act(m, said, head)
	if err != nil {
		return nil, err
	}
	said.Refused = refused
	return append([]document.Document{said}, answers...), nil
}

func (s *Step) act(m pipelines.Memory, d *document.CreditRelease, head *document.SalesOrder) (answers []document.Document, refused string, err error) {
	key, who, known := s.policy.person(d.By)
	switch {
	case strings.TrimSpace(d.Reason) == "":
		return nil, "a reason is missing: it is kept with the order", nil
	case s.policy.Release == nil:
		return nil, "the credit policy has no release: nobody is named who may decide", nil
	case !known:
		return nil, fmt.Sprintf("%q is nobody under people in the credit policy", d.By), nil
	case d.SourceRevision != 0 && d.SourceRevision != head.SourceRevision:
		return nil, fmt.Sprintf("revision %d of the order is in force, and %s has read revision %d", head.SourceRevision, key, d.SourceRevision), nil
	}
	switch d.Act {
	case document.ActRelease:
		return s.signs(m, d, head, key, who)
	case document.ActHold:
		return s.forces(m, d, head, key, who)
	case document.ActReject:
		return s.rejects(m, d, head, key, who)
	}
	return nil, fmt.Sprintf("%q is no decision: write release, reject or hold", d.Act), nil
}

// signs adds a signature to a held order; with the last that is needed the order is released.
func (s *Step) signs(m pipelines.Memory, d *document.CreditRelease, head *document.SalesOrder, key string, who Person) ([]document.Document, string, error) {
	if !head.Held() {
		return nil, fmt.Sprintf("the order is %s, not held", head.State), nil
	}
	account, err := accountOf(open(m), head)
	if err != nil {
		return nil, err.Error(), nil
	}
	order := document.Copy(head)
	order.State, order.Party = document.OrderReceived, asOfToday(m, head)
	if order.Consent == nil {
		order.Consent = &document.Consent{}
	}
	verdict := s.leaving(head, order).judge(m, order, head, account)
	if verdict.Pass() {
		verdict.Holds = head.Holds // it waits for its turn, and going before it is a release all the same
	}
	approval, roles, refused := s.approval(m, d, order, verdict, key, who)
	if refused != "" {
		return nil, refused, nil
	}
	mine := func(a document.Approval) bool { return sameName(a.By, key) }
	c := order.Consent
	c.Approvals = slices.DeleteFunc(c.Approvals, mine)
	before := assigned(roles, s.policy.signed(order, &verdict))
	c.Approvals = append(c.Approvals, approval)
	missing := assigned(roles, s.policy.signed(order, &verdict))
	if len(missing) == len(before) {
		return nil, fmt.Sprintf("another person than %s has signed for it already: %s is missing", key, strings.Join(missing, ", ")), nil
	}
	if !d.ReviewOn.IsZero() {
		c.ReviewOn = d.ReviewOn
	}
	if len(missing) > 0 { // it stays as it is held, and in its place
		waits := document.Copy(head)
		if waits.Consent == nil {
			waits.Consent = &document.Consent{}
		}
		waits.Consent.Approvals, waits.Consent.ReviewOn = c.Approvals, c.ReviewOn
		waits.Credit.ReleaseNeeds = roles
		return []document.Document{waits}, "", nil
	}
	c.Stands, c.Forced, c.Void, c.LocalVoid = true, nil, "", ""
	answers, err := s.check(m, order)
	if err == nil && overridden(c) {
		answers = append(answers, s.overrideNotice(m, order, verdict.Holds))
	}
	return answers, "", err
}

// approval is the signature of a person under an order as it is judged now, and the roles of which it needs signatures.
func (s *Step) approval(m pipelines.Memory, d *document.CreditRelease, o *document.SalesOrder, v Verdict, key string, who Person) (a document.Approval, roles []string, refused string) {
	roles, never := s.policy.needsOf(v.Holds, d.Override || overridden(o.Consent))
	last := m.Today().AddDays(s.policy.Release.ValidDays)
	a = document.Approval{By: key, Roles: who.Roles, For: families(v.Holds), Reason: d.Reason,
		Account: v.Credit.Account, Terms: o.Terms, Amount: v.whole(), Until: last, At: d.At, Override: d.Override}
	if d.Amount != nil {
		a.Amount = *d.Amount
	}
	if !d.Until.IsZero() {
		a.Until = d.Until
	}
	switch {
	case never != "":
		return a, nil, never
	case entered(key, who, o.CreatedBy):
		return a, nil, fmt.Sprintf("segregation of duties: %s entered the order, and nobody releases an order of their own", key)
	case !d.Override && s.kept(m, v, key, who) != "":
		return a, nil, s.kept(m, v, key, who)
	case !slices.ContainsFunc(who.Roles, func(role string) bool { return slices.Contains(roles, role) }):
		return a, nil, fmt.Sprintf("%s is %s, and its release needs %s", key, strings.Join(who.Roles, ", "), strings.Join(roles, ", "))
	case a.Amount.Currency != v.whole().Currency:
		return a, nil, fmt.Sprintf("the amount %s is not in %s, the currency of the account", a.Amount, v.whole().Currency)
	case a.Amount.Cmp(v.whole()) < 0:
		return a, nil, fmt.Sprintf("the order puts %s at risk, more than the %s that %s releases", v.whole(), a.Amount, key)
	case a.Until.Before(m.Today()):
		return a, nil, fmt.Sprintf("the release would have ended on %s", a.Until)
	case a.Until.After(last):
		return a, nil, fmt.Sprintf("a release lasts until %s at most (release.valid_days is %d)", last, s.policy.Release.ValidDays)
	}
	if why, ok := s.policy.lets(who, v.excesses(a.Amount.Sub(v.whole()))); !ok {
		return a, nil, fmt.Sprintf("%s may not let that pass: %s", key, why)
	}
	return a, roles, ""
}

// forces holds an order until people release it. What is reserved for it is given back.
func (s *Step) forces(m pipelines.Memory, d *document.CreditRelease, head *document.SalesOrder, key string, who Person) ([]document.Document, string, error) {
	switch {
	case !haveOne(who.Roles, s.policy.Release.MayHold):
		return nil, fmt.Sprintf("%s is %s; an order is held by one of %s", key, strings.Join(who.Roles, ", "), strings.Join(s.policy.Release.MayHold, ", ")), nil
	case head.Consent != nil && head.Consent.Forced != nil:
		return nil, fmt.Sprintf("%s holds it already: %s", head.Consent.Forced.By, head.Consent.Forced.Reason), nil
	case !head.Held() && head.State != document.OrderReleased && head.State != document.OrderPartiallyShipped:
		return nil, fmt.Sprintf("the order is %s: there is nothing to hold back", head.State), nil
	case head.Cancelling != nil:
		return nil, "a cancellation of the order waits for " + head.Cancelling.Of, nil
	}
	order := document.Copy(head)
	order.State = document.OrderReceived
	order.Consent = &document.Consent{Forced: &document.Statement{By: key, Reason: d.Reason, At: d.At}, ReviewOn: d.ReviewOn}
	answers, err := s.check(m, order)
	return answers, "", err
}

// rejects ends a held order.
func (s *Step) rejects(m pipelines.Memory, d *document.CreditRelease, head *document.SalesOrder, key string, who Person) ([]document.Document, string, error) {
	switch {
	case !haveOne(who.Roles, s.policy.Release.MayReject):
		return nil, fmt.Sprintf("%s is %s; an order is rejected by one of %s", key, strings.Join(who.Roles, ", "), strings.Join(s.policy.Release.MayReject, ", ")), nil
	case !head.Held():
		return nil, fmt.Sprintf("the order is %s: only what is held is rejected", head.State), nil
	case head.WasReleased && head.InProduction():
		return nil, "its production has begun: cancel it in the CRM, so that those who make it are asked", nil
	}
	order := document.Copy(head)
	order.State, order.Holds, order.HeldSince = document.OrderCancelled, nil, time.Time{}
	if order.AnyShipped() {
		order.State = document.OrderShortClosed
	}
	order.Consent = &document.Consent{Rejected: &document.Statement{By: key, Reason: d.Reason, At: d.At}}
	return s.giveBack(m, order), "", nil
}

func haveOne(roles, of []string) bool {
	return slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(of, role) })
}
