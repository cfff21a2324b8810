package config_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/config"
)

// known is what the program answers to. It is written out here because config imports nothing of ours.
var known = config.Known{
	Kinds: []string{"sales_order", "party", "item", "credit_account", "receivables", "production_report", "shipment", "transport",
		"invoice", "paper", "notice", "distribution", "acknowledgement", "change_request", "alarm", "outcome", "credit_release",
		"exchange_rate", "customer_credit", "account_customers", "customer_orders", "limit_statement", "limit_proposal", "credit_limit", "letter_box", "escalation"},
	Steps:   []string{"orders", "credit", "confirming", "distribution", "shipping", "invoicing"},
	Drivers: []string{"rest", "webhook", "sqldb", "folder", "sim", "smtp", "chat"},
	Renders: []string{"pdf", "xlsx", "text"},
}

// faultsOf is everything that Load and Check find.
func faultsOf(t *testing.T, path string) config.Faults {
	t.Helper()
	cfg, err := config.Load(path)
	require.NotNil(t, cfg)
	var faults config.Faults
	if err != nil {
		require.ErrorAs(t, err, &faults)
	}
	return faults.And(config.Check(cfg, known)).Sorted()
}

func TestTheDemoAndTheStarterHaveNoFault(t *testing.T) {
	for name, files := range map[string]fs.FS{"demo": config.Demo(), "starter": config.Starter()} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, files))
			assert.Empty(t, faultsOf(t, filepath.Join(dir, "tradewire.yaml")))
		})
	}
}

func TestThePartsOfTheDemoAreWhereTheyWereWritten(t *testing.T) {
	cfg, err := config.Load("demo/tradewire.yaml")
	require.NoError(t, err)

	assert.Equal(t, "demo", cfg.Dir)
	assert.Equal(t, "珠江电线有限公司", cfg.Company.LocalName)
	assert.Equal(t, 500, cfg.Bus.Window, "a default of a chapter that is not written")

	names := []string{}
	for _, c := range cfg.Connections {
		names = append(names, c.Name.Value)
		assert.True(t, c.Settings.At("driver").Absent(), "the driver is no setting of its own")
	}
	assert.Equal(t, []string{"world", "crm", "crm_hooks", "erp", "forwarder", "answers", "documents", "alerts", "notices"}, names, "in the order of the file")
	assert.Equal(t, "tradewire.yaml:22:10", cfg.Connections[1].Settings.At("url").Pos().String())

	orders := cfg.Pipelines[slices.IndexFunc(cfg.Pipelines, func(p config.Pipeline) bool { return p.Name.Value == "orders" })]
	assert.Equal(t, "pipelines/orders.yaml", orders.File)
	hooks, polled := orders.Sources[0], orders.Sources[1]
	assert.Equal(t, "crm", hooks.System.Value)
	assert.True(t, hooks.Read.Absent())
	assert.False(t, hooks.Listen.Absent())
	assert.Equal(t, "30s", polled.Every.String())
	assert.Equal(t, 100, polled.Page)
	assert.Equal(t, 5, orders.Targets[0].Attempts)

	order := cfg.Mappings[slices.IndexFunc(cfg.Mappings, func(m config.Mapping) bool { return m.Name == "crm_order" })]
	assert.Len(t, order.Hash, 64)
	assert.Equal(t, "HKD", order.Codes["currency"].Values["HK$"])
	assert.Equal(t, "id", order.Fields[0].Name.Value)
	assert.Equal(t, "lines", order.Fields[len(order.Fields)-1].Name.Value)
	when := order.When
	assert.Equal(t, `status in ["confirmed", "cancelled"]`, when.Value)
	assert.Equal(t, "mappings/crm_order.yaml:3:7", when.Pos.String())

	assert.Contains(t, cfg.Policies, "credit")
	assert.Contains(t, cfg.Policies, "papers")
	assert.Contains(t, cfg.Policies, "shipping")
	assert.Contains(t, cfg.Policies, "distribution")
}

func TestAMissingFileIsOneClearFault(t *testing.T) {
	for name, path := range map[string]string{
		"no file":              filepath.Join(t.TempDir(), "tradewire.yaml"),
		"a folder, not a file": t.TempDir(),
	} {
		t.Run(name, func(t *testing.T) {
			faults := faultsOf(t, path)
			require.Len(t, faults, 1)
			assert.Equal(t, path, faults[0].Pos.String())
			assert.Contains(t, faults[0].Fix, "tradewire")
		})
	}
}

func TestTheEnvironmentOverridesServiceSettingsAsStrictlyAsTheFile(t *testing.T) {
	t.Setenv("TRADEWIRE_STORE_PATH", "/var/lib/tradewire/0123")
	t.Setenv("TRADEWIRE_COMPANY_PHONE", "0123")
	t.Setenv("TRADEWIRE_COMPANY_NAME", "") // an empty variable overrides nothing
	t.Setenv("TRADEWIRE_BUS_WINDOW", "50")
	cfg, err := config.Load("demo/tradewire.yaml")
	require.NoError(t, err)
	assert.Equal(t, "/var/lib/tradewire/0123", cfg.Store.Path)
	assert.Equal(t, "0123", cfg.Company.Phone)
	assert.Equal(t, "Pearl Cordage Ltd.", cfg.Company.Name)
	assert.Equal(t, 50, cfg.Bus.Window)

	t.Setenv("TRADEWIRE_BUS_WINDOW", "0500")
	t.Setenv("TRADEWIRE_COMPANY_CURRENCY", "usd")
	t.Setenv("TRADEWIRE_COMPANY_TIME_ZONE", "Asia/HongKong")
	var got []string
	for _, fault := range faultsOf(t, "demo/tradewire.yaml") {
		got = append(got, fmt.Sprintf("%s %s", fault.Pos, fault.Code))
	}
	assert.Equal(t, []string{
		"environment TRADEWIRE_BUS_WINDOW wrong-type",
		"environment TRADEWIRE_COMPANY_CURRENCY bad-value",
		"environment TRADEWIRE_COMPANY_TIME_ZONE bad-time-zone",
	}, got)
}

func TestAFurtherPassDoesNotRepeatWhatIsReported(t *testing.T) {
	at := config.Pos{File: "x.yaml", Line: 1, Col: 1}
	first := config.Faults{at.Fault("missing-key", "name is missing", "write it"), at.Fault("missing-key", "url is missing", "write it")}
	all := first.And(config.Faults{at.Fault("missing-key", "a name is missing", "write it"), at.Fault("unknown-key", "x", "y")})
	assert.Len(t, all, 3)
}
