package pipelines

import (
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// apart is how far the clocks of two instances may lie apart. An alarm that is further off has not rung yet.
const apart = time.Minute

// followTime has a document looked at again when it wants to be. Most want nothing, or what is noted since before: for them nothing is
// written.
func followTime(desk *store.Desk, pipeline string, before, now document.Document) error {
	timed, ok := now.(document.Timed)
	if !ok {
		return nil
	}
	next, noted := timed.Next(), time.Time{}
	if was, ok := before.(document.Timed); ok {
		noted = was.Next()
	}
	if next.Equal(noted) && (next.IsZero() || next.After(desk.Now().Add(apart))) {
		return nil
	}
	return desk.SetAlarm(document.RefOf(now), pipeline, next)
}
