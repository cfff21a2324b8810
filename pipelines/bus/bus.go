// Package bus joins the stations: it hands them what lies in the queue of the store, partition by partition and batch by
// batch (Embedded), or what another transport, such as Kafka, brings of it (Streamed). The stations know Watermill's messages
// and a Transport, and not which one it is.
package bus

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/ThreeDotsLabs/watermill/message"

	"tradewire/pipelines/store"
)

// Message is what travels on the bus.
type Message = message.Message

// What a message carries in its metadata. The publisher takes the business key from there; the subscriber adds where
// the message stands, so that a consumer can move the progress in its own transaction.
const (
	MetaKey = "tradewire-key" // the business key

	metaGroup      = "tradewire-group"
	metaTopic      = "tradewire-topic"
	metaPartition  = "tradewire-partition"
	metaAfter      = "tradewire-after" // offset of the message before it
	metaOffset     = "tradewire-offset"
	metaGeneration = "tradewire-generation"
	metaRound      = "tradewire-round" // rises when nacked messages come again
)

// added names what a subscriber adds; it is not published a second time.
var added = []string{metaGroup, metaTopic, metaPartition, metaAfter, metaOffset, metaGeneration, metaRound}

// Place says on a message where it stands, so that whoever consumes it can move the progress in its own transaction. round
// rises when messages that were nacked come again.
func Place(m *Message, at store.Progress, round int) {
	m.Metadata[metaGroup] = at.Group
	m.Metadata[metaTopic] = at.Topic
	m.Metadata[metaPartition] = strconv.Itoa(at.Partition)
	m.Metadata[metaAfter] = strconv.FormatInt(at.From, 10)
	m.Metadata[metaOffset] = strconv.FormatInt(at.To, 10)
	m.Metadata[metaGeneration] = strconv.FormatInt(at.Generation, 10)
	m.Metadata[metaRound] = strconv.Itoa(round)
}

// ProgressOf is how far a group has come once the batch is concluded. The batch is what Batches gave, whole and in its
// order: a batch with a gap is refused, since moving over the gap would lose what lies in it.
func ProgressOf(batch []*Message) (store.Progress, error) {
	if len(batch) == 0 {
		return store.Progress{}, fmt.Errorf("read the progress of a batch: it is empty")
	}
	whole, err := progressOf(batch[0])
	if err != nil {
		return store.Progress{}, err
	}
	for _, m := range batch[1:] {
		next, err := progressOf(m)
		if err != nil {
			return store.Progress{}, err
		}
		from, to := next.From, next.To
		next.From, next.To = whole.From, whole.To
		if next != whole || from != whole.To {
			return store.Progress{}, fmt.Errorf("read the progress of a batch of %s: message %s at %d does not follow %d",
				whole.Topic, m.UUID, to, whole.To)
		}
		whole.To = to
	}
	return whole, nil
}

func progressOf(m *Message) (store.Progress, error) {
	p := store.Progress{Group: m.Metadata[metaGroup], Topic: m.Metadata[metaTopic]}
	var err error
	number := func(name string) (n int64) {
		if err == nil {
			n, err = strconv.ParseInt(m.Metadata[name], 10, 64)
		}
		return n
	}
	p.Partition = int(number(metaPartition))
	p.From, p.To, p.Generation = number(metaAfter), number(metaOffset), number(metaGeneration)
	if err != nil {
		return store.Progress{}, fmt.Errorf("read the progress of message %s: it did not come from the bus: %w", m.UUID, err)
	}
	return p, nil
}

// Batches returns a function that takes the next batch from messages: it waits for one, adds what waits by then and
// never lingers for more, at most max. It answers false when ctx has ended or messages is closed.
//
// After a batch of which a message was nacked, the next batch begins with what comes again: what was delivered behind
// it in the meantime is nacked too, and comes again in its place.
func Batches(ctx context.Context, messages <-chan *Message, max int) func() ([]*Message, bool) {
	var last []*Message
	refused := -1 // messages of this round and before are behind a nacked one
	return func() ([]*Message, bool) {
		if ctx.Err() != nil {
			return nil, false // of two cases that are ready select takes any
		}
		if slices.ContainsFunc(last, func(m *Message) bool { return closed(m.Nacked()) }) {
			refused = round(last[0])
		}
		last = nil
		for {
			select {
			case first, open := <-messages:
				if !open {
					return nil, false
				}
				if round(first) <= refused {
					first.Nack()
					continue
				}
				last = addWaiting([]*Message{first}, messages, max)
				return last, true
			case <-ctx.Done():
				return nil, false
			}
		}
	}
}

func addWaiting(batch []*Message, messages <-chan *Message, max int) []*Message {
	for len(batch) < max {
		select {
		case m, open := <-messages:
			if !open {
				return batch
			}
			batch = append(batch, m)
		default:
			return batch
		}
	}
	return batch
}

func round(m *Message) int {
	n, _ := strconv.Atoi(m.Metadata[metaRound]) // what is not from the bus comes once, in round 0
	return n
}
