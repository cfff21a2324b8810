package credit

import (
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// books are the accounts that one decision touches, each copied once.
type books struct {
	memory  pipelines.Memory
	touched map[string]*document.CreditAccount
	passes  map[string]bool // accounts that may pass their limit in this decision
	guarded map[string]bool // groups in which an order found room in this decision
}

func open(m pipelines.Memory) *books {
	return &books{memory: m, touched: make(map[string]*document.CreditAccount), passes: map[string]bool{}, guarded: map[string]bool{}}
}

// look is the account as this decision sees it; nil when there is none. It is not to be changed.
func (b *books) look(key string) *document.CreditAccount {
	if a := b.at(key); a != nil && !a.OnlyNamed() {
		return a
	}
	return nil
}

// write is the account to change; nil when there is none.
func (b *books) write(key string) *document.CreditAccount {
	a := b.look(key)
	if a != nil && b.touched[key] == nil {
		a = document.Copy(a)
		b.touched[key] = a
	}
	return a
}

// component is where an amount stands in an account.
type component func(*document.Exposure) *document.Money

func openOrders(e *document.Exposure) *document.Money { return &e.OpenOrders }
func shipped(e *document.Exposure) *document.Money    { return &e.ShippedNotInvoiced }
func invoiced(e *document.Exposure) *document.Money   { return &e.InvoicedNotPosted }

// add books an amount, which may be negative.
func (b *books) add(key string, where component, amount document.Money) {
	if amount.IsZero() {
		return
	}
	if a := b.write(key); a != nil {
		at := where(&a.Exposure)
		*at = at.Add(amount)
	}
}

// take books an amount of an order out.
func (b *books) take(key, order string, where component, amount document.Money) {
	b.move(key, order, where, document.Money{Amount: amount.Amount.Neg(), Currency: amount.Currency})
}

// letPass lets an account come beyond its limit in this decision, because people released the order, or because what was released
// counts more at another rate.
func (b *books) letPass(key string) { b.passes[key] = true }

// raise brings the ceiling of an account to its exposure as decided, and no further: whoever takes room beside this decision finds none,
// and the next decision on the account brings the ceiling back to the limit. (Invariant 7.)
func raise(a *document.CreditAccount) {
	total, most := a.Exposure.Total(), document.Money{Currency: a.Currency}
	switch {
	case a.Ceiling != nil:
		most = *a.Ceiling
	case a.Limit != nil:
		most = *a.Limit
	}
	if !a.NoCheck && total.Cmp(most) > 0 {
		a.Ceiling = &total
	}
}

// close answers with the accounts that were touched, their groups among them, and with what people are to be told of them.
func (b *books) close(p Policy) (answers []document.Document) {
	b.countGroups(p)
	var notices []document.Document
	for _, key := range sorted(b.touched) {
		a := b.touched[key]
		a.Ceiling = p.ceiling(a, b.memory.Today())
		if b.passes[key] {
			raise(a)
		}
		answers = append(answers, a)
		notices = append(notices, p.announce(b.memory, a)...)
	}
	return append(answers, notices...)
}
