package kafka

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
)

func TestAMessageThatAKilledProcessHeldComesAgain(t *testing.T) {
	t.Parallel()
	if held := os.Getenv("TRADEWIRE_TEST_HOLD"); held != "" {
		holdForEver(t, strings.Fields(held))
	}
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b")
	victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	victim.Env = append(os.Environ(), "TRADEWIRE_TEST_HOLD="+config.Brokers[0]+" "+topic)
	out, err := victim.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, victim.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "holding a") {
	}
	require.NoError(t, lines.Err())
	require.Contains(t, lines.Text(), "holding a")
	require.NoError(t, victim.Process.Kill())
	_ = victim.Wait()

	messages, _ := subscribe(t, config, topic, shortLived())
	require.Equal(t, []string{"a", "b"}, ids(take(t, messages, 2)))
}

// holdForEver is the other process: it takes a message and never answers.
func holdForEver(t *testing.T, held []string) {
	messages, _ := subscribe(t, configOf(held[0]), held[1], shortLived())
	fmt.Println("holding", take(t, messages, 1)[0].UUID)
	<-t.Context().Done()
}

// shortLived is a member that is given up soon when it is silent.
func shortLived() Reading { return Reading{Claim: newProgress().claim, Session: 2 * time.Second} }

func TestBrokerRestartsLoseNothingAndKeepEveryKeysOrder(t *testing.T) {
	t.Parallel()
	const keys, each = 8, 300
	broker := services.NewKafkaServer(t)
	config := configOf(broker.Addr())
	topic, all := newTopicAt(t, config, 4), newLedger()
	i := &instances{
		t: t, config: config, topic: topic, reading: Reading{Group: "decision", Session: time.Minute, Drain: time.Second},
		consume: func(messages <-chan *message.Message) { rising(all, messages) },
	}
	i.join()
	i.join()
	publishNumbers(t, config, topic, keys, 0, each/3)()
	all.reach(keys * each / 3)
	c := config.client(fresh, topic)
	defer c.close()
	for _, from := range []int{each / 3, 2 * each / 3} {
		i.shared(c)
		broker.Kill()
		published := publishNumbers(t, config, topic, keys, from, from+each/3) // while it is down
		require.NoError(t, broker.Start())
		published()
		all.reach(keys * (from + each/3))
	}
	i.end()
	require.Empty(t, all.wrong(keys, each))
}

func TestABrokerThatStandsStillForAWhileLosesNothing(t *testing.T) {
	t.Parallel()
	const keys, each = 8, 200
	broker := services.NewKafkaServer(t)
	services.NeedRealKafka(t, broker.Real, "kfake cannot be paused without us")
	config := configOf(broker.Addr())
	config.Timeout = 2 * time.Second
	topic, all, heard := newTopicAt(t, config, 4), newLedger(), make(chan error, 100)
	i := &instances{
		t: t, config: config, topic: topic, reading: Reading{Group: "decision", Session: time.Minute, Drain: time.Second, Report: func(err error) { heard <- err }},
		consume: func(messages <-chan *message.Message) { rising(all, messages) },
	}
	i.join()
	publishNumbers(t, config, topic, keys, 0, each/2)()
	all.reach(keys * each / 2)
	require.NoError(t, broker.Pause())
	published := publishNumbers(t, config, topic, keys, each/2, each)
	refused(t, <-heard, connectors.Unavailable, "see whether the broker runs")
	require.NoError(t, broker.Continue())
	published()
	all.reach(keys * each)
	i.end()
	require.Empty(t, all.wrong(keys, each))
}

func TestCoordinatorsAndLeadersThatMoveLoseNothingAndKeepEveryKeysOrder(t *testing.T) {
	t.Parallel()
	const keys, each, portions = 8, 500, 5
	config, fake := newFake(t, kfake.NumBrokers(3), kfake.SeedTopics(4, "changes"))
	b, all := batches{own: newProgress(), where: &places{}}, newLedger()
	i := &instances{
		t: t, config: config, topic: "changes", reading: Reading{Group: "decision", Claim: b.own.claim, Deliver: b.where.deliver, Session: 6 * time.Second},
		consume: func(messages <-chan *message.Message) { b.consume(all, messages) },
	}
	i.join()
	i.join()
	for p := range portions {
		published := publishNumbers(t, config, "changes", keys, p*each/portions, (p+1)*each/portions)
		fake.RehashCoordinators()
		fake.ShufflePartitionLeaders()
		published()
		all.reach((p + 1) * keys * each / portions)
	}
	i.end()
	require.Empty(t, all.wrong(keys, each))
}

func TestAGroupDoesNotWaitForTheFormerNameOfAMember(t *testing.T) {
	t.Parallel()
	kept := kfake.DataDir(t.TempDir())
	config, fake := newFake(t, kept, kfake.SeedTopics(1, "changes"))
	heard := make(chan error, 100)
	// The group waits 12 seconds for a member that says nothing.
	messages, _ := subscribe(t, config, "changes", Reading{Group: "decision", Drain: mostDrain, Session: time.Minute, Report: func(err error) { heard <- err }})
	publish(t, config, "changes", "a")
	ackAll(take(t, messages, 1))
	fake.Close()
	for err := range heard {
		if strings.Contains(err.Error(), "stay in group") { // the library has forgotten its name
			break
		}
	}
	_, port, err := net.SplitHostPort(config.Brokers[0])
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	newFake(t, kept, kfake.Ports(number))
	began := time.Now()
	publish(t, config, "changes", "b")
	ackAll(take(t, messages, 1))
	require.Less(t, time.Since(began), 9*time.Second)
}

func TestWhoComesAndGoesAtOnceIsNotWaitedFor(t *testing.T) {
	config, topic := newTopic(t, 2)
	group := "decision-" + topic
	began := time.Now()
	for range 3 {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				s, err := NewSubscriber(config, Reading{Group: group, Session: time.Minute, Drain: mostDrain})
				if assert.NoError(t, err) {
					_, err = s.Subscribe(context.Background(), topic)
					assert.NoError(t, err)
					assert.NoError(t, s.Close())
				}
			})
		}
		all.Wait()
	}
	require.Less(t, time.Since(began), 10*time.Second, "the group waits 12 seconds for a member that says nothing")
	c := config.client(fresh, topic)
	defer c.close()
	answer, err := c.DescribeGroups(t.Context(), &kafka.DescribeGroupsRequest{GroupIDs: []string{group}})
	require.NoError(t, err)
	require.Empty(t, answer.Groups[0].Members)
}

func TestClosingLeavesNothingRunning(t *testing.T) {
	config, topic := newTopic(t, 4)
	publish(t, config, topic, "a")
	round := func() {
		messages, s := subscribe(t, config, topic, Reading{})
		take(t, messages, 1)
		require.NoError(t, s.Close())
		p, err := NewPublisher(config)
		require.NoError(t, err)
		require.NoError(t, p.Publish(topic, message.NewMessage("b", nil)))
		require.NoError(t, p.Close())
	}
	round()
	before := runtime.NumGoroutine()
	for range 5 {
		round()
	}
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before }, patience, pause, "%d goroutines before", before)
}

// rising concludes what rises and drops what it has had: a publication whose answer was lost is in the topic twice, and an ack
// whose commit was lost brings the message again.
func rising(all *ledger, messages <-chan *message.Message) {
	for m := range messages {
		if m.Context().Err() != nil {
			m.Nack()
			continue
		}
		if n, _ := strconv.Atoi(string(m.Payload)); n >= all.next(m.Metadata.Get(keyMeta)) {
			all.conclude(m)
		}
		m.Ack()
	}
}
