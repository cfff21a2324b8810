package sqldb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

// ofFive is an order of five lines.
func ofFive(key string, revision int) connectors.Entry {
	entry := order(key, int64(revision))
	lines := make([]any, 5)
	for n := range lines {
		lines[n] = connectors.Record{"LN_NO": num(fmt.Sprint(n + 1)), "IT_NO": fmt.Sprintf("I%s-%d", key, n), "QTY": num(fmt.Sprintf("%d.5", revision+n))}
	}
	entry.Record["lines"] = lines
	entry.Record["RMK"] = fmt.Sprintf("%s at %d", key, revision)
	return entry
}

// A batch costs a few round trips, however many orders are in it: over a link of a millisecond they are what it takes.
func TestABatchCostsFewRoundTrips(t *testing.T) {
	onlyMySQL(t, "a file has no round trips")
	for _, way := range []struct {
		write   string
		revised func(connectors.Entry) connectors.Entry
		created int
		changed int
		again   int
	}{
		{orders, func(e connectors.Entry) connectors.Entry { return e }, 13, 33, 5},
		{guardedBy("reference"), unrevised, 10, 29, 6},
		{guardedBy("lock"), unrevised, 11, 30, 7},
	} {
		e := newERP(t, erpSchema, unique)
		p := newProxy(t, e.server.Config.Addr)
		s, faults := connect(t, "{"+e.through(t, p.addr)+"}", e.dir).Sink("erp_order", section(t, way.write))
		require.Empty(t, faults)
		put(t, s, way.revised(ofFive("first", 1))) // sessions are made, tables studied
		for _, round := range []struct {
			revision, most int
			state          connectors.State
		}{{1, way.created, connectors.Applied}, {2, way.changed, connectors.Applied}, {2, way.again, connectors.Unchanged}} {
			batch := make([]connectors.Entry, 200)
			for i := range batch {
				batch[i] = way.revised(ofFive(fmt.Sprintf("%03d", i), round.revision))
			}
			p.taken()
			for _, r := range put(t, s, batch...) {
				require.Equal(t, round.state, r.State)
			}
			statements := p.taken()
			t.Logf("200 orders of 5 lines, revision %d, %s: %d round trips", round.revision, round.state, len(statements))
			require.LessOrEqual(t, len(statements), round.most, strings.Join(heads(statements), "\n"))
		}
		require.Equal(t, "200 1000 4500 200", e.text(t, `SELECT COUNT(DISTINCT h.SO_NO), COUNT(*), SUM(QTY), COUNT(DISTINCT CASE WHEN RMK = CONCAT(EXT_REF, ' at 2') AND IT_NO LIKE CONCAT('I', EXT_REF, '-%') THEN EXT_REF END)
			FROM SOHD h JOIN SOLN l ON l.SO_NO = h.SO_NO WHERE EXT_REF <> 'first'`))
	}
}

func heads(statements []string) []string {
	short := make([]string, len(statements))
	for i, s := range statements {
		short[i] = strings.ReplaceAll(s[:min(100, len(s))], "\n", " ")
	}
	return short
}
