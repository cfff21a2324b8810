package bus

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
	"tradewire/pipelines/store"
)

// A runs with two queues, B was started with four and has died. What B queued for itself is read by A, when it is restarted.
func TestWhatWasQueuedByAnInstanceWithMoreQueuesIsReadByTheOtherOne(t *testing.T) {
	services.Only(t, services.MySQL, "a file has one instance at a time")
	path := filepath.Join(t.TempDir(), "store.db")
	open := func(partitions int) *store.Store {
		o := storeAt(t, path)
		o.Partitions = partitions
		s, err := store.Open(t.Context(), o)
		require.NoError(t, err)
		return s
	}
	a := open(1)
	defer a.Close()
	ctx, end := context.WithCancel(t.Context())
	var got sync.Map
	var all sync.WaitGroup
	defer all.Wait()
	defer end()
	all.Go(func() {
		_ = (&Embedded{Store: a, Window: 10}).Consume(ctx, "decision", "changes", func(ctx context.Context, batch []*Message) error {
			p, err := ProgressOf(batch)
			if err == nil {
				err = a.Advance(ctx, p)
			}
			for _, m := range batch {
				got.Store(m.UUID, true)
				m.Ack()
			}
			return err
		}, Faults{Fatal: func(error) bool { return false }, Survived: func(error) {}})
	})
	require.NoError(t, a.Publish(t.Context(), "changes", store.Outgoing{UUID: "0", Key: "k"}))
	require.Eventually(t, func() bool { _, ok := got.Load("0"); return ok }, 5*time.Second, 20*time.Millisecond)
	b := open(4)
	for _, key := range []string{"a", "b", "c", "d"} {
		require.NoError(t, b.Publish(t.Context(), "changes", store.Outgoing{UUID: key, Key: key}))
	}
	require.NoError(t, b.Close())
	require.Eventually(t, func() bool {
		n := 0
		got.Range(func(any, any) bool { n++; return true })
		return n == 5
	}, 6*time.Second, 20*time.Millisecond)
}
