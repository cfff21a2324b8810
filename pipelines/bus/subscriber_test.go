package bus

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // to look at the store from beside it

	"tradewire/connectors/connectortest/services"
	"tradewire/pipelines/store"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

func publish(t *testing.T, s *store.Store, topic string, ids ...string) {
	t.Helper()
	publisher := NewPublisher(s)
	for _, id := range ids {
		require.NoError(t, publisher.Publish(topic, message.NewMessage(id, nil)))
	}
}

func subscribe(t *testing.T, s *store.Store, topic string, c Config) (<-chan *Message, *Subscriber) {
	t.Helper()
	if c.Drain == 0 {
		c.Drain = 10 * time.Millisecond
	}
	c.Resend = time.Millisecond
	subscriber, err := NewSubscriber(s, c)
	require.NoError(t, err)
	messages, err := subscriber.Subscribe(context.Background(), topic)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, subscriber.Close()) })
	return messages, subscriber
}

func take(t *testing.T, messages <-chan *Message, n int) []*Message {
	t.Helper()
	var taken []*Message
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

func ids(messages []*Message) []string { return message.Messages(messages).IDs() }

func ackAll(messages []*Message) {
	for _, m := range messages {
		m.Ack()
	}
}

func nackAll(messages []*Message) {
	for _, m := range messages {
		m.Nack()
	}
}

func TestWhatIsNotAckedComesAgainToTheNextReader(t *testing.T) {
	s := openStore(t)
	publish(t, s, "changes", "a", "b", "c", "d")
	messages, subscriber := subscribe(t, s, "changes", Config{Group: "delivery"})
	ackAll(take(t, messages, 2))
	take(t, messages, 1)
	require.NoError(t, subscriber.Close())

	messages, _ = subscribe(t, s, "changes", Config{Group: "delivery"})
	require.Equal(t, []string{"c", "d"}, ids(take(t, messages, 2)))
}

func TestClosingWaitsForWhatTheConsumerHoldsAndKeepsItsAck(t *testing.T) {
	s := openStore(t)
	publish(t, s, "changes", "a", "b")
	messages, subscriber := subscribe(t, s, "changes", Config{Group: "delivery", Drain: patience})
	held := take(t, messages, 2)
	closed := make(chan error)
	go func() { closed <- subscriber.Close() }()
	_, open := <-messages
	require.False(t, open, "nothing new comes")
	require.NoError(t, held[0].Context().Err(), "what is held may be finished")
	select {
	case <-closed:
		t.Fatal("closed before the answer")
	default:
	}
	ackAll(held)
	require.NoError(t, <-closed)
	lag, err := s.Lag(t.Context(), "delivery", "changes")
	require.NoError(t, err)
	require.Zero(t, lag)
}

// Whoever stops an instance waits ten seconds before they kill it.
func TestClosingEndsInTenSecondsThoughTheConsumerNeverAnswers(t *testing.T) {
	t.Parallel()
	for what, config := range map[string]Config{
		"as installed":                          {Group: "delivery"},
		"while the consumer moves the progress": {Group: "decision", ProgressByConsumer: true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := openStore(t)
			publish(t, s, "changes", "a", "b", "c")
			subscriber, err := NewSubscriber(s, config)
			require.NoError(t, err)
			messages, err := subscriber.Subscribe(context.Background(), "changes")
			require.NoError(t, err)
			held := take(t, messages, 2)
			began := time.Now()
			require.NoError(t, subscriber.Close())
			require.Less(t, time.Since(began), 10*time.Second)
			require.ErrorIs(t, held[0].Context().Err(), context.Canceled, "what was not answered is void")
			messages, _ = subscribe(t, s, "changes", config)
			require.Equal(t, []string{"a", "b", "c"}, ids(take(t, messages, 3)), "and comes again to the next reader")
		})
	}
}

func TestOneMessageThatIsNotAckedDoesNotLetTheProgressPass(t *testing.T) {
	s := openStore(t)
	publish(t, s, "changes", "a", "b", "c")
	messages, subscriber := subscribe(t, s, "changes", Config{Group: "delivery"})
	batch := take(t, messages, 3)
	batch[0].Ack()
	batch[2].Ack()
	require.NoError(t, subscriber.Close())
	stands, err := s.Progress(t.Context(), "delivery", "changes", 0)
	require.NoError(t, err)
	require.EqualValues(t, 1, stands.From)
}

