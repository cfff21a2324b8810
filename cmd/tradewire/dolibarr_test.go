package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
)

// dolibarr is a workshop with the configuration of config/examples/dolibarr beside tables like Dolibarr's.
func dolibarr(t *testing.T) *workshop { return beside(t, "dolibarr") }

// beside is a workshop with an example's configuration, and the tables of its ERP on a server.
func beside(t *testing.T, example string) *workshop {
	w := &workshop{t: t, dir: filepath.Join(t.TempDir(), "x"), clock: &clock{jumps: true, start: monday}}
	erp := services.NewDatabase(t)
	require.NoError(t, os.CopyFS(w.dir, os.DirFS("../../config/examples/"+example)))
	require.NoError(t, os.Mkdir(filepath.Join(w.dir, "inbox"), 0o755))
	w.edit("tradewire.yaml", "dsn: mysql:tradewire@tcp(127.0.0.1:3306)/"+example+"\n    password: env:ERP_PASSWORD\n", "dsn: mysql:"+erp.DSN+"\n")
	w.erp = erp.DB
	schema, err := os.ReadFile("../../testdata/" + example + "/schema.sql")
	require.NoError(t, err)
	session, err := erp.DB.Conn(t.Context()) // the first statement is about the session
	require.NoError(t, err)
	defer session.Close()
	for statement := range strings.SplitSeq(string(schema), ";\n") {
		if strings.TrimSpace(statement) != "" {
			_, err := session.ExecContext(t.Context(), statement)
			require.NoError(t, err, statement)
		}
	}
	return w
}

func germanOrder(id string, qty int) scenarioStep {
	return scenarioStep{Orders: []map[string]any{{"id": id, "revision": 1, "customer": "CU2601-00001", "incoterm": "FOB", "place": "Yantian", "lines": []any{
		map[string]any{"no": 1, "sku": "CAB-3x1.5", "qty": qty, "price": "12.5", "description": "3 cores"},
		map[string]any{"no": 2, "sku": "PLUG-16A", "qty": 200, "price": "0.35"}}}}}
}

