package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/segmentio/kafka-go"
)

// A reader is one partition in one generation of the group: a single goroutine that delivers, waits for the oldest answer
// and commits behind it. It returns soon after the generation has ended, since no sign of life is sent until all have.
type reader struct {
	member     *member
	generation *kafka.Generation
	partition  int
	committed  int64         // what Kafka has of the group, or kafka.FirstOffset
	round      *atomic.Int64 // of the partition, see At.Round

	claimed int64 // our generation, by Claim
	feed    *feed
	flight  []delivered // delivered, the oldest not acked, in order
	commit  commit
}

type delivered struct {
	fed
	upTo   int64 // how far its ack lets the progress move: over acked ones after it, too
	number int64 // at the door
	m      *message.Message
	done   context.CancelFunc
}

// run reads until reading or the generation has ended. Messages get their context from ctx.
func (r *reader) run(reading, ended, ctx context.Context) {
	reading, stop := context.WithCancel(reading)
	defer stop()
	defer context.AfterFunc(ended, stop)()
	if from, ok := r.own(reading); ok {
		r.feed = openFeed(reading, r.member, r.partition, from)
		r.read(reading, ctx)
		r.feed.close()
	}
	r.drain()
}

// own says where to read from: it claims the progress, as often as it takes.
func (r *reader) own(reading context.Context) (from int64, ok bool) {
	m := r.member
	if m.reading.Claim == nil {
		return r.committed, true
	}
	for {
		from, generation, err := m.reading.Claim(reading, m.topic, r.partition)
		if err == nil {
			r.claimed = generation
			return from, reading.Err() == nil
		}
		if reading.Err() != nil {
			return 0, false
		}
		m.faults.say(fmt.Errorf("claim partition %d of %s for %s: %w", r.partition, m.topic, m.reading.Group, err))
		if !wait(reading, askAgain) {
			return 0, false
		}
	}
}

// read delivers until reading ends.
func (r *reader) read(reading, ctx context.Context) {
	for {
		r.commit.start(r)
		acked, nacked := r.oldest()
		select {
		case next := <-r.more():
			if !r.send(reading, ctx, next) {
				return
			}
		case <-acked:
			r.passAcked()
		case <-nacked:
			if !r.again(reading, ctx) {
				return
			}
		case err := <-r.commit.answer:
			r.commit.done(r, err)
		case <-r.commit.rest:
			r.commit.rest = nil
		case <-reading.Done():
			return
		}
	}
}

// more is nil while nothing may be delivered: the window is full, or the oldest message was nacked and must come first.
func (r *reader) more() <-chan fed {
	if len(r.flight) >= r.member.reading.Window || len(r.flight) > 0 && closed(r.flight[0].m.Nacked()) {
		return nil
	}
	return r.feed.out
}

// send delivers a record. It is false when it could not before reading ended.
func (r *reader) send(reading, ctx context.Context, next fed) bool {
	d := delivered{fed: next, upTo: next.Offset + 1, m: r.member.config.read(next.Message)}
	r.member.reading.Deliver(d.m, At{
		Group: r.member.reading.Group, Topic: r.member.topic, Partition: r.partition,
		After: next.after, UpTo: d.upTo, Generation: r.claimed, Round: int(r.round.Load()),
	})
	ctx, d.done = context.WithCancel(ctx)
	d.m.SetContext(ctx)
	var ok bool
	if d.number, ok = r.member.door.send(reading, d.m); !ok {
		d.done()
		return false
	}
	r.flight = append(r.flight, d)
	return true
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// commit is how far the group's progress at Kafka has come.
type commit struct {
	due    int64            // what was acked without a gap; 0: nothing yet
	moved  int64            // what Kafka has, or is being told
	answer chan error       // not nil: it is being told
	rest   <-chan time.Time // not nil: it was told just now
}

// settle is the shortest time between two commits: acks in between share one.
const settle = 100 * time.Millisecond

// start tells Kafka of new progress, unless that is under way or was done just now. The next message does not wait for it:
// after a crash what was acked last may come again.
func (c *commit) start(r *reader) {
	if c.due == c.moved || c.answer != nil || c.rest != nil {
		return
	}
	answer := make(chan error, 1)
	c.answer, c.moved = answer, c.due
	due := map[string]map[int]int64{r.member.topic: {r.partition: c.due}}
	go func() { answer <- r.generation.CommitOffsets(due) }()
}

func (c *commit) done(r *reader, err error) {
	c.answer, c.rest = nil, time.After(settle)
	if err == nil {
		return
	}
	c.moved, c.rest = -1, time.After(askAgain) // again, unless the generation ends before
	m := r.member
	if m.reading.Claim != nil && sharedAnew(err) {
		return // it was but a hint, and the next owner gives another
	}
	m.faults.say(m.config.fault(fmt.Sprintf("commit partition %d of %s for %s", r.partition, m.topic, m.reading.Group), err))
}

// sharedAnew says that a group is sharing its partitions anew, or has done so without us.
func sharedAnew(err error) bool {
	return errors.Is(err, kafka.RebalanceInProgress) || errors.Is(err, kafka.IllegalGeneration) || errors.Is(err, kafka.UnknownMemberId)
}

// finish tells Kafka the last word of a reader. What is under way and what follows share one time: the member is silent
// meanwhile, and the group gives it up soon. What was acked and could not be told comes again.
func (c *commit) finish(r *reader) {
	patience := time.After(commitPatience)
	if c.hear(r, patience) {
		c.rest = nil
		c.start(r)
		c.hear(r, patience)
	}
}

// hear waits for the answer to what is being told. It is false when patience ends first.
func (c *commit) hear(r *reader, patience <-chan time.Time) bool {
	if c.answer == nil {
		return true
	}
	select {
	case err := <-c.answer:
		c.done(r, err)
		return true
	case <-patience:
		c.done(r, errNoAnswer)
		return false
	}
}
