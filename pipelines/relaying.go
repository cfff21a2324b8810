package pipelines

import (
	"context"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"tradewire/pipelines/bus"
	"tradewire/pipelines/store"
)

// mostRelayed are published at once.
const mostRelayed = 500

// keepRelaying brings what the store has queued to the transport that carries the topics, where there is one beside the store.
func (v *Supervisor) keepRelaying(ctx context.Context) error {
	carrier, ok := v.house.Bus.(bus.Relayed)
	if !ok {
		return nil
	}
	for {
		changed := v.store.Changed()
		more, faulty, err := v.relay(ctx, carrier)
		if err != nil {
			return err
		}
		if more {
			continue
		}
		if faulty {
			changed = nil // writing down that it fails is no reason to try again
		}
		select {
		case <-changed:
		case <-time.After(time.Second):
		case <-ctx.Done():
			return nil
		}
	}
}

// standstill is how long nothing may move while changes wait, before what they were told by is taken for lost: a topic that was
// deleted, or that kept its messages too short.
var standstill = time.Minute

// keepTelling tells again what waits though nothing moves. A change whose message comes all the same is decided once.
func (v *Supervisor) keepTelling(ctx context.Context) error {
	if _, ok := v.house.Bus.(bus.Relayed); !ok {
		return nil
	}
	for stood := int64(-1); ; {
		select {
		case <-time.After(standstill):
		case <-ctx.Done():
			return nil
		}
		passed, err := v.store.Passed(ctx)
		if err != nil {
			return err
		}
		if passed != stood {
			stood = passed
			continue
		}
		if err := v.tellAgain(ctx); err != nil {
			return err
		}
	}
}

// tellAgain tells again what waits, where this instance publishes, and everything that was told before has been published.
func (v *Supervisor) tellAgain(ctx context.Context) error {
	_, held, err := v.store.Hold(ctx, "relay")
	if err != nil || !held {
		return err
	}
	unpublished, err := v.store.Unpublished(ctx)
	if err != nil || unpublished > 0 {
		return err
	}
	told, err := v.store.TellAgain(ctx)
	if told > 0 {
		v.progress(Pulse{Doing: fmt.Sprintf("%d changes waited and no message of them came: they are told again (see whether the topic was deleted or keeps messages too short)", told), Fault: true})
	}
	return err
}

// relay publishes one batch. A broker that does not answer is told of, and asked again.
func (v *Supervisor) relay(ctx context.Context, carrier bus.Relayed) (more, faulty bool, err error) {
	lease, held, err := v.store.Hold(ctx, "relay")
	if err != nil || !held {
		return false, false, err
	}
	var fault error
	_, more, err = v.store.Relay(ctx, lease, mostRelayed, func(queued []store.Queued) error {
		fault = publish(ctx, carrier, queued)
		return fault
	})
	if fault != nil {
		return false, true, v.after(ctx, busPlace, 0, fault)
	}
	if err != nil {
		return false, false, err
	}
	return more, false, v.after(ctx, busPlace, 0, nil)
}

// publish sends messages topic by topic.
func publish(ctx context.Context, carrier bus.Relayed, queued []store.Queued) error {
	byTopic := map[string][]*message.Message{}
	var topics []string
	for _, q := range queued {
		if byTopic[q.Topic] == nil {
			topics = append(topics, q.Topic)
		}
		byTopic[q.Topic] = append(byTopic[q.Topic], bus.Event(q))
	}
	for _, topic := range topics {
		if err := carrier.Publish(ctx, topic, byTopic[topic]...); err != nil {
			return err
		}
	}
	return nil
}
