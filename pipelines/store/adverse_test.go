package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

// The COMMIT of Hold lost its answer: the row names us, and we do not know it. Renewing, which went by the holder's name, kept it
// alive for ever.
func TestALeaseWhoseTakingLostItsAnswerIsTakenAgain(t *testing.T) {
	all := instances(t, 2, Options{Lease: 400 * time.Millisecond})
	_, held, err := all[0].Hold(t.Context(), "clock") // anything else that this process holds
	require.NoError(t, err)
	require.True(t, held)
	require.NoError(t, all[0].commit(t.Context(), func(tx *txn) error { // the COMMIT happened; its answer did not come
		_, _, err := all[0].hold(t.Context(), tx, "target erp")
		return err
	}))
	require.Eventually(t, func() bool {
		for _, s := range all {
			if _, held, err := s.Hold(t.Context(), "target erp"); err == nil && held {
				return true
			}
		}
		return false
	}, 4*time.Second, 50*time.Millisecond, "within ten lease times somebody may deliver again")
}

// The same after a Release that was never said.
func TestALeaseWhoseReleaseFailedIsTakenAgain(t *testing.T) {
	all := instances(t, 2, Options{Lease: 400 * time.Millisecond})
	_, _, err := all[0].Hold(t.Context(), "clock")
	require.NoError(t, err)
	lease, _, err := all[0].Hold(t.Context(), "queue decision changes 0")
	require.NoError(t, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 64 { // of two ready cases select takes any: until the release was not said
		if all[0].Release(ended, lease) != nil {
			break
		}
		all[0].write.MustExec(`UPDATE lease SET until_at = UNIX_TIMESTAMP() * 1000 + 400 WHERE name = ?`, lease.Name)
	}
	require.Eventually(t, func() bool {
		for _, s := range all {
			if _, held, err := s.Hold(t.Context(), lease.Name); err == nil && held {
				return true
			}
		}
		return false
	}, 4*time.Second, 50*time.Millisecond)
}

// a lease that was lost stays believed for as long as nothing is written under it.
func TestALostLeaseIsNoticedWhenItIsRenewed(t *testing.T) {
	all := instances(t, 2, Options{Lease: 400 * time.Millisecond})
	_, held, err := all[0].Hold(t.Context(), "target mail")
	require.NoError(t, err)
	require.True(t, held)
	_, err = all[1].write.Exec(`UPDATE lease SET until_at = 1`)
	require.NoError(t, err)
	_, held, err = all[1].Hold(t.Context(), "target mail")
	require.NoError(t, err)
	require.True(t, held)
	require.Eventually(t, func() bool {
		_, held, err := all[0].Hold(t.Context(), "target mail")
		return err == nil && !held
	}, 4*time.Second, 50*time.Millisecond, "thirty renewals later it still believes that it holds it")
}

// longUnder begins a transaction under a lease that is long and alive, as Take of a large page over a slow link. end ends it.
func longUnder(t *testing.T, s *Store, lease Lease) (end func()) {
	t.Helper()
	in, out := make(chan struct{}), make(chan struct{})
	begun := sync.OnceFunc(func() { close(in) })
	var long sync.WaitGroup
	long.Go(func() {
		_ = s.commit(context.Background(), func(tx *txn) error {
			if err := s.under(context.Background(), tx, lease); err != nil {
				return err
			}
			begun()
			for {
				select {
				case <-out:
					return nil
				case <-time.After(100 * time.Millisecond):
					var one int
					if err := tx.GetContext(context.Background(), &one, `SELECT 1`); err != nil {
						return err
					}
				}
			}
		})
	})
	<-in
	return sync.OnceFunc(func() { close(out); long.Wait() })
}

// one long transaction under one lease stops the renewal of all.
func TestALongTransactionUnderOneLeaseLosesNoOther(t *testing.T) {
	all := instances(t, 2, Options{Lease: 1 * time.Second})
	source, _, err := all[0].Hold(t.Context(), "source crm")
	require.NoError(t, err)
	_, _, err = all[0].Hold(t.Context(), "target mail")
	require.NoError(t, err)
	end := longUnder(t, all[0], source)
	defer end()
	require.Never(t, func() bool {
		_, held, err := all[1].Hold(t.Context(), "target mail")
		return err == nil && held
	}, 4*time.Second, 50*time.Millisecond, "the holder lives and works")
}

// what SQLite takes and MySQL does not.
func TestAReasonThatIsNotUTF8CanBeKept(t *testing.T) {
	s := openStore(t)
	decideOrder(t, s, "O1", "a")
	due, err := s.DueNow(t.Context(), "erp", 10)
	require.NoError(t, err)
	gbk := "550 \xd3\xca\xcf\xe4\xb2\xbb\xb4\xe6\xd4\xda" // a mail server's answer in GBK
	require.NoError(t, s.Settle(t.Context(), Lease{}, "p", []Settlement{{Delivery: due[0], State: "dead", Reason: gbk, Spent: true}}))
}

func TestAPauseReasonThatIsNotUTF8CanBeKept(t *testing.T) {
	s := openStore(t)
	require.NoError(t, s.Pause(t.Context(), Pause{Place: "target erp", Until: noon, Since: noon, Failures: 1, Kind: connectors.Unavailable, Reason: "\xd3\xca\xcf\xe4"}))
}

func TestALongKeyStopsItsRecordAlone(t *testing.T) {
	s := openStore(t)
	_, err := s.Take(t.Context(), orders, []connectors.Change{order("O1", "1", "a"), order(strings.Repeat("x", 300), "1", "a"), order("O2", "1", "a")}, &connectors.Batch{Next: "p1"})
	require.NoError(t, err)
}

func TestALongLaneStopsNothing(t *testing.T) {
	s := openStore(t)
	o := order("O1", "1", "a")
	o.Record["customer"] = strings.Repeat("c", 300)
	_, err := s.Take(t.Context(), orders, []connectors.Change{o, order("O2", "1", "a")}, &connectors.Batch{Next: "p1"})
	require.NoError(t, err)
}

func TestALongVersionStopsNothing(t *testing.T) {
	s := openStore(t)
	_, err := s.Take(t.Context(), orders, []connectors.Change{order("O1", strings.Repeat("9", 300), "a")}, &connectors.Batch{Next: "p1"})
	require.NoError(t, err)
}

// the same message at two instances at once.
func TestTheSameMessageAtTwoInstancesAtOnceIsTakenOnce(t *testing.T) {
	all := instances(t, 2, Options{})
	twice, mixed := 0, 0
	for i := range 30 {
		var both sync.WaitGroup
		begin := make(chan struct{})
		got, errs := make([]Taken, 2), make([]error, 2)
		for n, s := range all {
			both.Go(func() {
				c := order(fmt.Sprint("O", i), "1", "a")
				c.Message = fmt.Sprint("m", i)
				if i%2 == 1 {
					c = order(fmt.Sprint("O", i), "1", fmt.Sprint("body ", n)) // one id, two bodies: must be refused (409)
					c.Message = fmt.Sprint("m", i)
				}
				<-begin
				got[n], errs[n] = s.Take(context.Background(), orders, []connectors.Change{c}, nil)
			})
		}
		close(begin)
		both.Wait()
		if got[0].New+got[1].New > 1 {
			if i%2 == 1 {
				mixed++
			} else {
				twice++
			}
		}
	}
	t.Logf("taken twice: %d of 15; one id with two bodies taken: %d of 15", twice, mixed)
	require.Zero(t, twice)
	require.Zero(t, mixed)
}

// a later change that said nothing new does not hold back an earlier one from another queue.
func TestAnEarlierChangeDoesNotUndoALaterOneThatSaidNothingNew(t *testing.T) {
	all := instances(t, 1, Options{Now: func() time.Time { return noon }, Partitions: 2})
	s := all[0]
	from := Origin{Pipeline: "p", Source: "erp_parties", System: "erp", Kind: document.KindParty, Lane: "account"}
	said := func(name, account string) int64 {
		return take(t, s, from, connectors.Change{Key: "C1", Record: connectors.Record{"id": "C1", "name": name, "account": account}}).Waiting[0]
	}
	first, second, third := said("A", "K1"), said("B", "K2"), said("A", "K1")
	decide := func(part int, id int64, name string) {
		p, err := s.Claim(t.Context(), "decision", "t", part)
		require.NoError(t, err)
		p.To = p.From + 1
		work, err := s.Work(t.Context(), []int64{id})
		require.NoError(t, err)
		require.NoError(t, s.Conclude(t.Context(), p, func(d *Desk) error {
			party := &document.Party{ID: "C1", Name: name}
			if _, err := d.TakeUp(work); err != nil {
				return err
			}
			if err := d.LoadToDecide([]document.Ref{document.RefOf(party)}); err != nil {
				return err
			}
			if over, err := d.Overtaken(document.RefOf(party), work[0]); err != nil || over {
				return err
			}
			_, moved, err := d.Put(party, id, true)
			d.File(id, map[bool]string{true: "applied", false: "unchanged"}[moved], "")
			return err
		}))
	}
	decide(0, first, "A")
	decide(0, third, "A") // its queue is faster than that of K2
	decide(1, second, "B")
	d, _, err := s.Document(t.Context(), document.Ref{Kind: document.KindParty, Key: "C1"})
	require.NoError(t, err)
	require.Equal(t, "A", d.(*document.Party).Name, "what was said last")
}

// what nobody can wake stands before what could be woken.
func TestWakingReachesLettersBehindManyThatWait(t *testing.T) {
	all := instances(t, 1, Options{Now: func() time.Time { return noon }})
	s := all[0]
	never, come := document.Ref{Kind: document.KindParty, Key: "NEVER"}, document.Ref{Kind: document.KindParty, Key: "C1"}
	ids := take(t, s, orders, order("O1", "1", "a"), order("O2", "1", "a")).Waiting
	require.NoError(t, conclude(t, s, func(d *Desk) error {
		for range 5 { // as 500 with WakeWaiting(500)
			if err := d.Refuse(Work{ID: ids[0], Kind: document.KindSalesOrder, Key: "O1"}, "x", "", &never); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, conclude(t, s, func(d *Desk) error {
		if err := put(d, &document.Party{ID: "C1"}); err != nil {
			return err
		}
		return letter(t.Context(), d.tx, Letter{Stage: "decision", Change: ids[1], WaitsFor: come.String(), At: noon})
	}))
	woken := 0
	for range 5 {
		n, err := s.WakeWaiting(t.Context(), 5)
		require.NoError(t, err)
		woken += n
	}
	require.Equal(t, 1, woken)
}

// the lock of a migration that takes longer than a lease is lost with its silent session.
func TestTwoDoNotChangeTheTablesAtOnce(t *testing.T) {
	all := instances(t, 2, Options{Lease: time.Second})
	in, out := make(chan struct{}), make(chan struct{})
	var first sync.WaitGroup
	first.Go(func() {
		_ = all[0].alone(context.Background(), func() error { close(in); <-out; return nil })
	})
	<-in
	second := make(chan struct{})
	go func() { _ = all[1].alone(t.Context(), func() error { close(second); return nil }) }()
	select {
	case <-second:
		t.Error("a second one changes the tables while the first still does")
	case <-time.After(4 * time.Second):
	}
	close(out)
	first.Wait()
	<-second
}

// may a COMMIT that answered 1927 (killed) or 1317 (its statement was ended) have happened? commit() repeats the first, and not the
// second: of some thousands that were ended a few had happened.
func TestACommitThatAnsweredKilledDidNotHappen(t *testing.T) {
	s := instances(t, 1, Options{})[0]
	s.write.MustExec(`CREATE TABLE k (id INT PRIMARY KEY) ENGINE=InnoDB`)
	did, said := 0, map[string]int{}
	for i := range 4000 {
		conn, err := s.write.Connx(context.Background())
		require.NoError(t, err)
		var id int64
		require.NoError(t, conn.GetContext(context.Background(), &id, `SELECT CONNECTION_ID()`))
		tx, err := conn.BeginTxx(context.Background(), nil)
		require.NoError(t, err)
		_, err = tx.Exec(`INSERT INTO k VALUES (?)`, i)
		require.NoError(t, err)
		var killed sync.WaitGroup
		killed.Go(func() {
			time.Sleep(time.Duration(i/2%400) * time.Microsecond)
			_, _ = s.write.Exec(fmt.Sprintf([]string{"KILL %d", "KILL QUERY %d"}[i%2], id))
		})
		err = tx.Commit()
		killed.Wait()
		_ = conn.Close()
		if err == nil {
			continue
		}
		var n int
		for s.write.Get(&n, `SELECT COUNT(*) FROM k WHERE id = ?`, i) != nil {
		}
		said[fmt.Sprint(err, " stands ", n)]++
		if n == 1 && s.dialect.passes(err) && !s.dialect.unanswered(err) {
			did++
		}
	}
	t.Log(said)
	require.Zero(t, did, "it happened, and would be repeated")
}

// who waits for one lease's row holds up every small write of its process: claims, other leases, publications.
func TestWaitingForOneLeaseHoldsNothingElseUp(t *testing.T) {
	all := instances(t, 2, Options{Lease: time.Second})
	source, _, err := all[0].Hold(t.Context(), "source crm")
	require.NoError(t, err)
	end := longUnder(t, all[0], source)
	require.Eventually(t, func() bool { // renewing waits for its own transaction
		others, err := all[1].othersHold(t.Context(), "source crm")
		return err == nil && !others
	}, 10*time.Second, 20*time.Millisecond, "its lease lapses")
	var waits sync.WaitGroup
	waits.Go(func() { _, _, _ = all[1].Hold(context.Background(), "source crm") })
	defer func() { end(); waits.Wait() }()
	began, claimed := time.Now(), make(chan error, 1)
	go func() {
		_, err := all[1].Claim(context.Background(), "decision", TopicChanges, 0)
		claimed <- err
	}()
	select {
	case err := <-claimed:
		require.NoError(t, err)
	case <-time.After(4 * time.Second):
		t.Errorf("a claim of something else still waits after %s", time.Since(began))
	}
}

// two instances that try at the same moment for a lease that is free.
func TestOfTwoThatTakeAFreeLeaseAtOnceOneGetsIt(t *testing.T) {
	all := instances(t, 2, Options{})
	for i := range 40 {
		var both sync.WaitGroup
		begin, got := make(chan struct{}), make([]bool, 2)
		for n, s := range all {
			both.Go(func() {
				<-begin
				_, got[n], _ = s.Hold(context.Background(), fmt.Sprint("lease ", i))
			})
		}
		close(begin)
		both.Wait()
		require.False(t, got[0] && got[1], "both hold lease %d", i)
		require.True(t, got[0] || got[1])
	}
}
