package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"tradewire/connectors"
)

// progress is a group's progress kept elsewhere: for every partition an offset and its owner's generation. It is moved as our
// store moves it.
type progress struct {
	mu         sync.Mutex
	offsets    map[int]int64
	generation map[int]int64
	fail       error
	unguarded  bool // the seeded mistake: anybody may move it
}

func newProgress() *progress {
	return &progress{offsets: map[int]int64{}, generation: map[int]int64{}}
}

func (p *progress) claim(_ context.Context, _ string, partition int) (int64, int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return 0, 0, p.fail
	}
	p.generation[partition]++
	return p.offsets[partition], p.generation[partition], nil
}

var errNotOwner = errors.New("another owner has claimed")

// advance moves the progress and does the rest of the transaction.
func (p *progress) advance(at At, to int64, conclude func()) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.unguarded && (p.offsets[at.Partition] != at.After || p.generation[at.Partition] != at.Generation) {
		return errNotOwner
	}
	p.offsets[at.Partition] = to
	conclude()
	return nil
}

func (p *progress) set(partition int, offset int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offsets[partition] = offset
}

func (p *progress) failWith(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = err
}

// places remembers where messages stand, as metadata would.
type places struct{ sync.Map }

func (p *places) deliver(m *message.Message, at At) { p.Store(m, at) }

func (p *places) of(m *message.Message) At {
	at, _ := p.Load(m)
	return at.(At)
}

func TestWhatStandsBeforeTheClaimIsNeverDelivered(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c", "d")
	own, where := newProgress(), &places{}
	own.set(0, 2)
	messages, _ := subscribe(t, config, topic, Reading{Claim: own.claim, Deliver: where.deliver})
	batch := take(t, messages, 2)
	require.Equal(t, []string{"c", "d"}, ids(batch))
	require.Equal(t, At{Group: "group-" + topic, Topic: topic, After: 2, UpTo: 3, Generation: 1}, where.of(batch[0]))
}

func TestKafkasOffsetIsAHintWhereTheProgressIsKeptElsewhere(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c")
	own, group := newProgress(), "decision-"+topic
	messages, subscriber := subscribe(t, config, topic, Reading{Group: group, Claim: own.claim})
	ackAll(take(t, messages, 3))
	require.NoError(t, subscriber.Close())
	require.Equal(t, []int64{3}, committed(t, config, group, topic, 1), "a monitor sees no lag")

	messages, _ = subscribe(t, config, topic, Reading{Group: group, Claim: own.claim})
	require.Equal(t, []string{"a", "b", "c"}, ids(take(t, messages, 3)), "an ack is no progress: nothing was concluded")
}

func TestABatchWhoseCommitLostItsAnswerDoesNotComeAgain(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c")
	own, where := newProgress(), &places{}
	messages, _ := subscribe(t, config, topic, Reading{Claim: own.claim, Deliver: where.deliver})
	batch := take(t, messages, 3)
	require.NoError(t, own.advance(where.of(batch[0]), where.of(batch[1]).UpTo, func() {}))
	nackAll(batch)
	again := take(t, messages, 1)
	require.Equal(t, []string{"c"}, ids(again))
	require.Equal(t, int64(2), where.of(again[0]).Generation, "it was claimed anew")
	require.NoError(t, own.advance(where.of(again[0]), 3, func() {}))
}

func TestWhatWasAckedAndNotConcludedComesAgainBehindANackedOne(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c")
	own := newProgress()
	messages, _ := subscribe(t, config, topic, Reading{Claim: own.claim})
	batch := take(t, messages, 3)
	batch[0].Nack()
	batch[1].Ack()
	batch[2].Nack()
	require.Equal(t, []string{"a", "b", "c"}, ids(take(t, messages, 3)))
}

func TestReadingGoesOnWhereAnotherOwnerHasMovedTheProgressTo(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c", "d", "e")
	own, where, heard := newProgress(), &places{}, make(chan error, 10)
	messages, _ := subscribe(t, config, topic, Reading{
		Window: 2, Claim: own.claim, Deliver: where.deliver, Report: func(err error) { heard <- err },
	})
	batch := take(t, messages, 2)
	_, _, err := own.claim(t.Context(), topic, 0) // while this process stood still
	require.NoError(t, err)
	own.set(0, 4)
	require.ErrorIs(t, own.advance(where.of(batch[0]), 2, func() { t.Fatal("the late one must move nothing") }), errNotOwner)
	nackAll(batch)
	refused(t, <-heard, connectors.Conflict, "another instance")
	next := take(t, messages, 1)
	require.Equal(t, []string{"e"}, ids(next))
	require.Equal(t, int64(4), where.of(next[0]).After)
	require.NoError(t, own.advance(where.of(next[0]), 5, func() {}))
}

