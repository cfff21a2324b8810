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
	"tradewire/pipelines/store"
)

// answerOptions is what a person says for a department.
type answerOptions struct {
	order, account, department, by, shipment, reason, propose string
	revision                                                  int64
	objects                                                   bool
}

func (a *app) ack() *cobra.Command {
	var o answerOptions
	cmd := &cobra.Command{
		Use:   "ack ORDER --department D --as USER",
		Short: "Acknowledge an order for a department, or object to it with a reason; or what credit says",
		Long: "Answers for a department what it was sent of an order: a new order, a change, a cancellation, a shipment to book or deliver.\n" +
			"An objection moves no date: it goes to the CRM as a change request, and the order stays as it is until the CRM changes it.\n" +
			"A department that must acknowledge what credit says of an order, or of an account, does so here before others are told.",
		Example: "  tradewire ack CO-000017 --department planning --as \"Li Wei\"\n" +
			"  tradewire ack CO-000017 --department purchasing --as chen --object --reason \"copper strip late\" --propose 2026-04-20\n" +
			"  tradewire ack --account K0012 --department finance --as lin",
		Args: o.orderOrAccount,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.order = args[0]
			}
			return a.inWorld(cmd.Context(), func(p *plant) error {
				if o.aboutCredit(p) {
					return a.acknowledge(cmd.Context(), p, o)
				}
				return a.answer(cmd.Context(), p, o)
			})
		},
	}
	cmd.Flags().StringVar(&o.department, "department", "", "for whom you answer: planning, purchasing, shipping ...")
	cmd.Flags().StringVar(&o.account, "account", "", "instead of an order: what credit says of this customer or credit account")
	cmd.Flags().StringVar(&o.by, "as", "", "who you are: your name stands beside the answer")
	cmd.Flags().BoolVar(&o.objects, "object", false, "it cannot be done as it was asked; needs --reason")
	cmd.Flags().StringVar(&o.reason, "reason", "", "with --object: why")
	cmd.Flags().StringVar(&o.propose, "propose", "", "with --object: the day that could be kept, YYYY-MM-DD")
	cmd.Flags().StringVar(&o.shipment, "shipment", "", "answer for this shipment of the order alone")
	cmd.Flags().Int64Var(&o.revision, "revision", 0, "the revision that you have read (of a shipment, counted from 1); the one that was sent last, when not given")
	return cmd
}

// check finds every fault of the command line at once.
func (o answerOptions) check(p *plant) (proposed document.Date, err error) {
	var faults []error
	if strings.TrimSpace(o.by) == "" {
		faults = append(faults, errors.New("--as is missing: somebody must stand for the answer"))
	}
	if known := p.departments(); o.department == "" {
		faults = append(faults, fmt.Errorf("--department is missing: write one of %s", strings.Join(known, ", ")))
	} else if !slices.Contains(known, o.department) {
		faults = append(faults, fmt.Errorf("--department %q does not answer for orders: write one of %s (policies/distribution.yaml)", o.department, strings.Join(known, ", ")))
	}
	if o.objects && strings.TrimSpace(o.reason) == "" {
		faults = append(faults, errors.New("--object needs a --reason: it is what the customer will be told"))
	}
	if !o.objects && (o.reason != "" || o.propose != "") {
		faults = append(faults, errors.New("--reason and --propose belong to an objection: add --object"))
	}
	if o.propose != "" {
		proposed, err = document.ParseDate(o.propose)
		if today := document.DateOf(p.clock.Now().In(p.house.Zone)); err == nil && proposed.Before(today) {
			err = fmt.Errorf("%s lies in the past: name a day that can be kept", proposed)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("--propose: %w", err))
		}
	}
	if len(faults) > 0 {
		return proposed, usage(errors.Join(faults...))
	}
	return proposed, nil
}

// answer takes an answer in as what a person said, and shows what came of it.
func (a *app) answer(ctx context.Context, p *plant, o answerOptions) error {
	proposed, err := o.check(p)
	if err != nil {
		return err
	}
	return p.working(ctx, func(s *store.Store, decide decider) error {
		key, err := s.FindOrder(ctx, o.order)
		if err != nil {
			return err
		}
		duty, err := o.duty(ctx, s, key)
		if err != nil {
			return err
		}
		if o.revision != 0 && o.revision != duty.Revision {
			return fmt.Errorf("order %s: %s was sent revision %d, and you answer for revision %d: read the one that was sent (tradewire trace %s)",
				o.order, o.department, duty.Revision, o.revision, o.order)
		}
		said := &document.Acknowledgement{Order: key, Shipment: duty.Shipment, Department: o.department, Revision: duty.Revision,
			By: o.by, Objects: o.objects, Reason: o.reason, Proposed: proposed, At: p.clock.Now()}
		answer, err := p.say(ctx, s, said, decide)
		if err != nil {
			return err
		}
		answer.Number = o.order
		return a.tellAnswer(answer, answer.Taken)
	})
}

