package kafka

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ledger is what consumers concluded: for every key the numbers in the order they took effect.
type ledger struct {
	mu      sync.Mutex
	of      map[string][]int
	sum     int
	broken  string        // the first number that came where another was due
	most    int           // how many may take effect for now
	changed chan struct{} // closed when any of these changes
}

func newLedger() *ledger {
	return &ledger{of: map[string][]int{}, most: math.MaxInt, changed: make(chan struct{})}
}

func (l *ledger) conclude(batch ...*message.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range batch {
		n, _ := strconv.Atoi(string(m.Payload))
		key := m.Metadata.Get(keyMeta)
		if due := len(l.of[key]); n != due && l.broken == "" {
			l.broken = fmt.Sprintf("%s: %d came where %d was due", key, n, due)
		}
		l.of[key] = append(l.of[key], n)
		l.sum++
	}
	l.hasChanged()
}

func (l *ledger) hasChanged() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// allow lets no more take effect than so many for now.
func (l *ledger) allow(most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.most = most
	l.hasChanged()
}

// turn waits until more may take effect.
func (l *ledger) turn() { l.await(func() bool { return l.sum < l.most }) }

// reach waits until so many numbers took effect, or the order is broken.
func (l *ledger) reach(sum int) { l.await(func() bool { return l.sum >= sum || l.broken != "" }) }

func (l *ledger) await(so func() bool) {
	for late := time.After(patience); ; {
		l.mu.Lock()
		is, changed := so(), l.changed
		l.mu.Unlock()
		if is {
			return
		}
		select {
		case <-changed:
		case <-late:
			return
		}
	}
}

func (l *ledger) isBroken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broken != ""
}

// next is the number that is due for a key.
func (l *ledger) next(key string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.of[key])
}

// wrong says what is not in order, lost or doubled; empty when every key has its numbers, each once.
func (l *ledger) wrong(keys, each int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != "" {
		return l.broken
	}
	if len(l.of) != keys {
		return fmt.Sprintf("%d keys instead of %d", len(l.of), keys)
	}
	for key, numbers := range l.of {
		if len(numbers) != each {
			return fmt.Sprintf("%s: %d numbers instead of %d", key, len(numbers), each)
		}
	}
	return ""
}

// publishNumbers publishes each key's numbers in order and many keys at once; a publication that fails is repeated.
func publishNumbers(t *testing.T, config Config, topic string, keys, from, to int) (published func()) {
	publisher := newPublisher(t, config)
	var publishers sync.WaitGroup
	for k := range keys {
		publishers.Go(func() {
			for first := from; first < to; first += 50 {
				var batch []*message.Message
				for n := first; n < min(first+50, to); n++ {
					m := message.NewMessage(fmt.Sprint(k, "/", n), []byte(strconv.Itoa(n)))
					m.Metadata.Set(keyMeta, fmt.Sprint("account ", k))
					batch = append(batch, m)
				}
				err := publisher.Publish(topic, batch...)
				for began := time.Now(); err != nil && time.Since(began) < patience && wait(t.Context(), pause); {
					err = publisher.Publish(topic, batch...)
				}
				if !assert.NoError(t, err) {
					return
				}
			}
		})
	}
	return publishers.Wait
}

// instances are members of one group that come and go.
type instances struct {
	t       *testing.T
	config  Config
	topic   string
	reading Reading
	consume func(messages <-chan *message.Message)

	running   []*Subscriber
	consumers sync.WaitGroup
}

func (i *instances) join() {
	i.t.Helper()
	s, err := NewSubscriber(i.config, i.reading)
	require.NoError(i.t, err)
	messages, err := s.Subscribe(context.Background(), i.topic)
	require.NoError(i.t, err)
	i.running = append(i.running, s)
	i.consumers.Go(func() { i.consume(messages) })
}

// leave has the member go that has been there longest.
func (i *instances) leave() {
	i.t.Helper()
	require.NoError(i.t, i.running[0].Close())
	i.running = i.running[1:]
}

