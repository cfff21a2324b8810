package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Secret is a reference to something that must not stand in a file that people share: `env:NAME` or `file:PATH`.
// It is resolved when it is used, and prints as ***.
type Secret struct {
	ref Text
	dir string
}

// NewSecret is the secret that ref refers to. A relative path begins in dir.
func NewSecret(ref, dir string) Secret { return Secret{ref: Text{Value: ref}, dir: dir} }

// Absent is true when no secret was configured.
func (s Secret) Absent() bool { return s.ref.Value == "" }

// Pos is where the reference is written.
func (s Secret) Pos() Pos { return s.ref.Pos }

// Reveal returns the secret itself. It is read anew each time, so that a secret can be changed while we run. White
// space around the content of a file is not part of it.
func (s Secret) Reveal() (string, error) {
	way, name, _ := strings.Cut(s.ref.Value, ":")
	switch {
	case s.Absent():
		return "", errors.New("reveal secret: none is configured (write env:NAME or file:PATH)")
	case way == "env":
		value := os.Getenv(name)
		if value == "" {
			return "", fmt.Errorf("reveal secret: the environment variable %s is not set or empty (set it before tradewire starts)", name)
		}
		return value, nil
	case way == "file":
		return s.read(name)
	}
	return "", errors.New("reveal secret: it is not a reference (write env:NAME or file:PATH)")
}

func (s Secret) read(path string) (string, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.dir, path)
	}
	data, err := os.ReadFile(path) // #nosec G304 -- the path is the operator's own
	if err != nil {
		return "", fmt.Errorf("reveal secret: %w (put the secret into that file, readable by tradewire alone)", err)
	}
	value := strings.TrimSpace(string(data))
	if value == "" {
		return "", fmt.Errorf("reveal secret: the file %s is empty (put the secret into it)", path)
	}
	return value, nil
}

// String, GoString and MarshalText print ***: a secret shows in no log, no JSON and no YAML.
func (s Secret) String() string               { return "***" }
func (s Secret) GoString() string             { return "***" }
func (s Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// secretPattern is what secretFault lets pass, for editors.
var secretPattern = "^(env:" + strings.Trim(environmentName.String(), "^$") + `|file:.*\S.*)$`

var environmentName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// secretFault says what is wrong with a reference. It never repeats it: it may be the secret itself.
func secretFault(ref Text, key string) (Fault, bool) {
	way, name, found := strings.Cut(ref.Value, ":")
	switch {
	case found && way == "env" && !environmentName.MatchString(name):
		return ref.Pos.Fault("bad-secret", key+" does not name an environment variable",
			"write env:NAME with letters, digits and underscores"), true
	case found && way == "env":
		return Fault{}, false
	case found && way == "file" && strings.TrimSpace(name) == "":
		return ref.Pos.Fault("bad-secret", key+" does not name a file", "write file:PATH"), true
	case found && way == "file":
		return Fault{}, false
	}
	return ref.Pos.Fault("plain-secret", key+" is written in plain text",
		"put it into an environment variable or a file, and write env:NAME or file:PATH"), true
}
