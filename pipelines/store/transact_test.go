package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var errRefused = errors.New("refused")

func uuids(t *testing.T, s *Store, topic string) []string {
	t.Helper()
	messages, err := s.Queue(context.Background(), topic, 0, 0, 100_000)
	require.NoError(t, err)
	ids := []string{}
	for _, m := range messages {
		ids = append(ids, m.UUID)
	}
	return ids
}

func TestWhateverEndsATransactionEarlyLeavesNothingOfIt(t *testing.T) {
	s := newStore(t)
	write := func(tx *txn) error {
		s.enqueue(tx, "changes", Outgoing{UUID: "half"})
		return s.post(context.Background(), tx)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	for name, end := range map[string]func(){
		"an error": func() {
			require.ErrorIs(t, s.transact(t.Context(), func(tx *txn) error {
				return errors.Join(write(tx), errRefused)
			}), errRefused)
		},
		"a panic": func() {
			require.Panics(t, func() {
				_ = s.transact(t.Context(), func(tx *txn) error { panic(write(tx)) })
			})
		},
		"the end of its context": func() {
			require.ErrorIs(t, s.transact(cancelled, func(tx *txn) error {
				defer cancel()
				return write(tx)
			}), context.Canceled)
		},
		"a statement that fails": func() {
			require.Error(t, s.transact(t.Context(), func(tx *txn) error {
				_, err := tx.ExecContext(context.Background(), `INSERT INTO nowhere VALUES (1)`)
				return errors.Join(write(tx), err)
			}))
		},
	} {
		changed := s.Changed()
		end()
		require.Empty(t, uuids(t, s, "changes"), name)
		require.False(t, isClosed(changed), "%s wakes nobody", name)
		require.NoError(t, s.transact(t.Context(), func(*txn) error { return nil }), "after %s the store works on", name)
	}
}

func TestACommitBetweenLookingAndWaitingIsNotMissed(t *testing.T) {
	s := newStore(t)
	changed := s.Changed()
	require.Equal(t, changed, s.Changed(), "all wait for the same commit")
	require.NoError(t, s.transact(t.Context(), func(*txn) error { return nil }))
	require.True(t, isClosed(changed))
	require.False(t, isClosed(s.Changed()), "the next commit is another one")
}

func TestOfManyWritesThatShareATransactionABadOneFailsAlone(t *testing.T) {
	s := newStore(t)
	var all sync.WaitGroup
	want := []string{}
	for i := range 300 {
		id := fmt.Sprintf("message %d", i)
		bad := i%50 == 7
		if !bad {
			want = append(want, id)
		}
		all.Go(func() {
			err := s.share(context.Background(), true, func(ctx context.Context, tx *txn) error {
				s.enqueue(tx, "changes", Outgoing{UUID: id})
				if bad {
					return errRefused
				}
				return nil
			})
			if bad {
				assert.ErrorIs(t, err, errRefused)
			} else {
				assert.NoError(t, err)
			}
		})
	}
	all.Wait()
	require.ElementsMatch(t, want, uuids(t, s, "changes"))
}

func TestWritesDuringCloseAreDoneOrRefusedAndNeverLeftOpen(t *testing.T) {
	path := t.TempDir() + "/store.db"
	s, err := Open(t.Context(), at(t, path))
	require.NoError(t, err)
	var all sync.WaitGroup
	var mu sync.Mutex
	done := []string{}
	for i := range 100 {
		all.Go(func() {
			id := fmt.Sprint(i)
			if err := s.Publish(context.Background(), "changes", Outgoing{UUID: id}); err == nil {
				mu.Lock()
				defer mu.Unlock()
				done = append(done, id)
			}
		})
	}
	require.NoError(t, s.Close())
	all.Wait()
	require.ElementsMatch(t, done, uuids(t, openAt(t, path), "changes"))
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
