package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/document"
)

// instances are several processes on one database.
func instances(t *testing.T, n int, o Options) []*Store {
	t.Helper()
	services.Only(t, services.MySQL, "a file has one instance at a time: see TestOnlyOneInstanceHoldsTheLock")
	place := at(t, filepath.Join(t.TempDir(), "store.db"))
	o.MySQL, o.again = place.MySQL, place.again
	all := make([]*Store, n)
	for i := range all {
		var err error
		all[i], err = Open(t.Context(), o)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, all[i].Close()) })
	}
	return all
}

// asleep has every instance taken for dead: it was not heard of for longer than a lease lasts.
func asleep(t *testing.T, s *Store) {
	t.Helper()
	_, err := s.write.ExecContext(t.Context(), `UPDATE lease SET until_at = 1`)
	require.NoError(t, err)
}

func TestALeaseHasOneHolderAndGoesToAnotherWhenItIsGivenBack(t *testing.T) {
	all := instances(t, 2, Options{})
	first, held, err := all[0].Hold(t.Context(), "target erp")
	require.NoError(t, err)
	require.True(t, held)
	again, held, err := all[0].Hold(t.Context(), "target erp")
	require.NoError(t, err)
	require.True(t, held)
	require.Equal(t, first, again, "who holds it holds it")
	_, held, err = all[1].Hold(t.Context(), "target erp")
	require.NoError(t, err)
	require.False(t, held)
	_, held, err = all[1].Hold(t.Context(), "target mail")
	require.NoError(t, err)
	require.True(t, held, "another lease is another matter")

	require.NoError(t, all[0].Release(t.Context(), first))
	second, held, err := all[1].Hold(t.Context(), "target erp")
	require.NoError(t, err)
	require.True(t, held)
	require.Greater(t, second.Epoch, first.Epoch)
}

func TestALeaseOfALivingProcessIsRenewedAndThatOfAClosedOneIsFree(t *testing.T) {
	all := instances(t, 2, Options{Lease: 300 * time.Millisecond})
	_, held, err := all[0].Hold(t.Context(), "target erp")
	require.NoError(t, err)
	require.True(t, held)
	require.Never(t, func() bool {
		_, held, err := all[1].Hold(t.Context(), "target erp")
		return err != nil || held
	}, time.Second, 50*time.Millisecond, "it is renewed")
	require.NoError(t, all[0].Close())
	_, held, err = all[1].Hold(t.Context(), "target erp")
	require.NoError(t, err)
	require.True(t, held, "it was given back")
}

func TestAnInstanceThatWakesUpAfterItsLeaseMovesNothing(t *testing.T) {
	all := instances(t, 2, Options{Now: func() time.Time { return noon }})
	sleeper, successor := all[0], all[1]
	require.NoError(t, conclude(t, sleeper, func(d *Desk) error {
		if err := put(d, &document.Party{ID: "C1", Name: "Alpha"}); err != nil {
			return err
		}
		ref := document.Ref{Kind: document.KindParty, Key: "C1"}
		d.Due("erp", ref, 1)
		return d.SetAlarm(ref, "p", noon.Add(-time.Hour))
	}))
	stale, _, err := sleeper.Hold(t.Context(), "target erp")
	require.NoError(t, err)
	due, err := sleeper.DueNow(t.Context(), "erp", 10)
	require.NoError(t, err)
	require.Len(t, due, 1)

	asleep(t, successor)
	lease, held, err := successor.Hold(t.Context(), "target erp")
	require.NoError(t, err)
	require.True(t, held)

	settled := []Settlement{{Delivery: due[0], State: "applied", Hash: "h"}}
	require.ErrorIs(t, sleeper.Settle(t.Context(), stale, "p", settled), ErrNotOwner)
	from := orders
	from.Lease = stale
	_, err = sleeper.Take(t.Context(), from, []connectors.Change{order("O1", "1", "a")}, &connectors.Batch{Next: "p1"})
	require.ErrorIs(t, err, ErrNotOwner)
	_, err = sleeper.Ring(t.Context(), stale, 10)
	require.ErrorIs(t, err, ErrNotOwner)
	_, _, err = sleeper.Relay(t.Context(), stale, 10, func([]Queued) error { return nil })
	require.ErrorIs(t, err, ErrNotOwner)

	waiting, err := successor.DueNow(t.Context(), "erp", 10)
	require.NoError(t, err)
	require.Len(t, waiting, 1, "what the sleeper says of it does not count")
	require.NoError(t, successor.Settle(t.Context(), lease, "p", settled))
	_, held, err = sleeper.Hold(t.Context(), "target erp")
	require.NoError(t, err)
	require.False(t, held, "it knows now that it has lost it")
}

