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
	"tradewire/pipelines/store"
)

func (a *app) inbox() *cobra.Command {
	language := ""
	cmd := &cobra.Command{
		Use:   "inbox DEPARTMENT",
		Short: "What waits for a department: since when, why, what to do; class A and the oldest first",
		Long: "Planning, purchasing and shipping find what they were sent and have not answered; finance the orders that credit holds;\n" +
			"sales the objections of departments and the orders that were refused. What is answered leaves it.",
		Example: "  tradewire inbox planning --config D/tradewire.yaml\n  tradewire inbox purchasing --language zh\n  tradewire inbox finance --json",
		Args:    oneArg("department"),
		RunE: func(cmd *cobra.Command, args []string) error {
			words, err := wordsIn(language)
			if err != nil {
				return err
			}
			return a.looking(cmd.Context(), func(p *plant, s *store.Store) error {
				waiting, err := p.waitsFor(cmd.Context(), s, args[0], words)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(waiting)
				}
				a.showInbox(p, args[0], waiting, words)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&language, "language", "", "en or zh; that of the terminal when not given")
	return cmd
}

// waiting is one thing that waits for a department.
type waiting struct {
	Order      string    `json:"order"`
	Account    string    `json:"account,omitempty"` // where it is about an account and no order
	Revision   int64     `json:"revision"`
	Department string    `json:"department"`
	Since      time.Time `json:"since"`
	Why        string    `json:"why"`
	What       string    `json:"what"` // to do
	Customer   string    `json:"customer"`
	Class      string    `json:"class"`
}

// Departments that wait for something else than what they were sent.
const (
	finance = "finance"
	sales   = "sales"
)

func (p *plant) waitsFor(ctx context.Context, s *store.Store, department string, words inboxWords) (all []waiting, err error) {
	all = []waiting{}
	known := append(p.departments(), finance, sales)
	for _, name := range p.acknowledging() {
		if !slices.Contains(known, name) {
			known = append(known, name)
		}
	}
	if !slices.Contains(known, department) {
		return nil, usage(fmt.Errorf("there is no department %q: write one of %s", department, strings.Join(known, ", ")))
	}
	found, err := sentTo(ctx, s, department, words)
	all = append(all, found...)
	if err == nil {
		found, err = toAcknowledge(ctx, s, department, words)
		all = append(all, found...)
	}
	if err == nil && department == finance {
		found, err = heldOrders(ctx, s, words)
		all = append(all, found...)
	}
	if err == nil && department == sales {
		found, err = refusedOrders(ctx, s, words)
		all = append(all, found...)
	}
	slices.SortStableFunc(all, func(a, b waiting) int {
		if byClass := rank(a.Class) - rank(b.Class); byClass != 0 {
			return byClass
		}
		return a.Since.Compare(b.Since)
	})
	return all, err
}

// rank puts class A before all others.
func rank(class string) int {
	if class == "A" {
		return 0
	}
	return 1
}

// sentTo is what a department was sent and has not answered; to sales, what the others object to.
func sentTo(ctx context.Context, s *store.Store, department string, words inboxWords) (all []waiting, err error) {
	err = s.Each(ctx, document.KindDistribution, func(doc document.Document, _ int64) error {
		d := doc.(*document.Distribution)
		for _, duty := range d.Duties {
			w := waiting{Order: d.Named.Number, Revision: duty.Revision, Department: department, Since: duty.Sent, Class: d.Named.Class,
				Customer: words.name(d.Named.Customer, d.Named.LocalCustomer)}
			switch {
			case duty.Status == document.DutySent && duty.Department == department:
				w.Why, w.What = words.asked(&duty), words.answer(d, &duty)
			case duty.Status == document.DutyObjected && department == sales:
				w.Since, w.Why, w.What = duty.Answered, words.objection(&duty), words.say("negotiate", words.spoken().Department(duty.Department))
			default:
				continue
			}
			all = append(all, w)
		}
		return nil
	})
	return all, err
}

// heldOrders wait for finance.
func heldOrders(ctx context.Context, s *store.Store, words inboxWords) (all []waiting, err error) {
	var held []*document.SalesOrder
	err = s.Each(ctx, document.KindSalesOrder, func(d document.Document, _ int64) error {
		if o := d.(*document.SalesOrder); o.Held() {
			held = append(held, o)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, o := range held {
		since, err := heldSince(ctx, s, o)
		if err != nil {
			return nil, err
		}
		w := waiting{Order: o.Number, Revision: o.SourceRevision, Department: finance, Since: since, Why: words.holds(o.Holds), What: strings.TrimSpace(words.spoken().Remedies(o.Holds) + " " + words.spoken().Then(o.Holds))}
		if o.Party != nil {
			w.Class, w.Customer = o.Party.Class, words.name(o.Party.Name, o.Party.LocalName)
		}
		all = append(all, w)
	}
	return all, nil
}

// heldSince is when the order was held first without having been released in between.
func heldSince(ctx context.Context, s *store.Store, o *document.SalesOrder) (since time.Time, err error) {
	revisions, err := s.Revisions(ctx, document.RefOf(o))
	for i := len(revisions) - 1; i >= 0 && revisions[i].Document.(*document.SalesOrder).Held(); i-- {
		since = revisions[i].DecidedAt
	}
	return since, err
}

// refusedOrders wait for sales: they came from the CRM with a fault. Of one that was taken in before, more is known than its
// key.
func refusedOrders(ctx context.Context, s *store.Store, words inboxWords) (all []waiting, err error) {
	letters, err := s.Letters(ctx)
	for _, l := range letters {
		if l.Kind != string(document.KindSalesOrder) || l.Stage == "delivery" {
			continue
		}
		w := waiting{Order: l.Key, Department: sales, Since: l.At, Why: l.Reason, What: words.say("correct", l.ID)}
		d, _, err := s.Document(ctx, document.Ref{Kind: document.KindSalesOrder, Key: l.Key})
		if o, known := d.(*document.SalesOrder); err == nil && known {
			w.Order, w.Revision = o.Number, o.SourceRevision
			if o.Party != nil {
				w.Class, w.Customer = o.Party.Class, words.name(o.Party.Name, o.Party.LocalName)
			}
		}
		all = append(all, w)
	}
	return all, err
}

func (a *app) showInbox(p *plant, department string, all []waiting, words inboxWords) {
	if len(all) == 0 {
		fmt.Fprintln(a.out, words.say("empty", words.spoken().Department(department)))
		return
	}
	t := a.newTable(words.say("order"), words.say("revision"), words.say("class"), words.say("customer"), words.say("since"), words.say("why"), words.say("what"))
	for _, w := range all {
		t.AppendRow([]any{cmp.Or(w.Order, w.Account), w.Revision, w.Class, wrap(w.Customer, 24), w.Since.In(p.house.Zone).Format("2006-01-02 15:04"), wrap(w.Why, 40), wrap(w.What, 44)})
	}
	t.Render()
	fmt.Fprintln(a.out, words.say("count", len(all)))
}
