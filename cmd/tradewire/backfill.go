package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
		Use:   "backfill SOURCE...",
		Short: "Load everything that sources hold, in chunks, once: before the day's work begins, or beside it",
		Long: "Goes through each source from one end to the other, by key where it is a database, and takes in what it shows as the source's own\n" +
			"reading does: the same mapping, decisions, credit, deliveries. How far it came is kept with what was taken in, so that it goes on\n" +
			"exactly there after Ctrl-C, a crash or a power cut: call it again. Where the source stood is noted first: what changes meanwhile is\n" +
			"read by the source itself, and what both show is taken in once. Memory does not grow with the number of records.\n" +
			"Several sources are loaded one after the other, each when what came before is decided: customers and items, then orders.\n\n" +
			"Where `tradewire run` works on the store already, it does the loading, and this command shows how far it came. Else this command does\n" +
			"everything that run does until all is loaded, decided and delivered; sources that are not named are read as always.\n\n" +
			"Customers and items that stand in both systems are matched first: tradewire backfill match -h",
		Example: "  tradewire backfill crm_customers erp_items crm_orders --config D/tradewire.yaml\n" +
			"  tradewire backfill crm_orders --rate 200/m --hours 19:00-07:00    # at night, by the company's clock, and gently\n" +
			"  tradewire backfill --status                                       # where every backfill stands\n" +
			"  tradewire backfill crm_orders --pause                             # whoever loads it stops behind the chunk\n" +
			"  tradewire backfill crm_orders --resume --rate 1000/m              # and goes on, faster",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && !o.status {
				return usage(errors.New("name a source of pipelines/*.yaml (see -h)"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.given = cmd.Flags()
			if err := o.check(); err != nil {
				return usage(err)
			}
			if o.status {
				return a.backfillStatus(cmd.Context(), args)
			}
			return a.onBackfill(cmd.Context(), args, o)
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

// loading is one call of the verb: its sources in the order in which they are loaded.
type loading struct {
	*app
	p       *plant
	s       *store.Store
	sources []pipelines.Source
	o       backfillOptions
	beside  bool // another process works on the store's file, and does the loading
}

// onBackfill does to backfills what the command line says.
func (a *app) onBackfill(ctx context.Context, names []string, o backfillOptions) (err error) {
	p, err := a.load()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	l := &loading{app: a, p: p, o: o}
	if l.sources, err = p.sourcesCalled(names); err != nil {
		return err
	}
	if o.pause || o.resume || o.abandon {
		return l.turnAll(ctx)
	}
	if slices.ContainsFunc(l.sources, func(s pipelines.Source) bool { return s.Makes == document.KindSalesOrder }) && o.unmatched == "" {
		if err := p.checkReviews(); err != nil {
			return err
		}
	}
	s, release, err := p.own(ctx)
	if l.beside = errors.Is(err, store.ErrInUse); l.beside {
		s, err = p.beside(ctx)
		release = func() error { return s.Close() }
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	l.s = s
	if l.beside {
		return l.load(ctx)
	}
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
	return l.load(ctx)
}

// sourcesCalled are sources that can be loaded.
func (p *plant) sourcesCalled(names []string) (list []pipelines.Source, err error) {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, usage(fmt.Errorf("%s is named twice", name))
		}
		source, err := p.sourceCalled(name)
		if err != nil {
			return nil, err
		}
		list = append(list, source)
	}
	return list, nil
}

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

// turnAll pauses, resumes or abandons backfills beside whoever loads them.
func (l *loading) turnAll(ctx context.Context) (err error) {
	if l.s, err = l.p.beside(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.s.Close()) }()
	for _, source := range l.sources {
		if err := l.turn(ctx, source.Name); err != nil {
			return err
		}
	}
	if l.o.abandon {
		return nil // said
	}
	return l.tell(ctx)
}

func (l *loading) turn(ctx context.Context, source string) error {
	b, there, err := l.s.BackfillOf(ctx, source)
	switch {
	case err != nil:
		return err
	case !there:
		return fmt.Errorf("there is no backfill of %s: tradewire backfill %s begins one", source, source)
	case b.State == store.BackfillFinished:
		return fmt.Errorf("the backfill of %s is finished: --again loads it once more", source)
	case l.o.abandon:
		return l.abandon(ctx, b)
	case l.o.pause:
		_, err = l.s.PauseBackfill(ctx, source)
	default:
		_, err = l.s.ResumeBackfill(ctx, l.o.pace(b))
	}
	return err
}

// abandon gives a backfill up.
func (l *loading) abandon(ctx context.Context, b store.Backfill) error {
	if _, err := l.s.AbandonBackfill(ctx, b.Source); err != nil {
		return err
	}
	if l.json {
		return l.printJSON(map[string]any{"source": b.Source, "state": "abandoned", "read": b.Shown(), "source_reads": map[bool]string{true: "everything", false: "what changes"}[b.Reserves]})
	}
	fmt.Fprintf(l.out, "the backfill of %s is given up: %d records were read, and stay taken in\n", b.Source, b.Shown())
	if b.Reserves {
		fmt.Fprintf(l.out, "%s is read from its beginning by `tradewire run`\n", b.Source)
	} else {
		fmt.Fprintf(l.out, "%s reads what changes; of what does not, the rest is loaded when a backfill is begun again\n", b.Source)
	}
	return nil
}

// load begins the backfills, or goes on with them, and sees each to its end before the next.
func (l *loading) load(ctx context.Context) error {
	open, err := l.begin(ctx)
	if err != nil || len(open) == 0 {
		return errors.Join(err, l.tellAll(ctx, err, open))
	}
	if l.beside {
		l.note("tradewire runs on this store already, and does the loading; Ctrl-C ends the watching, not the loading")
	} else if err := l.readFirst(ctx); err != nil {
		return l.stopped(ctx, open[0].Name, err)
	}
	for i, source := range open {
		b, err := l.loadOne(ctx, source.Name, i > 0)
		if err != nil || ctx.Err() != nil {
			return l.stopped(ctx, source.Name, err)
		}
		if b.State != store.BackfillFinished {
			return errors.Join(l.tell(ctx), errSaid)
		}
		if err := l.settle(ctx); err != nil {
			return l.stopped(ctx, source.Name, fmt.Errorf("everything of %s is taken in; `tradewire run` carries on what waits: %w", source.Name, err))
		}
	}
	return l.tellAll(ctx, nil, open)
}

// begin notes all backfills before anything is read: a source that waits for its turn is not read from its beginning meanwhile.
// It answers those that are not finished; all but the first of them are paused until it is their turn.
func (l *loading) begin(ctx context.Context) (open []pipelines.Source, err error) {
	for _, source := range l.sources {
		done, err := l.o.begin(ctx, l.s, source)
		if err != nil {
			return nil, err
		}
		if done {
			continue
		}
		if open = append(open, source); len(open) > 1 {
			if _, err := l.s.PauseBackfill(ctx, source.Name); err != nil {
				return nil, err
			}
		}
	}
	return open, nil
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

// readFirst has every source that is not loaded read once. Customers, limits and what is owed come first: an order that is judged
// before them is held for want of them.
func (l *loading) readFirst(ctx context.Context) error {
	var fresh []string
	for _, source := range l.p.house.Sources {
		if source.Reads == nil || slices.ContainsFunc(l.sources, func(s pipelines.Source) bool { return s.Name == source.Name }) {
			continue
		}
		pos, err := l.s.Position(ctx, source.Name)
		if err != nil {
			return err
		}
		if reserved, err := l.s.Reserved(ctx, source.Name); err != nil || reserved || pos != "" {
			if err != nil {
				return err
			}
			continue
		}
		fresh = append(fresh, source.Name)
	}
	if len(fresh) > 0 {
		l.note("read from their beginning first, as run does: %s (name one of them before the others to load it in chunks)", strings.Join(fresh, ", "))
	}
	return l.settle(ctx)
}

// loadOne loads one source, or watches who does.
func (l *loading) loadOne(ctx context.Context, source string, waited bool) (b store.Backfill, err error) {
	if waited {
		if b, _, err = l.s.BackfillOf(ctx, source); err != nil {
			return b, err
		}
		if _, err := l.s.ResumeBackfill(ctx, b); err != nil {
			return b, err
		}
	}
	if l.beside {
		return l.watch(ctx, l.p, l.s, source, nil)
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	supervisor := pipelines.NewSupervisor(l.s, l.p.house, l.tellFaults())
	go func() { ended <- supervisor.Run(working) }()
	b, err = l.watch(ctx, l.p, l.s, source, ended)
	if ctx.Err() != nil {
		err = errors.Join(err, l.pauseAlone(working, source))
	}
	stop()
	return b, errors.Join(err, <-ended)
}

// settle is one run until idle; backfills stand still in it. Where others work on the store, reading and delivering is theirs too,
// and only what was taken in is waited for: together with them, as one of them may have been killed just now.
func (l *loading) settle(ctx context.Context) (err error) {
	if l.beside {
		return l.decided(ctx)
	}
	others, err := l.s.Attended(ctx)
	if err != nil {
		return err
	}
	supervisor := pipelines.NewSupervisor(l.s, l.p.house, nil)
	running, stop := supervisor.Start(ctx)
	if others {
		err = l.decided(running)
	} else {
		err = supervisor.Settle(running, l.o.wait)
	}
	return errors.Join(err, stop())
}

// decided waits until everything that was taken in is decided, but not for ever.
func (l *loading) decided(ctx context.Context) error {
	for patience := time.After(l.o.wait); ; {
		n, err := l.s.Undecided(ctx)
		if err != nil || n == 0 {
			return err
		}
		select {
		case <-time.After(lookAgain):
		case <-patience:
			return nil // it is decided in its time
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pauseAlone pauses a backfill that nobody else would carry on. The page that is on its way is taken in whole, or not at all.
func (l *loading) pauseAlone(ctx context.Context, source string) error {
	others, err := l.s.Attended(ctx)
	if err == nil && !others && !l.beside {
		_, err = l.s.PauseBackfill(ctx, source)
	}
	return err
}

// stopped says where backfills stand that a person has stopped, or a fault.
func (l *loading) stopped(ctx context.Context, source string, fault error) error {
	if ctx.Err() == nil {
		return fault
	}
	ctx = context.WithoutCancel(ctx)
	if err := l.pauseAlone(ctx, source); err != nil {
		return err
	}
	b, _, err := l.s.BackfillOf(ctx, source)
	if err != nil {
		return err
	}
	switch b.State {
	case store.BackfillOpen:
		l.note("the loading goes on; to pause it: tradewire backfill %s --pause", source)
	case store.BackfillFinished:
		l.note("everything of %s is taken in; `tradewire run` carries on what waits", source)
	}
	return errors.Join(l.tell(ctx), errSaid)
}

// tell says where the backfills stand.
func (l *loading) tell(ctx context.Context) error {
	views := make([]backfillView, len(l.sources))
	for i, source := range l.sources {
		b, _, err := l.s.BackfillOf(ctx, source.Name)
		if err != nil {
			return err
		}
		views[i] = viewBackfill(b, pipelines.HeldBack{})
	}
	if l.json {
		return l.printViews(views)
	}
	l.tellBackfills(views)
	return nil
}

// tellAll says that all is loaded, and what a person has to look at.
func (l *loading) tellAll(ctx context.Context, fault error, loaded []pipelines.Source) error {
	if fault != nil {
		return nil // that is told
	}
	counts, err := l.s.Counts(ctx)
	if err == nil {
		err = l.tell(ctx)
	}
	if err != nil || l.json {
		return err
	}
	if len(loaded) == 0 {
		fmt.Fprintln(l.out, "nothing was left to load; to load it once more: --again")
	}
	if counts.Letters > 0 {
		fmt.Fprintf(l.out, "%d dead letters wait for a person: tradewire deadletters list\n", counts.Letters)
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
