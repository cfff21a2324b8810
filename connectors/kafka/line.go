package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// lines are the connections of one part of us. None of them waits for ever, though the library sets no deadline while it
// logs in or looks for a leader, and all of them can be cut at once, though the library sits out a fetch that waits.
type lines struct {
	patience time.Duration
	peers    *peers
	shun     bool // whether silent brokers are shunned

	alive context.Context // ends when they are cut
	end   context.CancelFunc

	mu   sync.Mutex
	open map[*line]struct{}
}

func (c Config) lines(patience time.Duration) *lines {
	alive, end := context.WithCancel(context.Background())
	return &lines{patience: patience, peers: c.peers, shun: true, alive: alive, end: end, open: map[*line]struct{}{}}
}

func (l *lines) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if l.shun && l.peers.shuns(address) {
		return nil, fmt.Errorf("%s: %w just now", address, errNoAnswer)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(l.alive, stop)()
	conn, err := (&net.Dialer{Timeout: l.patience}).DialContext(ctx, network, address)
	if err != nil && l.alive.Err() != nil {
		err = net.ErrClosed
	}
	if err != nil {
		return nil, err
	}
	one := &line{Conn: conn, lines: l, address: address}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.alive.Err() != nil {
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
	l.end()
	for one := range l.open {
		_ = one.Conn.Close()
	}
	clear(l.open)
}

// line is a connection on which our patience holds wherever the library has set no deadline.
type line struct {
	net.Conn
	lines         *lines
	address       string
	heard         atomic.Bool // the other side has said something
	reads, writes atomic.Bool // the library's deadline holds
}

// errNoAnswer ends our patience. It does not say that it is temporary, as a deadline's error does: the library would ask the
// same broker on the same connection for ever, and no other.
var errNoAnswer = errors.New("no answer")

func (o *line) Read(b []byte) (int, error) {
	ours := !o.reads.Load()
	if ours {
		if err := o.Conn.SetReadDeadline(time.Now().Add(o.lines.patience)); err != nil {
			return 0, err
		}
	}
	n, err := o.Conn.Read(b)
	if n > 0 {
		o.heard.Store(true)
	}
	if ours && errors.Is(err, os.ErrDeadlineExceeded) {
		err = errNoAnswer
	}
	return n, err
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
	_, open := o.lines.open[o]
	delete(o.lines.open, o)
	o.lines.mu.Unlock()
	if open && !o.heard.Load() {
		o.lines.peers.silent(o.address)
	}
	return o.Conn.Close()
}

// peers remembers which brokers took a connection and never said a word: the library asks the first one of its list that
// takes a connection, over and over.
type peers struct {
	brokers []string

	mu    sync.Mutex
	since map[string]time.Time
}

// shunned is how long a silent broker is not asked while there are others.
const shunned = 10 * time.Second

func newPeers(brokers []string) *peers {
	return &peers{brokers: brokers, since: map[string]time.Time{}}
}

func (p *peers) silent(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since[address] = time.Now()
}

// shuns says that a broker is better not asked now: it was silent, and another one was not.
func (p *peers) shuns(address string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	silent := func(address string) bool { return time.Since(p.since[address]) < shunned }
	return silent(address) && slices.ContainsFunc(p.brokers, func(other string) bool { return !silent(other) })
}
