package bus

import (
	"context"
	"errors"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"tradewire/pipelines/store"
)

// pageAtLeast is how many messages are read at once even when the window is small.
const pageAtLeast = 100

// A reader is one subscription: a single goroutine that reads ahead, delivers, waits for the oldest answer and moves
// the progress behind it.
type reader struct {
	store   *store.Store
	config  Config
	topic   string
	part    int
	closing <-chan struct{}
	out     chan *message.Message // holds a whole window, so that delivering never blocks

	progress store.Progress  // From: what is durable; To: what is acked without a gap
	ahead    []store.Queued  // read, not delivered
	flight   []delivered     // delivered, the oldest not acked, in order
	last     int64           // the last offset that was delivered
	round    int             // rises when nacked messages come again
	dry      bool            // the last page was not full: nothing more until the queue changes
	looked   <-chan struct{} // closes when the queue changes after the last look
	moving   chan error      // not nil: the progress is being moved; moved is where to
	moved    int64
	rest     <-chan time.Time // not nil: the progress was moved just now
}

type delivered struct {
	queued store.Queued
	after  int64 // the offset before it
	upTo   int64 // how far its ack lets the progress move: over acked ones after it, too
	m      *message.Message
	done   context.CancelFunc
}

func (r *reader) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reading, stop := context.WithCancel(ctx) // ends with ctx or at Close; messages live on until they are drained
	defer stop()
	go func() {
		select {
		case <-r.closing:
			stop()
		case <-reading.Done():
		}
	}()
	leave, ok := r.sit(reading)
	if !ok {
		close(r.out)
		return
	}
	defer leave()
	if r.own(reading) {
		r.read(reading, ctx)
	}
	close(r.out)
	r.drain()
}

// sit waits for the one place of the group at this partition, as often as it takes.
func (r *reader) sit(reading context.Context) (leave func(), ok bool) {
	for {
		leave, err := r.store.Seat(reading, r.config.Group, r.topic, r.part)
		if err == nil {
			return leave, true
		}
		if reading.Err() != nil {
			return nil, false
		}
		r.config.Report(err)
		if !wait(reading, r.config.Poll) {
			return nil, false
		}
	}
}

// own claims the progress, as often as it takes.
func (r *reader) own(reading context.Context) bool {
	for {
		claim, err := r.store.Claim(reading, r.config.Group, r.topic, r.part)
		if err == nil {
			r.progress, r.last = claim, claim.From
			return true
		}
		if reading.Err() != nil {
			return false
		}
		r.config.Report(err)
		if !wait(reading, r.config.Poll) {
			return false
		}
	}
}

// read delivers until reading ends or another process has taken over.
func (r *reader) read(reading, ctx context.Context) {
	poll := time.NewTicker(r.config.Poll)
	defer poll.Stop()
	for {
		err := r.deliver(reading, ctx)
		if errors.Is(err, store.ErrNotOwner) {
			r.config.Report(err)
			return
		}
		if err != nil && reading.Err() == nil {
			r.config.Report(err)
			r.dry = true // look again at the next change or poll
		}
		r.move()
		acked, nacked := r.oldest()
		select {
		case <-acked:
			r.passAcked()
		case <-nacked:
			if !r.again(reading, ctx) {
				return
			}
		case <-r.waitingForNews():
			r.dry = false
		case <-poll.C:
			r.dry = false
		case err := <-r.moving:
			if !r.hasMoved(err) {
				return
			}
		case <-r.rest:
			r.rest = nil
		case <-reading.Done():
			return
		}
	}
}

// deliver fills the window.
func (r *reader) deliver(reading, ctx context.Context) error {
	for len(r.flight) < r.config.Window && !r.refused() {
		if len(r.ahead) == 0 {
			if r.dry {
				return nil
			}
			if err := r.look(reading); err != nil || len(r.ahead) == 0 {
				return err
			}
		}
		next := r.ahead[0]
		r.ahead = r.ahead[1:]
		r.flight = append(r.flight, r.send(ctx, next, r.last))
		r.last = next.Offset
	}
	return nil
}

// look reads a page ahead. When there is one it makes sure that the progress is still ours.
func (r *reader) look(ctx context.Context) error {
	r.looked = r.store.Changed() // before looking: what is committed from here on wakes us
	size := max(r.config.Window, pageAtLeast)
	page, err := r.store.Queue(ctx, r.topic, r.part, r.last, size)
	if err == nil && len(page) > 0 {
		_, err = r.stands(ctx)
	}
	if err != nil {
		return err
	}
	r.ahead, r.dry = page, len(page) < size
	return nil
}

func (r *reader) send(ctx context.Context, q store.Queued, after int64) delivered {
	m := message.NewMessage(q.UUID, q.Payload)
	for name, value := range q.Metadata {
		m.Metadata[name] = value
	}
	Place(m, store.Progress{Group: r.config.Group, Topic: r.topic, Partition: q.Partition, From: after, To: q.Offset,
		Generation: r.progress.Generation}, r.round)
	ctx, done := context.WithCancel(ctx)
	m.SetContext(ctx)
	r.out <- m // there is room: the channel holds a window, and no more than that is in flight
	return delivered{queued: q, after: after, upTo: q.Offset, m: m, done: done}
}

// refused says that the oldest message was nacked: nothing new follows before it has come again.
func (r *reader) refused() bool {
	return len(r.flight) > 0 && closed(r.flight[0].m.Nacked())
}

// waitingForNews is nil while there is no use for news: the window is full, or more is known to be there.
func (r *reader) waitingForNews() <-chan struct{} {
	if len(r.flight) >= r.config.Window || !r.dry {
		return nil
	}
	return r.looked
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// wait is false when ctx ends first.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
