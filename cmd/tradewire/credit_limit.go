package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/store"
)

func (a *app) creditLimit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "limit",
		Short: "Propose a credit limit, agree to it, approve it, reject it; list what was proposed",
		Long: "A credit limit is proposed, agreed to and approved by the roles of limits in policies/credit.yaml, each another person. An approved one\n" +
			"goes to the ERP's customer, or counts here at once, as limits.kept says. What is not approved in time lapses by itself.",
		Example: "  tradewire credit limit propose K0012 --amount \"HKD 650,000.00\" --as mei --reason \"their season begins\"\n" +
			"  tradewire credit limit agree K0012 --as lam --reason \"three years without a late payment\"\n" +
			"  tradewire credit limit approve K0012/3 --as chan --reason \"agreed\"\n" +
			"  tradewire credit limit list K0012",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.limitPropose(), a.limitAgree(), a.limitApprove(), a.limitReject(), a.limitList())
	return cmd
}

// limitOptions is what a person says about a credit limit.
type limitOptions struct {
	act                                 document.LimitAct
	of, by, reason, amount, from, until string
	temporary                           bool
}

func (a *app) limitPropose() *cobra.Command {
	o := &limitOptions{act: document.ActPropose}
	cmd := a.limitAct(o, "customer", &cobra.Command{
		Use:   "propose CUSTOMER --amount AMOUNT --as USER --reason TEXT",
		Short: "Propose a credit limit for a customer; one that is still open makes way for it",
		Long: "Proposes a credit limit. It counts when all whom limits in policies/credit.yaml names have agreed and approved, each another person, and\n" +
			"lapses when that takes longer than limits.valid_days. 0 proposes that there be no credit.",
		Example: "  tradewire credit limit propose K0012 --amount \"HKD 650,000.00\" --as mei --reason \"their season begins\"\n" +
			"  tradewire credit limit propose K0012 --amount \"HKD 900,000.00\" --temporary --from 2026-04-01 --until 2026-06-30 --as mei --reason \"their season begins\"",
	})
	cmd.Flags().StringVar(&o.amount, "amount", "", "the limit, in the currency of the account: \"HKD 650,000.00\"")
	cmd.Flags().BoolVar(&o.temporary, "temporary", false, "it stands in place of the limit, from --from to --until")
	cmd.Flags().StringVar(&o.from, "from", "", "the first day of a temporary limit, YYYY-MM-DD; the day on which it is approved, when not given")
	cmd.Flags().StringVar(&o.until, "until", "", "its last day, YYYY-MM-DD; it has no end, when not given")
	return cmd
}

func (a *app) limitAgree() *cobra.Command {
	return a.limitAct(&limitOptions{act: document.ActAgree}, "proposal or customer", &cobra.Command{
		Use:     "agree PROPOSAL|CUSTOMER --as USER --reason TEXT",
		Short:   "Agree to a proposed credit limit",
		Example: "  tradewire credit limit agree K0012 --as lam --reason \"three years without a late payment\"\n  tradewire credit limit agree K0012/3 --as wong --reason \"seen\"",
	})
}

func (a *app) limitApprove() *cobra.Command {
	return a.limitAct(&limitOptions{act: document.ActApprove}, "proposal or customer", &cobra.Command{
		Use:     "approve PROPOSAL|CUSTOMER --as USER --reason TEXT",
		Short:   "Approve a credit limit to which all have agreed",
		Example: "  tradewire credit limit approve K0012/3 --as chan --reason \"agreed\"",
	})
}

func (a *app) limitReject() *cobra.Command {
	return a.limitAct(&limitOptions{act: document.ActRejectLimit}, "proposal or customer", &cobra.Command{
		Use:     "reject PROPOSAL|CUSTOMER --as USER --reason TEXT",
		Short:   "Reject a proposed credit limit, or take back one's own",
		Example: "  tradewire credit limit reject K0012 --as chan --reason \"not before they have paid\"",
	})
}

