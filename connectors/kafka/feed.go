package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"tradewire/connectors"
)

// A feed reads one partition ahead. Where offsets are not there any more it says so and goes on where the broker has some:
// the library's reader skips them in silence, or waits for ever.
type feed struct {
	member    *member
	partition int
	next      int64 // the offset that is due, or kafka.FirstOffset
	out       chan fed
	stop      context.CancelFunc
	ended     chan struct{}
}

// fed is a record and the offset that was due when it came.
type fed struct {
	kafka.Message
	after int64
}

const (
	aheadInReader = 50               // records read ahead by the library, and as many by us
	longPoll      = 5 * time.Second  // how long a broker holds a question while there is nothing new
	look          = 5 * time.Second  // how often to look whether a silent partition still has the offset that is due
	stuck         = 30 * time.Second // after which a reader that gives nothing, though there is something, is replaced
	askAgain      = time.Second      // pause before a broker that gave no answer is asked again
)

func openFeed(ctx context.Context, m *member, partition int, from int64) *feed {
	f := &feed{member: m, partition: partition, next: from, out: make(chan fed, aheadInReader), ended: make(chan struct{})}
	ctx, f.stop = context.WithCancel(ctx)
	go func() {
		defer close(f.ended)
		f.run(ctx)
	}()
	return f
}

func (f *feed) close() {
	f.stop()
	<-f.ended
}

// run reads from where it can again and again, until ctx ends.
func (f *feed) run(ctx context.Context) {
	for ctx.Err() == nil {
		start, err := f.begin(ctx)
		if err == nil {
			err = f.play(ctx, start)
		}
		if err != nil && ctx.Err() == nil {
			f.complain(err)
			wait(ctx, askAgain)
		}
	}
}

func (f *feed) complain(err error) {
	f.member.faults.say(f.member.config.fault(f.op(), err))
}

func (f *feed) op() string {
	return fmt.Sprintf("read partition %d of %s for %s", f.partition, f.member.topic, f.member.reading.Group)
}

// begin says where to begin: at the offset that is due when the broker has it or will give it to the next record, else at
// the first that it has, so that nothing there is missed. It moves nothing: the next record says which offset was due.
func (f *feed) begin(ctx context.Context) (int64, error) {
	first, last, err := f.bounds(ctx)
	if err != nil {
		return 0, err
	}
	if f.next > last { // an answer from before a change of leader may be short
		if !wait(ctx, pause) {
			return 0, ctx.Err()
		}
		if first, last, err = f.bounds(ctx); err != nil {
			return 0, err
		}
	}
	switch {
	case f.next == kafka.FirstOffset:
		f.next = first
	case f.next < first:
		f.skipped(first)
	case f.next > last:
		f.report("see whether the topic was deleted and made anew, or replicas were lost: what is read now may have been read before",
			fmt.Errorf("offset %d is due, but the partition ends at %d: reading goes on from %d, the first that is there: %d offsets are read again and none is skipped",
				f.next, last, first, last-first))
	default:
		return f.next, nil
	}
	return first, nil
}

// skipped says aloud that records are gone which were never read.
func (f *feed) skipped(first int64) {
	f.report("what they held must be taken in again at its source; keep messages longer: kafka-configs.sh --bootstrap-server "+
		f.member.config.bootstrap()+" --alter --entity-type topics --entity-name "+f.member.topic+" --add-config retention.ms=MILLISECONDS",
		fmt.Errorf("offset %d is due, but the partition begins at %d: %d offsets were deleted before they were read, reading goes on from %d",
			f.next, first, first-f.next, first))
}

func (f *feed) report(hint string, err error) {
	f.member.reading.Report(&connectors.Error{Kind: connectors.Unknown, System: system, Op: f.op(), Hint: hint, Err: err})
}

// bounds is the first offset that a partition has, and the one that its next record will get.
func (f *feed) bounds(ctx context.Context) (first, last int64, err error) {
	topic := f.member.topic
	answer, err := f.member.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{
		Topics: map[string][]kafka.OffsetRequest{topic: {kafka.FirstOffsetOf(f.partition), kafka.LastOffsetOf(f.partition)}},
	})
	if err != nil {
		return 0, 0, about(topic, err)
	}
	all := answer.Topics[topic]
	if len(all) == 0 {
		return 0, 0, about(topic, kafka.UnknownTopicOrPartition)
	}
	if all[0].Error != nil {
		return 0, 0, about(topic, all[0].Error)
	}
	return all[0].FirstOffset, all[0].LastOffset, nil
}

// play reads from start until ctx ends, or a look shows that reading must begin anew.
func (f *feed) play(ctx context.Context, start int64) error {
	l := f.member.config.lines(f.member.config.Timeout)
	r := kafka.NewReader(kafka.ReaderConfig{
		Brokers: f.member.config.Brokers, Topic: f.member.topic, Partition: f.partition, Dialer: f.member.config.dialer(l, f.member.config.Timeout),
		MinBytes: 1, MaxBytes: 1 << 20, MaxWait: longPoll, QueueCapacity: aheadInReader,
		ReadBackoffMin: pause, ReadBackoffMax: askAgain, OffsetOutOfRangeError: true,
	})
	defer func() {
		l.cut() // else closing would sit out the long poll
		_ = r.Close()
	}()
	if err := r.SetOffset(start); err != nil {
		return err
	}
	expected := start
	for silent := time.Duration(0); silent < stuck; {
		heard, err := f.listen(ctx, r, &expected)
		switch {
		case ctx.Err() != nil, errors.Is(err, kafka.OffsetOutOfRange):
			return nil
		case err != nil:
			return err
		case heard:
			silent = 0
			continue
		}
		first, last, err := f.bounds(ctx)
		if err != nil {
			return err
		}
		if expected < first || expected > last {
			return nil
		}
		if silent += look; expected == last {
			silent = 0 // there is nothing to read
		}
	}
	return fmt.Errorf("offset %d is there and did not come for %s", expected, stuck)
}

// listen hands on what comes within a look. It says whether anything did.
func (f *feed) listen(ctx context.Context, r *kafka.Reader, expected *int64) (heard bool, err error) {
	within, cancel := context.WithTimeout(ctx, look)
	defer cancel()
	for {
		m, err := r.FetchMessage(within)
		switch {
		case within.Err() != nil && err != nil:
			return heard, nil
		case errors.Is(err, kafka.OffsetOutOfRange):
			return heard, err
		case err != nil:
			f.complain(err) // the reader goes on by itself
			continue
		case m.Offset < *expected:
			continue
		}
		if m.Offset > *expected {
			if err := f.hole(ctx, *expected); err != nil {
				return heard, err
			}
		}
		select {
		case f.out <- fed{m, f.next}:
		case <-ctx.Done():
			return heard, nil
		}
		heard = true
		*expected, f.next = m.Offset+1, m.Offset+1
	}
}

// hole is called when offsets did not come: those of compacted records and of transactions' marks are no loss, those that
// the broker has deleted are.
func (f *feed) hole(ctx context.Context, expected int64) error {
	first, _, err := f.bounds(ctx)
	if err == nil && first > expected {
		f.skipped(first)
	}
	return err
}
