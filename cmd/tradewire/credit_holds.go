package main

import (
	"cmp"
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

// creditHolds reads the store and nothing else.
func (a *app) creditHolds() *cobra.Command {
	var account string
	cmd := &cobra.Command{
		Use:   "holds",
		Short: "List held orders: why, since when, what a release needs and who has signed, the longest held first",
		Long: "Lists held orders, the one that has been held longest first. READY_TO_RELEASE stands beside one that only a person holds: its account\n" +
			"has room for it, and it waits for a release.",
		Example: "  tradewire credit holds --config D/tradewire.yaml\n  tradewire credit holds --account K0012 --json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.looking(cmd.Context(), func(p *plant, s *store.Store) error {
				held, err := p.heldViews(cmd.Context(), s, account)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(map[string]any{"held": held})
				}
				a.showHeld(held, p.house.Zone)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&account, "account", "", "those of one credit account, or of one customer of the CRM")
	return cmd
}

// heldView is one held order.
type heldView struct {
	Order     string                `json:"order"`
	Revision  int64                 `json:"source_revision"`
	Customer  string                `json:"customer"`
	Account   string                `json:"account"`
	Group     string                `json:"group,omitempty"` // that holds it, alone or beside its account
	Amount    document.Money        `json:"amount"`
	Reasons   []document.HoldReason `json:"reasons"`
	Holds     []document.Hold       `json:"holds"`
	Since     *time.Time            `json:"since"` // nil: it was held before that was kept
	ReviewOn  *document.Date        `json:"review_on"`
	Needs     []string              `json:"release_needs"`
	Approvals []document.Approval   `json:"approvals"`
	Missing   []string              `json:"missing"`
	Ready     bool                  `json:"ready_to_release"` // only a person holds it
}

func (p *plant) heldViews(ctx context.Context, s *store.Store, account string) ([]heldView, error) {
	policy, err := p.creditPolicy()
	if err != nil {
		return nil, err
	}
	views := []heldView{}
	now := p.clock.Now()
	var forced []*document.SalesOrder
	err = s.Each(ctx, document.KindSalesOrder, func(d document.Document, _ int64) error {
		o := d.(*document.SalesOrder)
		if !o.Held() || o.Credit == nil || account != "" && account != o.Credit.Account && account != o.Customer && account != groupThatHolds(o) {
			return nil
		}
		v := viewOf(o)
		if o.Consent != nil && o.Consent.Forced != nil {
			forced = append(forced, o)
		}
		views = append(views, v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	today := document.DateOf(now.In(p.house.Zone))
	if policy, err = withRates(ctx, s, policy, today); err != nil {
		return nil, err
	}
	for _, o := range forced {
		account, err := accountOrNone(ctx, s, o.Credit.Account)
		if err != nil {
			return nil, err
		}
		if account == nil {
			continue
		}
		group, err := accountOrNone(ctx, s, account.Group)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(views, func(v heldView) bool { return v.Order == o.Number && v.Account == o.Credit.Account })
		views[i].Ready = policy.Ready(o, account, group, now, today)
	}
	slices.SortStableFunc(views, func(a, b heldView) int {
		switch {
		case a.Since == nil || b.Since == nil:
			return strings.Compare(a.Order, b.Order)
		case !a.Since.Equal(*b.Since):
			return a.Since.Compare(*b.Since)
		}
		return strings.Compare(a.Order, b.Order)
	})
	return views, nil
}

func viewOf(o *document.SalesOrder) heldView {
	v := heldView{Order: o.Number, Revision: o.SourceRevision, Customer: o.Customer, Account: o.Credit.Account, Group: groupThatHolds(o), Amount: o.Total, Holds: o.Holds,
		Reasons: credit.Decision{Holds: o.Holds}.Reasons(), Needs: append([]string{}, o.Credit.ReleaseNeeds...), Missing: append([]string{}, credit.Missing(o)...),
		Approvals: []document.Approval{}}
	if p := o.Party; p != nil && (p.Name != "" || p.LocalName != "") {
		v.Customer = cmp.Or(p.Name, p.LocalName)
	}
	if !o.HeldSince.IsZero() {
		v.Since = &o.HeldSince
	}
	if c := o.Consent; c != nil {
		v.Approvals = append(v.Approvals, c.Approvals...)
		if !c.ReviewOn.IsZero() {
			v.ReviewOn = &c.ReviewOn
		}
	}
	return v
}

func (a *app) showHeld(held []heldView, zone *time.Location) {
	if len(held) == 0 {
		fmt.Fprintln(a.out, "no order is held")
		return
	}
	t := a.newTable("order", "customer", "amount", "held for", "since", "review", "a release needs", "signed", "missing")
	for _, v := range held {
		reasons := []string{}
		for _, r := range v.Reasons {
			reasons = append(reasons, string(r))
		}
		if v.Group != "" {
			reasons = append(reasons, "group "+v.Group)
		}
		if v.Ready {
			reasons = append(reasons, "READY_TO_RELEASE")
		}
		since, review := "", ""
		if v.Since != nil {
			since = v.Since.In(zone).Format("2006-01-02 15:04")
		}
		if v.ReviewOn != nil {
			review = v.ReviewOn.String()
		}
		var signed []string
		for _, approval := range v.Approvals {
			one := fmt.Sprintf("%s until %s", approval.By, approval.Until)
			if approval.Override {
				one += " (override)"
			}
			signed = append(signed, one)
		}
		if len(v.Needs) == 0 { // a customer was stopped, or a rate is missing
			v.Needs = []string{"nobody releases it"}
		}
		t.AppendRow(tableRow{v.Order, v.Customer, v.Amount.String(), strings.Join(reasons, ", "), since, review,
			strings.Join(v.Needs, ", "), strings.Join(signed, ", "), strings.Join(v.Missing, ", ")})
	}
	t.Render()
}
