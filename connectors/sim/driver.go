package sim

import (
	"path/filepath"

	"tradewire/config"
	"tradewire/connectors"
)

// Connection stands for the world in a configuration. Nothing is read from it or written to it: its one job is to say
// where the world lies, so that whoever runs the service can let it live.
type Connection struct {
	dir string
	erp ERP
}

type settings struct {
	State    config.Text    `yaml:"state" required:"true"` // the file of the world's state
	ERP      config.Text    `yaml:"erp"`                   // where its ERP lies; a world remembers it
	Password *config.Secret `yaml:"password"`              // of the ERP's database
}

// Shape is what may be written of a simulated world.
var Shape = config.Shape{Settings: settings{}}

// Driver makes the connection of `driver: sim`. It opens nothing.
func Driver(env connectors.Env, section config.Section) (connectors.Connection, config.Faults) {
	var s settings
	faults := section.Decode(&s)
	if len(faults) > 0 {
		return nil, faults
	}
	if filepath.Base(s.State.Value) != stateFile {
		faults = append(faults, config.Fault{
			Pos: s.State.Pos, Code: "bad-state", What: "the state of a simulated world is always called " + stateFile,
			Fix: filepath.Join(filepath.Dir(s.State.Value), stateFile),
		})
	}
	erp := ERP{Place: s.ERP.Value}
	if s.Password != nil {
		erp.Password = s.Password.Reveal
	}
	if erp.Place != "" {
		if _, fault := erp.read(); fault != nil {
			fault.Pos = s.ERP.Pos
			faults = append(faults, *fault)
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	path := s.State.Value
	if !filepath.IsAbs(path) {
		path = filepath.Join(env.Dir, path)
	}
	return &Connection{dir: filepath.Dir(path), erp: erp}, nil
}

// World opens the world where it stopped.
func (c *Connection) World() (*World, error) { return Open(c.dir, c.erp) }

// Close does nothing: a world is closed by whoever opened it.
func (c *Connection) Close() error { return nil }
