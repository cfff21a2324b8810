package document

import "time"

// AccountTimes are when an account is looked at again though nothing happens, and what people were told of it by then. They are
// counted here.
type AccountTimes struct {
	LookAt   time.Time     `json:"look_at,omitzero"`   // when the calendar next changes something about it, UTC; zero: never
	AskedAt  time.Time     `json:"asked_at,omitzero"`  // when it is next asked whether its receivables are still fresh, UTC; zero: nothing is at stake
	Alerts   AccountAlerts `json:"alerts,omitzero"`    // so far
	LateFor  int           `json:"late_for,omitzero"`  // days: the mark of age that its oldest open item has passed, as people were told; 0: it is not overdue
	EndingOn Date          `json:"ending_on,omitzero"` // the last day of the limit of whose end people were warned
	EndingBy int           `json:"ending_by,omitzero"` // warnings of that end so far, the end itself counted in
}

// AccountAlerts are the notices of each type so far; they number the next. Those of credit_watch are counted as watches.
type AccountAlerts struct {
	Notices  int `json:"notices,omitzero"`  // credit_notice
	Overs    int `json:"overs,omitzero"`    // credit_over
	Overdue  int `json:"overdue,omitzero"`  // overdue
	Expiring int `json:"expiring,omitzero"` // limit_expiring
}

// Next is when the account is looked at again, UTC; zero: never.
func (a *CreditAccount) Next() time.Time { return a.Times.LookAt }
