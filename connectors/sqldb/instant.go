package sqldb

import (
	"fmt"
	"strconv"
	"time"

	"tradewire/connectors"
)

// layouts are the ways in which databases keep times as text, the longer before the shorter.
var layouts = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05",
	"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

// compact are the ways in which they keep them as digits, by the number of digits.
var compact = map[int]string{14: "20060102150405", 8: "20060102"}

// moment is a time together with the way it was written.
type moment struct {
	at     time.Time
	format func(time.Time) any
}

// readMoment reads a time as the database keeps it; zone is where its clock stands when it does not say.
func readMoment(v any, zone *time.Location) (moment, error) {
	text := keyText(v)
	if layout, ok := compact[len(text)]; ok {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return moment{at, func(t time.Time) any { return like(v, t.In(zone).Format(layout)) }}, nil
		}
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return readEpoch(v, n, len(text))
	}
	for _, layout := range layouts {
		at, err := time.ParseInLocation(layout, text, zone) // takes a fraction of any length behind the seconds
		if err != nil {
			continue
		}
		return moment{at, func(t time.Time) any { return t.In(at.Location()).Format(fractional(layout, text)) }}, nil
	}
	return moment{}, fmt.Errorf("%.40q is not a time", text)
}

// readEpoch reads seconds, milliseconds or microseconds since 1970, which have 10, 13 and 16 digits in our century.
func readEpoch(v any, n int64, digits int) (moment, error) {
	switch digits {
	case 9, 10:
		return moment{time.Unix(n, 0), func(t time.Time) any { return like(v, strconv.FormatInt(t.Unix(), 10)) }}, nil
	case 12, 13:
		return moment{time.UnixMilli(n), func(t time.Time) any { return like(v, strconv.FormatInt(t.UnixMilli(), 10)) }}, nil
	case 15, 16:
		return moment{time.UnixMicro(n), func(t time.Time) any { return like(v, strconv.FormatInt(t.UnixMicro(), 10)) }}, nil
	}
	return moment{}, fmt.Errorf("%d is not a time", n)
}

// fractional is the layout with as many digits behind the seconds as the text has: texts are compared letter by letter.
func fractional(layout, text string) string {
	const seconds = len("2006-01-02T15:04:05")
	if len(layout) < seconds || len(text) <= seconds || text[seconds] != '.' {
		return layout
	}
	end := seconds + 1
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	zeros := "000000000"[:min(9, end-seconds-1)]
	return layout[:seconds] + "." + zeros + layout[seconds:]
}

// like is digits as a number where v is a number, as text where it is text.
func like(v any, digits string) any {
	if _, ok := v.(connectors.Number); ok {
		return connectors.Number(digits)
	}
	return digits
}

// instant is a time of the database in UTC.
func instant(v any, zone *time.Location) (time.Time, bool) {
	m, err := readMoment(v, zone)
	return m.at.UTC(), err == nil
}

// earlier is a time of the database, by that much earlier, written in the same way.
func earlier(v any, by time.Duration) (any, error) {
	if by == 0 {
		return v, nil
	}
	m, err := readMoment(v, time.UTC)
	if err != nil {
		return nil, err
	}
	return m.format(m.at.Add(-by)), nil
}
