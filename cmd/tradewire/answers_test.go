package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// between is the part of a text from one place to another.
func between(t *testing.T, text, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, from)
	require.True(t, found)
	part, _, found := strings.Cut(rest, to)
	require.True(t, found)
	return from + part
}

// Wherever the target stands that writes orders, the number that the ERP gives comes back to the order.
func TestTheERPsNumberComesBackFromATargetOfAnyPipeline(t *testing.T) {
	w := newWorkshop(t)
	body, err := os.ReadFile(filepath.Join(w.dir, "pipelines", "orders.yaml"))
	require.NoError(t, err)
	const from, to = "  # The order in the ERP: one row", "  # What became of the order, as a JSON file."
	target := between(t, string(body), from, to)
	w.edit("pipelines/orders.yaml", target, "")
	master, err := os.ReadFile(filepath.Join(w.dir, "pipelines", "master_data.yaml"))
	require.NoError(t, err)
	require.NotContains(t, string(master), "\ntargets:")
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "pipelines", "master_data.yaml"), append(master, []byte("\ntargets:\n"+target)...), 0o644))
	require.Contains(t, w.mustRun("lint"), "no fault")
	w.inbox(1, ordering("O1", 1, 5, nil))
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.mustRun("trace", "SO000001"), "erp_order numbers it SO000001")
	require.Contains(t, w.files("status/"), `"erp_number":"SO000001"`)
}
