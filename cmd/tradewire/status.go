package main

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/distribution"
	"tradewire/pipelines/store"
)

func (a *app) status() *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "Show where everything stands: changes, deliveries, how fast departments answer, what is paused and why",
		Example: "  tradewire status --config D/tradewire.yaml",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.looking(cmd.Context(), func(p *plant, s *store.Store) error {
				counts, err := s.Counts(cmd.Context())
				if err != nil {
					return err
				}
				pauses, err := s.Pauses(cmd.Context())
				if err != nil {
					return err
				}
				answers, err := p.answersOf(cmd.Context(), s)
				if err != nil {
					return err
				}
				loading, err := unfinished(cmd.Context(), s)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(statusReport(counts, pauses, answers, loading))
				}
				a.showStatus(counts, pauses, p.house.Zone)
				a.tellUnfinished(loading)
				a.showAnswers(p, answers)
				if counts.Letters > 0 {
					fmt.Fprintf(a.out, "%d dead letters wait for a person: tradewire deadletters list\n", counts.Letters)
				}
				return nil
			})
		},
	}
}

func statusReport(c store.Counts, pauses map[string]store.Pause, answers map[string]*distribution.Measure, loading []backfillView) any {
	paused := []map[string]any{}
	for _, name := range sortedKeys(pauses) {
		p := pauses[name]
		paused = append(paused, map[string]any{"place": p.Place, "since": p.Since, "until": p.Until, "kind": p.Kind, "reason": p.Reason})
	}
	return map[string]any{"changes": c.Changes, "deliveries": c.Deliveries, "documents": c.Documents, "dead_letters": c.Letters, "paused": paused, "answers": answers, "backfills": loading}
}

// buckets are where a change may stand, in the order in which people read them.
var buckets = []pipelines.Bucket{pipelines.Waiting, pipelines.Released, pipelines.Held, pipelines.Cancelled, pipelines.Applied,
	pipelines.Unchanged, pipelines.Superseded, pipelines.Duplicate, pipelines.DeadLetter}

func (a *app) showStatus(c store.Counts, pauses map[string]store.Pause, zone *time.Location) {
	header := []any{"taken in", "read"}
	for _, b := range buckets {
		header = append(header, string(b))
	}
	t := a.newTable(header...)
	for _, kind := range document.Kinds() {
		row := c.Changes[kind]
		if row == nil {
			continue
		}
		read, cells := 0, table.Row{kind, 0}
		for _, b := range buckets {
			read += row[string(b)]
			cells = append(cells, row[string(b)])
		}
		cells[1] = read
		t.AppendRow(cells)
	}
	t.Render()
	states := []string{"applied", "unchanged", "superseded", "waiting", "dead"}
	t = a.newTable("target", "due", states[0], states[1], states[2], states[3], states[4])
	for _, target := range sortedKeys(c.Deliveries) {
		due, cells := 0, table.Row{target, 0}
		for _, state := range states {
			cells = append(cells, c.Deliveries[target][state])
		}
		for _, n := range c.Deliveries[target] {
			due += n
		}
		cells[1] = due
		t.AppendRow(cells)
	}
	t.Render()
	for _, name := range sortedKeys(pauses) {
		p := pauses[name]
		fmt.Fprintf(a.out, "%s is paused since %s, tried again at %s: %s\n", p.Place, p.Since.In(zone).Format(time.DateTime), p.Until.In(zone).Format(time.TimeOnly), p.Reason)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return slices.Clip(keys)
}
