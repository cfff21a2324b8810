package document

// What may hold an order for what is owed, or was to come ahead.
const (
	OverdueAmount         HoldReason = "OVERDUE_AMOUNT"          // more is overdue than the policy lets pass
	Dunning               HoldReason = "DUNNING"                 // payment of an item was demanded too often
	PrepaymentNotReceived HoldReason = "PREPAYMENT_NOT_RECEIVED" // money that is to come ahead of the goods has not
)

// ItemSort is what an open item is to the account.
type ItemSort string

const (
	ItemReceivable ItemSort = "receivable" // R: an invoice or a debit note; a credit note, which is negative
	ItemDraft      ItemSort = "draft"      // S: a draft of the customer's that is not due yet
	ItemGuarantee  ItemSort = "guarantee"  // S: a guarantee that counts
	ItemReceipt    ItemSort = "receipt"    // P: money that has come and is applied to nothing yet
	ItemDeposit    ItemSort = "deposit"    // P: money that has come ahead. What was only asked for is no item
)

// ItemSorts are all of them.
func ItemSorts() []ItemSort {
	return []ItemSort{ItemReceivable, ItemDraft, ItemGuarantee, ItemReceipt, ItemDeposit}
}

// Receivable says whether the item is a debt that is billed, or a credit note.
func (i OpenItem) Receivable() bool { return i.Sort == "" || i.Sort == ItemReceivable }

// Special says whether it is a draft or a guarantee.
func (i OpenItem) Special() bool { return i.Sort == ItemDraft || i.Sort == ItemGuarantee }

// Received says whether it is money that has come and is not applied.
func (i OpenItem) Received() bool { return i.Sort == ItemReceipt || i.Sort == ItemDeposit }

// Deposit is money that came ahead for one order, in the currency of its account.
type Deposit struct {
	Order    string `json:"order,omitzero"` // key of the SalesOrder
	Received Money  `json:"received"`       // not applied to an invoice yet
	Owed     Money  `json:"owed"`           // what the order itself owes or may come to owe: its own O + D + B + R
}

// Counts is what of it lowers the exposure: no more than its order owes. The rest belongs to nobody else until the ERP unties it.
func (d Deposit) Counts() Money {
	switch {
	case d.Received.Sign() <= 0 || d.Owed.Cmp(d.Received) >= 0:
		return d.Received
	case d.Owed.Sign() <= 0:
		return d.Received.Zero()
	}
	return d.Owed
}

// Left is what of it is not taken up by what its order owes.
func (d Deposit) Left() Money { return d.Received.Sub(d.Counts()) }

// DepositFor is the money that came ahead for an order; nothing where none did.
func (a *CreditAccount) DepositFor(order string) Deposit {
	for _, d := range a.Deposits {
		if d.Order == order {
			return d
		}
	}
	return Deposit{Order: order, Received: Money{Currency: a.Currency}, Owed: Money{Currency: a.Currency}}
}

// WaitsForMoney says that nothing holds the order but money of its own that is to come ahead: it stands in nobody's way.
func (o *SalesOrder) WaitsForMoney() bool {
	for _, h := range o.Holds {
		if h.Reason != PrepaymentNotReceived {
			return false
		}
	}
	return o.WaitsForRoom()
}
