package credit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"tradewire/mapping/document"
)

// Version names a policy by what it says: the beginning of its hash. The same policy has the same everywhere.
func (p Policy) Version() string {
	body, err := json.Marshal(p)
	if err != nil {
		return "" // nothing in it cannot be written
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:6])
}

// basisOf keeps of facts what neither the decision nor its order says. What the group of the account said is kept with the decision.
func basisOf(f Facts, each bool) *document.CreditBasis {
	a := f.Account
	b := &document.CreditBasis{At: f.Now, NoCheck: a.NoCheck, Stopped: a.Stopped, LimitTo: a.LimitTo, TemporaryFrom: a.TemporaryFrom, TemporaryTo: a.TemporaryTo,
		AsOf: a.ReceivablesAsOf, OldestDue: a.OldestDue, Granted: f.Order.Granted}
	if a.Limit != nil {
		b.BaseLimit = &document.Money{Amount: *a.Limit, Currency: a.Currency}
	}
	if a.Temporary != nil {
		b.TemporaryLimit = &document.Money{Amount: *a.Temporary, Currency: a.Currency}
	}
	b.Shipping, b.Each = f.Shipping, each
	for _, item := range f.Items {
		b.Debts = append(b.Debts, document.KeptDebt(item))
	}
	if !f.Order.LetGo.IsZero() {
		letGo := f.Order.LetGo
		b.LetGo = &letGo
	}
	if !f.Order.Reserved.IsZero() {
		reserved := f.Order.Reserved
		b.Reserved = &reserved
	}
	return b
}

// factsKept are the facts of the last decision on an order, from what was kept of it; false where that is not enough. A rate that
// was missing then is that of the policy now.
func (p Policy) factsKept(o *document.SalesOrder, zone *time.Location) (f Facts, known bool) {
	c := o.Credit
	if c == nil || c.Basis == nil || o.Party == nil || p.looksAtDebts() && !c.Basis.Each {
		return f, false
	}
	b, in := c.Basis, c.Limit.Currency
	account := &document.CreditAccount{ID: c.Account, Currency: in, Limit: b.BaseLimit, NoCheck: b.NoCheck, Stopped: b.Stopped,
		LimitTo: b.LimitTo, TemporaryLimit: b.TemporaryLimit, TemporaryFrom: b.TemporaryFrom, TemporaryTo: b.TemporaryTo,
		Exposure: c.Before, AsOf: b.AsOf, OldestDue: b.OldestDue}
	demand := Demand{Open: c.Demand, Rate: c.Rate, Total: o.Total, Terms: o.Terms, Granted: b.Granted,
		Reserved: document.Money{Currency: in}, LetGo: document.Money{Currency: in}, Shipping: b.Shipping, PlannedShip: o.PlannedShip, LCExpiresOn: o.LCExpiresOn, CreatedBy: o.CreatedBy}
	demand.of(o.Party)
	for _, debt := range b.Debts {
		demand.Debts = append(demand.Debts, ItemFacts(debt))
	}
	for _, r := range c.Rates {
		demand.Rates = append(demand.Rates, Rate{From: r.From, To: r.To, On: r.On, Rate: r.Rate, ID: r.ID, Source: r.Source})
	}
	if rate, there := p.Rate(o.Currency, in); there && c.Rate.Sign() <= 0 {
		demand.Rate = rate
		demand.Open = openPart(o, document.CreditDecision{Rate: rate, Shipped: document.Money{Amount: c.Shipped.Amount, Currency: in}})
	}
	if p.SignOff != nil {
		demand.SignRate, _ = p.Rate(o.Currency, p.SignOff.currency())
	}
	f = p.factsOf(account, demand, b.At, document.DateOf(b.At.In(zone)))
	f.Order.Ahead = document.Money{Amount: c.Ahead.Amount, Currency: in} // the exposure is without it already
	if b.Reserved != nil {
		f.Order.Reserved = *b.Reserved // as it is without this
	}
	if b.LetGo != nil {
		f.Order.LetGo = *b.LetGo
	}
	return f, true
}

// keepBasis leaves the basis of the decision before in place where the new one says the same: that an order was looked at again is no
// news of it.
func keepBasis(head, order *document.SalesOrder) {
	if head == nil || head.Credit == nil || head.Credit.Basis == nil || head.State != order.State || head.SourceRevision != order.SourceRevision {
		return
	}
	said := func(o *document.SalesOrder, b *document.CreditBasis) []byte {
		c := *o.Credit
		c.Basis = b
		body, _ := json.Marshal([]any{c, o.Holds})
		return body
	}
	if bytes.Equal(said(head, head.Credit.Basis), said(order, head.Credit.Basis)) {
		order.Credit.Basis = head.Credit.Basis
	}
}
