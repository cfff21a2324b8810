package credit

import (
	"cmp"
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// move books an amount of an order. Money that came ahead for the order counts as far as the order owes.
func (b *books) move(account, order string, where component, amount document.Money) {
	b.add(account, where, amount)
	b.owe(account, order, amount)
}

// owe lets what an order owes rise by an amount, which may be negative, where money came ahead for it.
func (b *books) owe(account, order string, amount document.Money) {
	if a := b.look(account); a == nil || amount.IsZero() || !slices.ContainsFunc(a.Deposits, func(d document.Deposit) bool { return d.Order == order }) {
		return
	}
	a := b.write(account)
	for i := range a.Deposits {
		if d := &a.Deposits[i]; d.Order == order {
			before := d.Counts()
			d.Owed = d.Owed.Add(amount)
			a.Exposure.Unapplied = a.Exposure.Unapplied.Sub(before).Add(d.Counts())
		}
	}
}

// came is the money of a set: what is tied to no order, and what came ahead for each.
type came struct {
	free document.Money
	tied map[string]document.Money
}

func (c *came) add(item document.OpenItem) {
	if item.Order == "" {
		c.free = c.free.Add(item.Open)
		return
	}
	if c.tied == nil {
		c.tied = map[string]document.Money{}
	}
	c.tied[item.Order] = c.tied[item.Order].Add(item.Open)
}

// tie takes over the money of a set, after what the set bills was handed over. What each order owes is added up anew from the documents.
func (c came) tie(m pipelines.Memory, a *document.CreditAccount, set *document.Receivables) {
	a.Deposits, a.Exposure.Unapplied = nil, c.free
	for _, order := range sorted(c.tied) {
		d := document.Deposit{Order: order, Received: c.tied[order], Owed: owedBy(m, order, set, a.Currency)}
		a.Deposits = append(a.Deposits, d)
		a.Exposure.Unapplied = a.Exposure.Unapplied.Add(d.Counts())
	}
	slices.SortFunc(a.Deposits, func(x, y document.Deposit) int { return cmp.Compare(x.Order, y.Order) })
}

// owedBy is what an order owes in the account of a set: its open part that is reserved, its shipments that the set does not bill, and its
// items in the set.
func owedBy(m pipelines.Memory, key string, set *document.Receivables, in document.Currency) document.Money {
	owed := document.Money{Currency: in}
	billed := map[string]bool{}
	for _, item := range set.Items {
		if bills(item) {
			billed[item.Shipment] = true
		}
		if item.Receivable() && orderOf(m, item) == key {
			owed = owed.Add(item.Open)
		}
	}
	order := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, key)
	if order == nil {
		return owed
	}
	if order.Credit != nil && order.Credit.Account == set.Account {
		owed = owed.Add(order.Credit.Reserved)
	}
	for _, part := range order.Shipments {
		s := pipelines.Head[*document.Shipment](m, document.KindShipment, part.Shipment)
		if s != nil && s.Account == set.Account && s.Stage != document.StagePosted && !billed[s.ID] {
			owed = owed.Add(s.AtRisk)
		}
	}
	return owed
}

// orderOf is the key of the order that an item belongs to, by itself or by the shipment that it bills; empty when that is not known.
func orderOf(m pipelines.Memory, item document.OpenItem) string {
	if item.Order != "" || item.Shipment == "" {
		return item.Order
	}
	if s := pipelines.Head[*document.Shipment](m, document.KindShipment, item.Shipment); s != nil {
		return s.Order
	}
	return ""
}

// arrive counts what the set bills of a shipment as its order's, where the set came first and did not know whose it was.
func (b *books) arrive(before, s *document.Shipment) {
	if s.Stage != document.StagePosted || before != nil && before.Stage == document.StagePosted {
		return
	}
	set := pipelines.Head[*document.Receivables](b.memory, document.KindReceivables, s.Account)
	if set == nil {
		return
	}
	for _, item := range set.Items {
		if item.Receivable() && item.Shipment == s.ID && item.Order == "" {
			b.owe(s.Account, s.Order, item.Open)
		}
	}
}

// depositNeeds are the orders for which money came ahead, with their shipments.
func depositNeeds(m pipelines.Memory, item document.OpenItem) (refs []document.Ref) {
	if !item.Received() || item.Order == "" {
		return nil
	}
	ref := document.Ref{Kind: document.KindSalesOrder, Key: item.Order}
	refs = append(refs, ref)
	if order := pipelines.Head[*document.SalesOrder](m, ref.Kind, ref.Key); order != nil {
		for _, part := range order.Shipments {
			refs = append(refs, shipmentRef(part.Shipment))
		}
	}
	return refs
}
