package expr

import (
	"fmt"
	"strings"
	"time"

	"tradewire/mapping/document"
)

// noDay says that a database means "no day": zeros, in whatever form, where a column must hold something.
func noDay(s string) bool {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-/.: T", r) {
			return -1
		}
		return r
	}, s)
	return s == "" || len(digits) >= 8 && strings.Trim(digits, "0") == "" || digits == "0"
}

// zoneOf is a time zone that is written out.
func (c *compiler) zoneOf(at int, arg part, example string) (*time.Location, bool) {
	name, ok := arg.literal.(string)
	if !ok {
		c.fault(at, "wrong-arguments", "the time zone is computed", "write it in quotes: "+example)
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		c.fault(at, "bad-time-zone", fmt.Sprintf("%q is not a time zone", name), "write a name like Asia/Hong_Kong: "+example)
		return nil, false
	}
	return zone, true
}

// clockForms are the ways in which databases write a time whose zone is known otherwise. A fraction may follow the seconds.
var clockForms = []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "20060102150405"}

// buildInstant reads a moment: a text with an offset; with a zone also one without; a number of seconds, milliseconds or
// microseconds since 1970, which have 10, 13 and 16 digits in our century.
func buildInstant(c *compiler, at int, args []part) part {
	var zone *time.Location
	if len(args) == 2 {
		var ok bool
		if zone, ok = c.zoneOf(at, args[1], `instant(x, "Asia/Hong_Kong")`); !ok {
			return part{}
		}
	}
	x := args[0]
	return part{run: func(r *Run) (any, error) {
		v, err := argument(r, x, Text|Numeric|Instant)
		if err != nil {
			return nil, err
		}
		if moment, ok := v.(time.Time); ok {
			return moment, nil
		}
		if _, isNumber, _ := number(v); isNumber {
			return sinceEpoch(v)
		}
		return readInstant(v.(string), zone, x.words)
	}}
}

func readInstant(s string, zone *time.Location, words string) (any, error) {
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at.UTC(), nil
	}
	fix := "it is written like 2026-01-31T08:30:00Z or 2026-01-31T16:30:00+08:00"
	for _, form := range clockForms {
		if zone == nil {
			if _, err := time.Parse(form, s); err == nil && !noDay(s) {
				fix = fmt.Sprintf(`say where its clock stands: instant(%s, "Asia/Hong_Kong")`, words)
			}
		} else if at, err := time.ParseInLocation(form, s, zone); err == nil {
			return at.UTC(), nil
		}
	}
	if noDay(s) {
		return nil, absent(clip(s)+" is no moment", fmt.Sprintf("say what stands in its place: instant(%s) ?? nil", words))
	}
	return nil, &Problem{What: clip(s) + " is not an instant", Fix: fix}
}

func sinceEpoch(v any) (any, error) {
	n, err := Integer(v)
	if err != nil {
		return nil, err
	}
	switch digits := len(fmt.Sprint(max(n, -n))); {
	case n == 0:
		return nil, absent("0 is no moment", "say what stands in its place: instant(x) ?? nil")
	case digits == 9, digits == 10:
		return time.Unix(n, 0).UTC(), nil
	case digits == 12, digits == 13:
		return time.UnixMilli(n).UTC(), nil
	case digits == 15, digits == 16:
		return time.UnixMicro(n).UTC(), nil
	}
	return nil, &Problem{What: fmt.Sprintf("%d is not a number of seconds, milliseconds or microseconds since 1970", n), Fix: `a day in digits is read with date(x, "YYYYMMDD")`}
}

// buildDay is the day of a moment, where the clock of a zone stands.
func buildDay(c *compiler, at int, args []part) part {
	zone, ok := c.zoneOf(at, args[1], `day(at, "Asia/Hong_Kong")`)
	if !ok {
		return part{}
	}
	x := args[0]
	return part{run: func(r *Run) (any, error) {
		v, err := argument(r, x, Instant)
		if err != nil {
			return nil, err
		}
		return document.DateOf(v.(time.Time).In(zone)), nil
	}}
}

// clock writes a moment as the clock of a zone shows it.
func (c *compiler) clock(at int, x part, format string, in part) part {
	zone, ok := c.zoneOf(at, in, `text(at, "YYYY-MM-DD hh:mm:ss", "Asia/Hong_Kong")`)
	if !ok {
		return part{}
	}
	form, err := parsePattern(format)
	if err != nil {
		return c.fault(at, "bad-format", fmt.Sprintf("%q is not a form: %v", format, err), `write it like "YYYY-MM-DD hh:mm:ss"`)
	}
	if !x.typ.Shape.fits(Instant) {
		return c.fault(at, "wrong-type", fmt.Sprintf("%s is %s, and only a moment has a time zone", x.words, x.typ.Shape), "leave the zone out")
	}
	return part{run: func(r *Run) (any, error) {
		v, err := argument(r, x, Instant)
		if err != nil {
			return nil, err
		}
		return form.writeAt(v.(time.Time).In(zone)), nil
	}}
}

// mostDays keeps a day that is counted with inside the calendar.
const mostDays = 40_000

func stepsOf(n any, most int64) (int, error) {
	steps, err := Integer(n)
	if err == nil && (steps > most || steps < -most) {
		err = &Problem{What: fmt.Sprintf("%d is too many", steps), Fix: fmt.Sprintf("count at most %d", most)}
	}
	return int(steps), err
}

func callAddDays(d, n, _ any) (any, error) {
	steps, err := stepsOf(n, mostDays)
	return d.(document.Date).AddDays(steps), err
}

// callAddMonths is the same day of a later month, or its last day where the month is shorter.
func callAddMonths(d, n, _ any) (any, error) {
	steps, err := stepsOf(n, mostDays/28)
	if err != nil {
		return nil, err
	}
	day := d.(document.Date)
	last := monthEnd(document.DateOf(time.Date(day.Year, day.Month+time.Month(steps), 1, 0, 0, 0, 0, time.UTC)))
	last.Day = min(day.Day, last.Day)
	return last, nil
}

func callMonthEnd(d, _, _ any) (any, error) { return monthEnd(d.(document.Date)), nil }

func monthEnd(d document.Date) document.Date {
	return document.DateOf(time.Date(d.Year, d.Month+1, 0, 0, 0, 0, 0, time.UTC))
}