// limitAct is what the four verbs share.
func (a *app) limitAct(o *limitOptions, what string, cmd *cobra.Command) *cobra.Command {
	cmd.Args = oneArg(what)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.of = args[0]
		return a.inWorld(cmd.Context(), func(p *plant) error { return a.decideLimit(cmd.Context(), p, *o) })
	}
	cmd.Flags().StringVar(&o.by, "as", "", "who you are: your name under people in policies/credit.yaml")
	cmd.Flags().StringVar(&o.reason, "reason", "", "why: it is kept with the proposal")
	return cmd
}

// check finds every fault of the command line at once. An amount without a currency is in that of the account.
func (o limitOptions) check(today document.Date) (said document.LimitStatement, err error) {
	var faults flagFaults
	said = document.LimitStatement{Act: o.act, By: strings.TrimSpace(o.by), Reason: o.reason, Temporary: o.temporary}
	faults.speaker(said.By, o.reason, "proposal")
	said.From, said.Until = faults.day("from", o.from, today), faults.day("until", o.until, today)
	if o.act == document.ActPropose {
		if said.Amount, err = amountOf(o.amount); err != nil {
			faults.add("%w", err)
		}
		if !said.From.IsZero() && !o.temporary {
			faults.add("--from is for a temporary limit: write --temporary, too, or leave it out")
		}
		if o.temporary && o.until == "" {
			faults.add("--temporary needs --until: its last day")
		}
	}
	return said, faults.err()
}

func amountOf(text string) (*document.Money, error) {
	var amount credit.Amount
	if err := amount.UnmarshalText([]byte(text)); err == nil {
		return &amount.Money, nil
	}
	d, err := document.ParseDecimal(strings.ReplaceAll(text, ",", ""))
	if err != nil || d.Sign() < 0 {
		return nil, fmt.Errorf("--amount: %q is no amount: write \"HKD 650,000.00\"", text)
	}
	return &document.Money{Amount: d}, nil
}

// decideLimit takes in what a person says about a limit, and shows what came of it.
func (a *app) decideLimit(ctx context.Context, p *plant, o limitOptions) error {
	said, err := o.check(document.DateOf(p.clock.Now().In(p.house.Zone)))
	if err != nil {
		return err
	}
	pipeline := p.deciding("credit")
	if pipeline == "" {
		return usage(errors.New("no pipeline has the step credit: nobody decides about credit here"))
	}
	return p.working(ctx, func(s *store.Store, decide decider) error {
		if said.Account, said.Number, err = proposalNamed(ctx, s, o.of); err != nil {
			return err
		}
		d, _, err := s.Document(ctx, document.Ref{Kind: document.KindCreditAccount, Key: said.Account})
		if err != nil {
			return err
		}
		account := d.(*document.CreditAccount)
		switch {
		case o.act == document.ActPropose:
			said.Number = 0
		case said.Number == 0:
			said.Number = account.Proposals // the last one: what is open
		}
		if said.Amount != nil && said.Amount.Currency == "" {
			said.Amount.Currency = account.Currency
		}
		said.At = p.clock.Now()
		v, err := submitLimit(ctx, s, pipeline, &said, decide)
		if err != nil {
			return err
		}
		v.ByHand = v.approved() && p.entersLimits()
		return a.tellAnswer(v, v.Taken)
	})
}

// proposalNamed is the account that people call by its own number, a customer's or that of a proposal; the number of the proposal is
// 0 where they named none.
func proposalNamed(ctx context.Context, s *store.Store, name string) (account string, number int, err error) {
	d, _, err := s.Document(ctx, document.Ref{Kind: document.KindLimitProposal, Key: name})
	if err == nil {
		return d.(*document.LimitProposal).Account, d.(*document.LimitProposal).Number, nil
	}
	if !errors.Is(err, store.ErrNoDocument) {
		return "", 0, err
	}
	account, err = accountNamed(ctx, s, name)
	return account, 0, err
}

