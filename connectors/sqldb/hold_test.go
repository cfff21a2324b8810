package sqldb_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/sqldb"
)

// locked is a target with guard: lock whose server ends a session that says nothing for a second, and the name of its lock.
func (e *erp) locked(t testing.TB) (s connectors.Sink, lock string) {
	t.Helper()
	p := newProxy(t, e.server.Config.Addr)
	s = e.target(t, "erp_order", guardedBy("lock"), p.addr, ", timeout: "+patience()+", init: [SET wait_timeout = 1]")
	put(t, s, entryOf("", "first", 1, 5))
	lock = regexp.MustCompile("tradewire:[0-9a-f]{24}").FindString(strings.Join(p.taken(), "\n"))
	require.NotEmpty(t, lock)
	return s, lock
}

// holds is the session that has a lock, empty when there is none.
func (e *erp) holds(t testing.TB, lock string) string {
	t.Helper()
	return e.text(t, "SELECT IS_USED_LOCK('"+lock+"')")
}

// longer is longer than the server keeps a session that says nothing. There is nothing to wait for: it is to stay as it was.
func longer() { time.Sleep(2500 * time.Millisecond) }

// Whoever is asked for its lease between taking the lock and showing the lease must not be taken for an earlier one.
func TestALockAndTheLeaseItShowsAreTakenInOneStatement(t *testing.T) {
	onlyMySQL(t, "the lock of a file is its transaction")
	e := newERP(t, erpSchema)
	p := newProxy(t, e.server.Config.Addr)
	put(t, e.target(t, "erp_order", guardedBy("lock"), p.addr, ""), entryOf("", "A", 1, 7))
	var takes []string
	for _, statement := range p.taken() {
		if strings.Contains(statement, "GET_LOCK") {
			takes = append(takes, statement)
		}
	}
	require.Len(t, takes, 1, strings.Join(takes, "\n"))
}

func TestASessionThatIsTakingTheLockIsNotEnded(t *testing.T) {
	onlyMySQL(t, "the lock of a file is its transaction")
	t.Parallel()
	e := newERP(t, erpSchema)
	s, lock := e.locked(t)
	require.NoError(t, s.Close())
	taking := e.session(t)
	taking.do(t, "DO GET_LOCK('"+lock+"', 5)") // and has not shown its lease yet
	_, err := s.Write(ctxOf(t), []connectors.Entry{entryOf("", "A", 1, 7)})
	blamed(t, err, connectors.Unavailable, "another instance is just taking the target over: it is tried again")
	taking.do(t, "DO RELEASE_LOCK('"+lock+"')")
	put(t, s, entryOf("", "A", 1, 7))
}

func TestACallThatWaitsForItsTurnEndsWithItsContext(t *testing.T) {
	onlyMySQL(t, "the lock of a file is its transaction")
	e := newERP(t, erpSchema)
	p := newProxy(t, e.server.Config.Addr)
	s := e.target(t, "erp_order", guardedBy("lock"), p.addr, ", timeout: 5s")
	put(t, s, entryOf("", "first", 1, 1))
	held := p.hold("COMMIT")
	done := writing(s, entryOf("", "A", 1, 1))
	reached(t, held)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	ended := make(chan error, 1)
	go func() { _, err := s.Write(ctx, []connectors.Entry{entryOf("", "B", 1, 1)}); ended <- err }()
	select {
	case err := <-ended:
		blamed(t, err, connectors.Unavailable, "nothing was written")
	case <-time.After(3 * time.Second):
		t.Error("it waits for the other call")
	}
	p.letGo()
	require.NoError(t, <-done)
	require.Equal(t, map[string][]int64{"first": {1}, "A": {1}}, e.held(t))
}

func TestALeaseIsShownAsLongAsTheSinkIsOpenHoweverIdleItIs(t *testing.T) {
	onlyMySQL(t, "a file has no sessions")
	t.Parallel()
	e := newERP(t, erpSchema)
	_, lock := e.locked(t)
	session := e.holds(t, lock)
	longer()
	require.Equal(t, session, e.holds(t, lock))
	older := e.target(t, "erp_order", guardedBy("lock"), e.server.Config.Addr, "")
	_, err := older.Write(ctxOf(t), []connectors.Entry{entryOf("", "withdrawn", 1, 4)})
	blamed(t, err, connectors.Conflict, "lease 5")
	require.Equal(t, map[string][]int64{"first": {1}}, e.held(t))
}

func TestAnIdleSessionSaysNoMoreThanItMust(t *testing.T) {
	onlyMySQL(t, "a file has no sessions")
	t.Parallel()
	e := newERP(t, erpSchema)
	p := newProxy(t, e.server.Config.Addr)
	s := e.target(t, "erp_order", guardedBy("lock"), p.addr, ", init: [SET wait_timeout = 1]")
	for n := range 20 {
		put(t, s, entryOf("", fmt.Sprint(n), 1, 1))
	}
	p.taken()
	longer()
	said := p.taken()
	require.LessOrEqual(t, len(said), 10, strings.Join(heads(said), "\n"))
	require.NotEmpty(t, said)
}

