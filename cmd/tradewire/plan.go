package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

func (a *app) plan() *cobra.Command {
	only, sql := "", false
	cmd := &cobra.Command{
		Use:   "plan [ORDER|PO-NUMBER]",
		Short: "Show what the next run would do, row by row, and do nothing; or the SQL of one order as it stands now",
		Long: `Without an order: sources are read, orders are checked against credit and every target is asked what it would write, all on a
copy of the store and with read transactions only. Per order it shows INSERT, UPDATE, UNCHANGED, CONFLICT or HOLD with old -> new
per column, then the papers and messages that would go out, and totals. The plan has a hash: run --plan HASH does that plan and
nothing else, or refuses because something has changed.

With an order: the statements that would write it as it stands now.`,
		Example: "  tradewire plan --config D/tradewire.yaml\n" +
			"  tradewire plan --sql                # with the statements\n" +
			"  tradewire run --until-idle --plan 3f9c0d21ab47e650\n" +
			"  tradewire plan CO26-00076 --target erp_order",
		Args: atMostOne("order"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.planRun(cmd.Context(), only, sql)
			}
			return a.planOrder(cmd.Context(), args[0], only)
		},
	}
	cmd.Flags().StringVar(&only, "target", "", "show this target only")
	cmd.Flags().BoolVar(&sql, "sql", false, "show the statements too")
	return cmd
}

// planOrder shows the statements that would write one order.
func (a *app) planOrder(ctx context.Context, name, only string) error {
	return a.looking(ctx, func(p *plant, s *store.Store) error {
		plans, err := p.plans(ctx, s, name, only)
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(plans)
		}
		for _, one := range plans {
			fmt.Fprintf(a.out, "-- %s, %s: %s\n", one.Target, one.System, one.Becomes)
			for _, step := range one.Steps {
				fmt.Fprintf(a.out, "%s;\n", step)
			}
		}
		return nil
	})
}

// orderPlan is what would become of an order in one target.
type orderPlan struct {
	Target  string   `json:"target"`
	System  string   `json:"system"`
	Becomes string   `json:"becomes"`
	Steps   []string `json:"steps"`
}

// plans asks every target that can say so what it would do.
func (p *plant) plans(ctx context.Context, s *store.Store, name, only string) ([]orderPlan, error) {
	key, err := s.FindOrder(ctx, name)
	if err != nil {
		return nil, err
	}
	d, revision, err := s.Document(ctx, document.Ref{Kind: document.KindSalesOrder, Key: key})
	if err != nil {
		return nil, err
	}
	plans := []orderPlan{}
	var able []string
	for _, t := range p.house.Targets {
		planner, ok := t.Writes.(connectors.Planner)
		if !ok || t.Takes != document.KindSalesOrder || t.Mapping == nil {
			continue
		}
		able = append(able, t.Name)
		if only != "" && only != t.Name {
			continue
		}
		one, err := planOf(ctx, t, planner.Draft(nil), d, revision)
		if err != nil {
			return nil, err
		}
		one.System = p.targetOf(t.Name).Connection.Value
		plans = append(plans, one)
	}
	if len(plans) == 0 && only != "" && !slices.Contains(able, only) {
		return nil, usage(fmt.Errorf("no target %q writes orders to a database: there is %s", only, strings.Join(able, ", ")))
	}
	return plans, nil
}

func planOf(ctx context.Context, t pipelines.Target, draft connectors.Draft, d document.Document, revision int64) (orderPlan, error) {
	one := orderPlan{Target: t.Name, Steps: []string{}}
	if t.When != nil {
		switch due, err := t.When.Holds(d); {
		case err != nil:
			one.Becomes = "a dead letter: " + err.Error()
			return one, nil
		case !due:
			one.Becomes = "not sent: its when: does not hold"
			return one, nil
		}
	}
	record, err := t.Mapping.Encode(d)
	if err != nil {
		one.Becomes = "a dead letter: " + err.Error()
		return one, nil
	}
	previews, err := draft.Plan(ctx, []connectors.Entry{{Target: t.Name, Kind: string(d.Kind()), Key: d.Key(), Revision: revision, Op: connectors.Put, Record: record}})
	if err != nil {
		return one, err
	}
	preview := previews[0]
	one.Steps = append(one.Steps, preview.Steps...)
	switch {
	case preview.Err != nil:
		one.Becomes = "refused: " + preview.Err.Error()
	default:
		one.Becomes = strings.TrimSpace(string(preview.State) + " " + preview.Reference)
	}
	return one, nil
}