// shared waits until every member has its part.
func (i *instances) shared(c *client) {
	i.t.Helper()
	require.Eventually(i.t, func() bool {
		answer, err := c.DescribeGroups(i.t.Context(), &kafka.DescribeGroupsRequest{GroupIDs: []string{i.reading.Group}})
		if err != nil || len(answer.Groups) != 1 || answer.Groups[0].GroupState != "Stable" {
			return false
		}
		members := answer.Groups[0].Members
		return len(members) == len(i.running) && !slices.ContainsFunc(members, func(m kafka.DescribeGroupsResponseMember) bool {
			return len(m.MemberAssignments.Topics) == 0
		})
	}, patience, 10*time.Millisecond)
}

func (i *instances) end() {
	for len(i.running) > 0 {
		i.leave()
	}
	i.consumers.Wait()
}

const (
	churnKeys, churnEach = 40, 500
	churnAll             = churnKeys * churnEach
)

// churn has members of a group join and leave six times while 20,000 messages pass, and returns what took effect. Every
// change comes while messages wait, are held and take effect, and is complete before the next.
func churn(t *testing.T, reading Reading, consume func(*ledger, <-chan *message.Message)) *ledger {
	config, topic := newTopic(t, 6)
	c, all := config.client(fresh, topic), newLedger()
	defer c.close()
	reading.Group, reading.Resend = "decision-"+topic, time.Millisecond
	reading.Report = func(err error) { t.Log(err) }
	i := &instances{t: t, config: config, topic: topic, reading: reading, consume: func(messages <-chan *message.Message) { consume(all, messages) }}
	published := publishNumbers(t, config, topic, churnKeys, 0, churnEach)
	all.allow(churnAll / 8)
	i.join()
	i.shared(c)
	for step, change := range []func(){i.join, i.join, i.leave, i.join, i.leave, i.leave} {
		all.reach((step + 1) * churnAll / 8)
		all.allow((step + 2) * churnAll / 8)
		if all.isBroken() {
			break
		}
		change()
		i.shared(c)
	}
	all.allow(math.MaxInt)
	published()
	all.reach(churnAll)
	i.end()
	return all
}

// looking concludes what waits and acks it. What is void it leaves alone: another member has it.
func looking(all *ledger, messages <-chan *message.Message) {
	for all.turn(); ; all.turn() {
		m, open := <-messages
		if !open {
			return
		}
		batch := slices.DeleteFunc(withWaiting(m, messages), func(m *message.Message) bool {
			void := m.Context().Err() != nil
			return void && m.Nack()
		})
		time.Sleep(time.Millisecond) // so long a commit takes: what is held may not go to anybody else
		all.conclude(batch...)
		ackAll(batch)
	}
}

func TestEveryKeyKeepsItsOrderWhileMembersComeAndGo(t *testing.T) {
	all := churn(t, Reading{Drain: 5 * time.Second}, looking)
	require.Empty(t, all.wrong(churnKeys, churnEach))
}

// batches concludes what waits in one transaction for each partition, with its progress, as the decision does. By chance a
// batch rolls back, or its commit loses its answer. Nobody looks whether a message is void: the progress tells.
type batches struct {
	own   *progress
	where *places
	skips bool // a seeded mistake: a batch goes on behind a message that failed
}

func (b batches) consume(all *ledger, messages <-chan *message.Message) {
	chance := rand.New(rand.NewPCG(1, 7))
	for all.turn(); ; all.turn() {
		m, open := <-messages
		if !open {
			return
		}
		for _, part := range runs(b.where, withWaiting(m, messages)) {
			trouble := chance.IntN(20)
			if trouble == 0 && b.skips {
				part[0].Nack()
				part = part[1:]
			} else if trouble == 0 { // rolled back
				nackAll(part)
				continue
			}
			err := b.conclude(all, part)
			if err != nil || trouble == 1 { // not ours any more, or concluded and the answer lost
				nackAll(part)
				continue
			}
			ackAll(part)
		}
	}
}

