package kafka

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

func TestAFaultThatLastsIsSaidNowAndThen(t *testing.T) {
	f := &faults{said: map[string]time.Time{}}
	start := time.Unix(0, 0)
	fault := func(partition, port int) error {
		return &connectors.Error{Op: fmt.Sprint("read partition ", partition), Hint: "see whether it runs", Err: fmt.Errorf("read from port %d", port)}
	}
	said := 0
	for second := range 60 {
		for partition := range 3 {
			if f.worthSaying(start.Add(time.Duration(second)*time.Second), fault(partition, 1000+second)) {
				said++
			}
		}
	}
	require.Equal(t, 6, said, "each of three partitions twice a minute")
	require.Len(t, f.said, 3)
}

func TestAFaultThatPassesIsSaidOnlyWhenItLasts(t *testing.T) {
	f := &faults{said: map[string]time.Time{}}
	start := time.Unix(0, 0)
	at := func(second int) bool {
		return f.worthSaying(start.Add(time.Duration(second)*time.Second), fmt.Errorf("stay: %w", kafka.NotLeaderForPartition))
	}
	require.False(t, at(0))
	require.False(t, at(4))
	require.False(t, at(20), "another spell")
	require.False(t, at(24))
	require.True(t, at(26), "it has lasted six seconds")
	require.True(t, f.worthSaying(start, errors.New("refused")), "another fault is said at once")
}
