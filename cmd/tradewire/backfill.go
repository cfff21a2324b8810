package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// backfillOptions are what the command line says of a backfill.
type backfillOptions struct {
	rate, hours           string
	chunk                 int
	again                 bool
	status, pause, resume bool
	abandon               bool
	unmatched             string
	wait                  time.Duration

	given *pflag.FlagSet // what is not given stays as it was begun
}

func (a *app) backfill() *cobra.Command {
	o := backfillOptions{}
	cmd := &cobra.Command{
		Use:   "backfill SOURCE",
		Short: "Load everything that a source holds, in chunks, once: before the day's work begins, or beside it",
		Long: "Goes through the source from one end to the other, by key where it is a database, and takes in what it shows as the source's own\n" +
			"reading does: the same mapping, decisions, credit, deliveries. How far it came is kept with what was taken in, so that it goes on\n" +
			"exactly there after Ctrl-C, a crash or a power cut: call it again. Where the source stood is noted first: what changes meanwhile is\n" +
			"read by the source itself, and what both show is taken in once. Memory does not grow with the number of records.\n\n" +
			"Where `tradewire run` works on the store already, it does the loading, and this command shows how far it came. Else this command does\n" +
			"everything that run does until all is loaded, decided and delivered.\n\n" +
			"Customers and items that stand in both systems are matched first: tradewire backfill match -h",
		Example: "  tradewire backfill crm_orders --config D/tradewire.yaml\n" +
			"  tradewire backfill crm_orders --rate 200/m --hours 19:00-07:00    # at night, by the company's clock, and gently\n" +
			"  tradewire backfill --status                                       # where every backfill stands\n" +
			"  tradewire backfill crm_orders --pause                             # whoever loads it stops behind the chunk\n" +
			"  tradewire backfill crm_orders --resume --rate 1000/m              # and goes on, faster",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 0 && !o.status {
				return usage(errors.New("name exactly one source of pipelines/*.yaml (see -h)"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.given = cmd.Flags()
			if err := o.check(); err != nil {
				return usage(err)
			}
			if o.status {
				return a.tellBackfills(cmd.Context(), args)
			}
			return a.onBackfill(cmd.Context(), args[0], o)
		},
	}
	cmd.Flags().StringVar(&o.rate, "rate", "", "at most so many records: 5/s, 200/m, 10000/h")
	cmd.Flags().StringVar(&o.hours, "hours", "", "only then, by the company's clock: 19:00-07:00")
	cmd.Flags().IntVar(&o.chunk, "chunk", 200, "records that are read and taken in at once")
	cmd.Flags().BoolVar(&o.again, "again", false, "one that is finished: once more from the beginning; what is known is not taken in again")
	cmd.Flags().BoolVar(&o.status, "status", false, "show where backfills stand, and change nothing")
	cmd.Flags().BoolVar(&o.pause, "pause", false, "let whoever loads it stop behind the chunk")
	cmd.Flags().BoolVar(&o.resume, "resume", false, "let it go on, and do not wait for it")
	cmd.Flags().BoolVar(&o.abandon, "abandon", false, "give it up: what was taken in stays, and the source is read as if there had been no backfill")
	cmd.Flags().StringVar(&o.unmatched, "unmatched", "", "hold: load orders though rows of review/*.csv are undecided; theirs become dead letters that name the customer or item")
	cmd.Flags().DurationVar(&o.wait, "wait", 5*time.Minute, "how long to wait for a system that is not there, before the first chunk and behind the last")
	cmd.AddCommand(a.match())
	return cmd
}

func (o backfillOptions) check() error {
	asked := 0
	for _, is := range []bool{o.status, o.pause, o.resume, o.abandon} {
		if is {
			asked++
		}
	}
	if asked > 1 {
		return errors.New("--status, --pause, --resume and --abandon are four things: write one")
	}
	if o.chunk < 1 || o.chunk > 100_000 {
		return fmt.Errorf("--chunk %d: between 1 and 100000 records", o.chunk)
	}
	if o.unmatched != "" && o.unmatched != "hold" {
		return fmt.Errorf("--unmatched %q: only hold may be written", o.unmatched)
	}
	_, err := pipelines.ParsePace(o.rate, o.hours)
	return err
}

// pace is what a backfill is told of its pace: what is not given stays as it was.
func (o backfillOptions) pace(b store.Backfill) store.Backfill {
	if b.Chunk == 0 || o.given.Changed("chunk") {
		b.Chunk = o.chunk
	}
	if o.given.Changed("rate") {
		b.Rate = o.rate
	}
	if o.given.Changed("hours") {
		b.Hours = o.hours
	}
	return b
}

// onBackfill does to one backfill what the command line says.
func (a *app) onBackfill(ctx context.Context, name string, o backfillOptions) (err error) {
	p, err := a.load()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	source, err := p.sourceCalled(name)
	if err != nil {
		return err
	}
	if o.pause || o.resume || o.abandon {
		return a.turnBackfill(ctx, p, source, o)
	}
	if source.Makes == document.KindSalesOrder && o.unmatched == "" {
		if err := p.checkReviews(); err != nil {
			return err
		}
	}
	s, release, err := p.own(ctx)
	if errors.Is(err, store.ErrInUse) {
		return a.askForBackfill(ctx, p, source, o)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	return a.loadItself(ctx, p, s, source, o)
}

// sourceCalled is a source that can be loaded.
func (p *plant) sourceCalled(name string) (pipelines.Source, error) {
	var known []string
	for _, s := range p.house.Sources {
		if s.Name == name {
			if _, err := pipelines.WayOf(s); err != nil {
				return s, usage(fmt.Errorf("cannot load %w", err))
			}
			return s, nil
		}
		if s.Reads != nil {
			known = append(known, s.Name)
		}
	}
	return pipelines.Source{}, usage(fmt.Errorf("there is no source %q in pipelines/*.yaml: %s", name, config.Choose(name, known)))
}

// turnBackfill pauses or resumes a backfill beside whoever loads it.
func (a *app) turnBackfill(ctx context.Context, p *plant, source pipelines.Source, o backfillOptions) (err error) {
	s, err := p.beside(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	b, there, err := s.BackfillOf(ctx, source.Name)
	if err != nil {
		return err
	}
	turned, wanted := false, store.BackfillPaused
	switch {
	case !there:
		return fmt.Errorf("there is no backfill of %s: tradewire backfill %s begins one", source.Name, source.Name)
	case b.State == store.BackfillFinished:
		return fmt.Errorf("the backfill of %s is finished: --again loads it once more", source.Name)
	case o.abandon:
		return a.abandon(ctx, s, b)
	case o.pause:
		turned, err = s.PauseBackfill(ctx, source.Name)
	default:
		wanted = store.BackfillOpen
		turned, err = s.ResumeBackfill(ctx, o.pace(b))
	}
	if err != nil {
		return err
	}
	if b, _, err = s.BackfillOf(ctx, source.Name); err != nil {
		return err
	}
	if !turned && b.State != wanted {
		return fmt.Errorf("the backfill of %s has ended meanwhile", source.Name)
	}
	return a.tellBackfill(p, b, nil)
}

// abandon gives a backfill up.
func (a *app) abandon(ctx context.Context, s *store.Store, b store.Backfill) error {
	if _, err := s.AbandonBackfill(ctx, b.Source); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"source": b.Source, "state": "abandoned", "read": b.Shown(), "source_reads": map[bool]string{true: "everything", false: "what changes"}[b.Reserves]})
	}
	fmt.Fprintf(a.out, "the backfill of %s is given up: %d records were read, and stay taken in\n", b.Source, b.Shown())
	if b.Reserves {
		fmt.Fprintf(a.out, "%s is read from its beginning by `tradewire run`\n", b.Source)
	} else {
		fmt.Fprintf(a.out, "%s reads what changes; of what does not, the rest is loaded when a backfill is begun again\n", b.Source)
	}
	return nil
}

// begin notes the backfill, or that it goes on. It is nothing new that one is finished: done says so.
func (o backfillOptions) begin(ctx context.Context, s *store.Store, source pipelines.Source) (done bool, err error) {
	b, there, err := s.BackfillOf(ctx, source.Name)
	if err != nil {
		return false, err
	}
	if there && b.State == store.BackfillFinished && !o.again {
		return true, nil
	}
	if there && b.State != store.BackfillFinished {
		if o.again {
			return false, usage(fmt.Errorf("the backfill of %s is not finished: it goes on without --again", source.Name))
		}
		_, err := s.ResumeBackfill(ctx, o.pace(b))
		return false, err
	}
	mark, total, err := pipelines.MarkOf(ctx, source)
	if err != nil {
		return false, err
	}
	b = o.pace(store.Backfill{Source: source.Name, Total: total})
	b.Way, err = pipelines.WayOf(source)
	if err != nil {
		return false, err
	}
	return false, s.BeginBackfill(ctx, b, mark)
}

// askForBackfill tells the service that runs on the store's file, and watches it. It goes on without us.
func (a *app) askForBackfill(ctx context.Context, p *plant, source pipelines.Source, o backfillOptions) (err error) {
	s, err := p.beside(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	done, err := o.begin(ctx, s, source)
	if err != nil {
		return err
	}
	if done {
		return a.tellFinished(ctx, p, s, source.Name, false)
	}
	a.note("tradewire runs on this store already, and loads %s; Ctrl-C ends the watching, not the loading", source.Name)
	b, err := a.watch(ctx, p, s, source.Name, nil)
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return a.leave(p, b)
	case b.State == store.BackfillFinished:
		return a.tellFinished(ctx, p, s, source.Name, true)
	}
	return a.notFinished(p, b)
}

// leave ends the watching of what others load.
func (a *app) leave(p *plant, b store.Backfill) error {
	a.note("the loading goes on; to pause it: tradewire backfill %s --pause", b.Source)
	return a.notFinished(p, b)
}

// loadItself does what run does, and the loading beside it, until all is loaded, decided and delivered. Other instances that share
// the store take their part in it; whichever holds the source loads it.
func (a *app) loadItself(ctx context.Context, p *plant, s *store.Store, source pipelines.Source, o backfillOptions) (err error) {
	endWorld, err := p.openWorld(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endWorld()) }()
	if err := tryMended(ctx, s); err != nil {
		return err
	}
	endBus, err := p.carry(s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endBus()) }()
	done, err := o.begin(ctx, s, source)
	if err != nil {
		return err
	}
	if done {
		return a.tellFinished(ctx, p, s, source.Name, false)
	}
	b, err := a.loadAndSettle(ctx, p, s, source.Name, o.wait)
	if ctx.Err() != nil {
		return a.stopped(context.WithoutCancel(ctx), p, s, source.Name)
	}
	if err != nil {
		return err
	}
	if b.State != store.BackfillFinished {
		return a.notFinished(p, b)
	}
	return a.tellFinished(ctx, p, s, source.Name, true)
}

