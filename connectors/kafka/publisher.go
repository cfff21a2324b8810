package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"
)

var errClosed = errors.New("it is closed")

// Publisher puts messages into topics.
type Publisher struct {
	config Config
	leave  []string

	mu       sync.RWMutex // held for reading while a publication is under way
	closed   bool
	clients  sync.Map      // topic -> *client
	reaching chan struct{} // holds a token while a topic is reached for the first time
}

// NewPublisher publishes into a cluster, which is reached at the first publication. The metadata named by leave stay here:
// what a subscriber added on another topic.
func NewPublisher(config Config, leave ...string) (*Publisher, error) {
	config, err := config.filled("publish")
	if err != nil {
		return nil, err
	}
	return &Publisher{config: config, leave: slices.Clone(leave), reaching: make(chan struct{}, 1)}, nil
}

// Publish is Send for those who have all the time that a publication takes. A message's own context does not count: that of a
// message that is passed on ends with its ack.
func (p *Publisher) Publish(topic string, messages ...*message.Message) error {
	return p.Send(context.Background(), topic, messages...)
}

// Send returns after every in-sync replica has all messages, after Timeout, or when ctx ends; the first one on a topic also
// takes the time to reach it. Messages of one key keep their order. After an error some of them may be there and others not,
// and one may still arrive later: publish them all again, readers recognise what they have had.
func (p *Publisher) Send(ctx context.Context, topic string, messages ...*message.Message) error {
	op := "publish on " + topic
	err := p.send(ctx, op, topic, messages)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%s: %w", op, ctx.Err()) // it was not the broker who took too long
	}
	return err
}

func (p *Publisher) send(ctx context.Context, op, topic string, messages []*message.Message) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.closed {
		return fmt.Errorf("%s: %w", op, errClosed)
	}
	if len(messages) == 0 {
		return nil
	}
	c, err := p.client(ctx, op, topic)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.config.Timeout)
	defer cancel()
	partitions, err := c.partitions(ctx, topic)
	if err != nil {
		return p.config.fault(op, err)
	}
	var publications errgroup.Group
	for partition, records := range p.sorted(partitions, messages) {
		publications.Go(func() error { return p.produce(ctx, c, topic, partition, records) })
	}
	return p.config.fault(op, publications.Wait())
}

// client is the one of a topic. It is made when the topic is first reached, so that what is wrong then is said clearly.
func (p *Publisher) client(ctx context.Context, op, topic string) (*client, error) {
	if c, ok := p.clients.Load(topic); ok {
		return c.(*client), nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.config.Timeout)
	defer cancel()
	select {
	case p.reaching <- struct{}{}:
		defer func() { <-p.reaching }()
	case <-ctx.Done():
		return nil, p.config.fault(op, ctx.Err())
	}
	if c, ok := p.clients.Load(topic); ok {
		return c.(*client), nil
	}
	if err := p.config.reach(ctx, op); err != nil {
		return nil, err
	}
	c := p.config.client(aSecondOld, topic)
	if _, err := c.partitions(ctx, topic); err != nil {
		c.close()
		return nil, p.config.fault(op, err)
	}
	p.clients.Store(topic, c)
	return c, nil
}

// sorted makes records of the messages, by partition and in their order.
func (p *Publisher) sorted(partitions int, messages []*message.Message) map[int][]record {
	sorted := map[int][]record{}
	for _, m := range messages {
		r := p.record(m)
		by := r.key
		if by == nil {
			by = []byte(m.UUID)
		}
		partition := partitionOf(by, partitions)
		sorted[partition] = append(sorted[partition], r)
	}
	return sorted
}

// mostBytes bounds a request: a topic takes about a megabyte at once unless it is told otherwise.
const mostBytes = 900_000

// produce writes records into a partition, request by request: the next one follows when the one before it is there, else
// a request that failed would come behind its successor.
func (p *Publisher) produce(ctx context.Context, c *client, topic string, partition int, records []record) error {
	for len(records) > 0 {
		n, size := 1, records[0].size
		for n < len(records) && size+records[n].size <= mostBytes {
			size += records[n].size
			n++
		}
		if err := p.produceOnce(ctx, c, topic, partition, records[:n]); err != nil {
			return about(topic, fmt.Errorf("partition %d: %w", partition, plainly(err)))
		}
		records = records[n:]
	}
	return nil
}

// pause is how long to wait before a broker is asked again for what it could not do just now.
const pause = 100 * time.Millisecond

// produceOnce writes one request, again and again while its time lasts and the broker's trouble may pass. A request that
// seemed to fail may have been done.
func (p *Publisher) produceOnce(ctx context.Context, c *client, topic string, partition int, records []record) error {
	var said error // by the broker, before our own time was over
	for {
		answer, err := c.Produce(ctx, &kafka.ProduceRequest{
			Topic: topic, Partition: partition, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(written(records)...),
		})
		if err == nil {
			err = answer.Error // the library gives back no error when the broker says one
		}
		switch {
		case err == nil:
			return nil
		case tooLarge(err) && len(records) > 1:
			half := len(records) / 2 // this topic takes less at once
			if err := p.produceOnce(ctx, c, topic, partition, records[:half]); err != nil {
				return err
			}
			records = records[half:]
			continue
		}
		if said == nil || ctx.Err() == nil {
			said = err
		}
		if !passing(err) || !wait(ctx, pause) {
			return said
		}
	}
}

func tooLarge(err error) bool {
	return errors.Is(err, kafka.MessageSizeTooLarge) || errors.Is(err, kafka.RecordListTooLarge)
}

// Close waits for publications that are under way and ends the connections.
func (p *Publisher) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for topic, c := range p.clients.Range {
		c.(*client).close()
		p.clients.Delete(topic)
	}
	return nil
}
