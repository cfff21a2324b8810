package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/store"
)

// replayOptions are what is asked of a replay.
type replayOptions struct {
	from, to, policy, lang string
	most                   int
}

// creditReplay reads the store and nothing else.
func (a *app) creditReplay() *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use:   "replay --from DATE --policy FILE",
		Short: "Show which past orders another policy would have held or released, and the money at risk",
		Long: "Decides the orders of a time again under another policy, and shows which it would have held or released. Of each order the first credit\n" +
			"decision of that time counts, by the day in the company's time zone: the account, the order and its customer are taken as they were\n" +
			"then. Each order is judged by itself: what an order that is held would have left free for those behind it is not counted. The sign-off\n" +
			"and rates that were missing then follow the other policy.\n\n" +
			"Orders that people released, held or rejected are counted and not judged: what people said stands under any policy. So are orders that were\n" +
			"decided by a version of Tradewire that did not keep enough of it: nothing is guessed.\n\n" +
			"Money at risk is what the orders put at risk when they were decided; beside it stands what of them is unpaid and overdue today, as\n" +
			"far as the ERP's receivables name the shipment that they bill. Nothing is written, and nobody is told.",
		Example: "  tradewire credit replay --from 2026-01-01 --policy stricter.yaml --config D/tradewire.yaml\n" +
			"  tradewire credit replay --from 2026-01-01 --to 2026-03-31 --policy stricter.yaml --json",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runReplay(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.from, "from", "", "the first day, such as 2026-01-01")
	cmd.Flags().StringVar(&o.to, "to", "", "the last day; today when not given")
	cmd.Flags().StringVar(&o.policy, "policy", "", "the other credit policy")
	cmd.Flags().StringVar(&o.lang, "lang", "en", "the language of the explanations that --json gives: en or zh")
	cmd.Flags().IntVar(&o.most, "rows", 1000, "so many orders are listed; all are counted")
	return cmd
}

func (a *app) runReplay(ctx context.Context, o replayOptions) error {
	if o.from == "" || o.policy == "" {
		return usage(errors.New("name the first day and the other policy: --from 2026-01-01 --policy FILE"))
	}
	if o.lang != "en" && o.lang != "zh" {
		return usage(fmt.Errorf("--lang is %q: write en or zh", o.lang))
	}
	from, err := document.ParseDate(o.from)
	if err != nil {
		return usage(fmt.Errorf("--from: %w", err))
	}
	policy, err := readCreditPolicy(o.policy)
	if err != nil {
		return err
	}
	return a.looking(ctx, func(p *plant, s *store.Store) error {
		to := document.DateOf(p.clock.Now().In(p.house.Zone))
		if o.to != "" {
			if to, err = document.ParseDate(o.to); err != nil {
				return usage(fmt.Errorf("--to: %w", err))
			}
		}
		if to.Before(from) {
			return usage(fmt.Errorf("%s comes before %s: write an earlier --from or a later --to", to, from))
		}
		r := &replay{policy: policy, zone: p.house.Zone, from: from, to: to, today: document.DateOf(p.clock.Now().In(p.house.Zone)), most: o.most, chinese: o.lang == "zh",
			risen: map[document.Currency]*replaySum{}, fallen: map[document.Currency]*replaySum{}}
		bar := a.reading()
		if err := r.read(ctx, s, func() { _ = bar.Add(1) }); err != nil {
			return err
		}
		if err := bar.Finish(); err != nil {
			return err
		}
		if a.json {
			return a.printJSON(r.view())
		}
		a.showReplay(r.view())
		return nil
	})
}

// reading shows on a terminal how many orders were read.
func (a *app) reading() *progressbar.ProgressBar {
	if !a.onTerminal() || a.json {
		return progressbar.DefaultSilent(-1)
	}
	return progressbar.NewOptions64(-1, progressbar.OptionSetWriter(a.err), progressbar.OptionSetDescription("orders are decided again"),
		progressbar.OptionShowCount(), progressbar.OptionSetWidth(40), progressbar.OptionClearOnFinish())
}

