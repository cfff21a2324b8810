package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// EnsureTopic makes a topic that is missing, with so many partitions and replicas, and returns when it can be used: of three
// replicas two have a message before it is acknowledged. One that is there is left as it is: with more partitions it is good,
// with fewer it is refused.
func EnsureTopic(ctx context.Context, config Config, topic string, partitions, replication int) error {
	op := "make topic " + topic
	config, err := config.filled(op)
	if err == nil {
		err = config.reach(ctx, op)
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, config.Timeout)
	defer cancel()
	c := config.client(fresh, topic)
	defer c.close()
	there, err := c.partitions(ctx, topic)
	if errors.Is(err, kafka.UnknownTopicOrPartition) {
		if err := c.create(ctx, topic, partitions, replication); err != nil {
			return config.fault(op, about(topic, err))
		}
		there, err = c.appeared(ctx, topic)
	}
	if err == nil && there < partitions {
		return misconfigured(op, fmt.Sprintf("kafka-topics.sh --bootstrap-server %s --alter --topic %s --partitions %d", config.bootstrap(), topic, partitions),
			fmt.Errorf("it has %d partitions, %d are needed", there, partitions))
	}
	return config.fault(op, err)
}

// promises are the settings on which the promise of an acknowledged message stands. They are said of a topic that we make,
// since a cluster's own defaults may be others: as it is installed one replica of three is enough to acknowledge.
func promises(replication int) []kafka.ConfigEntry {
	inSync := "1" // with fewer than three copies a second one that must have it would stop everything when a broker is down
	if replication >= 3 {
		inSync = "2"
	}
	return []kafka.ConfigEntry{
		{ConfigName: "min.insync.replicas", ConfigValue: inSync},
		{ConfigName: "unclean.leader.election.enable", ConfigValue: "false"},
		{ConfigName: "cleanup.policy", ConfigValue: "delete"},
		{ConfigName: "retention.ms", ConfigValue: "604800000"}, // a week
		{ConfigName: "retention.bytes", ConfigValue: "-1"},
	}
}

func (c *client) create(ctx context.Context, topic string, partitions, replication int) error {
	for {
		answer, err := c.CreateTopics(ctx, &kafka.CreateTopicsRequest{
			Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: partitions, ReplicationFactor: replication, ConfigEntries: promises(replication)}},
		})
		if err == nil {
			err = answer.Errors[topic]
		}
		if errors.Is(err, kafka.TopicAlreadyExists) {
			return nil // another instance was faster, or we were and the answer was lost
		}
		if err == nil || !passing(err) || !wait(ctx, pause) {
			return err
		}
	}
}

// appeared waits until a topic that was made can be used: all its partitions have a leader.
func (c *client) appeared(ctx context.Context, topic string) (int, error) {
	for {
		known, err := c.known(ctx, topic)
		for _, p := range known.Partitions {
			if err == nil && p.Error != nil && !errors.Is(p.Error, kafka.ReplicaNotAvailable) {
				err = about(topic, fmt.Errorf("partition %d: %w", p.ID, p.Error))
			}
		}
		if err == nil || !passing(err) || !wait(ctx, fresh) {
			return len(known.Partitions), err
		}
	}
}

// partitions is how many partitions a topic has.
func (c *client) partitions(ctx context.Context, topic string) (int, error) {
	known, err := c.known(ctx, topic)
	return len(known.Partitions), err
}

func (c *client) known(ctx context.Context, topic string) (kafka.Topic, error) {
	answer, err := c.metadata(ctx, []string{topic})
	if err != nil {
		return kafka.Topic{}, about(topic, err)
	}
	known := answer.Topics[0]
	if known.Error == nil && len(known.Partitions) == 0 {
		known.Error = kafka.UnknownTopicOrPartition
	}
	if known.Error != nil {
		return kafka.Topic{}, about(topic, known.Error)
	}
	return known, nil
}

// metadata asks until one of the brokers answers: the library asks one of them at a time.
func (c *client) metadata(ctx context.Context, topics []string) (*kafka.MetadataResponse, error) {
	var said error // before our own time was over
	for {
		answer, err := c.Metadata(ctx, &kafka.MetadataRequest{Topics: topics})
		if err == nil {
			return answer, nil
		}
		if said == nil || ctx.Err() == nil {
			said = err
		}
		if !passing(err) || !wait(ctx, fresh) {
			return nil, said
		}
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
