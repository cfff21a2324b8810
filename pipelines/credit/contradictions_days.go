package credit

import "fmt"

// usualWarning is what warn_days means where it is left out. A release that is shorter than that is told of from its start.
const usualWarning = 3

// lookAgains finds the contradictions of when orders are looked at again.
func (p Policy) lookAgains(add fault) {
	if r := p.Release; r != nil && r.WarnDays < 0 {
		add(fmt.Sprintf("release: warn_days is %d", r.WarnDays), "write how many days before a release ends finance hears of it, such as 3, or 0 for never", "release", "warn_days")
	} else if r != nil && r.ValidDays > 0 && r.WarnDays > max(r.ValidDays, usualWarning) {
		add(fmt.Sprintf("release: warn_days %d is longer than valid_days %d: every release would be about to end from the start", r.WarnDays, r.ValidDays),
			"write fewer days than valid_days, such as 3", "release", "warn_days")
	}
	c := p.ShipCheck
	switch {
	case c == nil:
	case c.DaysBefore < 0 || c.DaysBefore > longestTerms:
		add(fmt.Sprintf("ship_check: days_before is %d", c.DaysBefore), "write days before the planned day, such as 1, or 0 for that day", "ship_check", "days_before")
	case p.HorizonDays > 0 && c.DaysBefore > p.HorizonDays:
		add(fmt.Sprintf("ship_check: %d days before it ships an order still lies beyond horizon_days %d, and would not be measured against the limit", c.DaysBefore, p.HorizonDays),
			"write at most horizon_days", "ship_check", "days_before")
	}
}
