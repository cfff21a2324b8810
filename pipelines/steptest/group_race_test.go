package steptest_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/store"
)

// table is the desk of the real store as the credit step sees it.
type table struct {
	*store.Desk
	fault error // of the store: the decision is made again
}

func (m *table) Head(ref document.Ref) document.Document {
	if ref.Key == "" {
		return nil
	}
	if !m.Loaded(ref) {
		m.fault = errors.Join(m.fault, m.Load([]document.Ref{ref}))
	}
	return m.Desk.Head(ref)
}

func (m *table) Today() document.Date         { return document.DateOf(m.Now()) }
func (m *table) Zone() *time.Location         { return time.UTC }
func (m *table) ChangedAt() time.Time         { return m.Now() }
func (m *table) AsOf(document.Kind) time.Time { return m.Now() }
func (m *table) Number(string) string         { panic("credit takes no numbers") }

// instances are processes on one store: of a file there is one.
func instances(t *testing.T, engine string, n int) (all []*store.Store) {
	t.Helper()
	noon := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)
	o := store.Options{Path: filepath.Join(t.TempDir(), "store.db"), Now: func() time.Time { return noon }}
	if engine == services.MySQL {
		o.Path, o.MySQL = "", services.NewDatabase(t).DSN
	} else {
		n = 1
	}
	for range n {
		s, err := store.Open(t.Context(), o)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		all = append(all, s)
	}
	return all
}

// decide has the step decide one document and writes what it answers, as often as another instance is there first.
func decide(ctx context.Context, s *store.Store, step pipelines.Step, topic string, d document.Document) error {
	for {
		claim, err := s.Claim(ctx, "decision", topic, 0)
		if err != nil {
			return err
		}
		claim.To = claim.From + 1
		err = s.Conclude(ctx, claim, func(desk *store.Desk) error {
			m := &table{Desk: desk}
			for more := true; more; {
				var missing []document.Ref
				for _, ref := range step.Needs(m, d) {
					if ref.Key != "" && !desk.Loaded(ref) {
						missing = append(missing, ref)
					}
				}
				if more = len(missing) > 0; more {
					if err := desk.Load(missing); err != nil {
						return err
					}
				}
			}
			answers, err := step.Decide(m, d)
			if m.fault != nil {
				return m.fault
			}
			if err != nil {
				return err
			}
			for _, a := range answers {
				if _, _, err := desk.Put(a, 0, false); err != nil {
					return err
				}
			}
			return nil
		})
		if !errors.Is(err, store.ErrChanged) {
			return err
		}
	}
}

func standing(t testing.TB, s *store.Store, key string) *document.CreditAccount {
	t.Helper()
	d, _, err := s.Document(t.Context(), document.Ref{Kind: document.KindCreditAccount, Key: key})
	require.NoError(t, err)
	return d.(*document.CreditAccount)
}

// 64 orders of two accounts race for the room of their group, on several instances that share no queue. Each account has room enough.
func TestOrdersOfSeveralAccountsThatRaceForTheRoomOfTheirGroupNeverPassItsLimit(t *testing.T) {
	var policy credit.Policy
	read(t, "credit.yaml", &policy)
	step, err := credit.New(policy)
	require.NoError(t, err)
	for _, engine := range []string{services.SQLite, services.MySQL} {
		t.Run(engine, func(t *testing.T) {
			all := instances(t, engine, 4)
			for _, a := range []document.Document{accountIn("K-G", "200", ""), accountIn("K-A", "100000", "K-G"), accountIn("K-B", "100000", "K-G"),
				&document.Party{ID: "C-K-A", Class: "A", Account: "K-A"}, &document.Party{ID: "C-K-B", Class: "A", Account: "K-B"}} {
				require.NoError(t, decide(t.Context(), all[0], step, "first", a))
			}
			const orders = 64
			var writers sync.WaitGroup
			faults := make([]error, orders)
			for i := range orders {
				writers.Go(func() {
					key := []string{"K-A", "K-B"}[i%2]
					o := &document.SalesOrder{ID: fmt.Sprint(i), Number: fmt.Sprint(i), State: document.OrderReceived, Customer: "C-" + key, Currency: "HKD",
						Terms: "PREPAY", Total: document.M("10", "HKD"), Party: &document.Party{ID: "C-" + key, Class: "A", Account: key},
						Lines: []document.OrderLine{{No: 1, Quantity: document.Q("1", "C62"), Price: document.D("10")}}}
					faults[i] = decide(context.Background(), all[i%len(all)], step, fmt.Sprint("topic ", i), o)
				})
			}
			writers.Wait()
			require.NoError(t, errors.Join(faults...))
			released := 0
			require.NoError(t, all[0].Each(t.Context(), document.KindSalesOrder, func(d document.Document, _ int64) error {
				if o := d.(*document.SalesOrder); !o.Held() {
					released++
				}
				return nil
			}))
			require.Equal(t, 20, released)
			g, a, b := standing(t, all[0], "K-G"), standing(t, all[0], "K-A"), standing(t, all[0], "K-B")
			require.Equal(t, "HKD 200.00", g.Exposure.Total().String())
			require.Equal(t, "HKD 200.00", a.Exposure.OpenOrders.Add(b.Exposure.OpenOrders).String())
		})
	}
}

// What is true is taken over by the ledger too: accounts join a group that has no room for what they owe.
func TestTheLedgerTakesOverAnAccountThatJoinsAGroupBeyondItsLimit(t *testing.T) {
	var policy credit.Policy
	read(t, "credit.yaml", &policy)
	step, err := credit.New(policy)
	require.NoError(t, err)
	s := instances(t, services.SQLite, 1)[0]
	for _, a := range []*document.CreditAccount{accountIn("K-G", "200", ""), accountIn("K-A", "100000", "")} {
		require.NoError(t, decide(t.Context(), s, step, "t", a))
	}
	o := &document.SalesOrder{ID: "1", Number: "1", State: document.OrderReceived, Customer: "C", Currency: "HKD", Terms: "PREPAY", Total: document.M("500", "HKD"),
		Party: &document.Party{ID: "C", Class: "A", Account: "K-A"}, Lines: []document.OrderLine{{No: 1, Quantity: document.Q("1", "C62"), Price: document.D("500")}}}
	require.NoError(t, decide(t.Context(), s, step, "t", o))
	require.NoError(t, decide(t.Context(), s, step, "t", accountIn("K-A", "100000", "K-G")))
	g := standing(t, s, "K-G")
	require.Equal(t, "HKD 500.00", g.Exposure.Total().String())
	require.Equal(t, document.LevelOver, g.Level)
	next := document.Copy(o)
	next.ID, next.Number = "2", "2"
	require.NoError(t, decide(t.Context(), s, step, "t", next))
	require.Equal(t, "HKD 500.00", standing(t, s, "K-G").Exposure.Total().String(), "the next order is held")
}