// decidedLimit is what was said about a limit, and what came of it.
type decidedLimit struct {
	Account  string                  `json:"account"`
	Act      document.LimitAct       `json:"act"`
	By       string                  `json:"by"`
	At       time.Time               `json:"at"`
	Taken    bool                    `json:"taken"`
	Reason   string                  `json:"reason,omitempty"` // why it was not taken
	Proposal *document.LimitProposal `json:"proposal"`         // nil: there is none
	ByHand   bool                    `json:"by_hand"`          // it is approved, and people enter it in the ERP
}

// submitLimit submits what a person says through the same door as every other change, and waits until it is decided.
func submitLimit(ctx context.Context, s *store.Store, pipeline string, said *document.LimitStatement, decide decider) (v decidedLimit, err error) {
	v = decidedLimit{Account: said.Account, Act: said.Act, By: said.By, At: said.At}
	c, err := store.Said(said, said.At)
	if err != nil {
		return v, err
	}
	what, reason, err := submit(ctx, s, pipeline, "credit limit list", said, c, decide)
	if v.Reason = reason; err != nil || what != heardNow {
		return v, err
	}
	d, _, err := s.Document(ctx, document.RefOf(said))
	if err != nil {
		return v, err
	}
	kept := d.(*document.LimitStatement)
	v.Reason, v.Taken = kept.Refused, kept.Refused == ""
	p, _, err := s.Document(ctx, document.Ref{Kind: document.KindLimitProposal, Key: document.ProposalKey(kept.Account, kept.Number)})
	if errors.Is(err, store.ErrNoDocument) {
		return v, nil
	}
	if err == nil {
		v.Proposal = p.(*document.LimitProposal)
	}
	return v, err
}

func (v decidedLimit) approved() bool {
	return v.Taken && v.Proposal != nil && v.Proposal.State == document.ProposalApproved
}

// entersLimits says whether an approved limit must be entered in the ERP by people: it is kept there, and nothing writes it.
func (p *plant) entersLimits() bool {
	policy, err := p.creditPolicy()
	return err == nil && policy.Limits != nil && policy.Limits.Kept == "erp" &&
		!slices.ContainsFunc(p.house.Targets, func(t pipelines.Target) bool { return t.Takes == document.KindCreditLimit })
}

// sentence says what came of it.
func (v decidedLimit) sentence() string {
	p := v.Proposal
	switch {
	case !v.Taken:
		return fmt.Sprintf("the limit of %s stays as it is: %s", v.Account, v.Reason)
	case p == nil:
		return fmt.Sprintf("the limit of %s: taken", v.Account)
	case p.Open():
		return fmt.Sprintf("proposal %s, %s%s: %s by %s; it waits for %s, until %s", p.Key(), p.Amount, limitDays(p), past[v.Act], v.By, strings.Join(p.Missing, " and "), p.LastDay)
	case v.ByHand:
		return fmt.Sprintf("proposal %s, %s%s: approved by %s; enter it in the ERP: no target takes a credit_limit, and it counts when the ERP says so", p.Key(), p.Amount, limitDays(p), v.By)
	case p.State == document.ProposalApproved:
		return fmt.Sprintf("proposal %s, %s%s: approved by %s; see `tradewire credit status %s`", p.Key(), p.Amount, limitDays(p), v.By, p.Account)
	}
	return fmt.Sprintf("proposal %s, %s%s is %s", p.Key(), p.Amount, limitDays(p), p.State)
}

var past = map[document.LimitAct]string{document.ActPropose: "proposed", document.ActAgree: "agreed to", document.ActApprove: "approved", document.ActRejectLimit: "rejected"}

// limitDays are the days of a limit, where it has some.
func limitDays(p *document.LimitProposal) (text string) {
	if p.Temporary {
		text = " for a time"
	}
	if !p.From.IsZero() {
		text += " from " + p.From.String()
	}
	if !p.Until.IsZero() {
		text += " until " + p.Until.String()
	}
	return text
}
