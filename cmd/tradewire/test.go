package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tradewire/config"
	"tradewire/mapping/trial"
)

func (a *app) test() *cobra.Command {
	coverage, from := false, ""
	cmd := &cobra.Command{
		Use:   "test [MAPPING]",
		Short: "Run the tests that lie beside the mappings, without reaching any system",
		Long: "Run the tests that lie beside the mappings (mappings/NAME.test.yaml), without reaching any system.\n" +
			"Exit code 0: all are well, 1: some differ, 2: the files are wrong.",
		Example: "  tradewire test --config D/tradewire.yaml\n" +
			"  tradewire test order_in --coverage    # and what of the mapping order_in no test reaches\n" +
			"  tradewire test --from 3               # make a test of dead letter 3, personal fields masked",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage(fmt.Errorf("name at most one mapping (see -h)"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) == 1 {
				name = args[0]
			}
			if cmd.Flags().Changed("from") {
				if name != "" || coverage {
					return usage(errors.New("--from makes a test and runs none: give it alone"))
				}
				return a.testFrom(cmd.Context(), from)
			}
			return a.runTests(name, coverage)
		},
	}
	cmd.Flags().BoolVar(&coverage, "coverage", false, "list the fields and branches of the mappings that no test reached")
	cmd.Flags().StringVar(&from, "from", "", "write a test made of the dead letter with this number; nothing is overwritten")
	return cmd
}

// trials reads the mappings and their tests. What is wrong elsewhere in the configuration stops no test.
func trials(file string) ([]*trial.Mapping, error) {
	cfg, err := config.Load(file)
	loaded, ok := errors.AsType[config.Faults](err)
	if err != nil && !ok {
		return nil, err
	}
	var faults config.Faults
	for _, f := range loaded {
		if strings.HasPrefix(f.Pos.File, "mappings") || len(cfg.Mappings) == 0 {
			faults = append(faults, f)
		}
	}
	all, more := trialsOf(cfg)
	return all, faults.And(more).Err()
}

// trialsOf are the tests of the mappings of a configuration, and what is wrong with both.
func trialsOf(cfg *config.Config) ([]*trial.Mapping, config.Faults) {
	tables, faults := tablesOf(cfg)
	files, more := config.LoadTests(cfg)
	faults = append(faults, more...)
	all, more := trial.New(cfg, tables, files, func(file string) ([]byte, error) {
		return os.ReadFile(filepath.Join(cfg.Dir, "mappings", filepath.FromSlash(file))) // #nosec G304 -- the path is the operator's own
	})
	return all, append(faults, more...)
}

type differenceView struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Field  string `json:"field"`
	Want   string `json:"want"`
	Got    string `json:"got"`
	Fix    string `json:"fix,omitempty"`
	MadeBy string `json:"made_by,omitempty"`
}

type testView struct {
	Name        string           `json:"test"`
	File        string           `json:"file"`
	Line        int              `json:"line"`
	Passed      bool             `json:"passed"`
	Differences []differenceView `json:"differences"`
	found       []trial.Difference
}

type gapView struct {
	File string `json:"file"`
	Line int    `json:"line"`
	What string `json:"what"`
}

type coverageView struct {
	Fields   int       `json:"fields"`
	Compared int       `json:"fields_compared"`
	Branches int       `json:"branches"`
	Reached  int       `json:"branches_reached"`
	Gaps     []gapView `json:"not_reached"`
}

// untouched says that no test reached anything.
func (v *coverageView) untouched() bool { return len(v.Gaps) == v.Fields+v.Branches }

type mappingView struct {
	Name     string        `json:"mapping"`
	Tests    []testView    `json:"tests"`
	Coverage *coverageView `json:"coverage,omitempty"`
}

type testsView struct {
	Passed   int           `json:"passed"`
	Failed   int           `json:"failed"`
	Mappings []mappingView `json:"mappings"`
}

func (a *app) runTests(name string, coverage bool) error {
	all, err := trials(a.configFile)
	if faults, faulty := errors.AsType[config.Faults](err); faulty && a.json {
		return errors.Join(a.printJSON(lintReport(faults)), errSaid, faults)
	}
	if err != nil {
		return err
	}
	if name != "" && !slices.ContainsFunc(all, func(m *trial.Mapping) bool { return m.Name == name }) {
		var names []string
		for _, m := range all {
			names = append(names, m.Name)
		}
		return usage(fmt.Errorf("there is no mapping %q -> %s", name, config.Choose(name, names)))
	}
	report := runTrials(all, name, coverage)
	if a.json {
		err = a.printJSON(report)
	} else {
		a.showTests(report, coverage)
	}
	if err == nil && report.Failed > 0 {
		err = errSaid
	}
	return err
}

