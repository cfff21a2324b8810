package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
)

// ShippedWindow is the window of a hot path.
const ShippedWindow = 500

// The bounds of a member's silence: while it gives partitions back it sends no sign of life, and must have finished before
// the group gives it up.
const (
	commitPatience = 3 * time.Second
	mostDrain      = 10*time.Second - commitPatience
	usualSession   = 15 * time.Second
)

// Reading says how a Subscriber reads.
type Reading struct {
	Group  string // the consumer group: every group reads every message, the members of one group share the partitions
	Window int    // messages of a partition delivered ahead of their ack; 1 keeps the order even when one is nacked; ShippedWindow when 0

	// Claim says where a partition is read from and under which generation of ours, when the group's progress is kept
	// elsewhere. It is called every time a partition is assigned, before the first read, and before nacked messages come
	// again: the consumer may have nacked because another owner has claimed, or because a commit lost its answer. What
	// stands before from is never delivered, and all that stands behind it comes again. Without Claim the progress is what
	// the group has committed at Kafka; with it that is a hint for monitors, and the consumer is not waited for when a
	// partition goes, since its commit happens before the next owner's claim or not at all. It must return soon after ctx has
	// ended, like Deliver and Report it is called by several goroutines.
	Claim func(ctx context.Context, topic string, partition int) (from, generation int64, err error)

	// Deliver is called with each message before it is delivered: it may add metadata that say where the message stands.
	Deliver func(m *message.Message, at At)

	Drain   time.Duration // how long to wait for what the consumer holds when a partition goes; 5s when 0, at most 7s
	Resend  time.Duration // pause before nacked messages come again; 100ms when 0
	Session time.Duration // after which a silent member's partitions go to others; 15s when 0

	Report func(error) // hears of faults that reading survives, and of offsets that were skipped; may be nil
}

// At is where a message stands. Offsets are those of Kafka that come next: a reader that has passed a message goes on at
// UpTo, which is After of the message behind it in the partition.
type At struct {
	Group, Topic string
	Partition    int
	After, UpTo  int64
	Generation   int64 // what Claim said
	Round        int   // rises when nacked messages of the partition come again, and never falls within a subscription
}

func (r Reading) filled() (Reading, error) {
	op := "subscribe"
	orElse := func(d *time.Duration, usual time.Duration) {
		if *d == 0 {
			*d = usual
		}
	}
	orElse(&r.Drain, 5*time.Second)
	orElse(&r.Resend, 100*time.Millisecond)
	orElse(&r.Session, usualSession)
	if r.Window < 1 {
		r.Window = ShippedWindow
	}
	if r.Report == nil {
		r.Report = func(error) {}
	}
	if r.Deliver == nil {
		r.Deliver = func(*message.Message, At) {}
	}
	if r.Claim != nil {
		r.Drain = 0
	}
	switch silence := r.silence(); {
	case r.Group == "":
		return r, misconfigured(op, "name one", errors.New("the consumer group has no name"))
	case r.Drain > mostDrain:
		return r, misconfigured(op, fmt.Sprintf("wait at most %s", mostDrain), fmt.Errorf("a member that waits %s for its consumer is given up by its group", r.Drain))
	case r.Claim == nil && silence > r.Session:
		return r, misconfigured(op, fmt.Sprintf("make the session longer than %s", silence), fmt.Errorf("a session of %s ends while a partition is given back", r.Session))
	}
	return r, nil
}

// silence is how long a member may take to give its partitions back.
func (r Reading) silence() time.Duration { return r.Drain + commitPatience + signOfLife(r.Session) }

// signOfLife is how often a member says that it lives, and so hears that partitions are to be shared anew.
func signOfLife(session time.Duration) time.Duration { return min(time.Second/2, session/4) }

// Subscriber reads topics as a member of a consumer group.
type Subscriber struct {
	config  Config
	reading Reading

	mu      sync.Mutex
	closing chan struct{}
	closed  bool
	members sync.WaitGroup
}

// NewSubscriber reads from a cluster for a group.
func NewSubscriber(config Config, reading Reading) (*Subscriber, error) {
	config, err := config.filled("subscribe")
	if err != nil {
		return nil, err
	}
	if reading, err = reading.filled(); err != nil {
		return nil, err
	}
	return &Subscriber{config: config, reading: reading, closing: make(chan struct{})}, nil
}

// Subscribe delivers the messages of those partitions of the topic that the group gives to us, each partition in its order
// from where the group stands. The channel is closed by Close and by the end of ctx.
//
// After a nack nothing new of the partition is delivered until all of it that were delivered are answered; then those that
// were not acked come again, in order. When a partition goes to another member, messages of it that the consumer has not
// taken are void: their context has ended, and their answers change nothing.
func (s *Subscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	op := "subscribe to " + topic
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fmt.Errorf("%s: %w", op, errClosed)
	}
	m, err := s.join(ctx, op, topic)
	if err != nil {
		return nil, err
	}
	s.members.Go(func() { m.run(ctx) })
	return m.door.out, nil
}

// join reaches the topic, so that what is wrong is said clearly now, and becomes a member.
func (s *Subscriber) join(ctx context.Context, op, topic string) (*member, error) {
	if err := s.config.reach(ctx, op); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	c := s.config.client(aSecondOld, topic)
	partitions, err := c.partitions(ctx, topic)
	if err != nil {
		c.close()
		return nil, s.config.fault(op, err)
	}
	return newMember(s, c, topic, partitions)
}

// Close ends all subscriptions: their channels are closed, what the consumers hold may still be answered for a while
// (Reading.Drain), what was acked is committed, and the group hears that we leave.
func (s *Subscriber) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.closing)
	}
	s.mu.Unlock()
	s.members.Wait()
	return nil
}
