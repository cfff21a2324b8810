package sqldb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// holder is who has the target's lock, as others see it.
type holder struct {
	session int64 // 0: none
	epoch   int64 // of the lease that it shows
	signed  bool  // it shows its lease, and not a part of it
}

// epochDigits bounds the binary digits of an epoch: each that is 1 is shown by a lock of its own.
const epochDigits = 40

func takenOver(epoch, seen int64) error {
	return conflict("another instance has taken this queue over: this one must stop writing to it",
		"the entries are written under lease %d, and a session of lease %d holds the target", epoch, seen)
}

// take gets the lock, and says how long the server keeps the session when it says nothing. A session of an older lease, or an
// earlier one of our own, is ended first; the server gives the lock away when it has undone, or committed, what that did.
//
// Only who ended a session queues for its lock, and not for long: whoever waits must look again who has it, as a later lease may
// have come meanwhile.
func (h *hold) take(ctx context.Context, c *Connection, conn *sqlx.Conn, epoch int64) (silent time.Duration, err error) {
	for started := time.Now(); ; {
		held, err := h.holder(ctx, conn)
		if err != nil {
			return 0, err
		}
		if held.signed && held.epoch > epoch {
			return 0, takenOver(epoch, held.epoch)
		}
		if held.session == 0 || held.signed {
			got, err := h.succeed(ctx, conn, held, epoch)
			if err != nil || got.all() {
				return time.Duration(got.Silent) * time.Second, err
			}
		}
		if time.Since(started) > c.timeout {
			return 0, held.stays()
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// succeed ends the session that has the lock, if any, and takes it.
func (h *hold) succeed(ctx context.Context, conn *sqlx.Conn, held holder, epoch int64) (grip, error) {
	wait := 0
	if held.session != 0 {
		if err := end(ctx, conn, held.session); err != nil {
			return grip{}, err
		}
		wait = 1
	}
	got, err := h.sign(ctx, conn, epoch, wait)
	if err == nil && got.Lock.Bool && !got.all() {
		err = held.stays() // what it showed is not free yet
	}
	return got, err
}

// stays is the fault of whoever waits for too long.
func (held holder) stays() error {
	hint := "an earlier session has not ended yet: it is tried again"
	if held.session != 0 && !held.signed {
		hint = "another instance is just taking the target over: it is tried again"
	}
	return &connectors.Error{Kind: connectors.Unavailable, Hint: hint, Err: errors.New("the lock of the target is not given")}
}

// grip is what sign got.
type grip struct {
	Shown  sql.NullBool `db:"shown"`
	Lock   sql.NullBool `db:"has"`
	Silent int64        `db:"silent"` // seconds
}

func (g grip) all() bool { return g.Shown.Bool && g.Lock.Bool }

// sign takes the lock, for which it waits so many seconds, and with it shows the epoch: one more lock for each binary digit that
// is 1, and a last one when they are complete. It is one statement, so that a process that stands still holds the lock with its
// lease or not at all. Where a lock is not given the rest are not asked for.
func (h *hold) sign(ctx context.Context, conn *sqlx.Conn, epoch int64, wait int) (got grip, err error) {
	gets, args := []string{"GET_LOCK(?, ?) <=> 1"}, []any{h.name(), wait}
	for _, digit := range h.digits(epoch) {
		gets, args = append(gets, "GET_LOCK(?, 1) <=> 1"), append(args, digit)
	}
	gets, args = append(gets, "GET_LOCK(?, 1) <=> 1"), append(args, h.seal(), h.name())
	err = conn.GetContext(ctx, &got, "SELECT "+strings.Join(gets, " AND ")+" AS shown,\n"+
		"       IS_USED_LOCK(?) <=> CONNECTION_ID() AS has,\n       @@wait_timeout AS silent", args...)
	if err == nil && got.Shown.Bool && !got.Lock.Bool {
		err = misconfigured("use guard: effect or guard: reference, or a newer server", "this server gives a session only one lock at a time")
	}
	return got, err
}

// hide takes the signature back, and keeps the lock. Those who look meanwhile wait.
func (h *hold) hide(ctx context.Context, conn *sqlx.Conn, epoch int64) error {
	releases, args := []string{"RELEASE_LOCK(?)"}, []any{h.seal()}
	for _, digit := range h.digits(epoch) {
		releases, args = append(releases, "RELEASE_LOCK(?)"), append(args, digit)
	}
	_, err := conn.ExecContext(ctx, "DO "+strings.Join(releases, ", "), args...)
	return err
}

// has asks the server whether a session is alive and has the lock.
func (h *hold) has(ctx context.Context, conn *sqlx.Conn) bool {
	var ours sql.NullBool
	err := conn.GetContext(ctx, &ours, "SELECT IS_USED_LOCK(?) = CONNECTION_ID()", h.name())
	return err == nil && ours.Bool
}

// holder asks who has the lock. The locks are looked at in the opposite order to that in which they are taken: a signature that is
// seen is one that was complete, if the same session has the lock at the end.
func (h *hold) holder(ctx context.Context, conn *sqlx.Conn) (held holder, err error) {
	digits := h.digits(1<<epochDigits - 1)
	asks, args := []string{"IS_USED_LOCK(?)"}, []any{h.seal()}
	for _, digit := range digits {
		asks, args = append(asks, "IS_USED_LOCK(?)"), append(args, digit)
	}
	asks, args = append(asks, "IS_USED_LOCK(?)"), append(args, h.name())
	answers, into := make([]sql.NullInt64, len(asks)), make([]any, len(asks))
	for i := range answers {
		into[i] = &answers[i]
	}
	if err := conn.QueryRowContext(ctx, "SELECT "+strings.Join(asks, ", "), args...).Scan(into...); err != nil {
		return holder{}, err
	}
	held.session = answers[len(answers)-1].Int64
	held.signed = held.session != 0 && answers[0].Int64 == held.session
	for i := range digits {
		if answers[1+i].Int64 == held.session {
			held.epoch |= 1 << i
		}
	}
	return held, nil
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

// seal is the lock that says that all digits are there.
func (h *hold) seal() string { return h.name() + ":signed" }

// digits are the locks for the binary digits of an epoch that are 1, the lowest first.
func (h *hold) digits(epoch int64) (locks []string) {
	for i := range epochDigits {
		if epoch>>i&1 == 1 {
			locks = append(locks, fmt.Sprintf("%s:%d", h.name(), i))
		}
	}
	return locks
}
