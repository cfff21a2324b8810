package distribution

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tradewire/mapping/document"
)

// Calendar says on which days the company works.
type Calendar struct {
	RestDays    []string        `yaml:"rest_days"`    // of the week: saturday, sunday
	Holidays    []document.Date `yaml:"holidays"`     // days on which nobody works
	WorkingDays []document.Date `yaml:"working_days"` // rest days that are worked all the same
}

func (c Calendar) check(found *mistakes) {
	for _, day := range c.RestDays {
		if _, known := weekdays[strings.ToLower(day)]; !known {
			found.add(fmt.Sprintf("there is no day %q", day), "write saturday, sunday", "calendar", "rest_days")
		}
	}
	if len(c.RestDays) >= len(weekdays) {
		found.add("every day of the week is a rest day", "leave one to work on: nothing would ever be due", "calendar", "rest_days")
	}
}

var weekdays = map[string]time.Weekday{"sunday": time.Sunday, "monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday,
	"thursday": time.Thursday, "friday": time.Friday, "saturday": time.Saturday}

// works says whether the company works on the day of t.
func (c Calendar) works(t time.Time) bool {
	day := document.DateOf(t)
	if slices.Contains(c.WorkingDays, day) {
		return true
	}
	return !slices.Contains(c.Holidays, day) && !slices.ContainsFunc(c.RestDays, func(name string) bool {
		return weekdays[strings.ToLower(name)] == t.Weekday()
	})
}

// mostDays bounds a search through the calendar.
const mostDays = 400

// After is the same time of day so many working days later, in the zone of t. What begins on a rest day begins on the
// morning of the next working day.
func (c Calendar) After(t time.Time, days int) time.Time {
	if !c.works(t) {
		t = c.nextMorning(t)
	}
	for range days {
		morning := c.nextMorning(t)
		t = time.Date(morning.Year(), morning.Month(), morning.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	}
	return t
}

// nextMorning is the beginning of the next working day.
func (c Calendar) nextMorning(t time.Time) time.Time {
	for range mostDays {
		t = midnight(t, 1)
		if c.works(t) {
			return t
		}
	}
	return t
}

func midnight(t time.Time, later int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+later, 0, 0, 0, 0, t.Location())
}

// Worked is how much working time lies between two instants, in the zone of from: 24 hours are one working day, as After
// counts them.
func (c Calendar) Worked(from, to time.Time) (sum time.Duration) {
	to = to.In(from.Location())
	for range mostDays {
		end := midnight(from, 1)
		if end.After(to) {
			end = to
		}
		if c.works(from) && end.After(from) {
			sum += end.Sub(from)
		}
		if from = midnight(from, 1); !from.Before(to) {
			break
		}
	}
	return sum
}