func TestANackedBatchComesAgainInItsOrderBeforeAnythingNew(t *testing.T) {
	s := openStore(t)
	publish(t, s, "changes", "a", "b", "c", "d")
	messages, subscriber := subscribe(t, s, "changes", Config{Group: "delivery", Window: 4})
	batch := take(t, messages, 4)
	batch[1].Ack()
	batch[3].Ack()
	publish(t, s, "changes", "e")
	batch[0].Nack()
	require.Never(t, func() bool { return len(messages) > 0 }, 20*time.Millisecond, 2*time.Millisecond,
		"nothing comes while c is still held")
	batch[2].Nack()
	again := take(t, messages, 2)
	require.Equal(t, []string{"a", "c"}, ids(again), "what was acked does not come again")
	ackAll(again)
	require.Equal(t, []string{"e"}, ids(take(t, messages, 1)))
	require.NoError(t, subscriber.Close())
	lag, err := s.Lag(t.Context(), "delivery", "changes")
	require.NoError(t, err)
	require.EqualValues(t, 1, lag, "the progress has passed d, which was acked before c")
}

func TestNoMoreThanTheWindowIsOutAtOnce(t *testing.T) {
	s := openStore(t)
	for i := range 7 {
		publish(t, s, "changes", fmt.Sprint(i))
	}
	messages, _ := subscribe(t, s, "changes", Config{Group: "delivery", Window: 3})
	held := take(t, messages, 3)
	for i := 3; i < 7; i++ {
		require.Empty(t, messages, "the window is full")
		held[0].Ack()
		held = append(held[1:], take(t, messages, 1)...)
	}
	require.Equal(t, []string{"4", "5", "6"}, ids(held))
}

func TestAConsumerThatMovesTheProgressItselfIsNotHelped(t *testing.T) {
	s := openStore(t)
	publish(t, s, "changes", "a", "b", "c")
	messages, subscriber := subscribe(t, s, "changes", Config{Group: "decision", ProgressByConsumer: true})
	batch := take(t, messages, 3)
	progress, err := ProgressOf(batch[:2])
	require.NoError(t, err)
	require.NoError(t, s.Advance(t.Context(), progress))
	ackAll(batch)
	require.NoError(t, subscriber.Close())
	stands, err := s.Progress(t.Context(), "decision", "changes", 0)
	require.NoError(t, err)
	require.EqualValues(t, 2, stands.From, "an ack moves nothing")
}

func TestABatchWhoseCommitLostItsAnswerDoesNotComeAgain(t *testing.T) {
	s := openStore(t)
	publish(t, s, "changes", "a", "b", "c")
	messages, _ := subscribe(t, s, "changes", Config{Group: "decision", ProgressByConsumer: true})
	batch := take(t, messages, 3)
	progress, err := ProgressOf(batch[:2])
	require.NoError(t, err)
	require.NoError(t, s.Advance(t.Context(), progress))
	nackAll(batch)
	require.Equal(t, []string{"c"}, ids(take(t, messages, 1)))
}

func TestAnotherProcessTakesOverAndTheFormerConsumerMovesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	first, second := openStoreAt(t, path), openStoreAt(t, path)
	publish(t, first, "changes", "a", "b")
	heard := make(chan error, 10)
	former, _ := subscribe(t, first, "changes", Config{
		Group: "decision", ProgressByConsumer: true, Poll: time.Millisecond, Report: func(err error) { heard <- err },
	})
	held := take(t, former, 2)

	asleep(t, path)
	messages, _ := subscribe(t, second, "changes", Config{Group: "decision", ProgressByConsumer: true})
	batch := take(t, messages, 2)
	stale, err := ProgressOf(held)
	require.NoError(t, err)
	require.ErrorIs(t, first.Advance(t.Context(), stale), store.ErrNotOwner)
	nackAll(held)
	require.ErrorIs(t, <-heard, store.ErrNotOwner)
	_, open := <-former
	require.False(t, open, "the former subscription ends")

	progress, err := ProgressOf(batch)
	require.NoError(t, err)
	require.NoError(t, second.Advance(t.Context(), progress))
}

func TestAnotherReaderOfTheGroupStandsByAndGoesOnWhereTheFirstStopped(t *testing.T) {
	s := openStore(t)
	publish(t, s, "changes", "a", "b", "c")
	first, subscriber := subscribe(t, s, "changes", Config{Group: "delivery"})
	ackAll(take(t, first, 2))
	second, _ := subscribe(t, s, "changes", Config{Group: "delivery"})
	require.Empty(t, second)
	require.NoError(t, subscriber.Close())
	require.Equal(t, []string{"c"}, ids(take(t, second, 1)))
}

