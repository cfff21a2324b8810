package store

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/document"
)

// What is longer than the server takes at once stops itself alone, wherever it comes to light.
func TestWhatIsLongerThanTheServerTakesStopsItselfAlone(t *testing.T) {
	services.Only(t, services.MySQL, "a file takes what is given")
	server := services.NewMySQLServer(t, "--max-allowed-packet=1M")
	s, err := Open(t.Context(), Options{MySQL: server.Database(t).DSN})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	long := strings.Repeat("x", 3<<20)

	t.Run("a record that is read", func(t *testing.T) {
		changes := []connectors.Change{order("O1", "1", "a"), order("O2", "1", long), order("O3", "1", "a")}
		taken, err := s.Take(t.Context(), orders, changes, &connectors.Batch{Next: "3"})
		require.NoError(t, err)
		require.Equal(t, []int{2, 1}, []int{taken.New, taken.Broken})
		letters, err := s.Letters(t.Context())
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Equal(t, "O2", letters[0].Key)
		require.Contains(t, letters[0].Reason, "max_allowed_packet")
		at, err := s.Position(t.Context(), orders.Source)
		require.NoError(t, err)
		require.Equal(t, connectors.Position("3"), at)
	})
	t.Run("a record that is sent", func(t *testing.T) {
		_, err := s.Take(t.Context(), orders, []connectors.Change{order("O4", "1", long)}, nil)
		require.Equal(t, connectors.Refused, connectors.KindOf(err), "%v", err)
		require.ErrorContains(t, err, "max_allowed_packet")
	})
	t.Run("a document", func(t *testing.T) {
		require.ErrorIs(t, conclude(t, s, func(d *Desk) error { return put(d, &document.Party{ID: "C1", Name: long}) }), ErrUnfit)
	})
	t.Run("a paper", func(t *testing.T) {
		err := s.KeepPaper(t.Context(), document.Ref{Kind: document.KindPaper, Key: "P1"}, 1, []PaperFile{{Name: "p.pdf", Format: "pdf", Body: []byte(long)}})
		require.ErrorIs(t, err, ErrUnfit)
		require.ErrorContains(t, err, "max_allowed_packet")
	})
}
