package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/pipelines/store"
)

// sharedStore is the DSN of the database that instances share; empty: the store is a file.
func (p *plant) sharedStore() string {
	_, dsn, _ := strings.Cut(p.cfg.Store.DSN.Value, ":")
	return dsn
}

func (p *plant) storePath() string { return filepath.Join(p.cfg.Dir, p.cfg.Store.Path) }

// storePlace is where the store lies, for people.
func (p *plant) storePlace() string {
	if server, err := store.ParseServer(p.sharedStore()); err == nil && p.sharedStore() != "" {
		return fmt.Sprintf("%s at %s", server.Database, server.Address)
	}
	return p.storePath()
}

// checkStore finds what is wrong with where the store lies. It reaches no server.
func (p *plant) checkStore() config.Faults {
	at := p.cfg.Store.DSN
	if at.Value == "" {
		return nil
	}
	const form = "write dsn: mysql:USER@tcp(HOST:3306)/DATABASE"
	scheme, dsn, _ := strings.Cut(at.Value, ":")
	if scheme != "mysql" {
		return config.Faults{at.Pos.Fault("bad-dsn", "the store lies in a file (path:) or in a database of MySQL", form)}
	}
	server, err := store.ParseServer(dsn)
	switch {
	case err != nil:
		return config.Faults{at.Pos.Fault("bad-dsn", err.Error(), form)}
	case server.Password:
		return config.Faults{at.Pos.Fault("plain-secret", "the dsn holds a password", "write password: env:NAME or password: file:PATH")}
	case p.cfg.Store.TLS == nil && !p.cfg.Store.Insecure && !server.Local && !config.Loopback(server.Address):
		return config.Faults{at.Pos.Fault("plain-network", "orders would go to "+server.Address+" unencrypted",
			"write tls: {ca: FILE} with the authority that signed the server's certificate, or insecure: true if the network is your own")}
	}
	return nil
}

// storeOptions say where the store lies and how it is reached.
func (p *plant) storeOptions() (store.Options, error) {
	o := store.Options{Path: p.storePath(), Now: p.clock.Now, MySQL: p.sharedStore(), Partitions: p.cfg.Bus.Partitions, Lease: p.cfg.Store.Lease}
	if o.MySQL == "" {
		return o, nil
	}
	if p.cfg.Store.Password != nil {
		o.Password = p.cfg.Store.Password.Reveal
	}
	if p.cfg.Store.TLS != nil {
		server, err := store.ParseServer(o.MySQL)
		if err != nil {
			return o, err
		}
		host, _, err := net.SplitHostPort(server.Address)
		if err != nil {
			host = server.Address
		}
		if o.TLS, err = p.cfg.Store.TLS.Client(p.cfg.Dir, host); err != nil {
			return o, &connectors.Error{Kind: connectors.Misconfigured, System: "store", Op: "prepare TLS", Err: err,
				Hint: fmt.Sprintf("see whether the file is there that tls.ca names at %s", p.cfg.Store.TLS.CA.Pos)}
		}
	}
	return o, nil
}

// look opens the store for reading.
func (p *plant) look(ctx context.Context) (*store.Store, error) {
	o, err := p.storeOptions()
	if err != nil {
		return nil, err
	}
	o.ReadOnly = true
	return openStore(ctx, o)
}

// looking loads the configuration and opens the store for looking only, for as long as do runs.
func (a *app) looking(ctx context.Context, do func(p *plant, s *store.Store) error) error {
	p, err := a.load()
	if err != nil {
		return err
	}
	s, err := p.look(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	return do(p, s)
}

// beside opens the store for writing, beside whoever works on it.
func (p *plant) beside(ctx context.Context) (*store.Store, error) {
	o, err := p.storeOptions()
	if err != nil {
		return nil, err
	}
	return openStore(ctx, o)
}

// own opens the store for working on it: a file alone, a database together with the other instances. It comes before
// everything else that a second instance would trip over.
func (p *plant) own(ctx context.Context) (*store.Store, func() error, error) {
	release := func() error { return nil }
	if p.sharedStore() == "" {
		var err error
		if release, err = store.Lock(p.storePath()); err != nil {
			return nil, nil, err
		}
	}
	s, err := p.beside(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return s, func() error { return errors.Join(s.Close(), release()) }, nil
}

// openStore opens a store. A server that does not answer is another system that does not.
func openStore(ctx context.Context, o store.Options) (*store.Store, error) {
	s, err := store.Open(ctx, o)
	if store.Away(err) {
		return nil, &connectors.Error{Kind: connectors.Unavailable, System: "store", Op: "open", Err: err, Hint: "nothing is lost: start again when the server answers"}
	}
	return s, err
}