func TestAnOrderGoesThroughDolibarrByConfigurationAlone(t *testing.T) {
	w := dolibarr(t)
	require.Contains(t, w.mustRun("lint"), "no fault")
	theirs := "SELECT ref, fk_soc, fk_statut FROM llx_commande WHERE ref_ext IS NULL ORDER BY rowid"
	before := w.query(theirs)
	w.inbox(1, germanOrder("O1", 100))
	w.mustRun("run", "--until-idle")

	w.wants("SELECT ref, entity, ref_client, fk_soc, fk_statut, fk_cond_reglement, total_ht, total_ttc, CAST(date_livraison AS CHAR), note_private FROM llx_commande WHERE ref_ext = 'O1'",
		"SO2603-0008|1|PO-O1|11|1|2|1320|1320|2026-03-20 00:00:00|from CRM SO-O1")
	w.wants("SELECT d.rang, d.fk_product, d.qty, d.subprice, d.total_ht, d.description FROM llx_commandedet d JOIN llx_commande o ON o.rowid = d.fk_commande WHERE o.ref_ext = 'O1' ORDER BY 1",
		"1|21|100|12.5|1250|3 cores", "2|22|200|0.35|70|")
	w.wants("SELECT x.crm_number, x.crm_revision FROM llx_commande_extrafields x JOIN llx_commande o ON o.rowid = x.fk_object", "SO-O1|1")
	require.Equal(t, before, w.query(theirs), "what people keyed in is as it was")
	require.NotContains(t, w.mustRun("doctor"), "which the mapping fills")

	// 1,000.10 less 100.10 are owed, 1,320.00 are reserved: the next order of 3,000.00 goes beyond 5,000.10.
	w.inbox(2, germanOrder("O2", 240))
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.files("alerts/"), "exposure HKD 2,220.00 + this order HKD 3,070.00 = HKD 5,290.00, limit HKD 5,000.10")
	w.wants("SELECT COUNT(*) FROM llx_commande WHERE ref_ext = 'O2'", "0")

	// Shipped: the rows that Dolibarr would make, with the link in its table of links.
	w.exec(`INSERT INTO llx_expedition (rowid, ref, fk_soc, fk_statut, date_delivery, tracking_number, fk_shipping_method) VALUES (61, 'SH2603-0001', 11, 1, '2026-03-09 10:00:00', 'TRK-1', 2)`)
	w.exec(`INSERT INTO llx_expeditiondet (fk_expedition, fk_elementdet, qty) SELECT 61, d.rowid, d.qty FROM llx_commandedet d JOIN llx_commande o ON o.rowid = d.fk_commande WHERE o.ref_ext = 'O1'`)
	w.exec(`INSERT INTO llx_element_element (fk_source, sourcetype, fk_target, targettype) SELECT rowid, 'commande', 61, 'shipping' FROM llx_commande WHERE ref_ext = 'O1'`)
	w.mustRun("run", "--until-idle")
	papers := w.papers()
	for _, paper := range []string{"packing_list-PL", "commercial_invoice-CI", "order_confirmation-OC"} {
		require.True(t, slices.Contains(papers, paper), "%s in %v", paper, papers)
	}
	w.wants("SELECT fk_statut FROM llx_commande WHERE ref_ext = 'O1'", "3")
	require.Contains(t, w.mustRun("trace", "O1"), "SH2603-0001")

	// The invoice takes the place of its shipment: what is owed counts once.
	w.exec(`INSERT INTO llx_facture (rowid, ref, fk_soc, fk_statut, date_lim_reglement, total_ttc) VALUES (44, 'FA2603-0001', 11, 1, '2026-04-08', 1320)`)
	w.exec(`INSERT INTO llx_element_element (fk_source, sourcetype, fk_target, targettype) VALUES (61, 'shipping', 44, 'facture')`)
	w.mustRun("run", "--until-idle")
	w.mustRun("reconcile")
	rows := w.query("SELECT * FROM llx_commande")
	w.mustRun("run", "--until-idle")
	require.Equal(t, rows, w.query("SELECT * FROM llx_commande"), "a second run changes nothing")
}

func TestAnOrderForACustomerThatDolibarrDoesNotHaveYetWaits(t *testing.T) {
	w := dolibarr(t)
	w.inbox(1, germanOrder("O1", 10))
	w.mustRun("run", "--until-idle")
	w.exec("UPDATE llx_product SET ref = 'PLUG-OLD' WHERE ref = 'PLUG-16A'")
	w.inbox(2, germanOrder("O2", 10))
	out, errOut, _ := w.tradewire("run", "--until-idle")
	require.Contains(t, out+errOut, `look-up product finds nothing where ref is "PLUG-16A"`)
	require.NotContains(t, w.mustRun("deadletters"), "O2")
	w.exec("UPDATE llx_product SET ref = 'PLUG-16A' WHERE ref = 'PLUG-OLD'")
	w.mustRun("run", "--until-idle", "--wait", "2h")
	w.wants("SELECT ref FROM llx_commande WHERE ref_ext = 'O2'", "SO2603-0009")
}

// Against the tables as they are nothing is claimed but what is so: columns that can be NULL, where Dolibarr itself leaves none empty.
func TestTheDolibarrExampleFitsItsTablesAsTheyAreWrittenDown(t *testing.T) {
	w := dolibarr(t)
	w.mustRun("discover", "erp", "--dir", filepath.Join(w.dir, "found"))
	require.NoError(t, os.Rename(filepath.Join(w.dir, "found", "schemas"), filepath.Join(w.dir, "schemas")))
	_, said, _ := w.tradewire("lint")
	for line := range strings.Lines(said) {
		require.Contains(t, line, " nullable-column ")
	}
	w.edit("mappings/order_to_erp.yaml", "ref_client:", "ref_clint:")
	_, said, code := w.tradewire("lint")
	require.Equal(t, exitConfig, code)
	require.Contains(t, said, `unknown-column llx_commande has no column ref_clint, which the mapping fills -> did you mean "ref_client"?`)
}
