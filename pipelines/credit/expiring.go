package credit

import (
	"fmt"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// warnedOn is the day on which finance is told that a release will end, once for each release. Zero: never, or it was told.
func (p Policy) warnedOn(o *document.SalesOrder) document.Date {
	last := o.Consent.Ends()
	if last.IsZero() || o.Consent.Warned || p.Release == nil || p.Release.WarnDays <= 0 {
		return document.Date{}
	}
	return last.AddDays(-p.Release.WarnDays)
}

// expiring says that the release of an order will end, by whom it was given, and what it still covers.
func (s *Step) expiring(m pipelines.Memory, o *document.SalesOrder) *document.Notice {
	n := &document.Notice{
		ID:   fmt.Sprintf("%s/%s/%s", document.ReleaseExpiringAlert, o.ID, o.Consent.Ends()),
		Type: document.ReleaseExpiringAlert, At: m.Now().In(m.Zone()),
		Account: o.Credit.Account, Order: o.Number, OrderKey: o.ID, CustomerPO: o.CustomerPO, Total: o.Total,
		Credit: o.Credit, Consent: o.Consent,
	}
	if p := o.Party; p != nil {
		n.Customer, n.LocalCustomer, n.Class = p.Name, p.LocalName, p.Class
	}
	return n
}
