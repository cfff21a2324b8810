package folder

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tradewire/config"
	"tradewire/connectors"
)

// ledger is the folder inside the folder that keeps, for every file of ours, which entry it shows.
const ledger = ".tradewire"

// sink writes the attachments of an entry as files under their names, and its record as KEY.json.
type sink struct {
	connection *Connection
	target     string
}

// Sink makes a sink; it has no settings of its own.
func (c *Connection) Sink(target string, section config.Section) (connectors.Sink, config.Faults) {
	if faults := section.Decode(&struct{}{}); len(faults) > 0 {
		return nil, faults
	}
	return &sink{connection: c, target: target}, nil
}

// owner is the entry that a file shows. A file without one was put there by somebody else and is never touched.
type owner struct {
	Kind     string `json:"kind"`
	Key      string `json:"key"`
	Revision int64  `json:"revision"`
}

// Write writes the entries one after the other.
func (s *sink) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, s.connection.fault("write", err)
	}
	root, err := s.openForWriting()
	if err != nil {
		return nil, s.connection.fault("write", err)
	}
	defer func() { _ = root.Close() }()
	results := make([]connectors.Result, len(entries))
	var at *bench
	for i, entry := range entries {
		err := ctx.Err()
		if err == nil && (at == nil || at.epoch != entry.Epoch) {
			at, err = benchOf(root, s.target, entry.Epoch)
		}
		if err == nil {
			results[i], err = at.write(entry)
		}
		if err != nil {
			results[i] = connectors.Result{Err: s.connection.fault(fmt.Sprintf("write %s %s", entry.Kind, entry.Key), err)}
		}
	}
	return results, nil
}

// openForWriting makes the folder when only itself is missing: the folder above it must be there, or a disk that is
// not mounted would be written over.
func (s *sink) openForWriting() (*os.Root, error) {
	if err := os.Mkdir(s.connection.path, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	root, err := s.connection.open()
	if err != nil {
		return nil, err
	}
	if err := root.Mkdir(ledger, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, errors.Join(err, root.Close())
	}
	return root, nil
}

// write brings the files of one entry to their places.
func (b *bench) write(entry connectors.Entry) (connectors.Result, error) {
	files, err := filesOf(entry)
	if err != nil {
		return connectors.Result{}, err
	}
	result := connectors.Result{State: connectors.Unchanged}
	if len(files) > 0 {
		result.Reference = files[0].Name
	}
	// All names are looked at before anything is written: an entry is refused or superseded as a whole.
	for _, file := range files {
		was, err := ownerOf(b.root, file.Name)
		there, _ := b.root.Lstat(file.Name)
		switch {
		case err != nil:
			return connectors.Result{}, err
		case there != nil && !there.Mode().IsRegular():
			return connectors.Result{}, refused("%s is a folder or a link", file.Name)
		case was != nil && (was.Kind != entry.Kind || was.Key != entry.Key):
			return connectors.Result{}, refused("the file %s is that of %s %s", file.Name, was.Kind, was.Key)
		case was != nil && was.Revision > entry.Revision:
			result.State = connectors.Superseded
			return result, nil
		}
	}
	for _, file := range files {
		changed, err := b.bring(entry, file)
		if err != nil {
			return connectors.Result{}, err
		}
		if changed {
			result.State = connectors.Applied
		}
	}
	return result, nil
}

// filesOf are the files that an entry comes to. To be removed, only its record is named: papers stay.
func filesOf(entry connectors.Entry) ([]connectors.Attachment, error) {
	var files []connectors.Attachment
	if len(entry.Record) > 0 || entry.Op == connectors.Remove {
		files = append(files, connectors.Attachment{Name: fileName(entry.Key) + ".json", Body: append(entry.Record.Canonical(), '\n')})
	}
	for _, file := range entry.Attachments {
		if err := checkName(file.Name); err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// bring brings one file to what the entry says, and says whether anything changed.
func (b *bench) bring(entry connectors.Entry, file connectors.Attachment) (bool, error) {
	there, err := b.root.ReadFile(file.Name)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return false, err
	}
	was, err := ownerOf(b.root, file.Name)
	if err != nil {
		return false, err
	}
	if !missing && was == nil && !bytes.Equal(there, file.Body) {
		return false, refused("a file %s is there that Tradewire did not write", file.Name)
	}
	// The ledger is written first: a crash between the two leaves a file that the same entry writes again, never an
	// earlier revision over a later one.
	now := owner{entry.Kind, entry.Key, entry.Revision}
	if was == nil || *was != now {
		text, err := json.Marshal(now)
		if err != nil {
			return false, err
		}
		if err := b.put(filepath.Join(ledger, file.Name), text); err != nil {
			return false, err
		}
	}
	switch {
	case entry.Op == connectors.Remove && missing:
		return false, nil
	case entry.Op == connectors.Remove:
		return true, b.remove(file.Name)
	case !missing && bytes.Equal(there, file.Body):
		return false, nil
	}
	return true, b.put(file.Name, file.Body)
}

func ownerOf(root *os.Root, name string) (*owner, error) {
	text, err := root.ReadFile(filepath.Join(ledger, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var o owner
	if err := json.Unmarshal(text, &o); err != nil {
		return nil, &connectors.Error{Kind: connectors.Misconfigured, Hint: "take the file out of the folder " + ledger,
			Err: fmt.Errorf("what is kept of %s cannot be read: %w", name, err)}
	}
	return &o, nil
}

// durable makes the names in a folder durable.
func durable(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func refused(format string, args ...any) error {
	return &connectors.Error{Kind: connectors.Refused, Hint: "move it away or choose another folder", Err: fmt.Errorf(format, args...)}
}

// ComesBack names the folder when the files that are written are among those that a source reads.
func (s *sink) ComesBack(by connectors.Source, _ bool) (place, fix string) {
	from, ok := by.(*source)
	if !ok || filepath.Clean(from.connection.path) != filepath.Clean(s.connection.path) {
		return "", ""
	}
	if read, err := filepath.Match(from.files, "KEY.json"); err != nil || !read {
		return "", ""
	}
	return s.connection.path, "write to another folder, or give the source files: a pattern that does not fit KEY.json"
}
