package store

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

func TestACopyHoldsWhatTheStoreHoldsAndGoesOnByItself(t *testing.T) {
	o := at(t, filepath.Join(t.TempDir(), "store.db"))
	s, err := Open(t.Context(), o)
	require.NoError(t, err)
	defer s.Close()
	batch := connectors.Batch{Changes: []connectors.Change{order("O1", "1", "a"), order("O2", "1", "b")}, Next: "7"}
	_, err = s.Take(t.Context(), orders, batch.Changes, &batch)
	require.NoError(t, err)
	require.NoError(t, s.Join(t.Context(), "decision", TopicChanges, 0))
	passed, err := s.Claim(t.Context(), "decision", TopicChanges, 0)
	require.NoError(t, err)
	queued, err := s.Queue(t.Context(), TopicChanges, 0, 0, 10)
	require.NoError(t, err)
	passed.To = queued[len(queued)-1].Offset
	require.NoError(t, s.Advance(t.Context(), passed))
	before, err := s.Counts(t.Context())
	require.NoError(t, err)

	path := filepath.Join(t.TempDir(), "copy.db")
	require.NoError(t, Copy(t.Context(), o, path))
	copied, err := Open(t.Context(), Options{Path: path})
	require.NoError(t, err)
	defer copied.Close()
	same, err := copied.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, same)
	position, err := copied.Position(t.Context(), orders.Source)
	require.NoError(t, err)
	require.Equal(t, connectors.Position("7"), position)

	then, err := copied.Now(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, take(t, copied, orders, order("O3", "1", "c")).New)
	changes, err := copied.ChangesSince(t.Context(), then, document.KindSalesOrder)
	require.NoError(t, err)
	require.Len(t, changes, 1)
	require.Equal(t, "O3", changes[0].Key)
	lag, err := copied.Lag(t.Context(), "decision", TopicChanges)
	require.NoError(t, err)
	require.EqualValues(t, 3, lag, "what comes, and what waits and may be with a broker, is queued behind what everybody has passed")
	after, err := s.Counts(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after, "the store knows nothing of it")
}

func TestACopyOfNoStoreSaysThatThereIsNone(t *testing.T) {
	onFilesOnly(t)
	err := Copy(t.Context(), Options{Path: filepath.Join(t.TempDir(), "none.db")}, filepath.Join(t.TempDir(), "copy.db"))
	require.True(t, Missing(err), "%v", err)
}
