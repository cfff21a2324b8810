package bus

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"
	"github.com/stretchr/testify/require"

	"tradewire/pipelines/store"
)

func TestWatermillsSuiteHoldsInOrderWhenOneMessageIsOutAtATime(t *testing.T) {
	suite(t, 1, true)
}

func TestWatermillsSuiteHoldsAtTheShippedWindow(t *testing.T) {
	suite(t, ShippedWindow, false)
}

// suite runs all that Watermill asks of a transport, in full size.
func suite(t *testing.T, window int, inOrder bool) {
	s := openStore(t)
	inGroup := func(t *testing.T, group string) (message.Publisher, message.Subscriber) {
		subscriber, err := NewSubscriber(s, Config{
			Group: group, Window: window, Resend: time.Millisecond, Drain: 50 * time.Millisecond,
		})
		require.NoError(t, err)
		return NewPublisher(s), subscriber
	}
	tests.TestPubSub(t, tests.Features{
		ConsumerGroups:      true,
		ExactlyOnceDelivery: false,
		GuaranteedOrder:     inOrder,
		Persistent:          true,
	}, func(t *testing.T) (message.Publisher, message.Subscriber) { return inGroup(t, "planning") }, inGroup)
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	return openStoreAt(t, filepath.Join(t.TempDir(), "store.db"))
}

func openStoreAt(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), storeAt(t, path))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}
