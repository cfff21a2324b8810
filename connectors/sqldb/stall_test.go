package sqldb_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

// guards are the three ways, each on tables that help it no more than it asks for.
var guards = []struct{ name, write, schema string }{
	{"effect", orders, ""},
	{"reference", guardedBy("reference"), unique},
	{"lock", guardedBy("lock"), ""},
}

// pauses are where a process may stand still, by the statement that it sends when it goes on.
var pauses = []struct{ name, at string }{
	{"before its transaction", "START TRANSACTION"},
	{"in the middle of it", "UPDATE `CNTR`"},
	{"before it commits", "COMMIT"},
}

// target is a sink of its own session, through an address, under a name of the target.
func (e *erp) target(t testing.TB, name, write, addr, more string) connectors.Sink {
	t.Helper()
	s, faults := connect(t, "{"+e.through(t, addr)+more+"}", e.dir).Sink(name, section(t, write))
	require.Empty(t, faults)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// entryOf is an order as a guard wants it, under a lease.
func entryOf(write, key string, revision, epoch int64) connectors.Entry {
	entry := plain(key, revision)
	if write == orders {
		entry = order(key, revision)
	}
	entry.Epoch = epoch
	return entry
}

// writing runs a Write beside the test.
func writing(s connectors.Sink, entries ...connectors.Entry) <-chan error {
	done := make(chan error, 1)
	go func() {
		results, err := s.Write(context.Background(), entries)
		if err == nil {
			err = results[0].Err
		}
		done <- err
	}()
	return done
}

// The worst a network can do: the COMMIT is on its way while we give up waiting, write the same again, and then it arrives.
func TestACommitThatArrivesLateMakesNoSecondOrder(t *testing.T) {
	onlyMySQL(t, "a file has no network before it")
	for _, guard := range guards {
		t.Run(guard.name, func(t *testing.T) {
			t.Parallel()
			e := newERP(t, erpSchema)
			if guard.schema != "" {
				e.do(t, guard.schema)
			}
			p := newProxy(t, e.server.Config.Addr)
			e.silence = 2 * time.Second
			s := e.target(t, "erp_order", guard.write, p.addr, ", timeout: "+patience())
			put(t, s, entryOf(guard.write, "first", 1, 1))
			held := p.hold("COMMIT")
			done := writing(s, entryOf(guard.write, "A", 1, 1))
			reached(t, held)
			blamed(t, <-done, connectors.Unknown, "its answer is lost")

			again := entryOf(guard.write, "A", 1, 1)
			if guard.name == "lock" {
				require.Equal(t, connectors.Applied, put(t, s, again)[0].State, "the session that might still commit has been ended")
				p.letGo()
			} else {
				_, err := s.Write(ctxOf(t), []connectors.Entry{again})
				blamed(t, err, connectors.Unavailable, "another program holds these rows locked")
				p.letGo()
				soon(t, "the commit has arrived", func() bool { return e.text(t, "SELECT COUNT(*) FROM SOHD WHERE EXT_REF = 'A'") != "0" })
			}
			require.Equal(t, connectors.Unchanged, put(t, s, again)[0].State)
			require.Equal(t, map[string][]int64{"first": {1}, "A": {1}}, e.held(t))
		})
	}
}

// What the test above would show without a guard: here the second writer holds another lock than the first.
func TestALateCommitDoublesAnOrderThatNothingGuards(t *testing.T) {
	onlyMySQL(t, "a file has no network before it")
	t.Parallel()
	e := newERP(t, erpSchema)
	p := newProxy(t, e.server.Config.Addr)
	s := e.target(t, "erp_order", guardedBy("lock"), p.addr, ", timeout: 5s")
	held := p.hold("COMMIT")
	first := writing(s, plain("A", 1))
	reached(t, held)
	stranger := writing(e.target(t, "another_name", guardedBy("lock"), e.server.Config.Addr, ", timeout: 5s"), plain("A", 1))
	soon(t, "it waits for the counter", func() bool {
		return e.text(t, "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%CNTR%FOR UPDATE'") == "1"
	})
	p.letGo()
	require.NoError(t, <-first)
	require.NoError(t, <-stranger)
	require.Equal(t, map[string][]int64{"A": {1, 1}}, e.held(t))
}

// A process that was paused longer than its lease wakes up and goes on where it stood.
func TestAnInstanceThatWakesAfterItsLeaseChangesNothing(t *testing.T) {
	onlyMySQL(t, "a file has no network before it")
	for _, guard := range guards {
		for _, paused := range pauses {
			t.Run(guard.name+" "+paused.name, func(t *testing.T) {
				t.Parallel()
				e := newERP(t, erpSchema)
				if guard.schema != "" {
					e.do(t, guard.schema)
				}
				p := newProxy(t, e.server.Config.Addr)
				// The server ends a session that says nothing, and with it its locks: here after a second.
				zombie := e.target(t, "erp_order", guard.write, p.addr, ", timeout: 5s, init: [SET wait_timeout = 1]")
				put(t, zombie, entryOf(guard.write, "first", 1, 7))
				held := p.hold(paused.at)
				done := writing(zombie, entryOf(guard.write, "A", 1, 7))
				reached(t, held)

				successor := e.target(t, "erp_order", guard.write, e.server.Config.Addr, ", timeout: 5s")
				require.Equal(t, connectors.Applied, put(t, successor, entryOf(guard.write, "A", 2, 8))[0].State)
				p.letGo()
				err := <-done
				if guard.name == "reference" {
					require.NoError(t, err, "it finds a later revision: superseded")
				} else {
					blamed(t, err, connectors.Conflict, "another instance has taken this queue over")
				}
				require.Equal(t, map[string][]int64{"first": {1}, "A": {2}}, e.held(t))
				require.Equal(t, connectors.Unchanged, put(t, successor, entryOf(guard.write, "A", 2, 8))[0].State)
			})
		}
	}
}

// What it was about to write may be an order that its successor has seen to without writing it: the order was withdrawn.
func TestAnInstanceThatWakesAfterItsLeaseWritesNothingNew(t *testing.T) {
	onlyMySQL(t, "a file has no network before it")
	for _, guard := range guards {
		for _, paused := range pauses {
			t.Run(guard.name+" "+paused.name, func(t *testing.T) {
				t.Parallel()
				e := newERP(t, erpSchema)
				if guard.schema != "" {
					e.do(t, guard.schema)
				}
				p := newProxy(t, e.server.Config.Addr)
				zombie := e.target(t, "erp_order", guard.write, p.addr, ", timeout: 5s, init: [SET wait_timeout = 1]")
				put(t, zombie, entryOf(guard.write, "first", 1, 7))
				held := p.hold(paused.at)
				done := writing(zombie, entryOf(guard.write, "withdrawn", 1, 7))
				reached(t, held)

				successor := e.target(t, "erp_order", guard.write, e.server.Config.Addr, ", timeout: 5s")
				put(t, successor, entryOf(guard.write, "other", 1, 8))
				p.letGo()
				err := <-done
				if guard.name == "reference" {
					require.NoError(t, err, "nothing there knows of leases: what its successor has not written it writes, once")
					require.Equal(t, map[string][]int64{"first": {1}, "other": {1}, "withdrawn": {1}}, e.held(t))
					return
				}
				blamed(t, err, connectors.Conflict, "another instance has taken this queue over")
				require.Equal(t, map[string][]int64{"first": {1}, "other": {1}}, e.held(t))
			})
		}
	}
}

func TestTwoInstancesUnderOneLockTakeTurnsByLease(t *testing.T) {
	onlyMySQL(t, "the lock of a file is its transaction")
	e := newERP(t, erpSchema)
	older := e.target(t, "erp_order", guardedBy("lock"), e.server.Config.Addr, "")
	newer := e.target(t, "erp_order", guardedBy("lock"), e.server.Config.Addr, "")
	put(t, older, entryOf("", "A", 1, 5))
	put(t, newer, entryOf("", "A", 2, 6))
	_, err := older.Write(ctxOf(t), []connectors.Entry{entryOf("", "B", 1, 5)})
	blamed(t, err, connectors.Conflict, "written under lease 5, and a session of lease 6 holds the target")
	put(t, newer, entryOf("", "B", 1, 6))
	put(t, older, entryOf("", "C", 1, 7))
	_, err = newer.Write(ctxOf(t), []connectors.Entry{entryOf("", "C", 2, 6)})
	blamed(t, err, connectors.Conflict, "lease 7")
	_, err = older.Write(ctxOf(t), []connectors.Entry{entryOf("", "C", 2, 6)})
	blamed(t, err, connectors.Conflict, "lease 6")
	require.Equal(t, map[string][]int64{"A": {2}, "B": {1}, "C": {1}}, e.held(t))
}
