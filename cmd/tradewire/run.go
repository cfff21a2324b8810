package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tradewire/connectors"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

func (a *app) run() *cobra.Command {
	untilIdle, planned := false, ""
	wait := time.Duration(0)
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Carry what there is to carry, and go on until stopped",
		Example: "  tradewire run --config D/tradewire.yaml\n" +
			"  tradewire run --config D/tradewire.yaml --until-idle    # once through, then stop\n" +
			"  tradewire run --until-idle --plan 3f9c0d21ab47e650     # what tradewire plan has shown, and nothing else",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkPlan(cmd.Flags().Changed("plan"), planned, untilIdle); err != nil {
				return err
			}
			return a.work(cmd.Context(), untilIdle, wait, planned)
		},
	}
	cmd.Flags().BoolVar(&untilIdle, "until-idle", false, "stop when every source has been read and nothing is due")
	cmd.Flags().DurationVar(&wait, "wait", 5*time.Minute, "with --until-idle: how long to wait for a system that is not there")
	cmd.Flags().StringVar(&planned, "plan", "", "with --until-idle: do the plan with this hash and nothing else, or refuse because something has changed")
	return cmd
}

func (a *app) work(ctx context.Context, untilIdle bool, wait time.Duration, planned string) (err error) {
	p, err := a.load()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	s, release, err := p.own(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	endWorld, err := p.openWorld(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endWorld()) }()
	before, err := s.Counts(ctx)
	if err != nil {
		return err
	}
	if planned != "" {
		return a.workPlan(ctx, p, s, planned, before)
	}
	if err := tryMended(ctx, s); err != nil {
		return err
	}
	endBus, err := p.carry(s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endBus()) }()
	supervisor := pipelines.NewSupervisor(s, p.house, a.pulse(untilIdle))
	if !untilIdle {
		if !a.json {
			fmt.Fprintf(a.err, "tradewire runs: %d sources, %d targets, store %s (stop with Ctrl-C)\n",
				len(p.house.Sources), len(p.house.Targets), p.storePlace())
		}
		return supervisor.Run(ctx)
	}
	if p.clock.world != nil {
		p.clock.jumps = true
	}
	running, stop := supervisor.Start(ctx)
	err = supervisor.Settle(running, wait)
	if err = errors.Join(err, stop()); err != nil {
		return err
	}
	return a.tellRun(ctx, s, before)
}

// hashOfPlan is what tradewire plan ends with.
var hashOfPlan = regexp.MustCompile(`^[0-9a-f]{16}$`)

// checkPlan refuses a command line that would do something else than a plan.
func checkPlan(asked bool, planned string, untilIdle bool) error {
	switch {
	case asked && !hashOfPlan.MatchString(planned):
		return usage(fmt.Errorf("%q is not the hash of a plan: write the 16 letters and digits that tradewire plan ended with", planned))
	case asked && !untilIdle:
		return usage(errors.New("a plan has an end: write --until-idle beside --plan"))
	}
	return nil
}

// workPlan does the plan with this hash and nothing else. It is planned once more: where that comes to the same, what was read and
// due then is done now, at the same instant.
func (a *app) workPlan(ctx context.Context, p *plant, s *store.Store, hash string, before store.Counts) (err error) {
	attended, err := s.Attended(ctx)
	if err != nil {
		return err
	}
	if attended {
		return errAttended
	}
	defer p.clock.stop()()
	r, view, err := a.rehearse(ctx, p)
	if err != nil {
		return err
	}
	if view.Hash != hash {
		return fmt.Errorf("something has changed since the plan %s was made: it would be the plan %s now (%d records read; orders: %s; rows: %s). Nothing was done: look at it with tradewire plan, then run that one",
			hash, view.Hash, view.Totals.Read, counted(view.Totals.Orders), counted(view.Totals.Rows))
	}
	if err := tryMended(ctx, s); err != nil {
		return err
	}
	endBus, err := p.carry(s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endBus()) }()
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	house, left := r.Follow(p.house, leave)
	supervisor := pipelines.NewSupervisor(s, house, a.pulse(true))
	running, stop := supervisor.Start(ctx)
	err = supervisor.Settle(running, 0)
	if r.Waits != nil && pipelines.Waits(err) {
		err = nil // as planned
	}
	err = errors.Join(err, stop())
	a.endPulse()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	if words := left(); len(words) > 0 {
		const most = 5
		err = errors.Join(err, fmt.Errorf("%d things of the plan were not done, and are due: %s", len(words), strings.Join(words[:min(most, len(words))], "; ")))
	}
	if err != nil {
		return err
	}
	return a.tellRun(ctx, s, before)
}

var errAttended = errors.New("another instance works on this store and would do a part of the plan its own way: stop it, then plan and run the plan")

// tryMended lets what was misconfigured be tried at once: who starts the program again may have mended it.
func tryMended(ctx context.Context, s *store.Store) error {
	pauses, err := s.Pauses(ctx)
	for place, p := range pauses {
		if p.Kind == connectors.Misconfigured {
			err = errors.Join(err, s.Resume(ctx, place))
		}
	}
	return err
}

// tellRun says what one run to the end has done.
func (a *app) tellRun(ctx context.Context, s *store.Store, before store.Counts) error {
	after, err := s.Counts(ctx)
	if err != nil {
		return err
	}
	taken := total(after.Changes) - total(before.Changes)
	delivered := total(after.Deliveries) - total(before.Deliveries)
	if a.json {
		return a.printJSON(map[string]int{"taken_in": taken, "became_due": delivered, "dead_letters": after.Letters})
	}
	fmt.Fprintf(a.out, "idle: %d changes taken in, %d deliveries made due, %d dead letters open\n", taken, delivered, after.Letters)
	loading, err := unfinished(ctx, s)
	a.tellUnfinished(loading)
	return err
}

func total[A, B comparable](counts map[A]map[B]int) int {
	n := 0
	for _, byState := range counts {
		for _, count := range byState {
			n += count
		}
	}
	return n
}
