package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tradewire/connectors"
)

var (
	_ connectors.Examiner = (*sink)(nil)
	_ connectors.Grader   = (*sink)(nil)
	_ connectors.Examiner = (*source)(nil)
)

// Grade is B: a document has its file name, of which there is one, and the ledger says which revision the file shows.
func (*sink) Grade() string { return "B" }

// Examine says whether files can be written into the folder. It writes none.
func (s *sink) Examine(ctx context.Context) ([]connectors.Finding, error) {
	if err := s.Probe(ctx); err != nil {
		return nil, err
	}
	path := s.connection.path
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if f, closed := s.closed(filepath.Dir(path)); closed {
			return []connectors.Finding{f}, nil
		}
		return []connectors.Finding{{Level: connectors.OK, About: s.target, What: "the folder " + path + " is not there yet: the first file makes it"}}, nil
	}
	kept := filepath.Join(path, ledger)
	if _, err := os.Stat(kept); err != nil {
		kept = path
	}
	for _, folder := range []string{path, kept} {
		if f, closed := s.closed(folder); closed {
			return []connectors.Finding{f}, nil
		}
	}
	return []connectors.Finding{{Level: connectors.OK, About: s.target, What: "files can be written into " + path}}, nil
}

// closed says that a folder cannot be written into.
func (s *sink) closed(folder string) (connectors.Finding, bool) {
	err := writable(folder)
	return connectors.Finding{Level: connectors.Bad, About: s.target, What: fmt.Sprintf("files cannot be written into %s: %v", folder, err),
		Change: fmt.Sprintf("chown %d %s, and chmod u+rwx %[2]s", os.Getuid(), folder)}, err != nil
}

// Examine says whether the folder can be looked through.
func (s *source) Examine(context.Context) ([]connectors.Finding, error) {
	root, err := s.connection.open()
	if err != nil {
		return nil, s.connection.fault("examine", err)
	}
	defer func() { _ = root.Close() }()
	names, err := s.list(root)
	if err != nil {
		return nil, s.connection.fault("examine", err)
	}
	return []connectors.Finding{{Level: connectors.OK, About: s.kind, What: fmt.Sprintf("%s can be read; files that are called %s: %d", s.connection.path, s.files, len(names))}}, nil
}
