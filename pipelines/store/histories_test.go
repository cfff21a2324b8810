package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/document"
)

const (
	writers  = 64
	attempts = 6 // of each writer
	limit    = 1000
)

// asked is what a writer wants of the one account: to reserve so much (more), to give so much back (less), to set its limit, or to
// read what is used.
type asked struct {
	act    string
	amount int64
}

// answered is what a writer was told: how much was used before, and whether it was given more.
type answered struct {
	saw     int64
	granted bool
}

// ledger is what an account is to everybody who decides on it: one number that never passes another.
type ledger struct{ used, limit int64 }

// oneLedger says which histories one ledger could have answered, had everybody come one after the other.
var oneLedger = porcupine.Model{
	Init: func() any { return ledger{0, limit} },
	Step: func(state, input, output any) (bool, any) {
		at, in, out := state.(ledger), input.(asked), output.(answered)
		if out.saw != at.used {
			return false, at
		}
		switch in.act {
		case "more":
			fits := at.used+in.amount <= at.limit
			if fits {
				at.used += in.amount
			}
			return out.granted == fits, at
		case "less":
			at.used -= in.amount
		case "limit":
			at.limit = in.amount
		}
		return true, at
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%v -> %v", input, output) },
}

// history is what everybody asked of one account and was answered, with the times of both.
type history struct {
	began      time.Time
	mu         sync.Mutex
	operations []porcupine.Operation
}

// note keeps what one was answered. Its time begins when it was asked, or where do says that it holds the account: the narrower it is
// taken, the less a broken ledger could explain.
func (h *history) note(client int, in asked, do func(holds func()) answered) {
	called := time.Since(h.began)
	out := do(func() { called = time.Since(h.began) })
	h.mu.Lock()
	defer h.mu.Unlock()
	h.operations = append(h.operations, porcupine.Operation{ClientId: client, Input: in, Output: out,
		Call: called.Nanoseconds(), Return: time.Since(h.began).Nanoseconds()})
}

// judged says whether one ledger could have answered so.
func (h *history) judged() porcupine.CheckResult {
	return porcupine.CheckOperationsTimeout(oneLedger, h.operations, 30*time.Second)
}

// A decider reserves in an account, as a decision does: it says whether there was room.
type decider func(d *Desk, a *document.CreditAccount, more int64) (granted bool, err error)

// careful measures the account that it has locked.
func careful(d *Desk, a *document.CreditAccount, more int64) (bool, error) {
	if used(a)+more > amountOf(*a.Limit) {
		return false, nil
	}
	a.Exposure.OpenOrders = hkd(used(a) + more)
	return true, put(d, a)
}

// hasty does not measure: the store alone is in its way.
func hasty(d *Desk, a *document.CreditAccount, more int64) (bool, error) {
	a.Exposure.OpenOrders = hkd(used(a) + more)
	return true, put(d, a)
}

func used(a *document.CreditAccount) int64 { return amountOf(a.Exposure.OpenOrders) }

func amountOf(m document.Money) int64 {
	n, _ := m.Amount.Int64()
	return n
}

func hkd(n int64) document.Money {
	return document.Money{Amount: document.DecimalOf(n), Currency: "HKD"}
}

var k1 = document.Ref{Kind: document.KindCreditAccount, Key: "K1"}

// shared are the instances that decide: as many as the engine lets work on one store.
func shared(t *testing.T) []*Store {
	if services.Engine() == services.MySQL {
		return instances(t, 8, Options{Now: func() time.Time { return noon }})
	}
	s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "store.db"), Now: func() time.Time { return noon }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return []*Store{s}
}

func opened(t *testing.T, s *Store) {
	most := hkd(limit)
	require.NoError(t, conclude(t, s, func(d *Desk) error {
		return put(d, &document.CreditAccount{ID: "K1", Currency: "HKD", Limit: &most})
	}))
}

// writer is one who asks again and again.
type writer struct {
	*history
	client  int
	store   *Store
	chance  *rand.Rand
	reserve decider
	mine    []int64 // reserved, and not given back
}

