package distribution

import (
	"testing"
	"time"

	"tradewire/mapping/document"
)

func day(s string) document.Date {
	d, err := document.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// march is a calendar with a holiday on a Wednesday and a Saturday that is worked for it.
var march = Calendar{RestDays: []string{"saturday", "Sunday"}, Holidays: []document.Date{day("2026-03-11")}, WorkingDays: []document.Date{day("2026-03-14")}}

func TestAnAnswerIsDueOnWorkingDays(t *testing.T) {
	zone := time.FixedZone("HKT", 8*60*60)
	at := func(s string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, c := range []struct {
		name, from string
		days       int
		want       string
	}{
		{"the next day at the same hour", "2026-03-02 09:30", 1, "2026-03-03 09:30"},
		{"over the weekend", "2026-03-06 15:00", 1, "2026-03-09 15:00"},
		{"over a holiday", "2026-03-10 10:00", 1, "2026-03-12 10:00"},
		{"two days over a holiday", "2026-03-10 10:00", 2, "2026-03-13 10:00"},
		{"a Saturday that is worked", "2026-03-13 10:00", 1, "2026-03-14 10:00"},
		{"from a rest day it counts from the next morning", "2026-03-07 22:00", 1, "2026-03-10 00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, want := at(c.from), at(c.want)
			if got := march.After(from, c.days); !got.Equal(want) {
				t.Errorf("%s, want %s", got, want)
			}
			if got := march.Worked(from, want); got != time.Duration(c.days)*24*time.Hour {
				t.Errorf("between them lie %s of working time, want %d days", got, c.days)
			}
		})
	}
	if got := march.Worked(at("2026-03-06 12:00"), at("2026-03-09 06:00")); got != 18*time.Hour {
		t.Errorf("half a Friday and a quarter of a Monday are %s", got)
	}
	if got := march.Worked(at("2026-03-07 12:00"), at("2026-03-08 06:00")); got != 0 {
		t.Errorf("a weekend is worked for %s", got)
	}
	if got := march.Worked(at("2026-03-03 12:00"), at("2026-03-02 06:00")); got != 0 {
		t.Errorf("before it began %s were worked", got)
	}
}

func TestACalendarWithoutAWorkingDayIsRefused(t *testing.T) {
	for _, days := range [][]string{{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}, {"sunnyday"}} {
		var found mistakes
		if (Calendar{RestDays: days}).check(&found); len(found) != 1 {
			t.Errorf("%v: %v", days, found)
		}
	}
}
