package credit

import (
	"fmt"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// counted is a set of open items as an account counts it.
type counted struct {
	receivables, special document.Money
	came                 came
	oldest               document.Date // of what asks for money; zero: nothing does
}

// count adds up a set. A draft that is owed to the customer would give credit that nobody granted: it is refused. Money that has come is
// above zero, and below where it was paid back.
func (p Policy) count(set *document.Receivables, in document.Currency) (c counted, err error) {
	c.receivables, c.special, c.came.free = document.Money{Currency: in}, document.Money{Currency: in}, document.Money{Currency: in}
	for _, item := range set.Items {
		if item.Open.Currency != in {
			return c, fmt.Errorf("receivables of %s: item %s is in %s, the account in %s: without rates of the day (dated_rates in the credit policy) the account counts what was read before, and grows stale",
				set.Account, item.Number, item.Open.Currency, in)
		}
		switch {
		case item.Received():
			c.came.add(item)
		case item.Special() && item.Open.Sign() < 0:
			return c, fmt.Errorf("receivables of %s: %s %s is %s: what a customer stands for is not below zero", set.Account, item.Sort, item.Number, item.Open)
		case item.Special():
			c.special = c.special.Add(item.Open)
		default:
			c.receivables = c.receivables.Add(item.Open)
			if item.Open.Sign() > 0 && !item.Due.IsZero() && !(item.Disputed && p.ExcludeDisputed) && (c.oldest.IsZero() || item.Due.Before(c.oldest)) {
				c.oldest = item.Due
			}
		}
	}
	return c, nil
}

// debtsOf are the debts of an account for the rules that look at each.
func debtsOf(m pipelines.Memory, account string) (debts []ItemFacts) {
	set := pipelines.Head[*document.Receivables](m, document.KindReceivables, account)
	if set == nil {
		return nil
	}
	for _, item := range set.Items {
		if item.Receivable() && !item.Due.IsZero() {
			debts = append(debts, ItemFacts{Due: item.Due, Amount: item.Open, Disputed: item.Disputed, Dunning: item.Dunning})
		}
	}
	return debts
}
