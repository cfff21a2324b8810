package sqldb

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// hold is the one session that may write to a target with guard: lock. It holds locks of the server as long as it lives: one
// that keeps others out, and more that show them its lease.
//
// A COMMIT that was sent and never answered may still be under way on an earlier session, or in a paused process. The
// successor ends that session first: when the server gives it the lock, what the other did is either committed and found,
// or undone for good. (Invariant 2, grade C)
//
// Nothing but the session knows of the lease. So it is kept while nothing is written, and taken again when it is lost, until
// the sink is closed or a later lease has it.
type hold struct {
	target string
	turn   chan struct{} // full while somebody works with the rest: one Write at a time

	pool   *sqlx.DB
	conn   *sqlx.Conn // nil: none
	epoch  int64
	zone   string // the offset of the times that conn reads and writes
	wanted bool   // to be kept
	keeper *time.Timer
	silent time.Duration // how long the server keeps conn when it says nothing
}

func newHold(target string) *hold { return &hold{target: target, turn: make(chan struct{}, 1)} }

// transactAlone is transact on the session that holds the target's lock.
func (s *sink) transactAlone(ctx context.Context, op string, epoch int64, work func(*sqlx.Tx) error) error {
	select {
	case s.hold.turn <- struct{}{}:
	case <-ctx.Done():
		return s.conn.blame(op, ctx.Err())
	}
	defer s.hold.rest(s.conn)
	return s.conn.attempt(ctx, op, func() error {
		session, err := s.hold.session(ctx, s.conn, epoch)
		if err != nil {
			return err
		}
		return s.conn.transaction(ctx, session, work)
	})
}

// session is the session with the lock, a new one where it was lost.
func (h *hold) session(ctx context.Context, c *Connection, epoch int64) (*sqlx.Conn, error) {
	if epoch < h.epoch {
		return nil, takenOver(epoch, h.epoch)
	}
	zone := c.env.Now().In(c.env.Zone).Format("-07:00")
	if h.conn != nil && zone == h.zone && h.shows(ctx, epoch) {
		return h.conn, nil
	}
	h.drop()
	if h.pool == nil {
		h.pool = c.another()
	}
	conn, err := h.pool.Connx(ctx)
	if err != nil {
		return nil, err
	}
	if h.silent, err = h.take(ctx, c, conn, epoch); err != nil {
		giveUp(conn)
		_ = conn.Close()
		h.wanted = h.wanted && connectors.KindOf(err) != connectors.Conflict
		return nil, err
	}
	h.conn, h.epoch, h.zone, h.wanted = conn, epoch, zone, true
	return conn, nil
}

// shows says whether the session is alive and has the lock. A later lease of this process is shown without letting go of it,
// so that nobody who waits for it slips in.
func (h *hold) shows(ctx context.Context, epoch int64) bool {
	if !h.has(ctx, h.conn) {
		return false
	}
	if epoch == h.epoch {
		return true
	}
	if err := h.hide(ctx, h.conn, h.epoch); err != nil {
		return false
	}
	if got, err := h.sign(ctx, h.conn, epoch, 0); err != nil || !got.all() {
		return false
	}
	h.epoch = epoch
	return true
}

// rest ends a turn, and sees to the session before the server misses it.
func (h *hold) rest(c *Connection) {
	h.calm()
	if h.wanted {
		h.keeper = time.AfterFunc(min(h.silent, idle)/3, func() { h.keep(c) })
	}
	<-h.turn
}

// calm undoes the last rest.
func (h *hold) calm() {
	if h.keeper != nil {
		h.keeper.Stop()
		h.keeper = nil
	}
}

// keep says something on the session, or takes it again. Where that cannot be done now it is tried again later; what is wrong
// the next Write says.
func (h *hold) keep(c *Connection) {
	select {
	case h.turn <- struct{}{}:
	default:
		return // whoever works with it sees to it afterwards
	}
	defer h.rest(c)
	if !h.wanted {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	defer cancel()
	_, _ = h.session(ctx, c, h.epoch)
}

// drop gives the session up, and with it the lock.
func (h *hold) drop() {
	if h.conn != nil {
		giveUp(h.conn)
		_ = h.conn.Close()
		h.conn = nil
	}
}

func (h *hold) close() error {
	h.turn <- struct{}{} // a call that is under way ends with its own context
	defer func() { <-h.turn }()
	h.wanted = false
	h.calm()
	h.drop()
	if h.pool == nil {
		return nil
	}
	pool := h.pool
	h.pool = nil
	return pool.Close()
}

// probe ends a session of our own, which shows whether we may.
func (h *hold) probe(ctx context.Context, c *Connection) error {
	pool := c.open(true)
	defer func() { _ = pool.Close() }()
	victim, err := pool.Connx(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = victim.Close() }()
	var id int64
	if err := victim.GetContext(ctx, &id, "SELECT CONNECTION_ID()"); err != nil {
		return err
	}
	conn, err := pool.Connx(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return end(ctx, conn, id)
}