func (b batches) conclude(all *ledger, part []*message.Message) error {
	if len(part) == 0 {
		return nil
	}
	return b.own.advance(b.where.of(part[0]), b.where.of(part[len(part)-1]).UpTo, func() { all.conclude(part...) })
}

func withWaiting(m *message.Message, messages <-chan *message.Message) []*message.Message {
	batch := []*message.Message{m}
	for len(batch) < 100 {
		select {
		case m, open := <-messages:
			if !open {
				return batch
			}
			batch = append(batch, m)
		default:
			return batch
		}
	}
	return batch
}

// runs cuts a batch into parts without gaps, each of one partition and one generation, in order.
func runs(where *places, batch []*message.Message) (parts [][]*message.Message) {
	open := map[int]int{}
	for _, m := range batch {
		at := where.of(m)
		i, ok := open[at.Partition]
		if ok {
			last := where.of(parts[i][len(parts[i])-1])
			ok = last.UpTo == at.After && last.Generation == at.Generation
		}
		if !ok {
			i = len(parts)
			open[at.Partition] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], m)
	}
	return parts
}

func TestEveryKeyKeepsItsOrderWhileBatchesFailAnswersAreLostAndMembersComeAndGo(t *testing.T) {
	b := batches{own: newProgress(), where: &places{}}
	all := churn(t, Reading{Claim: b.own.claim, Deliver: b.where.deliver}, b.consume)
	require.Empty(t, all.wrong(churnKeys, churnEach))
}

// The check of the two tests above is worth something only if it sees a wrong order.
func TestAWrongOrderIsSeen(t *testing.T) {
	t.Run("a progress that does not move with the batch", func(t *testing.T) {
		b := batches{own: newProgress(), where: &places{}}
		b.own.unguarded = true
		all := churn(t, Reading{Deliver: b.where.deliver}, b.consume)
		require.Contains(t, all.wrong(churnKeys, churnEach), "came where")
	})
	t.Run("a batch that goes on behind a message that failed", func(t *testing.T) {
		b := batches{own: newProgress(), where: &places{}, skips: true}
		b.own.unguarded = true
		all := churn(t, Reading{Deliver: b.where.deliver}, b.consume)
		require.Contains(t, all.wrong(churnKeys, churnEach), "came where")
	})
	t.Run("a batch that is concluded backwards", func(t *testing.T) {
		all := newLedger()
		var batch []*message.Message
		for n := range 2 {
			m := message.NewMessage("", []byte(strconv.Itoa(n)))
			m.Metadata.Set(keyMeta, "account")
			batch = append(batch, m)
		}
		slices.Reverse(batch)
		all.conclude(batch...)
		require.Equal(t, "account: 1 came where 0 was due", all.wrong(1, 2))
	})
}

func TestALateAckOfAPartitionThatWasTakenAwayMovesNothing(t *testing.T) {
	config, topic := newTopic(t, 2)
	publisher, group := newPublisher(t, config), "decision-"+topic
	for i := range 3 {
		for partition := range 2 {
			require.NoError(t, publisher.Publish(topic, inPartition(partition, 2, fmt.Sprint(partition, i))))
		}
	}
	former, subscriber := subscribe(t, config, topic, Reading{Group: group})
	held := take(t, former, 6)
	began := time.Now()
	messages, _ := subscribe(t, config, topic, Reading{Group: group})
	taken := take(t, messages, 3) // one of the partitions
	require.Less(t, time.Since(began), 10*time.Second, "a consumer that does not answer holds nobody up")
	lost := int(taken[0].UUID[0] - '0')

	taken[0].Ack()
	require.Eventually(t, func() bool { return committed(t, config, group, topic, 2)[lost] == 1 }, patience, pause)
	for _, m := range held {
		require.ErrorIs(t, m.Context().Err(), context.Canceled, "what was held when the members changed is void")
	}
	ackAll(held)
	require.NoError(t, subscriber.Close())
	want := []int64{-1, -1}
	want[lost] = 1
	require.Equal(t, want, committed(t, config, group, topic, 2))
}
