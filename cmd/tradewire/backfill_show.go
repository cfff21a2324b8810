package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"

	"tradewire/config"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// backfillView is a backfill for people and programs.
type backfillView struct {
	Source     string     `json:"source"`
	State      string     `json:"state"` // open, paused, finished
	Read       int64      `json:"read"`
	Of         *int64     `json:"of"` // records when it began; null: the source cannot tell
	News       int64      `json:"news"`
	Known      int64      `json:"known"`
	Unreadable int64      `json:"unreadable"`
	Chunk      int        `json:"chunk"`
	Rate       string     `json:"rate,omitempty"`
	Hours      string     `json:"hours,omitempty"`
	PerMinute  float64    `json:"per_minute"`
	Since      time.Time  `json:"since"`
	Last       *time.Time `json:"last_chunk,omitempty"`
	Ended      *time.Time `json:"ended,omitempty"`
	WaitsUntil *time.Time `json:"waits_until,omitempty"`
	WaitsFor   string     `json:"waits_for,omitempty"`
	Reserves   bool       `json:"source_waits"` // the source is not read otherwise until the end
	GoOn       string     `json:"go_on,omitempty"`
}

func viewBackfill(b store.Backfill, held pipelines.HeldBack) backfillView {
	v := backfillView{Source: b.Source, State: string(b.State), Read: b.Shown(), News: b.News, Known: b.Same, Unreadable: b.Broken,
		Chunk: b.Chunk, Rate: b.Rate, Hours: b.Hours, Since: b.Since, Reserves: b.Reserves && b.State != store.BackfillFinished}
	if b.Total >= 0 {
		v.Of = &b.Total
	}
	if !b.Moved.IsZero() {
		v.Last = &b.Moved
		if took := b.Moved.Sub(b.Since).Minutes(); took > 0 {
			v.PerMinute = float64(int64(float64(b.Shown())/took*10)) / 10
		}
	}
	if b.State == store.BackfillFinished {
		v.Ended = &b.Ended
	} else {
		v.GoOn = "tradewire backfill " + b.Source
	}
	if b.State == store.BackfillOpen && !held.Until.IsZero() {
		v.WaitsUntil, v.WaitsFor = &held.Until, held.Why
	}
	return v
}

// of is how far it came: 4200 of 20000.
func (v backfillView) of() string {
	if v.Of == nil {
		return fmt.Sprint(v.Read)
	}
	return fmt.Sprintf("%d of %d", v.Read, *v.Of)
}

// tellBackfills says in a sentence each where backfills stand.
func (l *loading) tellBackfills(views []backfillView) {
	for _, v := range views {
		switch v.State {
		case string(store.BackfillFinished):
			fmt.Fprintf(l.out, "%s is loaded since %s: %d records read, %d taken in, %d known before, %d unreadable\n",
				v.Source, v.Ended.In(l.p.house.Zone).Format(time.DateTime), v.Read, v.News, v.Known, v.Unreadable)
		case string(store.BackfillPaused):
			fmt.Fprintf(l.out, "the backfill of %s is paused: %s records read. Go on with: %s\n", v.Source, v.of(), v.GoOn)
		default:
			fmt.Fprintf(l.out, "the backfill of %s is open: %s records read\n", v.Source, v.of())
		}
	}
}

// printViews prints one for who named one, else a list.
func (l *loading) printViews(views []backfillView) error {
	if len(views) == 1 {
		return l.printJSON(views[0])
	}
	return l.printJSON(views)
}

// backfillStatus says where all backfills stand, or those of some sources.
func (a *app) backfillStatus(ctx context.Context, only []string) error {
	return a.looking(ctx, func(p *plant, s *store.Store) error {
		all, err := s.Backfills(ctx)
		if err != nil {
			return err
		}
		pauses, err := s.Pauses(ctx)
		if err != nil {
			return err
		}
		views, known := []backfillView{}, []string{}
		for _, b := range all {
			known = append(known, b.Source)
			if len(only) == 0 || slices.Contains(only, b.Source) {
				views = append(views, viewBackfill(b, pipelines.HoldsBack(b, p.clock.Now(), p.house.Zone, pauses)))
			}
		}
		switch {
		case len(only) > 0 && len(views) == 0 && len(known) > 0:
			return usage(fmt.Errorf("there is no backfill of %q: %s", only[0], config.Choose(only[0], known)))
		case a.json:
			return a.printJSON(views)
		case len(views) == 0:
			fmt.Fprintln(a.out, "nothing was backfilled yet: tradewire backfill SOURCE")
			return nil
		}
		a.showBackfills(views, p.house.Zone)
		return nil
	})
}