// runTrials runs the tests of one mapping, or of all. For the coverage of one, the chains of others that end in it are run, too.
func runTrials(all []*trial.Mapping, name string, coverage bool) (report testsView) {
	for _, m := range all {
		one := mappingView{Name: m.Name, Tests: []testView{}}
		for _, t := range m.Tests {
			one.Tests = append(one.Tests, viewTest(t, t.Run()))
		}
		if name != "" && name != m.Name {
			continue
		}
		for _, t := range one.Tests {
			if t.Passed {
				report.Passed++
			} else {
				report.Failed++
			}
		}
		report.Mappings = append(report.Mappings, one)
	}
	for i := range report.Mappings {
		for _, m := range all {
			if coverage && m.Name == report.Mappings[i].Name {
				report.Mappings[i].Coverage = viewCoverage(m)
			}
		}
	}
	return report
}

func viewTest(t *trial.Test, found []trial.Difference) testView {
	v := testView{Name: t.Name, File: t.At.File, Line: t.At.Line, Passed: len(found) == 0, Differences: []differenceView{}, found: found}
	for _, d := range found {
		one := differenceView{File: d.At.File, Line: d.At.Line, Field: d.Field, Want: d.Want, Got: d.Got, Fix: d.Fix}
		if d.MadeBy.Line > 0 {
			one.MadeBy = fmt.Sprintf("%s:%d", d.MadeBy.File, d.MadeBy.Line)
		}
		v.Differences = append(v.Differences, one)
	}
	return v
}

func viewCoverage(m *trial.Mapping) *coverageView {
	v := &coverageView{Gaps: []gapView{}}
	fields, compared, gaps := m.Coverage.Fields()
	branches, reached, more := m.Coverage.Branches()
	v.Fields, v.Compared, v.Branches, v.Reached = fields, compared, branches, reached
	for _, g := range append(gaps, more...) {
		v.Gaps = append(v.Gaps, gapView{g.At.File, g.At.Line, g.What})
	}
	slices.SortStableFunc(v.Gaps, func(a, b gapView) int { return a.Line - b.Line })
	return v
}

func (a *app) showTests(report testsView, coverage bool) {
	for _, m := range report.Mappings {
		for _, t := range m.Tests {
			if t.Passed {
				continue
			}
			fmt.Fprintf(a.out, "%s, %q differs:\n", m.Name, t.Name)
			for _, d := range t.found {
				fmt.Fprintln(a.out, d)
			}
			fmt.Fprintln(a.out)
		}
	}
	if report.Passed+report.Failed > 0 {
		a.tableOfTests(report)
	}
	if coverage {
		a.showCoverage(report)
	}
	switch {
	case report.Passed+report.Failed == 0:
		fmt.Fprintln(a.out, "no tests: write one beside its mapping, mappings/NAME.test.yaml, or make one: tradewire test --from DEADLETTER-ID")
	case report.Failed == 0:
		fmt.Fprintf(a.out, "%d tests, all well\n", report.Passed)
	default:
		fmt.Fprintf(a.out, "%d tests, %d differ\n", report.Passed+report.Failed, report.Failed)
	}
}

func (a *app) tableOfTests(report testsView) {
	t := a.newTable("mapping", "test", "result")
	for _, m := range report.Mappings {
		name := m.Name
		for _, one := range m.Tests {
			result := "ok"
			if n := len(one.Differences); n == 1 {
				result = "1 difference"
			} else if n > 1 {
				result = fmt.Sprintf("%d differences", n)
			}
			t.AppendRow(tableRow{name, wrap(one.Name, 70), result})
			name = ""
		}
	}
	t.Render()
}

func (a *app) showCoverage(report testsView) {
	for _, m := range report.Mappings {
		if m.Coverage.untouched() && len(report.Mappings) > 1 {
			fmt.Fprintf(a.out, "mappings/%s.yaml: no test reaches anything of it (tradewire test %[1]s --coverage lists what)\n", m.Name)
			continue
		}
		for _, g := range m.Coverage.Gaps {
			fmt.Fprintf(a.out, "%s:%d: %s\n", g.File, g.Line, g.What)
		}
	}
	t := a.newTable("mapping", "tests", "fields compared", "branches reached")
	for _, m := range report.Mappings {
		c := m.Coverage
		t.AppendRow(tableRow{m.Name, len(m.Tests), fmt.Sprintf("%d of %d", c.Compared, c.Fields), fmt.Sprintf("%d of %d", c.Reached, c.Branches)})
	}
	t.Render()
}
