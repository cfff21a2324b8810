package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPlanShowsTheSQLOfAnOrderAndWritesNothing(t *testing.T) {
	w := newWorkshop(t)
	w.inbox(1, oneOrder)
	w.mustRun("run", "--until-idle")
	before := w.erpDump()
	require.Contains(t, w.mustRun("plan", "O1"), "-- erp_order, erp: applied SO", "its own number is news: a later revision with the same record")
	w.edit("mappings/order_to_erp.yaml", "RMK: cut(remarks, 200)", `RMK: '"corrected"'`)
	said := w.mustRun("plan", "O1", "--target", "erp_order")
	require.Contains(t, said, "-- erp_order, erp: applied SO")
	require.Contains(t, said, "UPDATE `SOHD`\n   SET ")
	require.Contains(t, said, "'corrected'")
	require.Equal(t, before, w.erpDump())
	w.refused(2, 1, []string{"no target \"status\" writes orders to a database: there is erp_order"}, "plan", "O1", "--target", "status")

	w.edit("mappings/order_to_erp.yaml", "  CU_NO: party.account\n", "  CU_NMBR: party.account\n")
	out, _, code := w.tradewire("doctor")
	require.Equal(t, 1, code)
	require.Contains(t, strings.Join(strings.Fields(out), " "), "SOHD has no column CU_NMBR")
}
