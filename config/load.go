package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Load reads tradewire.yaml at path and the folders pipelines, mappings and policies beside it. It returns Faults
// when a file is wrong, all of them at once; the Config then holds what could be read, so that whoever checks
// further (Check, the drivers, the mapping tables) finds the other mistakes in the same pass.
func Load(path string) (*Config, error) {
	l := &loader{
		main:   filepath.Base(path),
		broken: map[string]bool{},
		codes:  map[string]codesRead{},
		config: &Config{Dir: filepath.Dir(path), Policies: map[string]Section{}, overrides: map[string]override{}},
	}
	if !l.exists(path) {
		return l.config, l.faults.Err()
	}
	l.readMain()
	l.eachFile("pipelines", false, l.readPipeline)
	l.eachFile("mappings", false, l.readMapping)
	l.eachFile("policies", false, func(name string, s Section, _ []byte) { l.config.Policies[name] = s })
	l.overrideByEnvironment()
	l.checkZone()
	l.checkReferences()
	return l.config, l.faults.Sorted().Err()
}

// loader gathers a Config and everything wrong with its files.
type loader struct {
	main   string          // the name of tradewire.yaml
	broken map[string]bool // files of which too little is known to blame others for what they refer to
	codes  map[string]codesRead
	config *Config
	faults Faults
}

func (l *loader) add(faults ...Fault) { l.faults = append(l.faults, faults...) }

func (l *loader) exists(path string) bool {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.add(Pos{File: path}.Fault("missing-file", "there is no such file",
			"name the configuration with --config, or write a first one with: tradewire init --dir FOLDER"))
	case err != nil:
		l.add(Pos{File: path}.Fault("unreadable-file", err.Error(), "let the user that runs tradewire read it"))
	case info.IsDir():
		l.add(Pos{File: path}.Fault("unreadable-file", "this is a folder", "name the file: "+filepath.Join(path, "tradewire.yaml")))
	default:
		return true
	}
	return false
}

// services is tradewire.yaml.
type services struct {
	Company     Company `yaml:"company" required:"true" example:"and below it, indented, name: and time_zone:"`
	Store       Store   `yaml:"store"`
	Bus         Bus     `yaml:"bus"`
	Connections Fields  `yaml:"connections" required:"true" example:"and below it, indented, a name for each system"` // the systems outside, by names of your choice
}

// driven is what every connection says, whatever its driver is.
type driven struct {
	Name Text `yaml:"driver" required:"true" example:"rest"` // how the system is reached; the other keys are the driver's
}

func (l *loader) readMain() {
	section, _, ok := l.read(l.main)
	if !ok {
		return
	}
	var s services
	l.add(section.Decode(&s)...)
	l.config.Company, l.config.Store, l.config.Bus = s.Company, s.Store, s.Bus
	if s.Connections == nil {
		l.broken[name(l.main)] = true // reported once, not again by all who refer to a connection
	}
	for _, entry := range s.Connections {
		if entry.Value.Absent() {
			l.config.Connections = append(l.config.Connections, Connection{Name: entry.Name, Settings: entry.Value})
			continue
		}
		var driver driven
		only, rest := entry.Value.split("driver")
		l.add(only.decode(&driver, entry.Name.Value)...)
		l.config.Connections = append(l.config.Connections, Connection{Name: entry.Name, Driver: driver.Name, Settings: rest})
	}
}

func (l *loader) readPipeline(_ string, s Section, _ []byte) {
	p := Pipeline{File: s.file}
	l.add(s.Decode(&p)...)
	l.config.Pipelines = append(l.config.Pipelines, p)
}

func (l *loader) readMapping(called string, s Section, data []byte) {
	sum := sha256.Sum256(data)
	m := Mapping{Name: called, Hash: hex.EncodeToString(sum[:]), Pos: s.Pos(), Source: s}
	l.add(s.Decode(&m)...)
	l.readCodes(&m)
	l.config.Mappings = append(l.config.Mappings, m)
}

// eachFile reads the .yaml files of a folder by name: the mappings' tests, or all others. A file that is no YAML at all is
// reported and counts as there.
func (l *loader) eachFile(folder string, tests bool, take func(name string, s Section, data []byte)) {
	entries, err := os.ReadDir(filepath.Join(l.config.Dir, folder))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		l.add(Pos{File: folder}.Fault("unreadable-file", err.Error(), "make it a folder that tradewire may read"))
		return
	}
	for _, entry := range entries {
		file := folder + "/" + entry.Name()
		extension := filepath.Ext(entry.Name())
		switch {
		case entry.IsDir(), strings.HasPrefix(entry.Name(), "."):
		case (folder == "mappings" && strings.HasSuffix(entry.Name(), testEnding)) != tests:
		case extension == ".yml":
			l.add(Pos{File: file}.Fault("wrong-extension", "only files that end in .yaml are read", "rename it to "+name(file)+".yaml"))
			l.broken[name(file)] = true
		case extension == ".yaml":
			if s, data, ok := l.read(file); ok {
				take(name(entry.Name()), s, data)
			}
		}
	}
}

// name is a file without its extension.
func name(file string) string { return strings.TrimSuffix(file, filepath.Ext(file)) }

// read parses one file. ok is false when nothing of it can be known.
func (l *loader) read(file string) (s Section, data []byte, ok bool) {
	data, err := os.ReadFile(filepath.Join(l.config.Dir, filepath.FromSlash(file)))
	if err != nil {
		l.add(Pos{File: file}.Fault("unreadable-file", err.Error(), "let the user that runs tradewire read it"))
		l.broken[name(file)] = true
		return Section{}, nil, false
	}
	s, faults := parse(l.config.Dir, file, data)
	l.config.files = append(l.config.files, s)
	l.add(faults...)
	if s.Absent() && len(faults) == 0 {
		return s, data, true // an empty file: its owner says what is missing
	}
	shape := decoder{file: file}
	if s.Absent() || !shape.is(s.node, yaml.MappingNode, key{}) {
		l.add(shape.faults...)
		l.broken[name(file)] = true
		return s, data, false
	}
	return s, data, true
}
