package pipelines

import (
	"context"
	"errors"
	"sync"
)

// crew is a group of goroutines that all end when one of them fails.
type crew struct {
	ctx  context.Context
	fail context.CancelCauseFunc
	all  sync.WaitGroup
}

func newCrew(ctx context.Context) *crew {
	c := &crew{}
	c.ctx, c.fail = context.WithCancelCause(ctx)
	return c
}

func (c *crew) start(do func(context.Context) error) {
	c.all.Go(func() {
		if err := do(c.ctx); err != nil && c.ctx.Err() == nil {
			c.fail(err)
		}
	})
}

// stop ends the crew and answers the first fault.
func (c *crew) stop() error {
	c.fail(nil)
	return c.wait()
}

func (c *crew) wait() error {
	c.all.Wait()
	if cause := context.Cause(c.ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}
