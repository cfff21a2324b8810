package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/kafka"
	"tradewire/pipelines/bus"
	"tradewire/pipelines/store"
)

// checkBus finds what is wrong with what carries the topics. It reaches no broker.
func (p *plant) checkBus() config.Faults {
	k := p.cfg.Bus.Kafka
	if k == nil {
		return nil
	}
	var faults config.Faults
	if p.sharedStore() == "" && len(k.Brokers) > 0 {
		faults = append(faults, k.Brokers[0].Pos.Fault("needs-shared-store", "a broker carries the topics of instances that share a store, and this store is a file",
			"write store: dsn: mysql:USER@tcp(HOST:3306)/DATABASE, or leave kafka: out"))
	}
	for _, broker := range k.Brokers {
		host, whole := kafka.Host(broker.Value)
		if !whole {
			faults = append(faults, broker.Pos.Fault("bad-address", fmt.Sprintf("%q is not the address of a broker", broker.Value),
				"write "+net.JoinHostPort(cmp.Or(host, "HOST"), usualPort)))
		}
		if host != "" && k.TLS == nil && !k.Insecure && !config.Loopback(host) {
			faults = append(faults, broker.Pos.Fault("plain-network", "messages would go to "+broker.Value+" unencrypted",
				"write tls: {ca: FILE} with the authority that signed the broker's certificate, or insecure: true if the network is your own"))
		}
	}
	switch named := k.User.Value != ""; {
	case named && k.Password == nil:
		faults = append(faults, k.User.Pos.Fault("missing-key", "the password of "+k.User.Value+" is missing",
			"write password: env:NAME or password: file:PATH, or leave user out where the broker asks for none"))
	case !named && k.Password != nil:
		faults = append(faults, k.Password.Pos().Fault("missing-key", "it is not said whose password this is",
			"write user: NAME beside it, or leave password out where the broker asks for none"))
	}
	return faults
}

// usualPort is where brokers listen as they are installed.
const usualPort = "9092"

// carry lets the configured broker carry the topics of the store; without one the queue of the store does. The broker is not
// reached before it is needed: what comes in meanwhile is kept.
func (p *plant) carry(s *store.Store) (end func() error, err error) {
	if p.cfg.Bus.Kafka == nil {
		return func() error { return nil }, nil
	}
	reach, err := p.kafka()
	if err != nil {
		return nil, err
	}
	publisher, err := kafka.NewPublisher(reach)
	if err != nil {
		return nil, err
	}
	k := p.cfg.Bus.Kafka
	var ready sync.Map // topics that were there
	ensure := func(ctx context.Context, topic string) error {
		if _, known := ready.Load(topic); known {
			return nil
		}
		err := kafka.EnsureTopic(ctx, reach, topic, k.Partitions, k.Replication)
		if err == nil {
			ready.Store(topic, true)
		}
		return err
	}
	p.house.Bus = &bus.Streamed{
		Window: p.cfg.Bus.Window, Installation: store.Ours + "/" + k.Prefix,
		Send: func(ctx context.Context, topic string, messages ...*message.Message) error {
			if err := ensure(ctx, k.Topic(topic)); err != nil {
				return err
			}
			err := publisher.Send(ctx, k.Topic(topic), messages...)
			if err != nil {
				ready.Delete(k.Topic(topic)) // it may have been deleted
			}
			return err
		},
		Subscribe: func(ctx context.Context, group, topic string, survived func(error)) (<-chan *message.Message, func() error, error) {
			if err := ensure(ctx, k.Topic(topic)); err != nil {
				return nil, nil, err
			}
			return subscribe(ctx, s, reach, kafka.Reading{Group: k.Prefix + "-" + group, Window: p.cfg.Bus.Window, Report: survived,
				Session: max(p.cfg.Store.Lease, shortestSession)}, k.Topic(topic))
		},
	}
	return publisher.Close, nil
}

// shortestSession is the shortest that brokers allow as they are installed.
const shortestSession = 6 * time.Second

// subscribe reads a topic from where the store says that its group stands.
func subscribe(ctx context.Context, s *store.Store, reach kafka.Config, reading kafka.Reading, topic string) (<-chan *message.Message, func() error, error) {
	reading.Claim = func(ctx context.Context, topic string, partition int) (from, generation int64, err error) {
		claim, err := s.Claim(ctx, reading.Group, topic, partition)
		return claim.From, claim.Generation, err
	}
	reading.Deliver = func(m *message.Message, at kafka.At) {
		bus.Place(m, store.Progress{Group: at.Group, Topic: at.Topic, Partition: at.Partition, From: at.After, To: at.UpTo,
			Generation: at.Generation}, at.Round)
	}
	subscriber, err := kafka.NewSubscriber(reach, reading)
	if err != nil {
		return nil, nil, err
	}
	messages, err := subscriber.Subscribe(ctx, topic)
	if err != nil {
		return nil, nil, err
	}
	return messages, subscriber.Close, nil
}

// kafka is how the configured brokers are reached.
func (p *plant) kafka() (kafka.Config, error) {
	k := p.cfg.Bus.Kafka
	reach := kafka.Config{ClientID: k.Prefix, KeyMeta: bus.MetaKey}
	for _, broker := range k.Brokers {
		reach.Brokers = append(reach.Brokers, broker.Value)
	}
	if k.User.Value != "" {
		reach.Login = &kafka.Login{Mechanism: k.Mechanism, User: k.User.Value, Password: k.Password.Reveal} // checkBus has seen both
	}
	if k.TLS == nil {
		return reach, nil
	}
	var err error
	if reach.TLS, err = k.TLS.Client(p.cfg.Dir, ""); err != nil {
		return reach, &connectors.Error{Kind: connectors.Misconfigured, System: "kafka", Op: "prepare TLS", Err: err,
			Hint: fmt.Sprintf("see whether the file is there that tls.ca names at %s", k.TLS.CA.Pos)}
	}
	return reach, nil
}