func TestAClaimThatFailsIsReportedAndRepeated(t *testing.T) {
	t.Parallel()
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a")
	own, heard := newProgress(), make(chan error, 10)
	own.failWith(errors.New("the store is down"))
	messages, _ := subscribe(t, config, topic, Reading{Claim: own.claim, Report: func(err error) { heard <- err }})
	require.ErrorContains(t, <-heard, "claim partition 0 of "+topic)
	require.Empty(t, messages)
	own.failWith(nil)
	require.Equal(t, []string{"a"}, ids(take(t, messages, 1)))
}

func TestOffsetsThatWereDeletedUnreadAreSaidAloudAndReadingGoesOn(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c", "d", "e")
	group := "decision-" + topic
	messages, subscriber := subscribe(t, config, topic, Reading{Group: group})
	ackAll(take(t, messages, 1))
	require.NoError(t, subscriber.Close())
	deleteBefore(t, config, topic, 4)

	heard, where := make(chan error, 10), &places{}
	messages, _ = subscribe(t, config, topic, Reading{Group: group, Deliver: where.deliver, Report: func(err error) { heard <- err }})
	m := take(t, messages, 1)[0]
	require.Equal(t, "e", m.UUID)
	require.Equal(t, []int64{1, 5}, []int64{where.of(m).After, where.of(m).UpTo}, "the progress can move over the gap")
	err := <-heard
	refused(t, err, connectors.Unknown, "retention.ms")
	require.ErrorContains(t, err, "offset 1 is due, but the partition begins at 4: 3 offsets were deleted before they were read")
	m.Ack()
	require.Eventually(t, func() bool { return committed(t, config, group, topic, 1)[0] == 5 }, patience, pause)
}

func TestOffsetsThatAreDeletedWhileAReaderLagsAreSaidAloud(t *testing.T) {
	config, topic := newTopic(t, 1)
	const many = 300 // several times what is read ahead
	var all []*message.Message
	for i := range many {
		all = append(all, message.NewMessage(fmt.Sprint(i), bytes.Repeat([]byte{'x'}, 20_000)))
	}
	require.NoError(t, newPublisher(t, config).Publish(topic, all...))
	heard := make(chan error, 10)
	messages, _ := subscribe(t, config, topic, Reading{Window: 1, Report: func(err error) { heard <- err }})
	m := take(t, messages, 1)[0]
	deleteBefore(t, config, topic, many)
	publish(t, config, topic, "last")
	came := 1
	for ; m.UUID != "last"; came++ {
		m.Ack()
		m = take(t, messages, 1)[0]
	}
	read := came - 1
	require.Less(t, read, many)
	err := <-heard
	refused(t, err, connectors.Unknown, "retention.ms")
	require.ErrorContains(t, err, fmt.Sprintf("offset %d is due, but the partition begins at %d: %d offsets were deleted", read, many, many-read))
	require.Empty(t, heard)
}

func TestATopicThatWasMadeAnewIsReadFromItsBeginningAndSaidAloud(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c")
	own, where, heard := newProgress(), &places{}, make(chan error, 10)
	own.set(0, 3)
	makeAnew(t, config, topic)
	publish(t, config, topic, "x", "y")
	messages, _ := subscribe(t, config, topic, Reading{Claim: own.claim, Deliver: where.deliver, Report: func(err error) { heard <- err }})
	batch := take(t, messages, 2)
	require.Equal(t, []string{"x", "y"}, ids(batch))
	err := <-heard
	refused(t, err, connectors.Unknown, "made anew")
	require.ErrorContains(t, err, "offset 3 is due, but the partition ends at 2: reading goes on from 0")
	require.NoError(t, own.advance(where.of(batch[0]), where.of(batch[1]).UpTo, func() {}), "the progress can move back")
	require.Equal(t, int64(2), own.offsets[0])
}

