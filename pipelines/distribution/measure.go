package distribution

import (
	"slices"
	"time"

	"tradewire/mapping/document"
)

// Measure is how one department answers for what it is sent.
type Measure struct {
	Sent     int `json:"sent"` // waits now
	Late     int `json:"late"` // of these, past the day on which an answer was due
	Acked    int `json:"acked"`
	Objected int `json:"objected"`

	Given     int     `json:"given"`               // answers of people to orders so far, of every revision
	InTime    int     `json:"in_time"`             // of these, within the aim after the CRM's confirmation
	TooLate   int     `json:"too_late"`            // of these, after the day on which the manager is told
	Median    float64 `json:"median_working_days"` // from the CRM's confirmation to the answer
	Longest   float64 `json:"longest_working_days"`
	durations []time.Duration
}

// Measures are those of every department, by its name.
type Measures struct {
	policy Policy
	zone   *time.Location
	by     map[string]*Measure
}

// Measure begins to measure under a policy, in the company's time zone. Departments that must answer are there from the
// beginning.
func (p Policy) Measure(zone *time.Location) *Measures {
	all := &Measures{policy: p, zone: zone, by: map[string]*Measure{}}
	for _, department := range p.Answering() {
		all.of(department)
	}
	return all
}

func (all *Measures) of(department string) *Measure {
	if all.by[department] == nil {
		all.by[department] = &Measure{}
	}
	return all.by[department]
}

// Add counts what the departments answered of one order. What a despatch settled is no answer of a person.
func (all *Measures) Add(d *document.Distribution) {
	for i := range d.Duties {
		all.of(d.Duties[i].Department).stand(&d.Duties[i])
	}
	for _, given := range d.Given {
		if given.Shipment == "" && !given.Settled && !given.Confirmed.IsZero() {
			all.of(given.Department).took(all.policy, all.policy.Calendar.Worked(given.Confirmed.In(all.zone), given.At))
		}
	}
}

// ByDepartment is what was measured.
func (all *Measures) ByDepartment() map[string]*Measure {
	for _, m := range all.by {
		m.sumUp()
	}
	return all.by
}

func (m *Measure) stand(duty *document.Duty) {
	switch duty.Status {
	case document.DutySent:
		m.Sent++
		if duty.Reminded || duty.Escalated {
			m.Late++
		}
	case document.DutyAcked:
		m.Acked++
	case document.DutyObjected:
		m.Objected++
	}
}

// workingDay is what the calendar counts as one.
const workingDay = 24 * time.Hour

func (m *Measure) took(policy Policy, long time.Duration) {
	m.durations = append(m.durations, long)
	switch {
	case long <= time.Duration(policy.AnswerWithin)*workingDay:
		m.InTime++
	case long > time.Duration(policy.ManagerAfter)*workingDay:
		m.TooLate++
	}
}

func (m *Measure) sumUp() {
	if m.Given = len(m.durations); m.Given == 0 {
		return
	}
	slices.Sort(m.durations)
	m.Median, m.Longest = inDays(m.durations[(m.Given-1)/2]), inDays(m.durations[m.Given-1])
}

// inDays is a span in working days, to a hundredth.
func inDays(d time.Duration) float64 {
	hundredths := (d*100 + workingDay/2) / workingDay
	return float64(hundredths) / 100
}
