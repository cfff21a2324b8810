package pipelines_test

import (
	"testing"
	"time"

	"tradewire/pipelines"
)

func TestHoursAreThoseOfTheClockOnTheWall(t *testing.T) {
	for _, c := range []struct{ name, hours, zone, now, opens string }{
		{"within", "09:00-17:00", "Asia/Hong_Kong", "2026-11-30T16:59:59+08:00", "2026-11-30T16:59:59+08:00"},
		{"at their end they are over", "09:00-17:00", "Asia/Hong_Kong", "2026-11-30T17:00:00+08:00", "2026-12-01T09:00:00+08:00"},
		{"before", "09:00-17:00", "Asia/Hong_Kong", "2026-11-30T08:59:01.5+08:00", "2026-11-30T09:00:00+08:00"},
		{"the company's day, not that of the machine", "09:00-17:00", "Asia/Hong_Kong", "2026-11-30T12:00:00Z", "2026-12-01T09:00:00+08:00"},
		{"over midnight, in the evening", "19:00-07:00", "Asia/Hong_Kong", "2026-11-30T23:30:00+08:00", "2026-11-30T23:30:00+08:00"},
		{"over midnight, in the morning", "19:00-07:00", "Asia/Hong_Kong", "2026-12-01T06:59:00+08:00", "2026-12-01T06:59:00+08:00"},
		{"over midnight, by day", "19:00-07:00", "Asia/Hong_Kong", "2026-12-01T07:00:00+08:00", "2026-12-01T19:00:00+08:00"},
		{"in spring an hour is left out, and with it their beginning", "02:30-04:00", "Europe/Berlin", "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"in spring all of them is left out: the next day", "02:10-02:50", "Europe/Berlin", "2026-03-29T01:59:00+01:00", "2026-03-30T02:10:00+02:00"},
		{"in autumn an hour comes twice", "02:10-02:20", "Europe/Berlin", "2026-10-25T02:30:00+02:00", "2026-10-25T02:10:00+01:00"},
		{"a day of 25 hours", "19:00-07:00", "Europe/Berlin", "2026-10-25T08:00:00+01:00", "2026-10-25T19:00:00+01:00"},
		{"none are given", "", "Asia/Hong_Kong", "2026-12-01T07:00:00+08:00", "2026-12-01T07:00:00+08:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pace, err := pipelines.ParsePace("", c.hours)
			if err != nil {
				t.Fatal(err)
			}
			zone, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			if opens := pace.Hours.Next(instantOf(t, c.now).In(zone)); !opens.Equal(instantOf(t, c.opens)) {
				t.Errorf("%s at %s opens at %s, want %s", c.hours, c.now, opens, c.opens)
			}
		})
	}
}

func instantOf(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestARateIsRecordsInATime(t *testing.T) {
	now := instantOf(t, "2026-11-30T00:00:00Z")
	for _, c := range []struct {
		rate          string
		chunk, page   int
		records       int
		next          time.Duration
		refused, says string
	}{
		{rate: "", chunk: 200, page: 200, records: 200, next: 0},
		{rate: "200/m", chunk: 200, page: 200, records: 200, next: time.Minute},
		{rate: "200/m", chunk: 200, page: 200, records: 50, next: 15 * time.Second},
		{rate: "5/s", chunk: 200, page: 5, records: 5, next: time.Second},
		{rate: "10000/h", chunk: 200, page: 200, records: 200, next: 72 * time.Second},
		{rate: "10/h", chunk: 200, page: 10, records: 1, next: 6 * time.Minute},
	} {
		pace, err := pipelines.ParsePace(c.rate, "")
		if err != nil {
			t.Fatal(err)
		}
		if page := pace.Page(c.chunk); page != c.page {
			t.Errorf("%s: a page of %d is %d, want %d", c.rate, c.chunk, page, c.page)
		}
		if next := pace.After(now, c.records).Sub(now); next != c.next {
			t.Errorf("%s: %d records later it is %s, want %s", c.rate, c.records, next, c.next)
		}
	}
}

func TestAPaceThatCannotBeReadIsRefused(t *testing.T) {
	for _, bad := range [][2]string{{"200", ""}, {"0/m", ""}, {"-5/s", ""}, {"5/d", ""}, {"1.5/s", ""}, {"9999999999/s", ""}, {"", "19-7"}, {"", "24:00-07:00"}, {"", "19:60-07:00"}, {"", "7:00-19:00"}, {"", "08:00-08:00"}} {
		if _, err := pipelines.ParsePace(bad[0], bad[1]); err == nil {
			t.Errorf("the pace %q is taken", bad)
		}
	}
}
