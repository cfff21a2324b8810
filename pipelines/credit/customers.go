package credit

import (
	"bytes"
	"slices"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// TellCustomers has the step say how the credit of each customer stands, whenever that changes. It costs every decision that moves an
// account a document more, and is asked for where somebody wants to hear it.
func (s *Step) TellCustomers() { s.tells = true }

func customersRef(account string) document.Ref {
	return document.Ref{Kind: document.KindAccountCustomers, Key: account}
}

func customerCreditRef(customer string) document.Ref {
	return document.Ref{Kind: document.KindCustomerCredit, Key: customer}
}

// tellNeeds adds to what a decision needs whom it may have to tell: the customers of the accounts that it may move.
func (s *Step) tellNeeds(m pipelines.Memory, d document.Document, refs []document.Ref) []document.Ref {
	if !s.tells {
		return refs
	}
	if p, ok := d.(*document.Party); ok {
		refs = append(refs, document.RefOf(p), accountRef(p.Account), customerCreditRef(p.ID))
		if was := pipelines.Head[*document.Party](m, document.KindParty, p.ID); was != nil {
			refs = append(refs, accountRef(was.Account))
		}
	}
	for _, ref := range slices.Clone(refs) {
		switch ref.Kind {
		case document.KindSalesOrder:
			if order := pipelines.Head[*document.SalesOrder](m, ref.Kind, ref.Key); order != nil {
				refs = append(refs, document.Ref{Kind: document.KindParty, Key: order.Customer}, customerCreditRef(order.Customer))
			}
		case document.KindParty:
			refs = append(refs, customerCreditRef(ref.Key))
		case document.KindCreditAccount:
			refs = append(refs, customersRef(ref.Key))
			for _, customer := range customersOf(m, ref.Key) {
				refs = append(refs, document.Ref{Kind: document.KindParty, Key: customer}, customerCreditRef(customer))
			}
		}
	}
	return refs
}

func customersOf(m pipelines.Memory, account string) []string {
	if known := pipelines.Head[*document.AccountCustomers](m, document.KindAccountCustomers, account); known != nil {
		return known.Customers
	}
	return nil
}

// tell adds to the answers of a decision what its customers are told of them, and who was learned to be one.
func (s *Step) tell(m pipelines.Memory, d document.Document, answers []document.Document) []document.Document {
	if !s.tells {
		return answers
	}
	t := &telling{policy: s.policy, memory: m, accounts: map[string]*document.CreditAccount{}, told: map[string]bool{}}
	for _, answer := range answers {
		switch answer := answer.(type) {
		case *document.CreditAccount:
			t.accounts[answer.ID] = answer
		case *document.Party:
			t.changed = answer
		}
	}
	if t.changed != nil {
		t.follow(t.changed)
	}
	if order, ok := d.(*document.SalesOrder); ok && order.State == document.OrderReceived && order.Party != nil {
		t.meet(order.Party)
	}
	for _, account := range sorted(t.accounts) {
		for _, customer := range customersOf(m, account) {
			t.say(customer)
		}
	}
	return append(answers, t.answers...)
}

// telling is what customers are told of one decision.
type telling struct {
	policy   Policy
	memory   pipelines.Memory
	accounts map[string]*document.CreditAccount // that it moves
	changed  *document.Party                    // that it is about
	told     map[string]bool
	answers  []document.Document
}

// follow keeps a customer with the account that answers for it now.
func (t *telling) follow(p *document.Party) {
	if was := pipelines.Head[*document.Party](t.memory, document.KindParty, p.ID); was != nil && was.Account != p.Account {
		if known := customersOf(t.memory, was.Account); slices.Contains(known, p.ID) {
			rest := slices.DeleteFunc(slices.Clone(known), func(c string) bool { return c == p.ID })
			t.answers = append(t.answers, &document.AccountCustomers{Account: was.Account, Customers: rest})
		}
	}
	t.meet(p)
}

// meet learns that a customer is one of its account's, and tells how its credit stands.
func (t *telling) meet(p *document.Party) {
	if known := customersOf(t.memory, p.Account); p.Account != "" && !slices.Contains(known, p.ID) {
		all := append(slices.Clone(known), p.ID)
		slices.Sort(all)
		t.answers = append(t.answers, &document.AccountCustomers{Account: p.Account, Customers: all})
	}
	t.say(p.ID)
}

// say tells how the credit of a customer stands, unless that was told.
func (t *telling) say(customer string) {
	party := t.changed
	if party == nil || party.ID != customer {
		party = pipelines.Head[*document.Party](t.memory, document.KindParty, customer)
	}
	if party == nil || t.told[customer] {
		return
	}
	t.told[customer] = true
	account := t.accounts[party.Account]
	if account == nil {
		account = pipelines.Head[*document.CreditAccount](t.memory, document.KindCreditAccount, party.Account)
	}
	was := pipelines.Head[*document.CustomerCredit](t.memory, document.KindCustomerCredit, customer)
	if account == nil && was == nil {
		return // nothing was ever said of it, and there is nothing to say
	}
	is := t.policy.customerCredit(party, account, t.memory.Today())
	if was != nil && sameCredit(was, is) {
		return
	}
	is.ChangedAt = t.memory.Now()
	t.answers = append(t.answers, is)
}

// customerCredit is how the credit of a customer stands on a day, before any order; account is nil where none answers for it.
func (p Policy) customerCredit(c *document.Party, account *document.CreditAccount, on document.Date) *document.CustomerCredit {
	if account == nil {
		return &document.CustomerCredit{Customer: c.ID, Account: c.Account}
	}
	stands := p.Stands(account, on)
	is := &document.CustomerCredit{Customer: c.ID, Account: account.ID, Status: stands.Status, Exposure: &stands.Exposure,
		OldestDue: account.OldestDue, AsOf: account.AsOf}
	if c.Stopped {
		is.Status = StatusStop
	}
	is.HoldReasons = p.anyway(c, account, on)
	if stands.Checked {
		available := stands.Available()
		is.Limit, is.Available = &stands.Limit, &available
	}
	if share, known := stands.Utilisation(); known {
		is.Utilisation = &share
	}
	return is
}

// anyway is why the next order of a customer would be held, however small it is and whatever its terms. How old the receivables are
// then nobody knows.
func (p Policy) anyway(c *document.Party, account *document.CreditAccount, on document.Date) []document.HoldReason {
	const granted = "any"
	something := document.Money{Amount: document.D("0.0001"), Currency: account.Currency}
	f := Facts{AsOf: on, Account: accountFacts(account), Exposure: account.Exposure, Booked: true,
		Order: OrderFacts{Terms: granted, Granted: granted, Rate: document.D("1"), Open: something, Reserved: something.Zero()}}
	f.Account.CustomerStopped = c.Stopped
	reasons := slices.DeleteFunc(p.Decide(f).Reasons(), func(r document.HoldReason) bool { return r == document.ARStale })
	if len(reasons) == 0 {
		return nil
	}
	return reasons
}

// sameCredit says whether two say the same, but for when. Receivables that were read again and change nothing are no news; the
// first reading is.
func sameCredit(a, b *document.CustomerCredit) bool {
	if a.AsOf.IsZero() != b.AsOf.IsZero() {
		return false
	}
	x, y := *a, *b
	x.AsOf, x.ChangedAt, y.AsOf, y.ChangedAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	one, err := document.Marshal(&x)
	two, also := document.Marshal(&y)
	return err == nil && also == nil && bytes.Equal(one, two)
}
