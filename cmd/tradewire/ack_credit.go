package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tradewire/mapping/document"
	"tradewire/mapping/render"
	"tradewire/pipelines/store"
)

// orderOrAccount takes one order, or none where an account is named.
func (o *answerOptions) orderOrAccount(cmd *cobra.Command, args []string) error {
	switch {
	case o.account == "":
		return oneArg("order")(cmd, args)
	case len(args) > 0:
		return usage(errors.New("name an order or --account, not both"))
	}
	return nil
}

// acknowledging are the departments that must acknowledge what credit says.
func (p *plant) acknowledging() []string { return p.policy().Acknowledging() }

// aboutCredit says whether an answer is one to what credit said, and no answer for the order itself.
func (o answerOptions) aboutCredit(p *plant) bool {
	return o.account != "" || slices.Contains(p.acknowledging(), o.department) && !slices.Contains(p.departments(), o.department)
}

// checkCredit finds every fault of the command line at once.
func (o answerOptions) checkCredit(p *plant) error {
	var faults []error
	if strings.TrimSpace(o.by) == "" {
		faults = append(faults, errors.New("--as is missing: somebody must stand for the answer"))
	}
	if known := p.acknowledging(); len(known) == 0 {
		faults = append(faults, fmt.Errorf("--department %q must acknowledge nothing that credit says: no department has escalate in policies/distribution.yaml", o.department))
	} else if !slices.Contains(known, o.department) {
		faults = append(faults, fmt.Errorf("--department %q must acknowledge nothing that credit says: write one of %s (escalate in policies/distribution.yaml)", o.department, strings.Join(known, ", ")))
	}
	if o.objects || o.reason != "" || o.propose != "" || o.shipment != "" || o.revision != 0 {
		faults = append(faults, errors.New("what credit says is acknowledged, no more: leave out --object, --reason, --propose, --shipment and --revision; tradewire credit release, reject or hold decide"))
	}
	if len(faults) > 0 {
		return usage(errors.Join(faults...))
	}
	return nil
}

// acknowledge takes in that a department has seen what credit says, and shows what came of it.
func (a *app) acknowledge(ctx context.Context, p *plant, o answerOptions) error {
	if err := o.checkCredit(p); err != nil {
		return err
	}
	return p.working(ctx, func(s *store.Store, decide decider) (err error) {
		said := &document.Acknowledgement{Department: o.department, By: o.by, At: p.clock.Now()}
		if o.account != "" {
			said.Account, err = accountNamed(ctx, s, o.account)
		} else {
			said.Order, err = s.FindOrder(ctx, o.order)
		}
		if err != nil {
			return err
		}
		g, err := p.say(ctx, s, said, decide)
		if err != nil {
			return err
		}
		g.Number, g.Account = o.order, said.Account
		return a.tellAnswer(seen{g}, g.Taken)
	})
}

// seen is an answer to what credit said.
type seen struct{ given }

func (g seen) sentence() string {
	what := "order " + g.Number
	if g.Account != "" {
		what = "account " + g.Account
	}
	switch {
	case !g.Taken:
		return fmt.Sprintf("%s: the answer of %s does not stand: %s", what, g.Department, g.given.Reason)
	case g.given.Reason != "":
		return fmt.Sprintf("%s: %s", what, g.given.Reason)
	}
	return fmt.Sprintf("%s: acknowledged by %s (%s)", what, g.Department, g.By)
}

// toAcknowledge is what credit has told a department about accounts that nobody has acknowledged. Held orders wait for finance
// anyway.
func toAcknowledge(ctx context.Context, s *store.Store, department string, words inboxWords) (all []waiting, err error) {
	err = s.Each(ctx, document.KindEscalation, func(d document.Document, _ int64) error {
		e := d.(*document.Escalation)
		if !e.Waits() || e.Department != department || department == finance && e.Order != "" {
			return nil
		}
		n := &e.Notice
		w := waiting{Order: n.Order, Account: e.Account, Department: department, Since: e.Sent, Class: n.Class, Customer: words.name(n.Customer, n.LocalCustomer),
			Why: words.spoken().About(n.Type), What: words.say("seen", render.CreditAckCommand(n.Order, e.Account, department))}
		if e.Told {
			w.Why = words.say("escalated", w.Why)
		}
		all = append(all, w)
		return nil
	})
	return all, err
}
