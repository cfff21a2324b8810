package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tradewire/config"
	"tradewire/connectors"
)

func (a *app) lint() *cobra.Command {
	sql := false
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "Check the configuration, all of it at once, without reaching any system",
		Long: "Says of each mistake `file:line:col code what -> what to write instead`, all of them in one pass, and ends with exit code 2 when\n" +
			"there is any. Where schemas/CONNECTION.yaml says how the tables of a connection are made, as `tradewire discover CONNECTION --dir D`\n" +
			"writes it, every SELECT, look-up and target of that connection is held against it, too, without a connection to the database.",
		Example: "  tradewire lint --config D/tradewire.yaml\n" +
			"  tradewire lint --sql > for-the-dba.sql    # what detect: log needs in the database, to be read before it is run",
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			p, faults, err := a.inspect()
			if err != nil {
				return err
			}
			faults = faults.And(p.checkFlow(faults)).And(p.checkDuties()).And(p.checkHeard()).And(p.checkRefs()).And(p.foresee())
			if _, err := trials(a.configFile); isA[config.Faults](err) {
				more, _ := errors.AsType[config.Faults](err)
				faults = faults.And(more)
			}
			faults, faulty := faults.Sorted(), len(faults) > 0
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
			if sql {
				return a.showPreparations(p)
			}
			fmt.Fprintf(a.out, "%s: %d connections, %d pipelines, %d mappings, no fault\n",
				a.configFile, len(p.cfg.Connections), len(p.cfg.Pipelines), len(p.cfg.Mappings))
			return nil
		},
	}
	cmd.Flags().BoolVar(&sql, "sql", false, "print the SQL with which a DBA prepares the databases; nothing of ours runs it")
	return cmd
}

// showPreparations prints what must be made in databases before their sources can be read.
func (a *app) showPreparations(p *plant) error {
	said := false
	for _, s := range p.house.Sources {
		if prepared, ok := s.Reads.(connectors.Preparer); ok && prepared.Preparation() != "" {
			said = true
			fmt.Fprintf(a.out, "-- Source %s, of %s.\n%s\n", s.Name, s.System, strings.TrimSpace(prepared.Preparation()))
		}
	}
	if !said {
		fmt.Fprintln(a.out, "-- No source needs anything to be made in a database.")
	}
	return nil
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
