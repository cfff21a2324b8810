package distribution

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tradewire/mapping/document"
)

// Digest gathers what credit has to say in the course of a day, and tells each recipient in one message.
type Digest struct {
	Daily string   `yaml:"daily" required:"true" example:"08:30"`          // the time of day at which it is sent, in the company's zone
	Types []string `yaml:"types" required:"true" example:"[credit_watch]"` // of the notices that it gathers
}

// Quiet are the hours in which nobody is told what can wait until they end.
type Quiet struct {
	Hours    string   `yaml:"hours" example:"20:00-08:00"` // from and until, in the company's zone
	RestDays bool     `yaml:"rest_days"`                   // days on which the company does not work are quiet, too
	Except   []string `yaml:"except"`                      // types of notices that never wait; nor does what concerns class A
}

// clockTime is a time of day, as the time since midnight.
type clockTime time.Duration

func parseClockTime(text string) (clockTime, error) {
	at, err := time.Parse("15:04", strings.TrimSpace(text))
	if err != nil {
		return 0, fmt.Errorf("%q is not a time of day", text)
	}
	return clockTime(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute), nil
}

// on is that time on the day of t and so many days later, in the zone of t.
func (c clockTime) on(t time.Time, later int) time.Time {
	d := time.Duration(c)
	return time.Date(t.Year(), t.Month(), t.Day()+later, int(d.Hours()), int(d.Minutes())%60, 0, 0, t.Location())
}

// hours are the two ends of the quiet hours; none: there are no such hours.
func (q *Quiet) hours() (from, until clockTime, none bool, err error) {
	if q.Hours == "" {
		return 0, 0, true, nil
	}
	first, last, found := strings.Cut(q.Hours, "-")
	if !found {
		return 0, 0, false, fmt.Errorf("%q does not say from when until when", q.Hours)
	}
	if from, err = parseClockTime(first); err != nil {
		return 0, 0, false, err
	}
	if until, err = parseClockTime(last); err != nil {
		return 0, 0, false, err
	}
	if from == until {
		return 0, 0, false, fmt.Errorf("%q ends when it begins", q.Hours)
	}
	return from, until, false, nil
}

// ends is when it is not quiet any more: t itself, where it is not quiet at t. t is in the company's zone.
func (q *Quiet) ends(t time.Time, calendar Calendar) time.Time {
	from, until, none, err := q.hours()
	none = none || err != nil
	for range mostDays {
		switch {
		case q.RestDays && !calendar.works(t):
			t = midnight(t, 1)
		case none:
			return t
		case from < until && !t.Before(from.on(t, 0)) && t.Before(until.on(t, 0)):
			return q.ends(until.on(t, 0), calendar)
		case from > until && t.Before(until.on(t, 0)):
			t = until.on(t, 0)
		case from > until && !t.Before(from.on(t, 0)):
			t = until.on(t, 1)
		default:
			return t
		}
	}
	return t
}

// holdsBack says until when a notice waits for quiet hours to end, made at t in the company's zone; false: it does not.
func (q *Quiet) holdsBack(n *document.Notice, t time.Time, calendar Calendar) (until time.Time, waits bool) {
	if q == nil || n.Urgent() || slices.Contains(q.Except, string(n.Type)) {
		return time.Time{}, false
	}
	until = q.ends(t, calendar)
	return until, until.After(t)
}

// madeUp is how long before it is sent a digest takes in what has gathered. What is made later goes into the next one.
const madeUp = time.Minute

// next is when the digest is sent that gathers what is made at t, in the company's zone: on the first day on which that is
// not a quiet time.
func (d *Digest) next(t time.Time, quiet *Quiet, calendar Calendar) time.Time {
	daily, _ := parseClockTime(d.Daily)
	for later := range mostDays {
		at := daily.on(t, later)
		if !at.After(t.Add(madeUp)) || quiet != nil && quiet.ends(at, calendar).After(at) {
			continue
		}
		return at
	}
	return t
}

// checkTimes finds what contradicts itself in when a department is told.
func (d Department) checkTimes(name string, calendar Calendar, found *mistakes) {
	at := func(keys ...string) []string { return append([]string{"departments", name}, keys...) }
	credit := slices.Contains(d.Of, ofCredit)
	if d.Digest != nil && !credit {
		found.add(name+" has a digest, and is not told of credit: nothing else is gathered", "write of: [credit], or take digest out", at("digest")...)
	}
	if d.Quiet != nil && !credit {
		found.add(name+" has quiet hours, and is not told of credit: nothing else waits", "write of: [credit], or take quiet out", at("quiet")...)
	}
	d.checkQuiet(name, found, at)
	d.checkDigest(name, calendar, found, at)
}

func (d Department) checkQuiet(name string, found *mistakes, at func(...string) []string) {
	if d.Quiet == nil {
		return
	}
	if _, _, none, err := d.Quiet.hours(); err != nil {
		found.add(fmt.Sprintf("%s: %s", name, err), "write hours: 20:00-08:00", at("quiet", "hours")...)
	} else if none && !d.Quiet.RestDays {
		found.add(name+" has quiet hours, and nothing says which", "write hours: 20:00-08:00, or rest_days: true", at("quiet")...)
	}
	checkTypes(name, d.Quiet.Except, found, at("quiet", "except")...)
}

func (d Department) checkDigest(name string, calendar Calendar, found *mistakes, at func(...string) []string) {
	if d.Digest == nil {
		return
	}
	daily, err := parseClockTime(d.Digest.Daily)
	if err != nil {
		found.add(fmt.Sprintf("%s: %s", name, err), `write daily: "08:30"`, at("digest", "daily")...)
	}
	if len(d.Digest.Types) == 0 {
		found.add(name+" has a digest that gathers nothing", "write types: [credit_watch], or take digest out", at("digest")...)
	}
	checkTypes(name, d.Digest.Types, found, at("digest", "types")...)
	if d.Quiet == nil || err != nil {
		return
	}
	working := Quiet{Hours: d.Quiet.Hours}
	if moment := daily.on(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), 0); working.ends(moment, calendar).After(moment) {
		found.add(fmt.Sprintf("%s: the digest is sent at %s, within the quiet hours %s: it would never go out", name, d.Digest.Daily, d.Quiet.Hours),
			"let it be sent when they end", at("digest", "daily")...)
	}
	for _, t := range d.Digest.Types {
		if slices.Contains(d.Quiet.Except, t) {
			found.add(fmt.Sprintf("%s: %s waits for the digest, and must never wait", name, t), "name it once", at("quiet", "except")...)
		}
	}
}

// checkTypes finds types of notices that credit does not send: others are not gathered, do not wait, and are answered in their own way.
func checkTypes(name string, types []string, found *mistakes, at ...string) {
	known := append(document.CreditAlertTypes(), document.OverrideUsedNotice)
	for _, t := range types {
		if !slices.Contains(known, document.NoticeType(t)) {
			found.add(fmt.Sprintf("%s: %q is no type of what credit says", name, t), fmt.Sprintf("write some of %v", known), at...)
		}
	}
}