// replay is what another policy comes to.
type replay struct {
	policy   credit.Policy
	zone     *time.Location
	from, to document.Date
	today    document.Date
	most     int  // orders that are listed
	chinese  bool // explanations

	judged, same, byPeople, unknown int
	listed                          []replayOrder
	unlisted                        int
	risen, fallen                   map[document.Currency]*replaySum // released then and held now; held then and released now
}

// replaySum adds up orders in the currency of their accounts.
type replaySum struct {
	orders                int
	risk, unpaid, overdue document.Money
}

// read decides every order again that was decided in the time.
func (r *replay) read(ctx context.Context, s *store.Store, read func()) error {
	begins := time.Date(r.from.Year, r.from.Month, r.from.Day, 0, 0, 0, 0, r.zone)
	return s.EachPast(ctx, document.KindSalesOrder, begins, func(_ string, revisions []store.RevisionRow) error {
		read()
		var past credit.Decisions
		for _, revision := range revisions {
			o := revision.Document.(*document.SalesOrder)
			made, is := past.Is(o, revision.DecidedAt)
			if day := document.DateOf(made.In(r.zone)); is && !day.Before(r.from) && !day.After(r.to) {
				return r.decide(ctx, s, o, revisions[len(revisions)-1].Document.(*document.SalesOrder))
			}
		}
		return nil
	})
}

// decide decides an order again, as it was; now is the same order as it stands.
func (r *replay) decide(ctx context.Context, s *store.Store, o, now *document.SalesOrder) error {
	again, what := r.policy.Again(o, r.zone)
	switch what {
	case credit.ReplayByPeople:
		r.byPeople++
		return nil
	case credit.ReplayUnknown:
		r.unknown++
		return nil
	}
	r.judged++
	sums := r.fallen
	switch {
	case again.Newly():
		sums = r.risen
	case !again.Freed():
		r.same++
		return nil
	}
	unpaid, overdue, err := r.unpaid(ctx, s, now, o.Credit.Account, again.Risk)
	if err != nil {
		return err
	}
	sum := sums[again.Risk.Currency]
	if sum == nil {
		nothing := again.Risk.Zero()
		sum = &replaySum{risk: nothing, unpaid: nothing, overdue: nothing}
		sums[again.Risk.Currency] = sum
	}
	sum.orders++
	sum.risk, sum.unpaid, sum.overdue = sum.risk.Add(again.Risk), sum.unpaid.Add(unpaid), sum.overdue.Add(overdue)
	if len(r.listed) == r.most {
		r.unlisted++
		return nil
	}
	r.listed = append(r.listed, r.viewOf(o, again, unpaid, overdue))
	return nil
}

// unpaid is what of an order is not paid today, and what of that is overdue: by the receivables that bill its shipments.
func (r *replay) unpaid(ctx context.Context, s *store.Store, o *document.SalesOrder, account string, like document.Money) (unpaid, overdue document.Money, err error) {
	unpaid, overdue = like.Zero(), like.Zero()
	if len(o.Shipments) == 0 {
		return unpaid, overdue, nil
	}
	d, _, err := s.Document(ctx, document.Ref{Kind: document.KindReceivables, Key: account})
	if errors.Is(err, store.ErrNoDocument) {
		return unpaid, overdue, nil
	}
	if err != nil {
		return unpaid, overdue, err
	}
	unpaid, overdue = r.policy.Unpaid(o, d.(*document.Receivables), like.Currency, r.today)
	return unpaid, overdue, nil
}

// totals are sums in the order of their currencies.
func (r *replay) totals(sums map[document.Currency]*replaySum) []replayTotal {
	totals := []replayTotal{}
	for _, currency := range slices.Sorted(maps.Keys(sums)) {
		sum := sums[currency]
		totals = append(totals, replayTotal{Currency: currency, Orders: sum.orders, AtRisk: fixedAmount(sum.risk), InBase: fixedOrNil(r.policy.InBase(sum.risk)),
			Unpaid: fixedAmount(sum.unpaid), Overdue: fixedAmount(sum.overdue)})
	}
	return totals
}

func fixedOrNil(m *document.Money) *string {
	if m == nil {
		return nil
	}
	text := fixedAmount(*m)
	return &text
}