// race lets every writer ask for this and that, and keeps what it was answered.
func race(t *testing.T, all []*Store, seed uint64, reserve decider) *history {
	h := &history{began: time.Now()}
	var crowd sync.WaitGroup
	for client := range writers {
		w := &writer{history: h, client: client, store: all[client%len(all)], chance: rand.New(rand.NewPCG(seed, uint64(client))), reserve: reserve}
		crowd.Go(func() {
			for range attempts {
				if err := w.ask(t.Context()); err != nil {
					t.Errorf("writer %d: %v", client, err)
					return
				}
			}
		})
	}
	crowd.Wait()
	return h
}

// ask asks for one thing that chance chooses. The limit has one writer who sets it.
func (w *writer) ask(ctx context.Context) error {
	switch roll := w.chance.IntN(20); {
	case w.client == 0:
		return w.setLimit(ctx, limit-100*w.chance.Int64N(5))
	case roll < 3:
		return w.read(ctx)
	case roll < 8 && len(w.mine) > 0:
		back := w.mine[0]
		w.mine = w.mine[1:]
		return w.giveBack(ctx, back)
	}
	return w.take(ctx, 10*(1+w.chance.Int64N(8)))
}

func (w *writer) read(ctx context.Context) (err error) {
	w.note(w.client, asked{act: "read"}, func(func()) answered {
		d, _, failed := w.store.Document(ctx, k1)
		if err = failed; err != nil {
			return answered{}
		}
		return answered{saw: used(d.(*document.CreditAccount))}
	})
	return err
}

func (w *writer) take(ctx context.Context, more int64) (err error) {
	w.note(w.client, asked{"more", more}, func(holds func()) (out answered) {
		out, err = w.onAccount(ctx, holds, func(d *Desk, a *document.CreditAccount) (bool, error) { return w.reserve(d, a, more) })
		if out.granted {
			w.mine = append(w.mine, more)
		}
		return out
	})
	return err
}

func (w *writer) giveBack(ctx context.Context, back int64) (err error) {
	w.note(w.client, asked{"less", back}, func(holds func()) (out answered) {
		out, err = w.onAccount(ctx, holds, func(d *Desk, a *document.CreditAccount) (bool, error) {
			a.Exposure.OpenOrders = hkd(used(a) - back)
			return false, put(d, a)
		})
		return out
	})
	return err
}

func (w *writer) setLimit(ctx context.Context, to int64) (err error) {
	w.note(w.client, asked{"limit", to}, func(holds func()) (out answered) {
		out, err = w.onAccount(ctx, holds, func(d *Desk, a *document.CreditAccount) (bool, error) {
			most := hkd(to)
			a.Limit = &most
			return false, put(d, a)
		})
		return out
	})
	return err
}

// onAccount decides on the account as it stands, once more where another was there first. Where the store finds no room, nothing is
// granted.
func (w *writer) onAccount(ctx context.Context, holds func(), decide func(d *Desk, a *document.CreditAccount) (bool, error)) (out answered, err error) {
	const tries = 20
	for range tries {
		p, claimed := w.store.Claim(ctx, "decision", "histories", w.client)
		if claimed != nil {
			return out, claimed
		}
		p.To = p.From + 1
		err = w.store.Conclude(ctx, p, func(d *Desk) (err error) {
			if err := d.Load([]document.Ref{k1}); err != nil {
				return err
			}
			holds()
			a := document.Copy(d.Head(k1).(*document.CreditAccount))
			out.saw = used(a)
			out.granted, err = decide(d, a)
			return err
		})
		if errors.Is(err, ErrNoRoom) {
			return answered{saw: out.saw}, nil
		}
		if !errors.Is(err, ErrChanged) {
			return out, err
		}
	}
	return out, err
}

// 64 writers reserve, give back and read in one account whose limit moves: what they were answered is what one ledger would have
// answered them one after the other. Once they measure the account that they have locked; once they measure nothing, and the guarded
// UPDATE refuses what does not fit. (Invariant 7.)
func TestWhatAnAccountAnswersToManyIsWhatOneLedgerWouldAnswer(t *testing.T) {
	for name, reserve := range map[string]decider{"measured": careful, "guarded": hasty} {
		t.Run(name, func(t *testing.T) {
			all := shared(t)
			opened(t, all[0])
			h := race(t, all, 20260302, reserve)
			require.Equal(t, porcupine.Ok, h.judged())
			granted, refused := h.answers()
			require.Greater(t, granted, 10)
			require.Greater(t, refused, 10, "nobody was refused: there was no race for the last room")
		})
	}
}

