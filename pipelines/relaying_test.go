package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/bus"
	"tradewire/pipelines/store"
)

// broker carries messages in memory, and fails or forgets as it is told.
type broker struct {
	store *store.Store
	fail  func() error // a publication
	loses func() bool  // what it has said it has
	dead  func() bool  // nobody can read from it

	mu       sync.Mutex
	offset   int64
	messages chan *message.Message
	sent     []map[string]string
}

func (b *broker) carrier() *bus.Streamed {
	return &bus.Streamed{Window: 100, Send: b.send, Subscribe: b.subscribe}
}

func (b *broker) send(_ context.Context, topic string, messages ...*message.Message) error {
	if b.fail != nil {
		if err := b.fail(); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range messages {
		b.sent = append(b.sent, m.Metadata)
		if b.loses != nil && b.loses() {
			continue
		}
		bus.Place(m, store.Progress{Group: "decision", Topic: "kafka." + topic, From: b.offset, To: b.offset + 1, Generation: 1}, 0)
		b.offset++
		b.messages <- m
	}
	return nil
}

func (b *broker) subscribe(ctx context.Context, group, topic string, _ func(error)) (<-chan *message.Message, func() error, error) {
	if b.dead != nil && b.dead() {
		return nil, nil, &connectors.Error{Kind: connectors.Unavailable, System: "kafka", Op: "subscribe", Err: errors.New("no broker answers")}
	}
	claim, err := b.store.Claim(ctx, group, "kafka."+topic, 0)
	if err == nil && claim.Generation != 1 {
		err = errors.New("subscribed twice")
	}
	return b.messages, func() error { return nil }, err
}

func newBroker(h *toyHouse) *broker {
	b := &broker{store: h.store, messages: make(chan *message.Message, 1000)}
	h.Bus = b.carrier()
	return b
}

func TestWhatIsToldByABrokerIsDecidedAndSaysWhereItStands(t *testing.T) {
	keys := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"} // more than nine: the sequence is compared as a string
	h := newHouse(t, keys...)
	b := newBroker(h)
	if err := h.settle(t, time.Hour); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(h.target.written, keys) {
		t.Errorf("written %v", h.target.written)
	}
	last, subjects := "", map[string]bool{}
	for i, said := range b.sent {
		for _, name := range []string{"ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_partitionkey"} {
			if said[name] == "" {
				t.Errorf("message %d does not say %s: %v", i, name, said)
			}
		}
		if said["ce_subject"] == "" || subjects[said["ce_subject"]] {
			t.Errorf("message %d is about %q, as another one is", i, said["ce_subject"])
		}
		subjects[said["ce_subject"]] = true
		if len(said["ce_sequence"]) != 20 || said["ce_sequence"] <= last {
			t.Errorf("message %d has the sequence %s after %s", i, said["ce_sequence"], last)
		}
		last = said["ce_sequence"]
	}
	if len(b.sent) < len(keys) {
		t.Errorf("%d messages were sent", len(b.sent))
	}
	if mark, err := h.store.Mark(t.Context()); err != nil || mark.Oldest != 0 {
		t.Errorf("messages are still to be published: %+v, %v", mark, err)
	}
}

func TestWhoWaitsForABrokerThatStaysAwayIsToldSoAndLosesNothing(t *testing.T) {
	h := newHouse(t, "a", "b", "c")
	b := newBroker(h)
	b.fail = func() error {
		return &connectors.Error{Kind: connectors.Unavailable, System: "kafka", Op: "publish", Err: errors.New("no broker answers")}
	}
	for _, err := range []error{
		h.settle(t, time.Second), // it reads, and waits
		pipelines.NewSupervisor(h.store, h.House, nil).CatchUp(t.Context(), time.Second), // a person's word
	} {
		require.ErrorIs(t, err, pipelines.ErrUnavailable)
		require.ErrorContains(t, err, "no broker answers")
	}
	h.Bus = nil // they give the broker up: what it was never told lies in the store
	h.mustSettle(t)
	h.wantWritten(t, "a", "b", "c")
}

func TestWhatABrokerWasGivenIsDecidedWithoutItWhenItIsGivenUp(t *testing.T) {
	h := newHouse(t, "a", "b", "c")
	b := newBroker(h)
	v := pipelines.NewSupervisor(h.store, h.House, nil)
	running, stop := v.Start(t.Context())
	ctx, cancel := context.WithCancel(running)
	lost := 0
	b.loses = func() bool { // what is published is lost there, and waits
		if lost++; lost == 3 {
			cancel()
		}
		return true
	}
	require.ErrorIs(t, v.Settle(ctx, time.Hour), context.Canceled)
	require.NoError(t, stop())
	h.Bus = nil
	h.mustSettle(t)
	h.wantWritten(t, "a", "b", "c")
}

func TestABrokerThatIsAwayLosesNothing(t *testing.T) {
	h := newHouse(t, "a", "b", "c")
	b := newBroker(h)
	away := 2
	b.fail = func() error {
		if away--; away >= 0 {
			return &connectors.Error{Kind: connectors.Unavailable, System: "kafka", Op: "publish", Err: errors.New("no broker answers")}
		}
		return nil
	}
	if err := h.settle(t, time.Hour); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(h.target.written, []string{"a", "b", "c"}) {
		t.Errorf("written %v", h.target.written)
	}
	pauses, err := h.store.Pauses(t.Context())
	if _, there := pauses["bus"]; err != nil || there {
		t.Errorf("the bus works again and stands as paused: %v %v", pauses, err)
	}
}

func TestWhatABrokerHasLostIsToldAgain(t *testing.T) {
	t.Cleanup(pipelines.MayWait(50 * time.Millisecond))
	h := newHouse(t, "a", "b", "c")
	b := newBroker(h)
	lost := 0
	b.loses = func() bool { lost++; return lost <= 2 }
	if err := h.settle(t, time.Hour); err != nil {
		t.Fatal(err)
	}
	slices.Sort(h.target.written)
	if !slices.Equal(h.target.written, []string{"a", "b", "c"}) {
		t.Errorf("written %v", h.target.written)
	}
}

// said collects what is shown.
type said struct {
	mu    sync.Mutex
	lines []string
}

func (s *said) pulse(p pipelines.Pulse) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, p.Doing)
}