// duty is what the department is asked for this order: the one thing that waits, or, when nothing does, what it answered
// last. Where several wait, one must be named: an answer counts for what was read.
func (o answerOptions) duty(ctx context.Context, s *store.Store, order string) (*document.Duty, error) {
	d, _, err := s.Document(ctx, document.Ref{Kind: document.KindDistribution, Key: order})
	if errors.Is(err, store.ErrNoDocument) {
		return nil, fmt.Errorf("order %s was not sent to any department yet: see `tradewire trace %s`", o.order, o.order)
	}
	if err != nil {
		return nil, err
	}
	var waiting []document.Duty
	var last *document.Duty
	var shipments []string
	for _, duty := range d.(*document.Distribution).Duties {
		if duty.Department == o.department && duty.Shipment != "" {
			shipments = append(shipments, duty.Shipment)
		}
		switch {
		case duty.Department != o.department || o.shipment != "" && duty.Shipment != o.shipment:
		case duty.Status == document.DutySent:
			waiting = append(waiting, duty)
		case last == nil || duty.Answered.After(last.Answered):
			last = &duty
		}
	}
	switch {
	case len(waiting) == 1:
		return &waiting[0], nil
	case len(waiting) > 1:
		return nil, o.several(waiting)
	case last != nil:
		return last, nil
	case o.shipment != "" && len(shipments) > 0:
		return nil, fmt.Errorf("order %s: %s was sent no shipment %s of it: it was sent %s", o.order, o.department, o.shipment, strings.Join(shipments, ", "))
	}
	return nil, fmt.Errorf("order %s: %s was sent nothing that it must answer for: see `tradewire trace %s`", o.order, o.department, o.order)
}

// several names what waits, when it is more than one thing.
func (o answerOptions) several(waiting []document.Duty) error {
	var shipments []string
	for _, duty := range waiting {
		if duty.Shipment != "" {
			shipments = append(shipments, duty.Shipment)
		}
	}
	return usage(fmt.Errorf("order %s: %d things wait for %s: name one with --shipment %s", o.order, len(waiting), o.department, strings.Join(shipments, " or --shipment ")))
}

// given is an answer and what came of it.
type given struct {
	Number     string    `json:"order"`
	Account    string    `json:"account,omitempty"` // of what credit says, where no order is named
	Shipment   string    `json:"shipment,omitempty"`
	Department string    `json:"department"`
	Revision   int64     `json:"revision"`
	Status     string    `json:"status"` // ACKED, OBJECTED; or SENT, when the answer was not taken
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	Taken      bool      `json:"taken"`
	Reason     string    `json:"reason,omitempty"` // why it was not taken, or changed nothing
}

// say submits an answer through the same door as every other change, and waits until it is decided.
func (p *plant) say(ctx context.Context, s *store.Store, said *document.Acknowledgement, decide decider) (given, error) {
	g := given{Shipment: said.Shipment, Department: said.Department, Revision: said.Revision, By: said.By, At: said.At, Status: string(document.DutySent)}
	c, err := store.Said(said, said.At)
	if err != nil {
		return g, err
	}
	what, reason, err := submit(ctx, s, p.answering(), "trace", said, c, decide)
	if err != nil {
		return g, err
	}
	g.Reason = reason
	if what == heardNow || what == heardBefore {
		g.Taken, g.Status = true, verdict(said)
	}
	return g, nil
}

// verdict is how a department stands once its answer is taken.
func verdict(said *document.Acknowledgement) string {
	if said.Objects {
		return string(document.DutyObjected)
	}
	return string(document.DutyAcked)
}

// tellAnswer tells what came of what a person said; what was not taken ends with exit code 1.
func (a *app) tellAnswer(said interface{ sentence() string }, taken bool) error {
	if a.json {
		if err := a.printJSON(said); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(a.out, said.sentence())
	}
	if !taken {
		return errSaid
	}
	return nil
}

// sentence says what came of an answer.
func (g given) sentence() string {
	what := fmt.Sprintf("order %s revision %d", g.Number, g.Revision)
	if g.Shipment != "" {
		what = fmt.Sprintf("shipment %s of order %s", g.Shipment, g.Number)
	}
	switch {
	case !g.Taken:
		return fmt.Sprintf("%s: the answer of %s does not stand: %s", what, g.Department, g.Reason)
	case g.Reason != "":
		return fmt.Sprintf("%s: %s", what, g.Reason)
	case g.Status == string(document.DutyObjected):
		return fmt.Sprintf("%s: %s objects (%s). No date has moved; a change request goes to the CRM as soon as `tradewire run` runs.", what, g.Department, g.By)
	}
	return fmt.Sprintf("%s: acknowledged by %s (%s)", what, g.Department, g.By)
}
