package store

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/document"
)

// owing is a group whose accounts owe so much, of which so much is reserved for their orders.
func owing(owes, reserved string) *document.CreditAccount {
	limit := document.M("1000", "HKD")
	g := &document.CreditAccount{ID: "K-G", Limit: &limit, Currency: "HKD", MembersOpen: document.M(reserved, "HKD"),
		Members: []document.Member{{Account: "K-A", Exposure: document.M(owes, "HKD"), OpenOrders: document.M(reserved, "HKD")}}}
	g.Exposure.Members = document.M(owes, "HKD")
	return g
}

func TestTheGuardRefusesWhatOrdersOfItsAccountsReserveBeyondTheLimitOfAGroup(t *testing.T) {
	s := openStore(t)
	for _, step := range []struct {
		owes, reserved string
		pass           bool
	}{{"300", "0", true}, {"900", "600", true}, {"1000", "700", true}, {"1000.01", "700.01", false}, {"1100", "700", true}, {"1100", "600", true}} {
		err := conclude(t, s, func(d *Desk) error {
			if err := d.Load([]document.Ref{{Kind: document.KindCreditAccount, Key: "K-G"}}); err != nil {
				return err
			}
			return put(d, owing(step.owes, step.reserved))
		})
		if step.pass {
			require.NoError(t, err, step)
		} else {
			require.ErrorIs(t, err, ErrNoRoom, step)
		}
	}
}

// Held orders of several accounts stand in one line where their group holds them, by the time at which they were held, and in the line of
// their own account again when it has left the group.
func TestOrdersThatAGroupHoldsStandInOneLine(t *testing.T) {
	s := openStore(t)
	next := func(account, behind string) (key string) {
		require.NoError(t, conclude(t, s, func(d *Desk) error {
			if _, err := d.tx.ExecContext(t.Context(), `DELETE FROM alarm`); err != nil {
				return err
			}
			if err := d.JudgeNext(account, behind); err != nil {
				return err
			}
			var keys []string
			err := d.tx.SelectContext(t.Context(), &keys, `SELECT doc_key FROM alarm`)
			if len(keys) == 1 {
				key = keys[0]
			}
			return err
		}))
		return key
	}
	queue := func(order, account, waitsIn, stoodIn string) {
		require.NoError(t, conclude(t, s, func(d *Desk) error {
			before, err := d.Queue(order, account, waitsIn, "p", 0)
			require.Equal(t, stoodIn, before)
			return err
		}))
	}
	queue("1", "K-A", "K-G", "")
	queue("2", "K-B", "K-G", "")
	queue("3", "K-A", "K-A", "")
	queue("4", "K-A", "K-G", "")
	require.Equal(t, "1", next("K-G", ""))
	require.Equal(t, "2", next("K-G", "1"))
	require.Equal(t, "3", next("K-A", ""))
	queue("1", "K-A", "K-A", "K-G") // the group has room for it, its own account has none
	require.Equal(t, "2", next("K-G", ""))
	require.Equal(t, "1", next("K-A", ""), "it keeps its time")

	require.NoError(t, conclude(t, s, func(d *Desk) error { return d.QueueApart("K-A", "K-G") }))
	require.Equal(t, "4", next("K-A", "3"))
	require.Empty(t, next("K-G", "2"))
	require.NoError(t, conclude(t, s, func(d *Desk) error {
		left, err := d.Unqueue("2")
		require.Equal(t, "K-G", left)
		return err
	}))
	require.Empty(t, next("K-G", ""))
}

func TestCustomersOfOneGroupShareAQueue(t *testing.T) {
	services.Only(t, services.MySQL, "a file has one queue")
	s := openStore(t)
	require.NoError(t, conclude(t, s, func(d *Desk) error {
		for _, doc := range []document.Document{&document.Party{ID: "C-A", Account: "K-A"}, &document.Party{ID: "C-B", Account: "K-B"}, &document.Party{ID: "C-X", Account: "K-X"},
			&document.CreditAccount{ID: "K-A", Currency: "HKD", Group: "K-G"}, &document.CreditAccount{ID: "K-B", Currency: "HKD", Group: "K-G"},
			&document.CreditAccount{ID: "K-X", Currency: "HKD"}, &document.CreditAccount{ID: "K-G", Currency: "HKD"},
			&document.SalesOrder{ID: "O1", Customer: "C-A"}} {
			if err := put(d, doc); err != nil {
				return err
			}
		}
		return nil
	}))
	var lanes map[string]string
	require.NoError(t, s.transact(t.Context(), func(tx *txn) (err error) {
		lanes, err = s.lanes(t.Context(), tx, []string{"C-A", "C-B", "C-X", "K-A", "K-G", "O1", "nobody"}, false)
		return err
	}))
	require.Equal(t, map[string]string{"C-A": "K-G", "C-B": "K-G", "C-X": "K-X", "K-A": "K-G", "O1": "K-G"}, lanes)
}
