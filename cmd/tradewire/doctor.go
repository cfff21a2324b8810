package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tradewire/connectors"
)

func (a *app) doctor() *cobra.Command {
	wait := time.Duration(0)
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look at every system before it is relied on: connections, rights, settings of servers; says what to change",
		Long: "Reaches the store, the bus and every connection once, changes nothing anywhere, and says of each what endangers the promise that\n" +
			"nothing is lost and nothing is done twice, and what to type against it. ok: as it should be. warn: it works, and something may\n" +
			"surprise. bad: a promise does not hold, or writing will be refused. What cannot be reached is one bad line and stops nothing else.\n" +
			"The grade of a target says what keeps it from writing twice, from A, the strongest, to D.\n" +
			"Exit code 0: nothing is bad. 1: something is. 2: the configuration is wrong. 3: a system cannot be reached.",
		Example: "  tradewire doctor --config D/tradewire.yaml\n" +
			"  tradewire doctor --config D/tradewire.yaml --json --wait 5s    # for monitoring; no system may take longer",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if wait <= 0 {
				return usage(errors.New("--wait is how long a system may take: write a duration such as 20s"))
			}
			return a.examine(cmd.Context(), wait)
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", 20*time.Second, "how long one system may take to answer")
	return cmd
}

// examine looks at everything, tells what it has found, and fails when something is bad.
func (a *app) examine(ctx context.Context, wait time.Duration) (err error) {
	p, err := a.load()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	endWorld, world := p.besideWorld(ctx)
	defer func() { err = errors.Join(err, endWorld()) }()
	report := p.diagnose(ctx, p.systems(world), wait)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if a.json {
		err = a.printJSON(report)
	} else {
		a.showDiagnosis(report)
	}
	return errors.Join(err, report.verdict())
}

// besideWorld lets the simulated systems answer, where there are such. Those that are real are looked at by real time.
func (p *plant) besideWorld(ctx context.Context) (end func() error, err error) {
	end, err = p.openWorld(ctx)
	p.clock.world = nil
	return end, err
}

// system is something that is looked at by itself.
type system struct {
	name string
	look func(ctx context.Context) ([]connectors.Finding, error)
}

// diagnose looks at all systems side by side: one that does not answer delays no other.
func (p *plant) diagnose(ctx context.Context, systems []system, wait time.Duration) diagnosis {
	found, away := make([][]connectors.Finding, len(systems)), make([]bool, len(systems))
	var all sync.WaitGroup
	for i, s := range systems {
		all.Go(func() {
			list, err := s.within(ctx, wait)
			faults, gone := faultFindings(s.name, err)
			found[i], away[i] = append(list, faults...), gone
		})
	}
	all.Wait()
	d := diagnosis{Unreached: []string{}, Findings: []findingView{}, Targets: p.grades()}
	for i, s := range systems {
		if away[i] {
			d.Unreached = append(d.Unreached, s.name)
		}
		for _, f := range found[i] {
			d.add(s.name, f)
		}
	}
	return d
}

// grace is how much longer than it may a system's connector is waited for, to hear why it gave up.
const grace = 2 * time.Second

// within looks at a system, and gives it up when it takes too long: also one whose calls cannot be ended, such as a folder of a
// server that is away.
func (s system) within(ctx context.Context, wait time.Duration) ([]connectors.Finding, error) {
	type answer struct {
		list []connectors.Finding
		err  error
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	answers := make(chan answer, 1)
	go func() {
		list, err := s.look(ctx)
		answers <- answer{list, err}
	}()
	select {
	case got := <-answers:
		return got.list, got.err
	case <-time.After(wait + grace):
		return nil, &connectors.Error{Kind: connectors.Unavailable, System: s.name, Op: "examine", Err: fmt.Errorf("no answer within %s", wait),
			Hint: "see whether it runs, and whether something on the way holds back what is sent"}
	}
}

// faultFindings is what faults come to: their hints are what to change, and those with one hint are one line. away says that
// the system cannot be reached.
func faultFindings(about string, err error) (list []connectors.Finding, away bool) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		said := map[string]bool{}
		for _, one := range several.Unwrap() {
			more, gone := faultFindings(about, one)
			for _, f := range more {
				if !said[f.Change] {
					list = append(list, f)
				}
				said[f.Change] = true
			}
			away = away || gone
		}
		return list, away
	}
	if err == nil {
		return nil, false
	}
	f := connectors.Finding{Level: connectors.Bad, About: about, What: err.Error(), Change: "mend what is said"}
	if fault, ok := errors.AsType[*connectors.Error](err); ok && fault.Hint != "" {
		bare := *fault
		bare.System, bare.Hint = "", ""
		f.What, f.Change = bare.Error(), fault.Hint
	}
	return []connectors.Finding{f}, connectors.KindOf(err) == connectors.Unavailable
}
