package credit

import (
	"fmt"

	"tradewire/mapping/document"
)

// Debts are the rules that look at each debt of an account, and at money that is to come ahead of the goods. A rule that is left out
// does not hold.
type Debts struct {
	OverdueAmount  *Amount `yaml:"overdue_amount" example:"HKD 50,000.00"`                                                     // more than that overdue holds new orders, in any currency of rates; with overdue_percent both must be passed
	OverduePercent Percent `yaml:"overdue_percent" example:"10%"`                                                              // more than this share of the limit overdue holds new orders; left out or 0%: no such rule
	DunningLevel   int     `yaml:"dunning_level" example:"3"`                                                                  // an item whose payment was demanded so often, or more often, holds new orders; left out or 0: no such rule
	Prepayment     string  `yaml:"prepayment" enum:"off,hold_until_received,hold_before_shipping" default:"off" example:"off"` // what PREPAY and TT30/70 ask for: off: nothing, they are measured against the limit like others until the money has come
}

const (
	untilReceived  = "hold_until_received"  // PREPAY waits for all of its money, TT30/70 for its deposit, before it goes to planning; the rest before shipping
	beforeShipping = "hold_before_shipping" // they go to planning, and their goods wait for the money
)

// looksAtDebts says whether a rule needs each debt of an account.
func (d Debts) looksAtDebts() bool {
	return d.OverdueAmount != nil || d.OverduePercent.Sign() != 0 || d.DunningLevel > 0
}

// secures says whether goods do not leave before they are paid, where their terms are such.
func (d Debts) secures() bool {
	return d.Prepayment == untilReceived || d.Prepayment == beforeShipping
}

// withDebts adds to the accounts that are needed what they owe.
func (s *Step) withDebts(refs []document.Ref) []document.Ref {
	if !s.policy.looksAtDebts() {
		return refs
	}
	for _, ref := range refs {
		if ref.Kind == document.KindCreditAccount {
			refs = append(refs, document.Ref{Kind: document.KindReceivables, Key: ref.Key})
		}
	}
	return refs
}

// debts finds the contradictions of these rules.
func (p Policy) debts(add fault) {
	if a := p.OverdueAmount; a != nil {
		if a.Sign() <= 0 {
			add(fmt.Sprintf("overdue_amount is %s", a.Money), "write an amount above zero, or leave it out", "overdue_amount")
		}
		if _, rated := p.Rates[a.Currency]; !rated && len(p.Rates) > 0 {
			add(fmt.Sprintf("overdue_amount is in %s, and rates has no %s", a.Currency, a.Currency), "write it in one of the currencies under rates", "overdue_amount")
		}
	}
	if p.OverduePercent.Sign() < 0 || p.OverduePercent.Greater(document.DecimalOf(100)) {
		add(fmt.Sprintf("overdue_percent is %s", p.OverduePercent), "write a share of the limit from 0% to 100%, such as 10%", "overdue_percent")
	}
	if p.DunningLevel < 0 || p.DunningLevel > highestDunning {
		add(fmt.Sprintf("dunning_level is %d", p.DunningLevel), fmt.Sprintf("write a level from 1 to %d, or 0 for no such rule", highestDunning), "dunning_level")
	}
}

// highestDunning is beyond what anybody writes to a customer.
const highestDunning = 99
