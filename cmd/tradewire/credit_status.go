package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/store"
)

// creditStatus reads the store and nothing else.
func (a *app) creditStatus() *cobra.Command {
	return &cobra.Command{
		Use:   "status [CUSTOMER]",
		Short: "Show each credit account: exposure by component, limit, what is left, status, orders on hold; or those of one customer",
		Example: "  tradewire credit status --config D/tradewire.yaml\n" +
			"  tradewire credit status K0012 --config D/tradewire.yaml    # a customer of the CRM, or an account",
		Args: atMostOne("customer"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.looking(cmd.Context(), func(p *plant, s *store.Store) error {
				accounts, err := p.accountViews(cmd.Context(), s, args)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(map[string]any{"accounts": accounts})
				}
				a.showAccounts(accounts)
				return nil
			})
		},
	}
}

// accountView is one account as it stands, in the words of `credit simulate`.
type accountView struct {
	Account     string            `json:"account"`
	Name        string            `json:"name"`
	Currency    document.Currency `json:"currency"`
	Exposure    string            `json:"exposure"`
	Parts       document.Exposure `json:"parts"`
	Limit       *string           `json:"limit"`
	Available   *string           `json:"available"`
	Utilisation *string           `json:"utilisation_percent"`
	Status      credit.Status     `json:"status"`
	AsOf        string            `json:"ar_as_of,omitempty"`
	OldestDue   string            `json:"oldest_due,omitempty"`
	Held        []string          `json:"held"`     // orders
	Approved    []string          `json:"limit_by"` // who approved its limits; empty: the ERP alone says them

	exposure document.Money
	standing credit.Standing
}

func (p *plant) accountViews(ctx context.Context, s *store.Store, named []string) (views []accountView, err error) {
	policy, err := p.creditPolicy()
	if err != nil {
		return nil, err
	}
	only := ""
	if len(named) == 1 {
		if only, err = accountNamed(ctx, s, named[0]); err != nil {
			return nil, err
		}
	}
	held, err := heldByAccount(ctx, s)
	if err != nil {
		return nil, err
	}
	approved, err := approvedLimits(ctx, s)
	if err != nil {
		return nil, err
	}
	views = []accountView{}
	today := document.DateOf(p.clock.Now().In(p.house.Zone))
	err = s.Each(ctx, document.KindCreditAccount, func(d document.Document, _ int64) error {
		if account := d.(*document.CreditAccount); only == "" || account.ID == only {
			view := accountViewOf(policy, account, today, held[account.ID])
			view.Approved = append(view.Approved, approvedWords(approved[account.ID], account)...)
			views = append(views, view)
		}
		return nil
	})
	return views, err
}

func accountViewOf(policy credit.Policy, a *document.CreditAccount, today document.Date, held []string) accountView {
	stands := policy.Stands(a, today)
	v := accountView{Account: a.ID, Name: a.Name, Currency: a.Currency, Exposure: fixedAmount(stands.Exposure), Parts: a.Exposure,
		Status: stands.Status, OldestDue: a.OldestDue.String(), Held: held, Approved: []string{}, exposure: stands.Exposure, standing: stands}
	if v.Held == nil {
		v.Held = []string{}
	}
	if !a.AsOf.IsZero() {
		v.AsOf = a.AsOf.UTC().Format("2006-01-02T15:04:05Z")
	}
	if stands.Checked {
		limit, available := fixedAmount(stands.Limit), fixedAmount(stands.Available())
		v.Limit, v.Available = &limit, &available
	}
	if percent, known := stands.Utilisation(); known {
		text := percent.Fixed(2)
		v.Utilisation = &text
	}
	return v
}

func fixedAmount(m document.Money) string { return m.Amount.Fixed(m.Currency.Places()) }

// accountNamed is the credit account that people call by its own number or by a customer's.
func accountNamed(ctx context.Context, s *store.Store, name string) (string, error) {
	if d, _, err := s.Document(ctx, document.Ref{Kind: document.KindParty, Key: name}); err == nil {
		if party := d.(*document.Party); party.Account != "" {
			return party.Account, nil
		}
	}
	if _, _, err := s.Document(ctx, document.Ref{Kind: document.KindCreditAccount, Key: name}); err != nil {
		return "", fmt.Errorf("no customer and no credit account is called %s: %w", name, store.ErrNoDocument)
	}
	return name, nil
}

// heldByAccount are the numbers of held orders by the account that was asked.
func heldByAccount(ctx context.Context, s *store.Store) (map[string][]string, error) {
	held := map[string][]string{}
	err := s.Each(ctx, document.KindSalesOrder, func(d document.Document, _ int64) error {
		if o := d.(*document.SalesOrder); o.Held() && o.Credit != nil {
			held[o.Credit.Account] = append(held[o.Credit.Account], o.Number)
		}
		return nil
	})
	return held, err
}

func (a *app) showAccounts(accounts []accountView) {
	t := a.newTable("account", "name", "exposure", "limit", "available", "used", "status", "on hold")
	for _, v := range accounts {
		limit, left, used := "not checked", "", ""
		if v.standing.Checked {
			limit, left = v.standing.Limit.String(), v.standing.Available().String()
		}
		if v.Utilisation != nil {
			used = *v.Utilisation + " %"
		}
		t.AppendRow(tableRow{v.Account, v.Name, v.exposure.String(), limit, left, used, v.Status, strings.Join(v.Held, ", ")})
	}
	t.Render()
	if len(accounts) != 1 {
		return
	}
	e := accounts[0].Parts
	for _, part := range []struct {
		what   string
		amount document.Money
	}{{"open orders", e.OpenOrders}, {"shipped, not invoiced", e.ShippedNotInvoiced}, {"invoiced, not in the receivables", e.InvoicedNotPosted},
		{"receivables", e.Receivables}, {"special liabilities", e.Special}, {"less unapplied receipts", e.Unapplied}} {
		fmt.Fprintf(a.out, "  %-34s %s\n", part.what, part.amount)
	}
	for _, line := range accounts[0].Approved {
		fmt.Fprintln(a.out, "  "+line)
	}
}

// creditPolicy is the policy of the configuration.
func (p *plant) creditPolicy() (credit.Policy, error) {
	var all policies
	if faults := all.read(p.cfg); len(faults) > 0 {
		return credit.Policy{}, faults
	}
	return all.credit, nil
}
