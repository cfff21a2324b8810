package sqldb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// hold is the one session that may write to a target with guard: lock. It holds a lock of the server as long as it lives.
//
// A COMMIT that was sent and never answered may still be under way on an earlier session, or in a paused process. The
// successor ends that session first: when the server gives it the lock, what the other did is either committed and found,
// or undone for good. (Invariant 2, grade C)
type hold struct {
	target string

	mu    sync.Mutex // one Write at a time
	pool  *sqlx.DB
	conn  *sqlx.Conn // nil: none
	epoch int64
	since time.Time
}

// longestHold is how long a session lives: it is renewed as every other one is, for its password and the offset of its zone.
const longestHold = 3 * time.Minute

// epochDigits bounds the binary digits of an epoch.
const epochDigits = 40

// transactAlone is transact on the session that holds the target's lock.
func (s *sink) transactAlone(ctx context.Context, op string, epoch int64, work func(*sqlx.Tx) error) error {
	s.hold.mu.Lock()
	defer s.hold.mu.Unlock()
	return s.conn.attempt(ctx, op, func() error {
		session, err := s.hold.session(ctx, s.conn, epoch)
		if err != nil {
			return err
		}
		return s.conn.transaction(ctx, session, work)
	})
}

// session is the session with the lock, a new one where it was lost or is too old.
func (h *hold) session(ctx context.Context, c *Connection, epoch int64) (*sqlx.Conn, error) {
	if epoch < h.epoch {
		return nil, takenOver(epoch, h.epoch)
	}
	if h.conn != nil && epoch == h.epoch && time.Since(h.since) < longestHold && h.holds(ctx) {
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
	if err := h.take(ctx, c, conn, epoch); err != nil {
		giveUp(conn)
		_ = conn.Close()
		return nil, err
	}
	h.conn, h.epoch, h.since = conn, epoch, time.Now()
	return conn, nil
}

func takenOver(epoch, seen int64) error {
	return conflict("another instance has taken this queue over: this one must stop writing to it",
		"the entries are written under lease %d, and a session of lease %d holds the target", epoch, seen)
}

// holds asks the server whether the session is alive and has the lock.
func (h *hold) holds(ctx context.Context) bool {
	var ours sql.NullBool
	err := h.conn.GetContext(ctx, &ours, "SELECT IS_USED_LOCK(?) = CONNECTION_ID()", h.name())
	return err == nil && ours.Bool
}

// take gets the lock. A session of an older lease, or an earlier one of our own, is ended first.
func (h *hold) take(ctx context.Context, c *Connection, conn *sqlx.Conn, epoch int64) error {
	holder, seen, err := h.holder(ctx, conn)
	if err != nil {
		return err
	}
	if holder != 0 {
		if seen > epoch {
			return takenOver(epoch, seen)
		}
		if err := end(ctx, conn, holder); err != nil {
			return err
		}
	}
	// The server gives the lock away when it has undone, or committed, what the other session did.
	var got sql.NullBool
	if err := conn.GetContext(ctx, &got, "SELECT GET_LOCK(?, ?)", h.name(), max(1, int(c.timeout.Seconds()))); err != nil {
		return err
	}
	if !got.Bool {
		return &connectors.Error{Kind: connectors.Unavailable, Hint: "an earlier session has not ended yet: it is tried again", Err: fmt.Errorf("the lock %s is not given", h.name())}
	}
	return h.sign(ctx, conn, epoch)
}

// sign shows the epoch to those who ask for the lock: one more lock for each binary digit that is 1.
func (h *hold) sign(ctx context.Context, conn *sqlx.Conn, epoch int64) error {
	var gets []string
	var args []any
	for i := range epochDigits {
		if epoch>>i&1 == 1 {
			gets, args = append(gets, "GET_LOCK(?, 1)"), append(args, h.digit(i))
		}
	}
	gets, args = append(gets, "IS_USED_LOCK(?) = CONNECTION_ID()"), append(args, h.name())
	got, err := conn.QueryxContext(ctx, "SELECT "+strings.Join(gets, ", "), args...)
	if err != nil {
		return err
	}
	return eachRow(got, func() error {
		answers, err := got.SliceScan()
		if err == nil && slices.ContainsFunc(answers, func(a any) bool { return fmt.Sprint(a) != "1" }) {
			err = misconfigured("use guard: effect or guard: reference, or a newer server", "this server gives a session only one lock at a time")
		}
		return err
	})
}

// holder is the session that has the lock, 0 when there is none, and the epoch it shows.
func (h *hold) holder(ctx context.Context, conn *sqlx.Conn) (id, epoch int64, err error) {
	asks, args := []string{"IS_USED_LOCK(?)"}, []any{h.name()}
	for i := range epochDigits {
		asks, args = append(asks, "IS_USED_LOCK(?)"), append(args, h.digit(i))
	}
	rows, err := conn.QueryContext(ctx, "SELECT "+strings.Join(asks, ", "), args...)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = rows.Close() }()
	answers, into := make([]sql.NullInt64, len(asks)), make([]any, len(asks))
	for i := range answers {
		into[i] = &answers[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return 0, 0, err
		}
	}
	for i, digit := range answers[1:] {
		if digit.Valid {
			epoch |= 1 << i
		}
	}
	return answers[0].Int64, epoch, rows.Err()
}

// end ends a session. One that is gone already is as good.
func end(ctx context.Context, conn *sqlx.Conn, session int64) error {
	_, err := conn.ExecContext(ctx, fmt.Sprintf("KILL CONNECTION %d", session))
	switch mysqlNumber(err) {
	case 1094:
		return nil
	case 1095:
		return &connectors.Error{Kind: connectors.Misconfigured, Err: err,
			Hint: "guard: lock ends the session of its predecessor: let all instances use the same database user, or give it the right to end other sessions"}
	}
	return err
}

// name is the lock's: of this database and target, on the whole server.
func (h *hold) name() string {
	sum := sha256.Sum256([]byte(h.target))
	return "tradewire:" + hex.EncodeToString(sum[:12])
}

func (h *hold) digit(i int) string { return fmt.Sprintf("%s:%d", h.name(), i) }

// drop gives the session up, and with it the lock.
func (h *hold) drop() {
	if h.conn != nil {
		giveUp(h.conn)
		_ = h.conn.Close()
		h.conn = nil
	}
}

func (h *hold) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
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
