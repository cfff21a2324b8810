package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"tradewire/pipelines/reconcile"
)

func (a *app) reconcile() *cobra.Command {
	return &cobra.Command{
		Use:     "reconcile",
		Short:   "Compare the CRM, what is remembered and the ERP, order by order; changes nothing",
		Example: "  tradewire reconcile --config D/tradewire.yaml --json",
		Long:    "Compares the CRM, what is remembered and the ERP, order by order. Exit code 1 while anything is unexplained.",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.inWorld(cmd.Context(), func(p *plant) error { return a.compare(cmd.Context(), p) })
		},
	}
}

// compare compares, and fails while anything is unexplained.
func (a *app) compare(ctx context.Context, p *plant) error {
	s, err := p.look(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	report, err := reconcile.Run(ctx, s, p.house)
	if err != nil {
		return err
	}
	if err := a.showReport(report); err != nil {
		return err
	}
	if report.Unexplained > 0 {
		return errSaid
	}
	return nil
}

func (a *app) showReport(r *reconcile.Report) error {
	if a.json {
		return a.printJSON(r)
	}
	explained := 0
	for _, f := range r.Findings {
		if f.Explained() {
			explained++
			continue
		}
		name := f.Key
		if f.Number != "" {
			name = f.Number + " (" + f.Key + ")"
		}
		fmt.Fprintf(a.out, "%s: %s %s", f.System, f.Class, name)
		if f.Reference != "" {
			fmt.Fprintf(a.out, " [%s]", f.Reference)
		}
		fmt.Fprintf(a.out, ": %s\n", f.Detail)
		for _, d := range f.Fields {
			fmt.Fprintf(a.out, "    %s: should be %q, is %q\n", d.Field, d.Want, d.Have)
		}
	}
	if r.Theirs > 0 {
		fmt.Fprintf(a.out, "%d records of the targets are their own: never sent from here\n", r.Theirs)
	}
	fmt.Fprintf(a.out, "%d compared, %d unexplained, %d explained by a dead letter or on their way\n", r.Checked, r.Unexplained, explained)
	return nil
}
