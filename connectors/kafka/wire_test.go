package kafka

import (
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/stretchr/testify/require"
)

// The library has no word for the deletion of records; retention does the same, hours later.
type deleteRequest struct {
	Topics []struct {
		Name       string `kafka:"min=v1,max=v1"`
		Partitions []struct {
			Partition int32 `kafka:"min=v1,max=v1"`
			Before    int64 `kafka:"min=v1,max=v1"`
		} `kafka:"min=v1,max=v1"`
	} `kafka:"min=v1,max=v1"`
	TimeoutMs int32 `kafka:"min=v1,max=v1"`
}

func (*deleteRequest) ApiKey() protocol.ApiKey { return protocol.DeleteRecords }

type deleteResponse struct {
	ThrottleTimeMs int32 `kafka:"min=v1,max=v1"`
	Topics         []struct {
		Name       string `kafka:"min=v1,max=v1"`
		Partitions []struct {
			Partition int32 `kafka:"min=v1,max=v1"`
			First     int64 `kafka:"min=v1,max=v1"`
			ErrorCode int16 `kafka:"min=v1,max=v1"`
		} `kafka:"min=v1,max=v1"`
	} `kafka:"min=v1,max=v1"`
}

func (*deleteResponse) ApiKey() protocol.ApiKey { return protocol.DeleteRecords }

func init() { protocol.Register(&deleteRequest{}, &deleteResponse{}) }

// deleteBefore deletes the records of partition 0 before an offset.
func deleteBefore(t *testing.T, config Config, topic string, before int64) {
	t.Helper()
	c := config.client(fresh, topic)
	defer c.close()
	r := &deleteRequest{TimeoutMs: 5000}
	r.Topics = append(r.Topics, struct {
		Name       string `kafka:"min=v1,max=v1"`
		Partitions []struct {
			Partition int32 `kafka:"min=v1,max=v1"`
			Before    int64 `kafka:"min=v1,max=v1"`
		} `kafka:"min=v1,max=v1"`
	}{Name: topic})
	r.Topics[0].Partitions = append(r.Topics[0].Partitions, struct {
		Partition int32 `kafka:"min=v1,max=v1"`
		Before    int64 `kafka:"min=v1,max=v1"`
	}{0, before})
	answer, err := c.transport.RoundTrip(t.Context(), c.Addr, r)
	require.NoError(t, err)
	require.Zero(t, answer.(*deleteResponse).Topics[0].Partitions[0].ErrorCode)
	require.Equal(t, before, answer.(*deleteResponse).Topics[0].Partitions[0].First)
}

// makeAnew deletes a topic and makes it again, empty.
func makeAnew(t *testing.T, config Config, topic string) {
	t.Helper()
	c := config.client(fresh, topic)
	defer c.close()
	answer, err := c.DeleteTopics(t.Context(), &kafka.DeleteTopicsRequest{Topics: []string{topic}})
	require.NoError(t, err)
	require.NoError(t, answer.Errors[topic])
	require.Eventually(t, func() bool {
		seen, err := Examine(t.Context(), config, topic)
		return err == nil && seen.Topics[0].Missing
	}, patience, pause)
	require.NoError(t, EnsureTopic(t.Context(), config, topic, 1, 1))
}
