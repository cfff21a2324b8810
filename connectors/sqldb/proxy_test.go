package sqldb_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// proxy stands between us and a server. It counts the statements that pass, and can hold one back: what the client sees is
// a server that does not answer, and when the client has gone away the statement still arrives.
type proxy struct {
	addr   string
	server string

	mu         sync.Mutex
	statements []string
	holds      string // the beginning of the statement to hold
	held       chan struct{}
	release    chan struct{}
	conns      []net.Conn
}

// newProxy listens on a free port of this machine and stops with the test.
func newProxy(t testing.TB, server string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{addr: l.Addr().String(), server: server}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			upstream, err := net.Dial("tcp", server)
			if err != nil {
				_ = client.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, client, upstream)
			p.mu.Unlock()
			wg.Go(func() { _, _ = io.Copy(client, upstream); _ = client.Close() })
			wg.Go(func() { p.forward(upstream, client) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.letGo()
		p.mu.Lock()
		for _, c := range p.conns {
			_ = c.Close()
		}
		p.mu.Unlock()
		wg.Wait()
	})
	return p
}

// forward passes packets on. A statement is a packet of the kind 3, whose length stands in its first three bytes.
func (p *proxy) forward(upstream, client net.Conn) {
	defer upstream.Close()
	for {
		head := make([]byte, 4)
		if _, err := io.ReadFull(client, head); err != nil {
			return
		}
		body := make([]byte, int(head[0])|int(head[1])<<8|int(head[2])<<16)
		if _, err := io.ReadFull(client, body); err != nil {
			return
		}
		if head[3] == 0 && len(body) > 0 && body[0] == 3 {
			if wait := p.passes(string(body[1:])); wait != nil {
				<-wait
			}
		}
		if _, err := upstream.Write(append(head, body...)); err != nil {
			return
		}
	}
}

func (p *proxy) passes(statement string) (wait chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.statements = append(p.statements, statement)
	if p.holds == "" || !strings.HasPrefix(statement, p.holds) {
		return nil
	}
	p.holds = ""
	close(p.held)
	return p.release
}

// hold holds back the next statement that begins so. held is closed when it has come.
func (p *proxy) hold(beginning string) (held <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holds, p.held, p.release = beginning, make(chan struct{}), make(chan struct{})
	return p.held
}

// letGo lets the statement that was held arrive.
func (p *proxy) letGo() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.release != nil {
		close(p.release)
		p.release = nil
	}
}

// taken are the statements since it was asked last.
func (p *proxy) taken() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	statements := p.statements
	p.statements = nil
	return statements
}

// soon waits until something is so.
func soon(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		require.True(t, time.Now().Before(deadline), "it is not so: "+what)
	}
}

func reached(t testing.TB, held <-chan struct{}) {
	t.Helper()
	select {
	case <-held:
	case <-time.After(15 * time.Second):
		t.Fatal("the statement never came")
	}
}
