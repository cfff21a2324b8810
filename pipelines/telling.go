package pipelines

import (
	"context"
	"fmt"
	"time"

	"tradewire/pipelines/bus"
	"tradewire/pipelines/store"
)

// mayWait is how long a change may wait for its decision before the message that tells of it is taken for lost: with a topic that
// was deleted, or that kept its messages too short.
var mayWait = time.Minute

// mostTold are told again at once.
const mostTold = 500

// keepTelling tells again what waits for too long. A change whose message comes all the same is decided once.
func (v *Supervisor) keepTelling(ctx context.Context) error {
	if _, ok := v.house.Bus.(bus.Relayed); !ok {
		return nil
	}
	told := int64(0)
	for {
		before, err := v.store.Mark(ctx)
		if err != nil {
			return err
		}
		select {
		case <-time.After(mayWait):
		case <-ctx.Done():
			return nil
		}
		if told, err = v.tellAgain(ctx, before, told); err != nil {
			return err
		}
	}
}

// tellAgain tells again what waited at a mark and still does, where this instance publishes, and everything that was told by then
// has been published. It begins behind the change that it ended with the last time, and answers the one that it ends with.
//
// While others are decided it may be that the decision only lags behind: one batch is told, which makes that little worse.
func (v *Supervisor) tellAgain(ctx context.Context, before store.Mark, after int64) (last int64, err error) {
	_, held, err := v.store.Hold(ctx, "relay")
	if err != nil || !held {
		return after, err
	}
	now, err := v.store.Mark(ctx)
	if err != nil || now.Oldest > 0 && now.Oldest <= before.Newest {
		return after, err
	}
	all := 0
	for {
		told, last, err := v.store.TellAgain(ctx, after, before.Taken, mostTold)
		if err != nil {
			return after, err
		}
		all, after = all+told, last
		if told < mostTold {
			after = 0 // from the beginning the next time
			break
		}
		if now.Passed > before.Passed {
			break
		}
	}
	if all > 0 {
		v.progress(Pulse{Doing: fmt.Sprintf("%d changes have waited for %s and are told again: their messages may be lost (see whether the topic was deleted or keeps messages too short), or the decision lags behind",
			all, mayWait), Fault: true})
	}
	return after, nil
}

// tellStranded tells again what waits though its queue in the store is empty: its messages were given to a broker that is not used
// any more.
func (v *Supervisor) tellStranded(ctx context.Context) error {
	lag, err := v.store.Lag(ctx, decisionGroup, store.TopicChanges)
	if err != nil || lag > 0 {
		return err
	}
	now, err := v.store.Mark(ctx)
	if err != nil {
		return err
	}
	for after, told := int64(0), mostTold; told == mostTold; {
		if told, after, err = v.store.TellAgain(ctx, after, now.Taken, mostTold); err != nil {
			return err
		}
	}
	return nil
}
