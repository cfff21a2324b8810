package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// ending is what finance does when the story of the demo is over: two people sign for an order that is over its limit, and a customer
// pays what was overdue, whereupon its order goes by itself.
type ending struct {
	Signed   *signedOrder `json:"signed"` // null: no order was over its limit alone
	ByItself []string     `json:"by_itself"`
	Payer    string       `json:"payer"` // the account that paid; empty: nobody was held for being overdue alone
}

// signedOrder is an order that people released beyond its limit.
type signedOrder struct {
	Order  string         `json:"order"`
	Excess document.Money `json:"excess"`
	By     []string       `json:"by"`
}

// signers of the demo's policy, each in the role that stands in it.
var signers = []struct{ name, reason string }{
	{"wong", "pays on Friday: letter of the customer's bank"},
	{"chan", "agreed with wong, once"},
}

// manage lets finance do its part. settle has everything done that is due.
func (a *app) manage(ctx context.Context, p *plant, s *store.Store, settle func() error) (done ending, err error) {
	done.ByItself = []string{}
	if done.Signed, err = signOver(ctx, p, s, settle); err != nil {
		return done, err
	}
	held, err := heldFor(ctx, s, document.Overdue)
	if err != nil || len(held) == 0 {
		return done, err
	}
	done.Payer = held[0].Credit.Account
	if err := p.clock.world.Receipt(ctx, done.Payer); err != nil {
		return done, err
	}
	if err := settle(); err != nil {
		return done, err
	}
	for _, before := range held {
		if before.Credit.Account != done.Payer {
			continue
		}
		now, err := orderOf(ctx, s, before.ID)
		if err != nil {
			return done, err
		}
		if !now.Held() {
			done.ByItself = append(done.ByItself, now.Number)
		}
	}
	return done, nil
}

// signOver has the order released that is the least over its limit.
func signOver(ctx context.Context, p *plant, s *store.Store, settle func() error) (*signedOrder, error) {
	held, err := heldFor(ctx, s, document.LimitExceeded, document.NoLimit)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	order := held[0]
	done := &signedOrder{Order: order.Number, Excess: order.Credit.Excess}
	for _, signer := range signers {
		said := &document.CreditRelease{Order: order.ID, Act: document.ActRelease, SourceRevision: order.SourceRevision,
			By: signer.name, Reason: signer.reason, At: p.clock.Now()}
		d, err := submitCredit(ctx, s, p.deciding("orders", "credit"), said, func(ctx context.Context, of document.Ref, change int64) (store.ChangeRow, error) {
			if err := settle(); err != nil {
				return store.ChangeRow{}, err
			}
			return changeOf(ctx, s, of, change)
		})
		if err != nil {
			return nil, err
		}
		if !d.Taken {
			return nil, fmt.Errorf("%s signs for order %s: %s", signer.name, order.Number, d.Reason)
		}
		done.By = append(done.By, signer.name)
	}
	return done, nil
}

// heldFor are the orders that are held for one of these reasons alone, those that are over their limit by the least first. The account of the
// last order that is held is left as it is: there is something to try `credit release` with.
func heldFor(ctx context.Context, s *store.Store, reasons ...document.HoldReason) (held []*document.SalesOrder, err error) {
	var last *document.SalesOrder
	err = s.Each(ctx, document.KindSalesOrder, func(d document.Document, _ int64) error {
		o := d.(*document.SalesOrder)
		if !o.Held() {
			return nil
		}
		last = o
		if len(o.Holds) == 1 && slices.Contains(reasons, o.Holds[0].Reason) {
			held = append(held, o)
		}
		return nil
	})
	held = slices.DeleteFunc(held, func(o *document.SalesOrder) bool { return o.Credit.Account == last.Credit.Account })
	slices.SortStableFunc(held, func(a, b *document.SalesOrder) int {
		return cmp.Or(a.Credit.Excess.Amount.Cmp(b.Credit.Excess.Amount), cmp.Compare(a.ID, b.ID))
	})
	return held, err
}

// told says what finance did.
func (e ending) told() (lines []string) {
	if e.Signed != nil {
		lines = append(lines, fmt.Sprintf("order %s was %s over the limit of its customer and was released by %s", e.Signed.Order, e.Signed.Excess, strings.Join(e.Signed.By, " and ")))
	}
	if len(e.ByItself) > 0 {
		lines = append(lines, fmt.Sprintf("account %s paid what was overdue, and %s went by itself", e.Payer, strings.Join(e.ByItself, ", ")))
	}
	return lines
}

// next is what to try with what finance did.
func (e ending) next(config, name string) string {
	if e.Signed == nil {
		return ""
	}
	return fmt.Sprintf("  %s credit explain %s --config %s\n", name, e.Signed.Order, config)
}
