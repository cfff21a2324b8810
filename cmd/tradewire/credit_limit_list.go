package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/store"
)

// limitList reads the store and nothing else.
func (a *app) limitList() *cobra.Command {
	return &cobra.Command{
		Use:   "list [CUSTOMER]",
		Short: "List proposed credit limits, those that are open first: how far each has come, who said what, who is missing",
		Example: "  tradewire credit limit list --config D/tradewire.yaml\n" +
			"  tradewire credit limit list K0012 --json",
		Args: atMostOne("customer"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.looking(cmd.Context(), func(p *plant, s *store.Store) error {
				found, err := proposals(cmd.Context(), s, args)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(map[string]any{"proposals": found})
				}
				a.showLimits(found, p.house.Zone)
				return nil
			})
		},
	}
}

// proposals are those of all accounts or of one, the open ones first, then the newest.
func proposals(ctx context.Context, s *store.Store, named []string) (found []*document.LimitProposal, err error) {
	only, found := "", []*document.LimitProposal{}
	if len(named) == 1 {
		if only, err = accountNamed(ctx, s, named[0]); err != nil {
			return nil, err
		}
	}
	err = s.Each(ctx, document.KindLimitProposal, func(d document.Document, _ int64) error {
		if p := d.(*document.LimitProposal); only == "" || p.Account == only {
			found = append(found, p)
		}
		return nil
	})
	slices.SortStableFunc(found, func(a, b *document.LimitProposal) int {
		switch {
		case a.Open() != b.Open() && a.Open():
			return -1
		case a.Open() != b.Open():
			return 1
		}
		return b.Steps[0].At.Compare(a.Steps[0].At)
	})
	return found, err
}

func (a *app) showLimits(found []*document.LimitProposal, zone *time.Location) {
	if len(found) == 0 {
		fmt.Fprintln(a.out, "no limit was proposed")
		return
	}
	t := a.newTable("proposal", "name", "limit", "before", "state", "open until", "missing", "who")
	for _, p := range found {
		before, open := "none", ""
		if p.Before != nil {
			before = p.Before.String()
		}
		if p.Open() {
			open = p.LastDay.String()
		}
		var who []string
		for _, s := range p.Steps {
			who = append(who, fmt.Sprintf("%s by %s on %s: %s", past[s.Act], s.By, document.DateOf(s.At.In(zone)), s.Reason))
		}
		t.AppendRow(tableRow{p.Key(), p.Customer, p.Amount.String() + limitDays(p), before, p.State, open, strings.Join(p.Missing, ", "), strings.Join(who, "\n")})
	}
	t.Render()
}

// approvedLimits are what people have approved, by account.
func approvedLimits(ctx context.Context, s *store.Store) (map[string]*document.CreditLimit, error) {
	approved := map[string]*document.CreditLimit{}
	err := s.Each(ctx, document.KindCreditLimit, func(d document.Document, _ int64) error {
		approved[d.Key()] = d.(*document.CreditLimit)
		return nil
	})
	return approved, err
}

// approvedWords say by whom the limits of an account were approved, and which of them the ERP does not say yet.
func approvedWords(l *document.CreditLimit, a *document.CreditAccount) (lines []string) {
	if l == nil {
		return nil
	}
	add := func(what string, g *document.Granted, limit *document.Money, until document.Date) {
		if g == nil {
			return
		}
		line := fmt.Sprintf("%s of %s by proposal %d: proposed by %s, approved by %s on %s", what, g.Amount, g.Proposal, g.ProposedBy, g.ApprovedBy, g.ApprovedOn)
		if !g.Until.IsZero() {
			line += ", until " + g.Until.String()
		}
		if credit.Waits(g, limit, until) {
			line += "; the ERP says otherwise, or does not say so yet"
		}
		lines = append(lines, line)
	}
	add("limit", l.Limit, a.Limit, a.LimitTo)
	add("temporary limit", l.Temporary, a.TemporaryLimit, a.TemporaryTo)
	return lines
}
