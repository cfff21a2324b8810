//go:build linux

package main

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"tradewire/connectors/connectortest/services"
)

// cost is what one contender took for its orders.
type cost struct {
	orders int
	wall   time.Duration // from the first text to the last COMMIT in the ERP
	idle   time.Duration // until nothing was left to do
	client time.Duration // CPU of this process
	server time.Duration // CPU of the database server, with what it did behind the answers
}

func (c cost) rate() float64       { return float64(c.orders) / c.wall.Seconds() }
func (c cost) idleRate() float64   { return float64(c.orders) / c.idle.Seconds() }
func (c cost) perOrder() float64   { return c.clientEach() + c.serverEach() }
func (c cost) clientEach() float64 { return float64(c.client.Microseconds()) / float64(c.orders) }
func (c cost) serverEach() float64 { return float64(c.server.Microseconds()) / float64(c.orders) }

// meter measures what is done between begin and end.
type meter struct {
	t               testing.TB
	server          *services.MySQLServer
	began           time.Time
	client, server0 time.Duration
}

// begin waits until the server rests, so that nobody pays for what another left it to do.
func begin(t testing.TB, server *services.MySQLServer) *meter {
	t.Helper()
	m := &meter{t: t, server: server}
	runtime.GC()
	m.rest()
	m.client, m.server0, m.began = m.ours(), m.theirs(), time.Now()
	return m
}

// end says what it took. The server's work counts until it rests again: rows that are purged later are paid by who made them.
func (m *meter) end(orders int, wall, idle time.Duration) cost {
	client := m.ours() - m.client
	m.rest()
	return cost{orders, wall, idle, client, m.theirs() - m.server0}
}

// rest waits until the server does next to nothing, for a few seconds at most.
func (m *meter) rest() {
	const look = 50 * time.Millisecond
	for range 60 {
		before := m.theirs()
		time.Sleep(look)
		if m.theirs()-before < look/20 {
			return
		}
	}
}

// ours is the CPU time of this process.
func (m *meter) ours() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		m.t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// theirs is the CPU time of the server, by the kernel's clock of another process: it counts nanoseconds where /proc counts
// hundredths of a second.
func (m *meter) theirs() time.Duration {
	clock := int32(^m.server.PID())<<3 | 2 // #nosec G115 -- CPUCLOCK_SCHED of a process, as <linux/posix-timers.h> makes it
	var spec syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&spec)), 0); errno != 0 {
		m.t.Fatal(fmt.Errorf("read the server's CPU time: %w", errno))
	}
	return time.Duration(spec.Nano())
}
