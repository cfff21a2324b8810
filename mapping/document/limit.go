package document

import (
	"fmt"
	"time"
)

// LimitStatement is what a person says about the credit limit of an account: to propose another one, to agree to what is proposed, to
// approve it, or to reject it.
type LimitStatement struct {
	Account   string    `json:"account,omitzero"` // key of the CreditAccount
	Act       LimitAct  `json:"act,omitzero"`
	Number    int       `json:"number,omitzero"` // of the proposal that was read; 0: the open one. Of a new one it is given here
	By        string    `json:"by,omitzero"`     // the person
	Reason    string    `json:"reason,omitzero"`
	Amount    *Money    `json:"amount,omitempty"`    // that is proposed, in the account's currency; zero is no credit
	Temporary bool      `json:"temporary,omitempty"` // it stands in place of the limit for some days
	From      Date      `json:"from,omitzero"`       // of a temporary one: its first day; zero: the day on which it is approved
	Until     Date      `json:"until,omitzero"`      // its last day; zero: it has no end
	At        time.Time `json:"at,omitzero"`         // when it was said, UTC
	Refused   string    `json:"refused,omitempty"`   // why it changed nothing; empty: it counts. Decided here
}

func (*LimitStatement) Kind() Kind { return KindLimitStatement }

// Key is one for each person and account: what a person says last counts.
func (s *LimitStatement) Key() string { return s.Account + "/" + s.By }

// LimitAct is what a person says about a credit limit.
type LimitAct string

const (
	ActPropose     LimitAct = "propose"
	ActAgree       LimitAct = "agree"
	ActApprove     LimitAct = "approve"
	ActRejectLimit LimitAct = "reject"
)

// LimitActs are all of them.
func LimitActs() []LimitAct { return []LimitAct{ActPropose, ActAgree, ActApprove, ActRejectLimit} }

// LimitProposal is a credit limit on its way: proposed, agreed to, approved, each by another person.
type LimitProposal struct {
	Account  string        `json:"account,omitzero"`
	Customer string        `json:"customer,omitzero"` // the account's name
	Number   int           `json:"number,omitzero"`   // within the account, from 1
	State    ProposalState `json:"state,omitzero"`

	Amount    Money     `json:"amount"`
	Temporary bool      `json:"temporary,omitempty"`
	From      Date      `json:"from,omitzero"`      // of a temporary one; zero: the day on which it is approved
	Until     Date      `json:"until,omitzero"`     // its last day; zero: it has no end
	Before    *Money    `json:"before,omitempty"`   // the limit when it was proposed; nil: none was set
	Exposure  Money     `json:"exposure"`           // of the account when it was proposed
	LastDay   Date      `json:"last_day,omitzero"`  // on which people may still agree and approve
	LapsesAt  time.Time `json:"lapses_at,omitzero"` // the end of that day, UTC
	Newer     int       `json:"newer,omitempty"`    // the proposal that took its place; 0: none

	Steps   []LimitStep `json:"steps,omitempty"`   // who did what and why, the first of them the proposal itself
	Missing []string    `json:"missing,omitempty"` // roles that must still agree; when all have, those that must still approve
}

func (*LimitProposal) Kind() Kind { return KindLimitProposal }

// Key is the account and the number.
func (p *LimitProposal) Key() string { return ProposalKey(p.Account, p.Number) }

// ProposalKey is the key of the proposal with that number; empty when there is none.
func ProposalKey(account string, number int) string {
	if number <= 0 {
		return ""
	}
	return fmt.Sprintf("%s/%d", account, number)
}

// Open says whether people may still act on it.
func (p *LimitProposal) Open() bool { return p.State == ProposalProposed || p.State == ProposalAgreed }

// Next is when it lapses, while it is open.
func (p *LimitProposal) Next() time.Time {
	if !p.Open() {
		return time.Time{}
	}
	return p.LapsesAt
}

// Did is the last step of a kind; false when nobody took it.
func (p *LimitProposal) Did(act LimitAct) (last LimitStep, found bool) {
	for _, s := range p.Steps {
		if s.Act == act {
			last, found = s, true
		}
	}
	return last, found
}

// ProposalState is how far a proposal has come.
type ProposalState string

const (
	ProposalProposed   ProposalState = "PROPOSED"   // somebody who must agree has not yet
	ProposalAgreed     ProposalState = "AGREED"     // all have agreed; it waits for the approval
	ProposalApproved   ProposalState = "APPROVED"   // it is the limit, or is on its way to the ERP
	ProposalRejected   ProposalState = "REJECTED"   // somebody said no
	ProposalLapsed     ProposalState = "LAPSED"     // it was not approved in time
	ProposalSuperseded ProposalState = "SUPERSEDED" // a newer one was made before it was approved
)

// ProposalStates are all of them.
func ProposalStates() []ProposalState {
	return []ProposalState{ProposalProposed, ProposalAgreed, ProposalApproved, ProposalRejected, ProposalLapsed, ProposalSuperseded}
}

// LimitStep is what one person did about a proposal.
type LimitStep struct {
	Act    LimitAct  `json:"act,omitzero"`
	By     string    `json:"by,omitzero"`
	Roles  []string  `json:"roles,omitempty"` // of the person then
	Reason string    `json:"reason,omitzero"`
	At     time.Time `json:"at,omitzero"` // UTC
}

// CreditLimit is what people have approved for an account: what the ERP's customer shall carry. It has one key for each account, so
// that of two approvals the later one is what the ERP keeps.
type CreditLimit struct {
	Account   string   `json:"account,omitzero"`
	Currency  Currency `json:"currency,omitzero"`
	Limit     *Granted `json:"limit,omitempty"`     // nil: none was approved here, and the ERP's own counts
	Temporary *Granted `json:"temporary,omitempty"` // in place of the limit on its days; nil: none was approved here
}

func (*CreditLimit) Kind() Kind    { return KindCreditLimit }
func (l *CreditLimit) Key() string { return l.Account }

// Granted is a limit that people have approved, and who they were.
type Granted struct {
	Amount     Money  `json:"amount"`
	From       Date   `json:"from,omitzero"`  // its first day
	Until      Date   `json:"until,omitzero"` // its last day; zero: it has no end
	Proposal   int    `json:"proposal,omitzero"`
	ProposedBy string `json:"proposed_by,omitzero"`
	ApprovedBy string `json:"approved_by,omitzero"`
	ApprovedOn Date   `json:"approved_on,omitzero"`
}
