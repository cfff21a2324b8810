package confirming

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/steptest"
)

var all = New(pipelines.Papers{Papers: map[document.PaperType]pipelines.PaperRule{document.OrderConfirmation: {
	Series: "OC-{YYYY}-{00000}", Channels: []document.Channel{document.Domestic}}}}, document.Seller{Name: "Pearl Cordage Ltd."})

func released() *document.SalesOrder {
	o := steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", "10", "1"))
	o.State, o.Party, o.Total = document.OrderReleased, &document.Party{Name: "Harbour Lamps Ltd.", Channel: document.Domestic}, document.M("10", "HKD")
	return o
}

func TestWhatTheCustomerSignedForIsConfirmedAgainWhenItChangesAndNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*document.SalesOrder)
		again  bool
	}{
		"the promised day":       {func(o *document.SalesOrder) { o.PromisedOn = o.RequestedOn.AddDays(1) }, true},
		"the requested day":      {func(o *document.SalesOrder) { o.RequestedOn = o.RequestedOn.AddDays(1) }, true},
		"a line's promised day":  {func(o *document.SalesOrder) { o.Lines[0].PromisedOn = o.RequestedOn.AddDays(1) }, true},
		"a quantity":             {func(o *document.SalesOrder) { o.Lines[0].Quantity = document.Q("11", "C62") }, true},
		"a price":                {func(o *document.SalesOrder) { o.Lines[0].Price = document.D("1.01") }, true},
		"a description":          {func(o *document.SalesOrder) { o.Lines[0].Description = "red" }, true},
		"the terms":              {func(o *document.SalesOrder) { o.Terms = "NET30" }, true},
		"the place":              {func(o *document.SalesOrder) { o.Place = "Yantian" }, true},
		"special requirements":   {func(o *document.SalesOrder) { o.Remarks = "two pallets" }, true},
		"the purchase order":     {func(o *document.SalesOrder) { o.CustomerPO = "PO 2" }, true},
		"the tax":                {func(o *document.SalesOrder) { o.TaxPercent = document.D("13") }, true},
		"the source's revision":  {func(o *document.SalesOrder) { o.SourceRevision = 2 }, false},
		"the ERP's number":       {func(o *document.SalesOrder) { o.Refs = map[string]string{"erp_order": "SO1"} }, false},
		"what is made":           {func(o *document.SalesOrder) { o.Lines[0].Made = document.Q("5", "C62") }, false},
		"what is shipped":        {func(o *document.SalesOrder) { o.Lines[0].Shipped = document.Q("5", "C62") }, false},
		"a hold":                 {func(o *document.SalesOrder) { o.State, o.Terms = document.OrderHeld, "NET90" }, false},
		"a cancellation":         {func(o *document.SalesOrder) { o.State, o.Terms = document.OrderCancelled, "NET90" }, false},
		"one that waits":         {func(o *document.SalesOrder) { o.Cancelling, o.Terms = &document.Cancelling{}, "NET90" }, false},
		"all of it shipped":      {func(o *document.SalesOrder) { o.State, o.Terms = document.OrderShipped, "NET90" }, false},
		"another way of sale":    {func(o *document.SalesOrder) { o.Party.Channel, o.Terms = document.DirectExport, "NET90" }, false},
		"a part of it shipped":   {func(o *document.SalesOrder) { o.State = document.OrderPartiallyShipped }, false},
		"one of a shipped order": {func(o *document.SalesOrder) { o.State, o.Terms = document.OrderPartiallyShipped, "NET30" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			m := steptest.New()
			answers, err := m.Run(released(), all)
			require.NoError(t, err)
			first := steptest.Get[*document.Paper](t, answers)
			assert.Equal(t, "OC-2026-00001", first.Number)
			assert.Equal(t, 1, first.Revision)
			assert.Equal(t, "Pearl Cordage Ltd. to Harbour Lamps Ltd.", first.Seller.Name+" to "+first.Buyer.Name)
			next := document.Copy(steptest.Get[*document.SalesOrder](t, answers))
			c.change(next)
			answers, err = m.Run(next, all)
			require.NoError(t, err)
			papers := steptest.All[*document.Paper](answers)
			assert.Equal(t, c.again, len(papers) == 1)
			for _, p := range papers {
				assert.Equal(t, "OC-2026-00001", p.Number)
				assert.Equal(t, 2, p.Revision)
			}
		})
	}
}
