package kafka

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestWhatIsNotAckedComesAgainToTheNextMember(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c", "d")
	messages, subscriber := subscribe(t, config, topic, Reading{})
	ackAll(take(t, messages, 2))
	take(t, messages, 1)
	require.NoError(t, subscriber.Close())

	messages, _ = subscribe(t, config, topic, Reading{})
	require.Equal(t, []string{"c", "d"}, ids(take(t, messages, 2)))
}

func TestClosingWaitsForWhatTheConsumerHoldsAndKeepsItsAck(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c")
	messages, subscriber := subscribe(t, config, topic, Reading{Group: "decision-" + topic, Window: 2, Drain: 5 * time.Second, Session: 10 * time.Second})
	held := take(t, messages, 2)
	closed := make(chan error)
	go func() { closed <- subscriber.Close() }()
	_, open := <-messages
	require.False(t, open, "nothing new comes")
	select {
	case <-closed:
		t.Fatal("closed before the answer")
	case <-held[0].Context().Done():
		t.Fatal("what is held may be finished")
	case <-time.After(100 * time.Millisecond):
	}
	ackAll(held)
	require.NoError(t, <-closed)
	require.Equal(t, []int64{2}, committed(t, config, "decision-"+topic, topic, 1))
}

func TestClosingDoesNotWaitForWhatTheConsumerHasNotTaken(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c")
	messages, subscriber := subscribe(t, config, topic, Reading{Group: "decision-" + topic, Drain: 5 * time.Second, Session: 10 * time.Second})
	ackAll(take(t, messages, 1))
	require.Eventually(t, func() bool { return len(messages) == 2 }, patience, time.Millisecond)
	began := time.Now()
	require.NoError(t, subscriber.Close())
	require.Less(t, time.Since(began), 4*time.Second)
	for m := range messages {
		require.ErrorIs(t, m.Context().Err(), context.Canceled, "%s is void", m.UUID)
		m.Ack()
	}
	require.Equal(t, []int64{1}, committed(t, config, "decision-"+topic, topic, 1))
}

func TestWhatTheConsumerHasNotTakenIsVoidAsSoonAsAPartitionGoes(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c")
	sent := make(chan *message.Message, 3)
	messages, subscriber := subscribe(t, config, topic, Reading{
		Drain: 5 * time.Second, Session: 10 * time.Second, Deliver: func(m *message.Message, _ At) { sent <- m },
	})
	held := take(t, messages, 1)[0]
	waiting := take(t, sent, 3)[1] // it has its context when the one behind it is delivered
	closed := make(chan error)
	go func() { closed <- subscriber.Close() }()
	select {
	case <-waiting.Context().Done():
	case <-closed:
		t.Fatal("closed before the answer")
	}
	require.NoError(t, held.Context().Err(), "what was taken before may be finished")
	held.Ack()
	require.NoError(t, <-closed)
}

func TestOneMessageThatIsNotAckedDoesNotLetTheProgressPass(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c")
	messages, subscriber := subscribe(t, config, topic, Reading{Group: "decision-" + topic})
	batch := take(t, messages, 3)
	batch[0].Ack()
	batch[2].Ack()
	require.NoError(t, subscriber.Close())
	require.Equal(t, []int64{1}, committed(t, config, "decision-"+topic, topic, 1))
}

func TestANackedBatchComesAgainInItsOrderBeforeAnythingNew(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c", "d")
	messages, subscriber := subscribe(t, config, topic, Reading{Group: "decision-" + topic, Window: 4})
	batch := take(t, messages, 4)
	batch[1].Ack()
	batch[3].Ack()
	publish(t, config, topic, "e")
	batch[0].Nack()
	require.Never(t, func() bool { return len(messages) > 0 }, 50*time.Millisecond, 2*time.Millisecond, "nothing comes while c is still held")
	batch[2].Nack()
	again := take(t, messages, 2)
	require.Equal(t, []string{"a", "c"}, ids(again), "what was acked does not come again")
	ackAll(again)
	require.Equal(t, []string{"e"}, ids(take(t, messages, 1)))
	require.NoError(t, subscriber.Close())
	require.Equal(t, []int64{4}, committed(t, config, "decision-"+topic, topic, 1), "the progress has passed d, which was acked before c")
}

