package store

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatWaitsIsToldAgainBatchByBatchUpToAMarkAndNoFurther(t *testing.T) {
	s := openStore(t)
	var ids []int64
	for i := range 6 {
		ids = append(ids, take(t, s, orders, order(fmt.Sprint("O", i), "1", "a")).Waiting...)
	}
	mark, err := s.Mark(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int64{ids[5], 1, 6, 0}, []int64{mark.Taken, mark.Oldest, mark.Newest, mark.Passed})
	later := take(t, s, orders, order("later", "1", "a")).Waiting // comes in while others are told, as on every busy day
	require.NoError(t, conclude(t, s, func(d *Desk) error { d.File(ids[1], "released", ""); return nil }))
	_, err = s.write.Exec(`DELETE FROM queue`) // published, and lost
	require.NoError(t, err)

	told, last, err := s.TellAgain(t.Context(), 0, mark.Taken, 3)
	require.NoError(t, err)
	require.Equal(t, []int64{3, ids[3]}, []int64{int64(told), last})
	told, last, err = s.TellAgain(t.Context(), last, mark.Taken, 3)
	require.NoError(t, err)
	require.Equal(t, []int64{2, ids[5]}, []int64{int64(told), last})
	told, last, err = s.TellAgain(t.Context(), last, mark.Taken, 3)
	require.NoError(t, err)
	require.Equal(t, []int64{0, ids[5]}, []int64{int64(told), last})

	var want []string
	for _, id := range []int64{ids[0], ids[2], ids[3], ids[4], ids[5]} {
		want = append(want, fmt.Sprint(id))
	}
	require.Equal(t, want, uuids(t, s, TopicChanges), "neither what is decided nor %d", later)
	now, err := s.Mark(t.Context())
	require.NoError(t, err)
	require.Greater(t, now.Oldest, mark.Newest, "what is told again has a later number than what was told before")
	require.Greater(t, now.Passed, mark.Passed, "something moved")
}
