package pipelines

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Pace is how fast, and at which hours of the day, something large is done beside the day's work. The zero Pace is as fast as it
// goes, at any time.
type Pace struct {
	Count int           // so many records
	Per   time.Duration // in that time; zero: as fast as it goes
	Hours Hours
}

// Hours are a part of every day by the clock on the wall, such as 19:00-07:00. Zero hours are the whole day.
type Hours struct {
	From, To int // minutes after midnight; From is in, To is not
	Given    bool
}

var (
	ratePattern  = regexp.MustCompile(`^([1-9][0-9]{0,8})/(s|m|h)$`)
	hoursPattern = regexp.MustCompile(`^([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])$`)
	periods      = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}
)

// ParsePace reads a rate such as 200/m and hours such as 19:00-07:00; either may be empty.
func ParsePace(rate, hours string) (p Pace, err error) {
	if rate != "" {
		found := ratePattern.FindStringSubmatch(rate)
		if found == nil {
			return p, fmt.Errorf("the rate %q is none: write records per second, minute or hour, such as 5/s, 200/m or 10000/h", rate)
		}
		p.Count, _ = strconv.Atoi(found[1])
		p.Per = periods[found[2]]
	}
	if hours != "" {
		found := hoursPattern.FindStringSubmatch(hours)
		if found == nil {
			return p, fmt.Errorf("the hours %q are none: write from and to, such as 19:00-07:00", hours)
		}
		of := func(i int) (n int) { n, _ = strconv.Atoi(found[i]); return n }
		p.Hours = Hours{of(1)*60 + of(2), of(3)*60 + of(4), true}
		if p.Hours.From == p.Hours.To {
			return p, fmt.Errorf("the hours %q begin where they end: leave them out for the whole day", hours)
		}
	}
	return p, nil
}

// Page is how many records may be read at once: never more than the rate allows in its time.
func (p Pace) Page(most int) int {
	if p.Per > 0 {
		return min(most, p.Count)
	}
	return most
}

// After is when the next page may be read after so many records at that moment.
func (p Pace) After(now time.Time, records int) time.Time {
	if p.Per == 0 {
		return now
	}
	return now.Add(time.Duration(int64(p.Per) * int64(records) / int64(p.Count)))
}

// Holds says whether the clock on the wall stands within the hours.
func (h Hours) Holds(t time.Time) bool {
	minute := t.Hour()*60 + t.Minute()
	switch {
	case !h.Given:
		return true
	case h.From < h.To:
		return h.From <= minute && minute < h.To
	}
	return minute >= h.From || minute < h.To // over midnight
}

// Next is the first moment, from now on, at which the clock on the wall stands within the hours. It asks the clock minute by
// minute: on the day on which an hour is left out the hours begin where the clock goes on, and an hour that comes twice is
// within them twice.
func (h Hours) Next(now time.Time) time.Time {
	if h.Holds(now) {
		return now
	}
	t := now.Truncate(time.Minute)
	for range 3 * 24 * 60 {
		if t = t.Add(time.Minute); h.Holds(t) {
			break
		}
	}
	return t
}
