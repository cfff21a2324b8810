package pipelines

import (
	"context"
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
		if v.reading.isOver(quiet) {
			if err := v.after(ctx, readingPlace, 0, nil); err != nil {
				return err
			}
		}
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

// relay publishes one batch. A broker that does not answer is told of, and asked again.
func (v *Supervisor) relay(ctx context.Context, carrier bus.Relayed) (more, faulty bool, err error) {
	lease, held, err := v.store.Hold(ctx, "relay")
	if err != nil || !held {
		return false, false, err
	}
	var fault error
	relayed, more, err := v.store.Relay(ctx, lease, mostRelayed, func(queued []store.Queued) error {
		fault = publish(ctx, carrier, queued)
		return fault
	})
	if fault != nil {
		return false, true, v.after(ctx, busPlace, 0, fault)
	}
	if err != nil || relayed == 0 {
		return false, false, err // who publishes nothing hears nothing of the broker
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
