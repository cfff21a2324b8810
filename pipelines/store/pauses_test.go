package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

// A place that worked in between stood as paused since the first of its former failures.
func TestAPauseIsSinceTheFirstFailureOfItsRow(t *testing.T) {
	s := openStore(t)
	fails := func(p Pause) Pause {
		t.Helper()
		p.Place, p.Kind, p.Reason = "target erp", connectors.Unavailable, "connection refused"
		require.NoError(t, s.Pause(t.Context(), p))
		pauses, err := s.Pauses(t.Context())
		require.NoError(t, err)
		require.Equal(t, map[string]Pause{"target erp": p}, pauses)
		return p
	}
	first := fails(Pause{Since: noon, Until: noon.Add(5 * time.Second), Failures: 1})
	fails(Pause{Since: first.Since, Until: noon.Add(15 * time.Second), Failures: 2})
	later := noon.Add(time.Hour) // something moved meanwhile: this is the first failure of a new row
	fails(Pause{Since: later, Until: later.Add(5 * time.Second), Failures: 1})
}
