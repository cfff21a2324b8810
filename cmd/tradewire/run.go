package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tradewire/connectors"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

func (a *app) run() *cobra.Command {
	untilIdle := false
	wait := time.Duration(0)
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Carry what there is to carry, and go on until stopped",
		Example: "  tradewire run --config D/tradewire.yaml\n" +
			"  tradewire run --config D/tradewire.yaml --until-idle    # once through, then stop",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.work(cmd.Context(), untilIdle, wait)
		},
	}
	cmd.Flags().BoolVar(&untilIdle, "until-idle", false, "stop when every source has been read and nothing is due")
	cmd.Flags().DurationVar(&wait, "wait", 5*time.Minute, "with --until-idle: how long to wait for a system that is not there")
	return cmd
}

func (a *app) work(ctx context.Context, untilIdle bool, wait time.Duration) (err error) {
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
