package kafka

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"

	"tradewire/connectors"
)

// These pairs come from the tests of Kafka's own client.
func TestAKeyIsHashedAsKafkasOwnClientDoes(t *testing.T) {
	for key, want := range map[string]int32{
		"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536, "a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971, "abc": 479470107,
	} {
		require.Equal(t, want, int32(murmur2([]byte(key))), key)
	}
}

func TestAKeyGoesToThePartitionWhereKafkasOwnClientsPutIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "key")
		partitions := make([]int, rapid.IntRange(1, 50).Draw(t, "partitions"))
		for i := range partitions {
			partitions[i] = i
		}
		want := kafka.Murmur2Balancer{}.Balance(kafka.Message{Key: key}, partitions...)
		if got := partitionOf(key, len(partitions)); got != want {
			t.Fatalf("%x goes to %d, not to %d", key, got, want)
		}
	})
}

func TestAMessageArrivesAsItWasSentAndWithoutWhatASubscriberAdded(t *testing.T) {
	config, topic := newTopic(t, 3)
	sent := message.NewMessage("01J-1", []byte("1001"))
	sent.Metadata = message.Metadata{keyMeta: "永利 Wing Lee", "kind": "order", "empty": "", "tradewire-offset": "17"}
	require.NoError(t, newPublisher(t, config, "tradewire-offset").Publish(topic, sent))
	messages, _ := subscribe(t, config, topic, Reading{})
	m := take(t, messages, 1)[0]
	require.Equal(t, "01J-1", m.UUID)
	require.Equal(t, "1001", string(m.Payload))
	require.Equal(t, message.Metadata{keyMeta: "永利 Wing Lee", "kind": "order", "empty": ""}, m.Metadata)
}

func TestTheMessagesOfAKeyStandInOnePartitionInTheirOrder(t *testing.T) {
	config, topic := newTopic(t, 5)
	publisher := newPublisher(t, config)
	var all []*message.Message
	for i := range 300 {
		m := message.NewMessage(fmt.Sprint(i), []byte(fmt.Sprint(i)))
		m.Metadata.Set(keyMeta, fmt.Sprint("account ", i%7))
		all = append(all, m)
	}
	require.NoError(t, publisher.Publish(topic, all[:100]...))
	require.NoError(t, publisher.Publish(topic, all[100:]...))

	places := map[string]map[int]bool{}
	last := map[string]int{}
	messages, _ := subscribe(t, config, topic, Reading{Deliver: func(m *message.Message, at At) { m.Metadata.Set("partition", fmt.Sprint(at.Partition)) }})
	for _, m := range take(t, messages, len(all)) {
		var n, partition int
		_, err := fmt.Sscan(string(m.Payload)+" "+m.Metadata.Get("partition"), &n, &partition)
		require.NoError(t, err)
		key := m.Metadata.Get(keyMeta)
		require.Equal(t, partitionOf([]byte(key), 5), partition)
		if places[key] == nil {
			places[key], last[key] = map[int]bool{}, -1
		}
		places[key][partition] = true
		require.Less(t, last[key], n, key)
		last[key] = n
	}
	require.Len(t, places, 7)
	for key, partitions := range places {
		require.Len(t, partitions, 1, key)
	}
}

func TestAMessageThatAnotherProgramWroteHasAnIdOfItsPlace(t *testing.T) {
	config, topic := newTopic(t, 1)
	c := config.client(fresh, topic)
	defer c.close()
	answer, err := c.Produce(t.Context(), &kafka.ProduceRequest{
		Topic: topic, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(kafka.Record{Value: kafka.NewBytes([]byte("hello"))}),
	})
	require.NoError(t, err)
	require.NoError(t, answer.Error)
	messages, _ := subscribe(t, config, topic, Reading{})
	m := take(t, messages, 1)[0]
	require.Equal(t, topic+"/0/0", m.UUID)
	require.Equal(t, "hello", string(m.Payload))
	require.Empty(t, m.Metadata)
}

func TestWhatIsLargerThanARequestArrivesWholeAndInOrder(t *testing.T) {
	config, topic := newTopic(t, 1)
	var all []*message.Message
	for i := range 40 {
		all = append(all, message.NewMessage(fmt.Sprint(i), bytes.Repeat([]byte{byte(i)}, 100_000)))
	}
	require.NoError(t, newPublisher(t, config).Publish(topic, all...))
	messages, _ := subscribe(t, config, topic, Reading{})
	for i, m := range take(t, messages, len(all)) {
		require.Equal(t, fmt.Sprint(i), m.UUID)
		require.Equal(t, all[i].Payload, m.Payload)
	}
}

func TestATopicThatTakesLittleAtOnceGetsItInParts(t *testing.T) {
	config, topic := newTopic(t, 1)
	limit(t, config, topic, 20_000)
	var all []*message.Message
	for i := range 30 {
		all = append(all, message.NewMessage(fmt.Sprint(i), bytes.Repeat([]byte{'x'}, 3_000)))
	}
	publisher := newPublisher(t, config)
	require.NoError(t, publisher.Publish(topic, all...))
	messages, _ := subscribe(t, config, topic, Reading{})
	require.Equal(t, ids(all), ids(take(t, messages, len(all))))

	err := publisher.Publish(topic, message.NewMessage("whale", bytes.Repeat([]byte{'x'}, 30_000)))
	require.Equal(t, connectors.Refused, connectors.KindOf(err), "%v", err)
	require.ErrorContains(t, err, "kafka-configs.sh")
	require.ErrorContains(t, err, "max.message.bytes")
}

