package kafka

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
)

func TestMain(m *testing.M) { os.Exit(services.Main(m)) }

const (
	// patience is how long a test waits for what must come.
	patience = 40 * time.Second
	keyMeta  = "tradewire-key"
)

var topics atomic.Int64

func configOf(addr string) Config {
	c, err := Config{Brokers: []string{addr}, KeyMeta: keyMeta}.filled("test")
	if err != nil {
		panic(err)
	}
	return c
}

// newTopic is a topic of its own on the shared broker.
func newTopic(t *testing.T, partitions int) (Config, string) {
	t.Helper()
	config := configOf(services.NewKafka(t).Addr())
	return config, newTopicAt(t, config, partitions)
}

func newTopicAt(t *testing.T, config Config, partitions int) string {
	t.Helper()
	topic := fmt.Sprintf("changes-%d-%d", os.Getpid(), topics.Add(1))
	require.NoError(t, EnsureTopic(t.Context(), config, topic, partitions, 1))
	return topic
}

func newPublisher(t *testing.T, config Config, leave ...string) *Publisher {
	t.Helper()
	p, err := NewPublisher(config, leave...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

func publish(t *testing.T, config Config, topic string, ids ...string) {
	t.Helper()
	messages := make([]*message.Message, len(ids))
	for i, id := range ids {
		messages[i] = message.NewMessage(id, []byte("payload of "+id))
	}
	require.NoError(t, newPublisher(t, config).Publish(topic, messages...))
}

// subscribe reads quickly; the group is the topic's unless the test names one.
func subscribe(t *testing.T, config Config, topic string, r Reading) (<-chan *message.Message, *Subscriber) {
	t.Helper()
	if r.Group == "" {
		r.Group = "group-" + topic
	}
	if r.Resend == 0 {
		r.Resend = time.Millisecond
	}
	if r.Drain == 0 {
		r.Drain = 50 * time.Millisecond
	}
	if r.Session == 0 {
		r.Session = 6 * time.Second
	}
	s, err := NewSubscriber(config, r)
	require.NoError(t, err)
	messages, err := s.Subscribe(context.Background(), topic)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return messages, s
}

func take(t *testing.T, messages <-chan *message.Message, n int) []*message.Message {
	t.Helper()
	var taken []*message.Message
	for range n {
		select {
		case m, open := <-messages:
			require.True(t, open, "the channel was closed after %d of %d", len(taken), n)
			taken = append(taken, m)
		case <-time.After(patience):
			t.Fatalf("%d of %d messages came", len(taken), n)
		}
	}
	return taken
}

func ids(messages []*message.Message) []string { return message.Messages(messages).IDs() }

func ackAll(messages []*message.Message) {
	for _, m := range messages {
		m.Ack()
	}
}

func nackAll(messages []*message.Message) {
	for _, m := range messages {
		m.Nack()
	}
}

// committed is what Kafka has of a group, by partition; -1 where it has nothing.
func committed(t *testing.T, config Config, group, topic string, partitions int) []int64 {
	t.Helper()
	c := config.client(fresh, topic)
	defer c.close()
	asked := make([]int, partitions)
	for i := range asked {
		asked[i] = i
	}
	answer, err := c.OffsetFetch(t.Context(), &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: asked}})
	require.NoError(t, err)
	require.NoError(t, answer.Error)
	all := make([]int64, partitions)
	for _, p := range answer.Topics[topic] {
		require.NoError(t, p.Error)
		all[p.Partition] = p.CommittedOffset
	}
	return all
}

// shortName is a name that may be long, as a short one.
func shortName(name string) string {
	h := fnv.New64a()
	h.Write([]byte(name))
	return fmt.Sprintf("%x", h.Sum64())
}
