package main

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

func (a *app) trace() *cobra.Command {
	return &cobra.Command{
		Use:     "trace ORDER|PO-NUMBER",
		Short:   "Tell one order's life in time order, by its key, its number, the customer's purchase order or the ERP's number",
		Example: "  tradewire trace SO000017 --config D/tradewire.yaml",
		Args:    oneArg("order"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.looking(cmd.Context(), func(p *plant, s *store.Store) error {
				story, err := tell(cmd.Context(), s, args[0])
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(story)
				}
				fmt.Fprintf(a.out, "order %s, times in %s\n", story.Order, p.house.Zone)
				for _, e := range story.Events {
					fmt.Fprintf(a.out, "%s  %-10s %s\n", e.At.In(p.house.Zone).Format("2006-01-02 15:04:05"), e.What, e.Text)
				}
				return nil
			})
		},
	}
}

type story struct {
	Order  string  `json:"order"`
	Events []event `json:"events"`
}

type event struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	Text string    `json:"text"`
}

// tell gathers one order's life.
func tell(ctx context.Context, s *store.Store, name string) (*story, error) {
	key, err := s.FindOrder(ctx, name)
	if err != nil {
		return nil, err
	}
	t := &story{Order: key, Events: []event{}}
	ref := document.Ref{Kind: document.KindSalesOrder, Key: key}
	if err := t.taken(ctx, s, ref); err != nil {
		return nil, err
	}
	if err := t.decided(ctx, s, ref); err != nil {
		return nil, err
	}
	if err := t.delivered(ctx, s, ref); err != nil {
		return nil, err
	}
	if err := t.shipped(ctx, s, ref); err != nil {
		return nil, err
	}
	if err := t.papers(ctx, s, key); err != nil {
		return nil, err
	}
	if err := t.answered(ctx, s, key); err != nil {
		return nil, err
	}
	if err := t.releases(ctx, s, key); err != nil {
		return nil, err
	}
	sort.SliceStable(t.Events, func(i, j int) bool { return t.Events[i].At.Before(t.Events[j].At) })
	return t, nil
}

func (t *story) add(at time.Time, what, format string, args ...any) {
	t.Events = append(t.Events, event{at, what, fmt.Sprintf(format, args...)})
}

func (t *story) taken(ctx context.Context, s *store.Store, ref document.Ref) error {
	changes, err := s.ChangesOf(ctx, ref.Kind, ref.Key)
	for _, c := range changes {
		at, _ := time.Parse(time.RFC3339Nano, c.TakenAt)
		why := ""
		if c.Reason != "" {
			why = " (" + c.Reason + ")"
		}
		t.add(at, "taken in", "the source's revision %s, through %s; it now counts as %s%s", c.Version, c.Source, c.Bucket, why)
	}
	return err
}

// decided tells what each decision changed, and the arithmetic of the credit check where it was made anew.
func (t *story) decided(ctx context.Context, s *store.Store, ref document.Ref) error {
	revisions, err := s.Revisions(ctx, ref)
	var before *document.SalesOrder
	for _, r := range revisions {
		o := r.Document.(*document.SalesOrder)
		t.add(r.DecidedAt, "decided", "%s", strings.Join(decision(before, o), "; "))
		before = o
	}
	return err
}

func decision(before, o *document.SalesOrder) []string {
	if before == nil {
		before = &document.SalesOrder{}
	}
	var said []string
	if o.SourceRevision != before.SourceRevision {
		said = append(said, fmt.Sprintf("the source's revision %d is in force", o.SourceRevision))
	}
	if o.State != before.State || o.Total.Amount.Cmp(before.Total.Amount) != 0 {
		said = append(said, fmt.Sprintf("%s, %s", o.State, o.Total))
	}
	if c := o.Credit; c != nil && (before.Credit == nil || !c.Demand.Amount.Equal(before.Credit.Demand.Amount) || o.State != before.State && (o.Held() || before.Held() && o.State == document.OrderReleased)) {
		said = append(said, fmt.Sprintf("credit account %s: exposure %s + this order %s against a limit of %s", c.Account, c.Before.Total(), c.Demand, c.Limit))
	}
	for _, h := range o.Holds {
		said = append(said, fmt.Sprintf("held for %s: %s", h.Reason, h.Detail))
	}
	said = append(said, consented(before.Consent, o.Consent)...)
	for _, target := range sortedKeys(o.Refs) {
		if before.Refs[target] != o.Refs[target] {
			said = append(said, fmt.Sprintf("%s numbers it %s", target, o.Refs[target]))
		}
	}
	if o.Confirmation != before.Confirmation {
		said = append(said, "confirmed to the customer as "+o.Confirmation)
	}
	if c := o.Cancelling; c != nil && before.Cancelling == nil {
		said = append(said, fmt.Sprintf("the source's revision %d asks to cancel it; it is in production and waits for a department", c.Revision))
	} else if c != nil && c.By != before.Cancelling.By {
		said = append(said, "the cancellation was agreed to by "+c.By)
	}
	for _, l := range o.Lines {
		if was, ok := before.Line(l.No); ok && (!was.Made.Value.Equal(l.Made.Value) || !was.Started.Value.Equal(l.Started.Value)) {
			said = append(said, fmt.Sprintf("line %d: %s in production or made, %s made", l.No, l.Started, l.Made))
		}
	}
	for _, part := range o.Shipments[min(len(before.Shipments), len(o.Shipments)):] {
		said = append(said, fmt.Sprintf("shipment %s of %s left with %s", part.Shipment, part.On, part.Carrier))
	}
	if len(said) == 0 {
		said = append(said, "details of its shipments changed")
	}
	return said
}

// consented tells what people decided anew about an order's credit.
func consented(before, now *document.Consent) (said []string) {
	if now == nil {
		return nil
	}
	if before == nil {
		before = &document.Consent{}
	}
	for _, a := range now.Approvals {
		if !slices.ContainsFunc(before.Approvals, func(b document.Approval) bool { return b.By == a.By && b.At.Equal(a.At) }) {
			said = append(said, fmt.Sprintf("its release is signed by %s (%s), up to %s, until %s", a.By, strings.Join(a.Roles, ", "), a.Amount, a.Until))
		}
	}
	if now.Stands && !before.Stands {
		said = append(said, "all have signed who must")
	}
	if r := now.Rejected; r != nil && before.Rejected == nil {
		said = append(said, fmt.Sprintf("rejected by %s: %s", r.By, r.Reason))
	}
	return said
}

func (t *story) delivered(ctx context.Context, s *store.Store, ref document.Ref) error {
	deliveries, err := s.DeliveriesOf(ctx, ref)
	for _, d := range deliveries {
		at, _ := time.Parse(time.RFC3339Nano, d.MovedAt)
		parts := []string{fmt.Sprintf("decision %d to %s: %s", d.Revision, d.Target, d.State)}
		if d.Reference != "" {
			parts = append(parts, "number there "+d.Reference)
		}
		if d.Reason != "" {
			parts = append(parts, d.Reason)
		}
		t.add(at, "delivery", "%s", strings.Join(parts, ", "))
	}
	return err
}
