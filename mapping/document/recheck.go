package document

import "time"

// Next is when the credit of the order is looked at again: a release by people ends, or finance is told that it will; it ships soon;
// it comes within the horizon. UTC; zero: never. What is held, closed or has left waits for nothing of that.
func (o *SalesOrder) Next() time.Time {
	if o.Credit == nil || o.State != OrderReleased && o.State != OrderPartiallyShipped {
		return time.Time{}
	}
	return o.Credit.RecheckAt
}

// Ends is the last day of a release by people: that of the signature which ends first. Zero where none stands.
func (c *Consent) Ends() (last Date) {
	if c == nil || !c.Stands {
		return Date{}
	}
	for _, a := range c.Approvals {
		if last.IsZero() || a.Until.Before(last) {
			last = a.Until
		}
	}
	return last
}

// Begins is the first instant of a day in a zone, UTC.
func (d Date) Begins(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone).UTC()
}
