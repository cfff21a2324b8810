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

func TestLintHoldsTheMappingAgainstWhatTheTargetWrites(t *testing.T) {
	w := newWorkshop(t)
	w.edit("mappings/order_to_erp.yaml", "  lines:                                         # the rows", "  positions:                                     # the rows")
	w.edit("pipelines/orders.yaml", "      reference: EXT_REF\n", "      reference: EXT_REF\n      lookups: {c: {select: SELECT CU_NO FROM CUSM, by: {CU_NO: customer}, take: {CU_NO: CU_NO}}}\n")
	w.refused(2, 3, []string{
		"pipelines/orders.yaml:76:65 unknown-field the look-up c asks for customer, which the mapping does not make -> write one of: CU_NO",
		"mappings/order_to_erp.yaml:13:3 filled-twice SOHD.CU_NO is filled in by the target",
		`mappings/order_to_erp.yaml:27:3 no-such-rows the target erp_order writes no rows called positions -> write lines`}, "lint")
}
