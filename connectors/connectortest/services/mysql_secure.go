package services

import (
	"os"
	"path/filepath"
	"testing"
)

// NewSecureMySQL starts a private server that can encrypt: by a certificate of 127.0.0.1 and localhost that the authority ca (PEM)
// has signed.
func NewSecureMySQL(t testing.TB, settings ...string) (server *MySQLServer, ca []byte) {
	t.Helper()
	c, err := newCredentials()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, body := range map[string][]byte{"ca": c.ca, "cert": c.chain, "key": c.key} {
		path := filepath.Join(folder, name+".pem")
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		settings = append(settings, "--ssl-"+name+"="+path)
	}
	return NewMySQLServer(t, settings...), c.ca
}
