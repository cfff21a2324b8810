package bus

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/require"

	"tradewire/pipelines/store"
)

func TestAnEventSaysWhatHappenedToWhatAndWhereItStands(t *testing.T) {
	m := Event(store.Queued{Outgoing: store.Outgoing{UUID: "7", Key: "K1", Payload: []byte("{}"), Metadata: map[string]string{"more": "x"}},
		Topic: "changes", Offset: 42, At: time.Date(2026, 3, 2, 9, 0, 0, 5, time.FixedZone("HKT", 8*3600))})
	require.Equal(t, "7", m.UUID)
	require.Equal(t, message.Payload("{}"), m.Payload)
	require.Equal(t, message.Metadata{
		"more": "x", MetaKey: "K1", "ce_specversion": "1.0", "ce_id": "changes/42", "ce_type": "tradewire.changes", "ce_subject": "7",
		"ce_time": "2026-03-02T01:00:00.000000005Z", "ce_partitionkey": "K1", "ce_sequence": "00000000000000000042",
	}, m.Metadata)
}

// Other readers compare the sequence as a string.
func TestTheSequenceOfEventsRisesAsAString(t *testing.T) {
	var sequence []string
	for _, offset := range []int64{1, 8, 9, 10, 11, 99, 100, 1 << 62, 1<<63 - 1} {
		sequence = append(sequence, Event(store.Queued{Offset: offset}).Metadata["ce_sequence"])
	}
	require.True(t, slices.IsSorted(sequence), "%v", sequence)
	require.Len(t, slices.Compact(sequence), 9)
}

// An event is known by its source and its id: two installations on one cluster count alike.
func TestTwoInstallationsOnOneClusterAreTwoSources(t *testing.T) {
	sources := map[string]bool{}
	for _, installation := range []string{"", "tradewire/plant-a", "tradewire/plant-b"} {
		carrier := &Streamed{Installation: installation, Send: func(_ context.Context, _ string, messages ...*message.Message) error {
			sources[messages[0].Metadata["ce_source"]] = true
			return nil
		}}
		require.NoError(t, carrier.Publish(t.Context(), "changes", Event(store.Queued{Topic: "changes", Offset: 1})))
	}
	require.Equal(t, map[string]bool{"/tradewire": true, "/tradewire/plant-a": true, "/tradewire/plant-b": true}, sources)
}
