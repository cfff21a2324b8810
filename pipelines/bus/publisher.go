package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ThreeDotsLabs/watermill/message"

	"tradewire/pipelines/store"
)

var errClosed = errors.New("the bus is closed")

// Publisher puts messages into the queue of the store.
type Publisher struct {
	store *store.Store

	mu     sync.RWMutex // held for reading while a publication is under way
	closed bool
}

// NewPublisher publishes into s.
func NewPublisher(s *store.Store) *Publisher { return &Publisher{store: s} }

// Publish returns after the messages are durable, all of them or none. Publications of many goroutines share a
// transaction.
func (p *Publisher) Publish(topic string, messages ...*message.Message) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.closed {
		return fmt.Errorf("publish on %s: %w", topic, errClosed)
	}
	outgoing := make([]store.Outgoing, len(messages))
	for i, m := range messages {
		outgoing[i] = store.Outgoing{UUID: m.UUID, Key: m.Metadata[MetaKey], Payload: m.Payload, Metadata: own(m.Metadata)}
	}
	// Not a message's context: that of a message that is passed on ends with its ack.
	return p.store.Publish(context.Background(), topic, outgoing...)
}

// Close waits for publications that are under way. The store stays open.
func (p *Publisher) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return nil
}

// own is the metadata without what a subscriber added on another topic.
func own(m message.Metadata) map[string]string {
	kept := make(map[string]string, len(m))
	for name, value := range m {
		kept[name] = value
	}
	for _, name := range added {
		delete(kept, name)
	}
	return kept
}
