package folder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tradewire/config"
	"tradewire/connectors"
)

const (
	mostFiles   = 2000     // that one source looks through; what was read is moved away by people
	largestFile = 32 << 20 // bytes: a file is held in memory while it is read
)

type readSection struct {
	Files  config.Text `yaml:"files" required:"true" example:"\"*.csv\""`
	Format string      `yaml:"format" required:"true" enum:"csv,jsonl,json"`
	Kind   string      `yaml:"kind"` // what the records are called; empty: the source's kind
	connectors.Identity
}

// source reads the files of a folder in the order of their names. A file is taken to be whole unless its name ends in
// .tmp or .part; one that grows later is read on.
type source struct {
	connection *Connection
	kind       string
	files      string
	identity   connectors.Identity
	records    format
}

// Source makes a source of the files whose names match a pattern.
func (c *Connection) Source(kind string, section config.Section) (connectors.Source, config.Faults) {
	var read readSection
	faults := section.Decode(&read)
	if _, err := filepath.Match(read.Files.Value, ""); err != nil || strings.ContainsAny(read.Files.Value, `/\`) {
		faults = append(faults, read.Files.Pos.Fault("bad-pattern", "files is not a pattern of file names", `write files: "*.csv"`))
	}
	if len(faults) > 0 {
		return nil, faults
	}
	if read.Kind != "" {
		kind = read.Kind
	}
	return &source{connection: c, kind: kind, files: read.Files.Value, identity: read.Identity, records: formats[read.Format]}, nil
}

// Read reads at most max records that come after the position.
func (s *source) Read(ctx context.Context, pos connectors.Position, most int) (connectors.Batch, error) {
	batch, err := s.page(ctx, pos, most)
	if err != nil {
		return connectors.Batch{}, s.connection.fault("read "+s.kind, err)
	}
	return batch, nil
}

func (s *source) page(ctx context.Context, pos connectors.Position, most int) (connectors.Batch, error) {
	if err := ctx.Err(); err != nil {
		return connectors.Batch{}, err
	}
	before, err := parseProgress(pos)
	if err != nil {
		return connectors.Batch{}, &connectors.Error{Kind: connectors.Misconfigured, Err: err}
	}
	root, err := s.connection.open()
	if err != nil {
		return connectors.Batch{}, err
	}
	defer func() { _ = root.Close() }()
	names, err := s.list(root)
	if err != nil {
		return connectors.Batch{}, err
	}
	batch, after := connectors.Batch{}, progress{}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return connectors.Batch{}, err
		}
		if m, ok := before[name]; ok {
			after[name] = m
		}
		if batch.More { // the page is full; what is known of the files behind is kept
			continue
		}
		changes, m, more, err := s.file(root, name, before[name], most-len(batch.Changes))
		if err != nil {
			return connectors.Batch{}, err
		}
		batch.Changes = append(batch.Changes, changes...)
		after[name], batch.More = m, more
	}
	batch.Next = after.position()
	return batch, nil
}

// list are the names of the files to read, in order.
func (s *source) list(root *os.Root) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		name := entry.Name()
		matches, _ := filepath.Match(s.files, name) // the pattern was checked
		if matches && entry.Type().IsRegular() && !unfinished(name) {
			names = append(names, name)
		}
	}
	if len(names) > mostFiles {
		return nil, &connectors.Error{Kind: connectors.Misconfigured, Hint: "move those that have been read to another folder",
			Err: fmt.Errorf("%d files match %s, at most %d are looked through", len(names), s.files, mostFiles)}
	}
	slices.Sort(names)
	return names, nil
}

func unfinished(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(name, ".") || strings.HasSuffix(lower, ".tmp") || strings.HasSuffix(lower, ".part")
}

// file reads what comes after the mark in one file, and says whether there is more than room.
func (s *source) file(root *os.Root, name string, m mark, room int) ([]connectors.Change, mark, bool, error) {
	body, at, err := load(root, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, m, false, nil // moved away since the folder was listed
	}
	if err != nil {
		return nil, m, false, err
	}
	if m.Bytes > len(body) || m.Sum != sum(body[:m.Bytes]) {
		m = mark{}
	}
	var changes []connectors.Change
	more := false
	for r := range s.records(body, m.Bytes, s.connection.now().Sub(at) > settled) {
		if len(changes) == room {
			more = true
			break
		}
		changes = append(changes, s.change(name, m.Records+1, r))
		m.Records, m.Bytes = m.Records+1, r.end
	}
	m.Sum = sum(body[:m.Bytes])
	return changes, m, more, nil
}

// settled is how long a file must have rested before its last line is taken to be whole whatever it looks like.
const settled = time.Minute

func load(root *os.Root, name string) ([]byte, time.Time, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, err
	}
	body, err := io.ReadAll(io.LimitReader(f, largestFile+1))
	if err != nil {
		return nil, time.Time{}, err
	}
	if len(body) > largestFile {
		return nil, time.Time{}, &connectors.Error{Kind: connectors.Misconfigured, Hint: "split it, or move it away",
			Err: fmt.Errorf("the file %s has more than %d bytes", name, largestFile)}
	}
	return body, info.ModTime(), nil
}

// change makes a Change of the n-th record of a file.
func (s *source) change(name string, n int, r record) connectors.Change {
	var c connectors.Change
	switch {
	case r.err != nil:
		c = s.identity.Of(s.kind, r.values, r.raw) // for the key
		c = connectors.Change{Kind: s.kind, Key: c.Key, Broken: &connectors.Broken{Reason: r.err.Error()}}
	case r.values != nil:
		c = s.identity.Of(s.kind, r.values, r.raw)
	default:
		c = s.identity.Read(s.kind, r.raw, connectors.DefaultLimits)
	}
	if c.Broken != nil {
		c.Broken.Raw = bytes.Clone(r.raw[:min(len(r.raw), connectors.DefaultLimits.Bytes)]) // never the whole file in memory
		c.Broken.Reason = fmt.Sprintf("%s, record %d: %s", name, n, c.Broken.Reason)
	}
	return c
}

// Close is nothing.
func (s *source) Close() error { return nil }
