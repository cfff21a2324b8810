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
