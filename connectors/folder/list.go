package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tradewire/connectors"
)

// List shows the records in the folder, in the order of their file names.
func (s *sink) List(ctx context.Context, after connectors.Position, most int) ([]connectors.Standing, connectors.Position, error) {
	standings, next, err := s.list(ctx, after, most)
	if err != nil {
		return nil, "", s.connection.fault("list", err)
	}
	return standings, next, nil
}

func (s *sink) list(ctx context.Context, after connectors.Position, most int) ([]connectors.Standing, connectors.Position, error) {
	root, err := s.connection.open()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil // nothing was written yet: the first write makes the folder
	}
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = root.Close() }()
	entries, err := fs.ReadDir(root.FS(), ".") // in the order of their names
	if err != nil {
		return nil, "", err
	}
	var standings []connectors.Standing
	for _, entry := range entries {
		name := entry.Name()
		if name <= string(after) || !strings.HasSuffix(name, ".json") || !entry.Type().IsRegular() {
			continue
		}
		if len(standings) == most {
			return standings, connectors.Position(standings[most-1].Reference), nil
		}
		standing, err := stand(root, name)
		if err = errors.Join(err, ctx.Err()); err != nil {
			return nil, "", err
		}
		standings = append(standings, standing)
	}
	return standings, "", nil
}

func stand(root *os.Root, name string) (connectors.Standing, error) {
	standing := connectors.Standing{Reference: name}
	was, err := ownerOf(root, name)
	if err != nil {
		return standing, err
	}
	if was != nil {
		standing.Key = was.Key
	}
	body, err := root.ReadFile(name)
	if err != nil {
		return standing, err
	}
	standing.Record, _ = connectors.ParseRecord(body, connectors.DefaultLimits) // what cannot be read stands there as nothing of ours
	return standing, nil
}

// Probe says whether the folder can be opened; a folder that Write would make is no fault.
func (s *sink) Probe(context.Context) error {
	info, err := os.Stat(s.connection.path)
	if errors.Is(err, fs.ErrNotExist) {
		info, err = os.Stat(filepath.Dir(s.connection.path))
	}
	if err == nil && !info.IsDir() {
		err = &connectors.Error{Kind: connectors.Misconfigured, Hint: "write path: and a folder", Err: fmt.Errorf("%s is not a folder", s.connection.path)}
	}
	if err != nil {
		return s.connection.fault("probe", err)
	}
	return nil
}

// Close is nothing.
func (s *sink) Close() error { return nil }
