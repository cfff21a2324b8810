package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/mapping/document"
)

// The same lives in a real store, where held orders stand in line and go by themselves, and every reservation passes the ledger.
func TestWhateverHappensToAnOrderItsMoneyStandsInOnePlaceInAStoreToo(t *testing.T) {
	for engine, place := range engines {
		t.Run(engine, func(t *testing.T) {
			fewer(t, "12")
			rapid.Check(t, func(rt *rapid.T) {
				l := born(t)
				end := l.keep(rt, place(t))
				defer end()
				events := l.events()
				events[""] = func(rt *rapid.T) {
					l.Check(rt)
					l.nobodyWaitsInVain(rt)
				}
				rt.Repeat(events)
				broken, err := l.kept.store.VerifyAudit(l.kept.running)
				require.NoError(t, err)
				require.Zero(t, broken)
			})
		})
	}
}

// nobodyWaitsInVain has the first of those who wait judged once more: had there been room, it would have gone.
func (l *life) nobodyWaitsInVain(t *rapid.T) {
	var first *document.SalesOrder
	for id := range l.told {
		o := l.house.order(id)
		if o.WaitsForRoom() && (first == nil || o.HeldSince.Before(first.HeldSince) || o.HeldSince.Equal(first.HeldSince) && o.ID < first.ID) {
			first = o
		}
	}
	if first == nil {
		return
	}
	if _, err := l.take(&document.Alarm{Of: document.RefOf(first), At: l.Now().Add(l.tick())}); err != nil {
		return // set aside: nothing new
	}
	if now := l.house.order(first.ID); !now.Held() {
		t.Fatalf("order %s waited in vain: there was room for it (held for %v)", first.ID, first.Holds)
	}
}
