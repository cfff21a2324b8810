package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/store"
)

// creditOptions is what a person decides about the credit of an order.
type creditOptions struct {
	act                                      document.CreditAct
	order, by, reason, amount, until, review string
	revision                                 int64
	override                                 bool
}

func (a *app) creditRelease() *cobra.Command {
	o := &creditOptions{act: document.ActRelease}
	cmd := a.creditAct(o, &cobra.Command{
		Use:   "release ORDER --as USER --reason TEXT",
		Short: "Sign for the release of a held order; it goes when all whose signature the policy needs have signed",
		Long: "Signs for the release of a held order. What is over the limit needs the roles of sign_off.release_needs, each another person, none\n" +
			"of whom entered the order; other holds those of release in policies/credit.yaml. A release covers the order up to what it puts at risk\n" +
			"now, or up to --amount, until its last day: a revision that rises above that, or comes later, is judged again.",
		Example: "  tradewire credit release SO000017 --as wong --reason \"pays on Friday, letter of 3 March\"\n" +
			"  tradewire credit release SO000017 --as chan --reason \"agreed with wong\" --amount 520000.00 --until 2026-04-15 --review 2026-04-01",
	})
	cmd.Flags().StringVar(&o.amount, "amount", "", "the most that the order may put at risk, in the currency of its account; what it puts at risk now, when not given")
	cmd.Flags().StringVar(&o.until, "until", "", "the last day of the release, YYYY-MM-DD; as long as the policy lets it last, when not given")
	cmd.Flags().StringVar(&o.review, "review", "", "the day to look at it again, YYYY-MM-DD")
	cmd.Flags().BoolVar(&o.override, "override", false, "an emergency: segregation in policies/credit.yaml does not bind you. It takes two people, none of whom entered the order, and the manager is told")
	return cmd
}

func (a *app) creditReject() *cobra.Command {
	return a.creditAct(&creditOptions{act: document.ActReject}, &cobra.Command{
		Use:     "reject ORDER --as USER --reason TEXT",
		Short:   "End a held order: it is cancelled, and a later revision from the CRM is a new decision",
		Example: "  tradewire credit reject SO000017 --as wong --reason \"no more risk with this customer\"",
	})
}

func (a *app) creditHold() *cobra.Command {
	o := &creditOptions{act: document.ActHold}
	cmd := a.creditAct(o, &cobra.Command{
		Use:   "hold ORDER --as USER --reason TEXT",
		Short: "Hold an order until people release it, whatever room there is in its account",
		Long: "Holds an order, released or not, for FORCED. What is reserved for its part that has not left is given back, departments are told that\n" +
			"it is suspended, and only a release by the roles of release.forced in policies/credit.yaml takes the hold away.",
		Example: "  tradewire credit hold SO000017 --as lam --reason \"their bank has called\" --review 2026-04-01",
	})
	cmd.Flags().StringVar(&o.review, "review", "", "the day to look at it again, YYYY-MM-DD")
	return cmd
}

// creditAct is what the three verbs share.
func (a *app) creditAct(o *creditOptions, cmd *cobra.Command) *cobra.Command {
	cmd.Args = oneArg("order")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.order = args[0]
		return a.inWorld(cmd.Context(), func(p *plant) error { return a.decideCredit(cmd.Context(), p, *o) })
	}
	cmd.Flags().StringVar(&o.by, "as", "", "who you are: your name under people in policies/credit.yaml")
	cmd.Flags().StringVar(&o.reason, "reason", "", "why: it is kept with the order")
	cmd.Flags().Int64Var(&o.revision, "revision", 0, "the revision of the order that you have read; the one in force, when not given")
	return cmd
}

// check finds every fault of the command line at once.
func (o creditOptions) check(today document.Date) (until, review document.Date, amount *document.Decimal, err error) {
	var faults flagFaults
	faults.speaker(o.by, o.reason, "order")
	until, review = faults.day("until", o.until, today), faults.day("review", o.review, today)
	if o.amount != "" {
		d, err := document.ParseDecimal(strings.ReplaceAll(o.amount, ",", ""))
		if err != nil || d.Sign() <= 0 {
			faults.add("--amount: %q is no amount above zero: write 520000.00, in the currency of the account", o.amount)
		}
		amount = &d
	}
	return until, review, amount, faults.err()
}