func TestATopicThatIsMadeAnewWhileItIsReadIsNoticed(t *testing.T) {
	config, topic := newTopic(t, 1)
	publish(t, config, topic, "a", "b", "c")
	heard := make(chan error, 100)
	messages, _ := subscribe(t, config, topic, Reading{Report: func(err error) { heard <- err }})
	ackAll(take(t, messages, 3))
	makeAnew(t, config, topic)
	publish(t, config, topic, "x")
	require.Equal(t, []string{"x"}, ids(take(t, messages, 1)))
	for err := range heard {
		if known, ok := errors.AsType[*connectors.Error](err); ok && known.Kind == connectors.Unknown {
			require.ErrorContains(t, err, "reading goes on from 0")
			return
		}
	}
}

// What a member may hear for its hint while a group shares its partitions anew is no fault: its progress is kept elsewhere, and
// whoever reads the next status would take the bus for broken.
func TestAHintThatComesTooLateForItsGenerationIsNoFault(t *testing.T) {
	t.Parallel()
	for _, code := range []*kerr.Error{kerr.IllegalGeneration, kerr.RebalanceInProgress, kerr.UnknownMemberID} {
		t.Run(code.Message, func(t *testing.T) {
			for _, claims := range []bool{true, false} {
				config, fake := newFake(t, kfake.SeedTopics(1, "changes"))
				publish(t, config, "changes", "a")
				refused := fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: code, Count: 1})
				heard := make(chan error, 10)
				r := Reading{Group: "decision", Report: func(err error) { heard <- err }}
				if claims {
					r.Claim = newProgress().claim
				}
				messages, _ := subscribe(t, config, "changes", r)
				ackAll(take(t, messages, 1))
				require.Eventually(t, func() bool { return committed(t, config, "decision", "changes", 1)[0] == 1 }, patience, pause, "it is told again")
				require.EqualValues(t, 1, refused.Hits())
				if claims {
					require.Empty(t, heard)
				} else {
					require.Len(t, heard, 1, "where it is the progress itself, it is one")
				}
			}
		})
	}
}

// The rounds of one partition are its own: a message that was delivered behind a nacked one must come again, and is told by its
// round.
func TestANackInOnePartitionRaisesTheRoundOfNoOther(t *testing.T) {
	config, topic := newTopic(t, 2)
	publisher := newPublisher(t, config)
	for i := range 3 {
		for partition := range 2 {
			require.NoError(t, publisher.Publish(topic, inPartition(partition, 2, fmt.Sprint(partition, "/", i))))
		}
	}
	where := &places{}
	messages, _ := subscribe(t, config, topic, Reading{Window: 1, Claim: newProgress().claim, Deliver: where.deliver})
	held := map[int]*message.Message{}
	next := func() (*message.Message, At) {
		m := take(t, messages, 1)[0]
		held[where.of(m).Partition] = m
		return m, where.of(m)
	}
	next()
	next()
	for round := range 3 {
		held[0].Nack()
		m, at := next()
		require.Equal(t, []any{"0/0", round + 1}, []any{m.UUID, at.Round})
	}
	held[1].Ack()
	m, at := next()
	require.Equal(t, []any{"1/1", 0}, []any{m.UUID, at.Round}, "nothing of this partition has come again")
}

// A member sends no sign of life while it tells its last hint, and the group gives it up soon.
func TestLastHintsOfAPartitionShareOneTime(t *testing.T) {
	t.Parallel()
	config, fake := newFake(t, kfake.SeedTopics(1, "changes"))
	publish(t, config, "changes", "a", "b")
	fake.ControlKey(int16(kmsg.OffsetCommit), func(kmsg.Request) (kmsg.Response, error, bool) {
		fake.KeepControl()
		fake.SleepControl(func() { time.Sleep(commitPatience - time.Second/2) })
		return nil, nil, false
	})
	messages, s := subscribe(t, config, "changes", Reading{Group: "decision", Claim: newProgress().claim, Window: 1})
	ackAll(take(t, messages, 1)) // its hint is under way, and that of the next one waits for it
	ackAll(take(t, messages, 1))
	time.Sleep(pause)
	began := time.Now()
	require.NoError(t, s.Close())
	require.Less(t, time.Since(began), commitPatience+time.Second)
}
