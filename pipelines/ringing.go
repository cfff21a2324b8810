package pipelines

import "context"

// mostAlarms are rung in one transaction.
const mostAlarms = 500

// keepRinging has every document looked at again when its time comes.
func (v *Supervisor) keepRinging(ctx context.Context) error {
	for {
		changed := v.store.Changed()
		rung, err := v.store.Ring(ctx, mostAlarms)
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
