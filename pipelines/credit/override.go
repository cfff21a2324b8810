package credit

import (
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// overridden says whether somebody signed for an order in an emergency.
func overridden(c *document.Consent) bool {
	return c != nil && slices.ContainsFunc(c.Approvals, func(a document.Approval) bool { return a.Override })
}

// needsOf are the roles that must release an order. In an emergency the segregation of duties binds nobody who signs, and for that it
// takes the roles that release what is over the limit, whatever holds the order: two people at least.
func (p Policy) needsOf(holds []document.Hold, emergency bool) (roles []string, never string) {
	roles, never = p.needs(holds)
	if never != "" || !emergency {
		return roles, never
	}
	if p.SignOff != nil {
		for _, role := range p.SignOff.ReleaseNeeds {
			if !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
	}
	if len(roles) < 2 {
		return nil, fmt.Sprintf("an override takes two people, and the credit policy names %s alone: write a second role under sign_off.release_needs", strings.Join(roles, ", "))
	}
	return roles, ""
}

// overrideNotice tells the manager that an order went in an emergency, by whom and why.
func (s *Step) overrideNotice(m pipelines.Memory, o *document.SalesOrder, held []document.Hold) document.Document {
	n := s.notice(m, o, pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, o.Credit.Account))
	n.ID, n.Type, n.To = fmt.Sprintf("%s/%s/%d", document.OverrideUsedNotice, o.ID, o.SourceRevision), document.OverrideUsedNotice, "manager"
	n.Holds, n.Consent = held, o.Consent
	return n
}
