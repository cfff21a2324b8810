package pipelines

import (
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// apart is how far the clocks of two instances may lie apart. An alarm that is further off has not rung yet.
const apart = time.Minute

// followTime has a document looked at again when it wants to be. Most want nothing, or what is noted since before: for them nothing is
// written. Of one that has just rung nothing is noted any more, whatever it was rung for.
func followTime(desk *store.Desk, t task, before, now document.Document) error {
	timed, ok := now.(document.Timed)
	if !ok {
		return nil
	}
	next, noted := timed.Next(), time.Time{}
	if was, ok := before.(document.Timed); ok {
		noted = was.Next()
	}
	ref := document.RefOf(now)
	if next.Equal(noted) && (next.IsZero() || !t.rangFor(ref) && next.After(desk.Now().Add(apart))) {
		return nil
	}
	return desk.SetAlarm(ref, t.Pipeline, next)
}
