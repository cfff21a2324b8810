package kafka

import (
	"context"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"
	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
)

func TestWatermillsSuiteHoldsInOrderWhenOneMessageIsOutAtATime(t *testing.T) {
	t.Parallel()
	suite(t, 1, 1, true)
}

func TestWatermillsSuiteHoldsAtTheShippedWindow(t *testing.T) {
	t.Parallel()
	suite(t, ShippedWindow, 4, false)
}

// suite runs all that Watermill asks of a transport, in full size. Its messages have no key: those of several partitions
// have no order between them.
func suite(t *testing.T, window, partitions int, inOrder bool) {
	config := configOf(services.NewKafka(t).Addr())
	inGroup := func(t *testing.T, group string) (message.Publisher, message.Subscriber) {
		publisher, err := NewPublisher(config)
		require.NoError(t, err)
		subscriber, err := NewSubscriber(config, Reading{
			Group: group, Window: window, Resend: time.Millisecond, Drain: 50 * time.Millisecond, Session: 6 * time.Second,
		})
		require.NoError(t, err)
		return publisher, making{subscriber, partitions}
	}
	tests.TestPubSub(t, tests.Features{
		ConsumerGroups:      true,
		ExactlyOnceDelivery: false,
		GuaranteedOrder:     inOrder,
		Persistent:          true,
	}, func(t *testing.T) (message.Publisher, message.Subscriber) { return inGroup(t, shortName(t.Name())) }, inGroup)
}

// making is a Subscriber that makes its topics.
type making struct {
	*Subscriber
	partitions int
}

func (m making) SubscribeInitialize(topic string) error {
	return EnsureTopic(context.Background(), m.config, topic, m.partitions, 1)
}
