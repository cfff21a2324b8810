package document

import "time"

// Ageing is what the calendar has changed: an item is later, a limit ends, a reading is older. What is not the business of a
// notice is left out of it.
type Ageing struct {
	OldestDue Date   `json:"oldest_due,omitzero"` // of the open items
	Late      int    `json:"late,omitzero"`       // days by which that item is overdue
	Bucket    string `json:"bucket,omitzero"`     // 1-30, 31-60, 61-90, 91+
	Allowed   int    `json:"allowed,omitzero"`    // days that an item may be late before new orders are held

	LimitTo Date `json:"limit_to,omitzero"` // the last day of the limit
	Left    int  `json:"left,omitzero"`     // days from this one to that; below zero: the limit has ended

	AsOf    time.Time `json:"as_of,omitzero"`    // of the receivables, in the company's zone
	HoldsAt time.Time `json:"holds_at,omitzero"` // from when they are too old to decide on, in the company's zone; zero: they hold nothing

	Holds bool `json:"holds,omitzero"` // new orders are held for it already
}

// CreditAlertTypes are the types of notices by which credit tells of orders, of accounts and of limits.
func CreditAlertTypes() []NoticeType {
	return append([]NoticeType{OrderHeldAlert, ReleaseExpiringAlert, LimitProposedNotice}, AccountAlertTypes()...)
}

// AccountAlertTypes are the types of notices about an account or its receivables.
func AccountAlertTypes() []NoticeType {
	return []NoticeType{CreditNearAlert, CreditWatchAlert, CreditOverAlert, OverdueAlert, ExpiringAlert, StaleAlert}
}
