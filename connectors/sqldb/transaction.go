package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// look runs work in one read transaction: everything it reads is of one instant.
func (c *Connection) look(ctx context.Context, op string, work func(*sqlx.Tx) error) error {
	return c.attempt(ctx, op, func() error {
		tx, err := c.pool(false).BeginTxx(ctx, c.dialect.transaction(false))
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // nothing was written
		return work(tx)
	})
}

// transact runs work in one write transaction and commits it. Any error rolls the whole transaction back, and an
// error that asks for it is tried again from BEGIN.
func (c *Connection) transact(ctx context.Context, op string, work func(*sqlx.Tx) error) error {
	return c.attempt(ctx, op, func() error {
		session, err := c.pool(true).Connx(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = session.Close() }()
		return c.transaction(ctx, session, work)
	})
}

// transaction is one try of transact on one session.
func (c *Connection) transaction(ctx context.Context, session *sqlx.Conn, work func(*sqlx.Tx) error) error {
	tx, forget, err := c.begin(ctx, session)
	if err != nil {
		return err
	}
	defer forget()
	if err = work(tx); err == nil {
		err = ctx.Err()
	}
	if err != nil {
		// After some errors only the statement is undone: the transaction is always rolled back by us. (Invariant 4)
		err = errors.Join(err, ignoreDone(tx.Rollback()))
		if c.dialect.judge(err).elsewhere {
			giveUp(session)
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		_, _ = session.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // a refused COMMIT may leave it open
		if c.dialect.lost(err) {
			giveUp(session)
			return &connectors.Error{Kind: connectors.Unknown, Hint: "the commit was sent and its answer is lost; writing the same entries again is safe", Err: err}
		}
		return err
	}
	return nil
}

// begin begins a transaction that outlives ctx, so that no COMMIT is ever cut off half-way; BEGIN itself and the statements
// in it do not.
func (c *Connection) begin(ctx context.Context, session *sqlx.Conn) (tx *sqlx.Tx, forget func(), err error) {
	lasting, forget := context.WithCancel(context.WithoutCancel(ctx))
	ended := context.AfterFunc(ctx, forget)
	tx, err = session.BeginTxx(lasting, c.dialect.transaction(true))
	if !ended() && err == nil {
		_ = tx.Rollback()
		err = ctx.Err()
	}
	if err != nil {
		forget()
		return nil, nil, err
	}
	return tx, forget, nil
}

// giveUp ends a session, so that the next one is a new one: perhaps of another server.
func giveUp(session *sqlx.Conn) {
	_ = session.Raw(func(any) error { return driver.ErrBadConn })
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// attempt tries until it works, the error is not one that passes by itself, or the tries or the time are used up.
func (c *Connection) attempt(ctx context.Context, op string, try func() error) error {
	started := time.Now()
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return c.blame(op, err)
		}
		err := try()
		if err == nil {
			return nil
		}
		if _, known := errors.AsType[*connectors.Error](err); !known && ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
		_, raced := errors.AsType[*race](err)
		if !raced && !c.dialect.judge(err).passes || n >= c.dialect.tries() || time.Since(started) >= c.timeout {
			return c.blame(op, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(n) * 5 * time.Millisecond):
		}
	}
}

// race is an error that means: another writer was faster, look again from BEGIN.
type race struct{ err error }

func (r *race) Error() string { return r.err.Error() }
func (r *race) Unwrap() error { return r.err }

// raced marks err as a race when a unique key stands there already and another writer may just have put it there.
func (c *Connection) raced(err error) error {
	if err != nil && c.dialect.locking() != "" && c.dialect.taken(err) {
		return &race{err}
	}
	return err
}

// blame makes a fault of this system out of err.
func (c *Connection) blame(op string, err error) error {
	if known, ok := errors.AsType[*connectors.Error](err); ok {
		said := *known
		said.System, said.Op = c.env.Name, op
		return &said
	}
	said := connectors.Error{System: c.env.Name, Op: op, Err: err}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		said.Kind, said.Hint = connectors.Unavailable, "the call was ended before the database answered; nothing was written"
		return &said
	}
	v := c.dialect.judge(err)
	said.Kind, said.Hint = v.kind, v.hint
	return &said
}
