package store

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestANewOwnerRaisesTheGenerationAndTheFormerOneMovesNothing(t *testing.T) {
	s := newStore(t)
	publish(t, s, "changes", "a", "b", "c")
	former, err := s.Claim(t.Context(), "decision", "changes", 0)
	require.NoError(t, err)
	former.To = 1
	require.NoError(t, s.Advance(t.Context(), former))

	owner, err := s.Claim(t.Context(), "decision", "changes", 0)
	require.NoError(t, err)
	require.Equal(t, former.Generation+1, owner.Generation)
	require.EqualValues(t, 1, owner.From, "it goes on where the former one stopped")

	former.From, former.To = 1, 2
	require.ErrorIs(t, s.transact(t.Context(), func(tx *txn) error {
		s.enqueue(tx, "decided", Outgoing{UUID: "stale"})
		return s.advance(t.Context(), tx, former)
	}), ErrNotOwner)
	require.Empty(t, uuids(t, s, "decided"), "what it decided is rolled back with it")

	owner.To = 3
	require.NoError(t, s.Advance(t.Context(), owner))
}

func TestTheSameProgressIsMadeOnce(t *testing.T) {
	s := newStore(t)
	p, err := s.Claim(t.Context(), "decision", "changes", 0)
	require.NoError(t, err)
	p.To = 5
	require.NoError(t, s.Advance(t.Context(), p))
	require.ErrorIs(t, s.Advance(t.Context(), p), ErrNotOwner)
	stands, err := s.Progress(t.Context(), "decision", "changes", 0)
	require.NoError(t, err)
	require.EqualValues(t, 5, stands.From)
}

func TestGroupsAndTopicsMoveOnTheirOwn(t *testing.T) {
	s := newStore(t)
	for _, where := range [][2]string{{"decision", "changes"}, {"monitor", "changes"}, {"decision", "documents"}} {
		p, err := s.Claim(t.Context(), where[0], where[1], 0)
		require.NoError(t, err)
		require.EqualValues(t, 1, p.Generation)
		require.Zero(t, p.From)
		p.To = 1
		require.NoError(t, s.Advance(t.Context(), p))
	}
	nobody, err := s.Progress(t.Context(), "nobody", "changes", 0)
	require.NoError(t, err)
	require.Equal(t, Progress{Group: "nobody", Topic: "changes"}, nobody)
}

func TestOneReaderOfAGroupSitsAndTheOthersStandBy(t *testing.T) {
	s := newStore(t)
	leave, err := s.Seat(t.Context(), "decision", "changes", 0)
	require.NoError(t, err)
	_, err = s.Seat(t.Context(), "monitor", "changes", 0)
	require.NoError(t, err, "another group has a seat of its own")

	ended, end := context.WithCancel(t.Context())
	end()
	_, err = s.Seat(ended, "decision", "changes", 0)
	require.ErrorIs(t, err, context.Canceled)

	leave()
	_, err = s.Seat(t.Context(), "decision", "changes", 0)
	require.NoError(t, err)
}
