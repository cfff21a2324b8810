package credit

import (
	"fmt"
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// account takes over what the ERP says, and keeps what is counted here. A limit below the exposure is taken over too:
// finance needs it, orders that were released stay, and the next one is held.
func (s *Step) account(m pipelines.Memory, d *document.CreditAccount) ([]document.Document, error) {
	if !d.Currency.Valid() {
		return nil, fmt.Errorf("credit account %s: its currency %q is not an ISO 4217 code", d.ID, d.Currency)
	}
	if d.Limit != nil && d.Limit.Currency != d.Currency {
		return nil, fmt.Errorf("credit account %s: its limit is in %s, the account in %s", d.ID, d.Limit.Currency, d.Currency)
	}
	if d.TemporaryLimit != nil && d.TemporaryLimit.Currency != d.Currency {
		return nil, fmt.Errorf("credit account %s: its temporary limit is in %s, the account in %s", d.ID, d.TemporaryLimit.Currency, d.Currency)
	}
	account := document.Copy(d)
	account.Exposure, account.Members, account.MembersOpen = nothing(d.Currency), nil, document.Money{}
	if head := pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, d.ID); head != nil {
		if head.Currency == d.Currency {
			account.Exposure, account.Deposits = head.Exposure, head.Deposits
		} else if !empty(head.Exposure) {
			return nil, fmt.Errorf("credit account %s: its currency changed from %s to %s while %s are open: settle them first, or open a new account",
				d.ID, head.Currency, d.Currency, head.Exposure.Total())
		}
		account.Untaken = head.Untaken
		account.Level, account.AsOf, account.OldestDue, account.Watches = head.Level, head.AsOf, head.OldestDue, head.Watches
		account.Times = head.Times
		account.Members, account.MembersOpen = slices.Clone(head.Members), head.MembersOpen
		account.Proposals = head.Proposals
	}
	s.policy.keepGranted(m, account)
	accounts := open(m)
	if err := accounts.enters(account, pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, d.ID)); err != nil {
		return nil, err
	}
	return accounts.close(s.policy), nil
}

func nothing(c document.Currency) document.Exposure {
	zero := document.Money{Currency: c}
	return document.Exposure{OpenOrders: zero, ShippedNotInvoiced: zero, InvoicedNotPosted: zero,
		Receivables: zero, Special: zero, Unapplied: zero}
}

func empty(e document.Exposure) bool {
	return e.OpenOrders.IsZero() && e.ShippedNotInvoiced.IsZero() && e.InvoicedNotPosted.IsZero() &&
		e.Receivables.IsZero() && e.Special.IsZero() && e.Unapplied.IsZero()
}

// receivables swaps in the open items of an account as one set. A shipment that the set contains is counted there from
// now on, and no longer as shipped or invoiced: both happen in this answer, so it is never counted twice. (Invariant 11.)
func (s *Step) receivables(m pipelines.Memory, d *document.Receivables) ([]document.Document, error) {
	return s.receivablesAt(m, d, false)
}

// receivablesAt takes in a set that has come, or one that is counted already anew. A later one that could not be taken stays so.
func (s *Step) receivablesAt(m pipelines.Memory, d *document.Receivables, anew bool) ([]document.Document, error) {
	accounts := open(m)
	account := accounts.write(d.Account)
	if account == nil {
		return nil, &pipelines.Missing{Ref: accountRef(d.Account), Hint: "its receivables wait for the account itself"}
	}
	set := document.Copy(d)
	if set.AsOf.IsZero() {
		set.AsOf = m.Now()
	}
	if set.AsOf.Before(account.AsOf) {
		return nil, &pipelines.SetAside{Bucket: pipelines.Superseded,
			Reason: fmt.Sprintf("receivables of %s came after those of %s", set.AsOf.UTC(), account.AsOf.UTC())}
	}
	if err := s.convert(set, account.Currency); err != nil {
		return nil, untaken(account, err)
	}
	counts, err := s.policy.count(set, account.Currency)
	if err != nil {
		return nil, untaken(account, err)
	}
	account.Exposure.Receivables, account.Exposure.Special = counts.receivables, counts.special
	account.OldestDue, account.AsOf, account.Untaken = counts.oldest, set.AsOf, anew && account.Untaken
	answers := append([]document.Document{set}, handOver(accounts, set)...)
	counts.came.tie(m, account, set)
	return append(answers, accounts.close(s.policy)...), nil
}

// handOver posts the shipments that the set bills.
func handOver(b *books, set *document.Receivables) (posted []document.Document) {
	done := make(map[string]bool)
	for _, item := range set.Items {
		if !bills(item) || done[item.Shipment] {
			continue
		}
		done[item.Shipment] = true
		head := pipelines.Head[*document.Shipment](b.memory, document.KindShipment, item.Shipment)
		if head.Left() == nil || head.Stage == document.StagePosted {
			continue
		}
		book(b, head, -1)
		shipment := document.Copy(head)
		shipment.Stage = document.StagePosted
		posted = append(posted, shipment)
	}
	return posted
}

// bills says whether an item replaces a shipment: an invoice, or a draft that paid it. A credit note does not, nor does money that came.
func bills(item document.OpenItem) bool {
	return item.Shipment != "" && item.Open.Sign() > 0 && !item.Received()
}
