package credit

import (
	"fmt"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

func grantedRef(account string) document.Ref {
	return document.Ref{Kind: document.KindCreditLimit, Key: account}
}

// grantedTo is what people have approved for an account here; nil when they never did.
func grantedTo(m pipelines.Memory, account string) *document.CreditLimit {
	return pipelines.Head[*document.CreditLimit](m, document.KindCreditLimit, account)
}

// grant makes an approved proposal the limit. Where limits are kept here it counts at once, also when it lies below the exposure: what
// was released stays, the next order is held, and finance is warned. Else it is on its way to the ERP.
func (s *Step) grant(m pipelines.Memory, p *document.LimitProposal, step document.LimitStep) []document.Document {
	limit := &document.CreditLimit{Account: p.Account, Currency: p.Amount.Currency}
	if before := grantedTo(m, p.Account); before != nil && before.Currency == limit.Currency {
		limit = document.Copy(before)
	}
	proposed, _ := p.Did(document.ActPropose)
	granted := &document.Granted{Amount: p.Amount, From: p.From, Until: p.Until, Proposal: p.Number,
		ProposedBy: proposed.By, ApprovedBy: step.By, ApprovedOn: m.Today()}
	if granted.From.IsZero() {
		granted.From = m.Today()
	}
	if p.Temporary {
		limit.Temporary = granted
	} else {
		limit.Limit = granted
	}
	answers := []document.Document{limit}
	if !s.policy.Limits.here() {
		return answers
	}
	accounts := open(m)
	carry(limit, accounts.write(p.Account))
	return append(answers, accounts.close(s.policy)...)
}

// keepGranted lets what was approved here stand against what the ERP says, where limits are kept here.
func (p Policy) keepGranted(m pipelines.Memory, a *document.CreditAccount) {
	if granted := grantedTo(m, a.ID); p.Limits.here() && granted != nil && granted.Currency == a.Currency {
		carry(granted, a)
	}
}

// carry gives an account its approved limits. An account whose limit was approved here has no temporary one but those that were
// approved here, too; of one for which people approved a temporary one alone, the limit is the ERP's.
func carry(l *document.CreditLimit, a *document.CreditAccount) {
	if l.Limit != nil {
		amount := l.Limit.Amount
		a.Limit, a.LimitTo = &amount, l.Limit.Until
		a.TemporaryLimit, a.TemporaryFrom, a.TemporaryTo = nil, document.Date{}, document.Date{}
	}
	if t := l.Temporary; t != nil {
		amount := t.Amount
		a.TemporaryLimit, a.TemporaryFrom, a.TemporaryTo = &amount, t.From, t.Until
	}
}

// proposedIt is why a person may not release what is over the limit of an account: because it proposed that limit.
func (p Policy) proposedIt(l *document.CreditLimit, on document.Date, key string, who Person) string {
	if l == nil || !p.apart(proposes, releases) {
		return ""
	}
	granted := l.Limit
	if t := l.Temporary; t != nil && !on.Before(t.From) && !on.After(t.Until) {
		granted = t
	}
	if granted == nil || granted.ProposedBy != key && !entered(key, who, granted.ProposedBy) {
		return ""
	}
	return fmt.Sprintf("segregation of duties: %s proposed the limit of %s (proposal %d), and whoever proposed a limit does not release what is over it (segregation: [%s, %s])",
		key, granted.Amount, granted.Proposal, proposes, releases)
}

// limitNotice tells those who hear of it how far a proposal has come, and who acts next.
func (s *Step) limitNotice(m pipelines.Memory, p *document.LimitProposal) []document.Document {
	var exposure document.Exposure
	if a := pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, p.Account); a != nil {
		exposure = a.Exposure
	}
	return s.policy.address(&document.Notice{ID: fmt.Sprintf("%s/%s/%d-%d%s", document.LimitProposedNotice, p.Account, p.Number, len(p.Steps), suffix(p)), Type: document.LimitProposedNotice,
		At: m.Now().In(m.Zone()), Account: p.Account, Customer: p.Customer, Limit: p.Before, Exposure: exposure, Proposal: p})
}

// suffix tells the notice of an end without a step from that of the last step.
func suffix(p *document.LimitProposal) string {
	if p.State == document.ProposalLapsed {
		return "-" + strings.ToLower(string(p.State))
	}
	return ""
}

// Waits says whether the ERP does not yet say what people approved for an account.
func Waits(g *document.Granted, limit *document.Money, until document.Date) bool {
	return limit == nil || !limit.Equal(g.Amount) || until != g.Until
}
