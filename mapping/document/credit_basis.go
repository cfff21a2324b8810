package document

import "time"

// CreditBasis is what a credit decision was made on, as far as neither the decision nor its order says it: with it the same order can
// be decided again under another policy, as things were.
type CreditBasis struct {
	At      time.Time `json:"at,omitzero"`       // when it was decided, UTC
	Rules   string    `json:"rules,omitzero"`    // the policy: the beginning of its hash
	NoCheck bool      `json:"no_check,omitzero"` // of the account, as what follows
	Stopped bool      `json:"stopped,omitzero"`

	BaseLimit      *Money `json:"base_limit,omitempty"` // the account's own; nil: none had been set
	LimitTo        Date   `json:"limit_to,omitzero"`
	TemporaryLimit *Money `json:"temporary_limit,omitempty"` // nil: there was none
	TemporaryFrom  Date   `json:"temporary_from,omitzero"`
	TemporaryTo    Date   `json:"temporary_to,omitzero"`

	AsOf      time.Time `json:"as_of,omitzero"`      // of the receivables, UTC; zero: never read
	OldestDue Date      `json:"oldest_due,omitzero"` // of the open items; zero: nothing was open

	Reserved *Money `json:"reserved,omitempty"` // what was reserved for the order before, and was not asked for again; nil: nothing
	LetGo    *Money `json:"let_go,omitempty"`   // what had passed before without being measured, beyond the horizon; nil: nothing
	Granted  string `json:"granted,omitzero"`   // the terms that it was reserved for
	Shipping bool   `json:"shipping,omitzero"`  // its goods were about to leave

	Debts []KeptDebt `json:"debts,omitempty"` // what was not paid, where the policy looked at each debt; nil: it did not, or nothing was open
	Each  bool       `json:"each,omitzero"`   // the policy looked at each debt
}

// KeptDebt is one open item as a decision found it.
type KeptDebt struct {
	Due      Date  `json:"due,omitzero"`
	Amount   Money `json:"amount"`
	Disputed bool  `json:"disputed,omitzero"`
	Dunning  int   `json:"dunning,omitzero"`
}
