package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"

	"tradewire/mapping/document"
)

// lanes says, for what records name as theirs, which credit account answers for it: customers of one account share a queue,
// and so do their orders, however a source names them. What is not known is a queue of its own: a wrong one is slow, never
// wrong. Where there is one queue nothing is looked up; customers says that what is named are customers, and no orders.
func (s *Store) lanes(ctx context.Context, tx *txn, named []string, customers bool) (map[string]string, error) {
	if !s.dialect.shared {
		return nil, nil
	}
	var orders map[string]document.Document
	if !customers {
		var err error
		if orders, err = s.headsAmong(ctx, tx, document.KindSalesOrder, named); err != nil {
			return nil, err
		}
	}
	return s.accountsOf(ctx, tx, named, orders)
}

// accountsOf are the accounts of customers, and of the customers of orders.
func (s *Store) accountsOf(ctx context.Context, tx *txn, named []string, orders map[string]document.Document) (map[string]string, error) {
	accounts := map[string]string{}
	customers := append([]string{}, named...)
	for _, o := range orders {
		customers = append(customers, o.(*document.SalesOrder).Customer)
	}
	parties, err := s.headsAmong(ctx, tx, document.KindParty, customers)
	if err != nil {
		return nil, err
	}
	for key, p := range parties {
		if account := p.(*document.Party).Account; account != "" {
			accounts[key] = account
		}
	}
	for key, o := range orders {
		customer := o.(*document.SalesOrder).Customer
		if accounts[key] = customer; accounts[customer] != "" {
			accounts[key] = accounts[customer]
		}
	}
	return accounts, s.rooted(ctx, tx, named, accounts)
}

// rooted puts the group in place of an account that has one: its accounts share a queue, because an order of one takes room from all.
func (s *Store) rooted(ctx context.Context, tx *txn, named []string, accounts map[string]string) error {
	keys := slices.Concat(named, slices.Collect(maps.Values(accounts)))
	slices.Sort(keys)
	known, err := s.headsAmong(ctx, tx, document.KindCreditAccount, slices.Compact(keys))
	if err != nil {
		return err
	}
	for _, key := range named {
		account, _ := known[cmp.Or(accounts[key], key)].(*document.CreditAccount)
		if account != nil && account.Group != "" {
			accounts[key] = account.Group
		}
	}
	return nil
}

// lane is the queue of one name.
func (s *Store) lane(ctx context.Context, tx *txn, named string) (string, error) {
	known, err := s.lanes(ctx, tx, []string{named}, false)
	if account := known[named]; account != "" {
		return account, err
	}
	return named, err
}

// headsAmong are the documents of a kind that stand under these keys.
func (s *Store) headsAmong(ctx context.Context, tx *txn, kind document.Kind, keys []string) (map[string]document.Document, error) {
	found := map[string]document.Document{}
	err := inChunks(keys, func(part []string) error {
		query, args, err := sqlx.In(`SELECT kind, doc_key, revision, hash FROM head WHERE kind = ? AND doc_key IN (?)`, kind, part)
		if err != nil {
			return err
		}
		var rows []head
		if err := tx.SelectContext(ctx, &rows, query, args...); err != nil {
			return err
		}
		documents, err := s.documents(ctx, tx, rows)
		for ref, doc := range documents {
			found[ref.Key] = doc
		}
		return err
	})
	return found, err
}
