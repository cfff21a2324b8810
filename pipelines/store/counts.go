package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/mapping/document"
)

// Counts are the two sums of invariant 6, and what else a person wants to know at a glance.
type Counts struct {
	Changes    map[document.Kind]map[string]int // by what they became, by where they stand
	Deliveries map[string]map[string]int        // by target, by state
	Letters    int                              // open dead letters
	Documents  map[document.Kind]int
}

// Counts counts.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	c := Counts{Changes: map[document.Kind]map[string]int{}, Deliveries: map[string]map[string]int{}, Documents: map[document.Kind]int{}}
	var rows []struct {
		A string `db:"a"`
		B string `db:"b"`
		N int    `db:"n"`
	}
	if err := s.read.SelectContext(ctx, &rows, `SELECT kind AS a, bucket AS b, COUNT(*) AS n FROM "change" GROUP BY kind, bucket`); err != nil {
		return c, fmt.Errorf("count changes: %w", err)
	}
	for _, r := range rows {
		kind := document.Kind(r.A)
		if c.Changes[kind] == nil {
			c.Changes[kind] = map[string]int{}
		}
		c.Changes[kind][r.B] = r.N
	}
	rows = nil
	if err := s.read.SelectContext(ctx, &rows, `SELECT target AS a, state AS b, COUNT(*) AS n FROM delivery GROUP BY target, state`); err != nil {
		return c, fmt.Errorf("count deliveries: %w", err)
	}
	for _, r := range rows {
		if c.Deliveries[r.A] == nil {
			c.Deliveries[r.A] = map[string]int{}
		}
		c.Deliveries[r.A][r.B] = r.N
	}
	rows = nil
	if err := s.read.SelectContext(ctx, &rows, `SELECT kind AS a, '' AS b, COUNT(*) AS n FROM head GROUP BY kind`); err != nil {
		return c, fmt.Errorf("count documents: %w", err)
	}
	for _, r := range rows {
		c.Documents[document.Kind(r.A)] = r.N
	}
	if err := s.read.GetContext(ctx, &c.Letters, `SELECT COUNT(*) FROM dead_letter WHERE state = 'open'`); err != nil {
		return c, fmt.Errorf("count dead letters: %w", err)
	}
	return c, nil
}

// Undecided is how many changes wait for their decision, on whichever way.
func (s *Store) Undecided(ctx context.Context) (n int, err error) {
	query, args, err := sqlx.In(`SELECT COUNT(*) FROM "change" WHERE kind IN (?) AND bucket = 'waiting'`, document.Kinds())
	if err != nil {
		return 0, err
	}
	if err := s.read.GetContext(ctx, &n, query, args...); err != nil {
		return 0, fmt.Errorf("count what waits for a decision: %w", s.explain(err))
	}
	return n, nil
}

// FindOrder is the key of the sales order that people call by that key, number, number in another system, or, when no
// other order has the same, the customer's purchase order.
func (s *Store) FindOrder(ctx context.Context, name string) (string, error) {
	found := ""
	var byPO []*document.SalesOrder
	err := s.Each(ctx, document.KindSalesOrder, func(d document.Document, _ int64) error {
		o := d.(*document.SalesOrder)
		match := o.ID == name || o.Number == name
		for _, ref := range o.Refs {
			match = match || ref == name
		}
		if match && found == "" {
			found = o.ID
		}
		if poOf(o.CustomerPO) == poOf(name) {
			byPO = append(byPO, o)
		}
		return nil
	})
	switch {
	case err != nil || found != "":
		return found, err
	case len(byPO) == 1:
		return byPO[0].ID, nil
	case len(byPO) > 1:
		return "", ambiguous(name, byPO)
	}
	var n int
	err = s.read.GetContext(ctx, &n, `SELECT COUNT(*) FROM "change" WHERE kind = ? AND record_key = ?`, document.KindSalesOrder, name)
	if err == nil && n == 0 {
		err = fmt.Errorf("order %s: %w", name, ErrNoDocument)
	}
	return name, err
}

