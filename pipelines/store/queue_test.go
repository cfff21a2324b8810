package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func publish(t *testing.T, s *Store, topic string, ids ...string) {
	t.Helper()
	messages := make([]Outgoing, len(ids))
	for i, id := range ids {
		messages[i].UUID = id
	}
	require.NoError(t, s.Publish(t.Context(), topic, messages...))
}

func TestAMessageIsReadAsItWasQueued(t *testing.T) {
	s := newStore(t)
	noon := time.Date(2026, 3, 2, 12, 0, 0, 123456000, time.UTC)
	s.now = func() time.Time { return noon }
	sent := Outgoing{
		UUID: "7", Key: "Wing Lee 永利", Payload: []byte{0, 1, 255},
		Metadata: map[string]string{"kind": "order", "note": "line\nbreak 'quoted'"},
	}
	require.NoError(t, s.Publish(t.Context(), "changes", sent))
	require.NoError(t, s.Publish(t.Context(), "other", Outgoing{}))

	messages, err := s.Queue(t.Context(), "changes", 0, 0, 10)
	require.NoError(t, err)
	require.Equal(t, []Queued{{Outgoing: sent, Topic: "changes", Offset: 1, At: noon}}, messages)
}

func TestMessagesOfATransactionAreSeenWithItsCommitAndInItsOrder(t *testing.T) {
	s := newStore(t)
	var want []string
	require.NoError(t, s.transact(t.Context(), func(tx *txn) error {
		var messages []Outgoing
		for i := range 3*rowsAtOnce + 1 {
			want = append(want, fmt.Sprint(i))
			messages = append(messages, Outgoing{UUID: want[i]})
		}
		s.enqueue(tx, "changes", messages...)
		require.Empty(t, uuids(t, s, "changes"), "not before the commit")
		return nil
	}))
	require.Equal(t, want, uuids(t, s, "changes"))
}

func TestReadingTheQueueIsBoundedAndGoesOnFromAnOffset(t *testing.T) {
	s := newStore(t)
	publish(t, s, "changes", "a", "b", "c", "d", "e")
	after, read := int64(0), []string{}
	for range 3 {
		page, err := s.Queue(t.Context(), "changes", 0, after, 2)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page), 2)
		for _, m := range page {
			read, after = append(read, m.UUID), m.Offset
		}
	}
	require.Equal(t, "a b c d e", strings.Join(read, " "))
}

func TestPruningTakesOnlyWhatEveryGroupHasPassed(t *testing.T) {
	s := newStore(t)
	publish(t, s, "changes", "a", "b", "c", "d")
	publish(t, s, "unread", "x")
	pass := func(group string, to int64) {
		p, err := s.Claim(t.Context(), group, "changes", 0)
		require.NoError(t, err)
		p.To = to
		require.NoError(t, s.Advance(t.Context(), p))
	}
	pass("decision", 3)
	pass("monitor", 2)
	lag, err := s.Lag(t.Context(), "monitor", "changes")
	require.NoError(t, err)
	require.EqualValues(t, 2, lag)

	pruned, err := s.Prune(t.Context(), 1)
	require.NoError(t, err)
	require.EqualValues(t, 1, pruned, "never more than asked for")
	pruned, err = s.Prune(t.Context(), 100)
	require.NoError(t, err)
	require.EqualValues(t, 1, pruned)
	require.Equal(t, []string{"c", "d"}, uuids(t, s, "changes"))
	require.Equal(t, []string{"x"}, uuids(t, s, "unread"), "a topic that nobody has joined keeps everything")
}

func TestTheOffsetOfAPrunedMessageNeverComesBack(t *testing.T) {
	path := t.TempDir() + "/store.db"
	s, err := Open(t.Context(), at(t, path))
	require.NoError(t, err)
	publish(t, s, "changes", "a", "b")
	p, err := s.Claim(t.Context(), "decision", "changes", 0)
	require.NoError(t, err)
	p.To = 2
	require.NoError(t, s.Advance(t.Context(), p))
	_, err = s.Prune(t.Context(), 100)
	require.NoError(t, err)
	require.Empty(t, uuids(t, s, "changes"))
	require.NoError(t, s.Close())

	s = openAt(t, path)
	publish(t, s, "changes", "c")
	messages, err := s.Queue(t.Context(), "changes", 0, 2, 10)
	require.NoError(t, err)
	require.Len(t, messages, 1, "it comes after what the group has passed")
}