func TestWhatAnotherProcessPublishesIsFoundWithoutBeingWoken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	messages, _ := subscribe(t, openStoreAt(t, path), "changes", Config{Group: "delivery", Poll: time.Millisecond})
	publish(t, openStoreAt(t, path), "changes", "a")
	require.Equal(t, []string{"a"}, ids(take(t, messages, 1)))
}

func TestAMessageThatIsPassedOnLeavesItsPlaceBehind(t *testing.T) {
	s := openStore(t)
	publisher := NewPublisher(s)
	sent := message.NewMessage("a", []byte("1001"))
	sent.Metadata.Set(MetaKey, "Wing Lee")
	sent.Metadata.Set("kind", "order")
	require.NoError(t, publisher.Publish("changes", sent))
	messages, _ := subscribe(t, s, "changes", Config{Group: "decision"})
	require.NoError(t, publisher.Publish("decided", take(t, messages, 1)[0]))

	queued, err := s.Queue(t.Context(), "decided", 0, 0, 10)
	require.NoError(t, err)
	require.Len(t, queued, 1)
	require.Equal(t, "Wing Lee", queued[0].Key)
	require.Equal(t, "1001", string(queued[0].Payload))
	require.Equal(t, map[string]string{MetaKey: "Wing Lee", "kind": "order"}, queued[0].Metadata)
}

func TestAfterClosingNothingIsPublishedOrSubscribed(t *testing.T) {
	s := openStore(t)
	publisher := NewPublisher(s)
	require.NoError(t, publisher.Close())
	require.ErrorIs(t, publisher.Publish("changes", message.NewMessage("a", nil)), errClosed)
	_, subscriber := subscribe(t, s, "changes", Config{Group: "decision"})
	require.NoError(t, subscriber.Close())
	_, err := subscriber.Subscribe(t.Context(), "changes")
	require.True(t, errors.Is(err, errClosed), "%v", err)
	_, err = NewSubscriber(s, Config{})
	require.ErrorContains(t, err, "a group must be named")
}

func TestAMessageOfAGroupThatJoinedIsNotPrunedBeforeItIsRead(t *testing.T) {
	s := openStore(t)
	subscriber, err := NewSubscriber(s, Config{Group: "monitor"})
	require.NoError(t, err)
	require.NoError(t, subscriber.SubscribeInitialize("changes"))
	publish(t, s, "changes", "a")
	pruned, err := s.Prune(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, pruned)
}

// A reader of one partition that was left behind by a subscription that failed would keep everybody else from it.
func TestASubscriptionToSeveralPartitionsBeginsWholeOrNotAtAll(t *testing.T) {
	services.Only(t, services.SQLite, "it is a trigger of SQLite that lets a statement fail")
	for _, fails := range []int{0, 1, 2, 3} {
		t.Run(fmt.Sprint("after ", fails), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			o := storeAt(t, path)
			o.Partitions = 2
			s, err := store.Open(t.Context(), o)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			for _, key := range []string{"a", "b", "c", "d", "e", "f"} {
				require.NoError(t, s.Publish(t.Context(), "changes", store.Outgoing{UUID: key, Key: key}))
			}
			beside, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)")
			require.NoError(t, err)
			defer beside.Close()
			exec := func(statement string) {
				_, err := beside.Exec(statement)
				require.NoError(t, err)
			}
			exec(`CREATE TABLE joined (n INTEGER)`)
			exec(fmt.Sprintf(`CREATE TRIGGER full BEFORE INSERT ON progress BEGIN
				SELECT RAISE(ABORT, 'the disk is full') WHERE (SELECT COUNT(*) FROM joined) >= %d; INSERT INTO joined VALUES (1); END`, fails))
			first, err := NewSubscriber(s, Config{Group: "delivery", Drain: time.Millisecond})
			require.NoError(t, err)
			messages, failed := first.Subscribe(t.Context(), "changes")
			exec(`DROP TRIGGER full`)
			if failed != nil {
				require.ErrorContains(t, failed, "the disk is full")
				messages, _ = subscribe(t, s, "changes", Config{Group: "delivery"})
			}
			require.ElementsMatch(t, []string{"a", "b", "c", "d", "e", "f"}, ids(take(t, messages, 6)))
			require.NoError(t, first.Close())
		})
	}
}
