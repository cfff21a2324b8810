package main

import (
	"fmt"
	"io"
	"time"

	"tradewire/mapping/document"
)

// overTime tells how old what is known of an account is, and when something about it ends. read is when the receivables of all were
// last read to their end.
func (v *accountView) overTime(a *document.CreditAccount, read, now time.Time) {
	const second = "2006-01-02T15:04:05Z"
	v.Level, v.LimitTo = a.Level, a.LimitTo.String()
	if a.TemporaryLimit != nil {
		v.TemporaryTo = a.TemporaryTo.String()
	}
	if a.AsOf.After(read) {
		read = a.AsOf
	}
	if !read.IsZero() {
		age := max(0, int64(now.Sub(read)/time.Minute))
		v.Read, v.Age = read.UTC().Format(second), &age
	}
	if at := a.Next(); !at.IsZero() {
		v.LookAt = at.UTC().Format(second)
	}
}

// until is the last day of the limit, as a person reviews it.
func (v accountView) until() string {
	switch {
	case v.TemporaryTo != "" && v.LimitTo != "":
		return v.LimitTo + ", temporary " + v.TemporaryTo
	case v.TemporaryTo != "":
		return "temporary " + v.TemporaryTo
	}
	return v.LimitTo
}

// age is how long ago the receivables were read.
func (v accountView) age() string {
	const hour, day = 60, 24 * 60
	switch {
	case v.Age == nil:
		return "never"
	case *v.Age < hour:
		return fmt.Sprintf("%d min ago", *v.Age)
	case *v.Age < 2*day:
		return fmt.Sprintf("%d h ago", *v.Age/hour)
	}
	return fmt.Sprintf("%d days ago", *v.Age/day)
}

// showTimes tells what a person asks next: what people were told, and when the account is looked at again by itself.
func (v accountView) showTimes(to io.Writer, zone *time.Location) {
	level := string(v.Level)
	if v.Level == document.LevelOK {
		level = "nothing of its level"
	}
	fmt.Fprintf(to, "  %-34s %s\n", "people were told last", level)
	for _, line := range [][2]string{{"receivables last read", v.Read}, {"oldest open item due", v.OldestDue}, {"looked at again", v.LookAt}} {
		if at, err := time.Parse(time.RFC3339, line[1]); err == nil {
			line[1] = at.In(zone).Format("2006-01-02 15:04")
		}
		if line[1] != "" {
			fmt.Fprintf(to, "  %-34s %s\n", line[0], line[1])
		}
	}
}