// Several instances queue at once, some of them slowly; a reader that goes by offsets must see every message once and those of
// one key in their order. Without holding the queue to the COMMIT it would pass over what commits late.
func TestAReaderByOffsetsMissesNothingThatCommitsLate(t *testing.T) {
	all := instances(t, 3, Options{})
	const each = 40
	var writers sync.WaitGroup
	for w, s := range all {
		writers.Go(func() {
			for i := range each {
				err := s.transact(context.Background(), func(tx *txn) error {
					s.enqueue(tx, TopicChanges, Outgoing{UUID: fmt.Sprintf("%d/%d", w, i), Key: fmt.Sprint(w)})
					if i%3 != 0 {
						return nil
					}
					if err := s.post(context.Background(), tx); err != nil {
						return err
					}
					_, err := tx.ExecContext(context.Background(), `SELECT SLEEP(0.003)`) // it has its offset, and commits later
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	ended := make(chan struct{})
	go func() { writers.Wait(); close(ended) }()
	seen := readByOffset(t, all[0], 0, ended)
	require.Len(t, seen, 3*each)
	last := map[string]int{}
	for _, m := range seen {
		var w, i int
		_, err := fmt.Sscanf(m.UUID, "%d/%d", &w, &i)
		require.NoError(t, err)
		require.Equal(t, last[m.Key], i, "the messages of %s in their order", m.Key)
		last[m.Key]++
	}
}

// readByOffset reads on from an offset until the writers have ended and nothing more comes.
func readByOffset(t *testing.T, s *Store, part int, ended <-chan struct{}) (seen []Queued) {
	t.Helper()
	after := int64(0)
	for over := false; ; {
		page, err := s.Queue(t.Context(), TopicChanges, part, after, 7)
		require.NoError(t, err)
		if len(page) > 0 {
			seen, after = append(seen, page...), page[len(page)-1].Offset
			continue
		}
		if over {
			return seen
		}
		select {
		case <-ended:
			over = true
		default:
		}
	}
}

func TestAReaderByOffsetsIsCaughtMissingWhatCommitsLateWhenTheQueueIsNotHeld(t *testing.T) {
	all := instances(t, 2, Options{})
	late, err := all[0].write.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = late.Rollback() }()
	insert := `INSERT INTO queue (topic, part, business_key, uuid, payload, metadata, at) VALUES ('changes', 0, 'k', ?, '', '', '')`
	_, err = late.Exec(insert, "late")
	require.NoError(t, err)
	_, err = all[1].write.Exec(insert, "early")
	require.NoError(t, err)
	seen, err := all[1].Queue(t.Context(), TopicChanges, 0, 0, 10)
	require.NoError(t, err)
	require.Len(t, seen, 1)
	require.NoError(t, late.Commit())
	seen, err = all[1].Queue(t.Context(), TopicChanges, 0, seen[0].Offset, 10)
	require.NoError(t, err)
	require.Empty(t, seen, "this is the fault that holding the queue prevents: the late one is passed over for ever")
}

func TestWhatIsPublishedIsTakenOutOfTheQueueHoweverLateItWasCommitted(t *testing.T) {
	all := instances(t, 2, Options{})
	lease, _, err := all[0].Hold(t.Context(), "relay")
	require.NoError(t, err)
	late, err := all[1].write.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = late.Rollback() }()
	insert := `INSERT INTO queue (topic, part, business_key, uuid, payload, metadata, at) VALUES ('changes', 0, 'k', ?, '', '', '')`
	_, err = late.Exec(insert, "late")
	require.NoError(t, err)
	_, err = all[1].write.Exec(insert, "early")
	require.NoError(t, err)
	var published []string
	relay := func(fault error) error {
		_, _, err := all[0].Relay(t.Context(), lease, 10, func(messages []Queued) error {
			for _, m := range messages {
				published = append(published, m.UUID)
			}
			return fault
		})
		return err
	}
	unreachable := errors.New("no broker")
	require.ErrorIs(t, relay(unreachable), unreachable)
	require.NoError(t, relay(nil))
	require.NoError(t, late.Commit())
	require.NoError(t, relay(nil))
	require.NoError(t, relay(nil))
	require.Equal(t, []string{"early", "early", "late"}, published, "what was not taken is published again, and nothing is passed over")
}

// limited makes accounts with a limit, of which so much is used.
func limited(limit document.Money) func(used string) *document.CreditAccount {
	return func(used string) *document.CreditAccount {
		a := &document.CreditAccount{ID: "K1", Limit: &limit}
		a.Exposure.OpenOrders = document.Money{Currency: "HKD", Amount: document.D(used)}
		return a
	}
}

func TestOneAccountDecidedOnByTwoInstancesIsNeverOverItsLimit(t *testing.T) {
	all := instances(t, 2, Options{Now: func() time.Time { return noon }})
	limit := document.Money{Currency: "HKD", Amount: document.D("100")}
	account := limited(limit)
	require.NoError(t, conclude(t, all[0], func(d *Desk) error { return put(d, account("0")) }))
	ref := document.Ref{Kind: document.KindCreditAccount, Key: "K1"}
	var workers sync.WaitGroup
	granted := make([]int, len(all))
	for part, s := range all {
		workers.Go(func() {
			for range 20 {
				granted[part] += grant(t, s, part, ref, account)
			}
		})
	}
	workers.Wait()
	require.Equal(t, 10, granted[0]+granted[1], "ten times ten of a hundred")
	d, _, err := all[0].Document(t.Context(), ref)
	require.NoError(t, err)
	require.Equal(t, "100", d.(*document.CreditAccount).Exposure.OpenOrders.Amount.String())
}

// What people let pass beyond the limit makes no room for those who decide beside them.
func TestBesideAReleaseByPeopleNobodyPassesTheLimit(t *testing.T) {
	all := instances(t, 3, Options{Now: func() time.Time { return noon }})
	limit := document.Money{Currency: "HKD", Amount: document.D("100")}
	account := limited(limit)
	require.NoError(t, conclude(t, all[0], func(d *Desk) error { return put(d, account("0")) }))
	ref := document.Ref{Kind: document.KindCreditAccount, Key: "K1"}
	var workers sync.WaitGroup
	granted := make([]int, 2)
	for part, s := range all[:2] {
		workers.Go(func() {
			for range 20 {
				granted[part] += grant(t, s, part, ref, account)
			}
		})
	}
	workers.Go(func() { // people release an order of 70 as soon as there is anything beside it
		for released := false; !released; {
			p, err := all[2].Claim(t.Context(), "decision", "grants", 2)
			if err != nil {
				t.Error(err)
				return
			}
			p.To = p.From + 1
			if err := all[2].Conclude(t.Context(), p, func(d *Desk) error {
				if released = false; d.Load([]document.Ref{ref}) != nil {
					return errors.New("the account cannot be read")
				}
				used := d.Head(ref).(*document.CreditAccount).Exposure.OpenOrders.Amount
				if used.Sign() == 0 {
					return nil
				}
				released = true
				a := account(used.Add(document.D("70")).String())
				a.Ceiling = &a.Exposure.OpenOrders
				return put(d, a)
			}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	workers.Wait()
	revisions, err := all[0].Revisions(t.Context(), ref)
	require.NoError(t, err)
	before, beyond := document.DecimalOf(0), 0
	for _, r := range revisions {
		used := r.Document.(*document.CreditAccount).Exposure.OpenOrders.Amount
		if used.Sub(before).Equal(document.D("70")) {
			beyond++
		} else {
			require.False(t, used.Greater(document.D("100")), "%s after %s", used, before)
		}
		before = used
	}
	require.Equal(t, 1, beyond)
	require.Equal(t, fmt.Sprint(70+10*(granted[0]+granted[1])), before.String(), "nothing is lost")
}

// grant reserves ten where there is room, as a decision would, and says whether there was.
func grant(t *testing.T, s *Store, part int, ref document.Ref, account func(string) *document.CreditAccount) (granted int) {
	p, err := s.Claim(t.Context(), "decision", "grants", part)
	if err != nil {
		t.Error(err)
		return 0
	}
	p.To = p.From + 1
	err = s.Conclude(t.Context(), p, func(d *Desk) error {
		granted = 0
		if err := d.Load([]document.Ref{ref}); err != nil {
			return err
		}
		used := d.Head(ref).(*document.CreditAccount).Exposure.OpenOrders.Amount
		if used.Cmp(document.D("100")) >= 0 {
			return nil
		}
		granted = 1
		return put(d, account(used.Add(document.D("10")).String()))
	})
	if err != nil {
		t.Error(err)
		return 0
	}
	return granted
}

func TestAChangeThatWaitsForWhatCameInTheSameMomentIsWoken(t *testing.T) {
	all := instances(t, 2, Options{Now: func() time.Time { return noon }})
	customer := document.Ref{Kind: document.KindParty, Key: "C1"}
	ids := take(t, all[0], orders, order("O1", "1", "a")).Waiting
	// The customer comes while the order that needs it is being set aside: neither sees the other.
	err := conclude(t, all[0], func(d *Desk) error {
		if err := d.Load([]document.Ref{customer}); err != nil {
			return err
		}
		p, err := all[1].Claim(t.Context(), "decision", TopicChanges, 1)
		require.NoError(t, err)
		p.To = p.From + 1
		require.NoError(t, all[1].Conclude(t.Context(), p, func(d *Desk) error { return put(d, &document.Party{ID: "C1"}) }))
		return d.Refuse(Work{ID: ids[0], Kind: document.KindSalesOrder, Key: "O1", Source: "crm_orders"}, "customer C1 is not known", "", &customer)
	})
	require.NoError(t, err)
	woken, err := all[1].WakeWaiting(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 1, woken)
	woken, err = all[1].WakeWaiting(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, woken)
}

// A deadlock ends the transaction at the server, not here: what a decision says after it, not knowing, would stand at once and
// for good. It took numbers of a series that no paper carried.
func TestWhatIsSaidAfterADeadlockDoesNotStand(t *testing.T) {
	all := instances(t, 2, Options{})
	for _, name := range []string{"a", "b"} {
		_, err := all[0].write.ExecContext(t.Context(), `INSERT INTO lease (name, epoch, holder, until_at) VALUES (?, 0, '', 0)`, name)
		require.NoError(t, err)
	}
	var both sync.WaitGroup
	met := make([]chan struct{}, 2)
	for i := range met {
		met[i] = make(chan struct{})
	}
	for i, names := range [][]string{{"a", "b"}, {"b", "a"}} {
		both.Go(func() {
			first := true
			err := all[i].transact(context.Background(), func(tx *txn) error {
				lock := `UPDATE lease SET epoch = epoch + 1 WHERE name = ?`
				_, _ = tx.ExecContext(context.Background(), lock, names[0])
				if first {
					first = false
					close(met[i])
					<-met[1-i] // both hold one and want the other's
				}
				_, _ = tx.ExecContext(context.Background(), lock, names[1])
				_, _ = tx.ExecContext(context.Background(), `INSERT INTO series (name, last) VALUES ('PL', 1)`+all[i].dialect.upsert("name", "last = last + 1"))
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	var last int
	require.NoError(t, all[0].read.Get(&last, `SELECT last FROM series WHERE name = 'PL'`))
	require.Equal(t, 2, last, "each of the two took one number")
}

// An instance that is stopped in the midst of a transaction holds the rows that it has touched. The server ends its session, so
// that the others go on.
func TestAnInstanceThatStopsInATransactionHoldsNobodyUp(t *testing.T) {
	all := instances(t, 2, Options{Lease: time.Second})
	stopped, err := all[0].write.BeginTxx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = stopped.Rollback() }()
	_, err = stopped.ExecContext(t.Context(), `INSERT INTO lease (name, epoch, holder, until_at) VALUES ('target erp', 1, 'the stopped one', 1)`)
	require.NoError(t, err)
	lease, held, err := all[1].Hold(t.Context(), "target erp")
	require.NoError(t, err)
	require.True(t, held)
	require.EqualValues(t, 1, lease.Epoch, "what the stopped one had not committed is undone")
	require.Error(t, stopped.Commit(), "and it cannot commit any more")
}
