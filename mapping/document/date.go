package document

import (
	"fmt"
	"time"
)

// Date is a day in the company's time zone, not an instant. The zero Date is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads YYYY-MM-DD and refuses days that the calendar does not have.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a day (YYYY-MM-DD)", s)
	}
	return DateOf(t), nil
}

// Pattern is what UnmarshalText reads, for editors: a day, or none.
func (Date) Pattern() string { return `([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?` }

// DateOf is the day of t in t's own zone: DateOf(now.In(company)).
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

func (d Date) IsZero() bool { return d == Date{} }

// String is YYYY-MM-DD, empty for no day.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.midnight().Format(time.DateOnly)
}

// AddDays is the day n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.midnight().AddDate(0, 0, n)) }

// AddMonths is the same day n months later, or the last of that month where it has no such day.
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := DateOf(first).MonthEnd()
	return Date{last.Year, last.Month, min(d.Day, last.Day)}
}

// MonthEnd is the last day of its month.
func (d Date) MonthEnd() Date { return DateOf(time.Date(d.Year, d.Month+1, 0, 0, 0, 0, 0, time.UTC)) }

// Sub is the number of days from e to d.
func (d Date) Sub(e Date) int { return int(d.midnight().Sub(e.midnight()).Hours() / 24) }

func (d Date) Before(e Date) bool { return d.midnight().Before(e.midnight()) }
func (d Date) After(e Date) bool  { return d.midnight().After(e.midnight()) }

func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d *Date) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(text))
	return err
}
