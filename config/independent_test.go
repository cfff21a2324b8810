package config_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/config"
)

// mistake is one change of the demo and the one fault that it must give. It adds no lines and takes none away, so that
// mistakes do not move each other.
type mistake struct{ file, old, new, code string }

var mistakes = []mistake{
	{"tradewire.yaml", "Asia/Hong_Kong\n  currency", "Asia/HongKong\n  currency", "bad-time-zone"},
	{"tradewire.yaml", "currency: HKD", "currency: hkd", "bad-value"},
	{"tradewire.yaml", "path: store.db", "paths: store.db", "unknown-key"},
	{"tradewire.yaml", "driver: sqldb", "driver: sqlbd", "unknown-driver"},
	{"tradewire.yaml", "driver: webhook", "drivers: webhook", "missing-key"},
	{"tradewire.yaml", "timeout: 10s", "url: 10s", "duplicate-key"},
	{"pipelines/orders.yaml", "steps: [orders, credit, ", "steps: [orders, credits, ", "unknown-step"},
	{"pipelines/orders.yaml", "connection: crm_hooks", "connection: crm_hoks", "unknown-connection"},
	{"pipelines/orders.yaml", "system: crm", "system: cmr", "unknown-connection"},
	{"pipelines/orders.yaml", "every: 30s", "every: 30", "bad-duration"},
	{"pipelines/orders.yaml", "page: 100", "page: 0", "out-of-range"},
	{"pipelines/orders.yaml", "batch: 100", `batch: "100"`, "wrong-type"},
	{"pipelines/orders.yaml", "mapping: crm_status", "mapping: crm_order", "wrong-mapping"},
	{"pipelines/orders.yaml", "takes: change_request", "takes: change_requests", "unknown-kind"},
	{"pipelines/orders.yaml", "mapping: answer", "mapping: answers", "unknown-mapping"},
	{"pipelines/customers.yaml", "mapping: erp_receivables", "mapping: erp_receivable", "unknown-mapping"},
	{"pipelines/customers.yaml", "lane: CU_NO", "line: CU_NO", "unknown-key"},
	{"pipelines/items.yaml", "name: erp_items", "name: erp_accounts", "duplicate-name"},
	{"pipelines/shipping.yaml", "render: [pdf, xlsx]", "render: [pdf, xslx]", "unknown-render"},
	{"pipelines/alerts.yaml", "takes: notice", "takes: notices", "unknown-kind"},
	{"mappings/crm_order.yaml", "decode: sales_order", "decode: sale_order", "unknown-kind"},
	{"mappings/crm_order.yaml", "  number: number", "  number:", "empty-value"},
	{"mappings/answer.yaml", "decode: acknowledgement", "decode: acknowledgment", "unknown-kind"},
	{"mappings/erp_order.yaml", "codes:", "when: x\ncodes:", "bad-when"},
	{"mappings/crm_customer.yaml", "  class: class", "  name: class", "duplicate-key"},
	{"mappings/erp_item.yaml", "    values: {PCS: C62", "    value: {PCS: C62", "unknown-key"},
	{"policies/papers.yaml", `series: "PL`, `series: &p "PL`, "anchor"},
	{"policies/credit.yaml", "alert: finance", "alert: [finance", "yaml-syntax"},
}

func TestAConfigurationWithManyIndependentMistakesReportsThemAll(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, config.Demo()))
	rapid.Check(t, func(rt *rapid.T) {
		made := rapid.SliceOfNDistinct(rapid.IntRange(0, len(mistakes)-1), 0, len(mistakes), rapid.ID).Draw(rt, "mistakes")
		files, want := map[string]string{}, []string{}
		for _, m := range mistakes {
			text, err := fs.ReadFile(config.Demo(), m.file)
			require.NoError(t, err)
			files[m.file] = string(text)
		}
		for _, i := range made {
			m := mistakes[i]
			require.Contains(t, files[m.file], m.old)
			files[m.file] = strings.Replace(files[m.file], m.old, m.new, 1)
			want = append(want, m.file+" "+m.code)
		}
		for file, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.FromSlash(file)), []byte(text), 0o600))
		}
		got := []string{}
		for _, fault := range faultsOf(t, filepath.Join(dir, "tradewire.yaml")) {
			got = append(got, fmt.Sprintf("%s %s", fault.Pos.File, fault.Code))
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			rt.Fatalf("want %v\ngot  %v", want, got)
		}
	})
}

// Load keeps silent about a target and a mapping whose kinds are nearly the same word, because Check then knows which of the
// two is no kind at all. That holds as long as no two kinds are so alike.
func TestNoTwoKindsAreMistakenForEachOther(t *testing.T) {
	for i, kind := range known.Kinds {
		near, found := config.Nearest(kind, slices.Delete(slices.Clone(known.Kinds), i, i+1))
		require.False(t, found, "%s and %s", kind, near)
	}
}
