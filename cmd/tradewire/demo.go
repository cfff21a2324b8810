package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"tradewire/config"
	"tradewire/connectors/sim"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/reconcile"
	"tradewire/pipelines/store"
)

type demoOptions struct {
	dir    string
	orders int
	seed   uint64
	bare   bool // no documents
	places demoPlaces
}

func (a *app) demo() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run everything against a simulated cable maker: CRM, ERP, forwarder",
		Long: "Starts a simulated CRM (HTTP and webhooks), ERP (a SQLite database) and forwarder, and runs the real pipelines\n" +
			"against them with the configuration that it leaves in the folder. Needs no service, no account and no network;\n" +
			"with --store, --erp and --bus it runs on the servers that they name, and tells the same story.",
		Example: "  tradewire demo\n  tradewire demo --dir D --orders 500 --seed 7 --json\n" +
			"  tradewire demo --store 'mysql:root@tcp(127.0.0.1:3306)/tradewire' --erp 'mysql:root@tcp(127.0.0.1:3306)/erp' --bus kafka:127.0.0.1:9092",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runDemo(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.dir, "dir", "", "a fresh folder; demo, demo-2 ... when not given")
	cmd.Flags().IntVar(&o.orders, "orders", 200, "how many orders the story has, at least 20")
	cmd.Flags().Uint64Var(&o.seed, "seed", 1, "all chance follows from it: one seed tells one story")
	o.places.flags(cmd)
	cmd.Flags().BoolVar(&o.bare, "no-documents", false, "draw no papers")
	return cmd
}

func (a *app) runDemo(ctx context.Context, o demoOptions) (err error) {
	began := time.Now()
	if o.orders < 20 {
		return usage(fmt.Errorf("--orders %d is too few to show everything: ask for at least 20", o.orders))
	}
	if err := o.places.check(); err != nil {
		return err
	}
	if o.dir, err = freshFolder(o.dir); err != nil {
		return err
	}
	crm, hooks, err := freePorts()
	if err != nil {
		return err
	}
	if _, err := writeTree(config.Demo(), o.dir, o.demoEdit(crm, hooks)); err != nil {
		return err
	}
	world, err := sim.New(sim.Options{Dir: o.dir, Seed: o.seed, Orders: o.orders, ERP: o.places.simulated()})
	if err != nil {
		return err
	}
	a.configFile = filepath.Join(o.dir, "tradewire.yaml")
	p, err := a.load()
	if err != nil {
		return errors.Join(err, world.Close())
	}
	endWorld, err := p.enterWorld(ctx, world, crm)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endWorld()) }()
	world.HooksTo("http://" + hooks + "/hooks/crm")
	if o.bare {
		p.house.Targets = slices.DeleteFunc(p.house.Targets, func(t pipelines.Target) bool { return t.Takes == document.KindPaper })
	}
	defer func() { err = errors.Join(err, p.close()) }()
	s, release, err := p.own(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	managed, err := a.live(ctx, p, s)
	if err != nil {
		return err
	}
	report, err := reconcile.Run(ctx, s, p.house)
	if err != nil {
		return err
	}
	sum, err := summarise(ctx, p, s, report)
	if err != nil {
		return err
	}
	sum.Finance = managed
	sum.Seconds = float64(time.Since(began).Milliseconds()) / 1000
	if a.json {
		return a.printJSON(sum)
	}
	return a.showDemo(o, p, sum)
}

// live lets the world live its story, step by step, and settles after each: one seed tells one story.
func (a *app) live(ctx context.Context, p *plant, s *store.Store) (managed ending, err error) {
	bar := a.bar(p.clock.world.Steps())
	p.clock.jumps = true
	endBus, err := p.carry(s)
	if err != nil {
		return managed, err
	}
	defer func() { err = errors.Join(err, endBus()) }()
	supervisor := pipelines.NewSupervisor(s, p.house, nil)
	running, stop := supervisor.Start(ctx)
	defer func() { err = errors.Join(err, stop()) }()
	if err := waitFor(running, p.addressOf("webhook", "listen")); err != nil {
		return managed, err
	}
	settle := func() error { return supervisor.Settle(running, patience) }
	if err := settle(); err != nil {
		return managed, err
	}
	for more := true; more; {
		if more, err = p.clock.world.Step(running); err != nil {
			return managed, err
		}
		if err := settle(); err != nil {
			return managed, err
		}
		_ = bar.Add(1)
	}
	if managed, err = a.manage(running, p, s, settle); err != nil {
		return managed, err
	}
	return managed, bar.Finish()
}

// bar shows progress on a terminal, and nothing elsewhere.
func (a *app) bar(steps int) *progressbar.ProgressBar {
	if !a.onTerminal() || a.json {
		return progressbar.DefaultSilent(int64(steps))
	}
	return progressbar.NewOptions(steps, progressbar.OptionSetWriter(a.err), progressbar.OptionSetDescription("the world moves"),
		progressbar.OptionShowCount(), progressbar.OptionSetWidth(40), progressbar.OptionClearOnFinish())
}

// pulse shows what a run is doing, on a terminal; elsewhere only what an operator must know of a run that goes on.
func (a *app) pulse(untilIdle bool) func(pipelines.Pulse) {
	switch {
	case a.json || untilIdle && !a.onTerminal():
		return nil
	case a.onTerminal():
		return func(p pipelines.Pulse) {
			fmt.Fprintf(a.err, "\r\033[K%s%s", p.Doing, map[bool]string{true: "\n"}[p.Fault])
		}
	}
	return func(p pipelines.Pulse) {
		if p.Fault {
			fmt.Fprintf(a.err, "%s  %s\n", a.clock.Now().Format(time.RFC3339), p.Doing)
		}
	}
}

// endPulse clears what pulse showed last.
func (a *app) endPulse() {
	if a.onTerminal() && !a.json {
		fmt.Fprint(a.err, "\r\033[K")
	}
}

// freshFolder makes the demo's folder. One that holds something is refused.
func freshFolder(dir string) (string, error) {
	if dir == "" {
		dir = "demo"
		for n := 2; n < 1000; n++ {
			if entries, err := os.ReadDir(dir); errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
				break
			}
			dir = fmt.Sprintf("demo-%d", n)
		}
	}
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		return "", usage(fmt.Errorf("%s is not empty: a demo needs a fresh folder (name another --dir)", dir))
	}
	// #nosec G301 -- a demo is looked at by anybody
	return dir, os.MkdirAll(dir, 0o755)
}

// freePorts are two addresses on this machine that nobody listens on now.
func freePorts() (first, second string, err error) {
	var listeners [2]net.Listener
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return "", "", fmt.Errorf("find a free port: %w", err)
		}
		defer listeners[i].Close()
	}
	return listeners[0].Addr().String(), listeners[1].Addr().String(), nil
}

// demoEdit puts the ports that are free now into the configuration, and the servers that were named.
func (o *demoOptions) demoEdit(crm, hooks string) func(string, []byte) []byte {
	return func(name string, body []byte) []byte {
		if name == "tradewire.yaml" {
			body = o.places.edit(body)
		}
		body = bytes.ReplaceAll(body, []byte("127.0.0.1:18471"), []byte(crm))
		return bytes.ReplaceAll(body, []byte("127.0.0.1:18472"), []byte(hooks))
	}
}

// waitFor waits until somebody listens on the address, bounded.
func waitFor(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return connection.Close()
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
