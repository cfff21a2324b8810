package main

import (
	"context"
	"fmt"
	"strings"
	"time"

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
				a.showAccounts(accounts, p.house.Zone)
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
	Deposits    []depositView     `json:"deposits"` // what of the unapplied receipts came for one order
	Limit       *string           `json:"limit"`
	Available   *string           `json:"available"`
	Utilisation *string           `json:"utilisation_percent"`
	Status      credit.Status     `json:"status"`
	AsOf        string            `json:"ar_as_of,omitempty"`
	OldestDue   string            `json:"oldest_due,omitempty"`
	Held        []string          `json:"held"`     // orders; of a group those that it holds
	Approved    []string          `json:"limit_by"` // who approved its limits; empty: the ERP alone says them
	Group       *groupView        `json:"group,omitempty"`
	Members     []memberView      `json:"members,omitempty"` // of a group

	Level       document.CreditLevel `json:"level"`                  // that people were told of last; it stays until the exposure has fallen well below
	Read        string               `json:"ar_read_at,omitempty"`   // when the receivables were last read, changed or not
	Age         *int64               `json:"ar_age_minutes"`         // since then; nil: they were never read
	LimitTo     string               `json:"limit_to,omitempty"`     // the last day of the limit
	TemporaryTo string               `json:"temporary_to,omitempty"` // of the temporary one
	LookAt      string               `json:"look_at,omitempty"`      // when the calendar next changes something about it

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
	read, err := s.ReadAt(ctx, p.house.Readers(document.KindReceivables))
	if err != nil {
		return nil, err
	}
	approved, err := approvedLimits(ctx, s)
	if err != nil {
		return nil, err
	}
	views = []accountView{}
	now := p.clock.Now()
	today := document.DateOf(now.In(p.house.Zone))
	err = s.Each(ctx, document.KindCreditAccount, func(d document.Document, _ int64) error {
		account := d.(*document.CreditAccount)
		if only != "" && account.ID != only {
			return nil
		}
		v := accountViewOf(policy, account, today, held[account.ID])
		v.overTime(account, read, now)
		v.Approved = append(v.Approved, approvedWords(approved[account.ID], account)...)
		if v.Group, err = groupViewOf(ctx, s, policy, account, today); err == nil {
			views = append(views, v)
		}
		return err
	})
	return views, err
}

func accountViewOf(policy credit.Policy, a *document.CreditAccount, today document.Date, held []string) accountView {
	stands := policy.Stands(a, today)
	v := accountView{Account: a.ID, Name: a.Name, Currency: a.Currency, Exposure: fixedAmount(stands.Exposure), Parts: a.Exposure, Deposits: depositViews(a),
		Status: stands.Status, OldestDue: a.OldestDue.String(), Held: held, Approved: []string{}, exposure: stands.Exposure, standing: stands}
	v.Members = memberViews(a)
	if a.OnlyNamed() {
		v.Name = "not told of yet: it is only named as a group"
	}
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
			if group := groupThatHolds(o); group != "" {
				held[group] = append(held[group], o.Number)
			}
		}
		return nil
	})
	return held, err
}

func (a *app) showAccounts(accounts []accountView, zone *time.Location) {
	t := a.newTable("account", "name", "exposure", "limit", "available", "used", "status", "on hold", "limit until", "receivables read")
	for _, v := range accounts {
		limit, left, used := "not checked", "", ""
		if v.standing.Checked {
			limit, left = v.standing.Limit.String(), v.standing.Available().String()
		}
		if v.Currency == "" {
			limit, left = "not known", ""
		}
		if v.Utilisation != nil {
			used = *v.Utilisation + " %"
		}
		t.AppendRow(tableRow{v.Account, v.Name, v.exposure.String(), limit, left, used, v.Status, strings.Join(v.Held, ", "), v.until(), v.age()})
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
	a.showDeposits(accounts[0])
	a.showGroup(accounts[0])
	accounts[0].showTimes(a.out, zone)
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
