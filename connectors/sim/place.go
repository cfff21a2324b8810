package sim

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-sql-driver/mysql"

	"tradewire/config"
)

// ERP says where the ERP of a world lies. The zero ERP is the SQLite file erp.db in the world's own folder.
type ERP struct {
	Place    string                 // such as mysql:USER@tcp(HOST:3306)/DATABASE, without the password
	Password func() (string, error) // asked whenever a session begins and kept nowhere; nil: there is none
}

// read takes the place apart, or says what is wrong with it. The words never repeat it: a password may stand in it.
func (e ERP) read() (*mysql.Config, *config.Fault) {
	dsn, known := strings.CutPrefix(e.Place, "mysql:")
	cfg, err := mysql.ParseDSN(dsn)
	switch {
	case !known || err != nil || cfg.DBName == "":
		return nil, &config.Fault{Code: "bad-dsn", What: "the place of the erp names no database that is known", Fix: "write mysql:USER@tcp(HOST:3306)/DATABASE"}
	case cfg.Passwd != "":
		return nil, &config.Fault{Code: "plain-secret", What: "the place of the erp holds a password", Fix: "take it out, and write password: env:NAME or password: file:PATH"}
	}
	return cfg, nil
}

// check says in a sentence what is wrong with the place.
func (e ERP) check() error {
	if e.Place == "" {
		return nil
	}
	if _, fault := e.read(); fault != nil {
		return fmt.Errorf("%s (%s)", fault.What, fault.Fix)
	}
	return nil
}

// remember notes the place in the world's folder, so that whoever continues the world finds its ERP. The password is no
// part of it.
func (e ERP) remember(dir string) error {
	path := filepath.Join(dir, placeFile)
	if e.Place != "" {
		return os.WriteFile(path, []byte(e.Place+"\n"), 0o600)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// recall is the place that the world remembers. A place that is named now comes before it: a database may have moved.
func (e ERP) recall(dir string) (ERP, error) {
	noted, err := os.ReadFile(filepath.Join(dir, placeFile)) // #nosec G304 -- the world's own folder
	switch {
	case errors.Is(err, fs.ErrNotExist) && e.Place != "":
		return e, fmt.Errorf("the erp of this world is its file %s (name no other place)", erpFile)
	case errors.Is(err, fs.ErrNotExist):
		return e, nil
	case err != nil:
		return e, err
	}
	if e.Place == "" {
		e.Place = strings.TrimSpace(string(noted))
	}
	return e, e.check()
}
