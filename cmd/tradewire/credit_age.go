package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/store"
)

func (a *app) creditAge() *cobra.Command {
	return &cobra.Command{
		Use:     "age CUSTOMER",
		Short:   "Show what one customer has not paid, by days overdue, as the receivables were last read",
		Example: "  tradewire credit age K0012 --config D/tradewire.yaml",
		Args:    oneArg("customer"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.looking(cmd.Context(), func(p *plant, s *store.Store) error {
				view, err := p.ageView(cmd.Context(), s, args[0])
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(view)
				}
				a.showAge(view)
				return nil
			})
		},
	}
}

// ageView is what is not paid, with its sums by age.
type ageView struct {
	Account  string            `json:"account"`
	Currency document.Currency `json:"currency"`
	AsOf     string            `json:"ar_as_of,omitempty"`
	Day      string            `json:"as_of"`
	Oldest   int               `json:"oldest_days_overdue"`
	Buckets  map[string]string `json:"buckets"`
	Items    []agedItem        `json:"items"`
	Others   []otherItem       `json:"others"` // what is no debt: drafts, guarantees, and money that has come
}

type agedItem struct {
	Number   string `json:"number"`
	Due      string `json:"due"`
	Open     string `json:"open"`
	Late     int    `json:"days_overdue"`
	Bucket   string `json:"bucket"`
	Disputed bool   `json:"disputed"`
}

func (p *plant) ageView(ctx context.Context, s *store.Store, name string) (v ageView, err error) {
	policy, err := p.creditPolicy()
	if err != nil {
		return v, err
	}
	key, err := accountNamed(ctx, s, name)
	if err != nil {
		return v, err
	}
	d, _, err := s.Document(ctx, document.Ref{Kind: document.KindReceivables, Key: key})
	if err != nil {
		return v, fmt.Errorf("the receivables of account %s: %w", key, err)
	}
	set := d.(*document.Receivables)
	if account, _, err := s.Document(ctx, document.Ref{Kind: document.KindCreditAccount, Key: key}); err == nil {
		v.Currency = account.(*document.CreditAccount).Currency
	}
	today := document.DateOf(p.clock.Now().In(p.house.Zone))
	v.Account, v.Day, v.Buckets, v.Items, v.Others = key, today.String(), map[string]string{}, []agedItem{}, []otherItem{}
	if !set.AsOf.IsZero() {
		v.AsOf = set.AsOf.UTC().Format("2006-01-02T15:04:05Z")
	}
	var items []credit.ItemFacts
	for _, item := range set.Items {
		if !item.Receivable() {
			v.Others = append(v.Others, otherItem{item.Number, item.Sort, item.Order, item.Due.String(), fixedAmount(item.Open)})
			continue
		}
		items = append(items, credit.ItemFacts{Due: item.Due, Amount: item.Open, Disputed: item.Disputed})
		late := today.Sub(item.Due)
		v.Items = append(v.Items, agedItem{item.Number, item.Due.String(), fixedAmount(item.Open), max(0, late), string(credit.BucketOf(late)), item.Disputed})
	}
	aged := credit.Age(items, today, policy.GraceDays, v.Currency)
	v.Oldest = aged.Oldest
	for _, bucket := range credit.Buckets() {
		v.Buckets[string(bucket)] = fixedAmount(aged.Sums[bucket])
	}
	return v, nil
}

func (a *app) showAge(v ageView) {
	header, sums := []any{"account", "day"}, tableRow{v.Account, v.Day}
	for _, bucket := range credit.Buckets() {
		header, sums = append(header, string(bucket)), append(sums, string(v.Currency)+" "+document.Grouped(v.Buckets[string(bucket)]))
	}
	t := a.newTable(header...)
	t.AppendRow(sums)
	t.Render()
	t = a.newTable("item", "due", "open", "days overdue", "bucket", "")
	for _, item := range v.Items {
		note := ""
		if item.Disputed {
			note = "disputed"
		}
		t.AppendRow(tableRow{item.Number, item.Due, string(v.Currency) + " " + document.Grouped(item.Open), item.Late, item.Bucket, note})
	}
	t.Render()
	a.showOthers(v)
}
