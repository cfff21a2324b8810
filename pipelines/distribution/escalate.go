package distribution

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Escalate says what of credit a department must acknowledge, and who hears when it does not.
type Escalate struct {
	After time.Duration `yaml:"after" required:"true" min:"1m" max:"720h" example:"4h"` // of working time after it was told; a working day has 24h
	To    string        `yaml:"to" default:"manager"`                                   // manager, or a department
	Types []string      `yaml:"types" required:"true" example:"[order_held]"`           // of the notices that must be acknowledged
}

// manager is who is told where no department is named.
const manager = "manager"

// to are those who are told when a department does not acknowledge.
func (p Policy) to(e *Escalate) (name string, all []Recipient) {
	if e.To == "" || e.To == manager {
		return manager, p.Manager
	}
	return e.To, p.Departments[e.To].Recipients
}

// Acknowledging are the departments that must acknowledge what credit says, in a fixed order.
func (p Policy) Acknowledging() (names []string) {
	for _, name := range p.names() {
		if p.Departments[name].Escalate != nil {
			names = append(names, name)
		}
	}
	return names
}

// checkEscalate finds what contradicts itself in what a department must acknowledge.
func (p Policy) checkEscalate(name string, found *mistakes) {
	d := p.Departments[name]
	at := func(keys ...string) []string { return append([]string{"departments", name, "escalate"}, keys...) }
	e := d.Escalate
	if e == nil {
		return
	}
	if !slices.Contains(d.Of, ofCredit) {
		found.add(name+" must acknowledge what it is not told", "write of: [credit], or take escalate out", at()...)
	}
	if e.After < time.Minute {
		found.add(fmt.Sprintf("%s has %s to acknowledge it", name, e.After), "write after: 4h", at("after")...)
	}
	if len(e.Types) == 0 {
		found.add(name+" must acknowledge nothing", "write types: [order_held], or take escalate out", at()...)
	}
	checkTypes(name, e.Types, found, at("types")...)
	if to, all := p.to(e); to == name {
		found.add(fmt.Sprintf("%s: what it does not acknowledge is told to itself", name), "name the manager, or another department", at("to")...)
	} else if len(all) == 0 {
		found.add(fmt.Sprintf("%s: nobody is told when it does not acknowledge: %s has no recipients", name, to), "name a department with recipients, or write manager:", at("to")...)
	}
}

// later is so much working time after t, in the zone of t.
func (c Calendar) later(t time.Time, span time.Duration) time.Time {
	if !c.works(t) {
		t = c.nextMorning(t)
	}
	for range mostDays {
		left := midnight(t, 1).Sub(t)
		if span <= left {
			return t.Add(span)
		}
		span -= left
		t = c.nextMorning(t)
	}
	return t
}

// watch asks a department to acknowledge a notice that it was told at a time, where it must.
func (s *Step) watch(m pipelines.Memory, name string, n *document.Notice, told time.Time) []document.Document {
	d := s.policy.Departments[name]
	if d.Escalate == nil || !slices.Contains(d.Escalate.Types, string(n.Type)) {
		return nil
	}
	due := s.policy.Calendar.later(told.In(m.Zone()), d.Escalate.After)
	if d.Quiet != nil {
		due = d.Quiet.ends(due, s.policy.Calendar)
	}
	kept := document.Copy(n)
	kept.To = name
	e := &document.Escalation{Department: name, Order: n.OrderKey, Account: n.Account, Status: document.DutySent, Notice: *kept, Sent: told.UTC(), Due: due.UTC()}
	if head := escalationOf(m, e.Key()); head != nil && head.Waits() && !head.Told && head.Due.Before(e.Due) && !over(m, head) {
		e.Sent, e.Due = head.Sent, head.Due // it is said again, which is no reason to wait longer
	}
	return []document.Document{e}
}

// watchNeeds are what departments have not acknowledged of the orders and accounts that a document may say something of.
func (s *Step) watchNeeds(m pipelines.Memory, d document.Document, known []document.Ref) (refs []document.Ref) {
	names := s.policy.Acknowledging()
	if len(names) == 0 {
		return nil
	}
	accounts := map[string]bool{}
	switch d := d.(type) {
	case *document.CreditAccount:
		accounts[d.ID] = true
	case *document.Receivables:
		accounts[d.Account] = true
	case *document.Alarm:
		if d.Of.Kind == document.KindCreditAccount || d.Of.Kind == document.KindReceivables {
			accounts[d.Of.Key] = true
		}
	}
	add := func(order, account string) {
		for _, name := range names {
			refs = append(refs, escalationRef(name, order, account))
		}
	}
	for _, ref := range known {
		switch ref.Kind {
		case document.KindSalesOrder:
			add(ref.Key, "")
			if o := orderOf(m, ref.Key); o != nil && o.Credit != nil {
				accounts[o.Credit.Account] = true
			}
		case document.KindParty:
			if p := pipelines.Head[*document.Party](m, ref.Kind, ref.Key); p != nil {
				accounts[p.Account] = true
			}
		}
	}
	if o, ok := d.(*document.SalesOrder); ok {
		refs = append(refs, document.Ref{Kind: document.KindParty, Key: o.Customer})
		if p := pipelines.Head[*document.Party](m, document.KindParty, o.Customer); p != nil {
			accounts[p.Account] = true
		}
	}
	for _, account := range slices.Sorted(maps.Keys(accounts)) {
		refs = append(refs, document.Ref{Kind: document.KindCreditAccount, Key: account})
		if a := pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, account); a != nil && a.Group != "" {
			add("", a.Group)
		}
		add("", account)
	}
	return refs
}