func TestASessionWithTheLockThatIsLostIsTakenAgain(t *testing.T) {
	onlyMySQL(t, "a file has no sessions")
	t.Parallel()
	e := newERP(t, erpSchema)
	_, lock := e.locked(t)
	lost := e.holds(t, lock)
	e.do(t, "KILL "+lost)
	soon(t, "another session has the lock", func() bool { now := e.holds(t, lock); return now != "" && now != lost })
	_, err := e.target(t, "erp_order", guardedBy("lock"), e.server.Config.Addr, "").Write(ctxOf(t), []connectors.Entry{entryOf("", "A", 1, 4)})
	blamed(t, err, connectors.Conflict, "lease 5")
}

func TestWhoeverLostTheLockToALaterLeaseLeavesItAlone(t *testing.T) {
	onlyMySQL(t, "a file has no sessions")
	t.Parallel()
	e := newERP(t, erpSchema)
	_, lock := e.locked(t)
	newer, _ := connect(t, "{"+e.dsn+", init: [SET wait_timeout = 1]}", e.dir).Sink("erp_order", section(t, guardedBy("lock")))
	put(t, newer, entryOf("", "A", 1, 6))
	session := e.holds(t, lock)
	longer()
	require.Equal(t, session, e.holds(t, lock))
	require.NoError(t, newer.Close())
	soon(t, "the lock is free", func() bool { return e.holds(t, lock) == "" })
	longer()
	require.Empty(t, e.holds(t, lock), "neither of them takes it again")
}

func TestALaterLeaseOfTheSameInstanceIsShownWithoutLettingGo(t *testing.T) {
	onlyMySQL(t, "a file has no sessions")
	e := newERP(t, erpSchema)
	s, lock := e.locked(t)
	session := e.holds(t, lock)
	for epoch := int64(6); epoch < 12; epoch++ { // digits come and go
		put(t, s, entryOf("", fmt.Sprint(epoch), 1, epoch))
		_, err := e.target(t, "erp_order", guardedBy("lock"), e.server.Config.Addr, "").Write(ctxOf(t), []connectors.Entry{entryOf("", "A", 1, epoch-1)})
		blamed(t, err, connectors.Conflict, fmt.Sprintf("a session of lease %d holds the target", epoch))
	}
	require.Equal(t, session, e.holds(t, lock))
}

func TestASessionWithTheLockIsAnotherOneWhenTheClocksAreChanged(t *testing.T) {
	onlyMySQL(t, "SQLite keeps texts")
	e := newERP(t, erpSchema)
	s, lock := e.locked(t)
	require.NoError(t, s.Close())
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	now := time.Date(2026, 10, 24, 12, 0, 0, 0, berlin) // the last day of summer time
	c, faults := sqldb.Driver(connectors.Env{Name: "erp", Dir: e.dir, Zone: berlin, Now: func() time.Time { return now }}, section(t, "{"+e.dsn+"}"))
	require.Empty(t, faults)
	t.Cleanup(func() { _ = c.Close() })
	s, faults = c.(connectors.Writable).Sink("erp_order", section(t, guardedBy("lock")))
	require.Empty(t, faults)
	var sessions []string
	for day := range 3 {
		put(t, s, entryOf("", fmt.Sprint(day), 1, 6))
		sessions = append(sessions, e.holds(t, lock))
		now = now.Add(24 * time.Hour)
	}
	require.NotEqual(t, sessions[0], sessions[1])
	require.Equal(t, sessions[1], sessions[2])
}

func TestNothingIsHeldOnceTheConnectionIsClosed(t *testing.T) {
	onlyMySQL(t, "a file has no sessions")
	t.Parallel()
	e := newERP(t, erpSchema)
	first, lock := e.locked(t)
	require.NoError(t, first.Close())
	c := connect(t, "{"+e.dsn+", init: [SET wait_timeout = 1]}", e.dir)
	s, _ := c.Sink("erp_order", section(t, guardedBy("lock")))
	put(t, s, entryOf("", "A", 1, 6))
	require.NoError(t, c.Close())
	soon(t, "the lock is free", func() bool { return e.holds(t, lock) == "" })
	longer()
	require.Empty(t, e.holds(t, lock))
}

// What guard: lock cannot promise: the lease is known as long as somebody shows it.
func TestALockForgetsTheLeaseWithTheSessionThatShowsIt(t *testing.T) {
	onlyMySQL(t, "a file has no sessions")
	e := newERP(t, erpSchema)
	newer, lock := e.locked(t)
	put(t, newer, entryOf("", "A", 2, 6))
	require.NoError(t, newer.Close())
	soon(t, "the lock is free", func() bool { return e.holds(t, lock) == "" })
	older := e.target(t, "erp_order", guardedBy("lock"), e.server.Config.Addr, "")
	results := put(t, older, entryOf("", "A", 1, 5), entryOf("", "B", 1, 5))
	require.Equal(t, connectors.Superseded, results[0].State, "what stands there is never set back")
	require.Equal(t, connectors.Applied, results[1].State, "and what does not is written once")
}
