// Package folder reaches systems that exchange files: it reads the records of files that others put into a folder, and
// writes papers and records as files for others to fetch.
package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tradewire/config"
	"tradewire/connectors"
)

// Connection is one folder.
type Connection struct {
	name string
	path string
	now  func() time.Time
}

type settings struct {
	Path string `yaml:"path" required:"true" example:"outbox"` // relative to the folder of tradewire.yaml
}

// Shape is what may be written of a folder. A target has no settings of its own.
var Shape = config.Shape{Settings: settings{}, Read: readSection{}, Write: struct{}{}}

// Driver makes a Connection.
func Driver(env connectors.Env, section config.Section) (connectors.Connection, config.Faults) {
	var s settings
	if faults := section.Decode(&s); len(faults) > 0 {
		return nil, faults
	}
	path := s.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(env.Dir, path)
	}
	return &Connection{name: env.Name, path: path, now: env.Now}, nil
}

// Close is nothing: the folder is opened anew for every call, because it may be taken away and mounted again.
func (c *Connection) Close() error { return nil }

// open opens the folder. Everything is reached through it, so that no name leads out of it.
func (c *Connection) open() (*os.Root, error) { return os.OpenRoot(c.path) }

// fault is what an error of the file system means.
func (c *Connection) fault(op string, err error) error {
	if e, ok := errors.AsType[*connectors.Error](err); ok {
		e.System, e.Op = c.name, op
		return err
	}
	e := &connectors.Error{Kind: connectors.Unavailable, System: c.name, Op: op, Err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Hint = connectors.Misconfigured, fmt.Sprintf("make the folder %s, or mount it", c.path)
	case errors.Is(err, fs.ErrPermission):
		e.Kind, e.Hint = connectors.Misconfigured, fmt.Sprintf("let tradewire read and write in %s", c.path)
	}
	return e
}
