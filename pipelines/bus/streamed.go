package bus

import (
	"context"
	"sync"

	"github.com/ThreeDotsLabs/watermill/message"
)

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
// more: its worker ends with what it has, and the next one does not wait for it.
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
