package smtp

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"
)

const (
	longestAnswer = 1 << 20         // bytes that a server may say to one word of ours
	lastAnswer    = 2 * time.Second // what a server is given to answer for a mail that it has whole, when we are told to stop
)

var errTalks = errors.New("it talks without end")

// wire is the connection beneath a line. It bounds every wait and everything that is heard, ends with its context, and
// knows whether all that was said went out.
type wire struct {
	net.Conn
	timeout time.Duration
	release func() bool
	heard   int         // bytes since the last step
	choked  bool        // a write failed: what was said last has not gone out whole
	handed  atomic.Bool // the server may have the letter whole, and owes its answer
}

// stretch makes a wire that is cut when ctx ends. While the server owes the answer for a letter that it may have, it is
// waited for a little longer: a mail whose fate is not known is sent a second time.
func stretch(ctx context.Context, conn net.Conn, timeout time.Duration) *wire {
	w := &wire{Conn: conn, timeout: timeout}
	w.release = context.AfterFunc(ctx, func() {
		if w.handed.Load() {
			time.AfterFunc(lastAnswer, func() { _ = conn.Close() })
			return
		}
		_ = conn.Close()
	})
	return w
}

// step begins the next word: it has the whole timeout.
func (w *wire) step() { w.within(w.timeout) }

func (w *wire) within(d time.Duration) {
	w.heard = 0
	_ = w.SetDeadline(time.Now().Add(d)) // of a closed connection; the next use says so
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if w.heard += n; w.heard > longestAnswer {
		return 0, errTalks
	}
	return n, err
}

func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.choked = w.choked || err != nil
	return n, err
}

// Close lets go of the connection. It may be called again.
func (w *wire) Close() error {
	w.release()
	return w.Conn.Close()
}
