package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/require"

	"tradewire/pipelines/store"
)

// placed is a message of a partition that one generation of its owners delivers.
func placed(partition int, generation, offset int64) *Message {
	m := message.NewMessage(fmt.Sprintf("%d.%d/%d", partition, generation, offset), nil)
	Place(m, store.Progress{Group: "decision", Topic: "changes", Partition: partition, From: offset, To: offset + 1, Generation: generation}, 0)
	return m
}

// dispatched lets dispatch run over a channel until the test closes it.
func dispatched(t *testing.T, work func(context.Context, <-chan *Message)) (in chan *Message, ended <-chan struct{}) {
	in, end := make(chan *Message), make(chan struct{})
	go func() {
		defer close(end)
		(&Streamed{Window: 2}).dispatch(t.Context(), in, work)
	}()
	return in, end
}

func within(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatal(what)
	}
}

func TestEachPartitionHasAWorkerOfItsOwnAndKeepsItsOrder(t *testing.T) {
	var mu sync.Mutex
	var workers [][]string
	in, ended := dispatched(t, func(_ context.Context, of <-chan *Message) {
		var got []string
		for m := range of {
			got = append(got, m.UUID)
		}
		mu.Lock()
		defer mu.Unlock()
		workers = append(workers, got)
	})
	for offset := range int64(5) {
		for partition := range 2 {
			in <- placed(partition, 1, offset)
		}
	}
	close(in)
	within(t, "the workers end with their messages", ended)
	require.ElementsMatch(t, [][]string{{"0.1/0", "0.1/1", "0.1/2", "0.1/3", "0.1/4"}, {"1.1/0", "1.1/1", "1.1/2", "1.1/3", "1.1/4"}}, workers)
}

func TestAPartitionThatStandsStillHoldsUpNoOther(t *testing.T) {
	stand, passed := make(chan struct{}), make(chan struct{})
	in, ended := dispatched(t, func(_ context.Context, of <-chan *Message) {
		for m := range of {
			switch m.UUID {
			case "0.1/0":
				<-stand
			case "1.1/3":
				close(passed)
			}
		}
	})
	in <- placed(0, 1, 0)
	in <- placed(0, 1, 1) // a window of it waits
	for offset := range int64(4) {
		in <- placed(1, 1, offset)
	}
	within(t, "the other partition goes on", passed)
	close(stand)
	close(in)
	within(t, "the workers end", ended)
}

// What the former owner's worker still holds is refused by the progress, whenever it comes; the new one does not wait for it.
func TestANewGenerationOfAPartitionHasANewWorkerAndTheOldOneEnds(t *testing.T) {
	hold, begun := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	got, over := map[string][]string{}, make(chan string, 10)
	in, ended := dispatched(t, func(_ context.Context, of <-chan *Message) {
		generation := ""
		for m := range of {
			generation = m.Metadata[metaPartition] + "." + m.Metadata[metaGeneration]
			mu.Lock()
			got[generation] = append(got[generation], m.UUID)
			mu.Unlock()
			switch generation {
			case "0.1":
				<-hold
			case "0.2":
				close(begun)
			}
		}
		over <- generation
	})
	in <- placed(1, 1, 0)
	in <- placed(0, 1, 0)
	in <- placed(0, 1, 1)
	in <- placed(0, 2, 1) // another owner had it for a while
	within(t, "the new generation is worked on while the old one holds a message", begun)
	in <- placed(1, 1, 1)
	close(hold)
	select {
	case generation := <-over:
		require.Equal(t, "0.1", generation, "its worker ends, and no other does")
	case <-time.After(patience):
		t.Fatal("the old generation's worker ends though messages go on")
	}
	in <- placed(1, 1, 2)
	close(in)
	within(t, "the workers end", ended)
	require.Equal(t, map[string][]string{"0.1": {"0.1/0", "0.1/1"}, "0.2": {"0.2/1"}, "1.1": {"1.1/0", "1.1/1", "1.1/2"}}, got)
}

func TestDispatchingEndsWithItsContextThoughAPartitionStandsStill(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	in, ended := make(chan *Message), make(chan struct{})
	go func() {
		defer close(ended)
		(&Streamed{Window: 1}).dispatch(ctx, in, func(ctx context.Context, _ <-chan *Message) { <-ctx.Done() })
	}()
	in <- placed(0, 1, 0)
	in <- placed(0, 1, 1) // its lane is full
	end()
	within(t, "dispatching ends", ended)
}

// The subscription is opened anew when it ends by itself, and what it could not do is told.
func TestASubscriptionThatEndsIsOpenedAnew(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	defer end()
	opened := 0
	var told []error
	carrier := &Streamed{Window: 10, Subscribe: func(context.Context, string, string, func(error)) (<-chan *message.Message, func() error, error) {
		opened++
		if opened == 1 {
			return nil, nil, errors.New("no broker answers")
		}
		messages := make(chan *message.Message, 1)
		messages <- placed(0, int64(opened), 0)
		close(messages)
		return messages, func() error { return nil }, nil
	}}
	var generations []string
	err := carrier.Consume(ctx, "decision", "changes", func(_ context.Context, batch []*Message) error {
		generations = append(generations, batch[0].Metadata[metaGeneration])
		if len(generations) == 2 {
			end()
		}
		return nil
	}, Faults{Fatal: func(error) bool { return false }, Survived: func(err error) { told = append(told, err) }})
	require.NoError(t, err)
	require.Equal(t, []string{"2", "3"}, generations)
	require.Len(t, told, 1)
	require.ErrorContains(t, told[0], "no broker answers")
}
