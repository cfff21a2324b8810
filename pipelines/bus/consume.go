package bus

import (
	"context"
	"errors"
	"time"

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

// whyEnded is nil when the end was asked for.
func whyEnded(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != ctx.Err() {
		return cause
	}
	return nil
}
