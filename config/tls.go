package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// TLS says how a server proves who it is. It is always made to: there is no way to leave the proof out.
type TLS struct {
	CA         Text   `yaml:"ca"`          // a file with the certificates that are trusted, in PEM; by default the system's
	ServerName string `yaml:"server_name"` // the name in the server's certificate; by default the host that is dialled
}

// Client is the configuration of a client that dials host. A relative CA path begins in dir.
func (t *TLS) Client(dir, host string) (*tls.Config, error) {
	client := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if t.ServerName != "" {
		client.ServerName = t.ServerName
	}
	if t.CA.Value == "" {
		return client, nil
	}
	path := t.CA.Value
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	pem, err := os.ReadFile(path) // #nosec G304 -- the path is the operator's own
	if err != nil {
		return nil, fmt.Errorf("read the trusted certificates: %w", err)
	}
	client.RootCAs = x509.NewCertPool()
	if !client.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read the trusted certificates: %s holds none in PEM", path)
	}
	return client, nil
}

// Loopback says whether an address, with or without a port, is on this machine.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
