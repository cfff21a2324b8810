package main

import (
	"context"
	"errors"
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
	for _, pipeline := range p.cfg.Pipelines {
		steps := map[string]bool{}
		for _, s := range pipeline.Steps {
			steps[s.Value] = true
		}
		if steps["orders"] && steps["distribution"] {
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

// working opens the store for what a person does. Where nobody runs, what is submitted is decided here; where an instance
// does, it decides, and we wait for it.
func (p *plant) working(ctx context.Context, do func(s *store.Store, decide func(context.Context, document.Ref) error) error) error {
	s, release, err := p.own(ctx)
	if err == nil {
		defer func() { _ = release() }()
		return do(s, func(ctx context.Context, _ document.Ref) error {
			return pipelines.NewSupervisor(s, p.house, nil).CatchUp(ctx)
		})
	}
	if !errors.Is(err, store.ErrInUse) {
		return err
	}
	if s, err = store.Open(ctx, store.Options{Path: p.storePath(), Now: p.clock.Now}); err != nil {
		return err
	}
	defer s.Close()
	return do(s, func(ctx context.Context, ref document.Ref) error { return decidedElsewhere(ctx, s, ref) })
}

// decidedElsewhere waits until another instance has decided the last change of a document, for a while.
func decidedElsewhere(ctx context.Context, s *store.Store, ref document.Ref) error {
	ctx, cancel := context.WithTimeout(ctx, patienceWithOthers)
	defer cancel()
	for {
		changes, err := s.ChangesOf(ctx, ref.Kind, ref.Key)
		if err != nil {
			return err
		}
		if n := len(changes); n > 0 && pipelines.Bucket(changes[n-1].Bucket) != pipelines.Waiting {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil // it stands as waiting, and is shown so
		case <-time.After(100 * time.Millisecond):
		}
	}
}