// answers count those who were granted what they asked for, and those who were not.
func (h *history) answers() (granted, refused int) {
	for _, o := range h.operations {
		switch out := o.Output.(answered); {
		case out.granted:
			granted++
		case o.Input.(asked).act == "more":
			refused++
		}
	}
	return granted, refused
}

// An account that is read, and written without a look at what stands there now, is caught.
func TestAnAccountThatIsReadAndThenWrittenIsCaught(t *testing.T) {
	all := shared(t)
	opened(t, all[0])
	h := &history{began: time.Now()}
	var read, crowd sync.WaitGroup
	read.Add(2)
	for client := range 2 {
		s := all[client%len(all)]
		crowd.Go(func() {
			h.note(client, asked{"more", 600}, func(func()) (out answered) {
				err := s.write.GetContext(t.Context(), &out.saw, `SELECT reserved FROM credit_account WHERE account = 'K1'`)
				read.Done()
				read.Wait() // both have read, and nobody has written
				if err == nil {
					_, err = s.write.ExecContext(t.Context(), `UPDATE credit_account SET reserved = ? WHERE account = 'K1'`, out.saw+600)
				}
				if err != nil {
					t.Error(err)
				}
				out.granted = out.saw+600 <= limit
				return out
			})
		})
	}
	crowd.Wait()
	require.Equal(t, porcupine.Illegal, h.judged())
}

// 400 requests of 10, a hundred at a time, at a limit of 1000: exactly 100 pass.
func TestCase1ExactlyAsManyPassAsThereIsRoomFor(t *testing.T) {
	const crowd, each, ten = 100, 4, 10
	all := shared(t)
	opened(t, all[0])
	h := &history{began: time.Now()}
	var waiting sync.WaitGroup
	for client := range crowd {
		w := &writer{history: h, client: client, store: all[client%len(all)], reserve: careful}
		waiting.Go(func() {
			for range each {
				if err := w.take(t.Context(), ten); err != nil {
					t.Errorf("request of %d: %v", client, err)
				}
			}
		})
	}
	waiting.Wait()
	granted, refused := h.answers()
	require.Equal(t, []int{limit / ten, crowd*each - limit/ten}, []int{granted, refused})
	d, _, err := all[0].Document(t.Context(), k1)
	require.NoError(t, err)
	require.EqualValues(t, limit, used(d.(*document.CreditAccount)))
}

// What is found after a crash between the reservation and the commit is what was there before; after the commit it is both.
func TestCase40AReservationAndItsOrderAreThereTogetherOrNotAtAll(t *testing.T) {
	onFilesOnly(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "store.db")
	s, err := Open(t.Context(), Options{Path: path, Now: func() time.Time { return noon }})
	require.NoError(t, err)
	defer s.Close()
	opened(t, s)
	order := document.Ref{Kind: document.KindSalesOrder, Key: "1"}
	crashed := func(name string) (reserved int64, there bool) { // the machine stops, and what lies on the disk is found again
		after := filepath.Join(folder, name)
		require.NoError(t, os.Mkdir(after, 0o700))
		for _, file := range []string{"store.db", "store.db-wal"} {
			body, err := os.ReadFile(filepath.Join(folder, file))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(after, file), body, 0o600))
		}
		found, err := Open(t.Context(), Options{Path: filepath.Join(after, "store.db"), Now: func() time.Time { return noon }})
		require.NoError(t, err)
		defer found.Close()
		d, _, err := found.Document(t.Context(), k1)
		require.NoError(t, err)
		_, _, missing := found.Document(t.Context(), order)
		return used(d.(*document.CreditAccount)), missing == nil
	}
	err = conclude(t, s, func(d *Desk) error {
		if err := d.Load([]document.Ref{k1, order}); err != nil {
			return err
		}
		if _, err := careful(d, document.Copy(d.Head(k1).(*document.CreditAccount)), 600); err != nil {
			return err
		}
		if err := errors.Join(put(d, &document.SalesOrder{ID: "1"}), d.Write()); err != nil {
			return err
		}
		reserved, there := crashed("before the commit")
		require.Zero(t, reserved)
		require.False(t, there)
		return nil
	})
	require.NoError(t, err)
	reserved, there := crashed("after the commit")
	require.EqualValues(t, 600, reserved)
	require.True(t, there)
}