func (a *app) showBackfills(views []backfillView, zone *time.Location) {
	local := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.In(zone).Format(time.DateTime)
	}
	t := a.newTable("source", "state", "read", "taken in", "known", "unreadable", "a minute", "since", "last chunk", "pace")
	for _, v := range views {
		t.AppendRow(tableRow{v.Source, v.State, v.of(), v.News, v.Known, v.Unreadable, fmt.Sprintf("%.1f", v.PerMinute), local(&v.Since), local(v.Last),
			joined(fmt.Sprintf("%d at once", v.Chunk), v.Rate, v.Hours)})
	}
	t.Render()
	for _, v := range views {
		if v.WaitsUntil != nil {
			fmt.Fprintf(a.out, "%s waits until %s: %s\n", v.Source, local(v.WaitsUntil), v.WaitsFor)
		}
		if v.Reserves {
			fmt.Fprintf(a.out, "%s is not read otherwise before its backfill ends\n", v.Source)
		}
		if v.State == string(store.BackfillPaused) {
			fmt.Fprintf(a.out, "%s: go on with: %s\n", v.Source, v.GoOn)
		}
	}
}

func joined(words ...string) (all string) {
	for _, word := range words {
		if word != "" && all != "" {
			all += ", "
		}
		all += word
	}
	return all
}

// note tells a person something while work goes on.
func (a *app) note(form string, args ...any) {
	if !a.json {
		fmt.Fprintf(a.err, form+"\n", args...)
	}
}

// tellFaults tells only what an operator must know; how far the loading came is shown beside it.
func (a *app) tellFaults() func(pipelines.Pulse) {
	return func(p pipelines.Pulse) {
		if p.Fault && !a.json {
			fmt.Fprintf(a.err, "%s%s  %s\n", map[bool]string{true: "\r\033[K"}[a.onTerminal()], a.clock.Now().Format(time.RFC3339), p.Doing)
		}
	}
}

// lookAgain is how often what is watched is looked at.
const lookAgain = 250 * time.Millisecond

// watch shows how far a backfill came until it has ended, stands still, ctx ends, or the work on it does.
func (a *app) watch(ctx context.Context, p *plant, s *store.Store, source string, ended chan error) (b store.Backfill, err error) {
	show, end := a.loadingBar(p.house.Zone)
	defer end()
	for {
		pauses, there := map[string]store.Pause{}, false
		if b, there, err = s.BackfillOf(ctx, source); err == nil {
			pauses, err = s.Pauses(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return b, nil
		case store.Away(err): // it is waited for
		case err != nil:
			return b, err
		case !there || b.State != store.BackfillOpen:
			return b, nil
		default:
			if err := misconfigured(pauses, source); err != nil {
				return b, err
			}
			show(b, pipelines.HoldsBack(b, p.clock.Now(), p.house.Zone, pauses))
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
		case err := <-ended:
			ended <- err // for who waits for it
			return b, nil
		}
	}
}

// loadingBar shows a backfill: a bar on a terminal, elsewhere a line for every tenth of the way and for every wait.
func (a *app) loadingBar(zone *time.Location) (show func(store.Backfill, pipelines.HeldBack), end func()) {
	if a.json {
		return func(store.Backfill, pipelines.HeldBack) {}, func() {}
	}
	waits := func(held pipelines.HeldBack) string {
		if held.Until.IsZero() {
			return ""
		}
		return fmt.Sprintf(", waits until %s: %s", held.Until.In(zone).Format(time.DateTime), held.Why)
	}
	if a.onTerminal() {
		bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(a.err), progressbar.OptionShowCount(), progressbar.OptionSetWidth(40),
			progressbar.OptionClearOnFinish())
		return func(b store.Backfill, held pipelines.HeldBack) {
			if b.Total > 0 {
				bar.ChangeMax64(max(b.Total, b.Shown()+1)) // more may have come since it began
			}
			bar.Describe("loading " + b.Source + waits(held))
			_ = bar.Set64(b.Shown())
		}, func() { _ = bar.Finish() }
	}
	tenth, why := int64(-1), ""
	return func(b store.Backfill, held pipelines.HeldBack) {
		now := b.Shown() / 10_000
		if b.Total > 0 {
			now = b.Shown() * 10 / b.Total
		}
		if held.Why == "not faster than "+b.Rate {
			held = pipelines.HeldBack{} // it is always so
		}
		if now == tenth && held.Why == why {
			return
		}
		tenth, why = now, held.Why
		a.note("%s  loading %s: %s%s", a.clock.Now().In(zone).Format(time.DateTime), b.Source, viewBackfill(b, held).of(), waits(held))
	}, func() {}
}

// unfinished are the backfills that must still go on.
func unfinished(ctx context.Context, s *store.Store) ([]backfillView, error) {
	all, err := s.Backfills(ctx)
	views := []backfillView{}
	for _, b := range all {
		if b.State != store.BackfillFinished {
			views = append(views, viewBackfill(b, pipelines.HeldBack{}))
		}
	}
	return views, err
}

func (a *app) tellUnfinished(views []backfillView) {
	for _, v := range views {
		also := ""
		if v.Reserves {
			also = "; the source is not read otherwise before"
		}
		fmt.Fprintf(a.out, "the backfill of %s is %s: %s records read%s. Go on with: %s\n", v.Source, v.State, v.of(), also, v.GoOn)
	}
}
