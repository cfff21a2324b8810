package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

// Cluster is what a cluster says of itself.
type Cluster struct {
	Brokers []string // host:port
	Topics  []Topic  // in the order in which they were asked for
}

// Topic is what a cluster says of a topic: what the promise of a message that was acknowledged stands on.
type Topic struct {
	Name        string
	Missing     bool // there is no such topic; the rest is zero
	Partitions  int
	Replication int           // replicas of the partition that has the fewest
	MinInSync   int           // replicas that have a message before it is acknowledged (min.insync.replicas)
	Retention   time.Duration // how long a message is kept, read or not (retention.ms); negative: for ever
	Bytes       int64         // how much of a partition is kept, read or not (retention.bytes); negative: all
	Cleanup     string        // "delete"; "compact" drops earlier messages of a key (cleanup.policy)
	MostBytes   int           // the largest message (max.message.bytes)
	Unclean     bool          // a replica that lags may become leader, and what it lacks is lost (unclean.leader.election.enable)
}

// Examine asks a cluster for its brokers and for topics, and changes nothing.
func Examine(ctx context.Context, config Config, topics ...string) (Cluster, error) {
	op := "examine the cluster"
	config, err := config.filled(op)
	if err == nil {
		err = config.reach(ctx, op)
	}
	if err != nil {
		return Cluster{}, err
	}
	if topics == nil {
		topics = []string{} // nil is all that there are
	}
	c := config.client(fresh, topics...)
	defer c.close()
	seen, err := c.examine(ctx, topics)
	return seen, config.fault(op, err)
}

func (c *client) examine(ctx context.Context, topics []string) (Cluster, error) {
	known, err := c.metadata(ctx, topics)
	if err != nil {
		return Cluster{}, err
	}
	var seen Cluster
	for _, b := range known.Brokers {
		seen.Brokers = append(seen.Brokers, net.JoinHostPort(b.Host, strconv.Itoa(b.Port)))
	}
	for _, t := range known.Topics {
		topic, err := described(t)
		if err == nil && !topic.Missing {
			err = c.settings(ctx, &topic)
		}
		if err != nil {
			return Cluster{}, about(t.Name, err)
		}
		seen.Topics = append(seen.Topics, topic)
	}
	return seen, nil
}

func described(t kafka.Topic) (Topic, error) {
	topic := Topic{Name: t.Name, Partitions: len(t.Partitions)}
	switch {
	case errors.Is(t.Error, kafka.UnknownTopicOrPartition):
		return Topic{Name: t.Name, Missing: true}, nil
	case t.Error != nil:
		return Topic{}, t.Error
	}
	for i, p := range t.Partitions {
		if i == 0 || len(p.Replicas) < topic.Replication {
			topic.Replication = len(p.Replicas)
		}
	}
	return topic, nil
}

func (c *client) settings(ctx context.Context, topic *Topic) error {
	answer, err := c.DescribeConfigs(ctx, &kafka.DescribeConfigsRequest{Resources: []kafka.DescribeConfigRequestResource{{
		ResourceType: kafka.ResourceTypeTopic, ResourceName: topic.Name,
		ConfigNames: []string{"min.insync.replicas", "retention.ms", "retention.bytes", "cleanup.policy", "max.message.bytes", "unclean.leader.election.enable"},
	}}})
	if err != nil {
		return err
	}
	set := map[string]string{}
	for _, resource := range answer.Resources {
		if resource.Error != nil {
			return resource.Error
		}
		for _, entry := range resource.ConfigEntries {
			set[entry.ConfigName] = entry.ConfigValue
		}
	}
	number := func(name string) int64 {
		n, notNumber := strconv.ParseInt(set[name], 10, 64)
		if notNumber != nil && err == nil {
			err = fmt.Errorf("%s is %q", name, set[name])
		}
		return n
	}
	topic.MinInSync, topic.MostBytes = int(number("min.insync.replicas")), int(number("max.message.bytes"))
	topic.Retention, topic.Bytes = time.Duration(number("retention.ms"))*time.Millisecond, number("retention.bytes")
	topic.Cleanup, topic.Unclean = set["cleanup.policy"], set["unclean.leader.election.enable"] == "true"
	return err
}
