package bus

import (
	"context"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/require"
)

func TestABatchIsWhatWaitsAndNeverMoreThanAskedFor(t *testing.T) {
	messages := make(chan *Message, 10)
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		messages <- message.NewMessage(id, nil)
	}
	next := Batches(t.Context(), messages, 3)
	for _, want := range [][]string{{"a", "b", "c"}, {"d", "e"}} {
		batch, ok := next()
		require.True(t, ok)
		require.Equal(t, want, message.Messages(batch).IDs())
	}
	messages <- message.NewMessage("f", nil)
	close(messages)
	batch, ok := next()
	require.True(t, ok, "what was there before the end is still given")
	require.Len(t, batch, 1)
	_, ok = next()
	require.False(t, ok)
}

func TestNoBatchIsTakenAfterTheEndOfItsContext(t *testing.T) {
	messages := make(chan *Message, 1)
	messages <- message.NewMessage("a", nil)
	ended, end := context.WithCancel(t.Context())
	next := Batches(ended, messages, 3)
	end()
	_, ok := next()
	require.False(t, ok)
	require.Len(t, messages, 1)
}

func TestTheProgressOfABatchIsRefusedWhereItHasAGap(t *testing.T) {
	s := openStore(t)
	publish(t, s, "changes", "a", "b", "c", "d")
	publish(t, s, "other", "x")
	publish(t, s, "changes", "e")
	messages, _ := subscribe(t, s, "changes", Config{Group: "decision"})
	batch := take(t, messages, 5)

	whole, err := ProgressOf(batch)
	require.NoError(t, err)
	require.EqualValues(t, 0, whole.From)
	require.EqualValues(t, 6, whole.To, "another topic's offset is no gap")
	require.Equal(t, "decision", whole.Group)
	require.Equal(t, "changes", whole.Topic)

	_, err = ProgressOf([]*Message{batch[0], batch[2]})
	require.ErrorContains(t, err, "does not follow")
	_, err = ProgressOf([]*Message{message.NewMessage("stranger", nil)})
	require.ErrorContains(t, err, "did not come from the bus")
	_, err = ProgressOf(nil)
	require.ErrorContains(t, err, "empty")
}
