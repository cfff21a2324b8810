package main

import "github.com/spf13/cobra"

func (a *app) credit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "credit",
		Short: "Show what customers owe and may owe, why an order is held, and what another policy would decide or would have decided; release, reject or hold an order; propose and approve limits",
		Example: "  tradewire credit status --config D/tradewire.yaml\n" +
			"  tradewire credit explain SO000017 --config D/tradewire.yaml\n" +
			"  tradewire credit holds --config D/tradewire.yaml\n" +
			"  tradewire credit release SO000017 --as wong --reason \"pays on Friday\"\n" +
			"  tradewire credit simulate --policy D/policies/credit.yaml --input facts.json\n" +
			"  tradewire credit replay --from 2026-01-01 --policy stricter.yaml --config D/tradewire.yaml",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.creditStatus(), a.creditExplain(), a.creditAge(), a.creditSimulate(), a.creditReplay(),
		a.creditHolds(), a.creditRelease(), a.creditReject(), a.creditHold(), a.creditLimit())
	return cmd
}
