package bus

import (
	"context"
	"sync"

	"tradewire/pipelines/store"
)

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
