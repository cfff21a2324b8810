package kafka

import (
	"context"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
)

// door is where the messages of all partitions go out to the consumer. It is one queue, so that it can tell which messages
// the consumer has taken.
type door struct {
	out chan *message.Message

	mu     sync.Mutex
	passed int64 // how many were put into out
	closed bool
}

// mostWaiting bounds the messages of all partitions that the consumer has not taken.
const mostWaiting = 50_000

func newDoor(room int) *door {
	return &door{out: make(chan *message.Message, min(room, mostWaiting))}
}

// send puts a message out and says the how manieth it is. There is room for a window of every partition; only when void
// messages still lie there, or partitions were added, it waits for the consumer. It is false when ctx or the door is closed.
func (d *door) send(ctx context.Context, m *message.Message) (number int64, ok bool) {
	for {
		if number, full := d.try(m); !full {
			return number, number > 0
		}
		if !wait(ctx, time.Millisecond) {
			return 0, false
		}
	}
}

func (d *door) try(m *message.Message) (number int64, full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return 0, false
	}
	select {
	case d.out <- m:
		d.passed++
		return d.passed, false
	default:
		return 0, true
	}
}

// taken is how many messages the consumer has taken at least: those with a number up to that.
func (d *door) taken() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.passed - int64(len(d.out))
}

// close lets nothing out any more.
func (d *door) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.closed = true
		close(d.out)
	}
}
