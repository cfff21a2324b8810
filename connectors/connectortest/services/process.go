package services

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a server that we started. It ends with us, however we end.
type process struct {
	cmd    *exec.Cmd
	ended  chan struct{} // closed when it has ended
	output *tail
}

func startProcess(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, ended: make(chan struct{}), output: &tail{}}
	cmd.Stdout, cmd.Stderr = p.output, p.output
	endWithUs(cmd)
	started := make(chan error)
	go func() {
		// The kernel ends the server with the thread that began it: this one lives as long as the server.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// Start starts a program of a test, which ends with us, however we end. The kernel ends it with the thread that began it, and threads
// end when what is locked to them does: this one is kept until the test is over, and then let go.
func Start(t testing.TB, cmd *exec.Cmd) error {
	endWithUs(cmd)
	started, over := make(chan error), make(chan struct{})
	t.Cleanup(func() { close(over) })
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		started <- cmd.Start()
		<-over
	}()
	return <-started
}

// signal sends a signal to the server.
func (p *process) signal(s os.Signal) error {
	err := p.cmd.Process.Signal(s)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// stop ends the server, gently and after a while hard.
func (p *process) stop(gently time.Duration) {
	_ = p.signal(syscall.SIGCONT)
	_ = p.signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(gently):
		p.kill()
	}
}

// kill ends the server as a power cut would, and waits until it is gone.
func (p *process) kill() {
	_ = p.signal(syscall.SIGKILL)
	<-p.ended
}

// waitUntil tries until it works, for a while, or until the server has ended.
func (p *process) waitUntil(patience time.Duration, try func() error) error {
	deadline := time.Now().Add(patience)
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended: %s", p.cmd.Path, p.output)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not answer after %s: %w: %s", p.cmd.Path, patience, err, p.output)
		}
	}
}

// tail keeps the end of what a server says.
type tail struct {
	mu   sync.Mutex
	last []byte
}

const mostTail = 4000

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	if len(t.last) > mostTail {
		t.last = bytes.Clone(t.last[len(t.last)-mostTail:])
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}
