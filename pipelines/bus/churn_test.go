package bus

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/pipelines/store"
)

// ledger is what a consumer concluded: for every key the numbers in the order they took effect.
type ledger map[string][]int

func (l ledger) conclude(batch []*Message) {
	for _, m := range batch {
		n, _ := strconv.Atoi(string(m.Payload))
		key := m.Metadata[MetaKey]
		l[key] = append(l[key], n)
	}
}

func (l ledger) total() (n int) {
	for _, numbers := range l {
		n += len(numbers)
	}
	return n
}

func TestEveryKeyKeepsItsOrderWhileBatchesFailAnswersAreLostAndReadersChange(t *testing.T) {
	const keys, each = 8, 60
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			s := openStore(t)
			var publishers sync.WaitGroup
			for k := range keys {
				publishers.Go(func() { publishNumbers(t, s, fmt.Sprint("account ", k), each) })
			}
			concluded := consumeWithTrouble(t, s, rand.New(rand.NewPCG(seed, 7)), keys*each)
			publishers.Wait()
			require.Len(t, concluded, keys)
			for key, numbers := range concluded {
				for i, n := range numbers {
					require.Equal(t, i, n, "%s: %v", key, numbers)
				}
				require.Len(t, numbers, each)
			}
		})
	}
}

func publishNumbers(t *testing.T, s *store.Store, key string, n int) {
	publisher := NewPublisher(s)
	for i := range n {
		m := message.NewMessage(fmt.Sprint(key, "/", i), []byte(strconv.Itoa(i)))
		m.Metadata.Set(MetaKey, key)
		if !assert.NoError(t, publisher.Publish("changes", m)) {
			return
		}
	}
}

// consumeWithTrouble reads in batches and concludes each in one transaction with its progress, as the decision does.
// By chance a batch rolls back, its commit loses its answer, or the reader is replaced while it holds a batch.
func consumeWithTrouble(t *testing.T, s *store.Store, chance *rand.Rand, want int) ledger {
	concluded := ledger{}
	conclude := func(batch []*Message) {
		progress, err := ProgressOf(batch)
		require.NoError(t, err)
		require.NoError(t, s.Advance(t.Context(), progress))
		concluded.conclude(batch)
	}
	config := Config{Group: "decision", Window: ShippedWindow, ProgressByConsumer: true, Poll: time.Hour}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	messages, subscriber := subscribe(t, s, "changes", config)
	for next := Batches(ctx, messages, 40); concluded.total() < want; {
		batch, ok := next()
		require.True(t, ok, "%d of %d", concluded.total(), want)
		switch chance.IntN(8) {
		case 0: // rolled back
			nackAll(batch)
		case 1: // committed, and the answer lost
			conclude(batch)
			nackAll(batch)
		case 2: // replaced, and the batch concluded too late
			require.NoError(t, subscriber.Close())
			messages, subscriber = subscribe(t, s, "changes", config)
			next = Batches(ctx, messages, 40)
			again := take(t, messages, 1) // the new one has claimed
			progress, err := ProgressOf(batch)
			require.NoError(t, err)
			err = s.Advance(t.Context(), progress)
			require.True(t, errors.Is(err, store.ErrNotOwner), "%v", err)
			conclude(again)
			ackAll(again)
		default:
			conclude(batch)
			ackAll(batch)
		}
	}
	return concluded
}

func TestAMessageThatAKilledProcessHeldComesAgain(t *testing.T) {
	if held := os.Getenv("TRADEWIRE_TEST_HOLD"); held != "" {
		holdForEver(t, held)
	}
	path := filepath.Join(t.TempDir(), "store.db")
	s := openStoreAt(t, path)
	publish(t, s, "changes", "a", "b")

	victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	victim.Env = append(os.Environ(), "TRADEWIRE_TEST_HOLD="+path, "TRADEWIRE_TEST_HOLD_MYSQL="+storeAt(t, path).MySQL)
	out, err := victim.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, victim.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "holding a") {
	}
	require.NoError(t, lines.Err())
	require.Contains(t, lines.Text(), "holding a")
	require.NoError(t, victim.Process.Kill())
	_ = victim.Wait()

	messages, _ := subscribe(t, s, "changes", Config{Group: "delivery"})
	require.Equal(t, []string{"a", "b"}, ids(take(t, messages, 2)))
}

// holdForEver is the other process: it takes a message and never answers.
func holdForEver(t *testing.T, path string) {
	s, err := store.Open(t.Context(), store.Options{Path: path, MySQL: os.Getenv("TRADEWIRE_TEST_HOLD_MYSQL"), Lease: time.Second})
	require.NoError(t, err)
	messages, _ := subscribe(t, s, "changes", Config{Group: "delivery"})
	fmt.Println("holding", take(t, messages, 1)[0].UUID)
	<-t.Context().Done()
}
