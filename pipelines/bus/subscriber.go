package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"tradewire/pipelines/store"
)

// ShippedWindow is the window of a hot path.
const ShippedWindow = 500

// Config says how a Subscriber reads.
type Config struct {
	Group  string // who reads: every group reads every message, the members of one group share them
	Window int    // messages delivered ahead of their ack; 1 keeps the order even when one is nacked; ShippedWindow when 0

	// ProgressByConsumer leaves the progress to the consumer, who moves it by ProgressOf within its own transaction and
	// acks after the commit. The subscriber then writes nothing: an ack is flow control.
	ProgressByConsumer bool

	Poll   time.Duration // how often to look without being woken, for what other processes publish; 1s when 0
	Resend time.Duration // pause before a nacked message comes again; 100ms when 0
	Drain  time.Duration // how long Close waits for messages that the consumer holds, unless it moves the progress itself; 5s when 0

	Report func(error) // hears of faults that reading survives, and of a lost ownership; may be nil
}

func (c Config) filled() Config {
	orElse := func(d *time.Duration, usual time.Duration) {
		if *d == 0 {
			*d = usual
		}
	}
	orElse(&c.Poll, time.Second)
	orElse(&c.Resend, 100*time.Millisecond)
	orElse(&c.Drain, 5*time.Second)
	if c.Window < 1 {
		c.Window = ShippedWindow
	}
	if c.Report == nil {
		c.Report = func(error) {}
	}
	return c
}

// Subscriber reads topics from the queue of the store, in commit order. Of the subscribers of one group one reads a
// topic and the others stand by; it is told apart from readers in other processes by its generation.
type Subscriber struct {
	store  *store.Store
	config Config

	mu      sync.Mutex
	closing chan struct{}
	closed  bool
	readers sync.WaitGroup
}

// NewSubscriber reads from s for config.Group.
func NewSubscriber(s *store.Store, config Config) (*Subscriber, error) {
	if config.Group == "" {
		return nil, errors.New("subscribe: a group must be named")
	}
	return &Subscriber{store: s, config: config.filled(), closing: make(chan struct{})}, nil
}

// SubscribeInitialize makes the group known to the topic: from now on nothing is pruned before the group has passed it.
func (s *Subscriber) SubscribeInitialize(topic string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.join(context.Background(), topic)
	return err
}

// join makes the group known to the partitions of a topic, and says how many there are.
func (s *Subscriber) join(ctx context.Context, topic string) (partitions int, err error) {
	if s.closed {
		return 0, fmt.Errorf("subscribe to %s: %w", topic, errClosed)
	}
	partitions, err = s.store.Partitions(ctx, topic)
	for part := range partitions {
		if err == nil {
			err = s.store.Join(ctx, s.config.Group, topic, part)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("subscribe to %s: %w", topic, err)
	}
	return partitions, nil
}

// Subscribe delivers the topic's messages from where the group stands. The channel holds as many as the window; it is
// closed by Close, by the end of ctx, and when another process has taken over (Report hears of that).
//
// After a nack nothing new of the same partition is delivered until all delivered messages are answered; then those that
// were not acked come again, in order.
func (s *Subscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	partitions, err := s.join(ctx, topic)
	if err != nil {
		return nil, err
	}
	if partitions == 1 {
		return s.begin(ctx, topic, 0), nil
	}
	// From here on nothing can fail: a reader of one partition would go on alone, and keep others from it.
	all := make(chan *message.Message)
	var open sync.WaitGroup
	for part := range partitions {
		messages := s.begin(ctx, topic, part)
		open.Go(func() { s.pass(ctx, messages, all) })
	}
	go func() {
		open.Wait()
		close(all)
	}()
	return all, nil
}

// pass hands on what one partition delivers. What nobody takes any more comes again to the next reader.
func (s *Subscriber) pass(ctx context.Context, from <-chan *message.Message, to chan<- *message.Message) {
	for m := range from {
		select {
		case to <- m:
		case <-s.closing:
			return
		case <-ctx.Done():
			return
		}
	}
}

// SubscribePartition delivers the messages of one partition, as Subscribe does those of all.
func (s *Subscriber) SubscribePartition(ctx context.Context, topic string, part int) (<-chan *message.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.join(ctx, topic); err != nil {
		return nil, err
	}
	return s.begin(ctx, topic, part), nil
}

// begin starts to read a partition that the group has joined.
func (s *Subscriber) begin(ctx context.Context, topic string, part int) <-chan *message.Message {
	r := &reader{
		store: s.store, config: s.config, topic: topic, part: part, closing: s.closing,
		out: make(chan *message.Message, s.config.Window),
	}
	s.readers.Add(1)
	go func() {
		defer s.readers.Done()
		r.run(ctx)
	}()
	return r.out
}

// Close ends all subscriptions: their channels are closed, what the consumers hold may still be answered for a while
// (Config.Drain), and the progress of what was acked is written.
func (s *Subscriber) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.closing)
	}
	s.mu.Unlock()
	s.readers.Wait()
	return nil
}
