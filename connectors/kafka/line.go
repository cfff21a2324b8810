package kafka

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// lines are the connections of one part of us. None of them waits for ever, though the library sets no deadline while it
// logs in or looks for a leader, and all of them can be cut at once, though the library sits out a fetch that waits.
type lines struct {
	patience time.Duration

	mu    sync.Mutex
	ended bool
	open  map[*line]struct{}
}

func newLines(patience time.Duration) *lines {
	return &lines{patience: patience, open: map[*line]struct{}{}}
}

func (l *lines) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: l.patience}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	one := &line{Conn: conn, lines: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	l.open[one] = struct{}{}
	return one, nil
}

// cut ends all connections; no new one is made.
func (l *lines) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	for one := range l.open {
		_ = one.Conn.Close()
	}
	clear(l.open)
}

// line is a connection on which our patience holds wherever the library has set no deadline.
type line struct {
	net.Conn
	lines         *lines
	reads, writes atomic.Bool // the library's deadline holds
}

func (o *line) Read(b []byte) (int, error) {
	if !o.reads.Load() {
		if err := o.Conn.SetReadDeadline(time.Now().Add(o.lines.patience)); err != nil {
			return 0, err
		}
	}
	return o.Conn.Read(b)
}

func (o *line) Write(b []byte) (int, error) {
	if !o.writes.Load() {
		if err := o.Conn.SetWriteDeadline(time.Now().Add(o.lines.patience)); err != nil {
			return 0, err
		}
	}
	return o.Conn.Write(b)
}

func (o *line) SetDeadline(t time.Time) error {
	if err := o.SetReadDeadline(t); err != nil {
		return err
	}
	return o.SetWriteDeadline(t)
}

func (o *line) SetReadDeadline(t time.Time) error {
	o.reads.Store(!t.IsZero())
	return o.Conn.SetReadDeadline(o.latest(t))
}

func (o *line) SetWriteDeadline(t time.Time) error {
	o.writes.Store(!t.IsZero())
	return o.Conn.SetWriteDeadline(o.latest(t))
}

// latest bounds what is under way when the library takes its deadline back.
func (o *line) latest(t time.Time) time.Time {
	if t.IsZero() {
		return time.Now().Add(o.lines.patience)
	}
	return t
}

func (o *line) Close() error {
	o.lines.mu.Lock()
	delete(o.lines.open, o)
	o.lines.mu.Unlock()
	return o.Conn.Close()
}
