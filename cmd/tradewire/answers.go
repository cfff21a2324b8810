package main

import (
	"context"
	"fmt"
	"strconv"

	"tradewire/mapping/document"
	"tradewire/pipelines/distribution"
	"tradewire/pipelines/store"
)

// answersOf measures how every department answers.
func (p *plant) answersOf(ctx context.Context, s *store.Store) (map[string]*distribution.Measure, error) {
	measures := p.policy().Measure(p.house.Zone)
	err := s.Each(ctx, document.KindDistribution, func(d document.Document, _ int64) error {
		measures.Add(d.(*document.Distribution))
		return nil
	})
	return measures.ByDepartment(), err
}

// showAnswers shows how the departments answer, and warns where one is slow.
func (a *app) showAnswers(p *plant, all map[string]*distribution.Measure) {
	if len(all) == 0 {
		return
	}
	policy := p.policy()
	t := a.newTable("department", "waits", "of these late", "acknowledged", "objected", "answers to orders",
		fmt.Sprintf("within %d day", policy.AnswerWithin), fmt.Sprintf("after %d days", policy.ManagerAfter), "median days", "longest")
	for _, name := range sortedKeys(all) {
		n := all[name]
		row := tableRow{name, n.Sent, n.Late, n.Acked, n.Objected, n.Given, n.InTime, n.TooLate, days(n.Median), days(n.Longest)}
		if n.Given == 0 {
			row = tableRow{name, n.Sent, n.Late, n.Acked, n.Objected, "-", "-", "-", "-", "-"}
		}
		t.AppendRow(row)
	}
	t.Render()
	for _, name := range sortedKeys(all) {
		if n := all[name]; n.TooLate > 0 || n.Late > 0 {
			fmt.Fprintf(a.out, "warning: %s: %d answers came more than %d working days after the CRM's confirmation, %d are late now: tradewire inbox %s\n",
				name, n.TooLate, policy.ManagerAfter, n.Late, name)
		}
	}
}

func days(n float64) string { return strconv.FormatFloat(n, 'f', 2, 64) }
