package pipelines

import (
	"context"
	"time"
)

// mostAlarms are rung in one transaction.
const mostAlarms = 500

// keepRinging has every document looked at again when its time comes.
func (v *Supervisor) keepRinging(ctx context.Context) error {
	for {
		changed := v.store.Changed()
		rung, err := v.ring(ctx)
		if err != nil {
			return err
		}
		if rung > 0 {
			continue
		}
		next, err := v.store.NextAlarm(ctx)
		if err != nil {
			return err
		}
		if limit := v.house.Clock.Now().Add(lookAgain); next.IsZero() || next.After(limit) {
			next = limit
		}
		if err := v.house.Clock.WaitUntil(ctx, next, changed); err != nil {
			return err
		}
	}
}

// ring rings what is due, where no other instance does.
func (v *Supervisor) ring(ctx context.Context) (rung int, err error) {
	lease, held, err := v.store.Hold(ctx, "clock")
	if err != nil || !held {
		return 0, err
	}
	return v.store.Ring(ctx, lease, mostAlarms)
}

// wakeEvery is how long a change may wait for a document that came in the moment in which the change was set aside.
const wakeEvery = 10 * time.Second

// keepWaking sees to it that nothing waits for what has come. One instance alone that decides one thing after the other has no
// such moment.
func (v *Supervisor) keepWaking(ctx context.Context) error {
	for v.store.Shared() {
		if _, err := v.store.WakeWaiting(ctx, mostAlarms); err != nil {
			return err
		}
		select {
		case <-time.After(wakeEvery):
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}
