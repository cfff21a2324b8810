package sqldb_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

// under is an order under a lease.
func under(epoch int64, key string, revision int64) connectors.Entry {
	entry := order(key, revision)
	entry.Epoch = epoch
	return entry
}

// leases are what the effect table remembers of leases.
func (e *erp) leases(t testing.TB) string {
	t.Helper()
	return e.text(t, "SELECT target, epoch FROM tradewire_effect WHERE kind = '' AND `key` = '' ORDER BY 1")
}

func TestWhoeverLostItsLeaseWritesNothingThatItsSuccessorHasNotWritten(t *testing.T) {
	e := newERP(t, erpSchema)
	older, newer := e.sink(t, orders), e.sink(t, orders)
	put(t, older, under(7, "A", 1))
	put(t, newer, under(8, "B", 1))
	_, err := older.Write(ctxOf(t), []connectors.Entry{under(7, "C", 1)})
	blamed(t, err, connectors.Conflict, "another instance has taken this queue over", "written under lease 7, and the database has seen 8")
	require.Equal(t, map[string][]int64{"A": {1}, "B": {1}}, e.held(t))
	put(t, newer, under(8, "C", 2), under(8, "A", 2))
	require.Equal(t, "erp_order 8", e.leases(t))
}

func TestABatchOfTwoLeasesIsOfTheLaterOne(t *testing.T) {
	e := newERP(t, erpSchema)
	_, err := e.sink(t, orders).Write(ctxOf(t), []connectors.Entry{under(8, "A", 1), under(7, "B", 1)})
	blamed(t, err, connectors.Conflict, "lease 7", "seen 8")
	require.Empty(t, e.held(t))
}

func TestALeaseIsSeenEvenWhereNothingNeedsWriting(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, under(7, "A", 1))
	require.Equal(t, connectors.Unchanged, put(t, s, under(8, "A", 1))[0].State)
	_, err := s.Write(ctxOf(t), []connectors.Entry{under(7, "B", 1)})
	blamed(t, err, connectors.Conflict, "lease 7", "seen 8")
	require.Equal(t, map[string][]int64{"A": {1}}, e.held(t))
}

func TestALeaseOfOneTargetIsNotThatOfAnother(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, under(8, "A", 1))
	elsewhere := under(2, "B", 1)
	elsewhere.Target = "erp_hold" // in the same effect table
	put(t, s, elsewhere)
	put(t, s, under(8, "C", 1))
	require.Equal(t, "erp_hold 2 | erp_order 8", e.leases(t))
}

func TestABatchThatIsRolledBackShowsNoLease(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, under(7, "A", 1))
	bad := under(8, "B", 1)
	bad.Record["NET_AMT"] = num("-1")
	_, err := s.Write(ctxOf(t), []connectors.Entry{bad})
	blamed(t, err, connectors.Refused)
	require.Equal(t, "erp_order 7", e.leases(t))
}

func TestAnEffectTableThatRemembersNoLeaseLearnsIt(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, under(7, "A", 1))
	e.do(t, "DELETE FROM tradewire_effect WHERE kind = ''") // it is of an earlier version, or restored from a backup
	_, err := s.Write(ctxOf(t), []connectors.Entry{under(6, "A", 2)})
	blamed(t, err, connectors.Conflict, "lease 6", "seen 7")
	put(t, s, under(7, "B", 1))
	require.Equal(t, "erp_order 7", e.leases(t))
}

// A store that is new, or restored from a backup, counts its leases from the beginning, or again. What its user must type
// stands in the fault, and is typed here.
func TestAStoreThatCountsItsLeasesAnewIsToldHowToGoOn(t *testing.T) {
	e := newERP(t, erpSchema)
	s := e.sink(t, orders)
	put(t, s, under(8, "A", 1))
	_, err := s.Write(ctxOf(t), []connectors.Entry{under(1, "A", 2), under(1, "B", 1)})
	blamed(t, err, connectors.Conflict, "where the store is a new or restored one, and no other instance runs: UPDATE")
	_, typed, _ := strings.Cut(err.Error(), "no other instance runs: ")
	e.do(t, strings.TrimSuffix(typed, ")"))
	put(t, s, under(1, "A", 2), under(1, "B", 1))
	require.Equal(t, map[string][]int64{"A": {2}, "B": {1}}, e.held(t))
	require.Equal(t, "erp_order 1", e.leases(t))
}

func TestWhoeverTakesATargetOverClosesItBeforeItWrites(t *testing.T) {
	e := newERP(t, erpSchema)
	older, newer := e.sink(t, orders), e.sink(t, orders)
	put(t, older, under(7, "A", 1))
	require.NoError(t, newer.(connectors.Fencer).Fence(ctxOf(t), 8))
	_, err := older.Write(ctxOf(t), []connectors.Entry{under(7, "B", 1)})
	blamed(t, err, connectors.Conflict, "lease 7", "seen 8")
	require.Equal(t, map[string][]int64{"A": {1}}, e.held(t))
	require.NoError(t, newer.(connectors.Fencer).Fence(ctxOf(t), 8), "taking over twice is one")
	blamed(t, older.(connectors.Fencer).Fence(ctxOf(t), 7), connectors.Conflict, "lease 7", "seen 8")
}
