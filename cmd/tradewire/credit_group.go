package main

import (
	"context"
	"errors"
	"fmt"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/store"
)

// groupView is what an account shares with others.
type groupView struct {
	Group     string  `json:"group"`
	Limit     *string `json:"limit"`     // nil: the group is not checked, or not known
	Available *string `json:"available"` // to all its accounts together
	Currency  string  `json:"currency"`

	known    bool
	standing credit.Standing
}

// memberView is what an account brings into its group, in its own currency.
type memberView struct {
	Account  string            `json:"account"`
	Exposure string            `json:"exposure"`
	Currency document.Currency `json:"currency"`

	amount document.Money
}

// groupViewOf is the group of an account; nil when it has none.
func groupViewOf(ctx context.Context, s *store.Store, policy credit.Policy, a *document.CreditAccount, today document.Date) (*groupView, error) {
	if a.Group == "" {
		return nil, nil
	}
	v := &groupView{Group: a.Group}
	group, err := accountOrNone(ctx, s, a.Group)
	if err != nil || group == nil || group.OnlyNamed() {
		return v, err
	}
	v.known, v.standing, v.Currency = true, policy.Stands(group, today), string(group.Currency)
	if v.standing.Checked {
		limit, available := fixedAmount(v.standing.Limit), fixedAmount(v.standing.Available())
		v.Limit, v.Available = &limit, &available
	}
	return v, nil
}

// accountOrNone is a credit account; nil when there is none.
func accountOrNone(ctx context.Context, s *store.Store, key string) (*document.CreditAccount, error) {
	if key == "" {
		return nil, nil
	}
	d, _, err := s.Document(ctx, document.Ref{Kind: document.KindCreditAccount, Key: key})
	if errors.Is(err, store.ErrNoDocument) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return d.(*document.CreditAccount), nil
}

func memberViews(a *document.CreditAccount) []memberView {
	views := []memberView{}
	for _, m := range a.Members {
		views = append(views, memberView{Account: m.Account, Exposure: fixedAmount(m.Exposure), Currency: m.Exposure.Currency, amount: m.Exposure})
	}
	return views
}

// showGroup tells of one account what it shares, and with whom.
func (a *app) showGroup(v accountView) {
	for _, m := range v.Members {
		fmt.Fprintf(a.out, "  %-34s %s\n", "member "+m.Account, m.amount)
	}
	switch g := v.Group; {
	case g == nil:
	case !g.known:
		fmt.Fprintf(a.out, "  %-34s %s\n", "group "+g.Group, "not told of yet: orders of its accounts wait for it")
	case !g.standing.Checked:
		fmt.Fprintf(a.out, "  %-34s %s\n", "group "+g.Group, "not checked")
	default:
		fmt.Fprintf(a.out, "  %-34s %s of %s available to all its accounts\n", "group "+g.Group, g.standing.Available(), g.standing.Limit)
	}
}

// groupThatHolds is the group that holds an order; empty when none does.
func groupThatHolds(o *document.SalesOrder) string {
	if o.Credit == nil || o.Credit.Group == nil || !o.Credit.Group.Holds {
		return ""
	}
	return o.Credit.Group.Group
}