func (a *app) loadAndSettle(ctx context.Context, p *plant, s *store.Store, source string, wait time.Duration) (b store.Backfill, err error) {
	// Customers, limits and what is owed come first: an order that is judged before them is held for want of them.
	if err := a.settleAlone(ctx, p, s, wait); err != nil {
		return b, err
	}
	if b, err = a.runUntilLoaded(ctx, p, s, source); err != nil || b.State != store.BackfillFinished {
		return b, err
	}
	if err := a.settleAlone(ctx, p, s, wait); err != nil {
		return b, fmt.Errorf("everything of %s is taken in; `tradewire run` carries on what waits: %w", source, err)
	}
	return b, nil
}

// settleAlone is one run until idle; backfills stand still in it. Where other instances work on the store they see to it.
func (a *app) settleAlone(ctx context.Context, p *plant, s *store.Store, wait time.Duration) error {
	if others, err := s.Attended(ctx); err != nil || others {
		return err
	}
	supervisor := pipelines.NewSupervisor(s, p.house, nil)
	running, stop := supervisor.Start(ctx)
	err := supervisor.Settle(running, wait)
	return errors.Join(err, stop())
}

// runUntilLoaded runs everything until the backfill has ended, is paused, or cannot go on.
func (a *app) runUntilLoaded(ctx context.Context, p *plant, s *store.Store, source string) (store.Backfill, error) {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	supervisor := pipelines.NewSupervisor(s, p.house, a.tellFaults())
	go func() { ended <- supervisor.Run(working) }()
	b, err := a.watch(ctx, p, s, source, ended)
	if ctx.Err() != nil {
		err = errors.Join(err, pauseAlone(working, s, source))
	}
	stop()
	return b, errors.Join(err, <-ended)
}