func TestNothingNewOvertakesANackedMessage(t *testing.T) {
	config, topic := newTopic(t, 1)
	var all []string
	for i := range 22 {
		all = append(all, fmt.Sprint(i))
	}
	publish(t, config, topic, all...)
	messages, _ := subscribe(t, config, topic, Reading{Window: 2})
	batch := take(t, messages, 2)
	for i := range 20 {
		require.Equal(t, all[i:i+2], ids(batch))
		batch[1].Nack()
		batch[0].Ack()
		batch = take(t, messages, 2)
	}
}

func TestNoMoreThanTheWindowOfAPartitionIsOutAtOnceAndPartitionsDoNotWaitForEachOther(t *testing.T) {
	config, topic := newTopic(t, 2)
	publisher := newPublisher(t, config)
	for i := range 7 {
		for partition := range 2 {
			require.NoError(t, publisher.Publish(topic, inPartition(partition, 2, fmt.Sprint(partition, i))))
		}
	}
	messages, _ := subscribe(t, config, topic, Reading{Window: 3})
	held := map[byte][]*message.Message{}
	for _, m := range take(t, messages, 6) {
		held[m.UUID[0]] = append(held[m.UUID[0]], m)
	}
	require.Equal(t, []string{"0 0", "0 1", "0 2"}, ids(held['0']))
	require.Equal(t, []string{"1 0", "1 1", "1 2"}, ids(held['1']))
	for i := 3; i < 7; i++ {
		require.Empty(t, messages, "the window of both is full")
		held['1'][i-3].Ack()
		held['1'] = append(held['1'], take(t, messages, 1)...)
	}
	require.Equal(t, "1 6", held['1'][6].UUID)
	held['0'][0].Nack()
	ackAll(held['1'])
	ackAll(held['0'][1:])
	require.Equal(t, []string{"0 0", "0 3", "0 4"}, ids(take(t, messages, 3)))
}

// inPartition is a message whose key leads to a partition.
func inPartition(partition, partitions int, id string) *message.Message {
	for i := 0; ; i++ {
		if key := fmt.Sprint("account ", i); partitionOf([]byte(key), partitions) == partition {
			m := message.NewMessage(id, []byte(id))
			m.Metadata.Set(keyMeta, key)
			return m
		}
	}
}

func TestAMessageSaysWhereItStandsAndTheNextOneFollows(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c")
	var stands []At
	messages, _ := subscribe(t, config, topic, Reading{Window: 2, Group: "decision", Deliver: func(_ *message.Message, at At) { stands = append(stands, at) }})
	batch := take(t, messages, 2)
	nackAll(batch)
	ackAll(take(t, messages, 2))
	take(t, messages, 1)
	at := func(after int64, round int) At {
		return At{Group: "decision", Topic: topic, After: after, UpTo: after + 1, Round: round}
	}
	require.Equal(t, []At{at(0, 0), at(1, 0), at(0, 1), at(1, 1), at(2, 1)}, stands)
}

func TestACommitThatFailsIsRepeated(t *testing.T) {
	t.Parallel()
	config, fake := newFake(t, kfake.SeedTopics(1, "changes"))
	publish(t, config, "changes", "a")
	lost := fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.UnknownServerError, Count: 2})
	heard := make(chan error, 10)
	messages, _ := subscribe(t, config, "changes", Reading{Group: "decision", Report: func(err error) { heard <- err }})
	ackAll(take(t, messages, 1))
	require.ErrorContains(t, <-heard, "commit partition 0 of changes for decision")
	require.Eventually(t, func() bool { return committed(t, config, "decision", "changes", 1)[0] == 1 }, patience, pause)
	require.EqualValues(t, 2, lost.Hits())
}