// decideCredit takes a decision in as what a person said, and shows what came of it.
func (a *app) decideCredit(ctx context.Context, p *plant, o creditOptions) error {
	until, review, amount, err := o.check(document.DateOf(p.clock.Now().In(p.house.Zone)))
	if err != nil {
		return err
	}
	pipeline := p.deciding("orders", "credit")
	if pipeline == "" {
		return usage(errors.New("no pipeline has the steps orders and credit: nobody decides about credit here"))
	}
	return p.working(ctx, func(s *store.Store, decide decider) error {
		key, err := s.FindOrder(ctx, o.order)
		if err != nil {
			return err
		}
		order, err := orderOf(ctx, s, key)
		if err != nil {
			return err
		}
		said := &document.CreditRelease{Order: key, Act: o.act, SourceRevision: order.SourceRevision, By: strings.TrimSpace(o.by), Reason: o.reason,
			Until: until, ReviewOn: review, At: p.clock.Now(), Override: o.override}
		if o.revision != 0 {
			said.SourceRevision = o.revision
		}
		if amount != nil {
			said.Amount = &document.Money{Amount: *amount}
			if order.Credit != nil {
				said.Amount.Currency = order.Credit.Limit.Currency
			}
		}
		d, err := submitCredit(ctx, s, pipeline, said, decide)
		if err != nil {
			return err
		}
		return a.tellAnswer(d, d.Taken)
	})
}

// orderOf is an order as it stands.
func orderOf(ctx context.Context, s *store.Store, key string) (*document.SalesOrder, error) {
	d, _, err := s.Document(ctx, document.Ref{Kind: document.KindSalesOrder, Key: key})
	if err != nil {
		return nil, err
	}
	return d.(*document.SalesOrder), nil
}

// decidedCredit is a decision about credit, and what came of it.
type decidedCredit struct {
	Order   string              `json:"order"`
	Act     document.CreditAct  `json:"act"`
	By      string              `json:"by"`
	At      time.Time           `json:"at"`
	Taken   bool                `json:"taken"`
	Reason  string              `json:"reason,omitempty"` // why it was not taken
	State   document.OrderState `json:"state"`
	Missing []string            `json:"missing"` // roles whose signature it waits for
}

// submitCredit submits a decision through the same door as every other change, and waits until it is decided.
func submitCredit(ctx context.Context, s *store.Store, pipeline string, said *document.CreditRelease, decide decider) (decidedCredit, error) {
	v := decidedCredit{Act: said.Act, By: said.By, At: said.At, Missing: []string{}}
	c, err := store.Said(said, said.At)
	if err != nil {
		return v, err
	}
	what, reason, err := submit(ctx, s, pipeline, "trace", said, c, decide)
	if err != nil {
		return v, err
	}
	if v.Reason = reason; what == heardNow {
		if v.Reason, err = refusedBecause(ctx, s, said); err != nil {
			return v, err
		}
		v.Taken = v.Reason == ""
	}
	order, err := orderOf(ctx, s, said.Order)
	if err != nil {
		return v, err
	}
	v.Order, v.State = order.Number, order.State
	v.Missing = append(v.Missing, credit.Missing(order)...)
	return v, nil
}

// refusedBecause is why a decision that was heard was not taken; empty where it was.
func refusedBecause(ctx context.Context, s *store.Store, said *document.CreditRelease) (string, error) {
	d, _, err := s.Document(ctx, document.RefOf(said))
	if err != nil {
		return "", err
	}
	return d.(*document.CreditRelease).Refused, nil
}

// sentence says what came of a decision.
func (v decidedCredit) sentence() string {
	switch {
	case !v.Taken:
		return fmt.Sprintf("order %s stays as it is (%s): %s", v.Order, v.State, v.Reason)
	case v.Act == document.ActRelease && v.State == document.OrderHeld:
		return fmt.Sprintf("order %s: signed by %s; it stays held until %s signs, too", v.Order, v.By, strings.Join(v.Missing, " and "))
	case v.Act == document.ActRelease:
		return fmt.Sprintf("order %s is %s, signed by %s last; it is delivered as soon as `tradewire run` runs", v.Order, v.State, v.By)
	case v.Act == document.ActReject:
		return fmt.Sprintf("order %s is %s, rejected by %s", v.Order, v.State, v.By)
	}
	return fmt.Sprintf("order %s is held by %s; only a release takes that away, and needs %s", v.Order, v.By, strings.Join(v.Missing, " and "))
}
