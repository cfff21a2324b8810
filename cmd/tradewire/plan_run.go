package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tradewire/connectors"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// planRun shows what the next run would do.
func (a *app) planRun(ctx context.Context, only string, sql bool) error {
	return a.inWorld(ctx, func(p *plant) error {
		if only != "" && p.targetOf(only).Name.Value == "" {
			return usage(fmt.Errorf("there is no target %q", only))
		}
		defer p.clock.stop()()
		r, view, err := a.rehearse(ctx, p)
		if err != nil {
			return err
		}
		view.only(only)
		if a.json {
			err = a.printJSON(view)
		} else {
			a.showPlan(view, sql)
		}
		if fault, theirs := errors.AsType[*connectors.Error](r.Waits); theirs && err == nil {
			err = fault // as the run would end
		}
		return err
	})
}

// rehearse finds out what the next run would do, on a copy of the store that is gone afterwards. The clock stands still meanwhile.
func (a *app) rehearse(ctx context.Context, p *plant) (r *pipelines.Rehearsal, view *planView, err error) {
	digest, err := p.configured()
	if err != nil {
		return nil, nil, err
	}
	path, gone, err := p.besideStore()
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, gone()) }()
	o, err := p.storeOptions()
	if err != nil {
		return nil, nil, err
	}
	if err := store.Copy(ctx, o, path); err != nil && !store.Missing(err) { // before the first run there is none: the copy is a new one
		return nil, nil, err
	}
	copied, err := store.Open(ctx, store.Options{Path: path, Now: p.clock.Now, Partitions: p.cfg.Bus.Partitions})
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	if err := tryMended(ctx, copied); err != nil {
		return nil, nil, err
	}
	then, err := copied.Now(ctx)
	if err != nil {
		return nil, nil, err
	}
	if r, err = pipelines.Rehearse(ctx, copied, p.house, a.pulse(true)); err != nil {
		return nil, nil, err
	}
	a.endPulse()
	view, err = p.planned(ctx, copied, then, r)
	if err == nil {
		view.Hash = r.Hash(digest, p.house.Zone)
	}
	return r, view, err
}

// besideStore is a place for a copy of the store, and takes away those that a killed plan has left. Only this user may look into it.
func (p *plant) besideStore() (path string, gone func() error, err error) {
	const begins = ".plan-"
	beside := filepath.Dir(p.storePath())
	left, err := filepath.Glob(filepath.Join(beside, begins+"*"))
	if err != nil {
		return "", nil, err
	}
	for _, dir := range left {
		if release, err := store.Lock(filepath.Join(dir, "store.db")); err == nil {
			if err := errors.Join(release(), os.RemoveAll(dir)); err != nil {
				return "", nil, fmt.Errorf("take away what an interrupted plan has left: %w", err)
			}
		}
	}
	dir, err := os.MkdirTemp(beside, begins)
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for a copy of the store: %w", err)
	}
	path = filepath.Join(dir, "store.db")
	release, err := store.Lock(path)
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return path, func() error { return errors.Join(release(), os.RemoveAll(dir)) }, nil
}

// configured is a digest of the files of the configuration.
func (p *plant) configured() (string, error) {
	names := []string{filepath.Join(p.cfg.Dir, "tradewire.yaml")}
	for _, folder := range []string{"pipelines", "mappings", "policies"} {
		found, err := filepath.Glob(filepath.Join(p.cfg.Dir, folder, "*.yaml"))
		if err != nil {
			return "", err
		}
		names = append(names, found...)
	}
	sum := sha256.New()
	for _, name := range names {
		// #nosec G304 -- the files of the configuration
		body, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("read the configuration: %w", err)
		}
		if !strings.HasSuffix(name, ".test.yaml") { // what only tests read changes no plan
			fmt.Fprintf(sum, "%s %d\n%s\n", filepath.Base(name), len(body), body)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
