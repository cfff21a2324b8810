package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines/distribution"
	"tradewire/pipelines/store"
)

// answers is how one department answers for what it is sent.
type answers struct {
	Sent     int `json:"sent"` // waits now
	Late     int `json:"late"` // of these, past the day on which an answer was due
	Acked    int `json:"acked"`
	Objected int `json:"objected"`

	Given     int     `json:"given"`               // answers to orders so far, of every revision
	InTime    int     `json:"in_time"`             // of these, within the aim after the CRM's confirmation
	TooLate   int     `json:"too_late"`            // of these, after the day on which the manager is told
	Median    float64 `json:"median_working_days"` // from the CRM's confirmation to the answer
	Longest   float64 `json:"longest_working_days"`
	durations []time.Duration
}

// answersOf counts what departments were sent and what they answered, by department.
func (p *plant) answersOf(ctx context.Context, s *store.Store) (map[string]*answers, error) {
	all := map[string]*answers{}
	of := func(department string) *answers {
		if all[department] == nil {
			all[department] = &answers{}
		}
		return all[department]
	}
	policy := p.policy()
	for _, department := range p.departments() {
		of(department)
	}
	err := s.Each(ctx, document.KindDistribution, func(doc document.Document, _ int64) error {
		d := doc.(*document.Distribution)
		for i := range d.Duties {
			of(d.Duties[i].Department).stand(&d.Duties[i])
		}
		for _, given := range d.Given {
			if given.Shipment == "" && !given.Settled && !given.Confirmed.IsZero() {
				of(given.Department).took(policy, policy.Calendar.Worked(given.Confirmed.In(p.house.Zone), given.At))
			}
		}
		return nil
	})
	for _, a := range all {
		a.sumUp()
	}
	return all, err
}

func (a *answers) stand(duty *document.Duty) {
	switch duty.Status {
	case document.DutySent:
		a.Sent++
		if duty.Reminded || duty.Escalated {
			a.Late++
		}
	case document.DutyAcked:
		a.Acked++
	case document.DutyObjected:
		a.Objected++
	}
}

// workingDay is what the calendar counts as one.
const workingDay = 24 * time.Hour

func (a *answers) took(policy distribution.Policy, long time.Duration) {
	a.durations = append(a.durations, long)
	switch {
	case long <= time.Duration(policy.AnswerWithin)*workingDay:
		a.InTime++
	case long > time.Duration(policy.ManagerAfter)*workingDay:
		a.TooLate++
	}
}

func (a *answers) sumUp() {
	if a.Given = len(a.durations); a.Given == 0 {
		return
	}
	slices.Sort(a.durations)
	a.Median, a.Longest = inDays(a.durations[(a.Given-1)/2]), inDays(a.durations[a.Given-1])
}

// inDays is a span in working days, to a hundredth.
func inDays(d time.Duration) float64 {
	hundredths := (d*100 + workingDay/2) / workingDay
	return float64(hundredths) / 100
}

// showAnswers shows how the departments answer, and warns where one is slow.
func (a *app) showAnswers(p *plant, all map[string]*answers) {
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
