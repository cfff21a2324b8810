package sqldb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tradewire/connectors"
)

// Batches of any orders at any revisions, with lines that come, change and go, leave the tables as if each had been written
// by itself, the highest revision of each.
func TestAnyBatchesLeaveEveryOrderAtItsHighestRevision(t *testing.T) {
	for _, guard := range guards {
		t.Run(guard.name, func(t *testing.T) {
			t.Parallel()
			e := newERP(t, erpSchema)
			if guard.schema != "" {
				e.do(t, guard.schema)
			}
			s := e.sink(t, guard.write)
			round := 0
			rapid.Check(t, func(r *rapid.T) {
				in := tb{t, r}
				round++
				want, revisions := map[string]string{}, map[string]int64{}
				for range rapid.IntRange(1, 3).Draw(r, "batches") {
					entries := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) connectors.Entry { return anyOrder(r, round, guard.write) }), 1, 9).Draw(r, "batch")
					for i, result := range put(in, s, entries...) {
						key, revision := entries[i].Key, entries[i].Revision
						if due := states(revision, revisions[key]); !slices.Contains(due, result.State) {
							r.Fatalf("%s revision %d after %d is %s", key, revision, revisions[key], result.State)
						}
						if revision >= revisions[key] {
							revisions[key], want[key] = revision, shownAs(entries[i])
						}
					}
				}
				for key, is := range want {
					if stands := e.text(in, `SELECT EXT_REV, RMK, (SELECT COUNT(*) FROM SOLN l WHERE l.SO_NO = h.SO_NO) FROM SOHD h WHERE EXT_REF = ?`, key) + ": " +
						e.text(in, "SELECT LN_NO, IT_NO, QTY FROM SOLN l JOIN SOHD h ON h.SO_NO = l.SO_NO WHERE EXT_REF = ? ORDER BY LN_NO", key); stands != is {
						r.Fatalf("%s stands as %q and should as %q", key, stands, is)
					}
				}
			})
		})
	}
}

// anyOrder is one of a few orders, at one of a few revisions, with any lines.
func anyOrder(r *rapid.T, round int, write string) connectors.Entry {
	entry := entryOf(write, fmt.Sprintf("%d-%d", round, rapid.IntRange(0, 3).Draw(r, "order")), rapid.Int64Range(1, 3).Draw(r, "revision"), 1)
	entry.Record["RMK"] = rapid.SampledFrom([]string{"a", "b's", "后\\", `"?"`}).Draw(r, "remark")
	lines := []any{}
	for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(1, 4), 0, 4, rapid.ID[int]).Draw(r, "lines") {
		lines = append(lines, connectors.Record{"LN_NO": num(fmt.Sprint(n)), "IT_NO": rapid.SampledFrom([]string{"X", "Y"}).Draw(r, "item"), "QTY": num(fmt.Sprint(rapid.IntRange(1, 3).Draw(r, "quantity")))})
	}
	entry.Record["lines"] = lines
	return entry
}

// states are what may become of a revision after another.
func states(revision, before int64) []connectors.State {
	switch {
	case revision > before:
		return []connectors.State{connectors.Applied}
	case revision == before:
		return []connectors.State{connectors.Applied, connectors.Unchanged}
	}
	return []connectors.State{connectors.Superseded}
}

// shownAs is how an order must stand.
func shownAs(entry connectors.Entry) string {
	var lines []string
	for _, l := range entry.Record["lines"].([]any) {
		line := l.(connectors.Record)
		lines = append(lines, fmt.Sprintf("%v %v %v", line["LN_NO"], line["IT_NO"], line["QTY"]))
	}
	slices.Sort(lines)
	return fmt.Sprintf("%d %v %d: %s", entry.Revision, entry.Record["RMK"], len(lines), strings.Join(lines, " | "))
}
