package steptest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/confirming"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/distribution"
	"tradewire/pipelines/invoicing"
	"tradewire/pipelines/orders"
	"tradewire/pipelines/shipping"
	"tradewire/pipelines/steptest"
)

// house runs the chains of the example configuration under its policies.
type house struct {
	*steptest.Memory
	orders, customers, shipping []pipelines.Step
	line                        pipelines.Line
	kept                        *kept // where a store remembers; nil: a map does
}

func read(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "config", "demo", "policies", name))
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(data, into))
}

func open(t testing.TB) *house {
	t.Helper()
	return under(t, func(*credit.Policy) {})
}

// under is a house with another credit policy than the demo's.
func under(t testing.TB, change func(*credit.Policy)) *house {
	t.Helper()
	var policy credit.Policy
	read(t, "credit.yaml", &policy)
	change(&policy)
	checks, err := credit.New(policy)
	require.NoError(t, err)
	var papers pipelines.Papers
	read(t, "papers.yaml", &papers)
	require.NoError(t, papers.Check())
	var shipments shipping.Policy
	read(t, "shipping.yaml", &shipments)
	seller := document.Seller{Name: "Pearl Cordage Ltd."}
	ships, err := shipping.New(shipments, papers, seller)
	require.NoError(t, err)
	bills := invoicing.New(papers, seller)
	var departments distribution.Policy
	read(t, "distribution.yaml", &departments)
	tells, err := distribution.New(departments)
	require.NoError(t, err)
	return &house{Memory: steptest.World(t),
		orders:    []pipelines.Step{orders.New(departments.Agrees), checks, confirming.New(papers, seller), tells},
		customers: []pipelines.Step{checks},
		shipping:  []pipelines.Step{ships, bills, checks, tells},
		line:      checks.Line(),
	}
}

// take hands a document to the pipeline that it belongs to.
func (h *house) take(d document.Document) ([]document.Document, error) {
	if h.kept != nil {
		return h.kept.take(h.Memory, d, pipelineOf(d))
	}
	return h.Run(d, h.pipelines()[pipelineOf(d)]...)
}

func (h *house) pipelines() map[string][]pipelines.Step {
	return map[string][]pipelines.Step{"orders": h.orders, "customers": h.customers, "shipping": h.shipping}
}

func pipelineOf(d document.Document) string {
	switch d.(type) {
	case *document.SalesOrder, *document.Outcome, *document.ProductionReport, *document.Acknowledgement, *document.Alarm, *document.CreditRelease:
		return "orders"
	case *document.Shipment, *document.DeliveredQuantities, *document.Transport:
		return "shipping"
	}
	return "customers"
}

func (h *house) must(t testing.TB, d document.Document) []document.Document {
	t.Helper()
	answers, err := h.take(d)
	require.NoError(t, err)
	return answers
}

func (h *house) account(key string) *document.CreditAccount {
	return pipelines.Head[*document.CreditAccount](h, document.KindCreditAccount, key)
}

func (h *house) order(key string) *document.SalesOrder {
	return pipelines.Head[*document.SalesOrder](h, document.KindSalesOrder, key)
}

func (h *house) shipment(key string) *document.Shipment {
	return pipelines.Head[*document.Shipment](h, document.KindShipment, key)
}

// limit lets the ERP set an account's limit.
func (h *house) limit(t testing.TB, key, amount string) []document.Document {
	t.Helper()
	limit := document.M(amount, "HKD")
	return h.must(t, &document.CreditAccount{ID: key, Name: key, Currency: "HKD", Limit: &limit})
}

// owes lets the ERP tell all open items of an account.
func (h *house) owes(t testing.TB, key string, items ...document.OpenItem) []document.Document {
	t.Helper()
	return h.must(t, &document.Receivables{Account: key, AsOf: h.Now(), Items: items})
}

func item(number, shipment, open string) document.OpenItem {
	return document.OpenItem{Number: number, Shipment: shipment, Due: document.Date{Year: 2026, Month: 5, Day: 30}, Open: document.M(open, "HKD")}
}

func amended(o *document.SalesOrder, change func(*document.SalesOrder)) *document.SalesOrder {
	next := document.Copy(o)
	next.SourceRevision++
	change(next)
	return next
}

func cancelled(o *document.SalesOrder) *document.SalesOrder {
	return amended(o, func(o *document.SalesOrder) { o.Request = document.RequestCancel })
}
