package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
)

func orderRef(key string) document.Ref {
	return document.Ref{Kind: document.KindSalesOrder, Key: key}
}

// alarmed are the documents that are due to be looked at again.
func alarmed(t *testing.T, s *Store) (keys []string) {
	t.Helper()
	require.NoError(t, s.read.Select(&keys, `SELECT kind || ' ' || doc_key || ' ' || pipeline FROM alarm ORDER BY kind, doc_key`))
	return keys
}

func TestARateThatMovesHasAllLookedAtAgainThatCountsAtItAndOfEachLineTheFirst(t *testing.T) {
	s := openStore(t)
	require.NoError(t, conclude(t, s, func(d *Desk) error {
		for key, pair := range map[string]string{"A": "USD/HKD", "B": "USD/HKD", "C": "EUR/HKD", "D": "USD/HKD", "GONE": "USD/HKD", "LAST": "USD/HKD", "FIRST": "USD/HKD", "OTHER": "USD/HKD"} {
			if err := d.Rated(orderRef(key), pair, "orders"); err != nil {
				return err
			}
		}
		if err := d.Rated(orderRef("A"), "USD/HKD", "shipping"); err != nil { // noted already: it keeps its pipeline
			return err
		}
		if err := d.Unrated(orderRef("GONE"), "USD/HKD"); err != nil {
			return err
		}
		if err := d.Rated(document.Ref{Kind: document.KindReceivables, Key: "K1"}, "USD/HKD", "master_data"); err != nil {
			return err
		}
		if err := d.SetAlarm(orderRef("B"), "orders", d.Now().Add(time.Hour)); err != nil { // it is due sooner now
			return err
		}
		for i, held := range []string{"HOME", "FIRST", "LAST"} { // HOME waits for room, in the currency of its account
			if err := d.Queue(held, "K1", "orders", i); err != nil {
				return err
			}
		}
		return d.Queue("OTHER", "K2", "orders", 0)
	}))
	require.NoError(t, conclude(t, s, func(d *Desk) error { return d.RateMoved("USD/HKD") }))
	require.Equal(t, []string{"receivables K1 master_data", "sales_order A orders", "sales_order B orders", "sales_order D orders", "sales_order HOME orders", "sales_order OTHER orders"},
		alarmed(t, s), "nobody overtakes HOME")
	next, err := s.NextAlarm(t.Context())
	require.NoError(t, err)
	require.False(t, next.After(s.now()))
	var late int
	require.NoError(t, s.read.Get(&late, `SELECT COUNT(*) FROM alarm WHERE at > ?`, stamp(s.now())))
	require.Zero(t, late)
}

// An order that counts at a rate is either seen by a later rate or decided at it: what is noted between the two would stand at the
// earlier one.
func TestARateThatMovesWaitsForThoseWhoCountAtItAndTheyDoNotWaitForEachOther(t *testing.T) {
	all := instances(t, 3, Options{Now: func() time.Time { return noon }, Partitions: 3, Lease: time.Second})
	rate := &document.ExchangeRate{From: "USD", To: "HKD", Rate: document.D("7.8")}
	claim := func(part int) Progress {
		p, err := all[part].Claim(t.Context(), "decision", "t", part)
		require.NoError(t, err)
		p.To = p.From + 1
		return p
	}
	require.NoError(t, all[0].Conclude(t.Context(), claim(0), func(d *Desk) error { return put(d, rate) }))
	order, other, moves := claim(0), claim(1), claim(2)
	moved := make(chan error, 1)
	require.NoError(t, all[0].Conclude(t.Context(), order, func(d *Desk) error {
		if err := d.Load([]document.Ref{document.RefOf(rate)}); err != nil {
			return err
		}
		if err := all[1].Conclude(t.Context(), other, func(d *Desk) error { return d.Load([]document.Ref{document.RefOf(rate)}) }); err != nil {
			return err // it waits for nobody
		}
		go func() {
			moved <- all[2].Conclude(t.Context(), moves, func(d *Desk) error {
				if err := d.LoadToDecide([]document.Ref{document.RefOf(rate)}); err != nil {
					return err
				}
				return d.RateMoved("USD/HKD")
			})
		}()
		select {
		case err := <-moved:
			t.Error("the rate moved before the order was noted", err)
			moved <- err
		case <-time.After(200 * time.Millisecond): // it must not come: there is nothing to wait for
		}
		return d.Rated(orderRef("A"), "USD/HKD", "orders")
	}))
	require.NoError(t, <-moved)
	require.Equal(t, []string{"sales_order A orders"}, alarmed(t, all[0]))
}
