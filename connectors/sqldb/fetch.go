package sqldb

import (
	"context"
	"sync"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// Fetch reads single records by key. A key that the SELECT does not show is gone.
func (s *source) Fetch(ctx context.Context, kind string, keys []string) ([]connectors.Change, error) {
	if kind == "" {
		kind = s.kind
	}
	changes := make([]connectors.Change, len(keys))
	var wanted [][]any
	for i, key := range keys {
		changes[i] = connectors.Change{Kind: kind, Key: key, Gone: true}
		if parts, ok := splitKey(key, len(s.key)); ok {
			values := make([]any, len(parts))
			for j, part := range parts {
				values[j] = part
			}
			wanted = append(wanted, values)
		}
	}
	if len(wanted) == 0 {
		return changes, nil
	}
	var found []connectors.Change
	err := s.conn.look(ctx, "fetch from "+s.name, func(tx *sqlx.Tx) error {
		rows, err := s.among(ctx, tx, query{from: s.from}, s.key, wanted, "")
		if err != nil {
			return err
		}
		found, err = s.changes(ctx, tx, rows, false)
		return err
	})
	if err != nil {
		return nil, err
	}
	byKey := map[string]connectors.Change{}
	for _, change := range found {
		byKey[s.conn.dialect.fold(change.Key)] = change
	}
	for i, key := range keys {
		if change, ok := byKey[s.conn.dialect.fold(key)]; ok {
			change.Kind = kind
			changes[i] = change
		}
	}
	return changes, nil
}

// among reads rows of a SELECT by keys, compared as what its columns are.
func (s *source) among(ctx context.Context, tx *sqlx.Tx, q query, columns []string, keys [][]any, order string) ([]row, error) {
	return s.conn.among(ctx, tx, &s.types, q, columns, keys, order)
}

// among is the same; what the columns are is asked once and kept in known.
func (c *Connection) among(ctx context.Context, tx *sqlx.Tx, known *sync.Map, q query, columns []string, keys [][]any, order string) ([]row, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	types, ok := known.Load(q.from)
	if !ok {
		asked, err := c.typesOf(ctx, tx, q.from)
		if err != nil {
			return nil, err
		}
		types = asked
		known.Store(q.from, types)
	}
	fitted := make([][]any, len(keys))
	for i, key := range keys {
		fitted[i] = types.(shape).fit(c.dialect, q.from, columns, key)
	}
	return c.rowsAmong(ctx, tx, q, columns, fitted, order)
}