// poOf is a purchase order number as it is compared: people write it with and without spaces, in both cases.
func poOf(number string) string { return strings.ToUpper(strings.Join(strings.Fields(number), "")) }

// ambiguous names the orders that a customer's purchase order came to.
func ambiguous(po string, orders []*document.SalesOrder) error {
	const most = 10
	names := make([]string, 0, most)
	for _, o := range orders[:min(most, len(orders))] {
		names = append(names, o.Number)
	}
	return fmt.Errorf("purchase order %s stands on %d orders (%s): name one of them by its number", po, len(orders), strings.Join(names, ", "))
}

// ChangeRow is one change as it was taken in.
type ChangeRow struct {
	ID      int64  `db:"id"`
	Source  string `db:"source"`
	Kind    string `db:"kind"`
	Key     string `db:"record_key"`
	Version string `db:"version"`
	TakenAt string `db:"taken_at"`
	Bucket  string `db:"bucket"`
	Reason  string `db:"reason"`
}

// ChangesOf are the changes that speak of a record, in the order in which they were taken in.
func (s *Store) ChangesOf(ctx context.Context, kind document.Kind, key string) ([]ChangeRow, error) {
	var rows []ChangeRow
	err := s.read.SelectContext(ctx, &rows, `
SELECT id, source, kind, record_key, version, taken_at, bucket, reason
  FROM "change"
 WHERE kind = ? AND record_key = ?
 ORDER BY id`, kind, key)
	return rows, err
}

// RevisionRow is one revision of a document.
type RevisionRow struct {
	Revision  int64
	DecidedAt time.Time
	Document  document.Document
}

// Revisions are all revisions of a document, oldest first: the order as it was at the time.
func (s *Store) Revisions(ctx context.Context, ref document.Ref) ([]RevisionRow, error) {
	var rows []struct {
		Revision  int64  `db:"revision"`
		DecidedAt string `db:"decided_at"`
		Body      []byte `db:"body"`
	}
	err := s.read.SelectContext(ctx, &rows, `
SELECT revision, decided_at, body FROM revision WHERE kind = ? AND doc_key = ? ORDER BY revision`, ref.Kind, ref.Key)
	if err != nil {
		return nil, err
	}
	revisions := make([]RevisionRow, len(rows))
	for i, r := range rows {
		d, err := document.Unmarshal(ref.Kind, r.Body)
		if err != nil {
			return nil, err
		}
		revisions[i] = RevisionRow{r.Revision, parseStamp(r.DecidedAt), d}
	}
	return revisions, nil
}

// DeliveryRow is one delivery as it stands.
type DeliveryRow struct {
	Target    string `db:"target"`
	Kind      string `db:"kind"`
	Key       string `db:"doc_key"`
	Revision  int64  `db:"revision"`
	State     string `db:"state"`
	Attempts  int    `db:"attempts"`
	Reference string `db:"reference"`
	Reason    string `db:"reason"`
	Hash      string `db:"hash"`
	MovedAt   string `db:"moved_at"`
}

// DeliveriesOf are the deliveries of a document, in the order in which they became due.
func (s *Store) DeliveriesOf(ctx context.Context, ref document.Ref) ([]DeliveryRow, error) {
	var rows []DeliveryRow
	err := s.read.SelectContext(ctx, &rows, `
SELECT target, kind, doc_key, revision, state, attempts, reference, reason, hash, moved_at
  FROM delivery
 WHERE kind = ? AND doc_key = ?
 ORDER BY id`, ref.Kind, ref.Key)
	return rows, err
}

// Standing is the last delivery of every document to a target, by document key.
func (s *Store) Standing(ctx context.Context, target string) (map[string]DeliveryRow, error) {
	var rows []DeliveryRow
	err := s.read.SelectContext(ctx, &rows, `
SELECT target, kind, doc_key, revision, state, attempts, reference, reason, hash, moved_at
  FROM delivery
 WHERE id IN (SELECT MAX(id) FROM delivery WHERE target = ? GROUP BY kind, doc_key)`, target)
	standing := make(map[string]DeliveryRow, len(rows))
	for _, r := range rows {
		standing[r.Key] = r
	}
	return standing, err
}