// pauseAlone pauses a backfill that nobody else would carry on. The page that is on its way is taken in whole, or not at all.
func pauseAlone(ctx context.Context, s *store.Store, source string) error {
	others, err := s.Attended(ctx)
	if err == nil && !others {
		_, err = s.PauseBackfill(ctx, source)
	}
	return err
}

// stopped says where a backfill stands that a person has stopped.
func (a *app) stopped(ctx context.Context, p *plant, s *store.Store, source string) error {
	if err := pauseAlone(ctx, s, source); err != nil {
		return err
	}
	b, _, err := s.BackfillOf(ctx, source)
	if err != nil {
		return err
	}
	switch b.State {
	case store.BackfillOpen:
		return a.leave(p, b)
	case store.BackfillFinished:
		a.note("everything of %s is taken in; `tradewire run` carries on what waits", source)
	}
	return a.notFinished(p, b)
}

// notFinished tells of a backfill that others must go on with; who waits for its end has not got it.
func (a *app) notFinished(p *plant, b store.Backfill) error {
	if err := a.tellBackfill(p, b, nil); err != nil {
		return err
	}
	return errSaid
}

// tellFinished tells of a finished backfill, and what a person has to look at.
func (a *app) tellFinished(ctx context.Context, p *plant, s *store.Store, source string, now bool) error {
	b, _, err := s.BackfillOf(ctx, source)
	if err != nil {
		return err
	}
	counts, err := s.Counts(ctx)
	if err != nil {
		return err
	}
	if err := a.tellBackfill(p, b, &counts.Letters); err != nil || a.json {
		return err
	}
	if !now {
		fmt.Fprintf(a.out, "it was loaded before; to load it once more: tradewire backfill %s --again\n", source)
	}
	if counts.Letters > 0 {
		fmt.Fprintf(a.out, "%d dead letters wait for a person: tradewire deadletters list\n", counts.Letters)
	}
	return nil
}

// misconfigured is the fault for which a backfill waits in vain, if that is what it waits for.
func misconfigured(pauses map[string]store.Pause, source string) error {
	if p, paused := pauses["backfill "+source]; paused && p.Kind == connectors.Misconfigured {
		return &connectors.Error{Kind: p.Kind, Err: errors.New(p.Reason)}
	}
	return nil
}