func escalationRef(department, order, account string) document.Ref {
	return document.Ref{Kind: document.KindEscalation, Key: document.EscalationKey(department, order, account)}
}

func escalationOf(m pipelines.Memory, key string) *document.Escalation {
	return pipelines.Head[*document.Escalation](m, document.KindEscalation, key)
}

// escalationNeeds are the notice that waits for an answer, and what it is about.
func escalationNeeds(m pipelines.Memory, key string) []document.Ref {
	refs := []document.Ref{{Kind: document.KindEscalation, Key: key}}
	if e := escalationOf(m, key); e != nil {
		refs = append(refs, document.Ref{Kind: document.KindSalesOrder, Key: e.Order}, document.Ref{Kind: document.KindCreditAccount, Key: e.Account})
	}
	return refs
}

// unanswered tells others of a notice that nobody has acknowledged, while what it says is still so.
func (s *Step) unanswered(m pipelines.Memory, alarm *document.Alarm) ([]document.Document, error) {
	head := escalationOf(m, alarm.Of.Key)
	if head == nil || head.Next().IsZero() {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "it was acknowledged meanwhile"}
	}
	if head.Next().After(m.Now()) {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "it is not late yet", Documents: []document.Document{head}}
	}
	e := document.Copy(head)
	policy := s.policy.Departments[e.Department].Escalate
	if policy == nil || over(m, e) {
		e.Settled = true
		return []document.Document{alarm, e}, nil
	}
	e.Told = true
	n := document.Copy(&e.Notice)
	enclosed, err := document.Enclose(n)
	if err != nil {
		return nil, err
	}
	n.ID, n.Type, n.At = fmt.Sprintf("%s/%s/%s", document.UnansweredAlert, e.Department, short(e.Notice.ID)), document.UnansweredAlert, m.Now().In(m.Zone())
	n.Gathered = []document.Enclosed{enclosed}
	n.Duty = &document.Duty{Department: e.Department, About: e.Notice.Type, Status: document.DutySent, Sent: e.Sent, Due: e.Due}
	to, all := s.policy.to(policy)
	return append([]document.Document{alarm, e}, notices(to, all, *n)...), nil
}

// over says that what a notice says is not so any more: the order is not held, the account not near its limit, its debts not late.
func over(m pipelines.Memory, e *document.Escalation) bool {
	if e.Order != "" {
		o := orderOf(m, e.Order)
		switch e.Notice.Type {
		case document.OrderHeldAlert:
			return o != nil && !o.Held()
		case document.ReleaseExpiringAlert:
			return o != nil && (o.Held() || o.Consent == nil)
		}
		return false
	}
	a := pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, e.Account)
	if a == nil {
		return false
	}
	switch e.Notice.Type {
	case document.CreditNearAlert:
		return a.Level == document.LevelOK
	case document.CreditWatchAlert:
		return a.Level != document.LevelWatch && a.Level != document.LevelOver
	case document.CreditOverAlert:
		return a.Level != document.LevelOver
	case document.OverdueAlert:
		return a.Times.LateFor == 0
	case document.ExpiringAlert:
		return a.Times.EndingBy == 0
	}
	return false
}

// acknowledge notes that a department has seen what credit says.
func (s *Step) acknowledge(m pipelines.Memory, a *document.Acknowledgement, head *document.Escalation) ([]document.Document, error) {
	subject := "order " + a.Order
	if a.Order == "" {
		subject = "account " + a.Account
	}
	switch {
	case head == nil:
		return nil, fmt.Errorf("%s: %s was told nothing of it that must be acknowledged", subject, a.Department)
	case a.By == "":
		return nil, fmt.Errorf("%s: an answer of %s without a name: somebody must stand for it", subject, a.Department)
	case a.Objects:
		return nil, fmt.Errorf("%s: %s cannot object to what credit says: acknowledge it, or decide about the order (tradewire credit release, reject, hold)", subject, a.Department)
	case !head.Waits():
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "it was acknowledged before, or is no longer so"}
	}
	e := document.Copy(head)
	e.Status, e.By, e.Answered = document.DutyAcked, a.By, pipelines.SaidAt(m, a.At)
	return []document.Document{a, e}, nil
}
