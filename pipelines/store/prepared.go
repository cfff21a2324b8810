package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"

	"modernc.org/sqlite"
)

// driverName is SQLite with statements that stay prepared: the store asks the same few hundred questions all day.
const driverName = "tradewire-sqlite"

var registerOnce = sync.OnceFunc(func() { sql.Register(driverName, prepared{&sqlite.Driver{}}) })

// mostPrepared bounds how many statements a connection keeps.
const mostPrepared = 500

type prepared struct{ driver.Driver }

func (p prepared) Open(name string) (driver.Conn, error) {
	c, err := p.Driver.Open(name)
	if err != nil {
		return nil, err
	}
	return &preparedConn{Conn: c, kept: map[string]*keptStmt{}}, nil
}

// preparedConn has no Exec and Query of its own, so that database/sql prepares everything.
type preparedConn struct {
	driver.Conn
	kept map[string]*keptStmt
}

func (c *preparedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if s := c.kept[query]; s != nil && !s.out {
		s.out = true
		return s, nil
	}
	inner, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if c.kept[query] != nil || len(c.kept) >= mostPrepared {
		return inner, nil // asked while its twin is still read from, or one too many: used once
	}
	s := &keptStmt{Stmt: inner, out: true}
	c.kept[query] = s
	return s, nil
}

func (c *preparedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c *preparedConn) ResetSession(ctx context.Context) error {
	return c.Conn.(driver.SessionResetter).ResetSession(ctx)
}

func (c *preparedConn) IsValid() bool { return c.Conn.(driver.Validator).IsValid() }

func (c *preparedConn) Close() error {
	for _, s := range c.kept {
		_ = s.Stmt.Close() // the connection goes, and with it whatever this could say
	}
	return c.Conn.Close()
}

// keptStmt stays prepared when it is closed. out is true between being handed out and being closed.
type keptStmt struct {
	driver.Stmt
	out bool
}

func (s *keptStmt) Close() error {
	s.out = false
	return nil
}

func (s *keptStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s *keptStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}
