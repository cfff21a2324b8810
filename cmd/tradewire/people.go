package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/distribution"
	"tradewire/pipelines/store"
)

// departments are those that answer for orders.
func (p *plant) departments() []string {
	if p.distribution == nil {
		return nil
	}
	return p.distribution.Answering()
}

// answering is the pipeline that decides on answers: the one that decides on orders and distributes them.
func (p *plant) answering() string {
	return p.deciding("orders", "distribution")
}

// deciding is the first pipeline that has all of some steps; empty when there is none.
func (p *plant) deciding(needed ...string) string {
	for _, pipeline := range p.cfg.Pipelines {
		steps := map[string]bool{}
		for _, s := range pipeline.Steps {
			steps[s.Value] = true
		}
		if !slices.ContainsFunc(needed, func(step string) bool { return !steps[step] }) {
			return pipeline.Name.Value
		}
	}
	return ""
}

// policy is the distribution policy, an empty one when orders are not distributed.
func (p *plant) policy() distribution.Policy {
	if p.distribution == nil {
		return distribution.Policy{}
	}
	return *p.distribution
}

// patienceWithOthers is how long a person waits for the instance that runs to decide.
const patienceWithOthers = 15 * time.Second

// decider waits until a change of a document has been decided, and says what became of it.
type decider func(ctx context.Context, of document.Ref, change int64) (store.ChangeRow, error)

// working opens the store for what a person does. Where nobody runs, what is submitted is decided here; where an instance
// does, it decides, and we wait for it.
func (p *plant) working(ctx context.Context, do func(s *store.Store, decide decider) error) error {
	s, release, err := p.own(ctx)
	if errors.Is(err, store.ErrInUse) {
		if s, err = p.beside(ctx); err != nil {
			return err
		}
		defer s.Close()
		return do(s, func(ctx context.Context, of document.Ref, change int64) (store.ChangeRow, error) {
			return decidedElsewhere(ctx, s, of, change)
		})
	}
	if err != nil {
		return err
	}
	defer func() { _ = release() }()
	return do(s, func(ctx context.Context, of document.Ref, change int64) (store.ChangeRow, error) {
		attended, err := s.Attended(ctx)
		if err != nil {
			return store.ChangeRow{}, err
		}
		if attended {
			return decidedElsewhere(ctx, s, of, change)
		}
		endBus, err := p.carry(s)
		if err != nil {
			return store.ChangeRow{}, err
		}
		if err := errors.Join(pipelines.NewSupervisor(s, p.house, nil).CatchUp(ctx, patienceWithOthers), endBus()); err != nil {
			return store.ChangeRow{}, err
		}
		return changeOf(ctx, s, of, change)
	})
}

// decidedElsewhere waits until another instance has decided a change, for a while; then it stands as waiting.
func decidedElsewhere(ctx context.Context, s *store.Store, of document.Ref, change int64) (store.ChangeRow, error) {
	for end := time.Now().Add(patienceWithOthers); ; {
		row, err := changeOf(ctx, s, of, change)
		if err != nil || pipelines.Bucket(row.Bucket) != pipelines.Waiting || time.Now().After(end) {
			return row, err
		}
		select {
		case <-ctx.Done():
			return row, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func changeOf(ctx context.Context, s *store.Store, of document.Ref, change int64) (store.ChangeRow, error) {
	rows, err := s.ChangesOf(ctx, of.Kind, of.Key)
	for _, row := range rows {
		if row.ID == change {
			return row, nil
		}
	}
	return store.ChangeRow{}, errors.Join(err, fmt.Errorf("change %d of %s is not there", change, of))
}