// limit sets the largest request that a topic takes.
func limit(t *testing.T, config Config, topic string, bytes int) {
	t.Helper()
	c := config.client(fresh, topic)
	defer c.close()
	answer, err := c.IncrementalAlterConfigs(t.Context(), &kafka.IncrementalAlterConfigsRequest{Resources: []kafka.IncrementalAlterConfigsRequestResource{{
		ResourceType: kafka.ResourceTypeTopic, ResourceName: topic,
		Configs: []kafka.IncrementalAlterConfigsRequestConfig{{Name: "max.message.bytes", Value: fmt.Sprint(bytes), ConfigOperation: kafka.ConfigOperationSet}},
	}}})
	require.NoError(t, err)
	require.NoError(t, answer.Resources[0].Error)
	require.Eventually(t, func() bool {
		seen, err := Examine(t.Context(), config, topic)
		return err == nil && seen.Topics[0].MostBytes == bytes
	}, patience, pause)
}

func newFake(t *testing.T, options ...kfake.Opt) (Config, *kfake.Cluster) {
	t.Helper()
	fake, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second)}, options...)...)
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	return configOf(fake.ListenAddrs()[0]), fake
}

func TestAPublicationThatWasDoneAndAnsweredTimedOutIsRepeated(t *testing.T) {
	config, fake := newFake(t, kfake.SeedTopics(1, "changes"))
	lost := fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.RequestTimedOut, Count: 2})
	publish(t, config, "changes", "a", "b")
	require.EqualValues(t, 2, lost.Hits())
	messages, _ := subscribe(t, config, "changes", Reading{})
	require.Equal(t, []string{"a", "b", "a", "b", "a", "b"}, ids(take(t, messages, 6)), "a reader tells by the id")
}

// What the leader alone has is lost with it, though it was acknowledged.
func TestEveryPublicationAsksForTheAcknowledgementOfAllInSyncReplicas(t *testing.T) {
	config, fake := newFake(t, kfake.NumBrokers(3), kfake.SeedTopics(2, "changes"))
	var mu sync.Mutex
	asked := map[int16]bool{}
	fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Count: -1, Observe: true, When: func(r kmsg.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		asked[r.(*kmsg.ProduceRequest).Acks] = true
		return true
	}})
	publisher := newPublisher(t, config)
	for i := range 10 {
		for partition := range 2 {
			require.NoError(t, publisher.Publish("changes", inPartition(partition, 2, fmt.Sprint(i))))
		}
	}
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, map[int16]bool{int16(kafka.RequireAll): true}, asked)
}

func TestAPublicationThatTheBrokerRefusesIsAnErrorInTime(t *testing.T) {
	t.Parallel()
	config, fake := newFake(t, kfake.SeedTopics(1, "changes"))
	config.Timeout = time.Second
	fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	began := time.Now()
	err := newPublisher(t, config).Publish("changes", message.NewMessage("a", nil))
	require.Less(t, time.Since(began), 5*time.Second)
	require.Equal(t, connectors.Unavailable, connectors.KindOf(err), "%v", err)
	require.ErrorContains(t, err, "--under-min-isr-partitions")
}

func TestAfterClosingNothingIsPublishedOrSubscribed(t *testing.T) {
	config, topic := newTopic(t, 1)
	publisher, err := NewPublisher(config)
	require.NoError(t, err)
	require.NoError(t, publisher.Publish(topic), "nothing is published quickly")
	require.NoError(t, publisher.Close())
	require.ErrorIs(t, publisher.Publish(topic, message.NewMessage("a", nil)), errClosed)

	messages, subscriber := subscribe(t, config, topic, Reading{})
	require.NoError(t, subscriber.Close())
	require.NoError(t, subscriber.Close())
	_, open := <-messages
	require.False(t, open)
	_, err = subscriber.Subscribe(t.Context(), topic)
	require.ErrorIs(t, err, errClosed)
}

func TestAClusterSaysOnWhatItsPromiseStands(t *testing.T) {
	config, topic := newTopic(t, 2)
	seen, err := Examine(t.Context(), config, topic, "nobody-made-it")
	require.NoError(t, err)
	require.Equal(t, config.Brokers, seen.Brokers)
	require.Len(t, seen.Topics, 2)
	require.Equal(t, Topic{Name: "nobody-made-it", Missing: true}, seen.Topics[1])
	made := seen.Topics[0]
	require.Equal(t, topic, made.Name)
	require.Equal(t, []int{2, 1, 1}, []int{made.Partitions, made.Replication, made.MinInSync})
	require.Equal(t, 7*24*time.Hour, made.Retention)
	require.EqualValues(t, -1, made.Bytes)
	require.Equal(t, "delete", strings.TrimSpace(made.Cleanup))
	require.Equal(t, 1_048_588, made.MostBytes)
	require.False(t, made.Unclean)
	seen, err = Examine(t.Context(), config)
	require.NoError(t, err)
	require.Empty(t, seen.Topics)
}