func (s *said) count(words string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range s.lines {
		if strings.Contains(line, words) {
			n++
		}
	}
	return n
}

// failures is how often in a row a place has failed; 0: it is not paused.
func (h *toyHouse) failures(t *testing.T, place string) int {
	t.Helper()
	pauses, err := h.store.Pauses(t.Context())
	require.NoError(t, err)
	return pauses[place].Failures
}

// Publishing nothing to a broker was taken for a sign that it works: while the topics were quiet a dead one was paused and went on
// every second, and status mostly did not show it.
func TestABrokerThatIsDeadIsShownThoughNothingWaitsToBePublished(t *testing.T) {
	t.Cleanup(pipelines.Quiet(3 * time.Second))
	h := newHouse(t)
	b, shown := newBroker(h), &said{}
	var dead atomic.Bool
	dead.Store(true)
	b.dead = dead.Load
	_, stop := pipelines.NewSupervisor(h.store, h.House, shown.pulse).Start(t.Context())
	fails := func(atLeast int) func() bool {
		return func() bool { return h.failures(t, "reading from the bus") >= atLeast }
	}
	require.Eventually(t, fails(3), 15*time.Second, 50*time.Millisecond)
	_, err := h.store.Take(t.Context(), crm, []connectors.Change{record("A", "1", "one")}, nil)
	require.NoError(t, err)
	require.Eventually(t, func() bool { mark, err := h.store.Mark(t.Context()); return err == nil && mark.Oldest == 0 }, 15*time.Second, 50*time.Millisecond)
	require.Eventually(t, fails(5), 15*time.Second, 50*time.Millisecond, "that it can be published to says nothing of reading")
	require.Equal(t, 1, shown.count("reading from the bus is paused"))
	require.Zero(t, shown.count("goes on"))

	dead.Store(false)
	require.Eventually(t, func() bool { return h.failures(t, "reading from the bus") == 0 }, 15*time.Second, 50*time.Millisecond, "a message was read")
	require.NoError(t, stop())
	require.Equal(t, 1, shown.count("reading from the bus goes on"))
}

func TestABrokerThatIsReadFromAgainIsNotShownAsPausedThoughNothingComes(t *testing.T) {
	t.Cleanup(pipelines.Quiet(100 * time.Millisecond))
	h := newHouse(t)
	newBroker(h)
	require.NoError(t, h.store.Pause(t.Context(), store.Pause{Place: "reading from the bus", Failures: 7, Reason: "the run before was stopped while the broker was away"}))
	_, stop := pipelines.NewSupervisor(h.store, h.House, nil).Start(t.Context())
	require.Eventually(t, func() bool { return h.failures(t, "reading from the bus") == 0 }, 15*time.Second, 20*time.Millisecond)
	require.NoError(t, stop())
}

// A loss was only looked for after a minute in which nothing at all moved.
func TestWhatABrokerHasLostIsToldAgainThoughOthersMove(t *testing.T) {
	t.Cleanup(pipelines.MayWait(200 * time.Millisecond))
	h := newHouse(t)
	b, shown := newBroker(h), &said{}
	lost := 0
	b.loses = func() bool { lost++; return lost == 1 }
	_, stop := pipelines.NewSupervisor(h.store, h.House, shown.pulse).Start(t.Context())
	deadline := time.Now().Add(20 * time.Second)
	for n := 0; ; n++ {
		_, err := h.store.Take(t.Context(), crm, []connectors.Change{record(fmt.Sprint("K", n), "1", "moves")}, nil)
		require.NoError(t, err)
		changes, err := h.store.ChangesOf(t.Context(), document.KindParty, "K0")
		require.NoError(t, err)
		if changes[0].Bucket != string(pipelines.Waiting) {
			break
		}
		require.True(t, time.Now().Before(deadline), "%d others were decided", n)
		time.Sleep(5 * time.Millisecond) // as fast as orders come
	}
	require.NoError(t, stop())
	require.NotZero(t, shown.count("told again"))
}

// What a person does where nobody runs waited for ever for a message that was lost.
func TestWhatABrokerHasLostIsToldAgainToWhoeverOnlyCatchesUp(t *testing.T) {
	t.Cleanup(pipelines.MayWait(50 * time.Millisecond))
	h := newHouse(t)
	b := newBroker(h)
	lost := 0
	b.loses = func() bool { lost++; return lost == 1 }
	_, err := h.store.Take(t.Context(), crm, []connectors.Change{record("A", "1", "one")}, nil)
	require.NoError(t, err)
	ctx, end := context.WithTimeout(t.Context(), 15*time.Second)
	defer end()
	require.NoError(t, pipelines.NewSupervisor(h.store, h.House, nil).CatchUp(ctx, time.Hour))
}
