package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tradewire/config"
)

func (a *app) lint() *cobra.Command {
	return &cobra.Command{
		Use:     "lint",
		Short:   "Check the configuration, all of it at once, without reaching any system",
		Example: "  tradewire lint --config D/tradewire.yaml",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			p, err := a.load()
			faults, faulty := errors.AsType[config.Faults](err)
			if err != nil && !faulty {
				return err
			}
			if a.json {
				if err := a.printJSON(lintReport(faults)); err != nil {
					return err
				}
				if faulty {
					return errors.Join(errSaid, faults)
				}
				return nil
			}
			if faulty {
				return faults
			}
			fmt.Fprintf(a.out, "%s: %d connections, %d pipelines, %d mappings, no fault\n",
				a.configFile, len(p.cfg.Connections), len(p.cfg.Pipelines), len(p.cfg.Mappings))
			return nil
		},
	}
}

type lintFault struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
	Code string `json:"code"`
	What string `json:"what"`
	Fix  string `json:"fix"`
}

func lintReport(faults config.Faults) any {
	list := make([]lintFault, len(faults))
	for i, f := range faults {
		list[i] = lintFault{f.Pos.File, f.Pos.Line, f.Pos.Col, f.Code, f.What, f.Fix}
	}
	return map[string]any{"faults": list}
}
