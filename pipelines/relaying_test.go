package pipelines_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"tradewire/connectors"
	"tradewire/pipelines"
	"tradewire/pipelines/bus"
	"tradewire/pipelines/store"
)

// broker carries messages in memory, and fails or forgets as it is told.
type broker struct {
	store *store.Store
	fail  func() error // a publication
	loses func() bool  // what it has said it has

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
	if n, err := h.store.Unpublished(t.Context()); err != nil || n != 0 {
		t.Errorf("%d messages are still to be published, %v", n, err)
	}
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
	t.Cleanup(pipelines.Standstill(50 * time.Millisecond))
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
