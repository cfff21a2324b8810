package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

// A record that changed its customer is in two queues. Another instance decides its last change between the moment in which this
// one takes up an earlier change and the one in which it has the document: the earlier change must not undo the last.
func TestWhatAnotherInstanceDecidesMeanwhileIsNotUndone(t *testing.T) {
	for name, c := range map[string]struct {
		lastSays string
		late     bool // it is taken in only meanwhile
	}{
		"it says something new":                   {"Z", false},
		"it says nothing new":                     {"A", false},
		"it is taken in and decided meanwhile":    {"Z", true},
		"it comes meanwhile and says nothing new": {"A", true},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.lastSays, overtakenMeanwhile(t, c.lastSays, c.late)) })
	}
}

func overtakenMeanwhile(t *testing.T, lastSays string, late bool) (stands string) {
	all := instances(t, 2, Options{Now: func() time.Time { return noon }, Partitions: 2})
	a, b := all[0], all[1]
	from := Origin{Pipeline: "p", Source: "crm_orders", System: "crm", Kind: document.KindSalesOrder, Lane: "customer"}
	said := func(name, customer string) int64 {
		return take(t, b, from, connectors.Change{Key: "O1", Record: connectors.Record{"id": "O1", "note": name, "customer": customer}}).Waiting[0]
	}
	decide := func(s *Store, part int, id int64, name string, between func()) {
		p, err := s.Claim(t.Context(), "decision", "t", part)
		require.NoError(t, err)
		p.To = p.From + 1
		work, err := s.Work(t.Context(), []int64{id})
		require.NoError(t, err)
		require.NoError(t, s.Conclude(t.Context(), p, func(d *Desk) error {
			o := &document.SalesOrder{ID: "O1", Remarks: name}
			if _, err := d.TakeUp(work); err != nil {
				return err
			}
			if between != nil {
				between()
			}
			if err := d.LoadToDecide([]document.Ref{document.RefOf(o)}); err != nil {
				return err
			}
			if over, err := d.Overtaken(document.RefOf(o), work[0]); err != nil || over {
				return err
			}
			_, moved, err := d.Put(o, id, true)
			d.File(id, map[bool]string{true: "applied", false: "unchanged"}[moved], "")
			return err
		}))
	}
	decide(a, 0, said("A", "C1"), "A", nil)
	second := said("B", "C2")
	var third int64
	if !late {
		third = said(lastSays, "C1")
	}
	decide(a, 1, second, "B", func() {
		if late {
			third = said(lastSays, "C1")
		}
		decide(b, 0, third, lastSays, nil)
	})
	d, _, err := a.Document(t.Context(), document.Ref{Kind: document.KindSalesOrder, Key: "O1"})
	require.NoError(t, err)
	return d.(*document.SalesOrder).Remarks
}

// A customer that one instance decides on is decided on by no other meanwhile, though every order may read it.
func TestADocumentThatIsDecidedOnIsHeldWhateverItsKind(t *testing.T) {
	all := instances(t, 2, Options{Now: func() time.Time { return noon }, Partitions: 2, Lease: time.Second})
	party := document.Ref{Kind: document.KindParty, Key: "C1"}
	claim := func(s *Store, part int) Progress {
		p, err := s.Claim(t.Context(), "decision", "t", part)
		require.NoError(t, err)
		p.To = p.From + 1
		return p
	}
	require.NoError(t, all[0].Conclude(t.Context(), claim(all[0], 0), func(d *Desk) error { return put(d, &document.Party{ID: "C1"}) }))
	first, second := claim(all[0], 0), claim(all[1], 1)
	has, done := make(chan struct{}), make(chan error, 1)
	require.NoError(t, all[0].Conclude(t.Context(), first, func(d *Desk) error {
		if err := d.LoadToDecide([]document.Ref{party}); err != nil {
			return err
		}
		begun := make(chan struct{})
		go func() {
			done <- all[1].Conclude(t.Context(), second, func(d *Desk) error {
				if err := d.Load([]document.Ref{party}); err != nil { // an order that reads it waits for nobody
					return err
				}
				close(begun)
				return nil
			})
		}()
		<-begun
		if err := <-done; err != nil {
			return err
		}
		p := claim(all[1], 1)
		go func() {
			done <- all[1].Conclude(t.Context(), p, func(d *Desk) error {
				err := d.LoadToDecide([]document.Ref{party})
				close(has)
				return err
			})
		}()
		select {
		case <-has:
			t.Error("two decide on one customer at once")
		case <-time.After(200 * time.Millisecond): // it must not come: there is nothing to wait for
		}
		return nil
	}))
	require.NoError(t, <-done)
}

// Whatever else moves in the same answer, a reservation that grows beyond the limit is refused.
func TestTheGuardRefusesGrowthBeyondTheLimitAlsoWhenTheLimitMoves(t *testing.T) {
	account := func(limit, open string) *document.CreditAccount {
		l := document.M(limit, "HKD")
		a := &document.CreditAccount{ID: "K1", Limit: &l, Currency: "HKD"}
		a.Exposure.OpenOrders = document.M(open, "HKD")
		return a
	}
	released := func(open string) *document.CreditAccount { // by people, beyond the limit of 100
		a := account("100", open)
		a.Ceiling = &a.Exposure.OpenOrders
		return a
	}
	for name, c := range map[string]struct {
		puts []*document.CreditAccount // in one decision, from limit 100 with 50 reserved
		pass bool
	}{
		"it grows within":                         {[]*document.CreditAccount{account("100", "100")}, true},
		"it grows beyond":                         {[]*document.CreditAccount{account("100", "101")}, false},
		"it grows within a limit that is raised":  {[]*document.CreditAccount{account("500", "400")}, true},
		"it grows beyond a limit that is raised":  {[]*document.CreditAccount{account("101", "400")}, false},
		"it grows beyond a limit that is lowered": {[]*document.CreditAccount{account("90", "95")}, false},
		"the limit is lowered below it":           {[]*document.CreditAccount{account("40", "50")}, true},
		"it grows beyond in two steps":            {[]*document.CreditAccount{account("100", "90"), account("100", "101")}, false},
		"people let one pass":                     {[]*document.CreditAccount{released("120")}, true},
		"one more after people let one pass":      {[]*document.CreditAccount{released("120"), account("100", "121")}, false},
		"less after people let one pass":          {[]*document.CreditAccount{released("120"), account("100", "110")}, true},
		"it grows and falls":                      {[]*document.CreditAccount{account("100", "90"), account("100", "10")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := openStore(t)
			require.NoError(t, conclude(t, s, func(d *Desk) error { return put(d, account("100", "50")) }))
			err := conclude(t, s, func(d *Desk) error {
				for _, a := range c.puts {
					if err := put(d, a); err != nil {
						return err
					}
				}
				return nil
			})
			require.Equal(t, c.pass, err == nil, "%v", err)
			var reserved int64
			require.NoError(t, s.read.Get(&reserved, `SELECT reserved FROM credit_account WHERE account = 'K1'`))
			want := int64(50)
			if c.pass {
				last := c.puts[len(c.puts)-1].Exposure.OpenOrders.Amount
				want, _ = last.Int64()
			}
			require.Equal(t, want*10_000, reserved)
		})
	}
}
