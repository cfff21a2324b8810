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
	only := ""
	cmd := &cobra.Command{
		Use:   "plan ORDER|PO-NUMBER",
		Short: "Show the SQL that would write an order as it stands now, and write nothing",
		Example: "  tradewire plan CO26-00076 --config D/tradewire.yaml\n" +
			"  tradewire plan CO26-00076 --target erp_order",
		Args: oneArg("order"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.looking(cmd.Context(), func(p *plant, s *store.Store) error {
				plans, err := p.plans(cmd.Context(), s, args[0], only)
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
		},
	}
	cmd.Flags().StringVar(&only, "target", "", "this target only")
	return cmd
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
		one, err := planOf(ctx, t, planner, d, revision)
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

func planOf(ctx context.Context, t pipelines.Target, planner connectors.Planner, d document.Document, revision int64) (orderPlan, error) {
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
	steps, results, err := planner.Plan(ctx, []connectors.Entry{{Target: t.Name, Kind: string(d.Kind()), Key: d.Key(), Revision: revision, Op: connectors.Put, Record: record}})
	one.Steps = append(one.Steps, steps...)
	switch {
	case err != nil && (connectors.KindOf(err) == connectors.Unavailable || connectors.KindOf(err) == connectors.Misconfigured):
		return one, err
	case err != nil:
		one.Becomes = "refused: " + err.Error()
	case results[0].Err != nil:
		one.Becomes = "refused: " + results[0].Err.Error()
	default:
		one.Becomes = strings.TrimSpace(string(results[0].State) + " " + results[0].Reference)
	}
	return one, nil
}
