package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// An ERP without despatches of its own counts on every order line what has left of it. The counters make the same despatches, by
// configuration alone.
func TestGoodsThatAnERPOnlyCountsAreDespatched(t *testing.T) {
	w := newWorkshop(t)
	w.edit("pipelines/shipping.yaml", `      select: >-
        SELECT d.DN_ID, d.DN_NO, d.SHP_DT, d.CARR, d.TRK_NO, d.PLT_NO, h.EXT_REF, h.CU_NO
        FROM DNHD d JOIN SOHD h ON h.SO_NO = d.SO_NO
      key: DN_NO
      detect: id                 # new rows have a higher DN_ID; rows are never changed afterwards
      column: d.DN_ID
      rows:
        lines:
          select: SELECT l.DN_NO, l.LN_NO, l.SO_LN, l.QTY, l.UOM FROM DNLN l
          parent: {DN_NO: DN_NO}
          order: LN_NO
`, `      select: >-
        SELECT h.SO_NO, h.EXT_REF, h.CU_NO FROM SOHD h
        WHERE h.EXT_REF IS NOT NULL AND EXISTS (SELECT 1 FROM SOLN x WHERE x.SO_NO = h.SO_NO AND x.SHP_QTY > 0)
      key: SO_NO
      detect: snapshot
      rows:
        lines:
          select: SELECT l.SO_NO, l.LN_NO, l.SHP_QTY, l.UOM FROM SOLN l
          parent: {SO_NO: SO_NO}
          order: LN_NO
`)
	mapping := `decode: delivered_quantities
codes:
  unit: {values: {PCS: C62}}
fields:
  order: EXT_REF
  lines:
    each: lines
    fields:
      order_line: integer(LN_NO)
      delivered: quantity(SHP_QTY, code("unit", UOM))
`
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "mappings", "despatch_from_erp.yaml"), []byte(mapping), 0o644))
	require.NoError(t, os.Remove(filepath.Join(w.dir, "mappings", "despatch_from_erp.test.yaml")))
	require.Contains(t, w.mustRun("lint"), "no fault")
	w.inbox(1, ordering("O1", 1, 5, nil))
	w.mustRun("run", "--until-idle")
	for i, counted := range []string{"2", "2", "5"} {
		w.exec("UPDATE SOLN SET SHP_QTY = " + counted + " WHERE LN_NO = 1")
		w.mustRun("run", "--until-idle")
		w.mustRun("run", "--until-idle")
		found, err := filepath.Glob(filepath.Join(w.dir, "documents", "delivery_note-*.pdf"))
		require.NoError(t, err)
		require.Len(t, found, map[int]int{0: 1, 1: 1, 2: 2}[i], "a delivery note for each time that goods left")
	}
	w.exec("UPDATE SOLN SET SHP_QTY = 3 WHERE LN_NO = 1")
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.mustRun("deadletters"), "line 1: 3 C62 have left by the counter,")
	require.Contains(t, w.mustRun("trace", "O1"), "O1-2")
}
