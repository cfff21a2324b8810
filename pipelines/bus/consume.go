package bus

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"tradewire/pipelines/store"
)

// A Transport carries the topics between the stations.
type Transport interface {
	// Consume hands the messages of a topic to handle until ctx ends: those of one partition batch after batch in their order,
	// those of different partitions at the same time. handle acks what it has concluded. After an error of handle the batch
	// comes again, unless another instance has taken the partition over.
	Consume(ctx context.Context, group, topic string, handle Handler, faults Faults) error
}

// Relayed is a Transport beside the store: what the store has queued is published there.
type Relayed interface {
	Transport
	Publish(ctx context.Context, topic string, messages ...*Message) error
}

// Faults says what becomes of them.
type Faults struct {
	Fatal    func(error) bool // an error of the handler that ends it all
	Survived func(error)      // hears of the others, and of those of the transport: it goes on when they have passed
}

// Handler concludes one batch.
type Handler func(ctx context.Context, batch []*Message) error

// Embedded carries the topics in the queue of the store.
type Embedded struct {
	Store  *store.Store
	Window int // messages of a partition on their way to the handler at once
}

// Consume reads every partition of the topic, or stands by for the instance that reads it now.
func (e *Embedded) Consume(ctx context.Context, group, topic string, handle Handler, faults Faults) error {
	partitions, err := e.Store.Partitions(ctx, topic)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	var all sync.WaitGroup
	for begun := 0; ctx.Err() == nil; {
		for ; begun < partitions; begun++ {
			part := begun
			all.Go(func() {
				for ctx.Err() == nil {
					if err := e.partition(ctx, group, topic, part, handle, faults); err != nil {
						end(err)
					}
				}
			})
		}
		if !e.Store.Shared() {
			break
		}
		pause(ctx) // an instance with more queues may have left messages in them
		if n, err := e.Store.Partitions(ctx, topic); err == nil {
			partitions = n
		}
	}
	all.Wait()
	return whyEnded(ctx)
}

// whyEnded is nil when the end was asked for.
func whyEnded(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != ctx.Err() {
		return cause
	}
	return nil
}

// partition consumes one partition until ctx ends or another instance has taken it over.
func (e *Embedded) partition(ctx context.Context, group, topic string, part int, handle Handler, faults Faults) error {
	subscriber, err := NewSubscriber(e.Store, Config{Group: group, Window: e.Window, ProgressByConsumer: true, Report: faults.Survived})
	if err != nil {
		return err
	}
	defer subscriber.Close()
	messages, err := subscriber.SubscribePartition(ctx, topic, part)
	if err != nil {
		if ctx.Err() != nil || faults.Fatal(err) {
			return err
		}
		faults.Survived(err)
		pause(ctx)
		return nil
	}
	return eachBatch(ctx, messages, e.Window, handle, faults)
}

// eachBatch hands over what one partition delivers until its channel closes, ctx ends, or an error is fatal.
func eachBatch(ctx context.Context, messages <-chan *Message, window int, handle Handler, faults Faults) error {
	next := Batches(ctx, messages, window)
	for {
		batch, ok := next()
		if !ok {
			return nil
		}
		err := handle(ctx, batch)
		if err == nil {
			continue
		}
		if ctx.Err() == nil && faults.Fatal(err) {
			return err
		}
		if ctx.Err() == nil {
			faults.Survived(err)
		}
		for _, m := range batch {
			m.Nack() // where the batch was concluded all the same, the reader finds out
		}
		if !errors.Is(err, store.ErrNotOwner) {
			pause(ctx)
		}
	}
}

// afterFault is how long nothing is tried after a fault that passes by itself.
const afterFault = time.Second

func pause(ctx context.Context) { wait(ctx, afterFault) }

// Streamed carries the topics by another transport: its messages say by Place where they stand.
type Streamed struct {
	// Subscribe opens one subscription that delivers all the partitions that this instance has, for as long as it has them.
	Subscribe func(ctx context.Context, group, topic string, survived func(error)) (messages <-chan *message.Message, close func() error, err error)
	// Send publishes messages in their order, and returns after the broker has them.
	Send   func(ctx context.Context, topic string, messages ...*message.Message) error
	Window int // messages of a partition on their way to the handler at once
	// Installation tells us from others on the same broker; "tradewire" when empty.
	Installation string
}

// Publish sends messages.
func (t *Streamed) Publish(ctx context.Context, topic string, messages ...*Message) error {
	from(t.Installation, messages)
	return t.Send(ctx, topic, messages...)
}

// Consume hands each partition's messages to a worker of its own.
func (t *Streamed) Consume(ctx context.Context, group, topic string, handle Handler, faults Faults) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	for ctx.Err() == nil {
		messages, done, err := t.Subscribe(ctx, group, topic, faults.Survived)
		if err != nil {
			if ctx.Err() == nil {
				faults.Survived(err)
			}
			pause(ctx)
			continue
		}
		t.dispatch(ctx, messages, func(ctx context.Context, of <-chan *Message) {
			if err := eachBatch(ctx, of, t.Window, handle, faults); err != nil {
				end(err)
			}
		})
		if err := done(); err != nil && ctx.Err() == nil {
			faults.Survived(err)
		}
	}
	return whyEnded(ctx)
}

// dispatch starts a worker for every partition and generation that shows itself. A generation that ended delivers nothing any
// more: its worker waits for the end, with an empty channel.
func (t *Streamed) dispatch(ctx context.Context, messages <-chan *Message, work func(context.Context, <-chan *Message)) {
	type place struct{ partition, generation string }
	workers := map[string]place{}
	lanes := map[string]chan *Message{}
	var all sync.WaitGroup
	defer all.Wait()
	defer func() {
		for _, lane := range lanes {
			close(lane)
		}
	}()
	for {
		var m *Message
		var open bool
		select {
		case m, open = <-messages:
			if !open {
				return
			}
		case <-ctx.Done():
			return
		}
		at := place{m.Metadata[metaPartition], m.Metadata[metaGeneration]}
		lane := lanes[at.partition]
		if lane == nil || workers[at.partition] != at {
			if lane != nil {
				close(lane)
			}
			lane = make(chan *Message, t.Window) // no more than that are under way: handing over never waits
			lanes[at.partition], workers[at.partition] = lane, at
			all.Go(func() { work(ctx, lane) })
		}
		select {
		case lane <- m:
		case <-ctx.Done():
			return
		}
	}
}
