package main

import (
	"cmp"
	"fmt"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
)

// replayView is a replay as it is told.
type replayView struct {
	From     string            `json:"from"`
	To       string            `json:"to"`
	Policy   string            `json:"policy_version"`
	Base     document.Currency `json:"base_currency"`
	Judged   int               `json:"judged"`
	Same     int               `json:"same"`
	ByPeople int               `json:"decided_by_people"`
	Unknown  int               `json:"not_enough_known"`
	Orders   []replayOrder     `json:"orders"`
	Unlisted int               `json:"not_listed"`
	Risk     string            `json:"at_risk_in_base_currency"` // of orders that were released then and would be held, as far as there are rates
	Held     []replayTotal     `json:"released_then_held_now"`
	Released []replayTotal     `json:"held_then_released_now"`
}

// replayOrder is an order of which the other policy says something else.
type replayOrder struct {
	Order       string                `json:"order"`
	Revision    int64                 `json:"source_revision"`
	Customer    string                `json:"customer"`
	Account     string                `json:"account"`
	DecidedOn   document.Date         `json:"decided_on"`
	Policy      string                `json:"policy_version"`
	Then        string                `json:"then"`
	ThenReasons []document.HoldReason `json:"then_reasons"`
	Now         string                `json:"now"`
	NowReasons  []document.HoldReason `json:"now_reasons"`
	Currency    document.Currency     `json:"currency"`
	AtRisk      string                `json:"at_risk"`
	InBase      *string               `json:"at_risk_in_base_currency"` // nil: the policy has no rate
	Unpaid      string                `json:"unpaid_today"`
	Overdue     string                `json:"overdue_today"`
	Explanation []string              `json:"explanation"`
}

// replayTotal adds up the orders of one direction and currency.
type replayTotal struct {
	Currency document.Currency `json:"currency"`
	Orders   int               `json:"orders"`
	AtRisk   string            `json:"at_risk"`
	InBase   *string           `json:"at_risk_in_base_currency"`
	Unpaid   string            `json:"unpaid_today"`
	Overdue  string            `json:"overdue_today"`
}

func (r *replay) viewOf(o *document.SalesOrder, again credit.Replayed, unpaid, overdue document.Money) replayOrder {
	v := replayOrder{Order: o.Number, Revision: o.SourceRevision, Customer: o.Customer, Account: o.Credit.Account,
		DecidedOn: document.DateOf(again.On.In(r.zone)), Policy: again.Rules, Then: outcomeOf(again.Then), ThenReasons: append([]document.HoldReason{}, again.Then...),
		Now: outcomeOf(again.Now), NowReasons: append([]document.HoldReason{}, again.Now...), Currency: again.Risk.Currency, AtRisk: fixedAmount(again.Risk), InBase: fixedOrNil(r.policy.InBase(again.Risk)),
		Unpaid: fixedAmount(unpaid), Overdue: fixedAmount(overdue), Explanation: []string{}}
	if p := o.Party; p != nil {
		v.Customer = cmp.Or(p.Name, p.LocalName, v.Customer)
	}
	for _, line := range again.Why.Explanation() {
		text := line.English
		if r.chinese {
			text = line.Chinese
		}
		v.Explanation = append(v.Explanation, text)
	}
	return v
}

func outcomeOf(reasons []document.HoldReason) string {
	if len(reasons) > 0 {
		return "held"
	}
	return "released"
}

func (r *replay) view() replayView {
	v := replayView{From: r.from.String(), To: r.to.String(), Policy: r.policy.Version(), Base: r.policy.BaseCurrency, Judged: r.judged, Same: r.same,
		ByPeople: r.byPeople, Unknown: r.unknown, Orders: r.listed, Unlisted: r.unlisted, Held: r.totals(r.risen), Released: r.totals(r.fallen)}
	all := document.Money{Currency: r.policy.BaseCurrency}
	for _, sum := range r.risen {
		if base := r.policy.InBase(sum.risk); base != nil {
			all = all.Add(*base)
		}
	}
	v.Risk = fixedAmount(all)
	if v.Orders == nil {
		v.Orders = []replayOrder{}
	}
	return v
}

func (a *app) showReplay(v replayView) {
	if len(v.Orders) > 0 {
		t := a.newTable("order", "customer", "decided on", "then", "now would be", "reasons", "at risk", "in the base currency")
		for _, o := range v.Orders {
			reasons := o.NowReasons
			if len(reasons) == 0 {
				reasons = o.ThenReasons
			}
			t.AppendRow(tableRow{o.Order, o.Customer, o.DecidedOn.String(), o.Then, o.Now, wordsOf(reasons), grouped(&o.AtRisk, o.Currency), grouped(o.InBase, v.Base)})
		}
		t.Render()
		if v.Unlisted > 0 {
			fmt.Fprintf(a.out, "and %d more orders, which count below: --rows %d lists them\n", v.Unlisted, len(v.Orders)+v.Unlisted)
		}
		fmt.Fprintln(a.out)
	}
	if len(v.Held)+len(v.Released) > 0 {
		t := a.newTable("", "orders", "at risk", "in the base currency", "unpaid today", "overdue today")
		for _, total := range v.Held {
			t.AppendRow(total.row("released then, held now", v.Base))
		}
		for _, total := range v.Released {
			t.AppendRow(total.row("held then, released now", v.Base))
		}
		t.Render()
	}
	if len(v.Held) > 0 {
		fmt.Fprintf(a.out, "money at risk: %s in all, of orders that were released and would have been held\n", grouped(&v.Risk, v.Base))
	}
	fmt.Fprintf(a.out, "%s to %s: %d orders decided again, %d of them as before\n", v.From, v.To, v.Judged, v.Same)
	if v.ByPeople > 0 {
		fmt.Fprintf(a.out, "%d more were decided by people, which stands under any policy\n", v.ByPeople)
	}
	if v.Unknown > 0 {
		fmt.Fprintf(a.out, "of %d more not enough is known: they were decided before it was kept\n", v.Unknown)
	}
}

func (t replayTotal) row(what string, base document.Currency) tableRow {
	return tableRow{what, t.Orders, grouped(&t.AtRisk, t.Currency), grouped(t.InBase, base), grouped(&t.Unpaid, t.Currency), grouped(&t.Overdue, t.Currency)}
}

func wordsOf(reasons []document.HoldReason) string {
	words := make([]string, len(reasons))
	for i, reason := range reasons {
		words[i] = string(reason)
	}
	return strings.Join(words, ", ")
}

// grouped is an amount for people; nil is one that no rate puts into the currency.
func grouped(amount *string, in document.Currency) string {
	if amount == nil {
		return "no rate"
	}
	return string(in) + " " + document.Grouped(*amount)
}
